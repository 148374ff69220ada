"""Makes the GGUF files of this folder and what the reference implementations read in them.

Needs gguf, transformers, torch, tokenizers, sentencepiece. Run it in this folder: python make.py
- sentence-piece.gguf: output tied to the embedding, linear rotary scaling, alignment 32, every quantisation.
- byte-level.gguf: own output, LLaMA 3 rotary scaling, alignment 64, other quantisations of the same parts.
- blocks.gguf: one tensor a quantisation, random blocks, for bit equality with gguf.dequantize.
- vocabulary-*.gguf: no tensors, a byte-level vocabulary for each other pre-tokenizer that is read.
- *.expected.json: SHA-256 of each tensor's float32 bytes as transformers (or gguf) reads it; token ids of texts as
  sentencepiece or tokenizers gives them; the configuration the model was made from.
"""

import copy
import hashlib
import io
import json
import math

import gguf
import numpy as np
import sentencepiece
import tokenizers
import torch
from gguf import GGMLQuantizationType as Q
from transformers import LlamaConfig, LlamaForCausalLM

TEXTS = [
    "The invoice of March 3rd, 2026 is overdue; please pay 1,250.00 EUR within 14 days.",
    "  two  spaces,\ttabs\nand lines \n\n",
    "Grüße aus Zürich! 你好，世界 🙂",
    "don't I'LL we've 12345 x=y+1; // code",
    "",
    " ",
]
CORPUS = [
    "the contract of the customer and the invoice of the supplier are in the archive",
    "please pay the invoice within fourteen days of the date of the invoice",
    "we have received your letter of the first of march and thank you for it",
    "the delivery is late, the customer is waiting and the supplier does not answer",
    "Grüße aus Zürich, wir haben Ihre Rechnung erhalten",
    "don't we've I'll it's you're 2026 1250 14 3",
] * 20
GPT2_ARGS = dict(add_prefix_space=False, trim_offsets=True)
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def permute(weights, heads):
    """As llama.cpp's convert_hf_to_gguf.py does before it writes q and k."""
    shape = weights.shape
    return weights.reshape(heads, 2, shape[0] // heads // 2, *shape[1:]).swapaxes(1, 2).reshape(shape)


def digest(array):
    return hashlib.sha256(np.ascontiguousarray(array, dtype="<f4").tobytes()).hexdigest()


def add(writer, name, values, quantization):
    raw = gguf.quantize(np.ascontiguousarray(values, dtype=np.float32), quantization)
    if quantization in (Q.F32, Q.F16):
        writer.add_tensor(name, raw)
    else:
        writer.add_tensor(name, raw, raw_dtype=quantization)


def write_model(path, config, vocabulary, quantizations, alignment, ropes):
    torch.manual_seed(7)
    model = LlamaForCausalLM(LlamaConfig(**copy.deepcopy(config))).eval()
    for parameter in model.parameters():
        if parameter.dim() == 1:
            torch.nn.init.normal_(parameter, 1.0, 0.1)
    state = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    writer = gguf.GGUFWriter(path, "llama")
    if alignment != 32:
        writer.add_custom_alignment(alignment)
    writer.add_name("tiny")
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(config["rope_theta"])
    writer.add_rope_dimension_count(config["head_dim"])
    writer.add_vocab_size(config["vocab_size"])
    ropes(writer)
    vocabulary(writer)
    tied = config["tie_word_embeddings"]
    names = {"model.embed_tokens.weight": "token_embd", "model.norm.weight": "output_norm"}
    if not tied:
        names["lm_head.weight"] = "output"
    parts = {
        "input_layernorm": "attn_norm",
        "self_attn.q_proj": "attn_q",
        "self_attn.k_proj": "attn_k",
        "self_attn.v_proj": "attn_v",
        "self_attn.o_proj": "attn_output",
        "post_attention_layernorm": "ffn_norm",
        "mlp.gate_proj": "ffn_gate",
        "mlp.up_proj": "ffn_up",
        "mlp.down_proj": "ffn_down",
    }
    for layer in range(config["num_hidden_layers"]):
        for theirs, ours in parts.items():
            names[f"model.layers.{layer}.{theirs}.weight"] = f"blk.{layer}.{ours}"
    for theirs, ours in names.items():
        values = state[theirs]
        if ours.endswith("attn_q"):
            values = permute(values, config["num_attention_heads"])
        if ours.endswith("attn_k"):
            values = permute(values, config["num_key_value_heads"])
        kind = Q.F32 if values.ndim == 1 else quantizations[ours.split(".")[-1]]
        add(writer, f"{ours}.weight", values, kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    read = LlamaForCausalLM.from_pretrained(".", gguf_file=path).state_dict()
    return {name: {"shape": list(read[name].shape), "sha256": digest(read[name].numpy())} for name in names}


def expect(path, config, tensors, ids):
    with open(path, "w") as file:
        json.dump({"config": config, "tensors": tensors, "texts": TEXTS, "ids": ids}, file, indent=1)
        file.write("\n")


def common(vocabulary_size):
    return dict(
        vocab_size=vocabulary_size,
        hidden_size=64,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=16,
        rms_norm_eps=1e-5,
    )


def sentence_piece():
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS),
        model_writer=model,
        model_type="bpe",
        vocab_size=400,
        byte_fallback=True,
        split_digits=True,
        add_dummy_prefix=True,
        remove_extra_whitespaces=False,
        normalization_rule_name="identity",
        allow_whitespace_only_pieces=True,
        minloglevel=2,
    )
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    size = processor.get_piece_size()
    kinds = [
        2 if processor.is_unknown(i) else 3 if processor.is_control(i) else 6 if processor.is_byte(i) else 1
        for i in range(size)
    ]

    def vocabulary(writer):
        writer.add_tokenizer_model("llama")
        writer.add_tokenizer_pre("default")
        writer.add_token_list([processor.id_to_piece(i) for i in range(size)])
        writer.add_token_scores([processor.get_score(i) for i in range(size)])
        writer.add_token_types(kinds)
        writer.add_bos_token_id(1)
        writer.add_eos_token_id(2)
        writer.add_unk_token_id(0)
        writer.add_add_bos_token(True)
        writer.add_add_eos_token(False)

    config = dict(
        **common(size),
        max_position_embeddings=512,
        rope_theta=10000.0,
        rope_scaling={"rope_type": "linear", "factor": 2.0},
        tie_word_embeddings=True,
    )

    def ropes(writer):
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(2.0)

    kinds_of = dict(
        token_embd=Q.Q8_0, attn_q=Q.Q4_0, attn_k=Q.Q4_1, attn_v=Q.Q5_0, attn_output=Q.Q5_1,
        ffn_gate=Q.F16, ffn_up=Q.BF16, ffn_down=Q.Q8_0,
    )
    tensors = write_model("sentence-piece.gguf", config, vocabulary, kinds_of, 32, ropes)
    expect("sentence-piece.expected.json", config, tensors, [[1, *processor.encode(text)] for text in TEXTS])


