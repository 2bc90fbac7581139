"""Scheme.check finds every kind of mistake, once, and finds none where there is none."""

from dataclasses import replace

import pytest

from drgsim.schemes.check import frame, problems
from drgsim.schemes.model import Adrg, AdrgKind, CodeSet
from drgsim.schemes.registry import load
from drgsim.schemes.rules.parse import parse_rule
from tests.schemes.example import SMALL


def with_set(name, kind, *codes):
    return replace(SMALL, sets={**SMALL.sets, name: CodeSet(name, kind, frozenset(codes))})


def with_adrg(index, **changes):
    adrgs = list(SMALL.adrgs)
    adrgs[index] = replace(adrgs[index], **changes)
    return replace(SMALL, adrgs=tuple(adrgs))


NEW_ADRG = Adrg("BX1", "MDCX", "", AdrgKind.MEDICAL)


@pytest.mark.parametrize(
    ("scheme", "check", "table", "row", "detail"),
    [
        (replace(SMALL, drgs=(*SMALL.drgs, SMALL.drgs[-1])), "doubled-row", "drg", "BR15", "2"),
        (replace(SMALL, adrgs=(*SMALL.adrgs, NEW_ADRG)), "no-parent", "adrg", "BX1", "MDCX"),
        (replace(SMALL, adrgs=(*SMALL.adrgs, replace(NEW_ADRG, mdc="MDCB"))), "childless", "adrg", "BX1", ""),
        (replace(SMALL, drgs=SMALL.drgs[:-1]), "no-last-drg", "adrg", "BR1", ""),
        (with_adrg(3, name=""), "nameless", "adrg", "BR1", ""),
        (with_adrg(3, rule=parse_rule("ZYZD in DI_BR2")), "missing-set", "adrg", "BR1", "DI_BR2"),
        (with_adrg(3, rule=parse_rule("ZYZD in OP_ALL")), "wrong-kind", "adrg", "BR1", "OP_ALL"),
        (with_adrg(0, rule=parse_rule("length(DI_BR1 ∩ ZYSS) > 1")), "wrong-kind", "adrg", "AA1", "DI_BR1"),
        (with_adrg(0, rule=parse_rule("NL < 1 and NL > 1")), "never", "adrg", "AA1", ""),
        (with_adrg(1, rule=parse_rule("ZYSS in OP_AA1")), "shadowed", "adrg", "BB1", "AA1"),
        (with_set("DI_X", "diagnosis", "I60.000"), "unused-set", "sets", "DI_X", ""),
        (with_set("OP_AA1", "procedure"), "empty-set", "sets", "OP_AA1", ""),
        (with_set("OP_AA1", "procedure", "37.5100", "37.51"), "unknown-code", "sets", "OP_AA1", "37.51"),
        (with_set("DI_BB1", "diagnosis", "I60.000", "A00.000"), "dead-code", "adrg", "BB1", "A00.000"),
        (with_set("DI_BR1", "diagnosis", "I60.000", "I63.000"), "no-medical-adrg", "mdc", "MDCB", "(4)|I61"),
        (replace(SMALL, cc={"J96.000": "12"}), "two-severities", "severity", "MCC", "J96.000"),
        (replace(SMALL, cc={"E11.9": "12"}), "unknown-code", "severity", "CC", "E11.9"),
        (replace(SMALL, exclusion={"I60": ("9", "10", "12")}), "unknown-code", "exclusion", "", "I60"),
        (replace(SMALL, cc={"E11.900": "77"}), "no-exclusion", "exclusion", "77", ""),
    ],
)  # fmt: skip
def test_each_mistake_is_found(scheme, check, table, row, detail):
    found = [p for p in problems(scheme) if (p.check, p.table, p.row) == (check, table, row)]
    assert len(found) == 1
    (problem,) = found
    assert any(part in problem.zh and part in problem.en for part in detail.split("|")) or check in ("never",)
    assert "{" not in problem.zh + problem.en


def test_a_good_scheme_has_no_problem_but_the_code_made_up_for_it():
    assert [(p.check, p.row) for p in problems(SMALL)] == [("unknown-code", "OP_ALL")], "99.9999"


def test_many_codes_are_counted_and_the_first_shown():
    scheme = with_set("OP_AA1", "procedure", *(f"99.{n}" for n in range(10, 20)))
    (problem,) = [p for p in problems(scheme) if p.row == "OP_AA1"]
    assert problem.en == "not in the catalogue: 99.10, 99.11, 99.12, 99.13, 99.14, … (10)"


def test_the_frame_has_errors_first():
    scheme = replace(with_adrg(3, name="", rule=parse_rule("ZYZD in DI_X")), cc={"E11.900": "77"})
    table = scheme.check()
    assert list(table.columns) == ["level", "check", "table", "row", "zh", "en"]
    assert table["level"].tolist() == sorted(table["level"], key=["error", "warning", "note"].index)
    assert table.loc[0, "check"] == "missing-set"
    assert list(frame([]).columns) == list(table.columns)


def test_the_national_editions_have_no_errors_and_their_known_oddities():
    """Grouping semantics: principal diagnoses of an MDC in no medical ADRG of it."""
    found = problems(load("chs-drg-1.1"))
    assert {problem.level for problem in found} == {"warning", "note"}
    assert {p.row for p in found if p.check == "no-medical-adrg"} >= {"MDCM", "MDCL", "MDCR"}
    assert not [p for p in found if p.check in ("never", "shadowed")]
