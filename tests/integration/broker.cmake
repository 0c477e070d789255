walle_test(integration_broker "integration;cloud" TIMEOUT 240 SOURCES ${CMAKE_CURRENT_LIST_DIR}/broker_release_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/broker_faults_test.cpp ${CMAKE_CURRENT_LIST_DIR}/broker_api_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/broker_support.cpp USES libwalle/base ipc/wire ipc/bundle cloud-broker/pki
  cloud-broker/process LINK walle::paho walle::httplib)
add_dependencies(integration_broker walle-broker)
