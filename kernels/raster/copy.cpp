#include "kernels/raster/copy.h"

#include <cstdlib>

namespace walle::kernels::raster {
namespace {

/// Position of the outer axis along which the source is dense; the number of axes if there is none.
size_t dense_source_axis(const Box<2>& box) {
  for (size_t i = 0; i + 1 < box.dims.size(); ++i) {
    if (box.strides[0][i] == 1) return i;
  }
  return box.dims.size();
}

}  // namespace

CopyPlan plan_copy(const Region& region) {
  Extents dims;
  Extents src;
  Extents dst;
  for (const Axis& axis : region.axes) {
    dims.push_back(axis.size);
    src.push_back(region.source == Region::kFill ? 0 : axis.src_stride);
    dst.push_back(axis.dst_stride);
  }
  const Box<2> box = collapse<2>(dims, {src, dst});
  CopyPlan plan;
  size_t last = box.dims.size() - 1;
  plan.columns = box.dims[last];
  plan.src_column = box.strides[0][last];
  plan.dst_column = box.strides[1][last];
  size_t row_axis = last == 0 ? box.dims.size() : last - 1;
  plan.kind = CopyKind::strided;
  if (plan.dst_column == 1 || plan.columns == 1) {
    if (plan.src_column == 1 || plan.columns == 1)
      plan.kind = CopyKind::rows;
    else if (plan.src_column == 0)
      plan.kind = CopyKind::fill;
    else if (dense_source_axis(box) < box.dims.size()) {
      plan.kind = CopyKind::transpose;
      row_axis = dense_source_axis(box);
    }
  }
  if (row_axis < box.dims.size()) {
    plan.rows = box.dims[row_axis];
    plan.src_row = box.strides[0][row_axis];
    plan.dst_row = box.strides[1][row_axis];
  }
  for (size_t i = 0; i < last; ++i) {
    if (i == row_axis) continue;
    plan.dims.push_back(box.dims[i]);
    plan.src.push_back(box.strides[0][i]);
    plan.dst.push_back(box.strides[1][i]);
    plan.outer *= box.dims[i];
  }
  const int64_t block =
      std::max<int64_t>(plan.kind == CopyKind::transpose ? 16 : 1, kTileElements / std::max<int64_t>(plan.columns, 1));
  plan.row_block = std::clamp<int64_t>(block, 1, std::max<int64_t>(plan.rows, 1));
  return plan;
}

}  // namespace walle::kernels::raster
