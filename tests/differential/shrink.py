"""Makes a failing graph small: nodes go one by one as long as it fails in the same way. What is read of a node that went
is fed as an input with the value that ONNX Runtime gave it."""

import copy
import dataclasses

from onnx import helper

from case import reads


def without(case, index):
    """The case without one node; None if nothing would be left."""
    nodes = case.nodes[:index] + case.nodes[index + 1:]
    gone = set(case.nodes[index].output)
    outputs = [name for name in case.outputs if name not in gone]
    made = {name for node in nodes for name in node.output}
    read = {name for node in nodes for name in reads(node)}
    tensors = {value.name for value in case.graph.values}
    if gone & read - tensors:
        return None  # a sequence that is read: there is no input to feed it by
    outputs += [name for name in (made - read) & tensors if name not in outputs]
    if not outputs:
        return None
    graph = copy.copy(case.graph)
    graph.values = [dataclasses.replace(v, kind="input") if v.name in gone else v for v in case.graph.values]
    return dataclasses.replace(case, graph=graph, nodes=nodes, outputs=outputs)


def fewer_outputs(case, name):
    rest = [output for output in case.outputs if output != name]
    return dataclasses.replace(case, outputs=rest) if rest else None


def shrink(driver, case, verdict):
    """The smallest case found and what it says."""
    message = driver.run(case)[1]
    progress = True
    while progress:
        progress = False
        smaller = [lambda i=i: without(case, i) for i in reversed(range(len(case.nodes)))]
        smaller += [lambda o=o: fewer_outputs(case, o) for o in case.outputs]
        smaller.append(lambda: dataclasses.replace(case, symbolic=False) if case.symbolic else None)
        for candidate in (make() for make in smaller):
            if candidate is None:
                continue
            found, text = driver.run(candidate)
            if found == verdict:
                case, message, progress = candidate, text, True
                break
    return case, message


def describe(case):
    """The case as text: inputs, constants, nodes."""
    inputs, constants, outputs = case.parts()
    lines = []
    for title, values in (("input", inputs), ("constant", constants)):
        for value in values:
            numbers = value.array.flatten()[:12].tolist()
            lines.append(f"  {title} {value.name}: {value.dtype}{list(value.shape)} {numbers}")
    for node in case.nodes:
        attributes = {a.name: helper.get_attribute_value(a) if not a.HasField("g") else "{…}" for a in node.attribute}
        lines.append(f"  {', '.join(node.output)} = {node.op_type}({', '.join(node.input)}) {attributes or ''}")
        for attribute in node.attribute:
            if attribute.HasField("g"):
                lines.append("    " + helper.printable_graph(attribute.g).replace("\n", "\n    "))
    for value in outputs:
        lines.append(f"  output {value.name}: {value.dtype}{list(value.shape)} {value.array.flatten()[:12].tolist()}")
    return "\n".join(lines)
