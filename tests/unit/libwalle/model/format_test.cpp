#include "libwalle/model/format.h"

#include <gtest/gtest.h>

#include <random>

namespace walle::model {
namespace {

const graph::OpDef kRelu = {.name = "Relu",
                            .op_class = graph::OpClass::atomic,
                            .operands = {1, 1},
                            .results = {1, 1},
                            .attributes = "axes:ints, mode:string, value:tensor"};
const graph::OpDef* const kDefs[] = {&kRelu};
const graph::OpTable& table() {
  static const graph::OpTable kTable{kDefs};
  return kTable;
}

graph::Graph small_graph() {
  graph::Graph g;
  g.name = "small";
  g.symbols = {"N"};
  g.metadata["author"] = "test";
  const auto weight = engine::Tensor::of<float>(std::vector<int64_t>{3}, std::vector<float>{1, 2, 3});
  const auto x =
      g.add_value({.name = "x", .dtype = DType::f32, .shape = graph::Shape{graph::Dim::symbol(0), graph::Dim(3)}});
  g.add_constant("w", *weight);
  const auto y = g.add_value({.name = "y"});
  g.inputs = {x};
  g.outputs = {y};
  graph::Node node{.name = "relu", .op = &kRelu, .operands = {x}, .results = {y}};
  node.attributes["axes"] = std::vector<int64_t>{1, 2};
  node.attributes["mode"] = std::string("a\0b", 3);
  node.attributes["value"] = *weight;
  g.nodes.push_back(std::move(node));
  return g;
}

/// A copy of the bytes, aligned as a mapping is.
struct Aligned {
  explicit Aligned(const std::vector<uint8_t>& bytes)
      : size(bytes.size()),
        data(static_cast<uint8_t*>(::operator new (bytes.size(), std::align_val_t{64})),
             [](uint8_t* p) { ::operator delete (p, std::align_val_t{64}); }) {
    std::copy(bytes.begin(), bytes.end(), data.get());
  }
  [[nodiscard]] Result<graph::Graph> read() const { return read_model({data.get(), size}, data, table()); }
  size_t size;
  std::shared_ptr<uint8_t> data;
};

TEST(WalleFile, ComesBackAsItWasWritten) {
  const auto bytes = write_model(small_graph());
  ASSERT_TRUE(bytes.has_value());
  const auto back = Aligned(*bytes).read();
  ASSERT_TRUE(back.has_value()) << back.error().message;
  EXPECT_EQ(graph::to_text(*back), graph::to_text(small_graph()));
  EXPECT_EQ(back->metadata.at("author"), "test");
  EXPECT_EQ(std::get<std::string>(back->nodes[0].attributes.at("mode")).size(), 3U);
  EXPECT_EQ(back->values[1].constant->values<float>()[2], 3.0F);
}

TEST(WalleFile, WeightsAreNotCopied) {
  const Aligned file(*write_model(small_graph()));
  const auto back = file.read();
  const auto* data = static_cast<const uint8_t*>(back->values[1].constant->data());
  EXPECT_TRUE(data >= file.data.get() && data < file.data.get() + file.size);
}

TEST(WalleFile, EqualGraphsGiveEqualBytes) { EXPECT_EQ(*write_model(small_graph()), *write_model(small_graph())); }

TEST(WalleFile, EveryTruncationIsRefused) {
  const auto bytes = *write_model(small_graph());
  for (size_t n = 0; n < bytes.size(); n += 13) {
    const Aligned cut(std::vector<uint8_t>(bytes.begin(), bytes.begin() + static_cast<long>(n)));
    EXPECT_FALSE(cut.read().has_value()) << n;
  }
}

TEST(WalleFile, EveryFlippedBitOfContentIsFound) {
  const auto bytes = *write_model(small_graph());
  std::mt19937 random(1);
  int found = 0;
  for (int i = 0; i < 300; ++i) {
    auto flipped = bytes;
    flipped[random() % flipped.size()] ^= static_cast<uint8_t>(1U << random() % 8);
    const auto read = Aligned(flipped).read();
    // A bit of the padding between sections is no content.
    if (read) {
      EXPECT_EQ(graph::to_text(*read), graph::to_text(small_graph()));
    }
    found += read ? 0 : 1;
  }
  EXPECT_GT(found, 50);
}

TEST(WalleFile, AnotherFileIsNamedAsSuch) {
  const auto refused = Aligned(std::vector<uint8_t>{8, 1, 2, 3, 4, 5, 6, 7, 8}).read();
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("walle-model convert"), std::string::npos);
}

TEST(WalleFile, UnknownOperatorsAreNamed) {
  const Aligned file(*write_model(small_graph()));
  const graph::OpTable empty{std::span<const graph::OpDef* const>()};
  const auto refused = read_model({file.data.get(), file.size}, file.data, empty);
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("Relu"), std::string::npos);
}

}  // namespace
}  // namespace walle::model
