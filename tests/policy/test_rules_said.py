"""A rule as its document spells it, in words of both languages, in what differs, and what it asks for."""

import datetime

import pytest

from drgsim import Policy
from drgsim.cases.conditions import Condition
from drgsim.language import speaking
from drgsim.policy.dated_scheme import DatedScheme, laid_over, read_scheme, schemes_named
from drgsim.policy.rules.amounts import bounds_of, read_amount
from drgsim.policy.rules.facts import around, rule_facts

from .test_rules import RULE, document

FULL = {
    **RULE,
    "title": {"zh": "长住院", "en": "long stays"},
    "valid": {"from": "2025-02-01", "to": "2025-11-30", "by": "admission"},
    "known": "2025-03-01",
    "instead_of": ["low_outlier"],
    "after": "standard",
    "note": "what was read",
}
PRICED = {
    **RULE,
    "id": "s",
    "when": "group in @ours",
    "effect": {"price": {"set": {"los": [[3, 100], [None, "total_cost * 0.5"]]}}},
}
OURS = {"ours": ["IU23"]}
FEBRUARY, NOVEMBER, MARCH = (datetime.date(2025, *each) for each in ((2, 1), (11, 30), (3, 1)))
SAID = (
    "when los > 60; by_item {}; from 2025-02-01, to 2025-11-30, by admission; known 2025-03-01; "
    "instead of low_outlier; after standard"
)


def rule(*rules, **fields):
    return Policy.load(document(*rules, **fields)).document.rules[0]


def test_a_rule_in_one_spelling_is_read_as_the_same_rule():
    plain = rule(FULL).plain()
    assert plain == {
        "id": "r",
        "title": {"zh": "长住院", "en": "long stays"},
        "when": "los > 60",
        "effect": {"by_item": {}},
        "valid": {"from": FEBRUARY, "to": NOVEMBER, "by": "admission"},
        "known": MARCH,
        "instead_of": ["low_outlier"],
        "after": "standard",
        "source": "R090",
        "state": "assumed",
        "note": "what was read",
    }
    assert rule(plain) == rule(FULL)
    assert rule(RULE).plain() == {**RULE, "title": {"zh": "r", "en": "r"}}
    meaning = {name: plain[name] for name in plain if name not in ("title", "note", "source", "state")}
    assert rule(FULL).meaning() == meaning


def test_a_rule_asks_for_the_columns_of_its_condition_and_its_amounts():
    assert rule(PRICED, lists=OURS).names == {"group", "los", "total_cost"}
    assert rule(RULE).names == {"los"}
    named = {**RULE, "effect": {"as_group": {"group": {"hospital_kind": {"tcm": "A", "other": "B"}}}}}
    assert rule(named).names == {"los", "hospital_kind"}


@pytest.mark.parametrize(
    ("day", "holds"), [((1, 31), False), ((2, 1), True), ((11, 30), True), ((12, 1), False)]
)
def test_a_rule_holds_on_its_first_and_last_day(day, holds):
    assert rule(FULL).holds_on(datetime.date(2025, *day)) is holds
    assert rule(RULE).holds_on(datetime.date(2025, *day))


def test_days_of_rules_are_days_on_which_a_policy_changes():
    day = {"from": "2025-02-01", "to": "2025-11-30"}
    policy = Policy.load(document({**RULE, "valid": day}))
    year = datetime.date(2025, 1, 1), datetime.date(2025, 12, 31)
    assert policy.changes(*year) == (FEBRUARY, datetime.date(2025, 12, 1))
    assert (
        policy.changes(FEBRUARY, datetime.date(2025, 11, 30)) == ()
    )  # the first day of a span changes nothing
    by_stay = Policy.load(document({**RULE, "valid": {**day, "by": "admission"}}))
    assert by_stay.changes(*year) == ()  # each stay looks at its own day


def test_what_was_not_known_stands_as_before():
    late = {**RULE, "id": "late", "known": "2025-03-01"}
    follows = {**RULE, "id": "follows", "after": "late", "instead_of": ["late", "low_outlier"]}
    raw = document(late, follows)
    before, after = (Policy.load(raw, as_of=day).document.rules for day in ("2025-02-28", "2025-03-01"))
    assert [each.id for each in before] == ["follows"]
    assert (before[0].after, before[0].instead_of) == ("", ("low_outlier",))
    assert [each.id for each in after] == ["late", "follows"]
    assert (after[1].after, after[1].instead_of) == ("late", ("late", "low_outlier"))


def test_a_rule_is_shown_in_the_language_of_the_run():
    policy = Policy.load(document(FULL))
    shown = {}
    for lang in ("zh", "en"):
        with speaking(lang):
            shown[lang] = policy.show().split("\n")[-3:]
    assert shown["zh"] == [
        "[规则]",
        f"  r  长住院: {SAID}  [假设, R090]  # what was read",
        "      住院天数大于60天 → 按项目付费",
    ]
    assert shown["en"] == [
        "[rules]",
        f"  r  long stays: {SAID}  [assumed, R090]  # what was read",
        "      length of stay is above 60 days → "
        "the stay leaves the case payment and is paid its actual cost",
    ]
    assert policy.show().split("\n")[-3:] == [
        "[规则 rules]",
        f"  r  长住院 long stays: {SAID}  [assumed 假设, R090]  # what was read",
        "      住院天数大于60天 → 按项目付费",
    ]


