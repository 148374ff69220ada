"""Checks an exported model folder against its ONNX file: transformers must load it and give the same logits.

    pip install torch transformers onnxruntime && python bench/huggingfaceExport.py FOLDER [TEXT ...]
"""
import sys

import onnxruntime
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

folder, *texts = sys.argv[1:]
texts = texts or ["Free money now!", "Shall we meet at noon on Tuesday to go through the agenda?", "ok " * 400]
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
batch = tokenizer(texts, padding=True, truncation=True, return_tensors="pt")
with torch.no_grad():
    expected = model(**batch).logits.numpy()
session = onnxruntime.InferenceSession(f"{folder}/model.onnx", providers=["CPUExecutionProvider"])
feeds = {name: batch[name].numpy() for name in ("input_ids", "attention_mask")}
(found,) = session.run(["logits"], feeds)
difference = abs(expected - found).max()
for text, row in zip(texts, expected):
    print(f"{model.config.id2label[int(row.argmax())]:>12}  {text[:60]}")
print(f"largest difference of the logits: {difference:.2e}")
sys.exit(0 if difference < 1e-4 else "the logits differ")
