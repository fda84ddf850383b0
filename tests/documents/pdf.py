"""Reading a PDF of ours as programs do: what it says, and how its parts are tagged."""

import re
import zlib
from collections.abc import Iterator

_STREAM = re.compile(rb"\n(\d+) 0 obj\n(<<.*?>>)\nstream\n(.*?)\nendstream", re.DOTALL)
_OBJECT = re.compile(rb"\n(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
_PLAIN = rb"[^()\\]|\\."
# A text may hold pairs of brackets, and pairs within them.
_TEXT = rb"(?:%b|\((?:%b|\((?:%b)*\))*\))*" % (_PLAIN, _PLAIN, _PLAIN)
_SHOWN = re.compile(rb"/(f\d+) [\d.]+ Tf|\((%b)\)" % _TEXT, re.DOTALL)
_INSTEAD = re.compile(
    rb"/Span<</ActualText(?:<FEFF(\w*)>|\((%b)\))>>BDC.*?EMC" % _TEXT, re.DOTALL
)
_MARK = re.compile(rb"/\w+ ?<<.*?>>\s*BDC", re.DOTALL)
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_SIGNS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def tags_of(made: bytes) -> list[str]:
    """The kinds of its parts, as screen readers are told them; in the order of the file."""
    return [name.decode() for name in re.findall(rb"/Type/StructElem/S/(\w+)", made)]


def words_of(made: bytes) -> str:
    """What it says, page by page, without blanks and the places where long words may break."""
    streams = {
        int(n): zlib.decompress(body)
        for n, about, body in _STREAM.findall(made)
        if b"FlateDecode" in about
    }
    objects = {int(n): body for n, body in _OBJECT.findall(made)}
    said = "".join(_page(body, objects, streams) for body in _pages(objects))
    return re.sub(r"[\s\u200b]", "", said)


def _pages(objects: dict[int, bytes]) -> Iterator[bytes]:
    return (body for body in objects.values() if re.search(rb"/Type/Page\b", body))


def _page(page: bytes, objects: dict[int, bytes], streams: dict[int, bytes]) -> str:
    content = streams[int(_one(rb"/Contents (\d+) 0 R", page))]
    fonts = _resources(page, objects)
    letters = {name: _letters(objects[number], streams) for name, number in fonts.items()}
    now: dict[int, str] = {}
    said, end = [], 0
    for instead in [*_INSTEAD.finditer(content), None]:
        part = content[end : instead.start() if instead else None]
        for found in _SHOWN.finditer(_MARK.sub(b"", part)):
            if found[1]:
                now = letters[found[1]]
                continue
            raw = _ESCAPED.sub(_unescaped, found[2])
            said += [now[int.from_bytes(raw[n : n + 2], "big")] for n in range(0, len(raw), 2)]
        if instead is not None:
            end = instead.end()
            said.append(_text(instead[1]) if instead[1] else (instead[2] or b"").decode())
    return "".join(said)


def _text(encoded: bytes) -> str:
    return bytes.fromhex(encoded.decode()).decode("utf-16-be")


def _resources(page: bytes, objects: dict[int, bytes]) -> dict[bytes, int]:
    reference = re.search(rb"/Resources (\d+) 0 R", page)
    resources = objects[int(reference[1])] if reference else page
    return {name: int(n) for name, n in re.findall(rb"/(f\d+) (\d+) 0 R", resources)}


def _letters(font: bytes, streams: dict[int, bytes]) -> dict[int, str]:
    table = streams[int(_one(rb"/ToUnicode (\d+) 0 R", font))]
    pairs = re.findall(rb"^<(\w{4})> <(\w+)>$", table, re.MULTILINE)
    return {int(glyph, 16): _text(text) for glyph, text in pairs}


def _unescaped(found: re.Match[bytes]) -> bytes:
    sign = found[1]
    return bytes([int(sign, 8)]) if sign.isdigit() else _SIGNS.get(sign, sign)


def _one(pattern: bytes, body: bytes) -> bytes:
    found = re.search(pattern, body)
    assert found is not None, pattern
    return found[1]
