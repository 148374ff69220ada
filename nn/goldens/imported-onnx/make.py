"""Exports small random models with PyTorch's own exporter, so that files which are not ours are imported and trained.

Needs torch, transformers, onnx and safetensors. Run it in this folder: python make.py

NAME.onnx is the model; NAME.safetensors holds `input/...`, `output`, `weight` (the loss is the sum of output * weight)
and `gradient/PARAMETER`, all by PyTorch.
"""

import pathlib

import torch
from safetensors.torch import save_file
from torch import nn
from transformers import BertConfig, BertModel, DistilBertConfig, DistilBertModel

HERE = pathlib.Path(__file__).parent


class Perceptron(nn.Module):
    """Clamps, powers, means and slices, as scripts of older opsets have them."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(6, 8), nn.Linear(8, 4)
        self.scale = nn.Parameter(torch.ones(8) * 1.5)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x):
        hidden = self.dropout(torch.clamp(self.first(x), -0.8, 0.8))
        spread = (hidden - hidden.mean(-1, keepdim=True)).pow(2).mean(-1, keepdim=True)
        hidden = hidden / torch.sqrt(spread + 1e-3) * self.scale.abs()
        logits = self.second(hidden) + torch.log(1 + hidden[:, 1:5].square())
        return torch.cat([logits[:, ::2], logits[:, 1:].unsqueeze(0).squeeze(0)], -1).reciprocal() + logits.amax(-1, True)


class Encoder(nn.Module):
    """PyTorch's own layer, whose export fixes the length of the texts."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(20, 16)
        self.layer = nn.TransformerEncoderLayer(16, 2, 24, activation="gelu", batch_first=True, norm_first=True)
        self.head = nn.Linear(16, 3)

    def forward(self, ids):
        return self.head(self.layer(self.embed(ids)).mean(1))


class HuggingFace(nn.Module):
    """A model of transformers, by its last hidden state."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, input_ids, attention_mask):
        return self.inner(input_ids=input_ids, attention_mask=attention_mask)[0]


SIZES = dict(vocab_size=30, max_position_embeddings=16)
BERT = BertConfig(
    **SIZES, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24, attn_implementation="eager"
)
DISTILBERT = DistilBertConfig(**SIZES, dim=16, n_layers=1, n_heads=2, hidden_dim=24, attn_implementation="eager")
IDS = torch.tensor([[1, 5, 7, 2, 0], [3, 3, 9, 4, 8]])
MASK = torch.tensor([[1, 1, 1, 1, 0], [1, 1, 1, 1, 1]])

for name, make, inputs, open_axes, opset in [
    ("perceptron-opset-11", Perceptron, {"x": torch.randn(5, 6, generator=torch.manual_seed(1))}, 1, 11),
    ("perceptron-opset-17", Perceptron, {"x": torch.randn(5, 6, generator=torch.manual_seed(1))}, 1, 17),
    ("encoder-opset-17", Encoder, {"ids": torch.tensor([[1, 5, 7], [2, 19, 0]])}, 1, 17),
    ("bert-opset-14", lambda: HuggingFace(BertModel(BERT, add_pooling_layer=False)), {"input_ids": IDS, "attention_mask": MASK}, 2, 14),
    ("distilbert-opset-18", lambda: HuggingFace(DistilBertModel(DISTILBERT)), {"input_ids": IDS, "attention_mask": MASK}, 2, 18),
]:
    torch.manual_seed(7)
    model = make().eval()
    with torch.no_grad():
        # The exporter joins parameters that are equal, as fresh gains and shifts are.
        for parameter in model.parameters():
            parameter += 0.1 * torch.randn(parameter.shape)
    for module in model.modules():
        if isinstance(module, nn.Embedding):
            module.padding_idx = None  # PyTorch drops the gradient of that row, which a graph does not say.
    output = model(*inputs.values())
    weight = torch.randn(output.shape)
    (output * weight).sum().backward()
    torch.onnx.export(
        model,
        tuple(inputs.values()),
        HERE / f"{name}.onnx",
        input_names=list(inputs),
        output_names=["output"],
        dynamic_axes={each: dict(enumerate(["batch", "sequence"][:open_axes])) for each in inputs},
        opset_version=opset,
        do_constant_folding=False,
        dynamo=False,
    )
    save_file(
        {
            **{f"input/{key}": tensor for key, tensor in inputs.items()},
            "output": output.detach().contiguous(),
            "weight": weight,
            **{f"gradient/{key}": tensor.grad for key, tensor in model.named_parameters() if tensor.grad is not None},
        },
        HERE / f"{name}.safetensors",
    )
