"""Broken files: one paragraph that says what is wrong and what to do, by call and by command."""

import gzip
import io
import struct
import zipfile
from contextlib import suppress

import pandas as pd
import pytest
import xlsxwriter

from drgsim import read_cases
from drgsim.cli import main
from drgsim.errors import DrgsimError

TEXT = "case_id,age,diagnoses\n" + "".join(f"{n},{n % 99},I10.x00|J18.900\n" for n in range(500))


def xlsx():
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        book.add_worksheet().write_row(0, 0, ["case_id", "diagnoses"])
    return stream.getvalue()


def parquet():
    stream = io.BytesIO()
    pd.DataFrame({"case_id": ["1"], "diagnoses": ["I10.x00"]}).to_parquet(stream)
    return stream.getvalue()


def archive():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr("cases.csv", TEXT)
    return stream.getvalue()


def locked_workbook():
    """A compound file whose directory holds an `EncryptedPackage`, as a workbook with a password does."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<IIIIIIIIII", header, 40, 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0)
    struct.pack_into("<109I", header, 76, 0, *[0xFFFFFFFF] * 108)
    table = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *[0xFFFFFFFF] * 126)
    entries = b""
    for name, kind in (("Root Entry", 5), ("EncryptedPackage", 2), ("EncryptionInfo", 2), ("", 0)):
        raw = name.encode("utf-16-le")
        links = struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, 1 if kind == 5 else 0xFFFFFFFF)
        entry = raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw) + 2 if raw else 0, kind, 1) + links
        entries += entry.ljust(116, b"\0") + struct.pack("<IQ", 0xFFFFFFFE, 0)
    return bytes(header) + table + entries


BROKEN = {
    "empty.csv": (b"", "empty"),
    "blank.csv": (b"\n \n\t\n", "empty"),
    "empty.xlsx": (b"", "empty"),
    "cut.xlsx": (xlsx()[:700], "damaged or cut short"),
    "cut.parquet": (parquet()[:300], "damaged or cut short"),
    "cut.csv.gz": (b"\x1f\x8b\x08\0\0\0\0\0\0\xff\x4b", "damaged or cut short"),
    "archive.zip": (archive(), "zip archive"),
    "archive.xlsx": (archive(), "zip archive"),
    "locked.xlsx": (locked_workbook(), "password"),
    "old.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "damaged or cut short"),
    "page.xls": (b"<html><table><tr><td>1</td></tr></table>", "web page"),
    "binary.csv": (bytes(range(256)) * 20, "tried: UTF-8: fails at line 2; GB18030 .*: fails at line 2"),
    "latin.csv": (
        b"case_id,diagnoses,name\n1,I10.x00,Ren\xe9\n\xff\n",
        "UTF-8: fails at line 2; GB18030 .*: fails at line [23]; .*save it as CSV UTF-8",
    ),
    "marked.csv": (b"\xef\xbb\xbfcase_id,diagnoses\n\xff,I10.x00\n", "as its mark says: fails at line 2"),
    "late.csv": ((TEXT + "1,1,I10\0.x00\n").encode(), "NUL .* read as utf-8.*late.csv, line 502"),
    "utf16.csv": ("病案号,诊断编码\n1,I10.x00\n".encode("utf-16-le"), "NUL .*UTF-16 without its mark"),
    "headless.csv": (b"1,61,I10.x00\n2,62,I10.x00\n", "header row may be missing"),
    "other.csv": (b"date,price\n2024-01-05,3.2\n", "no known layout"),
    "open quote.csv": (TEXT.replace("7,7,I10", '7,7,"I10', 1).encode(), "never closed"),
    "huge cell.csv": (TEXT.replace("7,7,I10", f"7,7,{'I' * 200_000}", 1).encode(), "longer than"),
    "words.json": (b'{"hello": ', "damaged or cut short"),
    "numbers.json": (b"[1, 2, 3]", "no cases"),
    "dates.jsonl": (b'"2024-01-05"\n"2024-01-06"\n', "no cases"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_one_paragraph(name, file, capsys):
    content, words = BROKEN[name]
    path = file(name, content)
    with pytest.raises(DrgsimError, match=words) as caught:
        read_cases(path)
    assert name in str(caught.value)
    assert str(path.parent) not in str(caught.value)
    assert main(["check", str(path)]) == 3
    said = capsys.readouterr().err
    assert said.startswith("drgsim: [DS")
    assert said.count("\n") == 1


def test_no_message_shows_a_cell_of_a_case(file, capsys):
    main(["check", str(file("a.csv", "张三,110101199001011234,I10.x00\n"))])
    assert "张三" not in capsys.readouterr().err


def test_a_folder_without_files(tmp_path, capsys):
    (tmp_path / "notes.md").write_text("x")
    assert main(["check", str(tmp_path)]) == 3
    assert "no file of cases there" in capsys.readouterr().err


def test_a_file_that_is_not_there(file, tmp_path, capsys):
    file("cases_2024.csv", TEXT)
    assert main(["check", str(tmp_path / "cases_2042.csv")]) == 2
    assert "did you mean 'cases_2024.csv'" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.xlsx", "a.parquet", "a.json"])
def test_a_file_cut_anywhere_is_read_or_refused_but_never_crashes(name, file, tmp_path):
    whole = {"a.csv": TEXT.encode(), "a.csv.gz": gzip.compress(TEXT.encode()), "a.xlsx": xlsx(),
             "a.parquet": parquet(), "a.json": b'[{"case_id": "1", "diagnoses": "I10"}]'}[name]  # fmt: skip
    for place in range(0, len(whole), max(1, len(whole) // 12)):
        with suppress(DrgsimError):
            read_cases(file(name, whole[:place]))
