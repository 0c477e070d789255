"""Models of one node as files in the form of ONNX's own cases, FOLDER/OP_VERSION_N/model.onnx and test_data_set_0, with
ONNX Runtime's outputs. What this ONNX Runtime does not run is left out."""

import pathlib
import sys

import numpy as np
import onnxruntime
from onnx import helper, numpy_helper


def model_of(op, version, operands, attributes, results, domain):
    names = ["" if x is None else f"x{i}" for i, x in enumerate(operands)]
    node = helper.make_node(op, names, [f"y{i}" for i in range(results)], domain=domain, **attributes)
    first = operands[0]
    dtype = helper.np_dtype_to_tensor_dtype(first.dtype)
    constants = [numpy_helper.from_array(np.asarray(x), f"x{i}") for i, x in enumerate(operands) if i and x is not None]
    graph = helper.make_graph(
        [node],
        "case",
        [helper.make_tensor_value_info("x0", dtype, first.shape)],
        [helper.make_empty_tensor_value_info(f"y{i}") for i in range(results)],
        constants,
    )
    opsets = [helper.make_opsetid(domain, version)] + ([helper.make_opsetid("", 17)] if domain else [])
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def write(folder, model, operand, outputs):
    data = folder / "test_data_set_0"
    data.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    (data / "input_0.pb").write_bytes(numpy_helper.from_array(operand, "x0").SerializeToString())
    for i, output in enumerate(outputs):
        (data / f"output_{i}.pb").write_bytes(numpy_helper.from_array(output, f"y{i}").SerializeToString())


def write_cases(forms, domain=""):
    """forms: (operator, versions, operands, attributes, number of results); operands but the first are constants. The
    folder is the program's argument."""
    root = pathlib.Path(sys.argv[1])
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    written, refused = 0, []
    for number, (op, versions, operands, attributes, results) in enumerate(forms):
        for version in versions:
            model = model_of(op, version, operands, attributes, results, domain)
            try:
                session = onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
                outputs = session.run(None, {"x0": operands[0]})
            except Exception as error:  # this ONNX Runtime lacks the operator, or the form
                refused.append(f"{op} {version} {str(attributes)[:80]}: {str(error).splitlines()[0][:150]}")
                continue
            write(root / f"{op}_{version}_{number}", model, operands[0], outputs)
            written += 1
    print(f"{written} models; ONNX Runtime refuses {len(refused)}:", *refused, sep="\n  ")
