#include "libwalle/lib/np/dtypes.h"

#include <array>
#include <string>

namespace walle::np {
namespace {
struct Row {
  DType dtype;
  std::string_view name;
  char kind;
  char format;            ///< native buffer format
  std::string_view code;  ///< kind and bytes
};
constexpr std::array<Row, 13> kRows = {{{DType::boolean, "bool", 'b', '?', "b1"},
                                        {DType::i8, "int8", 'i', 'b', "i1"},
                                        {DType::u8, "uint8", 'u', 'B', "u1"},
                                        {DType::i16, "int16", 'i', 'h', "i2"},
                                        {DType::u16, "uint16", 'u', 'H', "u2"},
                                        {DType::i32, "int32", 'i', 'i', "i4"},
                                        {DType::u32, "uint32", 'u', 'I', "u4"},
                                        {DType::i64, "int64", 'i', 'l', "i8"},
                                        {DType::u64, "uint64", 'u', 'L', "u8"},
                                        {DType::f16, "float16", 'f', 'e', "f2"},
                                        {DType::bf16, "bfloat16", 'f', '\0', ""},
                                        {DType::f32, "float32", 'f', 'f', "f4"},
                                        {DType::f64, "float64", 'f', 'd', "f8"}}};

const Row& row(DType dtype) {
  for (const Row& row : kRows) {
    if (row.dtype == dtype) return row;
  }
  return kRows[0];
}

int bytes(DType dtype) { return bits_of(dtype) / 8; }

DType integer_of(char kind, int size) {
  switch (size) {
    case 1:
      return kind == 'u' ? DType::u8 : DType::i8;
    case 2:
      return kind == 'u' ? DType::u16 : DType::i16;
    case 4:
      return kind == 'u' ? DType::u32 : DType::i32;
    default:
      return kind == 'u' ? DType::u64 : DType::i64;
  }
}

/// The narrowest float whose significand holds the integer type.
DType float_for(DType integer) {
  if (bytes(integer) == 1) return DType::f16;
  return bytes(integer) == 2 ? DType::f32 : DType::f64;
}

DType promote_floats(DType a, DType b) {
  if (bytes(a) != bytes(b)) return bytes(a) > bytes(b) ? a : b;
  return a == b ? a : DType::f32;  // float16 with bfloat16
}

DType promote_integers(DType a, DType b) {
  const bool a_unsigned = kind_of(a) == 'u';
  if (a_unsigned == (kind_of(b) == 'u')) return bytes(a) >= bytes(b) ? a : b;
  const DType u = a_unsigned ? a : b;
  const DType i = a_unsigned ? b : a;
  if (bytes(i) > bytes(u)) return i;
  return bytes(u) == 8 ? DType::f64 : integer_of('i', bytes(u) * 2);
}
}  // namespace

std::string_view numpy_name(DType dtype) { return row(dtype).name; }
char kind_of(DType dtype) { return row(dtype).kind; }
char buffer_format(DType dtype) { return row(dtype).format; }

Result<DType> dtype_named(std::string_view name) {
  std::string_view code = name;
  if (!code.empty() && (code.front() == '<' || code.front() == '=' || code.front() == '|' || code.front() == '@')) {
    code.remove_prefix(1);
  }
  for (const Row& row : kRows) {
    const bool is_format = code.size() == 1 && code.front() == row.format && row.format != '\0';
    if (code == row.name || (!row.code.empty() && code == row.code) || is_format) return row.dtype;
  }
  if (code == "q" || code == "int" || code == "n") return DType::i64;
  if (code == "Q" || code == "uint" || code == "N") return DType::u64;
  if (code == "float" || code == "double") return DType::f64;
  if (code == "bool_") return DType::boolean;
  std::string known;
  for (const Row& row : kRows) known += (known.empty() ? "" : ", ") + std::string(row.name);
  return fail(ErrorCode::invalid_argument, "no dtype '" + std::string(name.substr(0, 40)) + "'; there are " + known);
}

DType promote(DType a, DType b) {
  if (a == b) return a;
  if (a == DType::boolean) return b;
  if (b == DType::boolean) return a;
  if (is_float(a) && is_float(b)) return promote_floats(a, b);
  if (is_float(a)) return promote_floats(a, float_for(b));
  if (is_float(b)) return promote_floats(b, float_for(a));
  return promote_integers(a, b);
}

DType default_of(Weak weak) {
  if (weak == Weak::boolean) return DType::boolean;
  return weak == Weak::integer ? DType::i64 : DType::f64;
}

DType promote_weak(DType dtype, Weak weak) {
  if (weak == Weak::floating && !is_float(dtype)) return DType::f64;
  if (weak == Weak::integer && dtype == DType::boolean) return DType::i64;
  return dtype;
}

}  // namespace walle::np
