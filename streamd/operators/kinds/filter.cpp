// filter(condition): passes the values for which the condition holds.
#include "streamd/expression/expression.h"
#include "streamd/operators/one_function.h"

namespace walle::operators {
namespace {

class Filter final : public OneFunction {
 public:
  using OneFunction::OneFunction;

  Status item(int /*port*/, Item item, Sink& out) override {
    ++stats_.in;
    const Value verdict = WALLE_TRY(call(item));
    if (!expression::is_true(verdict)) return {};
    ++stats_.out;
    return out.item(std::move(item));
  }
};

}  // namespace

extern const OperatorDef kFilter;
const OperatorDef kFilter{
    .name = "filter", .usage = "filter(function or expression)", .make = make_one_function<Filter>};

}  // namespace walle::operators
