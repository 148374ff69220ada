"""What transformers' logits processors, beam search and chat templates give.

    pip install torch transformers jinja2 && python nn/generate/goldens/makeReference.py

Writes scores.json, beams.json and chats.json beside itself.
"""

import json
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM
from transformers.utils.chat_template_utils import render_jinja_template
from transformers.generation import (
    MinLengthLogitsProcessor,
    MinNewTokensLengthLogitsProcessor,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

HERE = Path(__file__).parent
MODELS = HERE.parent.parent / "goldens"
VOCABULARY = 40


def write(name, value):
    (HERE / name).write_text(json.dumps(value, separators=(",", ":")) + "\n")


def listed(scores):
    return [None if value == float("-inf") else value for value in scores.tolist()]


def score_cases():
    generator = torch.Generator().manual_seed(5)
    rules = [
        ("temperature", 0.7, TemperatureLogitsWarper(0.7)),
        ("temperature", 1.9, TemperatureLogitsWarper(1.9)),
        ("topK", 1, TopKLogitsWarper(1)),
        ("topK", 7, TopKLogitsWarper(7)),
        ("topK", 100, TopKLogitsWarper(100)),
        ("topP", 0.1, TopPLogitsWarper(0.1)),
        ("topP", 0.8, TopPLogitsWarper(0.8)),
        ("topP", 0.99, TopPLogitsWarper(0.99)),
        ("repetitionPenalty", 1.3, RepetitionPenaltyLogitsProcessor(1.3)),
        ("repetitionPenalty", 0.8, RepetitionPenaltyLogitsProcessor(0.8)),
        ("minNewTokens", 3, MinNewTokensLengthLogitsProcessor(4, 3, [2, 9])),
        ("minNewTokens", 2, MinNewTokensLengthLogitsProcessor(4, 2, [2, 9])),
        ("minNewTokens", 3, MinLengthLogitsProcessor(7, [2, 9])),
    ]
    cases = []
    for spread in (1.0, 6.0):
        for name, value, rule in rules:
            ids = torch.randint(0, VOCABULARY, (1, 6), generator=generator)
            ids[0, 3] = ids[0, 1]
            scores = torch.randn((1, VOCABULARY), generator=generator) * spread
            # Equal scores around a boundary, and one that is already impossible.
            scores[0, 11] = scores[0, 30]
            scores[0, 12] = float("-inf")
            cases.append(
                {
                    "rule": name,
                    "value": value,
                    "begun": 4,
                    "ids": ids[0].tolist(),
                    "stopIds": [2, 9],
                    "scores": listed(scores[0]),
                    "expected": listed(rule(ids, scores.clone())[0]),
                }
            )
    return cases


def beam_cases():
    settings = [
        {"length_penalty": 1.0, "early_stopping": False},
        {"length_penalty": 0.0, "early_stopping": "never"},
        {"length_penalty": 2.0, "early_stopping": "never"},
        {"length_penalty": -0.5, "early_stopping": False},
        {"length_penalty": 1.0, "early_stopping": True},
        {"length_penalty": 1.0, "early_stopping": False, "repetition_penalty": 1.4, "min_new_tokens": 4},
    ]
    cases = []
    for name in ("gpt2-causal-lm", "llama-causal-lm", "t5-seq2seq", "t5-gated-gelu-seq2seq"):
        seq2seq = name.startswith("t5")
        loader = AutoModelForSeq2SeqLM if seq2seq else AutoModelForCausalLM
        model = loader.from_pretrained(MODELS / name).eval()
        prompts = [[5, 17, 101, 64, 33], [90, 12, 7]]
        longest = max(map(len, prompts))
        ids = torch.tensor([[0] * (longest - len(row)) + row for row in prompts])
        mask = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in prompts])
        # Stop tokens that beams reach: the second choices of a greedy run.
        with torch.no_grad():
            probe = model.generate(
                ids, attention_mask=mask, max_new_tokens=10, num_beams=4, do_sample=False, eos_token_id=210, pad_token_id=0
            )
        stops = sorted({int(probe[0, -5]), int(probe[1, -4])} - {0})
        for setting in settings:
            for stop_ids in (stops, stops[:1]):
                texts, scores = [], []
                # Each prompt alone: in a batch, transformers penalises the padding's token as one that occurred.
                for prompt in prompts:
                    out = model.generate(
                        torch.tensor([prompt]),
                        attention_mask=torch.ones((1, len(prompt)), dtype=torch.int64),
                        max_new_tokens=10,
                        num_beams=4,
                        num_return_sequences=4,
                        do_sample=False,
                        eos_token_id=stop_ids,
                        pad_token_id=0,
                        return_dict_in_generate=True,
                        output_scores=True,
                        **setting,
                    )
                    begun = 1 if seq2seq else len(prompt)
                    for sequence in out.sequences[:, begun:].tolist():
                        ends = [at for at, token in enumerate(sequence) if token in stop_ids]
                        texts.append(sequence[: ends[0] + 1] if ends else sequence)
                    scores += out.sequences_scores.tolist()
                cases.append(
                    {
                        "model": name,
                        "prompts": prompts,
                        "stopIds": stop_ids,
                        "settings": setting,
                        "texts": texts,
                        "scores": scores,
                    }
                )
    return cases


