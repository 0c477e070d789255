// key_by(key): gives each value its key; what follows works per key.
#include "streamd/operators/one_function.h"

namespace walle::operators {
namespace {

class KeyBy final : public OneFunction {
 public:
  using OneFunction::OneFunction;

  Status item(int /*port*/, Item item, Sink& out) override {
    ++stats_.in;
    item.key = WALLE_TRY(call(item));
    item.keyed = true;
    ++stats_.out;
    return out.item(std::move(item));
  }
};

}  // namespace

extern const OperatorDef kKeyBy;
const OperatorDef kKeyBy{
    .name = "key_by", .usage = "key_by(field, expression or function)", .make = make_one_function<KeyBy>};

}  // namespace walle::operators
