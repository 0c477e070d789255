# Training with the real walle-model.
walle_test(integration_train integration TIMEOUT 120 SOURCES ${CMAKE_CURRENT_LIST_DIR}/train_test.cpp USES libwalle/base)
if(TARGET walle-model)
  add_dependencies(integration_train walle-model)
endif()
