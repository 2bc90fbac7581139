"""Schemes are found by id, by family and day, by folder; the shipped ones are what they say."""

import os
import subprocess
import sys
import warnings
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

import drgsim
from drgsim import Scheme, sources
from drgsim._paths import data_path
from drgsim.errors import ArgumentError, NotFoundError
from drgsim.schemes.identity import pack_hash
from drgsim.schemes.metadata import folder_name, read_metadata
from drgsim.schemes.pack_write import write_pack
from drgsim.schemes.registry import chain, english_title, files_hash, list_schemes, load
from drgsim.schemes.scheme_errors import PackError, SchemeWarning
from tests.schemes.example import OVERLAY, SMALL

FOLDERS = sorted(path.parent for path in data_path("schemes").glob("*/scheme.toml"))
SHIPPED = sorted(read_metadata(folder).id for folder in FOLDERS)


@pytest.fixture
def own_packs(tmp_path, monkeypatch):
    """A folder of packs of the user's: small-1 and its overlay small-2."""
    write_pack(SMALL, tmp_path / "small-1")
    write_pack(OVERLAY, tmp_path / "another-name", base=SMALL)
    monkeypatch.setenv("DRGSIM_SCHEMES", str(tmp_path))
    return tmp_path


@pytest.fixture
def no_packs(monkeypatch):
    monkeypatch.setenv("DRGSIM_SCHEMES", "")


def test_every_shipped_pack_is_listed_with_its_trust(no_packs):
    table = drgsim.schemes()
    assert table["id"].tolist() == SHIPPED
    assert len(table) == 35
    assert set(table["trust"]) == {"secondary"}
    assert (table["title"] != "").all()
    assert (table["title_en"] != "").all()
    assert english_title("chs-drg-2.0") == "CHS-DRG 2.0"
    assert english_title("chs-drg-9.9") == ""


def test_the_published_numbers_of_groups(no_packs):
    """Payment rules: 1.0 26/376/618, 1.1 26/376/628, 2.0 26/409/634; 3.0 as published 26/492/825."""
    table = list_schemes().set_index("id")
    numbers = table.loc[["chs-drg-1.0", "chs-drg-1.1", "chs-drg-2.0", "chs-drg-3.0"], ["mdc", "adrg", "drg"]]
    assert numbers.to_numpy().tolist() == [[26, 376, 618], [26, 376, 628], [26, 409, 634], [26, 492, 825]]


def test_numbers_of_rows_are_those_of_the_loaded_scheme(no_packs):
    table = list_schemes().set_index("id")
    for id in ("chs-drg-1.1", "chs-drg-1.1-opendrg", "foshan-2022"):
        assert table.loc[id, ["mdc", "adrg", "drg", "ambiguous"]].to_dict() == load(id).counts


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_shipped_pack_stands_under_its_id_and_cites_sources(folder):
    meta = read_metadata(folder)
    assert folder.name == folder_name(meta.id)
    assert "." not in folder.name, "a wheel would split the folder at the dot"
    for source in (meta.source, *meta.switch_sources.values()):
        assert source in sources.load()
    assert meta.notes, "every shipped pack says how far it was compared with the publication"


@pytest.mark.parametrize(
    ("day", "id"),
    [
        ("2020-06-01", "chs-drg-1.0"),
        ("2021-04-30", "chs-drg-1.0"),
        (date(2021, 5, 1), "chs-drg-1.1"),
        (datetime(2024, 7, 22, 23, 59), "chs-drg-1.1"),
        ("2024-07-23", "chs-drg-2.0"),
        ("2026-12-31", "chs-drg-2.0"),
    ],
)
def test_the_national_edition_of_a_day(day, id, no_packs):
    assert Scheme.load("chs-drg", on=day).id == id


def test_a_family_without_a_day_is_the_edition_of_today(no_packs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SchemeWarning)
        assert load("chs-drg").id == load("chs-drg", on=date.today()).id
    assert load("yunnan", on="2022-12-31").id == "yunnan-2022"


def test_an_id_is_one_edition_whatever_the_day(no_packs):
    assert load("chs-drg-1.0", on="2030-01-01").id == "chs-drg-1.0"


def test_3_0_begins_on_its_day(no_packs):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert load("chs-drg", on="2026-12-31").id == "chs-drg-2.0"
        assert load("chs-drg", on="2027-01-01").id == "chs-drg-3.0"


def test_an_edition_that_ended_with_none_after_it_is_said(own_packs):
    ended = replace(SMALL, id="mine-1", family="mine", valid_to=date(2026, 12, 31))
    write_pack(ended, own_packs / "mine-1")
    with pytest.warns(SchemeWarning, match=r"mine-1 ended on 2026-12-31; nothing newer is installed"):
        assert load("mine", on="2027-01-01").id == "mine-1"


def test_own_packs_come_by_id_family_and_folder(own_packs):
    assert load("small-1") == SMALL
    assert load("small-2") == OVERLAY
    assert load("small", on="2025-06-30").id == "small-1"
    assert load("small", on="2026-06-30").id == "small-2"
    assert load(own_packs / "another-name") == OVERLAY
    assert load(str(own_packs / "small-1")) == SMALL
    assert {"small-1", "small-2"} <= set(list_schemes()["id"])


def test_a_folder_that_is_a_pack_can_be_named_itself(own_packs, monkeypatch):
    monkeypatch.setenv("DRGSIM_SCHEMES", os.pathsep.join([str(own_packs / "small-1"), "/nowhere"]))
    assert load("small-1") == SMALL


def test_an_own_pack_comes_before_a_shipped_one(own_packs):
    write_pack(replace(SMALL, id="chs-drg-1.0"), own_packs / "mine")
    assert list_schemes().set_index("id").loc["chs-drg-1.0", "folder"] == str(own_packs / "mine")


