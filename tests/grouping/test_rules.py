"""Every predicate of the rule language on cases worked out by hand: cases/rules.csv."""

import pytest

from drgsim.grouping import DrgGrouper
from drgsim.schemes.model import Adrg, AdrgKind, CcExclusion, CodeSet, Drg, Mdc, NewbornWeight, Switches
from drgsim.schemes.rules.parse import both, parse_rule
from drgsim.schemes.rules.terms import ALWAYS, NEVER, Compare, Variable
from drgsim.schemes.scheme import Scheme

from .support import CASES, group_both_ways, read_cases

SETS = {
    "DI_A": {"I10.x00", "I10.x03"},
    "DI_B": {"I63.900"},
    "DI_ALL": {"I10.x00", "I10.x03", "I63.900"},
    "OP_A": {"51.2300"},
    "OP_B": {"74.1x01"},
    "OP_ALL": {"51.2300", "74.1x01", "96.7201"},
}


def scheme_of(rules, *, at_drg=False, **more):
    """A scheme whose rule k stands in ADRG `k`, which takes only cases of department `k`.

    With `at_drg` it is the rule of the ADRG's DRG.
    """
    own = [Compare(Variable.DEPARTMENT, "=", str(k)) for k in range(len(rules))]
    return Scheme(
        **{
            "id": "rules",
            "title": "",
            "version": "1",
            "mdcs": (Mdc("MDC1", "", ALWAYS),),
            "adrgs": tuple(
                Adrg(str(k), "MDC1", "", AdrgKind.MEDICAL, own[k] if at_drg else both([own[k], rule]))
                for k, rule in enumerate(rules)
            ),
            "drgs": tuple(
                Drg(f"{k}9", str(k), "", rule if at_drg else ALWAYS) for k, rule in enumerate(rules)
            ),
            "sets": {
                name: CodeSet(name, "diagnosis" if name.startswith("DI") else "procedure", frozenset(codes))
                for name, codes in SETS.items()
            },
            "cc": {"E11.900": "7", "E78.500": ""},
            "mcc": {"J96.900x001": "9"},
            "exclusion": {"I10.x00": ("7",)},
            **more,
        }
    )


@pytest.fixture(scope="module")
def table():
    cases = read_cases(CASES / "rules.csv")
    rules = {text: k for k, text in enumerate(cases["rule"].unique())}
    return cases.assign(department=cases["rule"].map(rules).astype(str)), [parse_rule(text) for text in rules]


@pytest.mark.parametrize("at_drg", [False, True])
def test_every_predicate_holds_where_it_should(table, at_drg):
    cases, rules = table
    answer = group_both_ways(DrgGrouper(scheme_of(rules, at_drg=at_drg), threads=1), cases)
    holds = answer["status"].eq("grouped").map({True: "yes", False: "no"})
    assert cases[holds != cases["holds"]].to_dict("records") == []
    failed = set(answer.loc[holds == "no", "reason"]) - {"unknown_principal", "unknown_main_procedure"}
    asked = {"age_days_missing", "weight_missing", "los_missing", "icu_hours_missing"}
    own = {"no_drg"} if at_drg else {"no_adrg", "gray_principal", "principal_in_no_mdc"}
    assert failed <= {*own, *asked}


def test_a_rule_needs_no_department(table):
    """The same rules without the department, each in its MDC: here bits may decide all by themselves."""
    cases, rules = table
    for k in range(0, len(rules), 9):
        own = cases[cases["department"] == str(k)]
        alone = scheme_of([rules[k]], adrgs=(Adrg("0", "MDC1", "", AdrgKind.MEDICAL, rules[k]),))
        answer = group_both_ways(DrgGrouper(alone, threads=1), own)
        assert (
            answer["status"].eq("grouped").map({True: "yes", False: "no"}).tolist() == own["holds"].tolist()
        )