def test_what_differs_between_rules_lists_and_their_order():
    plain = Policy.load(document(FULL))
    more = Policy.load(document({**FULL, "when": "los > 61"}, PRICED, lists=OURS))
    priced = "when group in @ours; price {set: {los: [[3, 100], [–, total_cost * 0.5]]}}"
    assert str(plain.diff(more)).split("\n") == [
        "test → test",
        f"  rules.r, from 2025-02-01: {SAID} → {SAID.replace('60', '61')}",
        f"  rules.s, from 2024-01-01: – → {priced}",
        "  lists.ours, from 2024-01-01: – → IU23",
    ]
    assert str(more.diff(plain)).split("\n")[1:] == [
        f"  rules.r, from 2025-02-01: {SAID.replace('60', '61')} → {SAID}",
        f"  rules.s, from 2024-01-01: {priced} → –",
        "  lists.ours, from 2024-01-01: IU23 → –",
    ]
    one, other = ((PRICED, RULE, OURS), (RULE, PRICED, {"ours": ["IU23", "IU25"]}))
    moved = Policy.load(document(*one[:2], lists=one[2])).diff(
        Policy.load(document(*other[:2], lists=other[2]))
    )
    assert str(moved).split("\n")[1:] == [
        "  rules, from 2024-01-01: s, r → r, s",
        "  lists.ours, from 2024-01-01: IU23 → IU23 IU25",
    ]
    assert str(plain.diff(plain)) == "test and test have the same rules"


def test_counts_around_a_stay_in_words():
    facts = rule_facts({})
    for text, zh, en in (
        ("share[hospital+year: age >= 70] > 0.2", "病例占比 [同医院同年: 年龄不小于70岁]大于0.2",
         "share of stays [hospital+year: age >= 70] is above 0.2"),
        ("stays[group] > 5", "病例数 [同病组]大于5", "number of stays [group] is above 5"),
        ("mean[level: weight] > 1", "均值 [同等级: 权重或分值]大于1", "mean [level: weight] is above 1"),
    ):  # fmt: skip
        asked = Condition.parse(text, facts)
        assert (asked.in_words("zh"), asked.in_words("en")) == (zh, en)
    whole, mean = around("stays", "group+year"), around("mean", "level: weight + los")
    assert (whole.dimensions, whole.which, whole.what, whole.names) == (("group", "year"), None, None, set())
    assert (mean.dimensions, mean.which, mean.names) == (("level",), None, {"weight", "los"})
    assert around("stays", "hospital: age > 3").names == {"age"}


def test_amounts_hold_the_numbers_that_bounds_are_checked_by():
    facts = rule_facts({})
    table = read_amount({"hospital_level": {"3": 0.5, "2": {"los": [[3, 4], [None, 5]]}, "other": 6}}, facts)
    assert sorted(bounds_of(table)) == [0.5, 4, 5, 6]
    assert table.names == {"hospital_level", "los"}
    assert list(bounds_of(read_amount("los * 2", facts))) == []
    word = read_amount({"hospital_kind": {"tcm": " A ", "other": "B"}}, facts, words=True)
    assert (word.names, word.entries[0][1].value, word.rest.value) == ({"hospital_kind"}, "A", "B")
    assert (read_amount("A", facts, words=True).names, read_amount(3, facts).names) == (set(), set())


def test_a_scheme_by_date_goes_to_a_document_and_back():
    problems = []
    by_admission = {"by": "admission", "2024-01-01": "a", "2025-01-01": "a", "2027-01-01": "b"}
    dated = read_scheme(by_admission, "scheme", problems)
    days = datetime.date(2024, 1, 1), datetime.date(2027, 1, 1)
    assert problems == []
    assert dated == DatedScheme(
        ((days[0], "a"), (days[1], "b")), "admission"
    )  # the same name twice is one step
    assert dated.to_plain() == {"by": "admission", days[0]: "a", days[1]: "b"}
    assert read_scheme(dated.to_plain(), "scheme", problems) == dated
    plain = DatedScheme(dated.steps)
    assert plain.to_plain() == {days[0]: "a", days[1]: "b"}
    assert read_scheme(plain.to_plain(), "scheme", problems) == plain
    assert str(dated) == "a, b from 2027-01-01 by day of admission"
    assert str(plain) == "a, b from 2027-01-01"
    assert dated.changes == (days[1],)
    assert (dated.on(days[0]), dated.on(datetime.date(2020, 1, 1)), dated.on(days[1])) == ("a", "a", "b")
    assert schemes_named(DatedScheme(((days[0], "a"), (days[1], "b"), (datetime.date(2028, 1, 1), "a")))) == (
        "a",
        "b",
    )
    assert (schemes_named("a"), schemes_named(None)) == (("a",), ())


def test_a_reform_by_date_leaves_the_schemes_before_its_first_day():
    start, middle, late = (datetime.date(year, 1, 1) for year in (2024, 2025, 2027))
    new = DatedScheme(((middle, "b"),), "admission")
    assert laid_over("a", new, start) == DatedScheme(((start, "a"), (middle, "b")), "admission")
    old = DatedScheme(((start, "a"), (late, "c")))
    assert laid_over(old, new, start) == DatedScheme(((start, "a"), (middle, "b")), "admission")
    assert laid_over("b", DatedScheme(((start, "b"),)), start) == DatedScheme(((start, "b"),))
    assert laid_over(old, "b", start) == "b"
    assert laid_over(None, new, start) == new
