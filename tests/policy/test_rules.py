"""Rules of a policy document: what is understood, and what is told with its place."""

import pytest

from drgsim import Policy
from drgsim.policy.policy_errors import PolicyError
from drgsim.policy.rules.facts import around
from drgsim.policy.rules.menu import effects, forget_effect, register_effect
from drgsim.policy.rules.order import AFTER, following
from drgsim.policy.rules.rule import read_rules

RULE = {"id": "r", "when": "los > 60", "effect": {"by_item": {}}, "source": "R090", "state": "assumed"}


def document(*rules, **fields):
    return {
        "drgsim_policy": 1,
        "id": "test",
        "title": "test",
        "valid": {"from": "2024-01-01", "to": "2026-12-31"},
        "method": "drg_rate",
        "parameters": {"standard.base_rate": {"value": 10_000, "source": "R090", "state": "assumed"}},
        "rules": list(rules),
        **fields,
    }


def problems(*rules, **fields):
    with pytest.raises(PolicyError) as caught:
        Policy.load(document(*rules, **fields))
    return "\n".join(map(str, caught.value.problems))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"when": "loss > 60"}, "rules.r.when: no such fact (character 1 of ▸loss > 60); got 'loss'"),
        ({"when": "loss > 60"}, "did you mean 'los'?"),
        ({"when": 3}, "not a condition"),
        ({"when": "share[hospitl: age > 3] > 0.5"}, "did you mean 'hospital'?"),
        ({"when": "share[hospital: agee > 3] > 0.5"}, "did you mean 'age'?"),
        ({"when": "mean[hospital] > 5"}, "needs an expression behind a colon"),
        ({"when": "group in @tcm"}, "no such list"),
        ({"when": "hospital_kind = tmc"}, "did you mean 'tcm'?"),
        ({"effect": {"by_itm": {}}}, "rules.r.effect: no such effect; got 'by_itm'; did you mean 'by_item'?"),
        ({"effect": {"by_item": {}, "price": {}}}, "a rule has one effect"),
        ({"effect": {"price": {}}}, "says nothing"),
        ({"effect": {"price": {"multply": 2}}}, "did you mean 'multiply'?"),
        ({"effect": {"price": {"multiply": -2}}}, "outside its bounds; got -2"),
        ({"effect": {"price": {"multiply": "40%"}}}, "write 0.4"),
        ({"effect": {"price": {"multiply": {"hospital_level": {"4": 1}}}}}, "hospital_level is never this"),
        ({"effect": {"price": {"multiply": {"levl": {"3": 1}}}}}, "no such fact"),
        ({"effect": {"price": {"set": {"los": [[30, 1], [20, 2]]}}}}, "upper bounds are numbers that rise"),
        ({"effect": {"per_diem": {}}}, "rules.r.per_diem.rate: is missing"),
        ({"effect": {"per_diem": {"rate": 1, "phases": [[30, 1]]}}}, "the last be null"),
        ({"effect": {"price": {"multiply": 2, "at": "standrd"}}}, "did you mean 'standard'?"),
        ({"effect": None}, "a rule has one effect"),
        ({"source": "R099999"}, "no such source"),
        ({"source": None}, "a rule without a source"),
        ({"state": "read"}, "trusted more than its source"),
        ({"valid": {"from": "2025-02-30"}}, "rules.r.valid.from: not a day"),
        ({"valid": {"from": "2025-02-01", "to": "2025-01-01"}}, "ends before it begins"),
        ({"valid": {"by": "billing"}}, "discharge, admission"),
        ({"after": "standrd"}, "neither a step nor a rule; got 'standrd'; did you mean 'standard'?"),
        ({"instead_of": ["nothing"]}, "neither a step nor a rule"),
        ({"after": "r"}, "in a circle: r"[:11]),
        ({"wehn": "x"}, "rules.r.wehn: unknown field; did you mean 'when'?"),
        ({"id": "a b"}, "not a name"),
    ],
)  # fmt: skip
def test_what_a_rule_may_not_say(change, says):
    assert says in problems({**RULE, **change})


def test_two_rules_of_one_id_are_told():
    assert "two rules of one id" in problems(RULE, RULE)


