#pragma once

#include "libwalle/autodiff/formula/reverse.h"

namespace walle::autodiff {

/// The two gradients of the correlation y[n,m,o] = Σ_c Σ_k w[m,c,k] x[n,c,o·stride + k·dilation - pad], in groups,
/// which convolution, transposed convolution and average pooling share. `sizes`: dims of the value that is to be made.

/// dx[n,c,i] = Σ dy[n,m,o] w[m,c,k] over all o·stride + k·dilation - pad = i. Where the padding allows it a plain
/// convolution of the stretched dy with the flipped weights (which every backend has fast), else a transposed one.
[[nodiscard]] Result<graph::ValueId> input_gradient(Reverse& r, const Expression& dy, const Expression& w,
                                                    const Window& window, int64_t group,
                                                    const std::vector<int64_t>& sizes);

/// dw[m,c,k] = Σ dy[n,m,o] x[n,c,o·stride + k·dilation - pad]: a convolution that has the images for channels, dy for
/// weights, and stride and dilation exchanged.
[[nodiscard]] Result<graph::ValueId> weight_gradient(Reverse& r, const Expression& x, const Expression& dy,
                                                     const Window& window, int64_t group,
                                                     const std::vector<int64_t>& sizes);

}  // namespace walle::autodiff
