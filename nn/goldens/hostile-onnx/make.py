"""Makes model files that no reader of ONNX may accept, one fault a file, named after the fault.

Needs the package onnx, for its messages only: its checker would refuse most of them. Run it in this folder: python make.py
"""

import numpy as np
import onnx
from onnx import AttributeProto, TensorProto, helper, numpy_helper


def value(name, *dims, dtype=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, dtype, dims)


def model(nodes, inputs=None, outputs=None, weights=(), opset=20):
    graph = helper.make_graph(
        nodes,
        "hostile",
        [value("x", 2, 3)] if inputs is None else inputs,
        [value("y", 2, 3)] if outputs is None else outputs,
        list(weights),
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)


def node(op, inputs, outputs=("y",), **attributes):
    return helper.make_node(op, list(inputs), list(outputs), **attributes)


def numbers(name, *values):
    return numpy_helper.from_array(np.array(values, dtype=np.int64), name)


def weight(**changes):
    tensor = numpy_helper.from_array(np.arange(6, dtype=np.float32).reshape(2, 3), "w")
    for name, changed in changes.items():
        field = getattr(tensor, name)
        if isinstance(changed, list):
            del field[:]
            field.extend(changed)
        else:
            setattr(tensor, name, changed)
    return tensor


def external(**entries):
    tensor = weight(raw_data=b"", data_location=TensorProto.EXTERNAL)
    for key, text in entries.items():
        tensor.external_data.add(key=key, value=text)
    return tensor


def with_weight(tensor):
    return model([node("Add", ["x", "w"])], weights=[tensor])


def without_opset():
    made = model([relu])
    del made.opset_import[:]
    return made


def untyped_attribute():
    made = model([relu])
    made.graph.node[0].attribute.add(name="a", i=1, type=AttributeProto.UNDEFINED)
    return made


def setting(op, *values, **attributes):
    return model([node(op, ["x", "s"], **attributes)], weights=[numbers("s", *values)])


def length_delimited(field, data):
    """One protobuf field, so that nesting needs no message objects."""
    size, varint = len(data), b""
    while size > 127:
        varint += bytes([size & 127 | 128])
        size >>= 7
    return bytes([field << 3 | 2]) + varint + bytes([size]) + data


def nested(depth):
    """A graph in an attribute of a node of a graph in an attribute ..., which only readers that recurse reach."""
    graph = b""
    for _ in range(depth):
        attribute = length_delimited(6, graph)
        graph = length_delimited(1, length_delimited(5, attribute))
    return length_delimited(7, graph)


def condition():
    return numpy_helper.from_array(np.array(True), "c")


def branch(nodes, outputs, inputs=()):
    return helper.make_graph(nodes, "branch", list(inputs), outputs)


def choice(yes, no):
    return model([node("If", ["c"], then_branch=yes, else_branch=no)], weights=[condition()])


def kept(name, *dims):
    return branch([node("Identity", ["x"], [name])], [value(name, *(dims or (2, 3)))])


def repeated(nodes, carried=(2, 3), outputs=None):
    """A loop whose body takes v and gives w."""
    body = branch(
        nodes,
        [value("go", dtype=TensorProto.BOOL), value("w", 2, 3)] if outputs is None else outputs,
        [value("i", dtype=TensorProto.INT64), value("go", dtype=TensorProto.BOOL), value("v", *carried)],
    )
    return model([node("Loop", ["n", "c", "x"], body=body)], weights=[numbers("n", 3), condition()])


def deep(depth):
    inner = kept("a")
    for _ in range(depth):
        inner = branch([node("If", ["c"], ["a"], then_branch=inner, else_branch=kept("b"))], [value("a", 2, 3)])
    return choice(inner, kept("b"))


relu = node("Relu", ["x"])
valid = model([relu]).SerializeToString()
graph_again = length_delimited(7, model([relu]).graph.SerializeToString())

