"""reference.py OUT MODELS: one folder a case with model.tflite, in_I_NAME.npy and what LiteRT makes of it, out_I.npy.

OUT/NAME/ of the cases of cases/*.py, by LiteRT's reference kernels; OUT/models/NAME/ of whole models in folder MODELS."""

import hashlib
import importlib
import os
import pathlib
import shutil
import sys

HERE = pathlib.Path(__file__).parent


def fingerprint(models):
    digest = hashlib.sha256()
    for path in sorted(HERE.rglob("*.py")) + sorted(pathlib.Path(models).glob("*.tflite")):
        digest.update(path.name.encode() + (path.read_bytes() if path.suffix == ".py" else b""))
    return digest.hexdigest()


def litert(data, feeds, plain):
    """LiteRT's outputs; plain: by its reference kernels."""
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    resolver = OpResolverType.BUILTIN_REF if plain else OpResolverType.BUILTIN
    interpreter = Interpreter(model_content=data, num_threads=1, experimental_op_resolver_type=resolver)
    for detail in interpreter.get_input_details():
        if tuple(detail["shape"]) != feeds[detail["name"]].shape:
            interpreter.resize_tensor_input(detail["index"], feeds[detail["name"]].shape)
    interpreter.allocate_tensors()
    for detail in interpreter.get_input_details():
        interpreter.set_tensor(detail["index"], feeds[detail["name"]])
    interpreter.invoke()
    return [interpreter.get_tensor(detail["index"]) for detail in interpreter.get_output_details()]


def run(folder, data, feeds, plain, expected=None):
    import numpy as np

    outputs = expected or litert(data, feeds, plain)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.tflite").write_bytes(data)
    for i, (name, array) in enumerate(feeds.items()):
        np.save(folder / f"in_{i:02}_{name.replace('/', '@')}.npy", np.array(array, order="C"))
    for i, array in enumerate(outputs):
        np.save(folder / f"out_{i:02}.npy", np.array(array, order="C"))


def main(out, models):
    out = pathlib.Path(out)
    mark = fingerprint(models)
    if (out / "done").exists() and (out / "done").read_text() == mark:
        return
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    import networks

    only = os.environ.get("WALLE_TFLITE_CASES", "")
    for path in sorted((HERE / "cases").glob("[a-z]*.py")):
        module = importlib.import_module("cases." + path.stem)
        for name, model in module.cases():
            if only in name:
                run(out / "cases" / name, model.bytes(), model.main.feeds, model.plain(), model.expected)
    for name, data, feeds in networks.networks(models):
        if only in name:
            run(out / "models" / name, data, feeds, False)
    (out / "done").write_text(mark)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
