// Speed of every fast kernel on the shapes of networks that edge devices run; one thread.
//   bench_kernels --benchmark_filter=conv
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <memory>
#include <vector>

#include "kernels/support/def.h"
#include "kernels/table/table.h"

namespace walle {
namespace {

struct Shape {
  std::string_view name;
  Problem problem;
};

Operand dense(const Extents& dims) { return {.dims = dims, .strides = dense_strides(dims)}; }

Problem conv(int64_t in, int64_t out, int64_t size, int64_t kernel, int64_t stride, int64_t group = 1,
             int64_t width = 0) {
  if (width == 0) width = size;
  const int64_t pad = kernel / 2;
  Problem p{.attributes = ConvAttributes{.window = {.kernel = {kernel, kernel},
                                                    .strides = {stride, stride},
                                                    .dilations = {1, 1},
                                                    .pads_begin = {pad, pad},
                                                    .pads_end = {pad, pad}},
                                         .group = group}};
  p.operands = {dense({1, in, size, width}), dense({out, in / group, kernel, kernel}), dense({out})};
  p.operands[1].constant = true;
  p.results = {dense({1, out, (size + 2 * pad - kernel) / stride + 1, (width + 2 * pad - kernel) / stride + 1})};
  p.epilogue.push_back({.kind = EpilogueKind::bias_channel, .operand = 2});
  p.epilogue.push_back({.kind = EpilogueKind::unary, .unary = UnaryOp::relu});
  return p;
}

Problem matmul(int64_t m, int64_t k, int64_t n, bool constant) {
  Problem p{.attributes = MatMulAttributes{}};
  p.operands = {dense({m, k}), dense({k, n})};
  p.operands[1].constant = constant;
  p.results = {dense({m, n})};
  return p;
}

Problem conv_transpose(int64_t in, int64_t out, int64_t size) {
  Problem p{
      .attributes = ConvTransposeAttributes{
          .window = {
              .kernel = {2, 2}, .strides = {2, 2}, .dilations = {1, 1}, .pads_begin = {0, 0}, .pads_end = {0, 0}}}};
  p.operands = {dense({1, in, size, size}), dense({in, out, 2, 2})};
  p.operands[1].constant = true;
  p.results = {dense({1, out, 2 * size, 2 * size})};
  return p;
}

Problem elementwise(FamilyAttributes attributes, const Extents& dims, size_t operands) {
  Problem p{.attributes = std::move(attributes)};
  p.operands.assign(operands, dense(dims));
  p.results = {dense(dims)};
  return p;
}

Problem resize(ResizeMode mode, int64_t channels, int64_t size) {
  ResizeAttributes attributes{
      .mode = mode, .coordinates = ResizeCoordinates::asymmetric, .nearest = ResizeNearest::floor};
  attributes.scales.fill(1);
  attributes.scales[2] = attributes.scales[3] = 2;
  Problem p{.attributes = attributes};
  p.operands = {dense({1, channels, size, size})};
  p.results = {dense({1, channels, 2 * size, 2 * size})};
  return p;
}

Problem pool(PoolOp op, int64_t channels, int64_t size, int64_t kernel, int64_t stride) {
  Problem p{.attributes =
                PoolAttributes{.op = op, .window = {.kernel = {kernel, kernel}, .strides = {stride, stride}}}};
  p.operands = {dense({1, channels, size, size})};
  const int64_t out = (size - kernel) / stride + 1;
  p.results = {dense({1, channels, out, out})};
  return p;
}

Problem transpose(int64_t rows, int64_t columns) {
  Problem p{.attributes = RasterAttributes{}};
  p.operands = {dense({rows, columns})};
  p.results = {dense({columns, rows})};
  p.regions = {{.axes = {{columns, 1, rows}, {rows, columns, 1}}}};
  return p;
}

std::vector<Shape> shapes() {
  const auto reduce = [](ReduceOp op, uint32_t mask, const Extents& dims, const Extents& out) {
    Problem p{.attributes = ReduceAttributes{.op = op, .axes_mask = mask}};
    p.operands = {dense(dims)};
    p.results = {dense(out)};
    return p;
  };
  return {{"matmul_1024", matmul(1024, 1024, 1024, true)},
          {"matmul_1024_dynamic", matmul(1024, 1024, 1024, false)},
          {"matmul_128x768x768", matmul(128, 768, 768, true)},
          {"matvec_1x1024x4096", matmul(1, 1024, 4096, true)},
          {"matvec_1x128x512", matmul(1, 128, 512, true)},
          {"matmul_rec_80x120x6625", matmul(40, 120, 6625, true)},
          {"conv3x3_64_56", conv(64, 64, 56, 3, 1)},
          {"conv3x3_128_28", conv(128, 128, 28, 3, 1)},
          {"conv3x3_256_14", conv(256, 256, 14, 3, 1)},
          {"conv3x3_512_7", conv(512, 512, 7, 3, 1)},
          {"conv3x3_32_112", conv(32, 32, 112, 3, 1)},
          {"conv3x3_96_24_160", conv(96, 24, 160, 3, 1)},
          {"conv3x3_3_16_640_s2", conv(3, 16, 640, 3, 2)},
          {"conv7x7_3_64_224_s2", conv(3, 64, 224, 7, 2)},
          {"conv1x1_64_256_56", conv(64, 256, 56, 1, 1)},
          {"conv1x1_16_96_112", conv(16, 96, 112, 1, 1)},
          {"conv1x1_1024_256_14", conv(1024, 256, 14, 1, 1)},
          {"conv1x1_96_24_56", conv(96, 24, 56, 1, 1)},
          {"conv1x1_480_120_1", conv(480, 120, 1, 1, 1)},
          {"depthwise3x3_96_112", conv(96, 96, 112, 3, 1, 96)},
          {"depthwise3x3_96_112_s2", conv(96, 96, 112, 3, 2, 96)},
          {"depthwise3x3_384_14", conv(384, 384, 14, 3, 1, 384)},
          {"depthwise5x5_240_28", conv(240, 240, 28, 5, 1, 240)},
          {"depthwise5x5_120_24x320", conv(120, 120, 24, 5, 1, 120, 320)},
          {"conv_transpose2x2_24_160", conv_transpose(24, 24, 160)},
          {"conv_transpose2x2_24_1_320", conv_transpose(24, 1, 320)},
          {"relu_1m", elementwise(UnaryAttributes{.op = UnaryOp::relu}, {1 << 20}, 1)},
          {"exp_1m", elementwise(UnaryAttributes{.op = UnaryOp::exp}, {1 << 20}, 1)},
          {"gelu_1m", elementwise(UnaryAttributes{.op = UnaryOp::gelu}, {1 << 20}, 1)},
          {"add_1m", elementwise(BinaryAttributes{BinaryOp::add}, {1 << 20}, 2)},
          {"softmax_512x512", elementwise(SoftmaxAttributes{.axis = -1}, {512, 512}, 1)},
          {"softmax_40x6625", elementwise(SoftmaxAttributes{.axis = -1}, {40, 6625}, 1)},
          {"layer_norm_128x768", elementwise(NormAttributes{.axis = 1}, {128, 768}, 1)},
          {"global_average_960_20", reduce(ReduceOp::mean, 12, {1, 960, 20, 20}, {1, 960, 1, 1})},
          {"resize_nearest_96_80", resize(ResizeMode::nearest, 96, 80)},
          {"resize_linear_24_160", resize(ResizeMode::linear, 24, 160)},
          {"max_pool3x3_64_112_s2", pool(PoolOp::max, 64, 112, 3, 2)},
          {"average_pool2x2_96_80_s2", pool(PoolOp::average, 96, 80, 2, 2)},
          {"transpose_1024", transpose(1024, 1024)}};
}

using Bytes = std::unique_ptr<std::byte, decltype(&std::free)>;
Bytes allocate(size_t size) {
  Bytes bytes(static_cast<std::byte*>(std::aligned_alloc(64, (size + 191) / 64 * 64)), std::free);
  auto* floats = reinterpret_cast<float*>(bytes.get());
  for (size_t i = 0; i < (size + 191) / 64 * 16; ++i) floats[i] = static_cast<float>(i % 17) * 0.125F - 1;
  return bytes;
}

void run(benchmark::State& state, const KernelDef& kernel, const Problem& problem, const Params& params) {
  std::vector<Bytes> memory;
  std::vector<const void*> operands;
  std::vector<void*> results;
  for (const Operand& operand : problem.operands) {
    memory.push_back(allocate(static_cast<size_t>(bytes_of(operand.dtype, operand.count()))));
    operands.push_back(memory.back().get());
  }
  for (const Operand& result : problem.results) {
    memory.push_back(allocate(static_cast<size_t>(bytes_of(result.dtype, result.count()))));
    results.push_back(memory.back().get());
  }
  const Packing packing = kernel.packing == nullptr ? Packing{} : kernel.packing(problem, params);
  const Bytes packed = allocate(packing.bytes);
  if (packing.operand >= 0) kernel.pack(problem, params, operands[static_cast<size_t>(packing.operand)], packed.get());
  const Bytes workspace = allocate(kernel.workspace_bytes == nullptr ? 0 : kernel.workspace_bytes(problem, params));
  const Arguments arguments{.problem = &problem,
                            .params = params,
                            .operands = operands,
                            .results = results,
                            .packed = packing.operand >= 0 ? packed.get() : nullptr,
                            .workspace = workspace.get()};
  const int64_t tiles = kernel.tiles(problem, params);
  for (auto _ : state) {
    kernel.run(arguments, {0, tiles});
    benchmark::ClobberMemory();
  }
  const Family family = problem.family();
  const bool multiplies = family == Family::matmul || family == Family::conv || family == Family::conv_transpose;
  if (multiplies) {
    state.counters["GF/s"] =
        benchmark::Counter(2e-9 * kernels::multiply_adds(problem), benchmark::Counter::kIsIterationInvariantRate);
  } else {
    state.counters["GB/s"] =
        benchmark::Counter(1e-9 * kernels::traffic_of(problem), benchmark::Counter::kIsIterationInvariantRate);
  }
}

}  // namespace
}  // namespace walle

int main(int argc, char** argv) {
  const std::vector<walle::Shape> shapes = walle::shapes();
  for (const walle::Shape& shape : shapes) {
    for (const walle::KernelDef* kernel : walle::kernels::kernel_table()) {
      if (kernel->family != shape.problem.family() || kernel->variant == "ref" || kernel->accepts(shape.problem))
        continue;
      std::vector<walle::Params> choices(1);
      if (kernel->parameters != nullptr) choices = kernel->parameters(shape.problem);
      for (size_t i = 0; i < choices.size(); ++i) {
        const std::string name =
            std::string(shape.name) + "/" + std::string(kernel->name) + (i > 0 ? "/" + std::to_string(i) : "");
        benchmark::RegisterBenchmark(name.c_str(),
                                     [kernel, &shape, params = choices[i]](benchmark::State& state) {
                                       walle::run(state, *kernel, shape.problem, params);
                                     })
            ->Unit(benchmark::kMicrosecond)
            ->MinTime(0.1);
      }
    }
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
