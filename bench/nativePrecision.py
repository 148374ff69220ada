"""Runs what bench/nativePrecision.mjs wrote in half precision by ONNX's reference evaluator, and compares the gradients
with PyTorch's step whose products are rounded (nn/rewrite/goldens):

    pip install onnx torch safetensors ml_dtypes && python bench/nativePrecision.py OUTPUT_FOLDER

Products sum in float32 and give halves, as a GPU's matrix units do; numpy would sum in half precision.
"""

import pathlib
import sys

import numpy as np
import onnx
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun
from safetensors.torch import load_file

NN = pathlib.Path(__file__).parent.parent / "nn"
# A tensor whose float32 gradient is below this everywhere is rounding noise.
NOISE = 1e-6


def product(a, b, trans_a, trans_b, alpha, c=0):
    left, right = (np.swapaxes(x, -1, -2) if t else x for x, t in ((a, trans_a), (b, trans_b)))
    exact = np.float32(alpha) * (left.astype(np.float32) @ right.astype(np.float32))
    return ((exact + np.asarray(c).astype(np.float32)).astype(a.dtype),)


class MatMul(OpRun):
    def _run(self, a, b):
        return product(a, b, 0, 0, 1)


class Gemm(OpRun):
    def _run(self, a, b, c=0, alpha=1.0, beta=1.0, transA=0, transB=0):
        assert beta == 1
        return product(a, b, transA, transB, alpha, c)


class FusedMatMul(OpRun):
    op_domain = "com.microsoft"

    def _run(self, a, b, alpha=1.0, transA=0, transB=0, transBatchA=0, transBatchB=0):
        return product(a, b, transA, transB, alpha)


class SimplifiedLayerNormalization(OpRun):
    def _run(self, x, gain, axis=-1, epsilon=1e-5, stash_type=1):
        inverse = 1 / np.sqrt((x * x).mean(-1, keepdims=True) + np.float32(epsilon))
        return (x * inverse * gain).astype(np.float32), inverse.astype(np.float32)


def feeds_of(model, name, scale):
    case, weights = (load_file(NN / "goldens" / name / f"{file}.safetensors") for file in ("case", "model"))
    feeds = {}
    for entry in model.graph.input:
        stored = case.get(entry.name, weights.get(entry.name, weights.get(entry.name.partition(".")[2])))
        feeds[entry.name] = np.float32(scale) if entry.name == "loss_scale" else stored.numpy()
    return feeds


for path in sorted(pathlib.Path(sys.argv[1]).glob("*.onnx")):
    name, half = path.stem.rsplit(".", 1)
    model = onnx.load(path)
    evaluator = ReferenceEvaluator(model, new_ops=[MatMul, Gemm, FusedMatMul, SimplifiedLayerNormalization])
    scale = 1024 if half == "float16" else 1
    names = [output.name for output in model.graph.output]
    found = dict(zip(names, evaluator.run(names, feeds_of(model, name, scale)), strict=True))
    reference = load_file(NN / "rewrite" / "goldens" / f"rounded-{half}.safetensors")
    exact = load_file(NN / "goldens" / name / "gradients.safetensors")
    errors = []
    for parameter, gradient in exact.items():
        if gradient.abs().max() < NOISE:
            continue
        wanted = reference[f"{name}/grad/{parameter}"].numpy()
        errors.append(np.abs(found[f"grad/{parameter}"] / scale - wanted).max() / np.abs(wanted).max())
    loss = abs(found["loss"] / reference[f"{name}/loss"].item() - 1)
    print(f"{name} {half}: loss {loss:.1e}, gradients {np.median(errors):.1e} (median), {max(errors):.1e} (most)")
