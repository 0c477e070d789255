// Files that are small and ask for much: each has to be answered in bounded time and memory, with one clear error.
#include <gtest/gtest.h>

#include "libwalle/session/model.h"
#include "tests/support/bounded.h"
#include "tests/unit/libwalle/import/proto_model.h"

namespace walle::import::testing {
namespace {

constexpr int64_t kMemory = int64_t{2} << 30;
constexpr rlim_t kSeconds = 10;

/// Imports, plans and runs; the error, or "" if all of it went well.
std::string use(const std::string& bytes) {
  auto graph = load_onnx({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}, "");
  if (!graph) return graph.error().message;
  const auto model = session::model_from_graph(*std::move(graph));
  if (!model) return model.error().message;
  const auto session = engine::Session::create(*model, {.max_value_bytes = int64_t{1} << 30});
  if (!session) return session.error().message;
  std::vector<engine::NamedTensor> inputs;
  for (const auto& port : (*model)->inputs()) {
    std::vector<int64_t> dims = port.dims;
    for (int64_t& d : dims) d = std::max<int64_t>(d, 1);
    auto tensor = engine::Tensor::zeros(port.dtype, dims);
    if (!tensor) return tensor.error().message;
    inputs.push_back({port.name, *std::move(tensor)});
  }
  const auto outputs = (*session)->run(inputs);
  return outputs ? "" : outputs.error().message;
}

void expect_refused(const ProtoModel& model, const std::vector<std::string>& parts) {
  const std::string bytes = model.proto.SerializeAsString();
  const auto result = support::run_bounded([&] { return use(bytes); }, kMemory, kSeconds);
  EXPECT_LT(result.peak_bytes, kSanitized ? 8 * kMemory : kMemory);  // sanitizers shadow memory, and no limit holds
  EXPECT_EQ(result.failure, "");
  EXPECT_NE(result.text, "") << "was accepted";
  for (const std::string& part : parts) EXPECT_NE(result.text.find(part), std::string::npos) << result.text;
}

void expect_survived(const std::string& bytes) {
  const auto result = support::run_bounded([&] { return use(bytes); }, kMemory, kSeconds);
  EXPECT_EQ(result.failure, "");
}

onnx::AttributeProto& attribute(onnx::NodeProto& node, const std::string& name,
                                onnx::AttributeProto::AttributeType type) {
  auto& made = *node.add_attribute();
  made.set_name(name);
  made.set_type(type);
  return made;
}

void set_int(onnx::NodeProto& node, const std::string& name, int64_t value) {
  attribute(node, name, onnx::AttributeProto::INT).set_i(value);
}

void set_ints(onnx::NodeProto& node, const std::string& name, const std::vector<int64_t>& values) {
  auto& made = attribute(node, name, onnx::AttributeProto::INTS);
  for (const int64_t value : values) made.add_ints(value);
}

/// An i64 initialiser.
void ints(ProtoModel& m, const std::string& name, const std::vector<int64_t>& values) {
  auto& tensor = *m.graph().add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::INT64);
  tensor.add_dims(static_cast<int64_t>(values.size()));
  for (const int64_t value : values) tensor.add_int64_data(value);
}

TEST(HostileLimits, MoreThanAMillionNodes) {
  ProtoModel m;
  for (int i = 0; i < (1 << 20) + 8; ++i) {
    auto& node = *m.graph().add_node();
    node.set_op_type("Relu");
    node.add_input(i == 0 ? "x" : std::to_string(i - 1));
    node.add_output(std::to_string(i));
  }
  m.output("7");
  expect_refused(m, {"2^20 nodes"});
}

TEST(HostileLimits, FunctionsThatDoubleAtEachLevel) {
  ProtoModel m;
  constexpr int kLevels = 40;
  for (int level = 0; level < kLevels; ++level) {
    auto& function = *m.proto.add_functions();
    function.set_name("F" + std::to_string(level));
    function.set_domain("local");
    function.add_input("a");
    function.add_output("c");
    function.add_opset_import()->set_version(17);
    for (const auto& [from, to] : {std::pair("a", "b"), std::pair("b", "c")}) {
      auto& node = *function.add_node();
      node.set_op_type(level == 0 ? "Neg" : "F" + std::to_string(level - 1));
      node.set_domain(level == 0 ? "" : "local");
      node.add_input(from);
      node.add_output(to);
    }
  }
  m.node("F39", {"x"}, "y").set_domain("local");
  m.output("y");
  expect_refused(m, {"functions"});
}

TEST(HostileLimits, ProtobufMessagesNestedTooDeeply) {
  // graph, node, attribute, g, node, attribute, g … by hand: the library refuses to write it.
  std::string bytes;
  for (int depth = 0; depth < 20000; ++depth) {
    const auto wrap = [&](uint8_t field) {
      std::string head(1, static_cast<char>(static_cast<unsigned>(field) << 3U | 2U));
      for (size_t n = bytes.size(); true; n >>= 7U) {
        head += static_cast<char>((n & 127U) | (n > 127 ? 128U : 0U));
        if (n <= 127) break;
      }
      bytes = head + bytes;
    };
    wrap(6);  // AttributeProto.g
    wrap(5);  // NodeProto.attribute
    wrap(1);  // GraphProto.node
    if (bytes.size() > 100'000) break;
  }
  bytes = std::string("\x3a", 1) + static_cast<char>(bytes.size() & 127U) + bytes;
  expect_survived(bytes);
}

TEST(HostileLimits, LoopsInLoopsWhoseShapesGrow) {
  ProtoModel m;
  ints(m, "trips", {2});
  onnx::GraphProto* graph = &m.graph();
  std::string carried = "x";
  for (int depth = 0; depth < 15; ++depth) {
    const std::string level = std::to_string(depth);
    auto& loop = ProtoModel::add(*graph, "Loop", {"trips", "", carried}, "out" + level);
    if (depth > 0) graph->add_output()->set_name("out" + level);
    if (depth == 0) m.output("out0");
    auto& body = ProtoModel::block(loop, "body");
    body.add_input()->set_name("i" + level);
    body.add_input()->set_name("c" + level);
    body.add_input()->set_name("v" + level);
    auto& twice = ProtoModel::add(body, "Concat", {"v" + level, "v" + level}, "w" + level);
    set_int(twice, "axis", 0);
    ProtoModel::add(body, "Identity", {"c" + level}, "d" + level);
    body.add_output()->set_name("d" + level);
    if (depth == 14) body.add_output()->set_name("w" + level);
    carried = "w" + level;
    graph = &body;
  }
  const std::string bytes = m.proto.SerializeAsString();
  expect_survived(bytes);
}

TEST(HostileLimits, AChainThatDoublesItsTensor) {
  ProtoModel m;
  for (int i = 0; i < 38; ++i) {
    const std::string from = i == 0 ? "x" : "y" + std::to_string(i - 1);
    set_int(m.node("Concat", {from, from}, "y" + std::to_string(i)), "axis", 1);
  }
  m.output("y37");
  expect_refused(m, {"memory"});
}

TEST(HostileLimits, AConstantChainThatDoublesItsTensor) {
  ProtoModel m;
  m.weight("w", {4}, 4);
  for (int i = 0; i < 36; ++i) {
    const std::string from = i == 0 ? "w" : "y" + std::to_string(i - 1);
    set_int(m.node("Concat", {from, from}, "y" + std::to_string(i)), "axis", 0);
  }
  m.output("y35");
  expect_refused(m, {"memory"});
}

TEST(HostileLimits, APaddingOfTwoToTheForty) {
  ProtoModel m;
  ints(m, "pads", {0, int64_t{1} << 36, 0, int64_t{1} << 36});
  m.node("Pad", {"x", "pads"}, "y");
  m.output("y");
  expect_refused(m, {"memory"});
}

TEST(HostileLimits, PadsThatOverflow) {
  ProtoModel m;
  ints(m, "pads", {0, INT64_MAX, 0, INT64_MAX});
  m.node("Pad", {"x", "pads"}, "y");
  m.output("y");
  expect_refused(m, {"the Pad"});
}

TEST(HostileLimits, ARepetitionThatOverflows) {
  ProtoModel m;
  ints(m, "repeats", {INT64_MAX, INT64_MAX});
  m.node("Tile", {"x", "repeats"}, "y");
  m.output("y");
  expect_refused(m, {"the Tile"});
}

TEST(HostileLimits, ALargeExpansion) {
  ProtoModel m;
  ints(m, "shape", {int64_t{1} << 38, 4});
  m.node("Expand", {"x", "shape"}, "y");
  m.output("y");
  expect_refused(m, {"memory"});
}

TEST(HostileLimits, ARangeWithoutEnd) {
  ProtoModel m;
  for (const auto& [name, value] : {std::pair("start", int64_t{0}), {"limit", INT64_MAX}, {"step", int64_t{1}}}) {
    ints(m, name, {value});
    m.graph().mutable_initializer(m.graph().initializer_size() - 1)->clear_dims();
  }
  m.node("Range", {"start", "limit", "step"}, "y");
  m.output("y");
  expect_refused(m, {"the Range"});
}

TEST(HostileLimits, AConvolutionWithAnAbsurdWindow) {
  for (const char* name : {"strides", "dilations", "pads"}) {
    ProtoModel m;
    m.input("image", {1, 1, 8, 8});
    m.weight("w", {1, 1, 3, 3}, 9);
    auto& conv = m.node("Conv", {"image", "w"}, "y");
    const int64_t huge = std::string(name) == "strides" ? 0 : int64_t{1} << 62;
    set_ints(conv, name, std::vector<int64_t>(std::string(name) == "pads" ? 4 : 2, huge));
    m.output("y");
    expect_refused(m, {"the Conv", name});
  }
}

TEST(HostileLimits, ARecurrenceOverAMillionSteps) {
  ProtoModel m;
  m.input("sequence", {1 << 20, 1, 1});
  m.weight("w", {1, 4, 1}, 4);
  m.weight("r", {1, 4, 1}, 4);
  set_int(m.node("LSTM", {"sequence", "w", "r"}, "y"), "hidden_size", 1);
  m.output("y");
  expect_survived(m.proto.SerializeAsString());
}

TEST(HostileLimits, ScansInScans) {
  ProtoModel m;
  m.input("sequence", {4000, 4000, 1});
  auto& outer = m.node("Scan", {"sequence"}, "y");
  set_int(outer, "num_scan_inputs", 1);
  auto& body = ProtoModel::block(outer, "body");
  body.add_input()->set_name("row");
  auto& inner = ProtoModel::add(body, "Scan", {"row"}, "made");
  set_int(inner, "num_scan_inputs", 1);
  auto& deepest = ProtoModel::block(inner, "body");
  deepest.add_input()->set_name("item");
  ProtoModel::add(deepest, "Neg", {"item"}, "negative");
  deepest.add_output()->set_name("negative");
  body.add_output()->set_name("made");
  m.output("y");
  expect_survived(m.proto.SerializeAsString());
}

TEST(HostileLimits, AnEinsumOverManyOperands) {
  ProtoModel m;
  std::string equation;
  std::vector<std::string> operands;
  for (int i = 0; i < 40; ++i) {
    equation += (i == 0 ? "" : ",") + std::string(1, static_cast<char>('a' + i % 26)) + "z";
    operands.emplace_back("x");
  }
  attribute(m.node("Einsum", operands, "y"), "equation", onnx::AttributeProto::STRING).set_s(equation + "->z");
  m.output("y");
  expect_survived(m.proto.SerializeAsString());
}

TEST(HostileLimits, FlippedBitsNeverCrash) {
  const std::string bytes = model_with_branches().proto.SerializeAsString();
  const auto result = support::run_bounded(
      [&] {
        for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
          std::string flipped = bytes;
          flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ static_cast<char>(1U << bit % 8));
          static_cast<void>(use(flipped));
        }
        return std::string("done");
      },
      kMemory, 60);
  EXPECT_EQ(result.failure, "");
  EXPECT_EQ(result.text, "done");
}

}  // namespace
}  // namespace walle::import::testing
