// filter(condition): passes the values for which the condition holds.
#include "streamd/expression/expression.h"
#include "streamd/operators/operator.h"

namespace walle::operators {
namespace {

class Filter final : public Operator {
 public:
  explicit Filter(Function function) : function_(std::move(function)) {}

  Status item(int /*port*/, Item item, Sink& out) override {
    ++stats_.in;
    const Value verdict = WALLE_TRY(function_({&item.value, 1}));
    if (!expression::is_true(verdict)) return {};
    ++stats_.out;
    return out.item(std::move(item));
  }

 private:
  Function function_;
};

Result<std::unique_ptr<Operator>> make(std::span<const Argument> arguments, const Limits& /*limits*/) {
  if (arguments.size() != 1) return fail(ErrorCode::invalid_argument, "takes one argument");
  return std::make_unique<Filter>(WALLE_TRY(function_of(arguments[0])));
}

}  // namespace

extern const OperatorDef kFilter;
const OperatorDef kFilter{.name = "filter", .usage = "filter(function or expression)", .make = make};

}  // namespace walle::operators
