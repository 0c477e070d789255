if(TARGET walle-vmd)
  walle_test(integration_pyvm_host "integration;pyvm" SOURCES ${CMAKE_CURRENT_LIST_DIR}/pyvm_host_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/pyvm_hostile_test.cpp USES libwalle/base ipc/channel)
  add_dependencies(integration_pyvm_host walle-vmd)
endif()
if(TARGET walle-vmd AND TARGET walle-model)
  walle_test(integration_pyvm_nn "integration;pyvm" SOURCES ${CMAKE_CURRENT_LIST_DIR}/pyvm_nn_test.cpp
    USES libwalle/base ipc/channel)
  add_dependencies(integration_pyvm_nn walle-vmd walle-model)
endif()