def test_exclusion_by_membership_asks_whether_the_table_lists_the_principal():
    rules = [parse_rule("CC")]
    exclusion = {"I10.x00": ("1", "7"), "I63.900": ("1",)}
    member = scheme_of(rules, exclusion=exclusion, switches=Switches(cc_exclusion=CcExclusion.MEMBERSHIP))
    cases = [
        {"sex": 1, "age": 50, "department": "0", "diagnoses": f"{principal}|E11.900"}
        for principal in ("I10.x00", "I63.900", "K80.101")
    ]
    answer = group_both_ways(DrgGrouper(member, threads=1), cases)
    assert answer["severity"].tolist() == ["none", "CC", "CC"]
    assert answer["status"].tolist() == ["ungrouped", "grouped", "grouped"]


@pytest.mark.parametrize("retry", [False, True])
def test_each_further_procedure_alone_is_tried_when_the_scheme_says_so(retry):
    scheme = scheme_of([parse_rule("ZYSS in OP_A")], switches=Switches(retry_single_procedures=retry))
    cases = [
        {"sex": 1, "age": 50, "department": "0", "diagnoses": "K80.101", "procedures": procedures}
        for procedures in ("51.2300", "74.1x01|51.2300", "74.1x01|96.7201|51.2300", "74.1x01", "|51.2300")
    ]
    answer = group_both_ways(DrgGrouper(scheme, threads=1), cases)
    second = "grouped" if retry else "ungrouped"
    assert answer["status"].tolist() == ["grouped", second, second, "ungrouped", second]


def test_the_weight_is_the_one_the_scheme_means():
    rules = [parse_rule("XSRTZ < 1500")]
    case = {
        "sex": 1,
        "age": 0,
        "age_days": 0,
        "department": "0",
        "diagnoses": "P07.300",
        "birth_weight": 1000,
    }
    for weight, status, reason in (
        (NewbornWeight.BIRTH, "grouped", ""),
        (NewbornWeight.ADMISSION, "grouped", "birth_weight_taken"),
    ):
        answer = DrgGrouper(scheme_of(rules, switches=Switches(newborn_weight=weight))).group(case)
        assert (answer.status, answer.reason) == (status, reason)


def test_a_row_that_leads_to_nothing_is_passed_over():
    """An ADRG without a DRG for the case gives way to the next ADRG, an MDC without one to the next MDC."""
    scheme = scheme_of(
        [],
        mdcs=(Mdc("MDC1", "first", ALWAYS), Mdc("MDC2", "second", parse_rule("ZYZD in DI_A"))),
        adrgs=(
            Adrg("A1", "MDC1", "", AdrgKind.MEDICAL, ALWAYS),
            Adrg("A2", "MDC1", "", AdrgKind.MEDICAL, NEVER),
            Adrg("B1", "MDC2", "", AdrgKind.MEDICAL, ALWAYS),
        ),
        drgs=(Drg("A11", "A1", "", parse_rule("MCC")), Drg("B19", "B1", "", ALWAYS)),
    )
    cases = [{"sex": 1, "age": 50, "diagnoses": d} for d in ("I10.x00|J96.900x001", "I10.x00", "I63.900")]
    answer = group_both_ways(DrgGrouper(scheme, threads=1), cases)
    assert answer["drg"].tolist() == ["A11", "B19", "0000"]
    assert answer["reason"].tolist() == ["", "", "no_drg"]


def test_an_ambiguous_row_is_called_qy():
    scheme = scheme_of(
        [],
        adrgs=(Adrg("BQY", "MDC1", "歧义病案组", AdrgKind.AMBIGUOUS, ALWAYS),),
        drgs=(Drg("BQY", "BQY", "歧义病案组", ALWAYS),),
    )
    answer = group_both_ways(DrgGrouper(scheme, threads=1), [{"sex": 1, "age": 50, "diagnoses": "I10.x00"}])
    assert answer.iloc[0].tolist() == ["MDC1", "QY", "BQY", "none", "ambiguous", ""]
