"""Hashes: of what a scheme means, and of the files it is read from."""

from dataclasses import replace
from datetime import date

import pytest

from drgsim.schemes.identity import folders_hash, pack_hash
from drgsim.schemes.model import CcExclusion, CodeSet, Switches
from drgsim.schemes.pack import read_pack
from drgsim.schemes.pack_write import write_pack
from drgsim.schemes.scheme import Scheme
from tests.schemes.example import OVERLAY, SMALL


def test_the_hash_is_of_the_content_not_of_the_layout(tmp_path):
    overlay = read_pack(Scheme, write_pack(OVERLAY, tmp_path / "overlay", base=SMALL), base=SMALL)
    whole = read_pack(Scheme, write_pack(replace(OVERLAY, base=None), tmp_path / "whole"))
    assert pack_hash(overlay) == pack_hash(whole) == OVERLAY.hash
    assert pack_hash(OVERLAY) != pack_hash(SMALL)


def test_the_order_of_tables_in_memory_does_not_count():
    turned = replace(
        SMALL,
        sets=dict(reversed(SMALL.sets.items())),
        cc=dict(reversed(SMALL.cc.items())),
        exclusion=dict(reversed(SMALL.exclusion.items())),
    )
    assert pack_hash(turned) == pack_hash(SMALL)


def test_what_a_scheme_says_of_itself_does_not_count():
    other = replace(SMALL, id="x", title="x", trust="read", notes=(), valid_from=date(2000, 1, 1), source="")
    assert pack_hash(other) == pack_hash(SMALL)


@pytest.mark.parametrize(
    "changed",
    [
        replace(SMALL, drgs=SMALL.drgs[::-1]),
        replace(SMALL, drgs=(replace(SMALL.drgs[0], name="x"), *SMALL.drgs[1:])),
        replace(SMALL, adrgs=(replace(SMALL.adrgs[0], rule=SMALL.adrgs[1].rule), *SMALL.adrgs[1:])),
        replace(SMALL, sets={**SMALL.sets, "OP_AA1": CodeSet("OP_AA1", "procedure", frozenset())}),
        replace(SMALL, cc={}),
        replace(SMALL, mcc={**SMALL.mcc, "J96.000": "13"}),
        replace(SMALL, exclusion={}),
        replace(SMALL, switches=Switches(cc_exclusion=CcExclusion.MEMBERSHIP)),
        replace(SMALL, switches=Switches(retry_single_procedures=True)),
    ],
)
def test_anything_a_grouping_depends_on_counts(changed):
    assert pack_hash(changed) != pack_hash(SMALL)


def test_the_hash_of_files_sees_every_file(tmp_path):
    folder = write_pack(SMALL, tmp_path / "a")
    before = folders_hash([folder])
    assert folders_hash([write_pack(SMALL, tmp_path / "b")]) == before
    path = folder / "exclusion.txt"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert folders_hash([folder]) != before
    path.unlink()
    assert folders_hash([folder]) != before
