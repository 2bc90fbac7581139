"""The difference of two schemes in words, both languages."""

from dataclasses import replace

from drgsim.schemes.diff import diff
from drgsim.schemes.model import Adrg, AdrgKind, CcExclusion, Switches
from drgsim.schemes.registry import load
from tests.schemes.example import OVERLAY, SMALL


def said(a, b):
    return {(c.part, c.change, c.row): (c.before, c.after) for c in diff(a, b).changes}


def test_a_scheme_does_not_differ_from_itself():
    found = diff(SMALL, SMALL)
    assert not found
    assert str(found) == "small-1 (assumed) 与 small-1 (assumed) 相同"
    assert found.text("en") == "small-1 (assumed) and small-1 (assumed) are the same"
    assert found.frame.empty


def test_every_kind_of_difference():
    rule = "ZYZD in DI_BB1 and ZYSS in OP_BB1"
    assert said(SMALL, OVERLAY) == {
        ("adrg", "removed", "BQY"): ("歧义病案组", ""),
        ("adrg", "order", "MDCB"): ("BB1 BR1", "BR1 BB1"),
        ("drg", "added", "BB17"): ("", ""),
        ("drg", "removed", "BQY"): ("歧义病案组", ""),
        ("drg", "renamed", "BR15"): ("脑血管病", "脑血管病 (更名)"),
        ("drg", "rule", "BB11"): ('MCC and (NL < 18 or CYKS = "ICU")', "CC"),
        ("drg", "order", "BR1"): ("BR13 BR15", "BR15 BR13"),
        ("set", "added", "DI1_BR1"): ("", "3 (I63.000 I63.100 Z99.x99x999)"),
        ("set", "removed", "DI_BR1"): ("6 (I60.000 I60.000x001 I60.100 I61.000 I63.000 …)", ""),
        ("set", "codes", "DI_BB1"): ("−1 (I61.000)", "+1 (I62.000)"),
        ("set", "label", "DI_BB1"): ("-", "出血"),
        ("severity", "moved", "1 (I50.900)"): ("-", "MCC"),
        ("severity", "moved", "1 (J18.900)"): ("CC", "-"),
        ("severity", "table", "1 (E11.900)"): ("", ""),
        ("exclusion", "added", "1 (I50.900)"): ("", ""),
        ("exclusion", "removed", "1 (J96.000)"): ("", ""),
        ("exclusion", "codes", "1 (I60.000)"): ("", ""),
        ("switch", "value", "retry_single_procedures"): ("False", "True"),
    }
    assert rule not in str(diff(SMALL, OVERLAY))


def test_moves_kinds_and_names_that_another_row_had():
    moved = replace(
        SMALL,
        adrgs=(
            SMALL.adrgs[0],
            replace(SMALL.adrgs[3], mdc="MDCA", kind=AdrgKind.PROCEDURE),
            Adrg("BB2", "MDCB", "开颅术, “出血”", AdrgKind.SURGICAL),
            *SMALL.adrgs[1:3],
        ),
        switches=Switches(cc_exclusion=CcExclusion.MEMBERSHIP),
    )
    changes = said(SMALL, moved)
    assert changes["adrg", "moved", "BR1"] == ("MDCB", "MDCA")
    assert changes["adrg", "kind", "BR1"] == ("medical", "procedure")
    assert changes["adrg", "added", "BB2"] == ("", "开颅术, “出血” (= BB1)")
    assert changes["switch", "value", "cc_exclusion"] == ("same_table", "membership")


def test_the_text_is_cut_and_says_so():
    found = diff(load("chs-drg-1.1"), load("chs-drg-2.0"))
    assert found.a == "chs-drg-1.1 (secondary)"
    short, whole = found.text(limit=1), found.text(limit=None)
    assert "另有" in short
    assert "另有" not in whole
    assert len(whole.splitlines()) > 1000
    assert "… and 52 more" in found.text("en", limit=1)
    assert "MDCY: ZYZD in DI_Y00 -> {ZYZD, QTZD} in DI_Y00" in found.text("en")


def test_the_frame_has_a_row_a_difference():
    found = SMALL.diff(OVERLAY)
    assert len(found.frame) == len(found.changes)
    assert found.frame.columns.tolist() == ["part", "change", "row", "before", "after", "number"]
    assert found.frame.query("part == 'set' and change == 'removed'")["number"].tolist() == [6]
