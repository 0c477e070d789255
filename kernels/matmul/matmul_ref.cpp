#include "kernels/support/def.h"
#include "kernels/support/epilogue.h"
#include "kernels/support/scalar.h"
#include "kernels/support/walk.h"

namespace walle::kernels {
namespace {

bool is_byte(DType d) { return d == DType::i8 || d == DType::u8; }

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 2)) return refusal;
  const Operand& a = p.operands[0];
  const Operand& b = p.operands[1];
  const Operand& y = p.results[0];
  const size_t rank = y.dims.size();
  if (rank < 2 || a.dims.size() != rank || b.dims.size() != rank) return Refusal{"ranks differ or are below 2"};
  for (size_t i = 0; i + 2 < rank; ++i) {
    if (a.dims[i] != y.dims[i] || b.dims[i] != y.dims[i]) return Refusal{"batch axes differ"};
  }
  if (a.dims[rank - 2] != y.dims[rank - 2] || b.dims[rank - 1] != y.dims[rank - 1] ||
      a.dims[rank - 1] != b.dims[rank - 2]) {
    return Refusal{"m, n or k differ"};
  }
  if (is_byte(a.dtype)) {
    if (!is_byte(b.dtype)) return Refusal{"8-bit operands come in pairs"};
    if (auto refusal = check_integer_result(p)) return refusal;
  } else if (a.dtype != b.dtype || y.dtype != a.dtype || bits_of(a.dtype) < 8 || a.dtype == DType::boolean) {
    return Refusal{"operands and result differ in dtype"};
  }
  return check_epilogue(p);
}

Work work(const Problem& p, const Params&) { return multiply_add_work(p); }

/// Zero point of row (column) `i`; `axis` is its axis where the operand has the rank of the product.
int64_t zero_point(const Arguments& a, size_t index, std::span<const int64_t> at, size_t axis) {
  if (!has_operand(*a.problem, index) || a.operands[index] == nullptr) return 0;
  const Operand& zero = a.problem->operands[index];
  int64_t offset = 0;
  if (zero.dims.size() == 1) {
    offset = zero.dims[0] == 1 ? 0 : at[axis] * zero.strides[0];
  } else if (zero.dims.size() == at.size()) {
    for (size_t i = 0; i < at.size(); ++i) offset += zero.dims[i] == 1 ? 0 : at[i] * zero.strides[i];
  }
  return load_as<int64_t>(zero.dtype, a.operands[index], offset);
}

template <class A, class B, class Y>
void multiply_all(const Arguments& arguments) {
  using W = Wide<Y>;
  const Problem& p = *arguments.problem;
  const Operand& x = p.operands[0];
  const Operand& z = p.operands[1];
  const Operand& result = p.results[0];
  const size_t rank = result.dims.size();
  const int64_t depth = x.dims[rank - 1];
  const int64_t x_step = x.strides[rank - 1];
  const int64_t z_step = z.strides[rank - 2];
  Extents x_strides = x.strides;
  Extents z_strides = z.strides;
  x_strides[rank - 1] = 0;
  z_strides[rank - 2] = 0;
  const double alpha = std::get<MatMulAttributes>(p.attributes).alpha;
  auto* y = static_cast<Y*>(arguments.results[0]);
  walk_steps<3>(result.dims, {x_strides, z_strides, result.strides}, [&](const Extents& at, const auto& offset) {
    const A* row = static_cast<const A*>(arguments.operands[0]) + offset[0];
    const B* column = static_cast<const B*>(arguments.operands[1]) + offset[1];
    W sum = 0;
    if constexpr (sizeof(A) == 1) {
      const int64_t x_zero = zero_point(arguments, 2, at, rank - 2);
      const int64_t z_zero = zero_point(arguments, 3, at, rank - 1);
      for (int64_t k = 0; k < depth; ++k) sum += (row[k * x_step] - x_zero) * (column[k * z_step] - z_zero);
      store_as(result.dtype, y, offset[2], apply_integer_epilogue(arguments, sum, at[rank - 1], at));
    } else {
      for (int64_t k = 0; k < depth; ++k) {
        sum = add<W>(sum, multiply<W>(load(row[k * x_step]), load(column[k * z_step])));
      }
      if constexpr (std::is_same_v<W, double>) sum *= alpha;
      y[offset[2]] = store<Y>(apply_epilogue<W>(arguments, sum, at[rank - 1], at));
    }
  });
}

void run(const Arguments& a, TileRange) noexcept {
  const DType left = a.problem->operands[0].dtype;
  const DType right = a.problem->operands[1].dtype;
  if (left == DType::i8 && right == DType::i8) return multiply_all<int8_t, int8_t, int32_t>(a);
  if (left == DType::i8 && right == DType::u8) return multiply_all<int8_t, uint8_t, int32_t>(a);
  if (left == DType::u8 && right == DType::i8) return multiply_all<uint8_t, int8_t, int32_t>(a);
  if (left == DType::u8 && right == DType::u8) return multiply_all<uint8_t, uint8_t, int32_t>(a);
  visit_dtype(left, [&]<class T>(std::type_identity<T>) {
    if constexpr (sizeof(T) > 1) multiply_all<T, T, T>(a);
  });
}

}  // namespace

extern const KernelDef kMatmulRef;
const KernelDef kMatmulRef = {.name = "matmul_ref",
                              .family = Family::matmul,
                              .variant = "ref",
                              .accepts = accepts,
                              .work = work,
                              .tiles = one_tile,
                              .run = run,
                              .bound = {.relative = 6e-8}};

}  // namespace walle::kernels
