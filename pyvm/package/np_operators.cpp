// Operators of ndarray.
#include "libwalle/lib/np/cast.h"
#include "libwalle/lib/np/matmul.h"
#include "libwalle/lib/np/shape.h"
#include "pyvm/interp/ref.h"
#include "pyvm/package/array_object.h"
#include "pyvm/package/np_object.h"
#include "pyvm/package/np_operand.h"
#include "pyvm/package/np_slots.h"

namespace walle::package {
namespace {
/// None, strings and the like are not ours: Python tries the other operand and reports a TypeError itself.
bool is_foreign(PyObject* object) {
  return !is_array(object) && !weak_kind(object) && !PyList_Check(object) && !PyTuple_Check(object) &&
         !PyObject_CheckBuffer(object);
}

PyObject* binary(const np::BinaryFunction& function, PyObject* a, PyObject* b) {
  if (is_foreign(a) || is_foreign(b)) Py_RETURN_NOTIMPLEMENTED;
  return finish_scalar(apply_binary(function, a, b));
}

template <const np::BinaryFunction& kFunction>
PyObject* operate(PyObject* a, PyObject* b) {
  return binary(kFunction, a, b);
}

PyObject* power(PyObject* a, PyObject* b, PyObject*) { return binary(np::kPower, a, b); }

PyObject* assign_in_place(PyObject* self, const Result<np::Array>& result) {
  if (!result) return raise_array(result.error());
  np::Array& target = as_array(self)->array;
  if (as_array(self)->scalar) return wrap_scalar(*result);
  if (!target.writable()) return raise({ErrorCode::invalid_argument, "output array is read-only"});
  if (!np::can_assign(result->dtype(), target.dtype())) {
    PyErr_Format(PyExc_TypeError, "cannot put %s into an array of %s in place; use astype",
                 np::numpy_name(result->dtype()).data(), np::numpy_name(target.dtype()).data());
    return nullptr;
  }
  if (!(result->dims() == target.dims())) {
    return raise({ErrorCode::invalid_argument, "non-broadcastable output operand with shape " +
                                                   np::format_dims(target.dims()) + " does not match " +
                                                   np::format_dims(result->dims())});
  }
  np::assign_elements(*result, target);
  return Py_NewRef(self);
}

template <const np::BinaryFunction& kFunction>
PyObject* operate_in_place(PyObject* a, PyObject* b) {
  if (is_foreign(b)) Py_RETURN_NOTIMPLEMENTED;
  return assign_in_place(a, apply_binary(kFunction, a, b));
}

PyObject* power_in_place(PyObject* a, PyObject* b, PyObject*) { return operate_in_place<np::kPower>(a, b); }

template <const np::UnaryFunction& kFunction>
PyObject* operate_alone(PyObject* a) {
  return finish_scalar(np::apply(kFunction, as_array(a)->array));
}
PyObject* positive(PyObject* a) { return finish_scalar(as_array(a)->array.copy()); }

PyObject* matrix_multiply(PyObject* a, PyObject* b) {
  if (is_foreign(a) || is_foreign(b)) Py_RETURN_NOTIMPLEMENTED;
  const auto left = unwrap(a);
  const auto right = left ? unwrap(b) : left;
  return right ? finish_scalar(np::matmul(*left, *right)) : raise(right.error());
}

PyObject* divide_with_remainder(PyObject* a, PyObject* b) {
  const pyvm::Ref quotient(binary(np::kFloorDivide, a, b));
  const pyvm::Ref remainder(quotient ? binary(np::kRemainder, a, b) : nullptr);
  return remainder ? PyTuple_Pack(2, quotient.get(), remainder.get()) : nullptr;
}

PyObject* compare(PyObject* a, PyObject* b, int operation) {
  if (is_foreign(b)) {
    if (operation == Py_EQ || operation == Py_NE) return PyBool_FromLong(operation == Py_NE);
    Py_RETURN_NOTIMPLEMENTED;
  }
  switch (operation) {
    case Py_LT:
      return binary(np::kLess, a, b);
    case Py_LE:
      return binary(np::kLessEqual, a, b);
    case Py_EQ:
      return binary(np::kEqual, a, b);
    case Py_NE:
      return binary(np::kNotEqual, a, b);
    case Py_GT:
      return binary(np::kGreater, a, b);
    default:
      return binary(np::kGreaterEqual, a, b);
  }
}

template <class F>
PyType_Slot slot(int id, F* function) {
  return {id, reinterpret_cast<void*>(function)};
}
}  // namespace

Result<np::Operand> read_operand(PyObject* object) {
  const auto weak = weak_kind(object);
  if (!weak) return np::Operand{WALLE_TRY(unwrap(object)), np::Weak::none};
  return np::Operand{WALLE_TRY(array_of_sequence(object, std::nullopt)), *weak};
}

Result<np::Array> apply_binary(const np::BinaryFunction& function, PyObject* a, PyObject* b) {
  const np::Operand left = WALLE_TRY(read_operand(a));
  const np::Operand right = WALLE_TRY(read_operand(b));
  const bool exact = function.rule != np::TypeRule::predicate && function.rule != np::TypeRule::floating;
  for (const np::Operand* operand : {&left, &right}) {
    const DType dtype = np::common_dtype(left, right);
    if (!exact || operand->weak != np::Weak::integer || !is_integer(dtype)) continue;
    const np::Array fitted = WALLE_TRY(operand->array.astype(dtype));
    if (np::to_int64(dtype, fitted.raw()) == np::to_int64(operand->array.dtype(), operand->array.raw()) &&
        !(np::kind_of(dtype) == 'u' && np::to_int64(operand->array.dtype(), operand->array.raw()) < 0 &&
          operand->array.dtype() == DType::i64)) {
      continue;
    }
    return fail(ErrorCode::data_loss, "Python integer out of bounds for " + std::string(np::numpy_name(dtype)));
  }
  if (&function == &np::kPower && is_integer(np::common_dtype(left, right)) &&
      np::kind_of(right.array.dtype()) == 'i' && right.array.rank() == 0 &&
      np::to_int64(right.array.dtype(), right.array.raw()) < 0) {
    return fail(ErrorCode::invalid_argument, "Integers to negative integer powers are not allowed.");
  }
  return np::apply(function, left, right);
}

void add_operator_slots(std::vector<PyType_Slot>& slots) {
  slots.insert(slots.end(), {slot(Py_nb_add, operate<np::kAdd>),
                             slot(Py_nb_subtract, operate<np::kSubtract>),
                             slot(Py_nb_multiply, operate<np::kMultiply>),
                             slot(Py_nb_true_divide, operate<np::kDivide>),
                             slot(Py_nb_floor_divide, operate<np::kFloorDivide>),
                             slot(Py_nb_remainder, operate<np::kRemainder>),
                             slot(Py_nb_divmod, divide_with_remainder),
                             slot(Py_nb_power, power),
                             slot(Py_nb_matrix_multiply, matrix_multiply),
                             slot(Py_nb_and, operate<np::kBitAnd>),
                             slot(Py_nb_or, operate<np::kBitOr>),
                             slot(Py_nb_xor, operate<np::kBitXor>),
                             slot(Py_nb_lshift, operate<np::kLeftShift>),
                             slot(Py_nb_rshift, operate<np::kRightShift>),
                             slot(Py_nb_inplace_add, operate_in_place<np::kAdd>),
                             slot(Py_nb_inplace_subtract, operate_in_place<np::kSubtract>),
                             slot(Py_nb_inplace_multiply, operate_in_place<np::kMultiply>),
                             slot(Py_nb_inplace_true_divide, operate_in_place<np::kDivide>),
                             slot(Py_nb_inplace_floor_divide, operate_in_place<np::kFloorDivide>),
                             slot(Py_nb_inplace_remainder, operate_in_place<np::kRemainder>),
                             slot(Py_nb_inplace_power, power_in_place),
                             slot(Py_nb_inplace_and, operate_in_place<np::kBitAnd>),
                             slot(Py_nb_inplace_or, operate_in_place<np::kBitOr>),
                             slot(Py_nb_inplace_xor, operate_in_place<np::kBitXor>),
                             slot(Py_nb_negative, operate_alone<np::kNegative>),
                             slot(Py_nb_positive, positive),
                             slot(Py_nb_absolute, operate_alone<np::kAbsolute>),
                             slot(Py_nb_invert, operate_alone<np::kInvert>),
                             slot(Py_tp_richcompare, compare)});
}

}  // namespace walle::package
