"""Writes quality.json: documents and what the C4 and Gopher filters of datatrove 0.10.1 do with them.

Words are parted at white space (the paper's), where datatrove has a tokenizer for each language; sentences are left out
(min_num_sentences=-1), for the same reason. Run: python3 makeQuality.py
"""

import json
import pathlib
import random

import datatrove.pipeline.filters.gopher_quality_filter as quality
import datatrove.pipeline.filters.gopher_repetition_filter as repetition
from datatrove.data import Document
from datatrove.pipeline.filters import C4QualityFilter, GopherQualityFilter, GopherRepetitionFilter

for module in (quality, repetition):
    module.split_into_words = lambda text, language: text.split()

draw = random.Random(20261124)
WORDS = (
    "the be to of and that have with model data paper river mountain yesterday house quickly seven people under green"
    " written window language machine learning winter summer bread music travel answer question because through"
).split()


def sentence(low=5, high=14):
    return " ".join(draw.choice(WORDS) for _ in range(draw.randint(low, high))).capitalize() + draw.choice([".", "!", "?"])


def paragraph(count):
    return " ".join(sentence() for _ in range(count))


def document():
    return "\n\n".join(paragraph(draw.randint(2, 4)) for _ in range(draw.randint(2, 4)))


def mixed():
    lines = []
    for _ in range(draw.randint(4, 12)):
        lines.append(
            draw.choice(
                [
                    sentence(),
                    paragraph(3),
                    "- " + sentence(),
                    "• " + sentence(),
                    sentence()[:-1] + "...",
                    sentence()[:-1],
                    "Two words.",
                    "# Title " + sentence(2, 4),
                    "We use cookies to improve the site you read here.",
                    "Please enable JavaScript in your browser to read this.",
                    "See our privacy policy and the terms of use for more.",
                    f"He said it in 1999 [12] and again {draw.randint(1, 99)} times.",
                    "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15.",
                    "a b c d e f g h i j k l m n o p.",
                    "Donaudampfschifffahrtsgesellschaftskapitän unterschreibt Lebensversicherungsverträge.",
                ]
            )
        )
    return draw.choice(["\n", "\n\n"]).join(lines)


def repetitive():
    line = sentence(4, 9)
    lines = [line if draw.random() < draw.choice([0.2, 0.4, 0.6]) else sentence(4, 12) for _ in range(draw.randint(6, 20))]
    return draw.choice(["\n", " ", "\n\n"]).join(lines)


DOCUMENTS = [document() for _ in range(16)] + [mixed() for _ in range(50)] + [repetitive() for _ in range(70)]
DOCUMENTS += [
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit today.\n" + document(),
    document() + "\nfunction f() { return 1; } is a line with a bracket.",
    "short text",
    "# # # # # # " + document(),
    "\n".join("- " + sentence() for _ in range(12)),
    "\n".join(sentence()[:-1] + "…" for _ in range(12)),
    "#tag " * 20 + document(),
    "\n".join(paragraph(2)[:-1] + "..." for _ in range(8)),
    " ".join("Rindfleischetikettierung überwachungsaufgaben" for _ in range(40)) + " the and.",
    " ".join(f"w{i} ohne jedes stoppwort hier" for i in range(30)) + ".",
    "\n".join("x" * 1001 + " is a long word of this line." for _ in range(6)),
]


def reason(filtering, text):
    result = filtering.filter(Document(text=text, id="1"))
    return result[1] if isinstance(result, tuple) else None


def c4(text):
    document = Document(text=text, id="1")
    result = C4QualityFilter(min_num_sentences=-1, remove_citations=False).filter(document)
    return {"reason": result[1]} if isinstance(result, tuple) else {"text": document.text}


cases = [
    {
        "text": text,
        "c4": c4(text),
        "quality": reason(GopherQualityFilter(), text),
        "repetition": reason(GopherRepetitionFilter(), text),
    }
    for text in DOCUMENTS
]
path = pathlib.Path(__file__).with_name("quality.json")
path.write_text(json.dumps(cases, ensure_ascii=False, separators=(",", ":")).replace("},{", "},\n{") + "\n")
