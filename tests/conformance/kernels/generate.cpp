#include "tests/conformance/kernels/generate.h"

#include <array>
#include <functional>
#include <sstream>

namespace walle::conformance {
namespace {

class Generator {
 public:
  explicit Generator(std::mt19937& random) : random_(random) {}

  int64_t pick(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(random_); }
  bool chance(int percent) { return pick(1, 100) <= percent; }
  template <size_t N>
  int64_t one_of(const std::array<int64_t, N>& values) {
    return values[static_cast<size_t>(pick(0, static_cast<int64_t>(N) - 1))];
  }
  int64_t size() { return one_of<12>({1, 2, 3, 5, 7, 8, 15, 16, 17, 31, 33, 50}); }
  int64_t big() { return one_of<12>({1, 3, 8, 17, 47, 48, 49, 96, 130, 193, 200, 385}); }

  static Operand dense(const Extents& dims, DType dtype = DType::f32) {
    return {.dtype = dtype, .dims = dims, .strides = dense_strides(dims)};
  }
  /// Rows further apart than they are long.
  Operand padded(const Extents& dims) {
    Operand operand = dense(dims);
    int64_t step = 1;
    for (size_t i = dims.size(); i-- > 0;) {
      operand.strides[i] = step;
      step *= dims[i] + (i + 1 == dims.size() ? pick(0, 5) : 0);
    }
    return operand;
  }
  /// Any order of axes in memory, some reversed, some repeated.
  Operand strided(const Extents& dims, bool may_repeat, DType dtype = DType::f32) {
    Operand operand = dense(dims, dtype);
    std::vector<size_t> order(dims.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    if (chance(50)) std::shuffle(order.begin(), order.end(), random_);
    int64_t step = 1;
    for (size_t i = order.size(); i-- > 0;) {
      operand.strides[order[i]] = step;
      step *= dims[order[i]];
    }
    for (int64_t& stride : operand.strides) {
      if (may_repeat && chance(15))
        stride = 0;
      else if (chance(10))
        stride = -stride;
    }
    return operand;
  }
  Extents shape(size_t least_rank, size_t most_rank) {
    Extents dims;
    const auto rank = pick(static_cast<int64_t>(least_rank), static_cast<int64_t>(most_rank));
    for (int64_t i = 0; i < rank; ++i) dims.push_back(i + 1 == rank ? big() : one_of<5>({1, 2, 3, 4, 9}));
    return dims;
  }

  void add_epilogue(Problem& p, int64_t channels) {
    if (chance(60)) {
      p.epilogue.push_back({.kind = EpilogueKind::bias_channel, .operand = static_cast<int>(p.operands.size())});
      p.operands.push_back(dense({channels}));
    }
    if (chance(30)) {
      p.epilogue.push_back({.kind = EpilogueKind::add_operand, .operand = static_cast<int>(p.operands.size())});
      p.operands.push_back(dense(p.results[0].dims));
    }
    if (chance(60)) {
      static constexpr std::array<UnaryOp, 8> kOps = {UnaryOp::relu,    UnaryOp::clip,      UnaryOp::hard_swish,
                                                      UnaryOp::sigmoid, UnaryOp::swish,     UnaryOp::gelu,
                                                      UnaryOp::tanh,    UnaryOp::leaky_relu};
      const UnaryOp op = kOps[static_cast<size_t>(pick(0, 7))];
      const double alpha = op == UnaryOp::clip ? -0.5 : (op == UnaryOp::swish ? 1 : 0.1);
      p.epilogue.push_back({.kind = EpilogueKind::unary, .unary = op, .alpha = alpha, .beta = 1.5});
    }
    if (chance(20)) p.epilogue.push_back({.kind = EpilogueKind::binary_scalar, .binary = BinaryOp::mul, .alpha = 0.5});
  }

  DType byte() { return chance(50) ? DType::i8 : DType::u8; }
  static Operand single(DType dtype) { return {.dtype = dtype, .dims = {}, .strides = {}}; }

  /// Makes a contraction one of 8-bit operands: zero points, and an epilogue of exact steps.
  void make_bytes(Problem& p, int64_t channels) {
    p.epilogue.clear();
    p.operands.resize(2);
    for (Operand& operand : p.operands) operand.dtype = byte();
    Operand& y = p.results[0];
    y = dense(y.dims, DType::i32);
    for (size_t i = 0; i < 2; ++i) {
      Operand zero = i == 1 && chance(40) ? dense({channels}, p.operands[i].dtype) : single(p.operands[i].dtype);
      zero.present = chance(70);
      p.operands.push_back(zero);
    }
    if (chance(30)) return;
    const auto add = [&](EpilogueOp op, const Operand& operand) {
      op.operand = static_cast<int>(p.operands.size());
      p.epilogue.push_back(op);
      p.operands.push_back(operand);
    };
    if (chance(60)) add({.kind = EpilogueKind::bias_channel}, dense({channels}, DType::i32));
    add({.kind = EpilogueKind::rescale}, chance(50) ? dense({channels}) : single(DType::f32));
    if (chance(50))
      p.epilogue.push_back({.kind = EpilogueKind::unary, .unary = UnaryOp::clip, .alpha = -7, .beta = 90});
    y.dtype = DType::f32;
    if (chance(30)) return;
    y.dtype = byte();
    p.epilogue.push_back({.kind = EpilogueKind::quantize, .alpha = static_cast<double>(pick(0, 100))});
  }

  Window window(size_t rank) {
    Window w;
    for (size_t i = 0; i < rank; ++i) {
      w.kernel.push_back(one_of<6>({1, 2, 3, 3, 5, 7}));
      w.strides.push_back(one_of<4>({1, 1, 2, 3}));
      w.dilations.push_back(one_of<4>({1, 1, 1, 2}));
      w.pads_begin.push_back(pick(0, w.kernel[i] / 2));
      w.pads_end.push_back(pick(0, w.kernel[i] / 2));
    }
    return w;
  }
  static int64_t reach(const Window& w, size_t i) { return (w.kernel[i] - 1) * w.dilations[i] + 1; }

 private:
  std::mt19937& random_;
};

using Make = Problem (*)(Generator&);

Problem make_unary(Generator& g) {
  Problem p;
  const auto op = static_cast<UnaryOp>(g.pick(0, static_cast<int64_t>(UnaryOp::count_) - 1));
  const double alpha = op == UnaryOp::clip ? -0.7 : (op == UnaryOp::celu ? 1.5 : 0.3);
  p.attributes = UnaryAttributes{.op = op, .alpha = alpha, .beta = 0.8};
  const Extents dims = g.shape(0, 5);
  p.operands = {g.chance(50) ? Generator::dense(dims) : g.strided(dims, true)};
  p.results = {g.chance(70) ? Generator::dense(dims) : g.strided(dims, false)};
  if (op == UnaryOp::is_nan || op == UnaryOp::is_inf) p.results[0].dtype = DType::boolean;
  return p;
}

/// y = a^e with e known while planning; the test fills the operand's memory with the same value.
Problem make_power(Generator& g) {
  static constexpr std::array<float, 5> kExponents = {2, 0.5F, -1, -0.5F, 1};
  Problem p;
  p.attributes = BinaryAttributes{BinaryOp::pow};
  const Extents dims = g.shape(0, 4);
  Operand exponent = Generator::dense(dims);
  for (int64_t& stride : exponent.strides) stride = 0;
  exponent.constant = true;
  exponent.data = &kExponents[static_cast<size_t>(g.pick(0, 4))];
  p.operands = {Generator::dense(dims), exponent};
  p.results = {Generator::dense(dims)};
  return p;
}

Problem make_binary(Generator& g) {
  if (g.chance(15)) return make_power(g);
  Problem p;
  const auto op = static_cast<BinaryOp>(g.pick(0, static_cast<int64_t>(BinaryOp::count_) - 1));
  p.attributes = BinaryAttributes{op};
  const Extents dims = g.shape(0, 5);
  const auto operand = [&] { return g.chance(40) ? Generator::dense(dims) : g.strided(dims, true); };
  p.operands = {operand(), operand()};
  p.results = {g.chance(70) ? Generator::dense(dims) : g.strided(dims, false)};
  const bool boolean = op >= BinaryOp::logical_and && op <= BinaryOp::less_equal;
  if (boolean) p.results[0].dtype = DType::boolean;
  return p;
}

Problem make_matmul(Generator& g) {
  Problem p;
  p.attributes = MatMulAttributes{.alpha = g.chance(20) ? 0.25 : 1.0};
  Extents batch;
  for (int64_t i = g.pick(0, 2); i > 0; --i) batch.push_back(g.pick(1, 3));
  const int64_t m = g.chance(30) ? g.big() : g.size();
  const int64_t n = g.big();
  const int64_t k = g.big();
  const auto dims = [&](int64_t rows, int64_t columns) {
    Extents d = batch;
    d.push_back(rows);
    d.push_back(columns);
    return d;
  };
  const auto operand = [&](int64_t rows, int64_t columns) {
    Operand o = g.chance(60) ? g.padded(dims(rows, columns)) : Generator::dense(dims(rows, columns));
    if (g.chance(30)) {
      Operand turned = Generator::dense(dims(columns, rows));
      const size_t last = turned.dims.size() - 1;
      std::swap(turned.dims[last], turned.dims[last - 1]);
      std::swap(turned.strides[last], turned.strides[last - 1]);
      o = turned;
    }
    for (size_t i = 0; i < batch.size(); ++i) {
      if (g.chance(30)) o.strides[i] = 0;
    }
    return o;
  };
  p.operands = {operand(m, k), operand(k, n)};
  p.operands[1].constant = g.chance(50);
  p.results = {g.chance(80) ? Generator::dense(dims(m, n)) : g.padded(dims(m, n))};
  g.add_epilogue(p, n);
  if (g.chance(30)) {
    p.attributes = MatMulAttributes{};
    g.make_bytes(p, n);
  }
  return p;
}

Problem make_conv(Generator& g) {
  Problem p;
  const auto rank = static_cast<size_t>(g.pick(1, 2));
  Window w = g.window(rank);
  if (g.chance(30)) {
    for (size_t i = 0; i < rank; ++i)
      w.kernel[i] = w.strides[i] = w.dilations[i] = 1, w.pads_begin[i] = w.pads_end[i] = 0;
  }
  const int64_t group = g.one_of<5>({1, 1, 1, 2, 4});
  int64_t in = group * g.size() % 60 + group;
  in -= in % group;
  int64_t out = group * g.one_of<6>({1, 2, 3, 8, 9, 20});
  const bool depthwise = g.chance(40);
  if (depthwise) in = g.size(), out = in * g.one_of<3>({1, 1, 2});
  const bool whole = g.chance(30);
  const bool narrow = g.chance(25);
  Extents x = {g.pick(1, 2), in};
  Extents filter = {out, depthwise ? 1 : in / group};
  Extents y = {x[0], out};
  for (size_t i = 0; i < rank; ++i) {
    if (whole) w.dilations[i] = 1, w.pads_begin[i] = w.pads_end[i] = 0;
    const int64_t size = Generator::reach(w, i) + (whole ? 0 : (narrow ? g.pick(0, 2) : g.size()));
    x.push_back(size);
    filter.push_back(w.kernel[i]);
    y.push_back((size + w.pads_begin[i] + w.pads_end[i] - Generator::reach(w, i)) / w.strides[i] + 1);
  }
  p.attributes = ConvAttributes{.window = w, .group = depthwise ? in : group};
  p.operands = {g.chance(70) ? Generator::dense(x) : g.padded(x), Generator::dense(filter)};
  p.operands[1].constant = g.chance(70);
  p.results = {Generator::dense(y)};
  p.threads = static_cast<int>(g.pick(1, 4));
  g.add_epilogue(p, out);
  if (g.chance(40)) {
    p.operands[0] = Generator::dense(x);
    p.operands[1].constant = true;
    g.make_bytes(p, out);
    if (depthwise && g.chance(60)) {  // as quantisation tools write them: weights of both signs around zero
      p.operands[1].dtype = DType::i8;
      p.operands[3] = Generator::single(DType::i8);
      p.operands[3].present = false;
    }
  }
  return p;
}

Problem make_conv_transpose(Generator& g) {
  Problem p;
  ConvTransposeAttributes attributes{.window = g.window(2)};
  Window& w = attributes.window;
  if (g.chance(60)) {
    for (size_t i = 0; i < 2; ++i) {
      w.kernel[i] = w.strides[i] = g.pick(1, 3);
      w.dilations[i] = 1, w.pads_begin[i] = w.pads_end[i] = 0;
    }
  }
  const Extents x = {g.pick(1, 2), g.size(), g.size(), g.size()};
  const Extents filter = {x[1], g.size(), w.kernel[0], w.kernel[1]};
  Extents y = {x[0], filter[1]};
  for (size_t i = 0; i < 2; ++i) {
    y.push_back(
        std::max<int64_t>(1, (x[2 + i] - 1) * w.strides[i] + Generator::reach(w, i) - w.pads_begin[i] - w.pads_end[i]));
  }
  p.attributes = attributes;
  p.operands = {Generator::dense(x), Generator::dense(filter)};
  p.operands[1].constant = g.chance(70);
  p.results = {Generator::dense(y)};
  g.add_epilogue(p, filter[1]);
  return p;
}

Problem make_reduce(Generator& g) {
  Problem p;
  const Extents dims = g.shape(1, 5);
  const auto mask = static_cast<uint32_t>(g.pick(0, (1 << dims.size()) - 1));
  p.attributes = ReduceAttributes{.op = static_cast<ReduceOp>(g.pick(0, 9)), .axes_mask = mask};
  Extents y = dims;
  for (size_t i = 0; i < y.size(); ++i) {
    if ((mask >> i & 1U) != 0) y[i] = 1;
  }
  p.operands = {g.chance(70) ? Generator::dense(dims) : g.strided(dims, true)};
  p.results = {Generator::dense(y)};
  return p;
}

Problem make_softmax(Generator& g) {
  Problem p;
  const Extents dims = g.shape(1, 4);
  p.attributes = SoftmaxAttributes{
      .axis = static_cast<int32_t>(g.chance(60) ? -1 : g.pick(0, static_cast<int64_t>(dims.size()) - 1)),
      .log = g.chance(30)};
  p.operands = {g.chance(70) ? Generator::dense(dims) : g.strided(dims, true)};
  p.results = {Generator::dense(dims)};
  return p;
}

/// Masks broadcast or not, numbers or booleans; keys transposed or not; a mask of -infinity is left to its own tests.
Problem make_attention(Generator& g) {
  Problem p;
  Extents batch;
  for (int64_t i = g.pick(0, 2); i > 0; --i) batch.push_back(g.pick(1, 3));
  const auto dims = [&](int64_t rows, int64_t columns) {
    Extents d = batch;
    d.push_back(rows);
    d.push_back(columns);
    return d;
  };
  const int64_t queries = g.big();
  const int64_t keys = g.big();
  const int64_t depth = g.chance(5) ? g.big() : g.size();
  const int64_t width = g.chance(30) ? g.big() : g.size();
  p.attributes = AttentionAttributes{.scale = 0.25, .fill = -3, .filled = g.chance(50)};
  p.operands = {g.padded(dims(queries, depth)), g.padded(dims(depth, keys)), g.padded(dims(keys, width))};
  for (Operand& operand : p.operands) {
    if (g.chance(50)) operand = g.strided(operand.dims, false);
  }
  if (g.chance(60)) {
    Operand mask = Generator::dense(dims(queries, keys), g.chance(50) ? DType::boolean : DType::f32);
    for (size_t i = 0; i + 1 < mask.strides.size(); ++i) {
      if (g.chance(50)) mask.strides[i] = 0;
    }
    p.operands.push_back(mask);
  }
  p.results = {g.chance(80) ? Generator::dense(dims(queries, width)) : g.padded(dims(queries, width))};
  return p;
}

Problem make_norm(Generator& g) {
  Problem p;
  const Extents dims = g.shape(1, 4);
  const int64_t axis =
      g.chance(60) ? static_cast<int64_t>(dims.size()) - 1 : g.pick(0, static_cast<int64_t>(dims.size()) - 1);
  p.attributes = NormAttributes{.axis = static_cast<int32_t>(axis), .rms = g.chance(30)};
  p.operands = {Generator::dense(dims)};
  for (int i = 0; i < 2; ++i) {
    Operand o = Generator::dense(dims);
    for (size_t d = 0; d < static_cast<size_t>(axis); ++d) o.strides[d] = 0;
    o.present = g.chance(75);
    if (o.present && g.chance(20)) {
      for (int64_t& stride : o.strides) stride = 0;
    }
    p.operands.push_back(o);
  }
  p.results = {Generator::dense(dims)};
  return p;
}

Problem make_pool(Generator& g) {
  Problem p;
  const auto rank = static_cast<size_t>(g.pick(1, 2));
  PoolAttributes attributes{
      .op = static_cast<PoolOp>(g.pick(0, 1)), .window = g.window(rank), .count_include_pad = g.chance(50)};
  const DType dtype = attributes.op == PoolOp::max && g.chance(40) ? g.byte() : DType::f32;
  const Window& w = attributes.window;
  Extents x = {g.pick(1, 2), g.size()};
  Extents y = x;
  for (size_t i = 0; i < rank; ++i) {
    const int64_t size = Generator::reach(w, i) + g.size();
    x.push_back(size);
    y.push_back((size + w.pads_begin[i] + w.pads_end[i] - Generator::reach(w, i)) / w.strides[i] + 1);
  }
  p.attributes = attributes;
  p.operands = {Generator::dense(x, dtype)};
  p.results = {Generator::dense(y, dtype)};
  return p;
}

Problem make_quantize(Generator& g) {
  Problem p;
  const Extents dims = g.shape(1, 4);
  const DType dtype = g.byte();
  p.attributes = QuantizeAttributes{.axis = 0};
  p.operands = {Generator::dense(dims), Generator::single(DType::f32), Generator::single(dtype)};
  p.operands[2].present = g.chance(60);
  p.results = {Generator::dense(dims, dtype)};
  return p;
}

Problem make_dequantize(Generator& g) {
  Problem p;
  const Extents dims = g.shape(1, 4);
  const DType dtype = g.byte();
  p.attributes = DequantizeAttributes{.axis = 0};
  p.operands = {Generator::dense(dims, dtype), Generator::single(DType::f32), Generator::single(dtype)};
  p.operands[2].present = g.chance(60);
  p.results = {Generator::dense(dims)};
  return p;
}

Problem make_quantized_binary(Generator& g) {
  Problem p;
  static constexpr std::array<BinaryOp, 3> kOps = {BinaryOp::add, BinaryOp::sub, BinaryOp::mul};
  const auto zero = [&] { return static_cast<int32_t>(g.pick(-5, 20)); };
  QuantizedBinaryAttributes attributes{.op = kOps[static_cast<size_t>(g.pick(0, 2))],
                                       .a_scale = 0.37F,
                                       .b_scale = 0.011F,
                                       .y_scale = 0.05F,
                                       .a_zero = zero(),
                                       .b_zero = zero(),
                                       .y_zero = zero()};
  if (g.chance(30)) attributes.low = attributes.y_zero, attributes.high = 100;
  p.attributes = attributes;
  const Extents dims = g.shape(1, 4);
  p.operands = {Generator::dense(dims, g.byte()), Generator::dense(dims, g.byte())};
  if (g.chance(20)) p.operands[1].strides.back() = 0;
  p.results = {Generator::dense(dims, g.byte())};
  return p;
}

Problem make_resize(Generator& g) {
  Problem p;
  ResizeAttributes attributes{
      .mode = static_cast<ResizeMode>(g.pick(0, 1)),
      .coordinates = g.chance(50) ? ResizeCoordinates::half_pixel : ResizeCoordinates::asymmetric,
      .nearest = static_cast<ResizeNearest>(g.pick(0, 3))};
  attributes.scales.fill(1);
  const Extents x = {g.pick(1, 2), g.pick(1, 5), g.size(), g.size()};
  Extents y = x;
  for (size_t i = 2; i < 4; ++i) {
    const bool twice = g.chance(50);
    y[i] = twice ? 2 * x[i] : g.size();
    attributes.scales[i] = static_cast<double>(y[i]) / static_cast<double>(x[i]);
  }
  p.attributes = attributes;
  p.operands = {Generator::dense(x)};
  p.results = {Generator::dense(y)};
  return p;
}

Problem make_cast(Generator& g) {
  Problem p;
  static constexpr std::array<DType, 6> kTypes = {DType::f32, DType::f16, DType::i64,
                                                  DType::i32, DType::u8,  DType::boolean};
  const auto dtype = [&] { return kTypes[static_cast<size_t>(g.pick(0, 5))]; };
  const Extents dims = g.shape(1, 4);
  p.attributes = CastAttributes{};
  p.operands = {g.chance(70) ? Generator::dense(dims, dtype()) : g.strided(dims, true, dtype())};
  p.results = {Generator::dense(dims, dtype())};
  return p;
}

Problem make_raster(Generator& g) {
  Problem p;
  p.attributes = RasterAttributes{};
  static constexpr std::array<DType, 4> kTypes = {DType::f32, DType::f16, DType::i64, DType::u8};
  const DType dtype = kTypes[static_cast<size_t>(g.pick(0, 3))];
  const Extents dims = g.shape(1, 5);
  const Operand source = g.strided(dims, true, dtype);
  const Operand result = Generator::dense(dims, dtype);
  Region region;
  for (size_t i = 0; i < dims.size(); ++i) region.axes.push_back({dims[i], source.strides[i], result.strides[i]});
  if (g.chance(20)) region.source = Region::kFill, region.fill = 3;
  if (g.chance(20)) region.combine = Combine::add;
  p.operands = {source};
  p.results = {result};
  p.regions = {region};
  return p;
}

Problem make_select(Generator& g) {
  Problem p;
  const Extents dims = g.shape(0, 4);
  p.attributes = SelectAttributes{};
  p.operands = {g.strided(dims, true, DType::boolean), g.strided(dims, true), g.strided(dims, true)};
  p.results = {Generator::dense(dims)};
  return p;
}

Problem make_gather(Generator& g) {
  Problem p;
  Extents x = g.shape(1, 4);
  const auto axis = static_cast<size_t>(g.pick(0, static_cast<int64_t>(x.size()) - 1));
  const Extents indices = g.shape(0, 2);
  p.attributes = GatherAttributes{.axis = static_cast<int32_t>(axis)};
  Extents y;
  for (size_t i = 0; i < axis; ++i) y.push_back(x[i]);
  for (const int64_t d : indices) y.push_back(d);
  for (size_t i = axis + 1; i < x.size(); ++i) y.push_back(x[i]);
  p.operands = {g.chance(50) ? Generator::dense(x) : g.strided(x, false), Generator::dense(indices, DType::i64)};
  p.results = {Generator::dense(y)};
  return p;
}

Make maker_of(Family family) {
  switch (family) {
    case Family::unary:
      return make_unary;
    case Family::binary:
      return make_binary;
    case Family::select:
      return make_select;
    case Family::cast:
      return make_cast;
    case Family::matmul:
      return make_matmul;
    case Family::conv:
      return make_conv;
    case Family::conv_transpose:
      return make_conv_transpose;
    case Family::reduce:
      return make_reduce;
    case Family::softmax:
      return make_softmax;
    case Family::norm:
      return make_norm;
    case Family::attention:
      return make_attention;
    case Family::pool:
      return make_pool;
    case Family::resize:
      return make_resize;
    case Family::gather:
      return make_gather;
    case Family::raster:
      return make_raster;
    case Family::quantize:
      return make_quantize;
    case Family::dequantize:
      return make_dequantize;
    case Family::quantized_binary:
      return make_quantized_binary;
    default:
      return nullptr;
  }
}

void print(std::ostream& out, const Operand& operand) {
  out << name_of(operand.dtype) << "[";
  for (size_t i = 0; i < operand.dims.size(); ++i)
    out << (i > 0 ? "," : "") << operand.dims[i] << ":" << operand.strides[i];
  out << (operand.constant ? "]c " : "] ");
}

}  // namespace

std::vector<Problem> generate(Family family, std::mt19937& random) {
  constexpr int kProblems = 200;
  std::vector<Problem> problems;
  const Make make = maker_of(family);
  if (make == nullptr) return problems;
  Generator generator(random);
  for (int i = 0; i < kProblems; ++i) problems.push_back(make(generator));
  return problems;
}

std::string describe(const Problem& problem) {
  std::ostringstream out;
  out << name_of(problem.family()) << " ";
  for (const Operand& operand : problem.operands) print(out, operand);
  out << "-> ";
  for (const Operand& result : problem.results) print(out, result);
  if (const auto* unary = std::get_if<UnaryAttributes>(&problem.attributes))
    out << "op " << static_cast<int>(unary->op);
  if (const auto* binary = std::get_if<BinaryAttributes>(&problem.attributes))
    out << "op " << static_cast<int>(binary->op);
  if (const auto* reduce = std::get_if<ReduceAttributes>(&problem.attributes)) {
    out << "op " << static_cast<int>(reduce->op) << " axes " << reduce->axes_mask;
  }
  for (const EpilogueOp& op : problem.epilogue) {
    out << " +" << static_cast<int>(op.kind) << "/" << static_cast<int>(op.unary);
  }
  return out.str();
}

}  // namespace walle::conformance
