#pragma once

#include "kernels/gemm/gemm_i8.h"

namespace walle::kernels::gemm_i8 {

/// The multiplication by AVX-512 VNNI (vectors of 16 columns), or null where the processor lacks it.
[[nodiscard]] Multiply vnni_multiply();

}  // namespace walle::kernels::gemm_i8
