// key_by(key): gives each value its key; what follows works per key.
#include "streamd/operators/operator.h"

namespace walle::operators {
namespace {

class KeyBy final : public Operator {
 public:
  explicit KeyBy(Function function) : function_(std::move(function)) {}

  Status item(int /*port*/, Item item, Sink& out) override {
    ++stats_.in;
    item.key = WALLE_TRY(function_({&item.value, 1}));
    item.keyed = true;
    ++stats_.out;
    return out.item(std::move(item));
  }

 private:
  Function function_;
};

Result<std::unique_ptr<Operator>> make(std::span<const Argument> arguments, const Limits& /*limits*/) {
  if (arguments.size() != 1) return fail(ErrorCode::invalid_argument, "takes one argument");
  return std::make_unique<KeyBy>(WALLE_TRY(function_of(arguments[0])));
}

}  // namespace

extern const OperatorDef kKeyBy;
const OperatorDef kKeyBy{.name = "key_by", .usage = "key_by(field, expression or function)", .make = make};

}  // namespace walle::operators
