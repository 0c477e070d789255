from cases.common import *

from flatbuffers import flexbuffers


def boxes(count, seed=0):
    r = random(seed)
    corner, size = r.uniform(0, 1, (count, 2)), r.uniform(0.1, 0.5, (count, 2))
    return np.concatenate([corner, corner + size], 1).astype(F32)


def scalar(value):
    return const(np.array(value, F32))


def suppression(op, count, most, *limits):
    scores = random(1).uniform(0, 1, count).astype(F32)
    results = [I32, I32] if op.endswith("4") else [I32, F32, I32]
    return single(op, [boxes(count), scores, const(np.array(most, I32)), *map(scalar, limits)], results)


def post_process(by_class, classes=3, count=30, **more):
    model = Model()
    g = model.main
    corners = boxes(count)
    anchors = np.concatenate([(corners[:, :2] + corners[:, 2:]) / 2, corners[:, 2:] - corners[:, :2]], 1)
    scores = random(2).uniform(0, 1, (1, count, classes + 1)).astype(F32)
    inputs = [g.input(normal((1, count, 4))), g.input(scores), g.const(anchors)]
    fields = dict(max_detections=8, max_classes_per_detection=1, detections_per_class=5, use_regular_nms=by_class,
                  nms_score_threshold=0.3, nms_iou_threshold=0.4, num_classes=classes, y_scale=10.0, x_scale=10.0,
                  h_scale=5.0, w_scale=5.0)
    results = [((), F32)] * 4
    g.output(*g.op("CUSTOM", inputs, results, custom="TFLite_Detection_PostProcess",
                   custom_options=flexbuffers.Dumps(fields)))
    return model


def cases():
    yield "non_max_suppression_v4", suppression("NON_MAX_SUPPRESSION_V4", 40, 6, 0.4, 0.2)
    yield "non_max_suppression_v4_few", suppression("NON_MAX_SUPPRESSION_V4", 5, 9, 0.1, 0.5)
    yield "non_max_suppression_v5", suppression("NON_MAX_SUPPRESSION_V5", 40, 6, 0.4, 0.2, 0.0)
    yield "non_max_suppression_v5_soft", suppression("NON_MAX_SUPPRESSION_V5", 40, 10, 1.0, 0.1, 0.5)
    yield "detection_post_process", post_process(False)
    yield "detection_post_process_by_class", post_process(True)