for name, made in {
    "empty": b"",
    "not-protobuf": b"{'graph': []}",
    "truncated": valid[: len(valid) // 2],
    "trailing-garbage": valid + b"\xff\xff\xff",
    "field-length-2-pow-63": b"\x3a" + b"\xff" * 8 + b"\x7f",
    "varint-without-end": b"\x08" + b"\xff" * 20,
    "wire-type-unknown": b"\x0f\x01",
    "graph-twice": valid + graph_again,
    "nested-5000-deep": nested(5_000),
    "no-graph": onnx.ModelProto(ir_version=9),
    "no-opset": without_opset(),
    "opset-2-pow-62": model([relu], opset=2**62),
    "opset-negative": model([relu], opset=-1),
    "no-outputs": model([relu], outputs=[]),
    "output-not-computed": model([relu], outputs=[value("z", 2, 3)]),
    "output-of-other-rank": model([relu], outputs=[value("y", 6)]),
    "output-of-other-type": model([relu], outputs=[value("y", 2, 3, dtype=TensorProto.INT64)]),
    "cycle-of-one": model([node("Add", ["x", "y"])]),
    "cycle-of-two": model([node("Add", ["x", "b"], ["a"]), node("Add", ["x", "a"], ["b"]), node("Relu", ["b"])]),
    "cycle-through-a-constant": model([node("Expand", ["x", "y"])]),
    "used-before-defined": model([node("Relu", ["a"]), node("Relu", ["x"], ["a"])]),
    "output-defined-twice": model([relu, relu]),
    "output-named-as-input": model([node("Relu", ["x"], ["x"])], outputs=[value("x", 2, 3)]),
    "output-named-as-weight": model([node("Relu", ["x"], ["w"]), relu], weights=[weight()]),
    "constant-named-as-weight": model([node("Constant", [], ["w"], value_int=1), relu], weights=[weight()]),
    "constant-without-value": model([node("Constant", [], ["c"]), relu]),
    "constant-without-name": model([node("Constant", [], [""], value_int=1), relu]),
    "constant-is-a-graph": model([node("Constant", [], ["c"], value=model([relu]).graph), relu]),
    "input-twice": model([relu], inputs=[value("x", 2, 3), value("x", 2, 3)]),
    "input-without-name": model([relu], inputs=[value("x", 2, 3), value("", 2, 3)]),
    "input-without-type": model([relu], inputs=[helper.make_empty_tensor_value_info("x")]),
    "weight-twice": model([relu], weights=[weight(), weight()]),
    "input-of-2-pow-62": model([relu], inputs=[value("x", 2**62, 3)], outputs=[value("y", 2**62, 3)]),
    "input-elements-overflow": model(
        [node("Flatten", ["x"], axis=2)],
        inputs=[value("x", 2**40, 2**40)],
        outputs=[value("y", 2**62, 1)],
    ),
    "weight-negative-dims": with_weight(weight(dims=[-2, -3])),
    "weight-dims-2-pow-62": with_weight(weight(dims=[2**62, 4])),
    "weight-dims-overflow-to-zero": with_weight(weight(dims=[2**32, 2**32])),
    "weight-raw-data-short": with_weight(weight(raw_data=bytes(20))),
    "weight-raw-data-long": with_weight(weight(raw_data=bytes(28))),
    "weight-raw-data-odd": with_weight(weight(raw_data=bytes(23))),
    "weight-without-data": with_weight(weight(raw_data=b"")),
    "weight-float-data-short": with_weight(weight(raw_data=b"", float_data=[1.0, 2.0])),
    "weight-data-of-other-type": with_weight(weight(raw_data=b"", int64_data=[1, 2, 3, 4, 5, 6])),
    "weight-type-unknown": with_weight(weight(data_type=99)),
    "weight-type-string": with_weight(weight(data_type=TensorProto.STRING, raw_data=b"", string_data=[b"a"] * 6)),
    "external-absolute": with_weight(external(location="/etc/passwd", length="24")),
    "external-up": with_weight(external(location="../make.py", length="24")),
    "external-up-within": with_weight(external(location="a/../../make.py", length="24")),
    "external-windows": with_weight(external(location="..\\make.py", length="24")),
    "external-nul": with_weight(external(location="make.py\0.bin", length="24")),
    "external-nowhere": with_weight(external(length="24")),
    "external-missing": with_weight(external(location="there-is-none.bin", length="24")),
    "external-itself": with_weight(external(location=".", length="24")),
    "external-offset-past-the-end": with_weight(external(location="make.py", offset="9000000000", length="24")),
    "external-offset-negative": with_weight(external(location="make.py", offset="-24", length="24")),
    "external-length-of-other-size": with_weight(external(location="make.py", length="20")),
    "external-length-2-pow-64": with_weight(external(location="make.py", length=str(2**64))),
    "operator-unknown": model([node("Exec", ["x"])]),
    "operator-of-other-domain": model([node("Relu", ["x"], domain="evil")]),
    "operator-named-constructor": model([node("constructor", ["x"])]),
    "operator-named-proto": model([node("__proto__", ["x"])]),
    "operand-missing": model([node("Add", ["x"])]),
    "operands-too-many": model([node("Add", ["x", "x", "x"])]),
    "outputs-too-many": model([node("Relu", ["x"], ["y", "z"])]),
    "operands-of-other-types": model([node("Add", ["x", "s"])], weights=[numbers("s", 1, 2, 3)]),
    "attribute-of-other-kind": model([node("Transpose", ["x"], perm="ab")]),
    "attribute-is-a-graph": model([node("Relu", ["x"], then_branch=model([relu]).graph)]),
    "attribute-is-a-list-of-floats": model([node("Relu", ["x"], alpha=[1.0, 2.0])]),
    "attribute-type-unknown": untyped_attribute(),
    "if-without-branches": model([node("If", ["c"])], weights=[condition()]),
    "if-by-a-number": model([node("If", ["x"], then_branch=kept("a"), else_branch=kept("b"))]),
    "if-branches-of-other-counts": choice(
        kept("a"), branch([node("Split", ["x"], ["b", "d"], num_outputs=2)], [value("b", 1, 3), value("d", 1, 3)])
    ),
    "if-branches-of-other-types": choice(
        kept("a"), branch([node("Shape", ["x"], ["b"])], [value("b", 2, dtype=TensorProto.INT64)])
    ),
    "if-branch-with-inputs": choice(kept("a"), branch([node("Relu", ["b"], ["d"])], [value("d", 2, 3)], [value("b", 2, 3)])),
    "if-branch-hides-a-value": choice(kept("a"), branch([node("Relu", ["x"], ["x"])], [value("x", 2, 3)])),
    "if-branch-reads-what-comes-later": choice(kept("a"), branch([node("Relu", ["y"], ["b"])], [value("b", 2, 3)])),
    "if-branch-has-unknown-operator": choice(kept("a"), branch([node("Exec", ["x"], ["b"])], [value("b", 2, 3)])),
    "if-17-deep": deep(17),
    "loop-without-body": model([node("Loop", ["n", "c", "x"])], weights=[numbers("n", 3), condition()]),
    "loop-body-is-a-number": model([node("Loop", ["n", "c", "x"], body=3)], weights=[numbers("n", 3), condition()]),
    "loop-body-takes-another-shape": repeated([node("Identity", ["v"], ["w"])], carried=(3, 3)),
    "loop-value-changes-its-shape": repeated([node("Concat", ["v", "v"], ["w"], axis=0)]),
    "loop-condition-is-a-number": repeated([node("Identity", ["v"], ["w"])], outputs=[value("w", 2, 3), value("v", 2, 3)]),
    "loop-body-gives-too-little": repeated([], outputs=[value("go", dtype=TensorProto.BOOL)]),
    "axis-2-pow-62": model([node("Softmax", ["x"], axis=2**62)]),
    "axis-outside": model([node("Softmax", ["x"], axis=2)]),
    "perm-outside": model([node("Transpose", ["x"], perm=[0, 7])]),
    "perm-twice": model([node("Transpose", ["x"], perm=[0, 0])]),
    "reshape-to-negative": setting("Reshape", -2, -3),
    "reshape-to-two-open": setting("Reshape", -1, -1),
    "reshape-to-2-pow-62": setting("Reshape", 2**62, 4),
    "reshape-by-what-is-not-known": model(
        [node("Reshape", ["x", "s"])], inputs=[value("x", 2, 3), value("s", 2, dtype=TensorProto.INT64)]
    ),
    "expand-to-negative": setting("Expand", -2, 3),
    "expand-to-2-pow-62": setting("Expand", 2**62, 2, 3),
    "expand-of-65-axes": setting("Expand", *([1] * 65), 2, 3),
    "tile-2-pow-62-times": setting("Tile", 2**62, 1),
    "tile-negative-times": setting("Tile", -1, -1),
    "pad-2-pow-62": setting("Pad", 2**62, 0, 0, 0),
    "pad-cuts-more-than-there-is": setting("Pad", -9, 0, 0, 0),
    "unsqueeze-twice-the-same": setting("Unsqueeze", 0, 0),
    "squeeze-of-length-3": setting("Squeeze", 1),
    "slice-by-steps-of-zero": model(
        [node("Slice", ["x", "a", "b", "c", "s"])],
        weights=[numbers("a", 0), numbers("b", 2), numbers("c", 0), numbers("s", 0)],
    ),
    "split-into-2-pow-31": model([node("Split", ["x"], num_outputs=2**31)]),
    "split-into-parts-of-negative": model(
        [node("Split", ["x", "s"], ["y", "z"], axis=1)], weights=[numbers("s", -1, 4)]
    ),
    "range-of-2-pow-62": model(
        [node("Range", ["a", "b", "c"])],
        weights=[numpy_helper.from_array(np.int64(each), name) for name, each in zip("abc", (0, 2**62, 1))],
        outputs=[value("y", 2**62, dtype=TensorProto.INT64)],
    ),
    "range-by-steps-of-zero": model(
        [node("Range", ["a", "b", "c"])],
        weights=[numpy_helper.from_array(np.int64(each), name) for name, each in zip("abc", (0, 6, 0))],
        outputs=[value("y", 6, dtype=TensorProto.INT64)],
    ),
    "constant-of-shape-of-2-pow-62": model(
        [node("ConstantOfShape", ["s"])], weights=[numbers("s", 2**62, 2**62)], outputs=[value("y", 1, 1)]
    ),
    "gather-from-shape-outside": model(
        [node("Shape", ["x"], ["s"]), node("Gather", ["s", "i"], ["l"]), node("Expand", ["x", "l"])],
        weights=[numbers("i", 9)],
    ),
    "products-that-do-not-fit": model([node("MatMul", ["x", "x"])]),
    "concat-of-other-ranks": model([node("Concat", ["x", "s"], axis=0)], weights=[weight(name="s", dims=[6])]),
    "top-k-more-than-there-are": model([node("TopK", ["x", "s"], ["y", "i"])], weights=[numbers("s", 4)]),
}.items():
    data = made if isinstance(made, bytes) else made.SerializeToString()
    with open(f"{name}.onnx", "wb") as file:
        file.write(data)
