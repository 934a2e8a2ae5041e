#!/usr/bin/env python3
"""The models of `bin/sas benchmark` in plain PyTorch, eager and compiled, measured the same way.

Needs PyTorch 2.4 or newer, and what torch.compile needs: on a CPU a C++ compiler, the headers of Python and PyTorch, and
setuptools. It prints what `bin/sas benchmark --with FILE` puts into its table:

    python3 examples/peer/pytorch_peer.py --json peer.json
    bin/sas benchmark matrix attention training optimizer --with peer.json

That its attentions are those of the published implementations, eager and compiled, outputs and gradients, shows

    python3 examples/peer/pytorch_peer.py --check sas-block/src/test/resources/golden

Letters: B batch, T time, E embedding size, H heads, D head size, H' and D' the simulated ones (h2, d2), K kernel size.
"""

import argparse
import datetime
import json
import math
import os
import pathlib
import platform
import statistics
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

# name: layers, E, H, T, windows of a step, windows in memory at once
PRESETS = {
    "tiny": (3, 96, 3, 128, 8, 8),
    "small": (4, 128, 4, 256, 8, 8),
    "125m": (12, 768, 12, 512, 32, 4),
    "350m": (24, 1024, 16, 1024, 32, 2),
    "760m": (24, 1536, 16, 1024, 32, 1),
    "1.5b": (48, 1600, 25, 1024, 32, 1),
}
VOCABULARY = 320  # 257 ids of the byte tokenizer, padded to a multiple of 64
EPSILON = 1e-6
ROTARY_BASE = 10000.0
PRODUCTS = 8
CUBE = 1024
SHORTEST_SAMPLE = 0.02
WARM_UPS = 3
DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}
LARGEST_OUTPUT_ERROR = 1e-5  # in float32, of the norm
LARGEST_GRADIENT_ERROR = 1e-4
LARGEST_SHARED_ERROR = 1e-6  # of the norm of all gradients, for those that are zero in exact arithmetic


def rotary_tables(length, size, device):
    frequency = ROTARY_BASE ** (torch.arange(0, size, 2, dtype=torch.float64) / -size)
    angles = torch.outer(torch.arange(length, dtype=torch.float64), frequency)  # [T, size / 2]
    return [f(angles).float().to(device).unsqueeze(1) for f in (torch.cos, torch.sin)]  # [T, 1, size / 2]


def rotate(x, tables):
    # [B, T, H, size]
    cos, sin = (table.to(x.dtype) for table in tables)
    x1, x2 = x.chunk(2, dim=-1)
    return torch.cat([x1 * cos - x2 * sin, x1 * sin + x2 * cos], dim=-1)


def causal(q, k, v):
    # [B, T, H, size] each; v is padded to the size of q, which fused kernels want
    size = v.size(3)
    if q.size(3) > size:
        v = F.pad(v, (0, q.size(3) - size))
    y = F.scaled_dot_product_attention(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2), is_causal=True)
    return y.transpose(1, 2)[..., :size]


class MultiHeadAttention(nn.Module):
    def __init__(self, embedding, heads, size, length, device):
        super().__init__()
        self.heads, self.size = heads, size
        self.query = nn.Linear(embedding, heads * size, bias=False)
        self.key = nn.Linear(embedding, heads * size, bias=False)
        self.value = nn.Linear(embedding, heads * size, bias=False)
        self.output = nn.Linear(heads * size, embedding, bias=False)
        self.tables = rotary_tables(length, size, device)

    def forward(self, x):
        b, t, _ = x.shape
        q, k, v = (layer(x).view(b, t, self.heads, self.size) for layer in (self.query, self.key, self.value))
        y = causal(rotate(q, self.tables), rotate(k, self.tables), v)
        return self.output(y.reshape(b, t, -1))

    def multiply_adds(self, length):
        inner = self.heads * self.size
        return 4 * inner * self.output.out_features + 2 * inner * (length + 1) / 2


