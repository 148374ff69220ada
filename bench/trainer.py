"""Fine-tunes the same base model on the same rows with transformers' Trainer and prints macro-F1 and speed.

With --max-steps only these are made, and speed, losses and padding are printed.

Usage: trainer.py --rows rows.jsonl --base FOLDER [--epochs 2] [--max-length 128] ...
rows.jsonl has one object a line: split, label, text (`plumbline data rows` of a dataset version prints it).
Needs torch, transformers, accelerate and scikit-learn. Two threads, CPU, float32, as the measured peer.
"""

import argparse
import json
import time

import torch
from sklearn.metrics import f1_score
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    DataCollatorWithPadding,
    Trainer,
    TrainingArguments,
    set_seed,
)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", required=True)
    parser.add_argument("--base", required=True)
    parser.add_argument("--epochs", type=float, default=2)
    parser.add_argument("--max-length", type=int, default=128)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--learning-rate", type=float, default=5e-5)
    parser.add_argument("--warmup-ratio", type=float, default=0.1)
    parser.add_argument("--weight-decay", type=float, default=0.01)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--group-by-length", action="store_true")
    parser.add_argument("--padding", choices=["longest", "max_length"], default="longest")
    parser.add_argument("--max-steps", type=int, default=-1)
    parser.add_argument("--output", default="trainer-output")
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    set_seed(options.seed)
    with open(options.rows, encoding="utf8") as file:
        rows = [json.loads(line) for line in file]
    labels = sorted({row["label"] for row in rows})
    tokenizer = AutoTokenizer.from_pretrained(options.base)

    def split(name: str) -> list[dict]:
        chosen = [row for row in rows if row["split"] == name]
        encoded = tokenizer([row["text"] for row in chosen], truncation=True, max_length=options.max_length)
        return [
            {"input_ids": ids, "attention_mask": mask, "labels": labels.index(row["label"])}
            for ids, mask, row in zip(encoded["input_ids"], encoded["attention_mask"], chosen)
        ]

    train, validation, test = split("train"), split("validation"), split("test")
    model = AutoModelForSequenceClassification.from_pretrained(options.base, num_labels=len(labels))
    for parameter in model.bert.embeddings.parameters():
        parameter.requires_grad = False

    pad = DataCollatorWithPadding(tokenizer, padding=options.padding, max_length=options.max_length)
    seen = {"real": 0, "padded": 0}

    def collate(features: list[dict]) -> dict:
        batch = pad(features)
        seen["real"] += int(batch["attention_mask"].sum())
        seen["padded"] += batch["attention_mask"].numel()
        return batch

    trainer = Trainer(
        model=model,
        args=TrainingArguments(
            output_dir=options.output,
            num_train_epochs=options.epochs,
            max_steps=options.max_steps,
            per_device_train_batch_size=options.batch_size,
            per_device_eval_batch_size=32,
            learning_rate=options.learning_rate,
            warmup_steps=options.warmup_ratio,
            weight_decay=options.weight_decay,
            lr_scheduler_type="linear",
            train_sampling_strategy="group_by_length" if options.group_by_length else "random",
            seed=options.seed,
            use_cpu=True,
            save_strategy="no",
            eval_strategy="no",
            report_to=[],
            logging_steps=1 if options.max_steps > 0 else 50,
            disable_tqdm=True,
            dataloader_pin_memory=False,
        ),
        train_dataset=train,
        eval_dataset=validation,
        data_collator=collate,
    )
    started = time.perf_counter()
    trainer.train()
    seconds = time.perf_counter() - started
    if options.max_steps > 0:
        losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
        print(json.dumps({"seconds": seconds, **seen, "losses": losses}))
        return
    tokens = sum(len(row["input_ids"]) for row in train) * options.epochs

    def macro_f1(data: list[dict]) -> float:
        output = trainer.predict(data)
        return f1_score(output.label_ids, output.predictions.argmax(-1), average="macro")

    print(
        json.dumps(
            {
                "rows": len(train),
                "seconds": round(seconds, 1),
                "tokensPerSecond": round(tokens / seconds),
                "validationMacroF1": round(macro_f1(validation), 4),
                "testMacroF1": round(macro_f1(test), 4),
            }
        )
    )


if __name__ == "__main__":
    main()
