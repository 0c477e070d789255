if(TARGET walle-netd AND TARGET walle-broker)
  walle_test(integration_agent_broker "integration;deploy" SOURCES ${CMAKE_CURRENT_LIST_DIR}/agent_broker_test.cpp
    USES libwalle/base ipc/bundle ipc/channel LINK walle::httplib TIMEOUT 240)
  add_dependencies(integration_agent_broker walle-netd walle-broker)
endif()
