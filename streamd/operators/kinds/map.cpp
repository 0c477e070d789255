// map(function): replaces each value by the function's result.
#include "streamd/operators/operator.h"

namespace walle::operators {
namespace {

class Map final : public Operator {
 public:
  explicit Map(Function function) : function_(std::move(function)) {}

  Status item(int /*port*/, Item item, Sink& out) override {
    ++stats_.in;
    item.value = WALLE_TRY(function_({&item.value, 1}));
    ++stats_.out;
    return out.item(std::move(item));
  }

 private:
  Function function_;
};

Result<std::unique_ptr<Operator>> make(std::span<const Argument> arguments, const Limits& /*limits*/) {
  if (arguments.size() != 1) return fail(ErrorCode::invalid_argument, "takes one argument");
  return std::make_unique<Map>(WALLE_TRY(function_of(arguments[0])));
}

}  // namespace

extern const OperatorDef kMap;
const OperatorDef kMap{.name = "map", .usage = "map(function or expression)", .make = make};

}  // namespace walle::operators
