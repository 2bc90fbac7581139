"""Every mistake of a document is told whole: where, what, what was got, what is allowed or meant."""

from functools import reduce

import pytest

from .test_policy_document import document
from .test_policy_document import problems as told
from .test_rules import RULE
from .test_rules import problems as told_of_rule

SCHEME = "chs-drg-2.0"
DAYS = {"from": "2024-01-01", "to": "2025-12-31"}
AMOUNT = "a number, an expression over facts, or a table {fact: {value: amount, other: amount}} at least 0"
BANDS = "a list of [upper bound, number], the last bound null"
CODES = 'allowed: texts in quotation marks, such as ["36.1000"]'
EXAMPLE = {
    "id": "one",
    "case": {"total_cost": 9_000},
    "expect": {"payment": 1},
    "source": "N",
    "state": "secondary",
}


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        (
            {"id": "a b"},
            ["id: not a name; got 'a b'; allowed: name of the policy: letters, digits, dots and hyphens"],
        ),
        ({"extends": 3}, ["extends: not a policy or a list of policies; got 3"]),
        ({"extends": [3]}, ["extends: not a policy or a list of policies; got [3]"]),
        ({"valid": {**DAYS, "form": 1}},
         ["valid.form: unknown field; did you mean 'from'?; allowed: from, to"]),
        (
            {"sources": {"N": {"title": "x", "state": "rad"}}},
            ["sources.N: not a state of trust; got 'rad'; allowed: read, secondary, assumed"],
        ),
        (
            {"sources": {"N": {"titel": "x", "state": "read"}}},
            ["sources.N.titel: unknown field; allowed: title, state, issuer, date, address, note",
             "sources.N.title: is missing"],
        ),
        ({"coverage": 3}, ["coverage: not a list of clauses; got 3"]),
        (
            {"coverage": [{"clause": "x"}]},
            ["coverage 1.state: is missing",
             "coverage 1: unknown; got ''; allowed: modelled, approximated, not_modelled"],
        ),
        ({"scheme": 3}, ["scheme: not the name of a scheme, or names by date; got 3"]),
        ({"scheme": {}}, ["scheme: not the name of a scheme, or names by date; got {}"]),
        (
            {"scheme": {"by": "billing", "2024-01-01": SCHEME}},
            ["scheme.by: no such day of a stay; got 'billing'; allowed: discharge, admission"],
        ),
        (
            {"scheme": {"2024-13-01": SCHEME, "2024-01-01": SCHEME}},
            ["scheme.2024-13-01: not a day; got '2024-13-01'; allowed: YYYY-MM-DD, or by"],
        ),
        (
            {"scheme": {"2024-01-01": 3, "2025-01-01": SCHEME}},
            ["scheme.2024-01-01: not the name of a scheme; got 3"],
        ),
        ({"scheme": {"by": "admission"}}, ["scheme: no scheme from any day; got {'by': 'admission'}"]),
        ({"scheme": "chs-drg-2.1"},
         ["scheme: no such scheme; got 'chs-drg-2.1'; did you mean 'chs-drg-2.0'?"]),
        ({"rules": {"a": 1}}, ["rules: not a list of rules; got {'a': 1}"]),
        (
            {"rules": [3]},
            ["rule 1: not a mapping; got 3; allowed: id, title, when, effect, valid, known, instead_of, "
             "after, source, state, note"],
        ),
        ({"lists": {"a": []}}, [f"lists.a: not a list of codes or texts; got []; {CODES}"]),
        ({"lists": {"a": [1.5]}}, [f"lists.a: not a list of codes or texts; got [1.5]; {CODES}"]),
        ({"lists": [1]}, ["lists: not a mapping of names to values; got [1]"]),
        ({"examples": 3}, ["examples: not a list of examples; got 3"]),
    ],
)  # fmt: skip
def test_of_a_document(fields, says):
    assert told(document(**fields)) == says


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"cse": {}}, ".cse: unknown field; did you mean 'case'?"),
        ({"cases": []}, ".cases: not a list of cases; got []"),
        ({"cases": [3]}, ".cases: not a list of cases; got [3]"),
        ({"case": {"times": 0}}, ".cases: times is not a number of cases; got 0; allowed: 1 to 100000"),
        ({"case": {"times": 100_001}},
         ".cases: times is not a number of cases; got 100001; allowed: 1 to 100000"),
        ({"case": {"times": True}},
         ".cases: times is not a number of cases; got True; allowed: 1 to 100000"),
        ({"case": {}}, ": says nothing to run; allowed: case, cases or hospital"),
        ({"hospital": {"entitlement": "x", "booked": 3}}, ".hospital.entitlement: not a number; got 'x'"),
        ({"hospital": {"entitlement": 3}}, ".hospital.booked: not a number; got None"),
        ({"budgets": {"a": "x"}}, ".budgets.a: not an amount; got 'x'"),
        ({"expect": None}, ".expect: not columns and numbers; got None"),
        ({"expect": {}}, ".expect: not columns and numbers; got {}"),
        ({"expect": {"payment": 1e15}},
         ".expect: not columns and numbers; got {'payment': 1000000000000000.0}"),
        ({"expect": {"payment": True}}, ".expect: not columns and numbers; got {'payment': True}"),
        ({"expect": [{"payment": 1}, {"payment": 2}]},
         ".expect: one result for each case; got 2; allowed: 1"),
        ({"tolerance": -1}, ".tolerance: not a number; got -1"),
        ({"tolerance": True}, ".tolerance: not a number; got True"),
        ({"day": "2024-02-30"}, ".day: not a day; got '2024-02-30'; allowed: YYYY-MM-DD, 1949 to 2199"),
        (
            {"dates": "disharge"},
            ".dates: no such way to date; got 'disharge'; allowed: policy, discharge, admission",
        ),
        ({"source": "M"}, ".source: no such source; got 'M'"),
        ({"source": None}, ": an example without source or state; allowed: read, secondary, assumed"),
        ({"state": "sure"}, ": an example without source or state; allowed: read, secondary, assumed"),
    ],
)  # fmt: skip
def test_of_an_example(change, says):
    sources = {"N": {"title": "文件", "state": "secondary"}}
    assert told(document(sources=sources, examples=[{**EXAMPLE, **change}])) == [f"example 1{says}"]