class HeadExpansion(nn.Module):
    """[B, T, H, D] -> [B, T, H', D]: heads are channels, features the axis of the convolution."""

    def __init__(self, heads, h2, kernel):
        super().__init__()
        self.first = nn.Conv1d(heads, h2, kernel, padding=kernel // 2)
        self.second = nn.Conv1d(h2, h2, kernel, padding=kernel // 2)

    def forward(self, x):
        b, t, h, d = x.shape
        y = self.first(x.reshape(b * t, h, d))
        return (y + self.second(F.relu(y))).view(b, t, -1, d)


class FeatureExpansion(nn.Module):
    """[.., D] -> [.., D']."""

    def __init__(self, size, d2):
        super().__init__()
        self.first = nn.Linear(size, d2)
        self.second = nn.Linear(d2, d2)

    def forward(self, x):
        y = self.first(x)
        return y + self.second(F.relu(y))


class SimulatedAttention(nn.Module):
    """Simulated attention score (arXiv 2507.07694), rotary embedding after the expansion where there is one."""

    def __init__(self, embedding, heads, size, h2, d2, kernel, length, device, rotary=True, bias=False):
        super().__init__()
        self.heads, self.size, self.h2, self.d2, self.kernel = heads, size, h2, d2, kernel
        self.projections = nn.ModuleList(nn.Linear(embedding, heads * size, bias=False) for _ in range(3))
        self.expand_heads = nn.ModuleList(HeadExpansion(heads, h2, kernel) for _ in range(3))
        self.expand_features = nn.ModuleList(FeatureExpansion(size, d2) for _ in range(2))
        self.output = nn.Linear(heads * size, embedding, bias=bias)
        self.tables = rotary_tables(length, d2, device) if rotary else None

    def forward(self, x):
        b, t, _ = x.shape
        return self.attend(*(layer(x).view(b, t, self.heads, self.size) for layer in self.projections))

    def attend(self, *heads):
        # query, key, value [B, T, H, D] -> [B, T, E]
        z = []
        for i, x in enumerate(heads):
            x = self.expand_heads[i](x)
            if i < 2:
                x = self.expand_features[i](x)
                if self.tables:
                    x = rotate(x, self.tables)
            z.append(x)
        y = causal(*z)  # [B, T, H', D]
        b, t, _, _ = y.shape
        y = y.reshape(b, t, self.h2 // self.heads, self.heads * self.size).mean(2)
        return self.output(y)

    def multiply_adds(self, length):
        inner = self.heads * self.size
        expansion = 3 * self.size * self.kernel * self.h2 * (self.heads + self.h2)
        expansion += 2 * self.h2 * self.d2 * (self.size + self.d2)
        scores = self.h2 * (self.d2 + self.size) * (length + 1) / 2
        return 4 * inner * self.output.out_features + expansion + scores


class RmsNorm(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))

    def forward(self, x):
        wide = x.float()
        return (wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + EPSILON) * self.weight).to(x.dtype)


class Layer(nn.Module):
    def __init__(self, attention, embedding, hidden):
        super().__init__()
        self.attention_norm, self.attention = RmsNorm(embedding), attention
        self.feed_forward_norm = RmsNorm(embedding)
        self.gate = nn.Linear(embedding, hidden, bias=False)
        self.up = nn.Linear(embedding, hidden, bias=False)
        self.down = nn.Linear(hidden, embedding, bias=False)

    def forward(self, x):
        x = x + self.attention(self.attention_norm(x))
        n = self.feed_forward_norm(x)
        return x + self.down(F.silu(self.gate(n)) * self.up(n))


class LanguageModel(nn.Module):
    """Llama-style: RMSNorm before each part, SwiGLU of hidden size 8E/3, tied embedding."""

    def __init__(self, layers, embedding, length, make_attention):
        super().__init__()
        self.embedding, self.hidden, self.length = embedding, 8 * embedding // 3, length
        self.tokens = nn.Embedding(VOCABULARY, embedding)
        self.layers = nn.ModuleList(Layer(make_attention(), embedding, self.hidden) for _ in range(layers))
        self.norm = RmsNorm(embedding)
        for parameter in self.parameters():
            if parameter.dim() == 2:
                nn.init.normal_(parameter, std=0.02)

    def forward(self, tokens, targets):
        x = self.tokens(tokens)
        for layer in self.layers:
            x = layer(x)
        logits = F.linear(self.norm(x), self.tokens.weight)
        return F.cross_entropy(logits.float().view(-1, VOCABULARY), targets.view(-1))

    def training_operations_per_token(self):
        layer = self.layers[0].attention.multiply_adds(self.length) + 3 * self.embedding * self.hidden
        return 6 * (len(self.layers) * layer + self.embedding * VOCABULARY)


class Case:
    """Something to measure; the label's form names how it is computed."""

    def __init__(self, group, subject, part, of, form, run, tokens=0, operations=0, prepare=None):
        self.label = {"group": group, "subject": subject, "part": part, "pass": of, "form": form}
        self.run, self.tokens, self.operations, self.prepare = run, tokens, operations, prepare
        self.samples = []

    def once(self, device):
        if self.prepare:
            self.prepare()
        wait(device)
        start = time.perf_counter()
        self.run()
        wait(device)
        return time.perf_counter() - start

    def report(self):
        return {"label": self.label, "unit": "seconds", "tokens": self.tokens, "operations": self.operations,
                "samples": self.samples}


def wait(device):
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def matrix_case(options, precision, of, rows, inner, columns, beside=None):
    a = torch.randn(rows, inner, device=options.device).to(DTYPES[precision])
    b = torch.randn(inner, columns, device=options.device).to(DTYPES[precision])
    c = torch.mm(a, b)

    def run():
        with torch.no_grad():
            for _ in range(PRODUCTS):
                torch.mm(a, b, out=c)

    part = "product" if beside is None else f"product beside {beside}"
    return Case("matrix", f"{of} {rows}×{inner}×{columns}", part, f"{PRODUCTS} products", precision, run,
                operations=2 * PRODUCTS * rows * inner * columns)


def cube(options, beside=None):
    size = 64 if options.quick else CUBE
    return matrix_case(options, "fp32", "cube", size, size, size, beside)


def matrix_group(options):
    size = 64 if options.quick else CUBE
    yield cube(options)
    yield matrix_case(options, "bf16", "cube", size, size, size)
    for preset in options.preset:
        _, embedding, _, length, _, micro = sizes_of(options, preset)
        for precision in DTYPES:
            for columns in (embedding, 8 * embedding // 3):
                yield matrix_case(options, precision, preset, micro * length, embedding, columns)


def sizes_of(options, preset):
    layers, embedding, heads, length, batch, micro = PRESETS[preset]
    if options.quick:
        layers, embedding, heads, length, batch, micro = 1, 16, 2, 16, 2, 2
    if options.batch:
        batch = options.batch
    return layers, embedding, heads, length, batch, min(micro, batch)


def compiled_for_each_shape(function):
    """Without graph breaks; what cannot be compiled fails, rather than run eagerly under the wrong name."""
    return torch.compile(function, fullgraph=True, dynamic=False)


def forms(function, precision):
    """The ways to run a function: eager, compiled, and both in bfloat16 under autocast."""
    compiled = compiled_for_each_shape(function)
    named = {"fp32": [("pytorch eager", function, False), ("pytorch compile", compiled, False)],
             "bf16": [("pytorch eager bf16", function, True), ("pytorch compile bf16", compiled, True)]}
    return [form for name in precision for form in named[name]]


def attention_group(options):
    b, t, e, h, d, h2, d2, k = options.sizes
    yield cube(options, "attention")
    x = torch.randn(b, t, e, device=options.device)
    gy = torch.randn(b, t, e, device=options.device)
    attentions = {
        "mha": (f"mha B{b} T{t} E{e} H{h} D{d}", lambda: MultiHeadAttention(e, h, d, t, options.device)),
        "sas": (f"sas B{b} T{t} E{e} H{h}-{h2} D{d}-{d2} K{k}",
                lambda: SimulatedAttention(e, h, d, h2, d2, k, t, options.device)),
    }
    for name in options.attention:
        subject, make = attentions[name]
        module = make().to(options.device)
        operations = 2 * module.multiply_adds(t) * b * t
        for form, function, narrow in forms(module, options.precision):
            yield from attention_cases(options, subject, form, function, module, narrow, x, gy, operations)


def attention_cases(options, subject, form, function, module, narrow, x, gy, operations):
    def forward():
        with torch.no_grad(), autocast(options, narrow):
            function(x)

    def both():
        leaf = x.detach().requires_grad_()
        with autocast(options, narrow):
            y = function(leaf)
        y.backward(gy.to(y.dtype))

    def forget():
        module.zero_grad()

    yield Case("attention", subject, "whole", "forward", form, forward, operations=operations)
    yield Case("attention", subject, "whole", "forward+backward", form, both, operations=3 * operations,
               prepare=forget)


def autocast(options, narrow):
    return torch.autocast(options.device.type, torch.bfloat16, enabled=narrow)


def model_of(options, preset, attention):
    layers, embedding, heads, length, _, _ = sizes_of(options, preset)
    size = embedding // heads
    make = {
        "mha": lambda: MultiHeadAttention(embedding, heads, size, length, options.device),
        "sas": lambda: SimulatedAttention(embedding, heads, size, 3 * heads, (3 * size + 3) // 4 * 2, 5, length,
                                          options.device),
    }[attention]
    return LanguageModel(layers, embedding, length, make).to(options.device)


def adamw(options, parameters):
    parameters = list(parameters)
    groups = [{"params": [p for p in parameters if p.dim() >= 2], "weight_decay": 0.1},
              {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=1e-5, betas=(0.9, 0.95), eps=1e-8, fused=True)


def training_group(options):
    yield cube(options, "training")
    for preset in options.preset:
        for attention in options.attention:
            model = model_of(options, preset, attention)
            optimizer = adamw(options, model.parameters())
            _, _, _, length, batch, micro = sizes_of(options, preset)
            text = torch.randint(VOCABULARY, (batch, length + 1), device=options.device)
            tokens = batch * length
            for form, function, narrow in forms(model, options.precision):
                step = step_of(options, function, model, optimizer, text, micro, narrow)
                yield Case("training", f"{preset} {attention}", "model", "step", form, step, tokens=tokens,
                           operations=tokens * model.training_operations_per_token())


def step_of(options, function, model, optimizer, text, micro, narrow):
    parts = text.split(micro)

    def step():
        for part in parts:
            with autocast(options, narrow):
                loss = function(part[:, :-1], part[:, 1:].contiguous())
            (loss * (part.size(0) / text.size(0))).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0, foreach=True)
        optimizer.step()
        optimizer.zero_grad()

    return step


def optimizer_group(options):
    yield cube(options, "optimizer")
    for preset in options.preset:
        for attention in options.attention:
            model = model_of(options, preset, attention)
            values = [torch.randn_like(parameter) for parameter in model.parameters()]
            yield optimizer_case(options, f"{preset} {attention}", model, values)


def optimizer_case(options, subject, model, values):
    optimizer = adamw(options, model.parameters())

    def fill():
        for parameter, value in zip(model.parameters(), values):
            parameter.grad = value.clone()

    def step():
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0, foreach=True)
        optimizer.step()
        optimizer.zero_grad()

    return Case("optimizer", subject, "AdamW", "step", "pytorch fused", step, prepare=fill)


GROUPS = {"matrix": matrix_group, "attention": attention_group, "training": training_group,
          "optimizer": optimizer_group}


def measure(options, group):
    """Warms all cases up, then lets them take turns, round after round."""
    cases = list(GROUPS[group](options))
    runs = []
    for case in cases:
        print(f"{group}: warming up {case.label['subject']}, {case.label['form']}", file=sys.stderr)
        fastest = min(case.once(options.device) for _ in range(WARM_UPS))
        runs.append(1 if options.quick else max(1, min(100, math.ceil(SHORTEST_SAMPLE / fastest))))
    for turn in range(options.repeats):
        print(f"{group}: round {turn + 1} of {options.repeats}", file=sys.stderr)
        for case, count in zip(cases, runs):
            case.samples.append(statistics.fmean(case.once(options.device) for _ in range(count)))
    return [case.report() for case in cases]


def read_safetensors(path):
    """Returns the tensors by name, and the metadata."""
    content = path.read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    metadata = {name: json.loads(value) for name, value in header.pop("__metadata__").items()}
    data = bytearray(content[start:])
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] != "F32":
            continue  # token ids, which no attention has
        begin, end = entry["data_offsets"]
        flat = torch.frombuffer(data, dtype=torch.float32, count=(end - begin) // 4, offset=begin)
        tensors[name] = flat.view(entry["shape"])
    return tensors, metadata


def golden_multi_head(metadata):
    embedding, heads, size = metadata["n_embd"], metadata["n_head"], metadata["head_dim"]
    module = MultiHeadAttention(embedding, heads, size, metadata["time"], "cpu")
    layers = {"c_q": module.query, "c_k": module.key, "c_v": module.value, "c_proj": module.output}
    return module, module, ["x"], {f"{name}.weight": layer.weight for name, layer in layers.items()}


def golden_simulated(metadata):
    # The official module begins after the projections.
    heads, size, d2 = metadata["heads"], metadata["head_dim"], metadata["target_head_dim"]
    module = SimulatedAttention(heads * size, heads, size, metadata["target_heads"], d2, metadata["kernel"],
                                metadata["time"], "cpu", rotary=False, bias=True)
    layers = {"output_dense": module.output}
    for i, name in enumerate(["sas_q", "sas_k", "sas_v"]):
        layers[f"{name}.0"] = module.expand_heads[i].first
        layers[f"{name}.1.process"] = module.expand_heads[i].second
        if i < 2:
            layers[f"{name}.2"] = module.expand_features[i].first
            layers[f"{name}.3.process"] = module.expand_features[i].second
    weights = {f"{name}.{kind}": parameter for name, layer in layers.items()
               for kind, parameter in layer.named_parameters()}
    return module, module.attend, ["query", "key", "value"], weights


def golden_checks(folder):
    """Compares the attentions with every case of theirs in a folder."""
    kinds = {"mha": golden_multi_head, "sas": golden_simulated}
    checks = []
    for kind, make in kinds.items():
        for path in sorted((folder / kind).glob("*.safetensors")):
            tensors, metadata = read_safetensors(path)
            module, function, names, weights = make(metadata)
            with torch.no_grad():
                for name, weight in weights.items():
                    weight.copy_(tensors["weight." + name])
            for form, run in (("eager", function), ("compiled", compiled_for_each_shape(function))):
                print(f"check: {kind}/{path.stem}, {form}", file=sys.stderr)
                module.zero_grad()
                inputs = {name: tensors["input." + name].clone().requires_grad_() for name in names}
                y = run(*inputs.values())
                y.backward(tensors["cotangent"])
                found = {f"grad.input.{name}": x.grad for name, x in inputs.items()}
                found.update({f"grad.weight.{name}": weight.grad for name, weight in weights.items()})
                checks.append(golden_check(f"{kind}/{path.stem}, {form}", tensors, y.detach(), found))
    if not checks:
        raise SystemExit(f"--check {folder}: expected folders {', '.join(kinds)} with safetensors files")
    return checks


def golden_check(name, tensors, y, gradients):
    expected = next(value for key, value in tensors.items() if key.startswith("output."))
    worst_output = distance(y, expected) / norm(expected)
    shared = LARGEST_SHARED_ERROR * math.hypot(*(norm(tensors[key]) for key in gradients))
    worst_gradient = max(distance(value, tensors[key]) / (LARGEST_GRADIENT_ERROR * norm(tensors[key]) + shared)
                         for key, value in gradients.items())
    return {"name": f"PyTorch {name}: output and {len(gradients)} gradients of the published implementation",
            "holds": worst_output <= LARGEST_OUTPUT_ERROR and worst_gradient <= 1,
            "detail": f"output {worst_output:.1e}, gradients {worst_gradient:.2f} of what is allowed"}


def norm(x):
    return x.double().norm().item()


def distance(x, y):
    return norm(x.double() - y.double())


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or "unknown"


def memory():
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0


def machine(options):
    device = str(options.device)
    if options.device.type == "cuda":
        device += " " + torch.cuda.get_device_name(options.device)
    return {
        "processor": processor(),
        "processors": torch.get_num_threads(),
        "memoryBytes": memory(),
        "system": " ".join([platform.system(), platform.release(), platform.machine()]),
        "device": device,
        "language": "Python " + platform.python_version(),
        "engine": "PyTorch " + torch.__version__,
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else -1.0,
    }


def names(known):
    def parse(text):
        values = text.split(",")
        for value in values:
            if value not in known:
                raise argparse.ArgumentTypeError(f"{value}: expected one of {', '.join(known)}")
        return values

    return parse


def eight_numbers(text):
    try:
        values = [int(value) for value in text.split(",")]
    except ValueError:
        values = []
    if len(values) != 8 or min(values) < 1:
        raise argparse.ArgumentTypeError(f"{text}: expected eight positive whole numbers, B,T,E,H,D,H',D',K")
    return values


def positive(text):
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text}: expected a whole number, at least 1")
    return value