# Written for this file, each with the constructs that published templates of its kind use.
TEMPLATES = {
    "markers": """{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] | trim + '<|im_end|>' + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}""",
    "headers": """{{- bos_token }}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content'] | trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = 'You are helpful.' %}
{%- endif %}
{{- '<|header|>system<|end_header|>\n\n' + system_message + eos_token }}
{%- if tools is defined and tools is not none %}
    {%- for tool in tools %}
        {{- tool | tojson(indent=4) }}
    {%- endfor %}
{%- endif %}
{%- for message in messages %}
    {%- if message.content is string %}
        {{- '<|header|>' ~ message.role ~ '<|end_header|>\n\n' ~ message.content ~ eos_token }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|header|>assistant<|end_header|>\n\n' }}
{%- endif %}
""",
    "turns": """{{ bos_token }}{% set ns = namespace(turns=0) %}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('roles must alternate user/assistant') }}{% endif %}{% if message['role'] == 'user' %}{% set ns.turns = ns.turns + 1 %}{{ '[INST ' ~ ns.turns ~ '] ' + message['content'] + ' [/INST]' }}{% else %}{{ ' ' + message['content'] + eos_token }}{% endif %}{% endfor %}""",
    "counted": """{% for i in range(1, messages | length + 1) %}{{ i }}: {{ messages[i - 1].content | upper }}{% if not loop.last %}
{% endif %}{% endfor %}{% for i in range(4, 0, -2) %}{{ i }}{% endfor %}""",
}
CHATS = [
    [{"role": "user", "content": " Is it free? "}],
    [
        {"role": "user", "content": "你好 \U0001f600"},
        {"role": "assistant", "content": "Hello\n\nthere"},
        {"role": "user", "content": "</s>{{ 1 + 1 }}"},
    ],
    [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why?"}],
]
TOOL = {"type": "function", "function": {"name": "look_up", "parameters": {"type": "object", "properties": {}}}}


def chat_cases():
    cases = []
    for name, template in TEMPLATES.items():
        for messages in CHATS:
            for prompt in (True, False):
                variables = {"bos_token": "<s>", "eos_token": "</s>"}
                tools = [TOOL] if name == "headers" and prompt else None
                try:
                    rendered, _ = render_jinja_template(
                        [messages], tools=tools, chat_template=template, add_generation_prompt=prompt, **variables
                    )
                    text = rendered[0]
                except Exception as error:
                    text = None
                    print(name, "refuses", error)
                if tools:
                    variables["tools"] = tools
                cases.append(
                    {
                        "name": name,
                        "template": template,
                        "messages": messages,
                        "addGenerationPrompt": prompt,
                        "variables": variables,
                        "text": text,
                    }
                )
    return cases


if __name__ == "__main__":
    write("chats.json", chat_cases())
    write("scores.json", score_cases())
    write("beams.json", beam_cases())
