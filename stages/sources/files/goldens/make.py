"""Writes the files of this folder and expected.json: what Python's readers find in them.

    pip install pypdf==7.1.1 python-docx soundfile pillow==13.0.0 reportlab pyarrow==26.0.1 && python make.py
"""
import csv
import datetime
import gzip
import hashlib
import io
import json
import pathlib
import tarfile
import zipfile

import docx
import numpy
import pyarrow
import pyarrow.parquet
import pypdf
import soundfile
from pypdf.actions import JavaScript
from PIL import ExifTags, Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

here = pathlib.Path(__file__).parent
expected = {}
sha256 = lambda data: hashlib.sha256(data).hexdigest()

# Rows
rows = [
    {"id": 1, "text": "Grüße, \"quoted\" and\ntwo lines", "label": "ham", "score": 0.1},
    {"id": 2, "text": "𝒳 beyond the BMP 😀", "label": "spam", "score": -1.5e-7},
    {"id": 3, "text": "", "label": "ham", "score": 12345678.25},
]
nested = {"meta": {"list": [1, {"a": "}]\\\""}], "n/a~b": "x"}, "data": {"a/b": [None, {"items": rows}]}, "end": "\\"}
(here / "nested.json").write_text(json.dumps(nested, indent=1, ensure_ascii=False))
(here / "list.json").write_text(json.dumps(rows))
expected["rows"] = rows
with open(here / "rows.csv", "w", newline="") as file:
    writer = csv.DictWriter(file, ["id", "text", "label", "score"])
    writer.writeheader()
    writer.writerows(rows)
with open(here / "rows.csv", newline="") as file:
    expected["csv"] = list(csv.DictReader(file))
table = pyarrow.table({
    "id": pyarrow.array([1, 2, 3], pyarrow.int64()),
    "text": [row["text"] for row in rows],
    "label": pyarrow.array([row["label"] for row in rows]).dictionary_encode(),
    "score": [row["score"] for row in rows],
    "tags": [["a", "b"], [], None],
    "from": [{"name": "Ada", "age": 36}, None, {"name": "Bob", "age": None}],
    "at": pyarrow.array([datetime.datetime(2026, 1, 2, 3, 4, 5), None, datetime.datetime(1970, 1, 1)], pyarrow.timestamp("ms")),
})
for compression in ("snappy", "zstd", "gzip"):
    pyarrow.parquet.write_table(table, here / f"{compression}.parquet", compression=compression, row_group_size=2)
expected["parquet"] = [
    {**row, "at": row["at"] and row["at"].isoformat(timespec="milliseconds") + "Z"}
    for row in pyarrow.parquet.read_table(here / "snappy.parquet").to_pylist()
]

# Documents
canvas = Canvas(str(here / "letter.pdf"), pagesize=A4, invariant=1)
for page in (["Dear Ada,", "the invoice of May is enclosed."], ["Second page", "Kind regards, Bob"]):
    for index, line in enumerate(page):
        canvas.drawString(72, 720 - 20 * index, line)
    canvas.showPage()
canvas.save()
expected["pdf"] = [page.extract_text() for page in pypdf.PdfReader(here / "letter.pdf").pages]
writer = pypdf.PdfWriter(clone_from=here / "letter.pdf")
writer.add_open_action(JavaScript("app.alert('not run')"))
writer.write(here / "script.pdf")
writer = pypdf.PdfWriter(clone_from=here / "letter.pdf")
writer.encrypt("secret")
writer.write(here / "encrypted.pdf")
document = docx.Document()
document.add_heading("Minutes", 1)
document.add_paragraph("Grüße – “quoted” & <tagged>")
document.add_paragraph("second").add_run(" bold").bold = True
cells = document.add_table(1, 2).rows[0].cells
cells[0].text, cells[1].text = "left", "right"
document.save(here / "minutes.docx")
read = docx.Document(here / "minutes.docx")
expected["docx"] = [p.text for p in read.paragraphs] + [c.text for t in read.tables for r in t.rows for c in r.cells]

# Pictures
pixels = numpy.zeros((40, 60, 3), numpy.uint8)
pixels[:, :, 0] = numpy.arange(60)
pixels[10:20, 10:20] = 255
picture = Image.fromarray(pixels)
exif = Image.Exif()
exif[ExifTags.Base.Orientation] = 6
exif[ExifTags.Base.ImageDescription] = "a cat on a mat"
exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:05:04 03:02:01"
exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "S", 2: (33.0, 51.0, 30.0), 3: "E", 4: (151.0, 12.0, 36.0)})
picture.save(here / "cat.jpg", exif=exif, quality=90)
for name in ("plain.png", "plain.webp", "plain.avif", "plain.tiff"):
    picture.save(here / name)
expected["images"] = {}
for name in ("cat.jpg", "plain.png", "plain.webp", "plain.avif", "plain.tiff"):
    with Image.open(here / name) as image:
        expected["images"][name] = {
            "format": image.format.lower(), "width": image.width, "height": image.height,
            "orientation": image.getexif().get(ExifTags.Base.Orientation, 1),
        }

# Sounds: a second at most of two tones, one a channel
expected["sounds"] = {}
for name, rate, options in (
    ("tone.wav", 16000, {"subtype": "PCM_16"}), ("tone24.wav", 44100, {"subtype": "PCM_24"}), ("float.wav", 8000, {"subtype": "FLOAT"}),
    ("tone.flac", 44100, {}), ("tone.ogg", 22050, {}), ("tone.mp3", 24000, {}),
):
    time = numpy.arange(rate // 4) / rate
    sound = 0.5 * numpy.stack([numpy.sin(2 * numpy.pi * 440 * time), numpy.sin(2 * numpy.pi * 880 * time)], 1)
    soundfile.write(here / name, sound, rate, **options)
    read, found = soundfile.read(here / name)
    expected["sounds"][name] = {
        "sampleRate": found, "channels": read.shape[1], "samples": read.shape[0],
        "rootMeanSquare": numpy.sqrt((read**2).mean(0)).tolist(), "some": read[1000:1008, 0].tolist(),
    }

# Archives
mail = b"Subject: Hello\n\nfrom an archive\n"
members = {"a/hello.eml": mail, "rows.jsonl": b'{"text":"one"}\n{"text":"two"}\n', "../up.txt": b"above", "/etc/passwd.txt": b"root"}
inner = io.BytesIO()
with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr(zipfile.ZipInfo("deep.txt"), b"deep")
members["inner.zip"] = inner.getvalue()
with zipfile.ZipFile(here / "members.zip", "w") as archive:
    for name, data in members.items():
        archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
with zipfile.ZipFile(here / "members.zip") as archive:
    expected["zip"] = {info.filename: sha256(archive.read(info)) for info in archive.infolist()}
longName = "long/" * 60 + "name.txt"
for name, format in (("gnu.tar.gz", tarfile.GNU_FORMAT), ("pax.tgz", tarfile.PAX_FORMAT)):
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=format) as archive:
        for member, data in {**members, longName: b"long", "ünï.txt": b"name"}.items():
            info = tarfile.TarInfo(member)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("link.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    (here / name).write_bytes(gzip.compress(raw.getvalue(), mtime=0))
    with tarfile.open(here / name) as archive:
        expected[name] = {
            info.name: sha256(archive.extractfile(info).read()) for info in archive.getmembers() if info.isfile()
        }
(here / "rows.csv.gz").write_bytes(gzip.compress((here / "rows.csv").read_bytes(), mtime=0))

(here / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
