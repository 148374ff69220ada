"""Makes optimizers.safetensors and schedules.json, what torch.optim, transformers.Adafactor, transformers' schedules
and torch.amp.GradScaler give for the cases that optimizers.golden.test.ts and schedule.golden.test.ts name.

    pip install torch transformers safetensors && python nn/optim/goldens/makeOptimizers.py
"""
import json
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file

folder = Path(__file__).parent
STEPS = 20
SHAPES = {
    "layer.0.weight": (7, 5),
    "layer.0.bias": (7,),
    "layer.1.weight": (33, 18),
    "norm.weight": (3,),
    "kernel.weight": (2, 4, 5),
    "row.weight": (1, 9),
    "head.scale": (),
}
generator = torch.Generator().manual_seed(20261123)
draw = lambda shape: torch.randn(shape, generator=generator)
weights = {name: draw(shape) for name, shape in SHAPES.items()}
# Sizes differ by parameter and step, so that the second moments and the clipping have something to do.
gradients = [
    {name: draw(shape) * 10.0 ** (-(index % 4)) * (1 + step % 3) for index, (name, shape) in enumerate(SHAPES.items())}
    for step in range(STEPS)
]
decays = lambda name: weights[name].dim() > 1
adafactor = lambda groups, lr, **options: transformers.Adafactor(groups, lr=lr, relative_step=False, **options)

# name -> (optimizer of groups and learning rate, weight decay, clipping)
CASES = {
    "sgd": (lambda g, lr: torch.optim.SGD(g, lr=lr), 0.0, None),
    "sgd-decay": (lambda g, lr: torch.optim.SGD(g, lr=lr), 0.1, None),
    "sgd-momentum": (lambda g, lr: torch.optim.SGD(g, lr=lr, momentum=0.9), 0.1, None),
    "sgd-nesterov": (lambda g, lr: torch.optim.SGD(g, lr=lr, momentum=0.8, nesterov=True), 0.1, 0.5),
    "adamw": (lambda g, lr: torch.optim.AdamW(g, lr=lr), 0.1, None),
    "adamw-clipped": (lambda g, lr: torch.optim.AdamW(g, lr=lr), 0.1, 0.5),
    "adafactor": (lambda g, lr: adafactor(g, lr), 0.1, None),
    "adafactor-unscaled": (lambda g, lr: adafactor(g, lr, scale_parameter=False), 0.0, 0.5),
}
STATE = {
    "momentum_buffer": "momentumBuffers",
    "exp_avg": "firstMoments",
    "exp_avg_sq": "secondMoments",
    "exp_avg_sq_row": "rowMoments",
    "exp_avg_sq_col": "columnMoments",
}
LEARNING_RATE = 0.01

tensors = {f"weights/{name}": value for name, value in weights.items()}
for step, values in enumerate(gradients):
    tensors |= {f"gradients/{step}/{name}": value for name, value in values.items()}
for case, (create, weight_decay, clipping) in CASES.items():
    parameters = {name: torch.nn.Parameter(value.clone()) for name, value in weights.items()}
    # The layers below the first learn at half the rate.
    groups = [
        {
            "params": [parameter],
            "weight_decay": weight_decay if decays(name) else 0.0,
            "lr": LEARNING_RATE * (0.5 if name.startswith("layer.0.") else 1.0),
        }
        for name, parameter in parameters.items()
    ]
    optimizer = create(groups, LEARNING_RATE)
    for step in range(STEPS):
        for name, parameter in parameters.items():
            parameter.grad = gradients[step][name].clone()
        if clipping is not None:
            torch.nn.utils.clip_grad_norm_(list(parameters.values()), clipping)
        optimizer.step()
    for name, parameter in parameters.items():
        tensors[f"{case}/weights/{name}"] = parameter.detach()
        for key, value in optimizer.state[parameter].items():
            region = STATE.get(key)
            if region == "secondMoments" and case.startswith("adafactor"):
                region = "vectorMoments"
            if region and value is not None:
                tensors[f"{case}/{region}/{name}"] = value
save_file({name: value.contiguous().clone() for name, value in tensors.items()}, folder / "optimizers.safetensors")

rates = {}
dummy = torch.nn.Parameter(torch.zeros(1))
for warmup, total in [(0, 10), (4, 20), (5, 5), (1, 7)]:
    for shape, create in {
        "constant": lambda o: transformers.get_constant_schedule_with_warmup(o, warmup),
        "linear": lambda o: transformers.get_linear_schedule_with_warmup(o, warmup, total),
        "cosine": lambda o: transformers.get_cosine_schedule_with_warmup(o, warmup, total),
        "polynomial": lambda o: transformers.get_polynomial_decay_schedule_with_warmup(o, warmup, total),
    }.items():
        if shape == "polynomial" and warmup == total:
            continue  # divides by zero there
        scheduler = create(torch.optim.SGD([dummy], lr=2e-5))
        (factor,) = scheduler.lr_lambdas
        rates[f"{shape} {warmup} {total}"] = [2e-5 * factor(step) for step in range(total + 2)]

# Each step's gradient is finite or not; the scale and the count after its update.
finite = [step not in (3, 4, 11, 25, 26, 27) for step in range(40)]
scaler = torch.amp.GradScaler("cpu", init_scale=2.0**16, growth_interval=5)
parameter = torch.nn.Parameter(torch.ones(1))
optimizer = torch.optim.SGD([parameter], lr=0.0)
scales = []
for good in finite:
    optimizer.zero_grad()
    scaler.scale((parameter * (1.0 if good else float("inf"))).sum()).backward()
    scaler.step(optimizer)
    scaler.update()
    scales.append([scaler.get_scale(), scaler.state_dict()["_growth_tracker"]])
document = {"learningRate": 2e-5, "rates": rates, "scaler": {"growthInterval": 5, "finite": finite, "after": scales}}
(folder / "schedules.json").write_text(json.dumps(document, indent=1) + "\n")
