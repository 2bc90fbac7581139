"""scheme.toml: read, written, and refused with the key that is wrong."""

from datetime import date

import pytest

from drgsim.schemes.metadata import read_metadata, write_metadata
from drgsim.schemes.model import CcExclusion, NewbornWeight
from drgsim.schemes.scheme_errors import PackError
from tests.schemes.example import OVERLAY, SMALL


def read(folder, text):
    (folder / "scheme.toml").write_text(text, encoding="utf-8")
    return read_metadata(folder)


def test_what_is_written_is_read(tmp_path):
    write_metadata(tmp_path / "scheme.toml", SMALL, None)
    meta = read_metadata(tmp_path)
    assert {name: getattr(SMALL, name) for name in meta.fields()} == meta.fields()
    assert set(meta.switches) == {"cc_exclusion"}, "the others are as usual, and cite nothing"
    assert meta.switch_fields(None)["switches"] == SMALL.switches
    assert meta.switch_fields(None)["switch_sources"] == {"cc_exclusion": "SC04"}


def test_an_overlay_states_only_the_switches_it_changes(tmp_path):
    write_metadata(tmp_path / "scheme.toml", OVERLAY, SMALL)
    meta = read_metadata(tmp_path)
    assert (meta.base, meta.switches) == ("small-1", {"retry_single_procedures": True})
    assert meta.switch_fields(SMALL) == {
        "switches": OVERLAY.switches,
        "switch_sources": OVERLAY.switch_sources,
    }


def test_short_forms(tmp_path):
    meta = read(tmp_path, 'id = "x"\nvalid_from = 2024-01-01\n[switches]\ncc_exclusion = "membership"\n')
    assert (meta.title, meta.trust, meta.valid_from) == ("x", "assumed", date(2024, 1, 1))
    assert meta.switches == {"cc_exclusion": CcExclusion.MEMBERSHIP}
    assert read(tmp_path, 'id = "x"\ntitle = "标题"\n').title == "标题"
    switches = read(tmp_path, 'id = "x"\n[switches]\nnewborn_weight = { value = "admission" }\n').switches
    assert switches == {"newborn_weight": NewbornWeight.ADMISSION}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "needs an `id`"),
        ("id = 3", "`id` should be str"),
        ('id = "x"\nvalid_form = 2024-01-01', "did you mean 'valid_from'"),
        ('id = "x"\nvalid_from = "2024-01-01"', "`valid_from` should be date"),
        ('id = "x"\nvalid_from = 2024-01-01T00:00:00', "`valid_from` should be date"),
        ('id = "x"\ntrust = "sure"', "unknown state of trust.*allowed: read, secondary, assumed"),
        ('id = "x"\ntitle = { de = "x" }', "unknown language"),
        ('id = "x"\nnotes = "one"', "`notes` should be list"),
        ('id = "x"\nnotes = [1]', "`notes` should be str"),
        ('id = "x"\n[switches]\ncc = "x"', "unknown switch"),
        ('id = "x"\n[switches]\ncc_exclusion = "own"', "allowed: same_table, membership"),
        ('id = "x"\n[switches]\ncc_exclusion = { valu = "own" }', "unknown key of the switch"),
        ('id = "x"\n[switches]\ncc_exclusion = { source = "S" }', "unknown value of the switch"),
        ('id = "x"\n[switches]\nretry_single_procedures = "yes"', "wrong value"),
        ('id = "x', "not a TOML file"),
    ],
)
def test_a_fault_is_named(tmp_path, text, message):
    with pytest.raises(PackError, match=message) as caught:
        read(tmp_path, text)
    assert "scheme.toml" in str(caught.value)


def test_a_folder_without_the_file_is_no_pack(tmp_path):
    with pytest.raises(PackError, match="not a scheme pack"):
        read_metadata(tmp_path)
