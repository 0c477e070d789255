#pragma once

#include "tests/differential/record.h"

namespace walle::differential {

/// Runs the record's model in every variant (backend, fusion, raster merging, threads, file format) and compares.
/// Errors: unsupported if the engine refuses the model; else what differs, and in which variant.
[[nodiscard]] Status run_record(const Record& record);

}  // namespace walle::differential
