"""The shipped tables are what the build makes of the reference; the build refuses odd sources."""

import gzip
import hashlib

import pytest

from drgsim._paths import data_path
from drgsim.errors import FileFormatError
from tools.codes import build, main

TABLES = {
    "diagnosis.csv",
    "procedure.csv",
    "clinical_to_insurance_diagnosis.csv",
    "clinical_to_insurance_procedure.csv",
}


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.shared
def test_a_rebuild_gives_the_shipped_bytes(shared, tmp_path):
    assert main(["--reference", str(shared / "reference"), "--target", str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == TABLES
    for name in TABLES:
        assert digest(tmp_path / name) == digest(data_path("catalogues", name)), name


def write_reference(folder, *, names="A00,霍乱\nA01,伤寒\n", gray="A01\n", changed="A02,A01\n"):
    catalogues = folder / "catalogues"
    catalogues.mkdir()
    for source in ("icd10", "icd9cm3"):
        for name, text in {
            f"yb2_{source}_names.csv.gz": "code,name\n" + names,
            f"{source}_map_gl_to_yb2.csv.gz": "from,to\n" + changed,
        }.items():
            (catalogues / name).write_bytes(gzip.compress(text.encode()))
        (catalogues / f"{source}_gray_codes.txt").write_text(gray, encoding="utf-8")
    return folder


def test_tables_are_sorted_and_identities_left_out(tmp_path):
    reference = write_reference(tmp_path, names="A01,伤寒\nA00,霍乱\n", changed="A02,A01\nA00, A00\n")
    written = build(reference, tmp_path / "out")
    assert written[0].read_text(encoding="utf-8") == "code,name,gray\nA00,霍乱,0\nA01,伤寒,1\n"
    assert written[1].read_text(encoding="utf-8") == "clinical,insurance\nA02,A01\n"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"names": "A00,霍乱\nA00,伤寒\n", "gray": ""}, "doubled"),
        ({"names": "A00,霍乱\nA01,\n"}, "empty"),
        ({"names": 'A00,"霍乱, 古典"\nA01,伤寒\n'}, "comma"),
        ({"gray": "B99\n"}, "gray codes"),
        ({"changed": "A02,B99\n"}, "leads out"),
    ],
)
def test_an_odd_source_is_refused(tmp_path, wrong, message):
    with pytest.raises(FileFormatError, match=message):
        build(write_reference(tmp_path, **wrong), tmp_path / "out")
