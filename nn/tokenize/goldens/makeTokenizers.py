"""Trains a small tokenizer of every kind on corpus.txt and records what the reference makes of hard texts.

    pip install tokenizers sentencepiece && python nn/tokenize/goldens/makeTokenizers.py

corpus.txt holds passages of this project's own pages and of the Chinese READMEs of @biomejs/biome and @js-sdsl/ordered-map
(both MIT). Every folder gets a tokenizer.json and a cases.json: ids, offsets (in code points), words and decoded text of
single texts and pairs, and the parts of texts cut to a length, in each way of cutting. A second run makes another WordPiece
vocabulary, see makeTrained.py; the other files come out the same.
"""
import io
import json
import pathlib
import re
import unicodedata

import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

HERE = pathlib.Path(__file__).parent
CORPUS = (HERE / "corpus.txt").read_text("utf-8")
LINES = CORPUS.splitlines()

LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)

TEXTS = [
    "",
    " ",
    "   \n\t ",
    "The control worker keeps every artifact; isn't that what you've asked for?",
    "  two leading spaces, three trailing   ",
    "line one\nline two\r\n\r\n  indented\tTAB",
    "Biome 是一个高性能的格式化工具，支持 JavaScript、TypeScript 和 JSON。",
    "数据结构与算法，有序映射。",
    "數據結構與演算法，臺灣。",
    "ひらがなとカタカナ、ﾊﾝｶｸ。 한국어 문장",
    "emoji 😀 family 👨‍👩‍👧‍👦 flag 🇩🇪 skin 👍🏽!",
    "cafe\u0301 nai\u0308ve A\u030a ﬁne Ⅳ ½ ａｂｃ１２３",
    "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd \u202emixed\u202c \u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645",
    "null\u0000bell\u0007escape\u001bdelete\u007f soft\u00adhyphen zero\u200bwidth bom\ufeff nbsp\u00a0x nel\u0085y",
    "lone \ud83d high, \ude00 low surrogate",
    "replacement \ufffd stays",
    "\U00020000\U0002a6d6 astral Han \U0001d54f\U0001d552",
    "a" * 300,
    "中" * 150,
    "-" * 120 + " " * 90 + "x",
    "supercalifragilisticexpialidocious" * 4,
    "[CLS] special [SEP] in [MASK] text[PAD]",
    "<s>begin</s> <unk> <|endoftext|><|begin_of_text|> <pad>  </s>",
    "<s><s></s></s><unk><unk>",
    "<0x41> ##ing ▁under Ġbyte",
    "1234567890 3.14159 1,000,000 v2.0.1-rc.3",
    "http://example.org/a?b=c&d=%20#e user@example.org C:\\dir\\file.txt",
    "I'LL we'Re DON'T it’s",
    "!!! ??? ... ,,, ((())) {}[] <> ``` $$$ €£¥ ±×÷",
    "\u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22 \u0939\u093f\u0928\u094d\u0926\u0940 \u0ba4\u0bae\u0bbf\u0bb4\u0bcd \u10e5\u10d0\u10e0\u10d7\u10e3\u10da\u10d8",
]
PAIRS = [
    ("Who keeps the rows?", "The worker keeps the rows in ClickHouse, bytes in the object store and ids in the history."),
    ("什么是 Biome？", "Biome 是一个工具 😀，支持很多语言。"),
    ("", "only the second"),
    ("only the first", ""),
    ("[SEP] </s>", " <s> spaces  around  "),
    ("a long first text of a pair that has more tokens than the second one has", "short"),
]
LONG = " ".join(LINES[4:12])[:700]
CUTS = [
    # (first, second or None, length, strategy, stride)
    (LONG, None, 16, "longest_first", 0),
    (LONG, None, 16, "longest_first", 5),
    ("short", None, 16, "longest_first", 5),
    (PAIRS[0][0], LONG, 32, "only_second", 0),
    (PAIRS[0][0], LONG, 32, "only_second", 8),
    (PAIRS[0][0], "short", 32, "only_second", 8),
    (PAIRS[0][0], LONG, 24, "longest_first", 0),
    (LONG, "short", 24, "longest_first", 0),
    (LONG, LONG, 25, "longest_first", 0),
    (LONG, LONG, 24, "longest_first", 0),
]


