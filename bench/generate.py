"""The peer of generate.mjs: greedy generation of the same model and prompts with transformers.

    generate.py make SHAPE FOLDER             writes a random model of that shape
    generate.py FOLDER PROMPTS.json THREADS   is driven by lines on stdin

`write ROWS TOKENS` continues the first ROWS prompts by TOKENS tokens each and answers with a line of JSON: milliseconds
and the tokens. Needs torch and transformers.
"""

import json
import sys
import time

import torch
import transformers

SHAPES = {
    "llama-100m": {
        "vocab_size": 32000,
        "hidden_size": 640,
        "intermediate_size": 1728,
        "num_hidden_layers": 12,
        "num_attention_heads": 10,
        "num_key_value_heads": 5,
    },
    "llama-tiny": {
        "vocab_size": 500,
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
    },
}


def make(shape: str, folder: str) -> None:
    torch.manual_seed(1)
    config = transformers.LlamaConfig(**SHAPES[shape], max_position_embeddings=2048)
    model = transformers.LlamaForCausalLM(config)
    # Wider than usual: scores far apart, so that rounding does not decide which token is the most likely.
    for parameter in model.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=0.05)
    model.save_pretrained(folder)


def drive(folder: str, prompts_file: str, threads: str) -> None:
    torch.set_num_threads(int(threads))
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    with open(prompts_file) as file:
        prompts = torch.tensor(json.load(file))
    print("ready", flush=True)
    for line in sys.stdin:
        _, rows, tokens = line.split()
        ids = prompts[: int(rows)]
        started = time.perf_counter()
        with torch.inference_mode():
            written = model.generate(
                ids,
                attention_mask=torch.ones_like(ids),
                max_new_tokens=int(tokens),
                min_new_tokens=int(tokens),
                do_sample=False,
                eos_token_id=None,
                pad_token_id=0,
            )
        took = (time.perf_counter() - started) * 1000
        print(json.dumps({"ms": took, "tokens": written[:, ids.shape[1] :].tolist()}), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(*sys.argv[2:])
    else:
        drive(*sys.argv[1:])