def byte_level():
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE(ignore_merges=True))
    split = tokenizers.pre_tokenizers.Split(tokenizers.Regex(LLAMA3), "isolated")
    bytes_ = tokenizers.pre_tokenizers.ByteLevel(use_regex=False, **GPT2_ARGS)
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Sequence([split, bytes_])
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=420,
        initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.add_special_tokens(["<|begin_of_text|>", "<|end_of_text|>"])
    model = json.loads(tokenizer.to_str())["model"]
    size = tokenizer.get_vocab_size()
    tokens = [tokenizer.id_to_token(i) for i in range(size)]
    bos = tokens.index("<|begin_of_text|>")

    def vocabulary(writer):
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre("llama-bpe")
        writer.add_token_list(tokens)
        writer.add_token_types([3 if token.startswith("<|") else 1 for token in tokens])
        writer.add_token_merges([" ".join(merge) for merge in model["merges"]])
        writer.add_bos_token_id(bos)
        writer.add_eos_token_id(bos + 1)

    scaling = dict(
        rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
        original_max_position_embeddings=8192,
    )
    config = dict(
        **common(size),
        max_position_embeddings=131072,
        rope_theta=500000.0,
        rope_scaling=scaling,
        tie_word_embeddings=False,
    )

    def ropes(writer):
        """As LlamaModel.generate_extra_tensors of llama.cpp."""
        factors = []
        for i in range(0, config["head_dim"], 2):
            frequency = 1.0 / config["rope_theta"] ** (i / config["head_dim"])
            length = 2 * math.pi / frequency
            if length < 8192 / 4:
                factors.append(1)
            elif length > 8192:
                factors.append(8)
            else:
                smooth = (8192 / length - 1) / 3
                factors.append(1 / ((1 - smooth) / 8 + smooth))
        writer.add_tensor("rope_freqs.weight", np.array(factors, dtype=np.float32))

    kinds_of = dict(
        token_embd=Q.Q4_0, attn_q=Q.Q8_0, attn_k=Q.F32, attn_v=Q.Q4_1, attn_output=Q.Q4_0,
        ffn_gate=Q.Q5_1, ffn_up=Q.Q5_0, ffn_down=Q.Q4_0, output=Q.Q8_0,
    )
    tensors = write_model("byte-level.gguf", config, vocabulary, kinds_of, 64, ropes)
    ids = [[bos, *tokenizer.encode(text).ids] for text in TEXTS]
    expect("byte-level.expected.json", config, tensors, ids)


