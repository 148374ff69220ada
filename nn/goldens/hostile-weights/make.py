"""Makes files that no reader of weights may accept, one fault a file, named after the fault.

Needs nothing but Python. Run it in this folder: python make.py
"""

import json
import struct


def write(name, data):
    with open(name, "wb") as file:
        file.write(data)


def safetensors(header, data=b"", length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def entry(shape, begin, end, dtype="F32"):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


one = {"w": entry([2], 0, 8)}
twice = b'{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
for name, data in {
    "empty": b"",
    "truncated-length": b"\x10\0\0",
    "truncated-header": safetensors(one, bytes(8))[:20],
    "truncated-data": safetensors(one, bytes(7)),
    "trailing-data": safetensors(one, bytes(9)),
    "header-length-2-pow-63": safetensors(one, bytes(8), 2**63),
    "header-length-2-pow-64-less-1": safetensors(one, bytes(8), 2**64 - 1),
    "header-length-100-million": safetensors(one, bytes(8), 100_000_000),
    "negative-offset": safetensors({"w": entry([2], -8, 0)}, bytes(8)),
    "reversed-offsets": safetensors({"w": entry([2], 8, 0)}, bytes(8)),
    "fractional-offset": safetensors({"w": entry([2], 0.5, 8.5)}, bytes(9)),
    "offset-2-pow-63": safetensors({"w": entry([2], 2**63, 2**63 + 8)}, bytes(8)),
    "overlapping": safetensors({"v": entry([2], 0, 8), "w": entry([2], 4, 12)}, bytes(12)),
    "gap": safetensors({"v": entry([1], 0, 4), "w": entry([1], 8, 12)}, bytes(12)),
    "dims-overflow-to-zero": safetensors({"w": entry([2**32, 2**32], 0, 0)}),
    "dims-overflow-to-infinity": safetensors({"w": entry([10**300, 10**300], 0, 8)}, bytes(8)),
    "dims-negative": safetensors({"w": entry([-1, -2], 0, 8)}, bytes(8)),
    "dims-nested": safetensors({"w": entry([[2]], 0, 8)}, bytes(8)),
    "duplicate-key": safetensors(twice, bytes(4)),
    "not-utf-8": safetensors(b'{"w\xff":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', bytes(8)),
    "not-json": safetensors(b"{'w': 1}"),
    "nested-50000-deep": safetensors(b'{"w":' + b"[" * 50_000 + b"]" * 50_000 + b"}"),
    "list-for-object": safetensors([]),
    "metadata-not-text": safetensors({"__metadata__": {"a": {"b": "c"}}}),
}.items():
    write(f"{name}.safetensors", data)

for name, weight_map in {
    "path-up": {"w": "../model.safetensors"},
    "path-up-within": {"w": "x/../../model.safetensors"},
    "path-absolute": {"w": "/etc/passwd"},
    "path-windows": {"w": "..\\model.safetensors"},
    "path-empty": {"w": ""},
    "path-with-nul": {"w": "a\0b"},
    "path-not-text": {"w": 1},
    "missing-shard": {"w": "model-00001-of-00001.safetensors"},
    "weight-map-list": ["model.safetensors"],
    "index-is-its-own-shard": {"w": "model.safetensors.index.json"},
}.items():
    write(f"{name}.index.json", json.dumps({"weight_map": weight_map}).encode())
write("duplicate-key.index.json", b'{"weight_map":{"w":"../a"},"weight_map":{"w":"b"}}')
write("not-utf-8.index.json", b'{"weight_map":{"w":"\xff"}}')

U8, U32, STRING, BOOL, ARRAY = 0, 4, 8, 7, 9


def text(value, length=None):
    raw = value if isinstance(value, bytes) else value.encode()
    return struct.pack("<Q", len(raw) if length is None else length) + raw


def kv(key, kind, value):
    return text(key) + struct.pack("<I", kind) + value


def array(kind, length, values=b""):
    return struct.pack("<IQ", kind, length) + values


def tensor(name, dims, kind=0, offset=0):
    return (
        text(name)
        + struct.pack("<I", len(dims))
        + b"".join(struct.pack("<Q", dim) for dim in dims)
        + struct.pack("<IQ", kind, offset)
    )


def gguf(metadata=(), tensors=(), data=b"", counts=None, alignment=32):
    tensor_count, kv_count = counts or (len(tensors), len(metadata))
    head = b"GGUF" + struct.pack("<IQQ", 3, tensor_count, kv_count) + b"".join(metadata) + b"".join(tensors)
    return head + bytes(-len(head) % alignment) + data


name = kv("general.architecture", STRING, text("llama"))
flat = tensor("w", [2])
deep = array(U8, 1, b"\1")
for _ in range(2000):
    deep = array(ARRAY, 1, deep)
for file, data in {
    "empty": b"",
    "magic-only": b"GGUF",
    "magic-wrong": b"GGML" + bytes(60),
    "truncated-table": gguf([name], [flat], bytes(8))[:70],
    "truncated-data": gguf([name], [flat], bytes(7)),
    "tensor-count-2-pow-60": gguf([name], [flat], bytes(8), (2**60, 1)),
    "metadata-count-2-pow-60": gguf([name], [flat], bytes(8), (1, 2**60)),
    "key-length-2-pow-60": gguf([text("a", 2**60)], counts=(0, 1), data=bytes(99)),
    "string-length-2-pow-60": gguf([kv("a", STRING, text("b", 2**60))]),
    "string-length-2-pow-64-less-1": gguf([kv("a", STRING, text("b", 2**64 - 1))]),
    "array-length-2-pow-60": gguf([kv("a", ARRAY, array(U8, 2**60))], data=bytes(99)),
    "array-length-times-size-overflows": gguf([kv("a", ARRAY, array(U32, 2**62))], data=bytes(99)),
    "array-of-strings-2-pow-60": gguf([kv("a", ARRAY, array(STRING, 2**60))], data=bytes(99)),
    "array-of-strings-that-end-early": gguf([kv("a", ARRAY, array(STRING, 3, text("b")))], data=b"\xff" * 64),
    "array-of-arrays": gguf([kv("a", ARRAY, array(ARRAY, 1, array(U8, 1, b"\1")))]),
    "array-of-arrays-2000-deep": gguf([kv("a", ARRAY, deep)]),
    "array-of-unknown-type": gguf([kv("a", ARRAY, array(99, 1, bytes(8)))]),
    "value-of-unknown-type": gguf([kv("a", 99, bytes(8))]),
    "flag-neither-true-nor-false": gguf([kv("a", BOOL, b"\2")]),
    "duplicate-key": gguf([name, name]),
    "duplicate-tensor": gguf([name], [flat, tensor("w", [2], offset=32)], bytes(40)),
    "key-not-utf-8": gguf([kv(b"\xff", U8, b"\0")]),
    "string-not-utf-8": gguf([kv("a", STRING, text(b"\xc3\x28"))]),
    "tensor-name-not-utf-8": gguf([name], [tensor(b"\xf0\x82", [2])], bytes(8)),
    "dims-2-pow-63": gguf([name], [tensor("w", [2**63])], bytes(8)),
    "dims-overflow-to-zero": gguf([name], [tensor("w", [2**32, 2**32])], bytes(8)),
    "dims-overflow-to-small": gguf([name], [tensor("w", [2**33 + 1, 2**31, 2, 1])], bytes(8)),
    "dims-many": gguf([name], [tensor("w", [1] * 5)], bytes(8)),
    "dims-2-pow-32-of-them": gguf([name], [text("w") + struct.pack("<I", 2**32 - 1)], bytes(8)),
    "row-no-multiple-of-block": gguf([name], [tensor("w", [33], 2)], bytes(64)),
    "type-unknown": gguf([name], [tensor("w", [2], 1000)], bytes(8)),
    "offset-2-pow-63": gguf([name], [tensor("w", [2], offset=2**63)], bytes(8)),
    "offset-past-the-end": gguf([name], [tensor("w", [2], offset=64)], bytes(8)),
    "offset-off-alignment": gguf([name], [tensor("w", [2], offset=4)], bytes(12)),
    "overlapping": gguf([name], [tensor("v", [16]), tensor("w", [2], offset=32)], bytes(64)),
    "alignment-zero": gguf([kv("general.alignment", U32, bytes(4))], [flat], bytes(8)),
    "alignment-three": gguf([kv("general.alignment", U32, b"\3\0\0\0")], [flat], bytes(8)),
    "alignment-2-pow-31": gguf([kv("general.alignment", U32, b"\0\0\0\x80")], [flat], bytes(8)),
    "alignment-text": gguf([kv("general.alignment", STRING, text("32"))], [flat], bytes(8)),
}.items():
    write(f"{file}.gguf", data)
