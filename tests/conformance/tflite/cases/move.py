from cases.common import *


def strided(x, begin, end, strides, **masks):
    inputs = [x] + [const(np.array(v, I32)) for v in (begin, end, strides)]
    return single("STRIDED_SLICE", inputs, [x.dtype.type], options("StridedSlice", **masks))


def cases():
    x = normal((2, 3, 4, 5))
    ints = lambda *values: const(np.array(values, I32))
    yield "reshape", single("RESHAPE", [x, ints(2, -1, 10)], [F32], options("Reshape", newShape=[2, -1, 10]))
    yield "reshape_by_option", single("RESHAPE", [x], [F32], options("Reshape", newShape=[6, 20]))
    yield "transpose", single("TRANSPOSE", [x, ints(3, 1, 0, 2)], [F32])
    yield "expand_dims", single("EXPAND_DIMS", [x, ints(-2)], [F32])
    yield "squeeze", single("SQUEEZE", [normal((1, 3, 1, 2))], [F32], options("Squeeze", squeezeDims=[2]))
    yield "squeeze_all", single("SQUEEZE", [normal((1, 3, 1, 2))], [F32], options("Squeeze", squeezeDims=[]))
    for axis in (0, 1, -1):
        yield f"concatenation_{axis}", single("CONCATENATION", [x, x * 2, x + 1], [F32], options("Concatenation", axis=axis))
        yield f"pack_{axis}", single("PACK", [x, x * 2], [F32], options("Pack", axis=axis, valuesCount=2))
    yield "unpack", single("UNPACK", [x], [F32] * 3, options("Unpack", axis=1, num=3))
    yield "split", single("SPLIT", [ints(2), x], [F32] * 2, options("Split", numSplits=2))
    yield "split_v", single("SPLIT_V", [x, ints(1, -1, 2), ints(3)], [F32] * 3, options("SplitV", numSplits=3))
    yield "slice", single("SLICE", [x, ints(0, 1, 0, 2), ints(-1, 2, 3, -1)], [F32])
    yield "strided_slice", strided(x, [0, 2, 1, 0], [2, 0, 4, 5], [1, -1, 2, 2])
    yield "strided_slice_masks", strided(x, [1, 1, 1, 1], [1, 2, 1, 3], [1, 1, 1, 1], beginMask=5, endMask=7)
    yield "strided_slice_negative", strided(x, [-1, -2, 0, 4], [-9, 3, -1, 0], [-1, 1, 1, -2], endMask=1)
    yield "strided_slice_shrink", strided(x, [1, 0, -1, 0], [2, 3, 0, 5], [1, 1, 1, 1], shrinkAxisMask=5)
    yield "strided_slice_ellipsis", strided(x, [0, 0, 1], [0, 0, 3], [1, 1, 1], ellipsisMask=1, newAxisMask=2)
    yield "strided_slice_new_axis", strided(x[0, 0], [0, 1], [0, 3], [1, 1], newAxisMask=1)
    yield "gather", single("GATHER", [x, const(np.array([[2, 0], [1, 1]], I32))], [F32], options("Gather", axis=1))
    yield "gather_batched", single("GATHER", [x, random(1).integers(0, 3, (2, 6)).astype(I32)], [F32],
                                   options("Gather", axis=1, batchDims=1))
    yield "gather_batched_later_axis", single("GATHER", [x, random(1).integers(0, 5, (2, 6)).astype(I32)], [F32],
                                              options("Gather", axis=3, batchDims=1))
    yield "gather_nd", single("GATHER_ND", [x, np.array([[1, 2], [0, 1]], I32)], [F32])
    yield "scatter_nd", single("SCATTER_ND", [const(np.array([[3], [1], [3]], I32)), normal((3, 2)), ints(5, 2)], [F32])
    condition = random(2).integers(0, 2, (2, 3, 4, 5)).astype(bool)
    yield "select", single("SELECT", [condition, x, -x], [F32])
    yield "select_rows", single("SELECT", [np.array([True, False]), x, -x], [F32])
    yield "select_v2", single("SELECT_V2", [condition[0, :1], x, const(np.array([7], F32))], [F32])
    yield "pad", single("PAD", [x, const(np.array([[0, 1], [2, 0], [0, 0], [1, 1]], I32))], [F32])
    yield "padv2", single("PADV2", [x, const(np.array([[0, 1], [2, 0], [0, 0], [1, 1]], I32)),
                                    const(np.array([3.5], F32))], [F32])
    for mode, name in ((0, "reflect"), (1, "symmetric")):
        yield f"mirror_pad_{name}", single("MIRROR_PAD", [x, const(np.array([[0, 0], [2, 1], [1, 3], [0, 0]], I32))],
                                           [F32], options("MirrorPad", mode=mode))
    yield "tile", single("TILE", [x, ints(1, 2, 1, 3)], [F32])
    yield "broadcast_to", single("BROADCAST_TO", [x[:, :1], ints(2, 3, 4, 5)], [F32])
    yield "fill", single("FILL", [ints(2, 3), const(np.array(1.5, F32))], [F32])
    yield "range", single("RANGE", [const(np.array(v, I32)) for v in (2, 11, 3)], [I32])
    yield "shape", single("SHAPE", [x], [I32], options("Shape", outType=2))
    yield "rank", single("RANK", [x], [I32])
    yield "one_hot", single("ONE_HOT", [np.array([[0, 3], [-1, 7]], I32), ints(4)] +
                            [const(np.array(v, F32)) for v in (2.5, -1)], [F32], options("OneHot", axis=-1))
    yield "one_hot_axis", single("ONE_HOT", [np.array([[0, 3], [1, 2]], I32), const(np.array(4, I32))] +
                                 [const(np.array(v, F32)) for v in (1, 0)], [F32], options("OneHot", axis=1))
    for exclusive, backward in itertools.product((False, True), repeat=2):
        yield (f"cumsum_{int(exclusive)}{int(backward)}",
               single("CUMSUM", [x, ints(1)], [F32], options("Cumsum", exclusive=exclusive, reverse=backward)))
    yield "reverse_v2", single("REVERSE_V2", [x, ints(2)], [F32])
    yield "reverse_sequence", single("REVERSE_SEQUENCE", [x, np.array([3, 2], I32)], [F32],
                                     options("ReverseSequence", seqDim=1, batchDim=0))
    yield "space_to_batch_nd", single("SPACE_TO_BATCH_ND", [normal((2, 5, 4, 3)), ints(3, 2),
                                                            const(np.array([[1, 0], [0, 2]], I32))], [F32])
    yield "batch_to_space_nd", single("BATCH_TO_SPACE_ND", [normal((12, 2, 3, 2)), ints(3, 2),
                                                            const(np.array([[1, 0], [0, 2]], I32))], [F32])
    yield "embedding_lookup", single("EMBEDDING_LOOKUP", [np.array([2, 0, 2], I32), const(normal((4, 3)))], [F32])
    yield "topk_v2", single("TOPK_V2", [x, const(np.array(3, I32))], [F32, I32])
    for op, kind in (("ARG_MAX", "ArgMax"), ("ARG_MIN", "ArgMin")):
        yield op.lower(), single(op, [x, const(np.array(1, I32))], [I64], options(kind, outputType=4))
        yield op.lower() + "_i32", single(op, [x, const(np.array(-1, I32))], [I32], options(kind, outputType=2))
    for op in ("MEAN", "SUM", "REDUCE_PROD", "REDUCE_MAX", "REDUCE_MIN"):
        for keep in (False, True):
            yield f"{op.lower()}_{int(keep)}", single(op, [x, ints(1, -2)], [F32], options("Reducer", keepDims=keep))
    condition = condition[:, :, :2, :2]
    for op in ("REDUCE_ANY", "REDUCE_ALL"):
        yield op.lower(), single(op, [condition, ints(2, 3)], [BOOL], options("Reducer"))
    yield "sum_scalar_axis", single("SUM", [x, const(np.array(2, I32))], [F32], options("Reducer"))
