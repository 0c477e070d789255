"""Whole models: those of pinned packages, on inputs like real ones."""

import pathlib

import numpy as np


def picture(shape, seed):
    """Smooth blobs with a little noise, between 0 and 1."""
    random = np.random.default_rng(seed)
    height, width = shape[1], shape[2]
    y, x = np.mgrid[0:height, 0:width]
    image = np.zeros((height, width, shape[3]))
    for _ in range(12):
        cy, cx, size = random.uniform(0, height), random.uniform(0, width), random.uniform(height / 16, height / 3)
        blob = np.exp(-((y - cy) ** 2 + (x - cx) ** 2) / (2 * size ** 2))
        image += blob[..., None] * random.uniform(-0.5, 1, shape[3])
    return np.clip(image + random.normal(0, 0.02, image.shape), 0, 1)[None].astype(np.float32)


def feeds_of(data):
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=data)
    feeds = {}
    for i, detail in enumerate(interpreter.get_input_details()):
        shape = [int(d) for d in detail["shape"]]
        if len(shape) == 4 and shape[3] in (1, 3, 4):
            value = picture(shape, 7 + i)
        else:
            value = np.random.default_rng(7 + i).normal(0, 1, shape)
        if detail["dtype"] != np.float32:
            scale, zero = detail["quantization"]
            value = np.round(value / (scale or 1 / 255)) + zero
        feeds[detail["name"]] = value.astype(detail["dtype"])
    return feeds


def networks(folder):
    for path in sorted(pathlib.Path(folder).glob("*.tflite")):
        data = path.read_bytes()
        yield path.stem, data, feeds_of(data)
