"""Reference values of losses and of what layers compute from positions alone.

    pip install torch transformers && python nn/models/goldens/makeReference.py

Writes losses.json, relativeBuckets.json and rotaryFrequencies.json beside itself.
"""
import json
import pathlib

import torch
import torch.nn.functional as F
from transformers import LlamaConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
from transformers.models.t5.modeling_t5 import T5Attention

HERE = pathlib.Path(__file__).parent
torch.manual_seed(20261124)


def write(name, value):
    (HERE / name).write_text(json.dumps(value) + "\n")


def numbers(tensor):
    return [float(f"{value:.9g}") for value in tensor.flatten().tolist()]


def cross_entropy(classes, weighted, smoothing):
    logits = (torch.randn(7, classes) * 2).requires_grad_()
    labels = torch.randint(0, classes, (7,))
    labels[2] = labels[5] = -100
    weights = torch.rand(classes) + 0.1 if weighted else None
    loss = F.cross_entropy(logits, labels, weight=weights, ignore_index=-100, label_smoothing=smoothing)
    loss.backward()
    return dict(
        classes=classes, classWeights=None if weights is None else numbers(weights), labelSmoothing=smoothing,
        logits=numbers(logits), labels=labels.tolist(), loss=loss.item(), gradient=numbers(logits.grad),
    )


def contrastive(kind, option):
    size = 3 if kind == "triplet" else 2
    rows = torch.randn(4 * size, 6)
    embeddings = (rows if kind == "triplet" else F.normalize(rows, dim=1)).requires_grad_()
    groups = embeddings.view(4, size, 6)
    if kind == "triplet":
        loss = F.triplet_margin_loss(groups[:, 0], groups[:, 1], groups[:, 2], margin=option)
    else:
        loss = F.cross_entropy(option * groups[:, 0] @ groups[:, 1].T, torch.arange(4))
    loss.backward()
    return dict(
        kind=kind, option=option, width=6, embeddings=numbers(embeddings), loss=loss.item(),
        gradient=numbers(embeddings.grad),
    )


forms = [(classes, weighted, smoothing) for classes in (5, 90) for weighted in (False, True) for smoothing in (0.0, 0.1)]
write("losses.json", dict(
    crossEntropy=[cross_entropy(*form) for form in forms],
    contrastive=[contrastive("multiple-negatives", 20.0), contrastive("triplet", 5.0), contrastive("triplet", 0.2)],
))

buckets = []
for bidirectional in (True, False):
    for count, farthest in ((32, 128), (8, 9), (16, 100), (64, 512)):
        distances = torch.arange(-farthest - 5, farthest + 6)
        found = T5Attention._relative_position_bucket(distances, bidirectional, count, farthest)
        buckets.append(dict(
            bidirectional=bidirectional, buckets=count, maxDistance=farthest, first=int(distances[0]), expected=found.tolist()
        ))
write("relativeBuckets.json", buckets)

LLAMA3 = dict(
    rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=8192
)
frequencies = []
for width, rope in (
    (64, dict(rope_type="default", rope_theta=10000.0)),
    (128, dict(rope_type="default", rope_theta=500000.0)),
    (64, dict(rope_type="linear", rope_theta=10000.0, factor=4.0)),
    (128, dict(**LLAMA3, rope_theta=500000.0)),
):
    config = LlamaConfig(head_dim=width, hidden_size=width, num_attention_heads=1, rope_parameters=rope)
    if rope["rope_type"] == "default":
        plain = 1.0 / (rope["rope_theta"] ** (torch.arange(0, width, 2, dtype=torch.int64).float() / width))
    else:
        plain, _ = ROPE_INIT_FUNCTIONS[rope["rope_type"]](config, "cpu")
    frequencies.append(dict(width=width, rope=rope, expected=numbers(plain)))
write("rotaryFrequencies.json", frequencies)
