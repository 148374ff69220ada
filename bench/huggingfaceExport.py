"""Checks exported model folders against their ONNX files: transformers must load each and give the same outputs.

    pip install torch transformers onnxruntime && python bench/huggingfaceExport.py FOLDER ...

A folder holds config.json, model.safetensors and model.onnx, of any family and task, as a registered model's folder or
bench/exportModel.mjs has them. Where there is a tokenizer it reads texts, elsewhere random tokens.
"""
import os
import sys

import onnxruntime
import torch
import transformers

TEXTS = ["Free money now!", "Shall we meet at noon on Tuesday to go through the agenda?", "ok " * 400]


def inputs_of(folder, config):
    if os.path.exists(f"{folder}/tokenizer.json"):
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        batch = dict(tokenizer(TEXTS, padding=True, truncation=True, return_tensors="pt"))
        return {name: batch[name] for name in ("input_ids", "attention_mask")}
    torch.manual_seed(0)
    ids = torch.randint(3, config.vocab_size, (3, 10))
    mask = torch.ones_like(ids)
    ids[2, 6:], mask[2, 6:] = getattr(config, "pad_token_id", None) or 0, 0
    inputs = dict(input_ids=ids, attention_mask=mask)
    if config.is_encoder_decoder:
        inputs["decoder_input_ids"] = torch.randint(3, config.vocab_size, (3, 5))
    return inputs


def outputs_of(model, inputs):
    with torch.no_grad():
        outputs = model(**inputs)
    if "last_hidden_state" not in outputs:
        return {name: outputs[name] for name in ("logits", "start_logits", "end_logits") if name in outputs}
    mask = inputs["attention_mask"].unsqueeze(-1).float()
    mean = (outputs.last_hidden_state * mask).sum(1) / mask.sum(1)
    return {"embedding": torch.nn.functional.normalize(mean, dim=1)}


def check(folder):
    config = transformers.AutoConfig.from_pretrained(folder)
    kind = getattr(transformers, config.architectures[0])
    model, report = kind.from_pretrained(folder, output_loading_info=True)
    # A bare encoder's pooler takes no part in its embedding.
    unread = [name for name in (*report["missing_keys"], *report["unexpected_keys"]) if "pooler" not in name]
    inputs = inputs_of(folder, config)
    session = onnxruntime.InferenceSession(f"{folder}/model.onnx", providers=["CPUExecutionProvider"])
    worst = 0.0
    for name, expected in outputs_of(model.eval(), inputs).items():
        (found,) = session.run([name], {key: value.numpy() for key, value in inputs.items()})
        worst = max(worst, float(abs(expected.numpy() - found).max()) / float(expected.abs().max()))
    print(f"{folder}: {config.architectures[0]}, largest relative difference {worst:.2e}, keys amiss: {unread or 'none'}")
    return worst < 1e-4 and not unread


sys.exit(0 if all([check(folder) for folder in sys.argv[1:]]) else "the exports differ")
