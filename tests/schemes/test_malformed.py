"""Damaged packs, tables and workbooks are refused by an error of drgsim's own, never by a crash.

DRGSIM_FUZZ_SECONDS makes it go on for that long; without it a second or so.
"""

import os
import random
import time

from drgsim.errors import DrgsimError
from drgsim.schemes.check import problems
from drgsim.schemes.import_tables import import_tables
from drgsim.schemes.pack import read_pack
from drgsim.schemes.pack_write import write_pack
from drgsim.schemes.scheme import Scheme
from tests.schemes.example import OVERLAY, SMALL, write_tables
from tests.schemes.workbooks import SHEETS, write_workbook

SECONDS = float(os.environ.get("DRGSIM_FUZZ_SECONDS", "0"))
PIECES = [
    "",
    ",",
    '"',
    "\n",
    "\r\n",
    "\0",
    "DI_BB1",
    "add",
    "drop",
    "-",
    "=",
    "9",
    '"""',
    "é",
    "\ufeff",
    " ",
    "\t",
]
PIECES += ["#", "MDCB", "BR1", "TRUE", "x" * 50, "[", "]"]
CELLS = ["", None, 0, 1.5, "MDCB", "X00", "ZYZD in X", "MCC", True, "EX_9", "\ufeff", "nan", -1, "BQY", '"']


def attempts(rounds):
    """At least so many rounds, and as many as fit into the time that was asked for."""
    until = time.monotonic() + SECONDS
    while rounds > 0 or time.monotonic() < until:
        yield
        rounds -= 1


def read_or_refused(read):
    try:
        return problems(read())
    except DrgsimError as error:
        return str(error)


def test_damaged_files(tmp_path):
    whole = write_pack(SMALL, tmp_path / "whole")
    overlay = write_pack(OVERLAY, tmp_path / "overlay", base=SMALL)
    tables = write_tables(tmp_path / "tables")
    readers = {
        whole: lambda: read_pack(Scheme, whole),
        overlay: lambda: read_pack(Scheme, overlay, base=SMALL),
        tables: lambda: import_tables(tables, id="t", title="t", universe=("I60.000", "96.7200")),
    }
    chance = random.Random(20240723)
    for _ in attempts(150):
        folder = chance.choice(list(readers))
        path = chance.choice(sorted(folder.iterdir()))
        good = path.read_bytes()
        damaged = bytearray(good)
        for _ in range(chance.randrange(1, 4)):
            start = chance.randrange(len(damaged) + 1)
            damaged[start : start + chance.choice((0, 0, 1, 3, 10))] = chance.choice(PIECES).encode()
        path.write_bytes(damaged if chance.random() < 0.97 else chance.randbytes(30))
        read_or_refused(readers[folder])
        path.write_bytes(good)
    assert all(isinstance(read_or_refused(read), list) for read in readers.values())


def test_damaged_workbooks(tmp_path):
    chance = random.Random(20270101)
    path = tmp_path / "official.xlsx"
    for _ in attempts(20):
        sheets = {name: [list(row) for row in rows] for name, rows in SHEETS.items()}
        for _ in range(chance.randrange(1, 5)):
            row = chance.choice(chance.choice(list(sheets.values())))
            row[chance.randrange(len(row))] = chance.choice(CELLS)
        if chance.random() < 0.1:
            sheets[chance.choice(list(sheets))] = []
        write_workbook(path, **sheets)
        read_or_refused(lambda: Scheme.from_official_workbook(path, strict=False))
        read_or_refused(lambda: Scheme.from_official_workbook(path))
