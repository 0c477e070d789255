if(TARGET walled AND TARGET walle-vmd)
  walle_test(integration_daemon "integration;daemon" SOURCES ${CMAKE_CURRENT_LIST_DIR}/daemon_support.cpp
    ${CMAKE_CURRENT_LIST_DIR}/daemon_tasks_test.cpp ${CMAKE_CURRENT_LIST_DIR}/daemon_faults_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/daemon_bus_test.cpp ${CMAKE_CURRENT_LIST_DIR}/daemon_net_test.cpp
    USES libwalle/base ipc/channel ipc/client ipc/dbus TIMEOUT 300)
  add_dependencies(integration_daemon walled walle-vmd)
endif()
