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

}  // namespace
}  // namespace walle
