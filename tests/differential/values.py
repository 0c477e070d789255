"""Values of a random graph: an array that ONNX Runtime computed and how exactly it is known."""

from dataclasses import dataclass

import numpy as np

FLOATS = (np.float32, np.float64, np.float16)
SIGNED = (np.int8, np.int16, np.int32, np.int64)
UNSIGNED = (np.uint8, np.uint16, np.uint32, np.uint64)
INTS = SIGNED + UNSIGNED
NUMBERS = FLOATS + INTS
ALL = NUMBERS + (np.bool_,)

# Rounding of one inexact operation, relative: what an engine may differ by at each step.
NOISE = {np.dtype(np.float32): 2.0**-20, np.dtype(np.float64): 2.0**-44, np.dtype(np.float16): 2.0**-10}
# Whole numbers of so many bits are exact, with room for one addition.
MANTISSA = {np.dtype(np.float32): 23, np.dtype(np.float64): 52, np.dtype(np.float16): 10}

MOST_ELEMENTS = 4096


@dataclass
class Value:
    name: str
    array: np.ndarray
    noisy: np.ndarray | None = None  # the same value after rounding errors; None: exact
    grid: int | None = None  # elements are multiples of 2**-grid, so that sums and products may be exact
    kind: str = "node"  # node, input, constant

    @property
    def dtype(self):
        return self.array.dtype

    @property
    def shape(self):
        return self.array.shape

    @property
    def rank(self):
        return self.array.ndim

    @property
    def exact(self):
        return self.noisy is None

    @property
    def largest(self):
        if self.array.size == 0 or self.array.dtype == np.bool_:
            return 1.0
        with np.errstate(all="ignore"):
            return float(np.max(np.abs(self.array.astype(np.float64))))

    @property
    def finite(self):
        return self.dtype.kind != "f" or bool(np.isfinite(self.array).all())


def is_float(dtype):
    return np.dtype(dtype).kind == "f"


def on_grid(array, grid):
    """True if each element is a multiple of 2**-grid."""
    scaled = array.astype(np.float64) * 2.0**grid
    return bool(np.array_equal(scaled, np.rint(scaled)))


def stays_exact(dtype, grid, bound):
    """True if numbers up to `bound` that are multiples of 2**-grid are represented exactly."""
    return grid is not None and bound * 2.0**grid < 2.0 ** MANTISSA[np.dtype(dtype)]


def random_dim(rng):
    return int(rng.choice([0, 1, 1, 1, 2, 2, 3, 3, 4, 5, 7, 8, 16], p=[0.02] + [0.98 / 12] * 12))


def random_shape(rng, min_rank=0, max_rank=5, rank=None, nonempty=False, limit=600):
    """Mostly small; sometimes empty, often with axes of size 1."""
    if rank is None:
        rank = int(rng.choice([0, 1, 2, 3, 4, 5, 6], p=[0.08, 0.2, 0.24, 0.2, 0.18, 0.06, 0.04]))
        rank = min(max(rank, min_rank), max_rank)
    while True:
        shape = tuple(random_dim(rng) for _ in range(rank))
        if nonempty and 0 in shape:
            continue
        if np.prod(shape, dtype=np.int64) <= limit:
            return shape


def random_array(rng, dtype, shape, low=-4, high=4):
    """Floats are multiples of 1/8, whole numbers are small: sums and products of them are exact."""
    dtype = np.dtype(dtype)
    if dtype == np.bool_:
        return rng.integers(0, 2, shape).astype(np.bool_)
    if dtype.kind == "f":
        return np.asarray(rng.integers(int(low * 8), int(high * 8) + 1, shape) / 8.0).astype(dtype)
    if dtype.kind == "u":
        low = max(0, low)
    return np.asarray(rng.integers(int(low), int(high) + 1, shape)).astype(dtype)


def with_noise(rng, array, scale=1.0):
    """The array after one rounding error more."""
    if array is None or array.dtype.kind != "f" or array.size == 0:
        return array
    relative = NOISE[array.dtype] * scale
    with np.errstate(all="ignore"):
        return np.asarray(array * (1 + relative * rng.choice([-1, 1], array.shape) * rng.uniform(0.5, 1, array.shape))).astype(array.dtype)
