"""Makes small reference models beside those that came with the project: the heads and variants of each family.

    pip install torch transformers safetensors && python nn/goldens/makeFamilies.py

Every folder holds a random model in Hugging Face's format and what PyTorch computes for it in float32 with eager attention:
outputs and loss of one batch, d loss / d parameter, and the losses of ten AdamW steps on that batch.
"""
import json
import math
import pathlib

import torch
import torch.nn.functional as F
import transformers as hf
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).parent
ROWS, LENGTH, VOCABULARY = 4, 11, 61
ENCODER = dict(
    vocab_size=VOCABULARY, hidden_size=16, num_hidden_layers=2, num_attention_heads=4, intermediate_size=24,
    max_position_embeddings=20, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
)
GPT2 = dict(
    vocab_size=VOCABULARY, n_embd=16, n_layer=2, n_head=4, n_positions=24, n_inner=24, resid_pdrop=0.0, embd_pdrop=0.0,
    attn_pdrop=0.0, bos_token_id=0, eos_token_id=0,
)
LLAMA = dict(
    vocab_size=VOCABULARY, hidden_size=16, num_hidden_layers=2, num_attention_heads=4, intermediate_size=24,
    max_position_embeddings=64,
)
T5 = dict(
    vocab_size=VOCABULARY, d_model=16, d_kv=6, d_ff=24, num_layers=1, num_decoder_layers=2, num_heads=4, dropout_rate=0.0,
    relative_attention_num_buckets=8, relative_attention_max_distance=9, decoder_start_token_id=0,
)
LLAMA3 = dict(
    rope_type="llama3", factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=32,
)


def batch(padding):
    ids = torch.randint(3, VOCABULARY, (ROWS, LENGTH))
    mask = torch.ones_like(ids)
    for row, real in ((1, LENGTH - 2), (3, LENGTH - 5)):
        ids[row, real:] = padding
        mask[row, real:] = 0
    return dict(input_ids=ids, attention_mask=mask)


def labels_of(task, inputs):
    mask = inputs["attention_mask"]
    if task == "sequence-classification":
        return dict(labels=torch.tensor([0, 2, 1, 2]))
    if task == "token-classification":
        return dict(labels=torch.randint(0, 5, (ROWS, LENGTH)).masked_fill(mask == 0, -100))
    if task == "question-answering":
        return dict(start_positions=torch.tensor([0, 3, 5, 2]), end_positions=torch.tensor([4, 3, LENGTH, 5]))
    if task == "masked-lm":
        return dict(labels=inputs["input_ids"].masked_fill((torch.rand(ROWS, LENGTH) > 0.4) | (mask == 0), -100))
    if task == "causal-lm":
        return dict(labels=inputs["input_ids"].masked_fill(mask == 0, -100))
    if task == "seq2seq-lm":
        labels = torch.randint(2, VOCABULARY, (ROWS, 7))
        labels[2, 5:] = -100
        return dict(labels=labels)
    return {}


