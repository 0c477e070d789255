// map(function): replaces each value by the function's result.
#include "streamd/operators/one_function.h"

namespace walle::operators {
namespace {

class Map final : public OneFunction {
 public:
  using OneFunction::OneFunction;

  Status item(int /*port*/, Item item, Sink& out) override {
    ++stats_.in;
    item.value = WALLE_TRY(call(item));
    ++stats_.out;
    return out.item(std::move(item));
  }
};

}  // namespace

extern const OperatorDef kMap;
const OperatorDef kMap{.name = "map", .usage = "map(function or expression)", .make = make_one_function<Map>};

}  // namespace walle::operators
