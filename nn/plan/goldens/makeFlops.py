"""Writes flops.json: operations of forward and backward of the five families, as PyTorch counts them.

Encoders tag tokens: of a classifier's last layer this project computes the first token only.

Usage: makeFlops.py OUTPUT. Needs torch and transformers. Matrix products and attention are what its counter knows.
"""

import json
import sys

import torch
from torch.utils.flop_counter import FlopCounterMode
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForSeq2SeqLM,
    AutoModelForTokenClassification,
)

BATCH, SEQUENCE = 4, 64
SMALL = {"hidden_size": 256, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 1024}
CASES = [
    ("token-classification", {"model_type": "bert", **SMALL, "vocab_size": 1000, "num_labels": 3}),
    ("token-classification", {"model_type": "roberta", **SMALL, "vocab_size": 1000, "num_labels": 3, "max_position_embeddings": 514}),
    ("causal-lm", {"model_type": "gpt2", "n_embd": 256, "n_layer": 3, "n_head": 4, "vocab_size": 1000, "n_positions": 512}),
    ("causal-lm", {"model_type": "llama", **SMALL, "num_key_value_heads": 2, "vocab_size": 1000}),
    ("seq2seq-lm", {"model_type": "t5", "d_model": 256, "d_kv": 64, "d_ff": 1024, "num_layers": 3, "num_heads": 4, "vocab_size": 1000, "decoder_start_token_id": 0}),
]
CLASSES = {
    "token-classification": AutoModelForTokenClassification,
    "causal-lm": AutoModelForCausalLM,
    "seq2seq-lm": AutoModelForSeq2SeqLM,
}

found = []
for task, fields in CASES:
    fields = dict(fields)
    config = AutoConfig.for_model(fields.pop("model_type"), **fields)
    config.pad_token_id = 0
    config._attn_implementation = "eager"
    model = CLASSES[task].from_config(config, attn_implementation="eager").eval()
    ids = torch.randint(5, 999, (BATCH, SEQUENCE))
    mask = torch.ones_like(ids)
    labels = ids % 3 if task == "token-classification" else ids
    with FlopCounterMode(display=False) as forward:
        loss = model(input_ids=ids, attention_mask=mask, labels=labels).loss
    with FlopCounterMode(display=False) as backward:
        loss.backward()
    found.append(
        {
            "task": task,
            "config": json.loads(config.to_json_string(use_diff=False)),
            "batch": BATCH,
            "sequence": SEQUENCE,
            "flops": forward.get_total_flops() + backward.get_total_flops(),
        }
    )
with open(sys.argv[1], "w", encoding="utf8") as file:
    json.dump(found, file, indent=1)
    file.write("\n")
