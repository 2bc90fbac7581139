"""Rows that no case can reach: what is found is so, and what the reference knows is found."""

import csv
from collections import defaultdict
from dataclasses import replace

import pytest

from drgsim.schemes.model import Adrg, AdrgKind, CodeSet, Drg, Mdc
from drgsim.schemes.reach import Unreachable, unreachable
from drgsim.schemes.registry import load
from drgsim.schemes.rules.parse import parse_rule
from drgsim.schemes.scheme import Scheme
from tests.schemes.example import SMALL

KINDS = {"D": "diagnosis", "P": "procedure"}


def scheme(rows, **sets):
    """A scheme of `(MDC rule, [(ADRG rule, [DRG rules])])`; codes A0, B0, B1, B2, C0, C00, … in order."""
    mdcs, adrgs, drgs = [], [], []
    for m, (mdc_rule, below) in enumerate(rows):
        mdc = "MDC" + "ABCDE"[m]
        mdcs.append(Mdc(mdc, mdc, parse_rule(mdc_rule)))
        for a, (adrg_rule, splits) in enumerate(below):
            adrg = f"{mdc[-1]}{a}"
            adrgs.append(Adrg(adrg, mdc, adrg, AdrgKind.MEDICAL, parse_rule(adrg_rule)))
            drgs += [Drg(f"{adrg}{d}", adrg, "", parse_rule(rule)) for d, rule in enumerate(splits)]
    listed = {name: CodeSet(name, KINDS[name[0]], frozenset(codes.split())) for name, codes in sets.items()}
    return Scheme("x", "x", "", tuple(mdcs), tuple(adrgs), tuple(drgs), listed, {}, {}, {})


def found(splits, adrg="", mdc="", **sets):
    return {row.code: row.taken_by for row in unreachable(scheme([(mdc, [(adrg, splits)])], **sets))}


@pytest.mark.parametrize(
    ("splits", "gone"),
    [
        (["MCC", "CC", ""], {}),
        (["", "MCC"], {"A01": ("A00",)}),
        (["MCC or CC", "MCC", ""], {"A01": ("A00",)}),
        (["MCC or CC", "MCC or CC and NL < 3", "CC", ""], {"A01": ("A00",), "A02": ("A00",)}),
        (["NL < 17", "NL <= 14 and MCC", "NL <= 17"], {"A01": ("A00",)}),
        (["NL <= 17", "NL = 3", "NL > 3 and NL < 5 and MCC", "NL > 3"], {"A01": ("A00",), "A02": ("A00",)}),
        (["NL != 3", "NL > 3", "NL = 3"], {"A01": ("A00",)}),
        (["ZYTS > 60", "ZYTS > 60 and MCC", "ZYTS >= 60"], {"A01": ("A00",)}),
        (["NL < 3 and NL > 5", "FALSE or FALSE", "MCC and MCC = 0", "NL > 3 and NL <= 3"],
         {"A00": (), "A01": (), "A02": (), "A03": ()}),
        (['CYKS = "ICU"', 'CYKS = "ICU" and MCC', 'CYKS != "ICU"'], {"A01": ("A00",)}),
        (["MCC = 0", "MCC = 0 and CC", "CC"], {"A01": ("A00",)}),
    ],
)  # fmt: skip
def test_splits(splits, gone):
    assert found(splits) == gone


