#include "libwalle/autodiff/rules/table.h"

namespace walle::autodiff {
namespace {

// The running sum of dy from the other end.
Result<std::vector<graph::ValueId>> reverse(Reverse& r) {
  ScanAttributes scan = r.attributes<ScanAttributes>();
  if (scan.product) return r.refuse("a running product has no gradient here");
  scan.reverse = !scan.reverse;
  return std::vector{add_family(r.builder(), scan, {r.gradient().id()}, {r.dtype(), r.dims(0)})};
}

}  // namespace

extern const RuleDef kScan;
const RuleDef kScan = {.family = Family::scan, .reverse = reverse};

}  // namespace walle::autodiff
