"""Writes pii.json: sentences with personal data, sentences with look-alikes, and what presidio's recognisers find in them.

Values come from python-stdnum (check digits) and phonenumbers (Google's example numbers and metadata), look-alikes from the
same generators with a broken check digit, and from numbers that people write for other things. Run with
presidio-analyzer 2.2.366, python-stdnum, phonenumbers 9.0.43: python3 makePii.py
"""

import json
import pathlib
import random

import phonenumbers
import presidio_analyzer.predefined_recognizers as recognisers
import stdnum.cn.ric
import stdnum.de.idnr
import stdnum.fr.nir
import stdnum.iso7064.mod_11_10
import stdnum.iso7064.mod_97_10
import stdnum.luhn
import tldextract

# The list of public suffixes that the package carries: nothing is fetched.
tldextract.extract = tldextract.TLDExtract(suffix_list_urls=())

draw = random.Random(20261124)
digits = lambda count: "".join(draw.choice("0123456789") for _ in range(count))  # noqa: E731
PER_KIND = 40
SENTENCES = [
    "Please note {} for the file.",
    "It is {}, as agreed.",
    "({}) was entered by the clerk",
    "Ihre Angabe: {}\nMit freundlichen Grüßen",
    "我的号码是{}，谢谢。",
]


def email():
    user = draw.choice(["anna.berg", "j_doe+news", "li.wei88", "o'neil", "m-schmidt", "Ren%C3", "x"])
    host = draw.choice(["example.com", "mail.example.co.uk", "firma-gmbh.de", "uni.edu.cn", "exämple.fr"])
    return f"{user}@{host}"


def not_email():
    return draw.choice(["user@localhost", "@handle", "a@@b.com", "price @ 5.00", "foo@bar", "me..you@", "x@y.1", "git@:repo"])