def price(raw):
    return {"effect": {"price": {"set": raw}}}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"known": "soon"}, "known: not a day; got 'soon'; allowed: YYYY-MM-DD, 1949 to 2199"),
        (
            {"valid": {"form": "2024-01-01"}},
            "valid.form: unknown field; allowed: from, to, by; `known` stands beside `source`",
        ),
        ({"valid": 3}, "valid: not a mapping of names to values; got 3"),
        ({"instead_of": 3}, "instead_of: not a name or a list of names; got 3"),
        ({"instead_of": [3]}, "instead_of: not a name or a list of names; got [3]"),
        ({"title": {"fr": "x"}}, "title.fr: unknown language; allowed: zh, en"),
        ({"state": "sure"}, "state: not a state of trust; got 'sure'; allowed: read, secondary, assumed"),
        (price(True), f"price.set: not an amount; got True; allowed: {AMOUNT}"),
        (price([1]), f"price.set: not an amount; got 'list'; allowed: {AMOUNT}"),
        (
            price({"a": 1, "b": 2}),
            "price.set: a table is one fact and what it may be; got ['a', 'b']; allowed: {fact: {value: …}}",
        ),
        (price({1: 2}), f"price.set: not a fact; got '1'; allowed: {AMOUNT}"),
        (
            price({"hospital_level": {}}),
            f"price.set: a table needs the values of its fact; got 'hospital_level'; allowed: {AMOUNT}",
        ),
        (
            price({"los": [1]}),
            f"price.set: a band is a pair of upper bound and amount; got 1; allowed: {AMOUNT}",
        ),
        (
            price({"los": [[None, 1], [3, 2]]}),
            f"price.set: only the last band is open; got [None, 1]; allowed: {AMOUNT}",
        ),
        (
            price({"los": [[3, 1], [3, 2]]}),
            f"price.set: upper bounds are numbers that rise; got 3; allowed: {AMOUNT}",
        ),
        (price(1e16), f"price.set: not a sensible number; got '1e+16'; allowed: {AMOUNT}"),
        (price(1e14), f"price.set: outside its bounds; got 100000000000000.0; allowed: {AMOUNT}"),
        (
            price(reduce(lambda inner, _: {"hospital_level": {"3": inner}}, range(9), 1)),
            "price.set: tables are nested too deeply; got 9; allowed: 8 deep at most",
        ),
        (
            {"effect": {"as_group": {"group": 3}}},
            "as_group.group: not a text; got 3; allowed: a text, or a table {fact: {value: text}}",
        ),
        (
            {"effect": {"per_diem": {"rate": 1, "ceiling": "yes"}}},
            "per_diem.ceiling: not true or false; got 'yes'; allowed: true or false",
        ),
        (
            {"effect": {"per_diem": {"rate": 1, "most_days": "los"}}},
            "per_diem.most_days: not a number; got 'los'; allowed: a number at least 0",
        ),
        ({"effect": {"cap_total": {"share": 0}}},
         "cap_total.share: outside its bounds; got 0.0; allowed: a number above 0"),
        (
            {"effect": {"benefit": {"ratio": 1.1}}},
            f"benefit.ratio: outside its bounds; got 1.1; allowed: {AMOUNT} at most 1",
        ),
        (
            {"effect": {"per_diem": {"rate": 1, "phases": 3}}},
            f"per_diem.phases: not a list of bands; got 3; allowed: {BANDS}",
        ),
        (
            {"effect": {"per_diem": {"rate": 1, "phases": [[30, 1], [20, 1], [None, 1]]}}},
            "per_diem.phases: bounds must rise, the last be null, and values be numbers; got [20, 1]; "
            f"allowed: {BANDS}",
        ),
        (
            {"effect": {"review": {"quota": 0.1, "counted": "loss > 1"}}},
            "review.counted: no such fact (character 1 of ▸loss > 1); got 'loss'; did you mean 'los'?",
        ),
        (
            {"when": "mean[hospital: ] > 1"},
            "when: mean[…] needs an expression behind a colon (character 10 of hospital:▸); got 'hospital:'",
        ),
    ],
)  # fmt: skip
def test_of_a_rule(change, says):
    assert told_of_rule({**RULE, **change}) == f"rules.r.{says}"


def test_what_is_just_within_bounds_is_no_mistake():
    from drgsim import Policy

    from .test_rules import document as ruled

    deep = reduce(lambda inner, _: {"hospital_level": {"3": inner}}, range(8), 1)
    for change in (
        price(deep), price(0), price({"los": [[3, 1], [4, 2]]}), price(1e9),
        {"effect": {"benefit": {"ratio": 1}}},
        {"valid": {"from": "2025-01-01", "to": "2025-01-01"}}, {"valid": {"by": "admission"}},
        {"instead_of": "low_outlier"}, {"title": {"zh": "甲"}}, {"title": "x"}, {"known": "2024-05-01"},
    ):  # fmt: skip
        assert len(Policy.load(ruled({**RULE, **change})).document.rules) == 1
    sources = {"N": {"title": "文件", "state": "secondary"}}
    for change in (
        {"case": {"times": 1}}, {"case": {"times": 100_000}}, {"tolerance": 0},
        {"expect": {"payment": 1e15 - 1}},
        {"cases": [{}, {"los": 2}], "expect": [{"payment": 1}, {"payment": 2}]},
    ):  # fmt: skip
        made = Policy.load(document(sources=sources, examples=[{**EXAMPLE, **change}]))
        assert len(made.document.examples) == 1