@pytest.mark.parametrize(
    ("splits", "gone"),
    [
        (["ZYZD in D1", "ZYZD in D12"], {}),
        (["ZYZD in D12", "ZYZD in D1"], {"A01": ("A00",)}),
        (["ZYZD in D1", "ZYZD in D2 and MCC", "ZYZD in D2", "ZYZD in D12"], {"A03": ("A00", "A02")}),
        (["{ZYZD, QTZD} in D1", "ZYZD in D1"], {"A01": ("A00",)}),
        (["ZYZD in D1", "{ZYZD, QTZD} in D1"], {}),
        (["ZYSS in P1", "ZYZD in D1 and ZYSS in P1"], {"A01": ("A00",)}),
        (["ZYSS in P1", "ZYSS not in P1", "MCC"], {}),
        (["ZYSS in P1", "ZYSS in P12 and ZYSS not in P1", "ZYSS in P12"], {"A02": ("A00", "A01")}),
        (["ZYSS not in P1", "ZYSS in P2", "ZYZD in D1 and {ZYSS, QTSS} not in P12"],
         {"A01": ("A00",), "A02": ("A00",)}),
        (["ZYZD in D0", "ZYZD in {D0, D1}", "ZYZD in D1"], {"A00": (), "A02": ("A01",)}),
        (["length(D12 ∩ {ZYZD, QTZD}) >= 2", "length(D12 ∩ {ZYZD, QTZD}) >= 3"], {"A01": ("A00",)}),
        (["length(D12 ∩ {ZYZD, QTZD}) >= 3", "length(D12 ∩ {ZYZD, QTZD}) >= 2"], {}),
    ],
)  # fmt: skip
def test_code_lists(splits, gone):
    sets = {"D1": "a b", "D2": "c", "D12": "a b c", "D0": "", "P1": "1 2", "P2": "3", "P12": "1 2 3"}
    assert found(splits, **sets) == gone


def test_a_list_outside_its_mdc_is_out_of_reach_and_its_drgs_are_not_listed_again():
    gone = found(["MCC", ""], adrg="ZYZD in D2", mdc="ZYZD in D1", D1="a", D2="b")
    assert gone == {"A0": ()}


def test_an_mdc_that_never_holds_is_one_finding():
    rows = [("ZYZD in D0", [("", [""])]), ("", [("", [""])])]
    assert unreachable(scheme(rows, D0="")) == [Unreachable("mdc", "MDCA", ())]


def test_an_earlier_mdc_takes_only_what_ends_in_it():
    sets = {"D1": "a b", "D2": "a", "D3": "b"}
    passed_on = [("ZYZD in D1", [("ZYZD in D2", ["MCC"])]), ("ZYZD in D1", [("ZYZD in D2", ["", "CC"])])]
    assert [row.code for row in unreachable(scheme(passed_on, **sets))] == ["B01"]
    taken = [("ZYZD in D1", [("ZYZD in D2", [""]), ("ZYZD in D3", [""])]), ("ZYZD in D1", [("", [""])])]
    assert unreachable(scheme(taken, **sets)) == [Unreachable("adrg", "B0", ("A0", "A1"))]


def test_a_row_without_children_takes_nothing():
    rows = [("", [("", []), ("ZYZD in D1", [""])])]
    assert unreachable(scheme(rows, D1="a")) == []


def test_the_small_scheme():
    assert unreachable(SMALL) == []
    first = replace(SMALL, adrgs=(SMALL.adrgs[0], SMALL.adrgs[2], SMALL.adrgs[1], SMALL.adrgs[3]))
    assert unreachable(first) == [Unreachable("adrg", "BB1", ("BQY",))]


def test_a_rule_too_large_to_multiply_out_is_left_alone():
    many = " and ".join(f"(NL = {n} or XB = {n} or ZYTS = {n})" for n in range(8))
    assert found([many, many]) == {}


REFERENCE = {
    "chs_drg_1_0_opendrg": 28,
    "changzhou_2022": 43,
    "liaocheng_2022": 166,
    "zhejiang_2022": 31,
    "chs_drg_1_1": 0,
}


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.parametrize(("scheme_folder", "number"), REFERENCE.items())
def test_exactly_the_groups_known_to_be_out_of_reach_are_found(shared, scheme_folder, number):
    """Schemes reference, unreachable.csv: what no case out of tens of thousands built ones reached."""
    known = defaultdict(set)
    with (shared / "reference" / "schemes" / "unreachable.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            known[row["scheme"]].add(row["drg"])
    loaded = load(scheme_folder.replace("drg_1_", "drg-1.").replace("_", "-"))
    rows = unreachable(loaded)
    adrgs = {row.code for row in rows if row.table == "adrg"}
    drgs = {drg.code for drg in loaded.drgs if drg.adrg in adrgs} | {r.code for r in rows if r.table == "drg"}
    assert drgs == known[scheme_folder]
    assert len(drgs) == number
