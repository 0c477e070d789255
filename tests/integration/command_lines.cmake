if(TARGET walled AND TARGET walle-vmd AND TARGET walle-model)
  walle_test(integration_command_lines "integration" SOURCES ${CMAKE_CURRENT_LIST_DIR}/command_lines_test.cpp USES libwalle/base)
  add_dependencies(integration_command_lines walled walle-vmd walle-netd walle-ctl walle-model walle-broker walle-fleet)
endif()
