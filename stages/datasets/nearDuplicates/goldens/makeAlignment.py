"""Similarities of word sequences by rapidfuzz, for alignment.golden.test.ts: makeAlignment.py > alignment.json"""

import json
import random

from rapidfuzz.distance import Indel

random.seed(7)
WORDS = ["ash", "birch", "cedar", "elm", "fir", "hazel", "larch", "maple", "oak", "pine", "rowan", "willow"]
cases = []
for length in (1, 2, 5, 20, 80, 200):
    for share in (0.0, 0.05, 0.2, 0.5, 1.0):
        a = [random.choice(WORDS) for _ in range(length)]
        b = []
        for word in a:
            if random.random() >= share:
                b.append(word)
                continue
            b += random.choice([[], [random.choice(WORDS)], [word, random.choice(WORDS)]])
        b = b or ["ash"]
        cases.append({"a": " ".join(a), "b": " ".join(b), "similarity": Indel.normalized_similarity(a, b)})
print(json.dumps(cases, indent=1))
