#include <algorithm>
#include <cstring>

#include "kernels/resize/taps.h"
#include "kernels/simd/row_functions.h"
#include "kernels/support/def.h"

namespace walle::kernels {
namespace {

using resize::AxisMap;

const ResizeAttributes& attributes_of(const Problem& p) { return std::get<ResizeAttributes>(p.attributes); }

AxisMap map_of(const Problem& p, size_t axis) {
  return {
      .attributes = &attributes_of(p), .axis = axis, .in = p.operands[0].dims[axis], .out = p.results[0].dims[axis]};
}

/// [planes…, height, width]: all axes but the last two stay.
std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 1)) return refusal;
  const Operand& x = p.operands[0];
  const Operand& y = p.results[0];
  if (x.dtype != DType::f32 || y.dtype != DType::f32) return Refusal{"only f32"};
  if (x.dims.size() < 2 || x.dims.size() != y.dims.size() || x.count() == 0 || y.count() == 0) {
    return Refusal{"an empty operand or less than two axes"};
  }
  for (size_t i = 0; i + 2 < x.dims.size(); ++i) {
    if (!map_of(p, i).identity()) return Refusal{"more than the last two axes change"};
  }
  if (!x.contiguous() || !y.contiguous()) return Refusal{"an operand that is not dense"};
  const ResizeAttributes& attributes = attributes_of(p);
  if (attributes.coordinates == ResizeCoordinates::tf_crop_and_resize) return Refusal{"crop and resize"};
  for (size_t i = x.dims.size() - 2; i < x.dims.size(); ++i) {
    if (!(attributes.scales[i] > 0)) return Refusal{"a scale is not positive"};
    if (map_of(p, i).taps() > 2) return Refusal{"more than two taps"};
  }
  return std::nullopt;
}

Work work(const Problem& p, const Params&) {
  return {.operations = 24 * static_cast<double>(p.results[0].count()), .bytes = traffic_of(p), .steps = 1};
}

/// Tables of the two axes: positions and weights, two taps each.
struct Table {
  int32_t* first = nullptr;
  int32_t* second = nullptr;
  float* weight = nullptr;  ///< of `second`; `first` has the rest
};
size_t table_bytes(int64_t out) { return static_cast<size_t>(out) * (2 * sizeof(int32_t) + sizeof(float)); }

std::byte* make_table(const AxisMap& map, std::byte* memory, Table& table) {
  table.first = reinterpret_cast<int32_t*>(memory);
  table.second = table.first + map.out;
  table.weight = reinterpret_cast<float*>(table.second + map.out);
  for (int64_t i = 0; i < map.out; ++i) {
    int64_t positions[2] = {0, 0};
    double weights[2] = {1, 0};
    map.fill(i, positions, weights);
    if (map.taps() == 1) positions[1] = positions[0];
    table.first[i] = static_cast<int32_t>(positions[0]);
    table.second[i] = static_cast<int32_t>(positions[1]);
    table.weight[i] = static_cast<float>(weights[1]);
  }
  return memory + table_bytes(map.out);
}

int64_t planes(const Problem& p) {
  const Extents& dims = p.results[0].dims;
  return p.results[0].count() / (dims[dims.size() - 1] * dims[dims.size() - 2]);
}

/// Both tables and two resized rows.
size_t workspace_bytes(const Problem& p, const Params&) {
  const Extents& dims = p.results[0].dims;
  const int64_t width = dims.back();
  return table_bytes(dims[dims.size() - 2]) + table_bytes(width) + 2 * static_cast<size_t>(width) * sizeof(float);
}

int64_t tiles(const Problem& p, const Params&) { return planes(p); }

void stretch(const Table& table, const float* x, float* y, int64_t width, bool nearest) {
  if (nearest) {
    for (int64_t i = 0; i < width; ++i) y[i] = x[table.first[i]];
    return;
  }
  for (int64_t i = 0; i < width; ++i) {
    const float a = x[table.first[i]];
    y[i] = a + table.weight[i] * (x[table.second[i]] - a);
  }
}

/// Every source pixel twice, the common case of nearest upsampling.
bool doubles(const Table& table, int64_t in, int64_t out) {
  if (out != 2 * in) return false;
  for (int64_t i = 0; i < out; ++i) {
    if (table.first[i] != i / 2) return false;
  }
  return true;
}

void nearest_plane(const Table& rows, const Table& columns, const Operand& x, const Operand& y, const float* source,
                   float* result) {
  const int64_t in = x.dims.back();
  const int64_t out = y.dims.back();
  const bool twice = doubles(columns, in, out);
  for (int64_t r = 0; r < y.dims[y.dims.size() - 2]; ++r, result += out) {
    if (r > 0 && rows.first[r] == rows.first[r - 1]) {
      std::memcpy(result, result - out, static_cast<size_t>(out) * sizeof(float));
      continue;
    }
    const float* line = source + rows.first[r] * in;
    if (twice) {
      for (int64_t i = 0; i < in; ++i) result[2 * i] = result[2 * i + 1] = line[i];
    } else {
      stretch(columns, line, result, out, true);
    }
  }
}

void linear_plane(const Table& rows, const Table& columns, const Operand& x, const Operand& y, const float* source,
                  float* result, float* scratch) {
  const int64_t in = x.dims.back();
  const int64_t out = y.dims.back();
  float* lines[2] = {scratch, scratch + out};
  int64_t held[2] = {-1, -1};
  const auto line = [&](int64_t row) {
    const size_t slot = held[0] == row ? 0 : (held[1] == row ? 1 : (held[0] < held[1] ? 0 : 1));
    if (held[slot] != row) stretch(columns, source + row * in, lines[slot], out, false);
    held[slot] = row;
    return lines[slot];
  };
  for (int64_t r = 0; r < y.dims[y.dims.size() - 2]; ++r, result += out) {
    const float* a = line(rows.first[r]);
    const float* b = rows.second[r] == rows.first[r] ? a : line(rows.second[r]);
    a = line(rows.first[r]);
    const float w = rows.weight[r];
    for (int64_t i = 0; i < out; ++i) result[i] = a[i] + w * (b[i] - a[i]);
  }
}

void run(const Arguments& a, TileRange range) noexcept {
  const Problem& p = *a.problem;
  const Operand& x = p.operands[0];
  const Operand& y = p.results[0];
  const size_t rank = x.dims.size();
  Table rows;
  Table columns;
  std::byte* memory = make_table(map_of(p, rank - 2), static_cast<std::byte*>(a.workspace), rows);
  memory = make_table(map_of(p, rank - 1), memory, columns);
  const int64_t in = x.dims[rank - 2] * x.dims[rank - 1];
  const int64_t out = y.dims[rank - 2] * y.dims[rank - 1];
  for (int64_t plane = range.begin; plane < range.end; ++plane) {
    const float* source = static_cast<const float*>(a.operands[0]) + plane * in;
    float* result = static_cast<float*>(a.results[0]) + plane * out;
    if (attributes_of(p).mode == ResizeMode::nearest)
      nearest_plane(rows, columns, x, y, source, result);
    else
      linear_plane(rows, columns, x, y, source, result, reinterpret_cast<float*>(memory));
  }
}

}  // namespace

extern const KernelDef kResizePlaneHwy;
const KernelDef kResizePlaneHwy = {.name = "resize_plane_hwy",
                                   .family = Family::resize,
                                   .variant = "hwy",
                                   .accepts = accepts,
                                   .work = work,
                                   .workspace_bytes = workspace_bytes,
                                   .tiles = tiles,
                                   .run = run,
                                   .bound = {.relative = 1e-6, .absolute = 1e-6}};

}  // namespace walle::kernels
