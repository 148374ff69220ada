"""Makes a checkpoint in half precision that transformers has cut into shards, and expected.json with its values.

Needs torch, transformers. Run it in this folder: python make.py
"""

import glob
import hashlib
import json
import os

import torch
from transformers import GPT2Config, GPT2Model

torch.manual_seed(5)
config = GPT2Config(vocab_size=61, n_positions=16, n_embd=24, n_layer=2, n_head=2)
for dtype, folder in ((torch.float16, "float16"), (torch.bfloat16, "bfloat16")):
    model = GPT2Model(config).to(dtype)
    for old in glob.glob(f"{folder}/*"):
        os.remove(old)
    model.save_pretrained(folder, max_shard_size="12KB")
    os.remove(f"{folder}/config.json")
    expected = {
        name: {
            "shape": list(tensor.shape),
            "sha256": hashlib.sha256(tensor.float().numpy().astype("<f4").tobytes()).hexdigest(),
        }
        for name, tensor in model.state_dict().items()
    }
    with open(f"{folder}/expected.json", "w") as file:
        json.dump(expected, file, indent=1)
        file.write("\n")
