"""Writes the ONNX project's own node test cases for the operators of nn/ops/table.ts and those that nn/graph/imports.ts
reads as others: pip install onnx, then

    python nn/goldens/onnx-node-cases/make.py

cases.jsonl gets one case a line: its name, the model and the tensors of its inputs and outputs (ONNX protobuf,
base64). Axes, shapes, splits and other short int64 operands become constants: the core is for models that have them
so, and infers shapes from them. Newer opsets are declared as the newest that the table speaks where ONNX's checker
accepts that: the later versions of these operators add element types only. left-out.json says which cases are not
there, and why.
"""

import base64
import json
import pathlib
import re
import warnings

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnx.backend.test.case.node import collect_testcases

HERE = pathlib.Path(__file__).parent
NN = HERE.parent.parent
OPSET = int(re.search(r"OPSET_VERSION = (\d+)", (NN / "graph/opset.ts").read_text()).group(1))
KNOWN = set(re.findall(r"'([A-Z]\w*)-\d+':", (NN / "ops/table.ts").read_text())) | set(
    re.findall(r"^  ([A-Z]\w*): \{ since", (NN / "graph/imports.ts").read_text(), re.M)
)
# Operators whose first operand is a setting too.
ALL_SETTINGS = {"ConstantOfShape", "Range"}
DTYPES = {np.dtype(name) for name in ("float32", "int64", "int32", "bool")}
BYTES_MAX = 65536


def tensor(value: np.ndarray) -> str:
    return base64.b64encode(numpy_helper.from_array(np.asarray(value)).SerializeToString()).decode()


def reason_to_leave_out(case, model: onnx.ModelProto, values: list) -> str | None:
    if not all(isinstance(value, (np.ndarray, np.generic, onnx.TensorProto)) for value in values):
        return "its values are sequences or optional"
    if not all(not isinstance(value, onnx.TensorProto) and np.asarray(value).dtype in DTYPES for value in values):
        return "element types that the core does not compute with"
    if any(node.op_type == "Loop" for node in model.graph.node):
        return "its shapes follow from how often a loop ran"
    if sum(np.asarray(value).nbytes for value in values) > BYTES_MAX:
        return f"larger than {BYTES_MAX} bytes"
    try:
        onnx.checker.check_model(model, full_check=True)
    except Exception as error:
        return f"not valid at opset {OPSET}: {str(error).strip().splitlines()[0][:160]}"
    return None


def bind_settings(model: onnx.ModelProto, inputs: list) -> list:
    """Makes int64 scalars and vectors after the first input, and switches, initializers; returns what is left to feed."""
    left, declared = [], list(model.graph.input)
    del model.graph.input[:]
    first = 0 if {node.op_type for node in model.graph.node} & ALL_SETTINGS else 1
    for index, (value, info) in enumerate(zip(inputs, declared, strict=True)):
        setting = (value.dtype == np.int64 and value.ndim <= 1) or info.name == "t"
        if index >= first and setting:
            model.graph.initializer.append(numpy_helper.from_array(value, info.name))
        else:
            model.graph.input.append(info)
            left.append(value)
    return left


def main() -> None:
    warnings.simplefilter("ignore")
    cases, left_out = [], {}
    for case in collect_testcases(None):
        if case.model is None or not {node.op_type for node in case.model.graph.node} <= KNOWN:
            continue
        model = onnx.ModelProto()
        model.CopyFrom(case.model)
        if any(entry.domain not in ("", "ai.onnx") for entry in model.opset_import):
            continue
        for entry in model.opset_import:
            entry.version = min(entry.version, OPSET)
        model.ir_version = min(model.ir_version, helper.find_min_ir_version_for(model.opset_import))
        (inputs, outputs), *_ = case.data_sets
        inputs = list(inputs.values()) if isinstance(inputs, dict) else list(inputs)
        reason = reason_to_leave_out(case, model, [*inputs, *outputs])
        if reason:
            left_out[case.name] = reason
            continue
        left = bind_settings(model, [np.asarray(value) for value in inputs])
        cases.append(
            {
                "name": case.name,
                "rtol": case.rtol,
                "atol": case.atol,
                "model": base64.b64encode(model.SerializeToString()).decode(),
                "inputs": [tensor(value) for value in left],
                "outputs": [tensor(value) for value in outputs],
            }
        )
    lines = [json.dumps(case, separators=(",", ":")) for case in sorted(cases, key=lambda case: case["name"])]
    (HERE / "cases.jsonl").write_text("\n".join(lines) + "\n")
    (HERE / "left-out.json").write_text(json.dumps(left_out, indent=2, sort_keys=True) + "\n")
    print(f"{len(cases)} cases, {len(left_out)} left out, onnx {onnx.__version__}")


if __name__ == "__main__":
    main()
