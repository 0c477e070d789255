from cases.common import *

SAME, VALID = 0, 1


def conv(shape, kernel, out, groups=1, **fields):
    weight = normal((out, *kernel, shape[3] // groups), 1, 0.3)
    opts = options("Conv2D", **{"strideH": 1, "strideW": 1, **fields})
    return single("CONV_2D", [normal(shape), const(weight), const(normal(out, 2))], [F32], opts)


def depthwise(shape, kernel, multiplier, **fields):
    out = shape[3] * multiplier
    weight = normal((1, *kernel, out), 1, 0.3)
    opts = options("DepthwiseConv2D", **{"strideH": 1, "strideW": 1, "depthMultiplier": multiplier, **fields})
    return single("DEPTHWISE_CONV_2D", [normal(shape), const(weight), const(normal(out, 2))], [F32], opts)


def transposed(shape, kernel, out, stride, size, padding, bias=True):
    weight = normal((out, *kernel, shape[3]), 1, 0.3)
    inputs = [const(np.array([shape[0], *size, out], I32)), const(weight), normal(shape)]
    opts = options("TransposeConv", padding=padding, strideH=stride[0], strideW=stride[1])
    return single("TRANSPOSE_CONV", inputs + ([const(normal(out, 2))] if bias else []), [F32], opts)


def cases():
    yield "conv_2d", conv((1, 7, 8, 3), (3, 3), 5, padding=SAME)
    yield "conv_2d_valid", conv((2, 7, 8, 3), (3, 2), 5, padding=VALID)
    yield "conv_2d_uneven_same", conv((1, 8, 8, 3), (3, 3), 4, padding=SAME, strideH=2, strideW=2)
    yield "conv_2d_even_kernel", conv((1, 9, 7, 3), (4, 2), 4, padding=SAME, strideH=3, strideW=2)
    yield "conv_2d_dilated", conv((1, 12, 11, 3), (3, 3), 4, padding=SAME, dilationHFactor=2, dilationWFactor=3)
    yield "conv_2d_pointwise_relu6", conv((1, 5, 5, 8), (1, 1), 6, padding=SAME, fusedActivationFunction=3)
    yield "conv_2d_groups", conv((1, 6, 6, 8), (3, 3), 4, groups=2, padding=SAME)
    yield "depthwise_conv_2d", depthwise((1, 7, 8, 3), (3, 3), 1, padding=SAME)
    yield "depthwise_conv_2d_multiplier", depthwise((2, 7, 8, 3), (3, 3), 4, padding=VALID, strideH=2, strideW=2)
    yield "depthwise_conv_2d_uneven_same", depthwise((1, 8, 8, 6), (3, 3), 1, padding=SAME, strideH=2, strideW=2,
                                                     fusedActivationFunction=3)
    yield "depthwise_conv_2d_dilated", depthwise((1, 9, 9, 2), (3, 3), 2, padding=SAME, dilationHFactor=2,
                                                 dilationWFactor=2)
    for name, padding in (("same", SAME), ("valid", VALID)):
        for op in ("MAX_POOL_2D", "AVERAGE_POOL_2D", "L2_POOL_2D"):
            opts = options("Pool2D", padding=padding, strideH=2, strideW=2, filterHeight=3, filterWidth=2)
            yield f"{op.lower()}_{name}", single(op, [normal((2, 8, 7, 3))], [F32], opts)
    opts = options("Pool2D", padding=VALID, strideH=1, strideW=1, filterHeight=5, filterWidth=5)
    yield "average_pool_2d_whole", single("AVERAGE_POOL_2D", [normal((1, 5, 5, 4))], [F32], opts)
    yield "transpose_conv_same", transposed((1, 4, 5, 3), (3, 3), 2, (2, 2), (8, 10), SAME)
    yield "transpose_conv_same_odd", transposed((1, 4, 5, 3), (3, 3), 2, (2, 2), (7, 9), SAME)
    yield "transpose_conv_valid", transposed((1, 4, 5, 3), (3, 3), 2, (2, 2), (9, 11), VALID)
    yield "transpose_conv_valid_larger", transposed((1, 4, 5, 3), (2, 2), 2, (3, 3), (11, 14), VALID, bias=False)
    yield "transpose_conv_kernel_2", transposed((1, 4, 4, 3), (2, 2), 2, (2, 2), (8, 8), SAME, bias=False)
    for align, half in ((False, False), (True, False), (False, True)):
        name = "align_corners" if align else "half_pixel" if half else "asymmetric"
        for size in ((7, 9), (3, 2), (5, 6), (10, 12)):
            for op, kind in (("RESIZE_BILINEAR", "ResizeBilinear"), ("RESIZE_NEAREST_NEIGHBOR", "ResizeNearestNeighbor")):
                opts = options(kind, alignCorners=align, halfPixelCenters=half)
                yield (f"{op.lower()}_{name}_{size[0]}x{size[1]}",
                       single(op, [normal((1, 5, 6, 2)), const(np.array(size, I32))], [F32], opts))
    yield "depth_to_space", single("DEPTH_TO_SPACE", [normal((2, 3, 2, 12))], [F32], options("DepthToSpace", blockSize=2))
    yield "space_to_depth", single("SPACE_TO_DEPTH", [normal((2, 6, 4, 3))], [F32], options("SpaceToDepth", blockSize=2))
    yield "local_response_normalization", single(
        "LOCAL_RESPONSE_NORMALIZATION", [normal((1, 3, 4, 9))], [F32],
        options("LocalResponseNormalization", radius=2, bias=1.2, alpha=0.4, beta=0.6))
    x = normal((2, 3, 4, 5))
    yield "l2_normalization", single("L2_NORMALIZATION", [x], [F32], options("L2Norm"))
    yield "softmax", single("SOFTMAX", [x], [F32], options("Softmax", beta=1.0))
    yield "softmax_beta", single("SOFTMAX", [x], [F32], options("Softmax", beta=2.5))
    yield "log_softmax", single("LOG_SOFTMAX", [x], [F32])
    weight = normal((6, 5), 1)
    yield "fully_connected", single("FULLY_CONNECTED", [normal((3, 5)), const(weight), const(normal(6, 2))], [F32],
                                    options("FullyConnected", fusedActivationFunction=1))
    yield "fully_connected_flattens", single("FULLY_CONNECTED", [normal((2, 1, 1, 5)), const(weight), None], [F32],
                                             options("FullyConnected"))
    yield "fully_connected_keeps", single("FULLY_CONNECTED", [normal((2, 4, 5)), const(weight), const(normal(6, 2))],
                                          [F32], options("FullyConnected", keepNumDims=True))
    for x, y in itertools.product((False, True), repeat=2):
        a, b = normal((2, 5, 4) if x else (2, 4, 5)), normal((2, 3, 5) if y else (2, 5, 3), 1)
        yield f"batch_matmul_{int(x)}{int(y)}", single("BATCH_MATMUL", [a, b], [F32], options("BatchMatMul", adjX=x, adjY=y))
    yield "batch_matmul_broadcast", single("BATCH_MATMUL", [normal((3, 2, 4, 5)), const(normal((5, 3), 1))], [F32],
                                           options("BatchMatMul"))
