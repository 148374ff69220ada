"""Writes tags.json (seqeval's entities of random tags, its figures for pairs of them) and alignment.json (labels of tokens as
transformers' run_ner aligns them, over the words of the reference tokenizer).

    pip install seqeval==1.2.2 tokenizers && python makeReference.py
"""
import json
import pathlib
import random

from seqeval.metrics import classification_report, f1_score, precision_score, recall_score
from seqeval.metrics.sequence_labeling import get_entities
from tokenizers import Tokenizer

random.seed(5)
HERE = pathlib.Path(__file__).parent
TYPES = ["PER", "ORG", "LOC"]
TAGS = ["O"] + [f"{prefix}-{name}" for name in TYPES for prefix in "BI"]


def sequence(length):
    tags = ["O"]
    while len(tags) < length:
        same = tags[-1] != "O" and random.random() < 0.4
        tags.append("I-" + tags[-1][2:] if same else random.choice(TAGS + ["O"] * 4))
    return tags[:length]


def noisy(tags):
    return [random.choice(TAGS) if random.random() < 0.2 else tag for tag in tags]


def figures(count):
    truth = [sequence(random.randint(0, 14)) for _ in range(count)]
    predicted = [noisy(tags) for tags in truth]
    report = classification_report(truth, predicted, output_dict=True, zero_division=0)
    return {
        "truth": truth,
        "predicted": predicted,
        "entities": [[[label, start, end + 1] for label, start, end in get_entities(tags)] for tags in predicted],
        "micro": {
            "precision": precision_score(truth, predicted, zero_division=0),
            "recall": recall_score(truth, predicted, zero_division=0),
            "f1": f1_score(truth, predicted, zero_division=0),
        },
        "macroF1": f1_score(truth, predicted, average="macro", zero_division=0),
        "types": {name: {key: float(value) for key, value in report[name].items()} for name in TYPES if name in report},
    }


TEXTS = [
    ("Angela Merkel visited the European Union's headquarters in Brussels.", [("Angela Merkel", "PER"), ("European Union", "ORG"), ("Brussels", "LOC")]),
    ("😀 Müller-Lüdenscheidt, of St. Gallen, paid Zürich-based UBS.", [("Müller-Lüdenscheidt", "PER"), ("St. Gallen", "LOC"), ("UBS", "ORG")]),
    ("nothing here", []),
    ("Paris London", [("Paris", "LOC"), ("London", "LOC")]),
]


def align(tokenizer, text, wanted, tags):
    encoding = tokenizer.encode(text)
    entities = [(text.index(surface), text.index(surface) + len(surface), label) for surface, label in wanted]
    bounds = {}
    for word, (start, end) in zip(encoding.word_ids, encoding.offsets):
        if word is not None:
            bounds[word] = (min(start, bounds.get(word, (start, end))[0]), max(end, bounds.get(word, (start, end))[1]))
    # The words and their tags, as a corpus split into words would have them.
    named, begun = {}, set()
    for word, (start, end) in bounds.items():
        hit = next((entity for entity in entities if entity[0] < end and start < entity[1]), None)
        named[word] = "O" if hit is None else ("I-" if hit in begun else "B-") + hit[2]
        begun.add(hit)
    # tokenize_and_align_labels of run_ner.py: the first token of a word has its label, others and special ones -100.
    labels, previous = [], None
    for word in encoding.word_ids:
        labels.append(-100 if word is None or word == previous else tags.index(named[word]))
        previous = word
    units = lambda position: len(text[:position].encode("utf-16-le")) // 2
    spans = [{"start": units(start), "end": units(end), "label": label} for start, end, label in entities]
    return {"text": text, "entities": spans, "ids": encoding.ids, "labels": labels}


(HERE / "tags.json").write_text(json.dumps([figures(count) for count in (1, 8, 40)]))
tokenizers = HERE.parent.parent / "tokenize" / "goldens"
(HERE / "alignment.json").write_text(json.dumps([
    {"tokenizer": name, "tags": TAGS, "cases": [align(Tokenizer.from_file(str(tokenizers / name / "tokenizer.json")), *case, TAGS) for case in TEXTS]}
    for name in ("wordpiece", "byte-level-roberta")
], ensure_ascii=False))
