#pragma once

#include "kernels/conv/im2col.h"

namespace walle::kernels::conv {

/// The columns of a window over bytes (geometry as in Columns), interleaved for gemm_i8: [quads][padded columns][4],
/// all `depth` rows; xored with `flip`. Positions outside the image are `pad` (before the flip); depth is
/// padded with zeros, columns with bytes of no meaning.
void pack_bytes(const Columns& columns, const uint8_t* x, int64_t depth, uint8_t pad, uint8_t flip,
                uint8_t* destination);

}  // namespace walle::kernels::conv
