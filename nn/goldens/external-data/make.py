"""Makes model.onnx, whose weights onnx itself has put into weights.bin, and expected.json with what it computes.

Needs onnx. Run it in this folder: python make.py
"""

import json
import os

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

random = np.random.default_rng(3)
first = random.standard_normal((48, 16)).astype(np.float32)
second = random.standard_normal((8, 48)).astype(np.float32)
graph = helper.make_graph(
    [
        helper.make_node("Gemm", ["x", "first"], ["hidden"], transB=1),
        helper.make_node("Gemm", ["hidden", "second"], ["y"], transB=1),
    ],
    "external",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 16])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 8])],
    [numpy_helper.from_array(first, "first"), numpy_helper.from_array(second, "second")],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
x = random.standard_normal((2, 16)).astype(np.float32)
(y,) = ReferenceEvaluator(model).run(None, {"x": x})
if os.path.exists("weights.bin"):
    os.remove("weights.bin")
onnx.save_model(model, "model.onnx", save_as_external_data=True, location="weights.bin", size_threshold=1024)
with open("expected.json", "w") as file:
    json.dump({"x": x.ravel().tolist(), "y": y.ravel().tolist()}, file)
    file.write("\n")
