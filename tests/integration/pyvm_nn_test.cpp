// walle.nn in a real host, on a model that walle-model converted.
#include <gmock/gmock.h>

#include <cstdlib>

#include "tests/integration/pyvm_host.h"

namespace walle {
namespace {

/// ONNX's own case "gemm_all_attributes": y = 0.25 · aᵀ · bᵀ + 0.35 · c; a is 4×3, b 5×4, c 1×5.
std::string converted_model(const HostProcess& host) {
  const std::string model = host.root() + "/gemm.walle";
  const std::string command = std::string(WALLE_BINARY_DIR) + "/bin/walle-model convert " + WALLE_SOURCE_DIR +
                              "/tests/fuzz/corpus/onnx/gemm_all_attributes.onnx -o " + model + " > /dev/null";
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  return model;
}

constexpr const char* kTask =
    "from walle import nn, np\n"
    "gemm = nn.load('gemm')\n"
    "a = np.arange(12).reshape(4, 3) / 10\nb = np.arange(20).reshape(5, 4) / 10\nc = np.ones((1, 5))\n"
    "def run(event, ctx):\n"
    "  out = gemm(a=a, b=b, c=c)\n"
    "  (y,) = out\n"
    "  expected = 0.25 * (a.T @ b.T) + 0.35 * c\n"
    "  return [gemm.inputs == ('a', 'b', 'c'), out.y.shape == (3, 5), y.dtype == np.float32,\n"
    "          bool(np.allclose(y, expected, rtol=1e-5)), np.array_equal(gemm(a, b, c)[0], y)]\n";

const Value kLimits{{"time_us", 2'000'000}, {"memory_bytes", 64 << 20}};

TEST(PyvmNn, a_model_runs_in_the_host) {
  HostProcess host;
  host.next();
  const Value loaded = host.load(1, kTask, kLimits, {{"gemm", converted_model(host)}});
  ASSERT_EQ(loaded["type"], "loaded") << loaded;
  const Value result = host.run(1);
  EXPECT_EQ(result["value"], (Value{true, true, true, true, true})) << result;
}

TEST(PyvmNn, mistakes_name_the_input_and_the_models) {
  HostProcess host;
  host.next();
  const std::string model = converted_model(host);
  host.load(1, "from walle import nn, np\ngemm = nn.load('gemm')\ndef run(event, ctx): gemm(x=np.zeros(3))\n", kLimits,
            {{"gemm", model}});
  EXPECT_THAT(host.run(1)["error"]["message"].get<std::string>(),
              testing::HasSubstr("model 'gemm' has no input 'x'; its inputs are a, b, c"));
  const Value failed =
      host.load(2, "from walle import nn\nnn.load('det')\ndef run(event, ctx): pass\n", kLimits, {{"gemm", model}});
  EXPECT_THAT(failed["error"]["message"].get<std::string>(), testing::HasSubstr("no model 'det'"));
}

TEST(PyvmNn, two_tasks_run_models_side_by_side) {
  HostProcess host;
  host.next();
  const std::string model = converted_model(host);
  for (int vm = 1; vm <= 2; ++vm) ASSERT_EQ(host.load(vm, kTask, kLimits, {{"gemm", model}})["type"], "loaded");
  for (int i = 0; i < 20; ++i) {
    host.start(1, 100 + i);
    host.start(2, 200 + i);
  }
  for (int i = 0; i < 40; ++i) {
    const Value result = host.next();
    ASSERT_EQ(result["value"], (Value{true, true, true, true, true})) << result;
  }
}

/// The largest of 4096 probabilities for each row: rows of 16 KiB while it runs, of 4 bytes before and after.
constexpr const char* kWide =
    "symbols n\n"
    "inputs %x:f32[n@0,1]\n"
    "constant %w:f32[1,8] = {1 2 3 4 5 6 7 8}\n"
    "constant %times:i64[2] = {1 512}\n"
    "%many:f32[1,4096] = Tile(%w, %times)  # many\n"
    "%sum:f32[n@0,4096] = Mul(%x, %many)  # sum\n"
    "%soft:f32[n@0,4096] = Softmax(%sum) {axis=-1}  # soft\n"
    "%y:f32[n@0,1] = ReduceMax(%soft) {axes=[-1]}  # most\n"
    "outputs %y\n";

TEST(PyvmNn, activations_count_as_the_tasks_memory) {
  HostProcess host;
  host.next();
  const std::string graph = host.root() + "/wide.graph";
  std::ofstream(graph) << kWide;
  const std::string model = host.root() + "/wide.walle";
  const std::string command =
      std::string(WALLE_BINARY_DIR) + "/bin/walle-model convert " + graph + " -o " + model + " > /dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
  const char* task =
      "from walle import nn, np\n"
      "wide = nn.load('wide')\n"
      "def rows(n): return wide(x=np.zeros((n, 1), dtype=np.float32))[0].shape[0]\n"
      "def run(event, ctx):\n"
      "  small = rows(64)\n"
      "  try:\n"
      "    rows(8192)\n"
      "  except MemoryError as error:\n"
      "    return [small, str(error), rows(64)]\n";
  ASSERT_EQ(host.load(1, task, kLimits, {{"wide", model}})["type"], "loaded");
  const Value caught = host.run(1);
  ASSERT_TRUE(caught["value"].is_array()) << caught;
  EXPECT_EQ(caught["value"][0], 64);
  EXPECT_THAT(caught["value"][1].get<std::string>(), testing::HasSubstr("a run would take 268"));
  EXPECT_EQ(caught["value"][2], 64) << "what was refused is not kept";
  EXPECT_GT(caught["memory_bytes"].get<int64_t>(), 64 * 4096 * 4) << caught;

  host.load(2, "from walle import nn, np\nwide = nn.load('wide')\ndef run(event, ctx): wide(x=np.zeros((8192, 1)))\n",
            kLimits, {{"wide", model}});
  const Value failed = host.run(2);
  EXPECT_EQ(failed["error"]["kind"], "memory") << failed;
  EXPECT_THAT(failed["error"]["message"].get<std::string>(),
              testing::AllOf(testing::HasSubstr("model 'wide'"), testing::HasSubstr("limit is 64 MiB")));
}

}  // namespace
}  // namespace walle
