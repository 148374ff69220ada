"""Trains vocabularies with the reference on small corpora, for the project's own trainer to be compared with.

    pip install tokenizers && python nn/tokenize/goldens/makeTrained.py

The reference numbers the pieces of a WordPiece alphabet (##a, ##b, ...) in the order of a hash table, another one in every
process, and breaks ties between pairs by these numbers. The order it took is in the file: it is that of the ids.
"""
import json
import pathlib

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

HERE = pathlib.Path(__file__).parent
LINES = (HERE / "corpus.txt").read_text("utf-8").splitlines()
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
BYTES = pre_tokenizers.ByteLevel.alphabet()


def word_piece(**options):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator(
        LINES, trainers.WordPieceTrainer(special_tokens=SPECIAL, show_progress=False, **options)
    )
    vocabulary = tokenizer.get_vocab()
    return dict(kind="wordpiece", vocabulary=sorted(vocabulary, key=vocabulary.get), merges=None)


def byte_level(**options):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.train_from_iterator(LINES, trainers.BpeTrainer(
        special_tokens=["<|endoftext|>"], show_progress=False, initial_alphabet=BYTES, **options
    ))
    model = json.loads(tokenizer.to_str())["model"]
    return dict(kind="byte-level", vocabulary=sorted(model["vocab"], key=model["vocab"].get), merges=model["merges"])


CASES = [
    (word_piece, dict(vocab_size=700, min_frequency=2)),
    (word_piece, dict(vocab_size=100_000, min_frequency=3)),
    (word_piece, dict(vocab_size=2500, min_frequency=0)),
    (byte_level, dict(vocab_size=400, min_frequency=2)),
    (byte_level, dict(vocab_size=100_000, min_frequency=3)),
    (byte_level, dict(vocab_size=2500, min_frequency=0)),
]
for i, (train, options) in enumerate(CASES):
    trained = dict(vocabularySize=options["vocab_size"], minimumFrequency=options["min_frequency"], **train(**options))
    print(trained["kind"], options, len(trained["vocabulary"]))
    (HERE / f"trained-{i}.json").write_text(json.dumps(trained, ensure_ascii=False), "utf-8")
