if(TARGET walled AND TARGET walle-vmd)
  walle_test(integration_daemon "integration;daemon" SOURCES ${CMAKE_CURRENT_LIST_DIR}/daemon_support.cpp
    ${CMAKE_CURRENT_LIST_DIR}/daemon_tasks_test.cpp ${CMAKE_CURRENT_LIST_DIR}/daemon_faults_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/daemon_bus_test.cpp ${CMAKE_CURRENT_LIST_DIR}/daemon_net_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/daemon_ctl_test.cpp ${CMAKE_CURRENT_LIST_DIR}/daemon_hostile_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/daemon_disk_test.cpp USES libwalle/base ipc/channel ipc/client ipc/dbus TIMEOUT 300)
  add_dependencies(integration_daemon walled walle-vmd walle-ctl)
  if(TARGET walle-model)
    if(TARGET walle-broker AND TARGET walle-netd)
      walle_test(integration_bad_input "integration" SOURCES ${CMAKE_CURRENT_LIST_DIR}/bad_input_test.cpp USES libwalle/base)
      add_dependencies(integration_bad_input walled walle-vmd walle-ctl walle-model walle-broker walle-netd)
    endif()
    walle_test(integration_daemon_models "integration;daemon" SOURCES ${CMAKE_CURRENT_LIST_DIR}/daemon_support.cpp
      ${CMAKE_CURRENT_LIST_DIR}/daemon_models_test.cpp USES libwalle/base ipc/channel ipc/client ipc/dbus ipc/shm)
    add_dependencies(integration_daemon_models walled walle-model)
  endif()
endif()