def blocks():
    """Random bytes are all block contents there are; scales that are not finite are left out."""
    random = np.random.default_rng(11)
    writer = gguf.GGUFWriter("blocks.gguf", "none")
    expected = {}
    for kind in (Q.F32, Q.F16, Q.BF16, Q.Q4_0, Q.Q4_1, Q.Q5_0, Q.Q5_1, Q.Q8_0, Q.Q4_K, Q.Q5_K, Q.Q6_K):
        values, size = gguf.GGML_QUANT_SIZES[kind]
        shape = (96, size * (64 // values)) if values < 64 else (32, size)
        raw = random.integers(0, 256, shape, dtype=np.uint8)
        with np.errstate(all="ignore"):
            finite = np.isfinite(gguf.dequantize(raw, kind)).all(axis=1)
        raw = np.ascontiguousarray(raw[finite])
        if kind in (Q.F32, Q.F16):
            writer.add_tensor(kind.name, raw.view(np.float32 if kind == Q.F32 else np.float16))
        else:
            writer.add_tensor(kind.name, raw, raw_dtype=kind)
        read = gguf.dequantize(raw, kind)
        expected[kind.name] = {"shape": list(read.shape), "sha256": digest(read)}
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    with open("blocks.expected.json", "w") as file:
        json.dump(expected, file, indent=1)
        file.write("\n")


def vocabularies():
    level = tokenizers.pre_tokenizers.ByteLevel(use_regex=True, **GPT2_ARGS)
    digits = tokenizers.pre_tokenizers.Digits(individual_digits=True)
    for name, splitter in (
        ("gpt-2", level),
        ("smollm", tokenizers.pre_tokenizers.Sequence([digits, level])),
    ):
        tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE())
        tokenizer.pre_tokenizer = splitter
        trainer = tokenizers.trainers.BpeTrainer(
            vocab_size=420,
            initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        tokenizer.train_from_iterator(CORPUS, trainer)
        tokenizer.add_special_tokens(["<|endoftext|>"])
        merges = json.loads(tokenizer.to_str())["model"]["merges"]
        tokens = [tokenizer.id_to_token(i) for i in range(tokenizer.get_vocab_size())]
        writer = gguf.GGUFWriter(f"vocabulary-{name}.gguf", "llama")
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre(name)
        writer.add_token_list(tokens)
        writer.add_token_types([3 if token.startswith("<|") else 1 for token in tokens])
        writer.add_token_merges([" ".join(merge) for merge in merges])
        writer.add_bos_token_id(len(tokens) - 1)
        writer.add_eos_token_id(len(tokens) - 1)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.close()
        ids = [tokenizer.encode(text).ids for text in TEXTS]
        expect(f"vocabulary-{name}.expected.json", {}, {}, ids)


blocks()
sentence_piece()
byte_level()
vocabularies()
