"""Two tiny random models with tokenizers, and the texts that transformers writes with them.

    pip install torch transformers && python nn/generate/goldens/makeTexts.py

Makes text-llama/ and text-t5/ beside itself: folders in Hugging Face's format with a generation_config.json, and texts.json.
The tokenizers are those of nn/tokenize/goldens. Texts are compared greedily, with the folder's own defaults otherwise.
"""

import json
import shutil
from pathlib import Path

import torch
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSeq2SeqLM,
    GenerationConfig,
    LlamaConfig,
    PreTrainedTokenizerFast,
    T5Config,
)

HERE = Path(__file__).parent
TOKENIZERS = HERE.parent.parent / "tokenize" / "goldens"
TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}<{{ message['role'] }}>{{ message['content'] }}{{ eos_token }}{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)
PROMPTS = ["The control worker", "keeps every artifact; isn't that", "a", "数据结构 and 😀 more than one word to read"]
CHAT = [{"role": "system", "content": "Be short."}, {"role": "user", "content": "Who keeps the rows?"}]


def widen(model):
    # Wider than usual: scores far apart, so that rounding does not decide which token is the most likely.
    for parameter in model.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=0.25)


def make(folder, model_class, config, tokenizer, generation):
    torch.manual_seed(7)
    shutil.rmtree(folder, ignore_errors=True)
    model = model_class.from_config(config).eval()
    widen(model)
    model.generation_config = GenerationConfig(**generation)
    if not config.is_encoder_decoder:
        # Bytes, so that no text is ill-formed, which is read in pieces otherwise than as a whole.
        model.get_input_embeddings().weight.data[3:259] = 0
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)

    eos = generation["eos_token_id"]
    stops = eos if isinstance(eos, list) else [eos]

    def write(ids, **settings):
        ids = torch.tensor([ids])
        with torch.inference_mode():
            out = model.generate(ids, attention_mask=torch.ones_like(ids), tokenizer=tokenizer, **settings)[0]
        new = (out[1:] if config.is_encoder_decoder else out[ids.shape[1] :]).tolist()
        # A stop token that is a word is no part of our texts.
        shown = new[:-1] if new[-1] in stops else new
        return new, tokenizer.decode(shown, skip_special_tokens=True, clean_up_tokenization_spaces=False)

    def case(prompt, ids, **settings):
        written, text = write(ids, **settings)
        return {"prompt": prompt, "ids": ids, "settings": settings, "written": written, "text": text}

    cases = [case(prompt, tokenizer(prompt)["input_ids"]) for prompt in PROMPTS]
    # Whatever comes in the middle of a text: the same text must end there.
    middle = cases[0]["text"][len(cases[0]["text"]) // 2 :][:3]
    cases.append(case(PROMPTS[0], cases[0]["ids"], stop_strings=[middle]))
    if tokenizer.chat_template:
        rendered = tokenizer.apply_chat_template(CHAT, add_generation_prompt=True, return_dict=True)["input_ids"]
        cases.append(case(CHAT, rendered))
    (folder / "texts.json").write_text(json.dumps(cases, ensure_ascii=False, indent=1) + "\n")


def tokenizer_of(name, **tokens):
    return PreTrainedTokenizerFast(tokenizer_file=str(TOKENIZERS / name / "tokenizer.json"), **tokens)


llama = tokenizer_of("sentencepiece-llama2", bos_token="<s>", eos_token="</s>", unk_token="<unk>")
llama.chat_template = TEMPLATE
make(
    HERE / "text-llama",
    AutoModelForCausalLM,
    LlamaConfig(
        vocab_size=900,
        hidden_size=16,
        intermediate_size=24,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=128,
        tie_word_embeddings=True,
        bos_token_id=1,
        eos_token_id=2,
    ),
    llama,
    # 278 and 404 are tokens it writes, so that some texts end before their length.
    {"bos_token_id": 1, "eos_token_id": [2, 404, 278], "max_new_tokens": 24, "repetition_penalty": 1.3, "pad_token_id": 0},
)
make(
    HERE / "text-t5",
    AutoModelForSeq2SeqLM,
    T5Config(
        vocab_size=704,
        d_model=16,
        d_kv=8,
        d_ff=24,
        num_layers=2,
        num_decoder_layers=2,
        num_heads=2,
        decoder_start_token_id=0,
        tie_word_embeddings=False,
    ),
    tokenizer_of("unigram-t5", pad_token="<pad>", eos_token="</s>", unk_token="<unk>"),
    {"decoder_start_token_id": 0, "pad_token_id": 0, "eos_token_id": 1, "max_length": 16, "num_beams": 3,
     "length_penalty": 0.7, "early_stopping": True},
)
