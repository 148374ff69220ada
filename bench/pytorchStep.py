"""The peer of trainStepVersusPytorch.mjs: whole training steps of the same model and batch in PyTorch eager.

    pytorchStep.py make SHAPE FOLDER                        writes a random model of that shape
    pytorchStep.py FOLDER CLASS BATCH.safetensors THREADS   is driven by lines on stdin

`gradients FILE` writes loss and gradients before any update, `step` makes one update; each answers with milliseconds.
`memory` answers with what the process took at most since its imports, in bytes (Linux).
Embeddings are frozen for a sequence classifier. Needs torch, transformers and safetensors.
"""

import re
import sys
import time

import torch
import transformers
from safetensors.torch import load_file, save_file

SHAPES = {
    "t5-small": lambda: transformers.T5ForConditionalGeneration(transformers.T5Config(dropout_rate=0.0, decoder_start_token_id=0)),
    "llama-100m": lambda: transformers.LlamaForCausalLM(
        transformers.LlamaConfig(
            vocab_size=32000,
            hidden_size=640,
            intermediate_size=1728,
            num_hidden_layers=12,
            num_attention_heads=10,
            num_key_value_heads=5,
            max_position_embeddings=2048,
        )
    ),
}


def status_bytes(field: str) -> int:
    with open("/proc/self/status") as status:
        return int(re.search(rf"{field}:\s+(\d+)", status.read()).group(1)) * 1024


def drive(folder: str, name: str, batch_file: str, threads: str) -> None:
    torch.set_num_threads(int(threads))
    before = status_bytes("VmRSS")
    options = {"dropout_rate": 0.0} if name.startswith("T5") else {}
    if name.startswith("Bert"):
        options = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    model = getattr(transformers, name).from_pretrained(folder, dtype=torch.float32, **options)
    if name.endswith("SequenceClassification"):
        for parameter in model.base_model.embeddings.parameters():
            parameter.requires_grad = False
    model.train()
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    decayed = [parameter for parameter in trained if parameter.dim() > 1]
    kept = [parameter for parameter in trained if parameter.dim() <= 1]
    groups = [{"params": decayed, "weight_decay": 0.01}, {"params": kept, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=1e-5)
    batch = load_file(batch_file)

    def backward() -> torch.Tensor:
        optimizer.zero_grad(set_to_none=True)
        loss = model(**batch).loss
        loss.backward()
        return loss

    print("ready", flush=True)
    for line in sys.stdin:
        command, *arguments = line.split()
        if command == "memory":
            print(status_bytes("VmHWM") - before, flush=True)
            continue
        started = time.perf_counter()
        loss = backward()
        if command == "gradients":
            found = {name: p.grad.contiguous() for name, p in model.named_parameters() if p.requires_grad}
            save_file({"loss": loss.detach().reshape(1), **found}, arguments[0])
        else:
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
        print((time.perf_counter() - started) * 1000, flush=True)


def main() -> None:
    if sys.argv[1] == "make":
        torch.manual_seed(1)
        SHAPES[sys.argv[2]]().save_pretrained(sys.argv[3])
    else:
        drive(*sys.argv[1:])


if __name__ == "__main__":
    main()
