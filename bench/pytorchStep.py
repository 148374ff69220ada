"""The peer of trainStepVersusPytorch.mjs: whole training steps of the same model and batch in PyTorch eager.

Usage: pytorchStep.py BASE_FOLDER HEAD.safetensors BATCH.safetensors THREADS, driven by lines on stdin:
`gradients FILE` writes loss and gradients before any update, `step` makes one update; each answers with milliseconds.
"""

import sys
import time

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForSequenceClassification


def main() -> None:
    base, head, batch_file, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    head_weights = load_file(head)
    labels = head_weights["classifier.weight"].shape[0]
    model = AutoModelForSequenceClassification.from_pretrained(
        base, num_labels=labels, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
    )
    model.load_state_dict(head_weights, strict=False)
    for parameter in model.bert.embeddings.parameters():
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
        started = time.perf_counter()
        loss = backward()
        if command == "gradients":
            found = {name: p.grad.contiguous() for name, p in model.named_parameters() if p.requires_grad}
            save_file({"loss": loss.detach().reshape(1), **found}, arguments[0])
        else:
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
        print((time.perf_counter() - started) * 1000, flush=True)


if __name__ == "__main__":
    main()
