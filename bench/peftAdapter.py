"""Checks what bench/peftAdapter.mjs wrote: PEFT must load the adapter, give the logits of the merged weights, and read
its own copy of the adapter back unchanged.

    pip install torch transformers peft && python bench/peftAdapter.py BASE_FOLDER OUTPUT_FOLDER AUTO_CLASS
"""
import sys

import torch
import transformers
from peft import PeftModel
from safetensors.torch import load_file

base_folder, output, auto_class = sys.argv[1:]
load = getattr(transformers, auto_class).from_pretrained
base, merged = load(base_folder).eval(), load(f"{output}/merged").eval()
generator = torch.Generator().manual_seed(1)
ids = torch.randint(3, base.config.vocab_size, (3, 9), generator=generator)
inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
if base.config.is_encoder_decoder:
    inputs["decoder_input_ids"] = ids[:, :5]
with torch.no_grad():
    plain = base(**inputs).logits
    adapted = PeftModel.from_pretrained(base, f"{output}/adapter").eval()
    expected = adapted(**inputs).logits
    found = merged(**inputs).logits
adapted.save_pretrained(f"{output}/again")
written, again = (load_file(f"{output}/{name}/adapter_model.safetensors") for name in ("adapter", "again"))
same = written.keys() == again.keys() and all(torch.equal(written[name], again[name]) for name in written)
scale = expected.abs().max()
difference = ((expected - found).abs().max() / scale).item()
moved = ((expected - plain).abs().max() / scale).item()
print(f"{len(written)} tensors; PEFT against merged: {difference:.2e} of the largest logit; adapted against base: {moved:.2e}")
sys.exit(0 if difference < 1e-5 and moved > 1e-3 and same else "the adapter and the merged weights differ")
