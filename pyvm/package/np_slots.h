#pragma once

#include <Python.h>

#include <vector>

#include "pyvm/package/np_arguments.h"

namespace walle::package {

/// + - * / // % ** @ & | ^ << >> and their in-place forms, unary operators, comparisons (np_operators.cpp).
void add_operator_slots(std::vector<PyType_Slot>& slots);
/// a[…], a[…] = …, iteration, `in` (np_indexing.cpp).
void add_indexing_slots(std::vector<PyType_Slot>& slots);

}  // namespace walle::package
