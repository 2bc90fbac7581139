"""The shipped packs are what the neutral tables say, byte for byte."""

import csv
from dataclasses import replace

import pytest

from drgsim._paths import data_path
from drgsim.errors import NotFoundError
from drgsim.schemes.import_tables import import_tables
from drgsim.schemes.metadata import folder_name, read_metadata
from drgsim.schemes.registry import load
from tests.schemes.example import write_tables
from tools.schemes import build, main, table_folder

SHIPPED = sorted(read_metadata(path.parent).id for path in data_path("schemes").glob("*/scheme.toml"))
META = ("id", "title", "version", "base", "switches", "switch_sources", "departures")


@pytest.fixture
def packs(tmp_path):
    """Two packs to build, one an overlay on the other, and their tables."""
    write_tables(tmp_path / "tables" / "one_1")
    write_tables(tmp_path / "tables" / "two_1_5", mcc="code,exclusion_table\nJ96.000,13\n")
    (tmp_path / "tables" / "corrections.csv").write_text(
        "scheme,item,source,corrected,evidence\ntwo_1_5,MCC,12,13,because\n", encoding="utf-8"
    )
    for id, base in (("one-1", ""), ("two-1.5", 'base = "one-1"\n')):
        folder = tmp_path / "packs" / folder_name(id)
        folder.mkdir(parents=True)
        (folder / "scheme.toml").write_text(f'id = "{id}"\n{base}', encoding="utf-8")
    return tmp_path


def files(folder):
    """The bytes of every file below `folder`, by its path there."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_a_pack_is_built_after_its_base(packs):
    made = build(packs / "tables", packs / "packs", packs / "out", ["two-1.5"])
    assert [scheme.id for scheme in made] == ["one-1", "two-1.5"]
    assert made[1].departures[0].here == "13"
    text = (packs / "out" / "two-1_5" / "severity.txt").read_text(encoding="utf-8")
    assert text.splitlines()[1:] == ["MCC/12 drop", "MCC/13 diagnosis", "  J96.000"]


def test_building_again_changes_nothing(packs):
    out = packs / "packs"
    build(packs / "tables", out, out)
    before = files(out)
    build(packs / "tables", out, out)
    assert files(out) == before


def test_an_unknown_pack_is_named(packs):
    with pytest.raises(NotFoundError, match=r"did you mean 'two-1\.5'"):
        build(packs / "tables", packs / "packs", packs / "out", ["two-1.4"])


def test_the_folder_of_tables_of_an_id():
    assert table_folder("chs-drg-1.1-opendrg") == "chs_drg_1_1_opendrg"


@pytest.mark.slow
@pytest.mark.shared
def test_the_shipped_packs_are_rebuilt_byte_for_byte(shared, tmp_path):
    """Each pack is read back and compared with its tables as it is written; here its bytes are too."""
    main(["--reference", str(shared / "reference"), "--out", str(tmp_path)])
    rebuilt, shipped = files(tmp_path), files(data_path("schemes"))
    del shipped["editions.toml"]
    assert rebuilt.keys() == shipped.keys()
    assert [path for path in rebuilt if rebuilt[path] != shipped[path]] == []


@pytest.mark.shared
@pytest.mark.parametrize("id", ["chs-drg-1.1-opendrg", "zhejiang-2022"])
def test_a_pack_is_exactly_its_neutral_tables(shared, id):
    """Schemes reference: rows, rules, lists, severity and exclusion. The slow test above does it for all."""
    scheme = load(id)
    tables = import_tables(shared / "reference" / "schemes" / table_folder(id), id=id, title=scheme.title)
    metadata = {name: getattr(scheme, name) for name in scheme.__dataclass_fields__ if name in META}
    facts = ("mdcs", "adrgs", "drgs", "sets", "cc", "mcc", "exclusion")
    imported = replace(tables, **metadata)
    assert all(getattr(imported, name) == getattr(scheme, name) for name in facts)


@pytest.mark.shared
def test_every_reference_scheme_is_shipped_with_its_numbers(shared):
    """Schemes reference, schemes.csv: number of MDC, ADRG and DRG of each."""
    with (shared / "reference" / "schemes" / "schemes.csv").open(encoding="utf-8", newline="") as file:
        listed = {row["scheme"]: row for row in csv.DictReader(file)}
    assert "chs_drg_3_0" not in listed  # which has a folder of its own
    assert {table_folder(id) for id in SHIPPED} - {"chs_drg_3_0"} == listed.keys()
    for id in ("chs-drg-2.0", "guangxi-2022", "yinchuan-2023"):
        row = listed[table_folder(id)]
        counts = {
            name: int(row[column]) for name, column in (("mdc", "mdc"), ("adrg", "adrg"), ("drg", "drg"))
        }
        assert load(id).counts == {**counts, "ambiguous": int(row["qy"])}


def test_the_packs_stay_small():
    assert sum(map(len, files(data_path("schemes")).values())) < 4_000_000
