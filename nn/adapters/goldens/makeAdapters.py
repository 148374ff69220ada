"""Makes what PEFT gives for the golden models: adapters that it saved, their merged weights, logits and gradients, and PyTorch's
gradients through a LoRA layer.

    pip install torch transformers peft safetensors && python nn/adapters/goldens/makeAdapters.py

Reads the models of nn/goldens.
"""
from pathlib import Path

import peft
import torch
import transformers
from safetensors.torch import load_file, save_file

folder = Path(__file__).parent
models = folder.parents[1] / "goldens"


def adapt(name, base_name, auto_class, config):
    """Saves an adapter with drawn factors, its logits, and the weights before and after merging it in."""
    model = auto_class.from_pretrained(str(models / base_name)).eval()
    base = {key: value.clone() for key, value in model.state_dict().items()}
    adapted = peft.get_peft_model(model, config).eval()
    with torch.no_grad():
        for key, parameter in adapted.named_parameters():
            if parameter.requires_grad:
                parameter.normal_(std=0.2)
    target = folder / name
    adapted.save_pretrained(target)
    (target / "README.md").unlink()
    config_file = target / "adapter_config.json"
    config_file.write_text(config_file.read_text().replace(f"{models}/", ""))
    given = load_file(models / base_name / "case.safetensors")
    inputs = {key: given[key] for key in ("input_ids", "attention_mask")}
    result = adapted(**inputs, labels=given["labels"])
    result.loss.backward()
    case = inputs | {"labels": given["labels"], "logits": result.logits.detach(), "loss": result.loss.detach()}
    for key, parameter in adapted.named_parameters():
        if parameter.requires_grad:
            plain = key.removeprefix("base_model.model.").replace(".default", "").replace(".modules_to_save", "")
            case[f"gradients/{plain}"] = parameter.grad.clone()
    for key, value in adapted.merge_and_unload().state_dict().items():
        if not torch.equal(value, base[key]):
            case |= {f"base/{key}": base[key], f"merged/{key}": value}
    save_file({key: value.contiguous().clone() for key, value in case.items()}, target / "case.safetensors")
    (target / "case.safetensors").chmod(0o644)
    (target / "adapter_model.safetensors").chmod(0o644)


torch.manual_seed(20261123)
classifier = transformers.AutoModelForSequenceClassification
queries = peft.LoraConfig(task_type="SEQ_CLS", r=4, lora_alpha=6, target_modules=["query", "value"])
adapt("bert", "bert-sequence-classification", classifier, queries)
# A regular expression for the targets, another scale, no saved head, and dropout that merging ignores.
pattern = peft.LoraConfig(
    r=2, lora_alpha=3, use_rslora=True, lora_dropout=0.1, target_modules=r".*layer\.1\..*dense"
)
adapt("bert-pattern", "bert-sequence-classification", classifier, pattern)
# Weights [in, out].
transposed = peft.LoraConfig(task_type="CAUSAL_LM", r=3, lora_alpha=5, target_modules=["c_attn", "mlp.c_proj"])
adapt("gpt2", "gpt2-causal-lm", transformers.AutoModelForCausalLM, transposed)

draw = lambda *shape: torch.randn(*shape, requires_grad=True)
names = {"x": draw(5, 7), "weight": draw(6, 7), "bias": draw(6), "a": draw(3, 7), "b": draw(6, 3)}
weighting = torch.randn(5, 6)
x, weight, bias, a, b = names.values()
y = torch.nn.functional.linear(x, weight, bias) + 1.5 * (x @ a.T) @ b.T
loss = (torch.tanh(y) * weighting).sum()
loss.backward()
tensors = {key: value.detach() for key, value in names.items()} | {"weighting": weighting, "loss": loss.detach(), "y": y.detach()}
tensors |= {f"grad/{key}": value.grad for key, value in names.items()}
save_file(tensors, folder / "loraLinear.safetensors")
(folder / "loraLinear.safetensors").chmod(0o644)