def test_a_rule_is_part_of_the_hash_and_of_what_differs():
    plain, ruled = Policy.load(document()), Policy.load(document(RULE))
    other = Policy.load(document({**RULE, "when": "los > 61"}))
    assert len({plain.hash, ruled.hash, other.hash}) == 3
    assert ruled.hash == Policy.load(document({**RULE, "title": "another", "note": "x"})).hash
    shown = str(ruled.diff(other))
    assert "rules.r" in shown
    assert "los > 61" in shown
    assert "→ –" in str(ruled.diff(plain))


def test_a_reform_adds_changes_and_removes_rules():
    plain = Policy.load(document())
    added = plain.reform({"rules/r": {"when": "los > 60", "effect": {"by_item": {}}}})
    assert added.hash == Policy.load(document(RULE)).hash
    assert added.reform({"rules/r": None}).hash == plain.hash
    with pytest.raises(PolicyError, match="no such rule to take out"):
        added.reform({"rules/q": None})
    with pytest.raises(PolicyError, match="no such effect"):
        plain.reform({"rules/r": {"effect": {"nothing": {}}}})


def test_a_document_takes_over_the_rules_and_lists_of_what_it_extends(tmp_path):
    import yaml

    base = document({**RULE, "when": "group in @ours"}, lists={"ours": ["IU23"]}, id="base")
    (tmp_path / "base.yaml").write_text(yaml.safe_dump(base), encoding="utf-8")
    own = {**RULE, "id": "s", "when": "group in @ours and los > 3"}
    top = document(own, id="top", extends="base.yaml")
    (tmp_path / "top.yaml").write_text(yaml.safe_dump(top), encoding="utf-8")
    assert [rule.id for rule in Policy.load(tmp_path / "top.yaml").rules] == ["r", "s"]


def test_problems_of_a_file_have_lines(tmp_path):
    import yaml

    text = yaml.safe_dump(document({**RULE, "when": "loss > 3"}), sort_keys=False)
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        Policy.load(tmp_path / "x.yaml")
    (problem,) = caught.value.problems
    assert text.splitlines()[problem.line - 1].strip() == "when: loss > 3"


def test_every_effect_of_the_menu_explains_itself_and_its_example_is_a_rule():
    for kind in effects().values():
        rule = {"id": kind.name, "source": "R090", "state": "assumed", **kind.example}
        lists = {"listed": ["93.35"]}
        policy = Policy.load(document(rule, lists=lists))
        assert policy.rules[0].stage in AFTER
        assert policy.show().count(kind.zh)
        for argument in kind.arguments.values():
            assert argument.zh
            assert argument.en
            assert argument.allowed


def test_the_order_is_by_stage_then_as_listed_then_after():
    def rule(name, effect, **fields):
        return {**RULE, "id": name, "effect": effect, **fields}

    found = read_rules(
        [
            rule("late", {"price": {"add": 1, "at": "payment"}}),
            rule("b", {"price": {"add": 1}}),
            rule("a", {"price": {"add": 1}}),
            rule("w", {"weight": {"multiply": 1}}),
            rule("c", {"price": {"add": 1}}, after="b"),
            rule("d", {"price": {"add": 1}}, after="high_outlier"),
        ],
        {}, _known(), "", [],
    )  # fmt: skip
    placed = {step: [each.id for each in rules] for step, rules in following(found).items() if rules}
    assert placed == {
        "weight": ["w"],
        "standard": ["b", "c", "a"],
        "high_outlier": ["d"],
        "tcm_support": ["late"],
    }


def _known():
    from drgsim.sources import load

    return load()


def test_an_effect_from_outside_is_shown_as_such():
    register_effect("half", lambda arguments: None, stage="payment", zh="减半", en="half")
    try:
        policy = Policy.load(document({**RULE, "effect": {"half": {}}}))
        assert "outside drgsim" in policy.show()
    finally:
        forget_effect("half")
    assert "no such effect" in problems({**RULE, "effect": {"half": {}}})


def test_a_key_of_an_aggregate_is_read_once():
    asked = around("share", "hospital+group: age > 60")
    assert asked.dimensions == ("hospital", "group")
    assert asked.names == {"age"}