def compute(model, task, inputs, labels):
    """The loss and the outputs by name."""
    if task == "sentence-embedding":
        hidden = model(**inputs).last_hidden_state
        mask = inputs["attention_mask"].unsqueeze(-1).float()
        embedding = F.normalize((hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-9), dim=1)
        scores = 20.0 * embedding[0::2] @ embedding[1::2].T
        return F.cross_entropy(scores, torch.arange(ROWS // 2)), dict(embedding=embedding)
    outputs = model(**inputs, **labels)
    if task == "question-answering":
        return outputs.loss, dict(start_logits=outputs.start_logits, end_logits=outputs.end_logits)
    return outputs.loss, dict(logits=outputs.logits)


def make(name, task, model, padding=0, prefix="", change_config=None):
    torch.manual_seed(len(name))
    model = model.eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * (0.1 if parameter.dim() == 1 else 0.08))
    inputs = batch(padding)
    labels = labels_of(task, inputs)
    folder = HERE / name
    model.save_pretrained(folder)
    config = json.loads((folder / "config.json").read_text())
    if change_config:
        change_config(config)
        (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    (folder / "generation_config.json").unlink(missing_ok=True)
    loss, outputs = compute(model, task, inputs, labels)
    loss.backward()
    gradients = {prefix + key: p.grad.clone() for key, p in model.named_parameters() if p.grad is not None}
    expected = dict(
        loss=loss.item(),
        grad_norm=math.sqrt(sum(float((g.double() ** 2).sum()) for g in gradients.values())),
        adamw=dict(lr=1e-3, betas=[0.9, 0.999], eps=1e-8, weight_decay=0.01),
    )
    tensors = {**inputs, **labels, **outputs}
    save_file({key: t.detach().clone().contiguous() for key, t in tensors.items()}, folder / "case.safetensors")
    save_file(gradients, folder / "gradients.safetensors")
    if task in ("causal-lm", "seq2seq-lm"):
        prompt = inputs["input_ids"][:1]
        with torch.no_grad():
            # No end token, so that the number of tokens does not depend on what they are.
            expected["greedy_12_tokens_of_row_0"] = greedy(model, task, prompt)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01)
    losses = []
    for _ in range(10):
        optimiser.zero_grad()
        loss, _ = compute(model, task, inputs, labels)
        loss.backward()
        losses.append(loss.item())
        optimiser.step()
    expected.update(losses_10_adamw_steps=losses, torch=torch.__version__, transformers=hf.__version__)
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    print(f"{name}: loss {losses[0]:.4f} -> {losses[-1]:.4f}")


def greedy(model, task, prompt):
    seq2seq = task == "seq2seq-lm"
    tokens = [0] if seq2seq else prompt[0].tolist()
    for _ in range(12):
        ids = torch.tensor([tokens])
        outputs = model(input_ids=prompt, decoder_input_ids=ids) if seq2seq else model(input_ids=ids)
        tokens.append(int(outputs.logits[0, -1].argmax()))
    return tokens


def eager(kind, config):
    torch.manual_seed(7)
    return kind._from_config(config, attn_implementation="eager")


def untied_t5():
    model = eager(hf.T5ForConditionalGeneration, hf.T5Config(**T5, feed_forward_proj="gated-gelu", tie_word_embeddings=False))
    model.lm_head.weight = torch.nn.Parameter(torch.randn(VOCABULARY, T5["d_model"]))
    return model


def old_t5(config):
    """As published T5 1.1 checkpoints say that the output is neither tied nor scaled."""
    del config["scale_decoder_outputs"]
    config["tie_word_embeddings"] = False


def old_rope(config):
    """As configs before rope_parameters say it."""
    rope = config.pop("rope_parameters")
    config["rope_theta"] = rope.pop("rope_theta")
    config["rope_scaling"] = rope


bert, roberta = hf.BertConfig(**ENCODER), hf.RobertaConfig(**ENCODER, pad_token_id=1)
answers = eager(hf.BertForQuestionAnswering, bert)
# Padded positions take part in an answer's softmax. PyTorch keeps their embedding from learning by it; ours learns.
answers.bert.embeddings.word_embeddings.padding_idx = None
make("bert-question-answering", "question-answering", answers)
make("bert-masked-lm", "masked-lm", eager(hf.BertForMaskedLM, bert))
sentence = hf.BertModel(bert, add_pooling_layer=False)
sentence.set_attn_implementation("eager")
make("bert-sentence-embedding", "sentence-embedding", sentence, prefix="bert.")
roberta5 = hf.RobertaConfig(**ENCODER, pad_token_id=1, num_labels=5)
make("roberta-token-classification", "token-classification", eager(hf.RobertaForTokenClassification, roberta5), padding=1)
make("roberta-masked-lm", "masked-lm", eager(hf.RobertaForMaskedLM, roberta), padding=1)
gpt2_classes = hf.GPT2Config(**GPT2, num_labels=3, pad_token_id=1, scale_attn_by_inverse_layer_idx=True)
make("gpt2-sequence-classification", "sequence-classification", eager(hf.GPT2ForSequenceClassification, gpt2_classes), padding=1)
make("gpt2-untied-causal-lm", "causal-lm", eager(hf.GPT2LMHeadModel, hf.GPT2Config(**GPT2, tie_word_embeddings=False)))
linear = hf.LlamaConfig(
    **LLAMA, tie_word_embeddings=False, attention_bias=True, mlp_bias=True,
    rope_parameters=dict(rope_type="linear", factor=2.0, rope_theta=500.0),
)
make("llama-linear-untied-causal-lm", "causal-lm", eager(hf.LlamaForCausalLM, linear))
llama3 = hf.LlamaConfig(
    **LLAMA, tie_word_embeddings=True, num_key_value_heads=1, head_dim=12, rope_parameters=dict(**LLAMA3, rope_theta=1000.0)
)
make("llama-llama3-causal-lm", "causal-lm", eager(hf.LlamaForCausalLM, llama3), change_config=old_rope)
llama_classes = hf.LlamaConfig(**LLAMA, num_key_value_heads=2, num_labels=3, pad_token_id=0)
make("llama-sequence-classification", "sequence-classification", eager(hf.LlamaForSequenceClassification, llama_classes))
make("t5-untied-seq2seq", "seq2seq-lm", untied_t5(), change_config=old_t5)