def options_of(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"any of {', '.join(GROUPS)}; all by default")
    parser.add_argument("--preset", type=names(PRESETS), default=["small"])
    parser.add_argument("--attention", type=names(["mha", "sas"]), default=["mha", "sas"])
    parser.add_argument("--precision", type=names(DTYPES), default=["fp32", "bf16"])
    parser.add_argument("--repeats", type=positive, default=7)
    parser.add_argument("--batch", type=positive, default=0, help="windows of a training step")
    parser.add_argument("--sizes", type=eight_numbers, default=[8, 256, 256, 8, 32, 24, 48, 5],
                        metavar="B,T,E,H,D,H',D',K")
    parser.add_argument("--threads", type=positive, default=0, help="threads of PyTorch")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--quick", action="store_true", help="tiny sizes, to see that everything runs")
    parser.add_argument("--check", metavar="FOLDER", type=pathlib.Path,
                        help="compare the attentions with the golden files below; measures only the groups named")
    parser.add_argument("--json", metavar="FILE", help="where the report is written; otherwise it is printed")
    options = parser.parse_args(arguments)
    for group in options.groups:
        if group not in GROUPS:
            parser.error(f"GROUP = {group}: expected one of {', '.join(GROUPS)}")
    if not options.groups and not options.check:
        options.groups = list(GROUPS)
    options.device = torch.device(options.device)
    if options.quick:
        options.sizes = [2, 16, 16, 2, 8, 4, 12, 3]
        options.repeats = min(options.repeats, 2)
    return options


def main(arguments):
    options = options_of(arguments)
    torch.manual_seed(1)
    torch._dynamo.config.cache_size_limit = 1000  # every shape of every model is compiled, whatever came before
    if options.threads:
        torch.set_num_threads(options.threads)
    report = {
        "program": "pytorch_peer.py",
        "time": datetime.datetime.now(datetime.timezone.utc).isoformat(),
        "machine": machine(options),
        "settings": {**{name: str(value) for name, value in vars(options).items()},
                     "build": torch.__config__.show()},
        "measurements": [],
        "checks": golden_checks(options.check) if options.check else [],
    }
    for group in options.groups:
        report["measurements"] += measure(options, group)
    text = json.dumps(report, indent=2)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            file.write(text + "\n")
    else:
        print(text)
    return 0 if all(check["holds"] for check in report["checks"]) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