def card(valid=True):
    prefix, length = draw.choice([("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("34", 15), ("37", 15), ("6011", 16), ("3528", 16), ("62", 16)])
    body = prefix + digits(length - len(prefix) - 1)
    check = stdnum.luhn.calc_check_digit(body)
    if not valid:
        check = str((int(check) + draw.randint(1, 9)) % 10)
    number = body + check
    mark = draw.choice(["", " ", "-"])
    groups = [number[:4], number[4:10], number[10:]] if length == 15 else [number[i : i + 4] for i in range(0, 16, 4)]
    return mark.join(groups)


def iban(valid=True):
    country, bban = draw.choice(
        [("DE", digits(18)), ("FR", digits(20) + "A" + digits(2)), ("GB", "NWBK" + digits(14)), ("NL", "ABNA" + digits(10)), ("CH", digits(17)), ("ES", digits(20)), ("PL", digits(24))]
    )
    check = stdnum.iso7064.mod_97_10.calc_check_digits(bban + country)
    if not valid:
        check = f"{(int(check) + draw.randint(1, 90)) % 97 + 2:02d}"
        if stdnum.iso7064.mod_97_10.checksum(bban + country + check) == 1:
            return iban(False)
    code = country + check + bban
    return " ".join(code[i : i + 4] for i in range(0, len(code), 4)) if draw.random() < 0.6 else code


def ip():
    four = ".".join(str(draw.randint(1, 255)) for _ in range(4))
    six = ":".join(f"{draw.randint(0, 65535):x}" for _ in range(8))
    return draw.choice([four, four, six, "2001:db8::" + f"{draw.randint(1, 65535):x}", "fe80::1"])


def not_ip():
    return draw.choice(["1.2.3", "256.1.2.300", "1.2.3.4.5", "12:30:45", "10:20", "std::vector", "a::b::c", "1.2.3.999", "::"])


def ssn():
    area = draw.choice([n for n in range(1, 900) if n != 666])
    return f"{area:03d}-{draw.randint(1, 99):02d}-{draw.randint(1, 9999):04d}"


def not_ssn():
    return draw.choice([f"000-{digits(2)}-{digits(4)}", f"666-{digits(2)}-{digits(4)}", f"9{digits(2)}-12-{digits(4)}", f"123-00-{digits(4)}", "123-45-0000", f"{digits(4)}-{digits(2)}-{digits(4)}", "078-05-1120"])


def tax_id(valid=True):
    while True:
        pool = draw.sample("0123456789", 9)
        body = pool + [draw.choice(pool)]
        draw.shuffle(body)
        body = "".join(body)
        if body[0] != "0":
            break
    check = stdnum.iso7064.mod_11_10.calc_check_digit(body)
    if not valid:
        check = str((int(check) + draw.randint(1, 9)) % 10)
    number = body + check
    assert stdnum.de.idnr.is_valid(number) == valid
    return number if draw.random() < 0.5 else f"{number[:2]} {number[2:5]} {number[5:8]} {number[8:]}"


def resident_id(valid=True):
    body = draw.choice(["110105", "310104", "440305", "510107"]) + f"{draw.randint(1940, 2015)}{draw.randint(1, 12):02d}{draw.randint(1, 28):02d}{digits(3)}"
    check = stdnum.cn.ric.calc_check_digit(body + "0")
    if not valid:
        check = draw.choice([c for c in "0123456789X" if c != check])
    return body + check


def nir(valid=True):
    body = f"{draw.choice('12')}{draw.randint(0, 99):02d}{draw.randint(1, 12):02d}{draw.choice([f'{draw.randint(1, 95):02d}', '2A', '2B'])}{digits(3)}{draw.randint(1, 999):03d}"
    key = stdnum.fr.nir.calc_check_digits(body)
    if not valid:
        key = f"{(int(key) + draw.randint(1, 90)) % 97 + 1:02d}"
        if stdnum.fr.nir.is_valid(body + key):
            return nir(False)
    number = body + key
    return number if draw.random() < 0.5 else f"{number[0]} {number[1:3]} {number[3:5]} {number[5:7]} {number[7:10]} {number[10:13]} {number[13:]}"


def nino(valid=True):
    first, second = ("ABCEGHJKLMNOPRSTWXYZ".replace("O", ""), "ABCEGHJKLMNPRSTWXYZ")
    while True:
        prefix = draw.choice(first) + draw.choice(second)
        if prefix not in ("BG", "GB", "NK", "KN", "TN", "NT", "ZZ"):
            break
    if not valid:
        prefix = draw.choice(["BG", "GB", "DA", "QQ", "AO", "ZZ", "FY", "UV"])
    body = digits(6)
    suffix = draw.choice("ABCD" if valid else "EFGZ")
    return prefix + body + suffix if draw.random() < 0.5 else f"{prefix} {body[:2]} {body[2:4]} {body[4:]} {suffix}"


REGIONS = ["US", "DE", "FR", "GB", "CN", "CA", "ES", "IT", "JP", "BR"]


def phone():
    region = draw.choice(REGIONS)
    kind = draw.choice([phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE])
    example = phonenumbers.example_number_for_type(region, kind)
    # The example with its last digits drawn, where that is valid; else as it is.
    number = phonenumbers.PhoneNumber()
    number.merge_from(example)
    for _ in range(100):
        number.national_number = int(str(example.national_number)[:-4] + digits(4))
        if phonenumbers.is_valid_number(number):
            break
    else:
        number.national_number = example.national_number
    national_forms = region in ("US", "DE", "FR", "GB", "CN", "CA") and draw.random() < 0.5
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, form.NATIONAL if national_forms else draw.choice([form.INTERNATIONAL, form.E164]))


def not_phone():
    return draw.choice(
        ["2026-11-24", "24.11.2026 10:30", digits(6), "1 234 567", "12,345,678", "978-3-16-148410-0", f"order {digits(10)}", "1.2.3.4", f"{digits(4)} {digits(4)}", "100-200 pieces", f"#{digits(8)}", "3.14159265358", "2019/2020", f"id={digits(12)}", "10 000 000"]
    )


KINDS = {
    "email": (email, not_email, ["EmailRecognizer"]),
    "phone": (phone, not_phone, ["PhoneRecognizer"]),
    "card": (card, lambda: card(False), ["CreditCardRecognizer"]),
    "iban": (iban, lambda: iban(False), ["IbanRecognizer"]),
    "ip": (ip, not_ip, ["IpRecognizer"]),
    "us-ssn": (ssn, not_ssn, ["UsSsnRecognizer"]),
    "de-tax-id": (tax_id, lambda: tax_id(False), ["DeTaxIdRecognizer"]),
    "cn-resident-id": (resident_id, lambda: resident_id(False), []),
    "fr-nir": (nir, lambda: nir(False), []),
    "uk-nino": (nino, lambda: nino(False), ["UkNinoRecognizer"]),
}
# Presidio raises scores by words around; a lone pattern of an identity number starts below 0.5.
SCORE_MIN = 0.3


def presidio_finds(names, text, start, end):
    if not names:
        return None
    for name in names:
        recogniser = getattr(recognisers, name)(supported_regions=REGIONS) if name == "PhoneRecognizer" else getattr(recognisers, name)()
        for result in recogniser.analyze(text, recogniser.supported_entities, None) or []:
            if result.score >= SCORE_MIN and result.start < end and start < result.end:
                return True
    return False


cases = []
for kind, (true_value, look_alike, names) in KINDS.items():
    for positive, make in ((True, true_value), (False, look_alike)):
        for _ in range(PER_KIND):
            value = make()
            sentence = draw.choice(SENTENCES)
            start = sentence.index("{}")
            text = sentence.format(value)
            units = lambda part: len(part.encode("utf-16-le")) // 2  # noqa: E731
            cases.append(
                {
                    "kind": kind,
                    "positive": positive,
                    "text": text,
                    "start": units(text[:start]),
                    "end": units(text[: start + len(value)]),
                    "presidio": presidio_finds(names, text, start, start + len(value)),
                }
            )
path = pathlib.Path(__file__).with_name("pii.json")
path.write_text(json.dumps(cases, ensure_ascii=False, separators=(",", ":")).replace("},{", "},\n{") + "\n")