def well_formed(text):
    """Node.js hands a lone surrogate on as U+FFFD; Python refuses it."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def spans(encoding):
    return dict(
        ids=encoding.ids,
        typeIds=encoding.type_ids,
        offsets=encoding.offsets,
        words=[-1 if word is None else word for word in encoding.word_ids],
        segments=[-1 if segment is None else segment for segment in encoding.sequence_ids],
    )


def cases(tokenizer):
    singles, pairs, cuts = [], [], []
    for text in TEXTS:
        encoding = tokenizer.encode(well_formed(text))
        singles.append(dict(
            text=text, **spans(encoding),
            decoded=tokenizer.decode(encoding.ids, skip_special_tokens=True),
            decodedWithSpecial=tokenizer.decode(encoding.ids, skip_special_tokens=False),
        ))
    for first, second in PAIRS:
        pairs.append(dict(first=first, second=second, **spans(tokenizer.encode(first, second))))
    for first, second, length, strategy, stride in CUTS:
        tokenizer.enable_truncation(length, stride=stride, strategy=strategy)
        encoding = tokenizer.encode(first, second) if second is not None else tokenizer.encode(first)
        windows = [encoding, *encoding.overflowing] if stride else [encoding]
        cuts.append(dict(
            first=first, second=second, maxLength=length, strategy=strategy, stride=stride,
            # The reference gives further windows of a second text the type 1, also where the template says 0.
            typeIds=encoding.type_ids, windows=[dict(ids=part.ids, offsets=part.offsets) for part in windows],
        ))
        tokenizer.no_truncation()
    return dict(singles=singles, pairs=pairs, cuts=cuts)


def save(name, tokenizer):
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    (folder / "tokenizer.json").write_text(json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False), "utf-8")
    # Read back, so that the cases are those of the file.
    read = Tokenizer.from_file(str(folder / "tokenizer.json"))
    (folder / "cases.json").write_text(json.dumps(cases(read)), "utf-8")
    print(name, read.get_vocab_size())


def template(tokenizer, single, pair, names):
    return processors.TemplateProcessing(
        single=single, pair=pair, special_tokens=[(name, tokenizer.token_to_id(name)) for name in names]
    )


def word_piece():
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(
        LINES, trainers.WordPieceTrainer(vocab_size=2000, min_frequency=2, special_tokens=special, show_progress=False)
    )
    tokenizer.post_processor = template(
        tokenizer, "[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1", ["[CLS]", "[SEP]"]
    )
    tokenizer.decoder = decoders.WordPiece()
    save("wordpiece", tokenizer)


def byte_level(pre_tokenizer, special, **model):
    tokenizer = Tokenizer(models.BPE(**model))
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(LINES, trainers.BpeTrainer(
        vocab_size=1500, min_frequency=2, special_tokens=special, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    ))
    return tokenizer


def gpt2():
    tokenizer = byte_level(pre_tokenizers.ByteLevel(add_prefix_space=False), ["<|endoftext|>"])
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    save("byte-level-gpt2", tokenizer)


def roberta():
    special = ["<s>", "<pad>", "</s>", "<unk>", AddedToken("<mask>", lstrip=True)]
    tokenizer = byte_level(pre_tokenizers.ByteLevel(add_prefix_space=False), special)
    ends = [(name, tokenizer.token_to_id(name)) for name in ("</s>", "<s>")]
    tokenizer.post_processor = processors.RobertaProcessing(*ends, trim_offsets=True, add_prefix_space=False)
    save("byte-level-roberta", tokenizer)


def llama3():
    pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(LLAMA3), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    tokenizer = byte_level(pre_tokenizer, [], ignore_merges=True)
    tokenizer.add_special_tokens(["<|begin_of_text|>", "<|eot_id|>"])
    start = "<|begin_of_text|>"
    tokenizer.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=False), template(tokenizer, f"{start} $A", f"{start} $A {start}:1 $B:1", [start]),
    ])
    save("byte-level-llama3", tokenizer)


def train_sentencepiece(**options):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(LINES), model_writer=model, num_threads=1, minloglevel=2, **options
    )
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    pieces = [(processor.id_to_piece(id), processor.get_score(id)) for id in range(processor.get_piece_size())]
    return model.getvalue(), processor, pieces


def small_nfkc(path):
    """NFKC of the compatibility forms that the texts use: the whole of it is a table of 300 KB."""
    ranges = [(0xFF01, 0xFFA0), (0x2150, 0x2190), (0xFB00, 0xFB07), (0xA0, 0x100), (0x1D552, 0x1D553), (0xFDFA, 0xFDFB)]
    rules = {chr(code): unicodedata.normalize("NFKC", chr(code)) for first, end in ranges for code in range(first, end)}
    rules.update({unicodedata.normalize("NFD", letter): letter for letter in "éïÅ"})
    rules.update({"\u200b": " ", "\u0085": " ", "\u007f": "", "\u0007": "", "\t": " ", "\n": " ", "\r": " "})
    lines = [
        "\t".join(" ".join(f"{ord(letter):X}" for letter in side) for side in rule)
        for rule in rules.items() if rule[0] != rule[1]
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def charsmap(proto):
    """normalizer_spec (3) of the model file, precompiled_charsmap (2) in it."""
    from sentencepiece import sentencepiece_model_pb2 as model_pb2
    model = model_pb2.ModelProto()
    model.ParseFromString(proto)
    return model.normalizer_spec.precompiled_charsmap


def unigram():
    rules = HERE / "rules.tsv"
    small_nfkc(rules)
    proto, processor, pieces = train_sentencepiece(
        model_type="unigram", vocab_size=700, character_coverage=0.999, normalization_rule_tsv=str(rules),
        pad_id=0, eos_id=1, unk_id=2, bos_id=-1,
    )
    rules.unlink()
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=2, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.Precompiled(charsmap(proto)), normalizers.Strip(left=False, right=True),
        normalizers.Replace(Regex(" {2,}"), "▁"),
    ])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    tokenizer.add_special_tokens(["<pad>", "</s>", "<unk>"])
    tokenizer.post_processor = template(tokenizer, "$A </s>", "$A </s> $B </s>", ["</s>"])
    assert all(tokenizer.encode(line).ids[:-1] == processor.encode(line) for line in LINES)
    save("unigram-t5", tokenizer)


def llama2():
    proto, processor, pieces = train_sentencepiece(
        model_type="bpe", vocab_size=900, byte_fallback=True, normalization_rule_name="identity",
        remove_extra_whitespaces=False, split_digits=True, character_coverage=0.99,
    )
    ids = {piece: id for id, (piece, _) in enumerate(pieces)}
    merges = []
    for piece, score in pieces[259:]:
        parts = [(piece[:at], piece[at:]) for at in range(1, len(piece))]
        parts = [(a, b) for a, b in parts if ids.get(a, 0) >= 259 and ids.get(b, 0) >= 259]
        merges += [(score, *part) for part in sorted(parts, key=lambda part: (ids[part[0]], ids[part[1]]))]
    merges = [(a, b) for _, a, b in sorted(merges, key=lambda merge: -merge[0])]
    tokenizer = Tokenizer(models.BPE(ids, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence([
        decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0),
    ])
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in ("<unk>", "<s>", "</s>")])
    tokenizer.post_processor = template(tokenizer, "<s> $A", "<s> $A <s>:1 $B:1", ["<s>"])
    assert all(tokenizer.encode(line).ids[1:] == processor.encode(line) for line in LINES)
    save("sentencepiece-llama2", tokenizer)


for make in (word_piece, gpt2, roberta, llama3, unigram, llama2):
    make()
