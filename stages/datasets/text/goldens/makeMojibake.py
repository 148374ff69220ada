"""Writes mojibake.json: sound texts, what they become when their UTF-8 is misread, and what ftfy makes of that.

Run with ftfy 6.3.1: python3 makeMojibake.py
"""

import json
import pathlib

import ftfy

SOUND = {
    "de": "Die Straße führt über eine schöne Brücke; der Zug fährt um fünf nach Köln.",
    "fr": "L’élève a mangé une crêpe à la crème près du château – c’était délicieux…",
    "es": "¿Dónde está el niño? Mañana será otro día en España, señor Muñoz.",
    "pt": "A ação começou às três da manhã, não há razão para discussões.",
    "pl": "Zażółć gęślą jaźń, powiedział pan Wójcik z Łodzi.",
    "cs": "Příliš žluťoučký kůň úpěl ďábelské ódy.",
    "sv": "Flygande bäckasiner söka hwila på mjuka tuvor i Malmö.",
    "ru": "Съешь же ещё этих мягких французских булок, да выпей чаю.",
    "uk": "Щастям б’єш жук їх глицю в фон й ґедзь пріч.",
    "el": "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία.",
    "zh": "今天天气很好，我们去公园散步。",
    "ja": "東京は日本の首都です。ありがとう。",
    "ko": "안녕하세요, 만나서 반갑습니다.",
    "ar": "مرحبا بالعالم، كيف حالك اليوم؟",
    "he": "שלום עולם, מה שלומך היום?",
    "hi": "नमस्ते दुनिया, आप कैसे हैं?",
    "th": "สวัสดีชาวโลก",
    "tr": "Pijamalı hasta yağız şoföre çabucak güvendi.",
    "en": "It’s “quoted” text — with dashes, ellipses… and a café’s naïve résumé for €20.",
    "emoji": "Great job 👍🏽 and thanks 😀 see you 🎉",
    "one": "We met in a café yesterday.",
    "symbols": "Price: £20 ± 5 %, temperature 21 °C, § 5, © 2026 Acme®",
}
# Sound texts that look like misread ones to careless eyes.
TRAPS = [
    "Nous étions là : « voilà… » dit-il, et « café… » aussi.",
    "CAFÉ® is a mark of NESTLÉ™, see §5 – À PROPOS",
    "Ãlvaro wrote Ângela’s name in São Tomé",
    "Das kostet 5€… und GRÖßE™ zählt",
    "РФ» и СССР… это «Россия»",
    "x ≈ 3 √2, ∂f/∂x ≠ 0, –ü is no word",
    "voilà…” said the café…” owner",
    "Ð is eth and Þ is thorn in Íslensku",
    "Ő, Ű and ő, ű are Hungarian: Győr, Fűszer",
    "50 % ± 3 ¢ · ½ cup, ¾ l, 20°",
]
ENCODINGS = ["sloppy-windows-1252", "latin-1", "sloppy-windows-1251", "macroman", "sloppy-windows-1250", "iso-8859-2"]


def misread(text: str, encoding: str) -> str | None:
    try:
        return text.encode("utf-8").decode(encoding)
    except UnicodeDecodeError:
        return None


cases = []
for name, text in SOUND.items():
    cases.append({"name": name, "encoding": None, "text": text, "sound": text})
    for encoding in ENCODINGS:
        once = misread(text, encoding)
        if once is None or once == text:
            continue
        cases.append({"name": name, "encoding": encoding, "text": once, "sound": text})
        twice = misread(once, encoding)
        if twice is not None and encoding == "sloppy-windows-1252":
            cases.append({"name": name, "encoding": f"{encoding} twice", "text": twice, "sound": text})
    mixed = misread(text, "sloppy-windows-1252")
    if mixed is not None and mixed != text:
        sound = f"Früher schrieb er „grüße“. {text}"
        cases.append({"name": name, "encoding": "mixed", "text": f"Früher schrieb er „grüße“. {mixed}", "sound": sound})
for text in TRAPS:
    cases.append({"name": "trap", "encoding": None, "text": text, "sound": text})
for case in cases:
    case["ftfy"] = ftfy.fix_encoding(case["text"]) == case["sound"]
path = pathlib.Path(__file__).with_name("mojibake.json")
path.write_text(json.dumps({"ftfy": ftfy.__version__, "cases": cases}, ensure_ascii=True, indent=1) + "\n")
