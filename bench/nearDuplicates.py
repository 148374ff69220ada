"""The peers of nearDuplicates.mjs: datasketch and rensa over their settings.

    nearDuplicates.py CORPUS.jsonl     prints a JSON line a setting: name, setting, pair F1, documents/s

Each document is a set of word shingles, sketched, and put into the library's own LSH index; documents that it finds are
joined, and the pairs of the clusters are compared with the truth. Both cores are used: sketches are made by two processes.
Needs datasketch and rensa.
"""

import json
import re
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

import datasketch
import rensa

WORD = re.compile(r"[a-z0-9]+")


def shingles(text: str, size: int) -> list:
    words = WORD.findall(text.lower()) or [text]
    return [" ".join(words[at : at + size]) for at in range(max(1, len(words) - size + 1))]


def sketch_datasketch(work: tuple) -> list:
    texts, size, permutations = work
    found = []
    for text in texts:
        sketch = datasketch.MinHash(num_perm=permutations, seed=1)
        sketch.update_batch([shingle.encode() for shingle in set(shingles(text, size))])
        found.append(sketch)
    return found


def cluster(count: int, neighbours) -> list:
    parents = list(range(count))

    def find(item: int) -> int:
        while parents[item] != item:
            parents[item] = parents[parents[item]]
            item = parents[item]
        return item

    for item in range(count):
        for other in neighbours(item):
            parents[find(other)] = find(item)
    return [find(item) for item in range(count)]


def pairs(counts) -> int:
    return sum(count * (count - 1) // 2 for count in counts.values())


def score(families: list, roots: list) -> float:
    both = pairs(Counter(zip(families, roots)))
    return 2 * both / (pairs(Counter(families)) + pairs(Counter(roots)))


def run_datasketch(pool, texts, size, permutations, threshold):
    half = (len(texts) + 1) // 2
    parts = pool.map(sketch_datasketch, [(texts[:half], size, permutations), (texts[half:], size, permutations)])
    sketches = [sketch for part in parts for sketch in part]
    index = datasketch.MinHashLSH(threshold=threshold, num_perm=permutations)
    with index.insertion_session() as session:
        for item, sketch in enumerate(sketches):
            session.insert(item, sketch)
    near = lambda item: [
        other for other in index.query(sketches[item]) if other < item and sketches[item].jaccard(sketches[other]) >= threshold
    ]
    return cluster(len(texts), near)


def rensa_sketches(texts, size, permutations):
    found = []
    for text in texts:
        sketch = rensa.RMinHash(num_perm=permutations, seed=1)
        sketch.update(shingles(text, size))
        found.append(sketch)
    return found


def run_rensa(_pool, texts, size, permutations, threshold, bands):
    # Its sketches cannot be handed from one process to another; its own code is what uses the second core, if any.
    sketches = rensa_sketches(texts, size, permutations)
    index = rensa.RMinHashLSH(threshold=threshold, num_perm=permutations, num_bands=bands)
    for item, sketch in enumerate(sketches):
        index.insert(item, sketch)
    near = lambda item: [
        other for other in index.query(sketches[item]) if other < item and sketches[item].jaccard(sketches[other]) >= threshold
    ]
    return cluster(len(texts), near)


def main() -> None:
    with open(sys.argv[1]) as lines:
        documents = [json.loads(line) for line in lines]
    texts = [document["text"] for document in documents]
    families = [document["family"] for document in documents]

    def report(name, setting, run, *arguments):
        started = time.perf_counter()
        roots = run(*arguments)
        seconds = time.perf_counter() - started
        print(json.dumps({"name": name, "setting": setting, "f1": score(families, roots), "perSecond": len(texts) / seconds}), flush=True)

    with ProcessPoolExecutor(2) as pool:
        list(pool.map(len, [[], []]))
        for size in (1, 2, 3):
            for permutations in (64, 128, 256):
                for threshold in (0.3, 0.4, 0.5, 0.6, 0.7):
                    setting = f"{size} words, {permutations} permutations, {threshold}"
                    report("datasketch", setting, run_datasketch, pool, texts, size, permutations, threshold)
                    for bands in (permutations // 4, permutations // 2):
                        report("rensa", f"{setting}, {bands} bands", run_rensa, pool, texts, size, permutations, threshold, bands)


if __name__ == "__main__":
    main()
