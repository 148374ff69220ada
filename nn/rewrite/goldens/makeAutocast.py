"""Writes what PyTorch computes in half precision for small models of nn/goldens: pip install torch transformers
safetensors, then

    python nn/rewrite/goldens/makeAutocast.py

FORM-HALF.safetensors holds, for each model, the loss and the gradients of all parameters: `autocast` as
torch.autocast computes them on a CPU, `rounded` in float32 but with operands and results of every matrix product of
both passes rounded to the half type, which is what nn/rewrite/mixedPrecision.ts says it does.
"""

import json
import pathlib

import torch
import transformers
from safetensors.torch import load_file, save_file
from torch.utils._python_dispatch import TorchDispatchMode

HERE = pathlib.Path(__file__).parent
MODELS = HERE.parent.parent / "goldens"
NAMES = [
    "bert-question-answering",
    "gpt2-untied-causal-lm",
    "llama-linear-untied-causal-lm",
    "roberta-masked-lm",
    "t5-untied-seq2seq",
]
# Of the loss, so that its gradients are normal numbers in float16; divided out of what is written.
SCALE = 1024.0
PRODUCTS = {torch.ops.aten.mm.default, torch.ops.aten.bmm.default, torch.ops.aten.addmm.default}


class RoundedProducts(TorchDispatchMode):
    def __init__(self, half: torch.dtype) -> None:
        super().__init__()
        self.half = half

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        if func not in PRODUCTS:
            return func(*args, **(kwargs or {}))
        rounded = [self.round(value) if isinstance(value, torch.Tensor) else value for value in args]
        return self.round(func(*rounded, **(kwargs or {})))

    def round(self, value: torch.Tensor) -> torch.Tensor:
        return value.to(self.half).to(value.dtype)


def model_of(name: str) -> torch.nn.Module:
    config = transformers.AutoConfig.from_pretrained(MODELS / name)
    architecture = getattr(transformers, config.architectures[0])
    model, info = architecture.from_pretrained(
        MODELS / name, attn_implementation="eager", dtype=torch.float32, output_loading_info=True
    )
    assert not info["missing_keys"], info
    # PyTorch drops the gradient of padding's row; nn/goldens and a graph do not.
    model.get_input_embeddings().padding_idx = None
    return model.eval()


def gradients(name: str, context) -> dict[str, torch.Tensor]:
    model = model_of(name)
    case = load_file(MODELS / name / "case.safetensors")
    inputs = {key: value for key, value in case.items() if key.endswith(("_ids", "_mask", "labels", "_positions"))}
    with context:
        loss = model(**inputs).loss
    # A dispatch mode must see the backward products; autocast must not, for each runs in its forward's type.
    with context if isinstance(context, TorchDispatchMode) else torch.enable_grad():
        (loss.float() * SCALE).backward()
    found = {key: value.grad / SCALE for key, value in model.named_parameters()}
    return {"loss": loss.detach().float(), **{f"grad/{key}": value.contiguous() for key, value in found.items()}}


def main() -> None:
    for half in (torch.float16, torch.bfloat16):
        for form, context in {"autocast": torch.autocast("cpu", dtype=half), "rounded": RoundedProducts(half)}.items():
            tensors = {}
            for name in NAMES:
                for key, value in gradients(name, context).items():
                    assert value.isfinite().all(), (form, name, key)
                    tensors[f"{name}/{key}"] = value
            file = HERE / f"{form}-{str(half).removeprefix('torch.')}.safetensors"
            save_file(tensors, file, {"torch": torch.__version__})
            file.chmod(0o644)


main()
