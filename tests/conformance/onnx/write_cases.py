"""write_cases.py FOLDER: the node cases of the installed `onnx` package as FOLDER/NAME/model.onnx and
FOLDER/NAME/test_data_set_0/{input,output}_0.pb …, as ONNX's own releases used to carry them."""

import pathlib
import sys

import numpy as np
from onnx import TensorProto, numpy_helper
from onnx.backend.test.case.node import collect_testcases

WRITERS = {
    "sequence_type": numpy_helper.from_list,
    "optional_type": numpy_helper.from_optional,
    "map_type": numpy_helper.from_dict,
}


def message_of(data, info):
    """The protobuf message of one input or output; data may already be one."""
    if isinstance(data, TensorProto):
        return data
    for kind, write in WRITERS.items():
        if info.type.HasField(kind):
            return write(data, info.name)
    return numpy_helper.from_array(np.asarray(data), info.name)


def write_set(folder, kind, data, infos):
    for i, (one, info) in enumerate(zip(data, infos)):
        (folder / f"{kind}_{i}.pb").write_bytes(message_of(one, info).SerializeToString())


def main():
    root = pathlib.Path(sys.argv[1])
    cases = collect_testcases(None)
    for case in cases:
        folder = root / case.name
        folder.mkdir(parents=True)
        (folder / "model.onnx").write_bytes(case.model.SerializeToString())
        for i, (inputs, outputs) in enumerate(case.data_sets):
            data = folder / f"test_data_set_{i}"
            data.mkdir()
            write_set(data, "input", inputs, case.model.graph.input)
            write_set(data, "output", outputs, case.model.graph.output)
    print(f"{len(cases)} cases")


main()
