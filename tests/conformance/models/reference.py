"""reference.py PACKAGED OUT: writes the models that are not in PACKAGED, inputs like real ones, and ONNX Runtime's
outputs as OUT/MODEL/CASE/{in,out}_I_NAME.npy. Made again only when a script or a packaged model has changed."""

import hashlib
import os
import shutil
import sys

import numpy as np
import onnxruntime

import decoder
import din
import efficientnet
import mobilenet
import quantised
import resnet
import squeezenet
import transformers
from images import speech, written

WRITTEN = [mobilenet, resnet, squeezenet, efficientnet, transformers, din, decoder, quantised]


def save(folder, inputs, session):
    os.makedirs(folder, exist_ok=True)
    names = [o.name for o in session.get_outputs()]
    outputs = dict(zip(names, session.run(None, inputs)))
    for kind, arrays in (("in", inputs), ("out", outputs)):
        for i, (name, array) in enumerate(arrays.items()):
            np.save(os.path.join(folder, f"{kind}_{i}_{name.replace('/', '@')}.npy"), np.array(array, order="C"))
    return outputs


def session_of(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    # Products with weights of few bits in floats, as ONNX defines them; else activations are quantised as well.
    options.add_session_config_entry("session.qdq_matmulnbits_accuracy_level", "1")
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def packaged(models, out, random):
    def cases(name, inputs):
        session = session_of(os.path.join(models, name + ".onnx"))
        for case, feeds in inputs.items():
            save(os.path.join(out, name, case), feeds, session)

    def line(height, width, *words):
        return np.concatenate([written(random, height, width, [w], 0.5, 0.5) for w in words])

    cases("ppocr_det", {"640x640": {"x": written(random, 640, 640, ["Walle reads", "documents", "on a device"])},
                        "352x608": {"x": written(random, 352, 608, ["Invoice 2041", "Total 99.50"])},
                        "224x736": {"x": written(random, 224, 736, ["Gate 7"])},
                        "small": {"x": written(random, 64, 96, ["ab"])}})
    cases("ppocr_rec", {"48x320": {"x": line(48, 320, "Walle 2041")}, "2x48x176": {"x": line(48, 176, "Invoice", "Total")}})
    cases("ppocr_cls", {"small": {"x": line(48, 192, "Walle")}, "3x48x192": {"x": line(48, 192, "Walle", "Total", "Page")}})
    vad = session_of(os.path.join(models, "silero_vad.onnx"))
    for rate, samples, batch in ((16000, 576, 1), (8000, 288, 1), (16000, 576, 2)):
        state = np.zeros((2, batch, 128), np.float32)
        for frame in range(3):
            x = np.stack([speech(random, samples, rate, frame + b) for b in range(batch)])
            folder = os.path.join(out, "silero_vad", f"{rate}_batch{batch}_frame{frame}_small")
            state = save(folder, {"input": x, "state": state, "sr": np.array(rate, np.int64)}, vad)["stateN"]


def fingerprint(models):
    hashes = hashlib.sha256(onnxruntime.__version__.encode())
    here = os.path.dirname(os.path.abspath(__file__))
    for folder, suffix in ((here, ".py"), (models, ".onnx")):
        for name in sorted(n for n in os.listdir(folder) if n.endswith(suffix)):
            with open(os.path.join(folder, name), "rb") as file:
                hashes.update(hashlib.sha256(file.read()).digest())
    return hashes.hexdigest()


def main(models, out):
    stamp, wanted = os.path.join(out, "made"), fingerprint(models)
    if os.path.exists(stamp) and open(stamp).read() == wanted:
        return
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    packaged(models, out, np.random.default_rng(7))
    for family in WRITTEN:
        for name, (write, cases) in family.MODELS.items():
            path = os.path.join(out, name + ".onnx")
            write(path)
            session = session_of(path)
            for case, feeds in cases(np.random.default_rng(7)).items():
                save(os.path.join(out, name, case), feeds, session)
    with open(stamp, "w") as file:
        file.write(wanted)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