def test_an_edited_pack_is_read_again(own_packs):
    assert load("small-1").title == "小方案"
    before = files_hash("small-2")
    write_pack(replace(SMALL, title="改"), own_packs / "small-1")
    assert load("small-1").title == "改"
    assert files_hash("small-2") != before, "the base is part of an overlay"


def test_a_scheme_is_read_once(no_packs):
    assert load("chs-drg-1.1") is load("chs-drg-1.1")


@pytest.mark.parametrize(
    ("name", "on", "error", "message"),
    [
        ("chs-drg-1.9", None, NotFoundError, "did you mean 'chs-drg-1"),
        ("chs_drg", None, NotFoundError, "did you mean 'chs-drg'"),
        ("chs-drg", "2019-01-01", NotFoundError, "the first is chs-drg-1.0, from 2020-06-01"),
        ("chs-drg", "2024/01/01", ArgumentError, "ISO text"),
        ("chs-drg", 2024, ArgumentError, "ISO text"),
        ("./nowhere", None, NotFoundError, "no scheme pack in this folder"),
        (Path("nowhere"), None, NotFoundError, "no scheme pack in this folder"),
        ("", None, NotFoundError, "no such scheme"),
        ("..", None, NotFoundError, "no such scheme"),
    ],
)
def test_what_cannot_be_found_is_said(name, on, error, message, no_packs):
    with pytest.raises(error, match=message):
        load(name, on=on)


def test_packs_that_are_each_others_base_are_refused(own_packs):
    path = own_packs / "small-1" / "scheme.toml"
    path.write_text('base = "small-2"\n' + path.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(PackError, match=r"each other's base.*small-1 -> another-name -> small-1"):
        load("small-1")
    path.write_text('id = "small-1"\nbase = "small-1"\n', encoding="utf-8")
    with pytest.raises(PackError, match="each other's base"):
        load("small-1")


def test_a_broken_pack_is_passed_over_where_all_are_looked_through(own_packs):
    (own_packs / "broken").mkdir()
    (own_packs / "broken" / "scheme.toml").write_text("id = 3", encoding="utf-8")
    (own_packs / "small-1" / "drg.csv").write_text("no table", encoding="utf-8")
    with pytest.warns(SchemeWarning, match="is passed over"):
        ids = set(list_schemes()["id"])
    assert "chs-drg-2.0" in ids
    assert not ids & {"small-1", "small-2"}
    with pytest.warns(SchemeWarning, match="broken is passed over.*`id` should be str"):
        assert load("chs-drg", on="2022-01-01").id == "chs-drg-1.1"
    with pytest.raises(PackError, match="`id` should be str"):
        load(own_packs / "broken")


@pytest.mark.parametrize("closed", ["root", "pack"])
def test_what_may_not_be_read_does_not_stand_before_the_shipped_schemes(closed, tmp_path, monkeypatch):
    root = tmp_path / "own"
    write_pack(SMALL, root / "small-1")
    shut = root if closed == "root" else root / "small-1"
    monkeypatch.setenv("DRGSIM_SCHEMES", str(root))

    def refusing(method):
        def refused(self, *args, **kwargs):
            if shut in self.parents or (self == shut and method.__name__ == "iterdir"):
                raise PermissionError(13, "Permission denied", str(self))
            return method(self, *args, **kwargs)

        return refused

    for method in (Path.iterdir, Path.is_file):
        monkeypatch.setattr(Path, method.__name__, refusing(method))
    with pytest.warns(SchemeWarning, match=rf"{shut.name} is passed over.*Permission denied"):
        assert "chs-drg-2.0" in set(list_schemes()["id"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SchemeWarning)
        assert load("chs-drg-2.0").id == "chs-drg-2.0"
        with pytest.raises(NotFoundError):
            load("small-1")


def test_a_user_without_a_home_has_the_shipped_schemes(monkeypatch):
    monkeypatch.delenv("DRGSIM_SCHEMES", raising=False)

    def homeless(self):
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "expanduser", homeless)
    assert load("chs-drg-2.0").id == "chs-drg-2.0"


def test_a_base_that_is_not_installed_is_named(own_packs):
    path = own_packs / "another-name" / "scheme.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"small-1"', '"small-0"'), encoding="utf-8")
    with pytest.raises(NotFoundError, match=r"base of a pack is not installed.*small-0"):
        load("small-2")
    assert [folder.name for folder in chain("small-1")] == ["small-1"]


def test_loading_a_scheme_imports_no_pandas(no_packs):
    script = "import sys, drgsim; drgsim.Scheme.load('beijing-2022'); print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.slow
@pytest.mark.parametrize("id", SHIPPED)
def test_every_shipped_pack_loads_without_errors_in_it(id, no_packs):
    scheme = load(id)
    found = scheme.check()
    assert (found["level"] != "error").all()
    assert len(pack_hash(scheme)) == 64
    named = [drg for drg in scheme.drgs if drg.name]
    assert len(named) > 0.9 * len(scheme.drgs)


@pytest.mark.parametrize("odd", ["~nobody-of-that-name/packs", "circle", "/" + "x" * 5000, "file"])
def test_a_path_that_leads_nowhere_is_passed_over(odd, tmp_path, monkeypatch):
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    (tmp_path / "file").write_text("")
    path = odd if odd[0] in "~/" else str(tmp_path / odd)
    monkeypatch.setenv("DRGSIM_SCHEMES", path)
    with pytest.warns(SchemeWarning, match="is passed over") as told:
        assert "chs-drg-2.0" in set(list_schemes()["id"])
    assert max(len(str(each.message)) for each in told) < 400
