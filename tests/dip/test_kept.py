"""What a DIP grouper keeps compiled: the same answers, or made anew."""

import os
import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from drgsim import DipCatalogue, DipGrouper
from drgsim.dip import grouper as module
from drgsim.dip.compile_bounds import FORM, ROWS, check_dip
from drgsim.dip.dip_errors import DipCatalogueError, DipCatalogueWarning
from drgsim.dip.kept import FORM as FORMAT
from drgsim.schemes.compiled import as_block, mapped, opened

LONG = "|".join(["73.5900"] * 70)  # more than the kernel takes
CASES = pd.DataFrame(
    {
        "diagnoses": ["K80.100|E11.900", "K80.100", "J18.900", "Z99", None, "O80.000", "I63.900|I10.x00"],
        "procedures": [
            "51.2300",
            "51.2300x001|87.5300",
            "",
            "51.2300",
            "51.2300",
            "|".join(["73.5900"] * 70),
            "x",
        ],
        "age": [50, 3, 80, 1, 2, 30, 70],
        "total_cost": [9e3, 1e4, 5e3, 1, 2, 3e3, 2e4],
    }
)


@pytest.fixture
def empty(tmp_path, monkeypatch):
    """A cache with nothing in it yet."""
    monkeypatch.setenv("DRGSIM_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def compiled(monkeypatch):
    """What was compiled."""
    done, compile_dip = [], module.compile_dip
    monkeypatch.setattr(
        module, "compile_dip", lambda prepared: done.append(prepared.catalogue.id) or compile_dip(prepared)
    )
    return done


def files(folder):
    return sorted(folder.glob(f"*-{FORMAT}.scheme"))


@pytest.mark.parametrize("name", ["example", "example-national", "example-learned"])
def test_a_kept_catalogue_answers_as_the_whole_one(empty, compiled, name):
    first, second = DipGrouper(name), DipGrouper(name)
    assert compiled == [name]
    whole = DipGrouper(DipCatalogue.load(name))
    assert "catalogue" not in vars(second)
    wanted = whole.group(CASES)
    for grouper in (first, second):
        found = grouper.group(CASES)
        pd.testing.assert_frame_equal(found, wanted)
        assert found.attrs == wanted.attrs
    assert set(wanted["status"]) > {"grouped"}
    case = CASES.iloc[0].dropna().to_dict()
    assert str(second.explain(case)) == str(whole.explain(case))
    assert repr(second) == repr(whole)


def test_rules_of_another_name_are_kept_apart(empty, compiled):
    for _ in range(2):
        for rules in ("base", "xiangyang"):
            assert DipGrouper("example", rules=rules).rules.id == rules
    assert compiled == ["example"] * 2
    assert len(files(empty)) == 2


def test_a_changed_table_is_compiled_anew(empty, compiled, tmp_path):
    folder = DipCatalogue.load("example").save(tmp_path / "mine")
    before = DipGrouper(folder).group(CASES, columns=["score"])
    kept = DipGrouper(folder)
    table = folder / "types.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("1180", "1190"), encoding="utf-8")
    after = DipGrouper(folder).group(CASES, columns=["score"])
    assert (before["score"][0], after["score"][0]) == (1180, 1190)
    assert compiled == ["example"] * 2
    with pytest.raises(DipCatalogueError, match="changed since"):
        _ = kept.catalogue


def test_what_loading_warns_of_is_told_every_time(empty, tmp_path):
    folder = DipCatalogue.load("example").save(tmp_path / "mine")
    with (folder / "types.csv").open("a", encoding="utf-8") as table:
        table.write("NOBODY," + "," * (table_columns(folder) - 2) + "\n")
    lines = (folder / "types.csv").read_text(encoding="utf-8").splitlines()
    place = lines[0].split(",").index("kind")
    cells = lines[-1].split(",")
    cells[place] = "core"
    (folder / "types.csv").write_text("\n".join([*lines[:-1], ",".join(cells)]) + "\n", encoding="utf-8")
    for _ in range(2):
        with pytest.warns(DipCatalogueWarning, match="doubtful"):
            DipGrouper(folder, strict=False)
    with pytest.raises(DipCatalogueError):
        DipGrouper(folder)
    assert not files(empty)


def table_columns(folder):
    return (folder / "types.csv").read_text(encoding="utf-8").splitlines()[0].count(",") + 1


@pytest.mark.parametrize("content", [b"", b"rubbish", None])
def test_a_damaged_file_is_replaced(empty, compiled, content):
    wanted = DipGrouper("example").group(CASES)
    (path,) = files(empty)
    path.write_bytes(path.read_bytes()[:-7] if content is None else content)
    for _ in range(2):
        pd.testing.assert_frame_equal(DipGrouper("example").group(CASES), wanted)
    assert compiled == ["example"] * 2


def test_a_swapped_file_answers_for_no_other_catalogue(empty, compiled):
    wanted = DipGrouper("example").group(CASES)
    (own,) = files(empty)
    DipGrouper("example-national")
    (other,) = {*files(empty)} - {own}
    own.write_bytes(other.read_bytes())
    pd.testing.assert_frame_equal(DipGrouper("example").group(CASES), wanted)
    assert compiled == ["example", "example-national", "example"]


@pytest.mark.skipif(os.name == "nt", reason="no such rights on this system")
@pytest.mark.parametrize("who", ["folder", "file"])
def test_what_others_may_write_to_is_not_believed(empty, compiled, who):
    DipGrouper("example")
    (path,) = files(empty)
    (path if who == "file" else path.parent).chmod(0o777)
    DipGrouper("example")
    assert compiled == ["example"] * 2


def test_a_cache_that_cannot_be_written_is_no_error(empty, compiled):
    empty.write_text("in the way")
    for _ in range(2):
        assert DipGrouper("example").ready.id == "example"
    assert compiled == ["example"] * 2


def test_classes_of_ones_own_are_not_kept(empty):
    DipGrouper("example", classes=DipGrouper("example").classes)
    assert len(files(empty)) == 1


def test_a_kept_grouper_travels_whole(empty):
    DipGrouper("example")
    there = pickle.loads(pickle.dumps(DipGrouper("example")))
    pd.testing.assert_frame_equal(there.group(CASES), DipGrouper("example").group(CASES))


INDEXES = {
    **dict.fromkeys(ROWS, 10**6),
    **dict.fromkeys(("key_type", "term_set", "lookup_key", "proc_list", "key_exact", "cond_index"), 10**6),
    **dict.fromkeys(("stage_pool", "fallback_pool", "cond_from", "proc_class", "key_class"), 100),
    "lookup_span": 10**6,
}


@pytest.fixture(scope="module")
def tables():
    return DipGrouper(DipCatalogue.load("example-national")).compiled


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("name", sorted(INDEXES))
def test_an_index_that_points_outside_is_refused(tables, name, sign):
    if name == "fallback_pool":  # the national rules fall back on none
        tables = DipGrouper("example", rules="xiaogan").compiled
    books = {"diagnoses": len(tables.tables["excluded_dx"]), "procedures": len(tables.tables["proc_note"])}
    check_dip(tables, **books)
    array = tables.tables[name].copy()
    array.flat[array.size // 2] = sign * INDEXES[name]
    with pytest.raises(ValueError, match=r"points outside|ascend|no room"):
        check_dip(replace(tables, tables={**tables.tables, name: array}), **books)


@pytest.mark.parametrize("name", sorted({each for names in FORM.values() for each in names}))
def test_a_table_that_is_missing_or_of_another_form_is_refused(tables, name):
    books = {"diagnoses": len(tables.tables["excluded_dx"]), "procedures": len(tables.tables["proc_note"])}
    for array in (None, tables.tables[name].astype(np.float32), tables.tables[name].reshape(1, -1)):
        with pytest.raises(ValueError, match=name):
            check_dip(replace(tables, tables={**tables.tables, name: array}), **books)


@pytest.mark.parametrize("name", ["places.dip_name", "words.type_of", "own.factors", "words.cut"])
def test_a_file_that_says_what_is_no_word_is_made_anew(empty, compiled, name):
    wanted = DipGrouper("example").group(CASES)
    (path,) = files(empty)
    found = opened(mapped(path), FORMAT)
    other = found.arrays[name][:-1] if name == "words.cut" else found.arrays[name] + 10**6
    path.write_bytes(as_block(FORMAT, found.head, {**found.arrays, name: other}, found.made_from))
    pd.testing.assert_frame_equal(DipGrouper("example").group(CASES), wanted)
    assert compiled == ["example"] * 2
