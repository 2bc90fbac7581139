"""What the sheets of a workbook in the older binary form (.xls) say of their cells, which no reader gives."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

Place = tuple[int, int]  # row and column, from 0
OLE = b"\xd0\xcf\x11\xe0"


@dataclass(slots=True)
class Measured:
    """What a sheet says of its cells: errors with their text, formulas without a value, hidden rows; and how
    many cells its rectangle has and how many are there, with those of the sheets before it."""

    errors: dict[Place, str] = field(default_factory=dict)
    without_value: set[Place] = field(default_factory=set)
    hidden: set[int] = field(default_factory=set)
    cells: int = 0
    filled: int = 0


_XLS_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_BOUND, _STOP, _FORMULA_CELL, _STRING, _ERROR_CELL, _ROW_OF, _PAGE, _LOCKED = (
    *(0x85, 0x0A, 0x06, 0x207, 0x205, 0x208, 0x42, 0x2F),
)


def measure_xls(content: bytes) -> dict[str, Measured]:
    """The same of a workbook in the older binary form, from its records ([MS-XLS] 2.4); its sheets have at
    most 65,536 rows and 256 columns. Raises ValueError, struct.error, IndexError over what is not whole."""
    stream = _stream_of_workbook(content)
    found: dict[str, Measured] = {}
    page, wide = "cp1252", True
    for kind, data in _records(stream, 0):
        if kind == 0x809:
            wide = data[:2] == b"\0\x06"  # names of two bytes a sign
        elif kind == _PAGE:
            page = f"cp{int.from_bytes(data[:2], 'little')}"
        elif kind == _LOCKED:
            return {}
        elif kind == _BOUND:
            name = data[8:] if wide else data[7:]
            coding = ("utf-16-le" if data[7] & 1 else "latin-1") if wide else page
            found[name.decode(coding)] = _measure_records(stream, int.from_bytes(data[:4], "little"))
    return found


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Records from a place to the end of its part, charts within it passed over."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        depth += (kind == 0x809) - (kind == _STOP)
        if depth <= 1:
            yield kind, stream[at + 4 : at + 4 + length]
        if depth == 0:
            return
        at += 4 + length


def _measure_records(stream: bytes, at: int) -> Measured:
    found = Measured()
    waits: Place | None = None  # a formula whose text the next record has
    for kind, data in _records(stream, at):
        if waits is not None and kind == _STRING and data[:2] != b"\0\0":
            found.without_value.discard(waits)
        if kind in (_FORMULA_CELL, _ERROR_CELL):
            waits = struct.unpack_from("<HH", data)
            if kind == _ERROR_CELL or data[12:14] == b"\xff\xff":
                value, is_error = (data[6], data[7]) if kind == _ERROR_CELL else (data[8], data[6] == 2)
                if is_error:
                    found.errors[waits] = _XLS_ERRORS.get(value, "#N/A")
                elif kind == _FORMULA_CELL and data[6] != 1:
                    found.without_value.add(waits)
        elif kind == _ROW_OF and data[12] & 0x20:
            found.hidden.add(int.from_bytes(data[:2], "little"))
    return found


def _stream_of_workbook(content: bytes) -> bytes:
    """The stream Workbook (or Book) of a compound file ([MS-CFB] 2.2 to 2.6)."""
    power, small = struct.unpack_from("<HH", content, 30)
    first_of_list, least, first_small = struct.unpack_from("<I4xII", content, 48)
    if power not in (9, 12) or small != 6:
        raise ValueError("no compound file")
    size = 1 << power

    def sector(number: int) -> bytes:
        return content[(number + 1) * size : (number + 2) * size]

    def numbers(data: bytes) -> list[int]:
        return list(struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4]))

    def chain(first: int, following: list[int]) -> list[int]:
        met: dict[int, None] = {}
        while first < len(following) and first not in met:
            met[first] = None
            first = following[first]
        return list(met)

    fat_at = numbers(content[76:512])
    (more,) = struct.unpack_from("<I", content, 68)
    seen: set[int] = set()
    while more < len(content) // size and more not in seen:
        seen.add(more)
        *part, more = numbers(sector(more))
        fat_at += part
    fat = [each for number in fat_at if number < len(content) // size for each in numbers(sector(number))]
    entries = b"".join(map(sector, chain(first_of_list, fat)))
    streams = {}
    for at in range(0, len(entries) - 127, 128):
        name = entries[at : at + max(0, entries[at + 64] - 2)].decode("utf-16-le", "replace").lower()
        streams[name] = struct.unpack_from("<II", entries, at + 116)
    root, (first, length) = streams["root entry"], streams.get("workbook") or streams["book"]
    if length >= least:
        return b"".join(map(sector, chain(first, fat)))[:length]
    held = b"".join(map(sector, chain(root[0], fat)))
    links = [each for number in chain(first_small, fat) for each in numbers(sector(number))]
    return b"".join(held[number * 64 : number * 64 + 64] for number in chain(first, links))[:length]
