"""reference.py MODELS OUT: inputs like real ones and ONNX Runtime's outputs, as OUT/CASE/{in,out}_I_NAME.npy."""

import os
import sys

import cv2
import numpy as np
import onnxruntime

import mobilenet

random = np.random.default_rng(7)


def page(height, width, words):
    image = np.full((height, width, 3), 235, np.uint8)
    for i, word in enumerate(words):
        y = int((i + 0.7) * height / len(words))
        cv2.putText(image, word, (width // 12, y), cv2.FONT_HERSHEY_SIMPLEX, min(height / len(words), width / 8) / 40,
                    (30, 20, 40), 2, cv2.LINE_AA)
    noise = random.normal(0, 4, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.float32)


def image(height, width, words, mean, deviation):
    x = (page(height, width, words) / 255 - mean) / deviation
    return x.transpose(2, 0, 1)[None].astype(np.float32)


def speech(samples, rate, phase):
    t = (np.arange(samples) + phase * samples) / rate
    voice = sum(np.sin(2 * np.pi * 140 * k * t) / k for k in range(1, 12))
    envelope = 0.5 + 0.5 * np.sin(2 * np.pi * 4 * t)
    return (0.1 * voice * envelope + random.normal(0, 0.003, samples)).astype(np.float32)


def save(out, case, inputs, session):
    folder = os.path.join(out, case)
    os.makedirs(folder, exist_ok=True)
    names = [o.name for o in session.get_outputs()]
    outputs = dict(zip(names, session.run(None, inputs)))
    for kind, arrays in (("in", inputs), ("out", outputs)):
        for i, (name, array) in enumerate(arrays.items()):
            np.save(os.path.join(folder, f"{kind}_{i}_{name.replace('/', '@')}.npy"), np.array(array, order="C"))
    return outputs


def main(models, out):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1

    def session(name, folder=models):
        return onnxruntime.InferenceSession(os.path.join(folder, name), options, providers=["CPUExecutionProvider"])

    imagenet = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    det = session("ppocr_det.onnx")
    save(out, "ppocr_det/640x640", {"x": image(640, 640, ["Walle reads", "documents", "on a device"], *imagenet)}, det)
    save(out, "ppocr_det/352x608", {"x": image(352, 608, ["Invoice 2041", "Total 99.50"], *imagenet)}, det)
    save(out, "ppocr_det/64x96", {"x": image(64, 96, ["ab"], *imagenet)}, det)
    rec = session("ppocr_rec.onnx")
    save(out, "ppocr_rec/48x320", {"x": image(48, 320, ["Walle 2041"], 0.5, 0.5)}, rec)
    pair = np.concatenate([image(48, 176, ["Invoice"], 0.5, 0.5), image(48, 176, ["Total"], 0.5, 0.5)])
    save(out, "ppocr_rec/2x48x176", {"x": pair}, rec)
    cls = session("ppocr_cls.onnx")
    save(out, "ppocr_cls/48x192", {"x": image(48, 192, ["Walle"], 0.5, 0.5)}, cls)
    save(out, "ppocr_cls/3x48x192", {"x": np.concatenate([image(48, 192, [w], 0.5, 0.5) for w in ("Walle", "Total", "Page")])}, cls)
    vad = session("silero_vad.onnx")
    for rate, samples, batch in ((16000, 576, 1), (8000, 288, 1), (16000, 576, 2)):
        state = np.zeros((2, batch, 128), np.float32)
        for frame in range(3):
            x = np.stack([speech(samples, rate, frame + b) for b in range(batch)])
            result = save(out, f"silero_vad/{rate}_batch{batch}_frame{frame}",
                          {"input": x, "state": state, "sr": np.array(rate, np.int64)}, vad)
            state = result["stateN"]
    mobilenet.write(os.path.join(out, "mobilenet_v2.onnx"))
    net = session("mobilenet_v2.onnx", out)
    save(out, "mobilenet_v2/224", {"image": image(224, 224, ["cat"], *imagenet)}, net)
    save(out, "mobilenet_v2/2x96x128", {"image": np.concatenate([image(96, 128, [w], *imagenet) for w in "ab"])}, net)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
