"""Every shipped rule is complete, runs its examples, and packs hold what was published."""

import datetime
import hashlib

import pytest

from drgsim._paths import data_path
from drgsim.audit.audit_errors import AuditRuleError
from drgsim.audit.examples import check_rules, run_examples
from drgsim.audit.library import Library
from drgsim.audit.packs import load_rows
from drgsim.audit.rule import rule_of
from drgsim.audit.rule_words import rule_text
from drgsim.errors import NotFoundError
from drgsim.sources import resolve
from tools.audit_packs import build

LIBRARY = Library.load()


@pytest.mark.parametrize("rule", LIBRARY.rules, ids=lambda rule: rule.id)
def test_examples_are_as_stated(rule):
    assert [outcome for outcome in run_examples(rule, LIBRARY) if not outcome.passed] == []


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("rule", LIBRARY.rules, ids=lambda rule: rule.id)
def test_a_rule_says_itself_in_words(rule, lang):
    text = rule_text(rule, LIBRARY, lang)
    assert rule.id in text
    assert "?" not in text


def test_no_rule_has_a_problem():
    assert check_rules(LIBRARY) == []


def test_sources_of_packs_resolve():
    for row in load_rows().rows:
        assert resolve(row.pack.source).id == row.pack.source


def test_packs_hold_the_published_counts():
    rows = load_rows()
    national = [row for row in rows.rows if row.pack.id.startswith("national")]
    by_pack = {}
    for row in national:
        by_pack.setdefault(row.pack.batch, []).append(row)
    counts = {batch: len(own) for batch, own in by_pack.items()}
    assert counts["01"] == 481 + 390 + 271 + 11 + 30
    assert counts["02"] == 378
    assert counts["07"] == 900
    assert counts["08"] == 67 + 1 + 11 + 14
    assert counts["update"] == 411
    codes = {batch: sum(len(row.codes) for row in own) for batch, own in by_pack.items()}
    assert [codes[batch] for batch in ("01", "03", "04", "05", "06", "09")] == [
        11290,
        112,
        736,
        962,
        1147,
        601,
    ]
    assert sum(bool(row.superseded_by) for row in national) == 397


def test_an_update_replaces_what_it_names_and_withdraws_nothing_else():
    rows = load_rows()
    before = datetime.date(2026, 1, 27)
    old = {row.item: row for row in rows.of_kind("drug_sex", on=before)}
    new = {row.item: row for row in rows.of_kind("drug_sex", on=datetime.date(2026, 1, 28))}
    assert set(old) <= set(new)
    assert old["艾附暖宫丸"].pack.batch == "01"
    assert new["艾附暖宫丸"].pack.batch == "update"
    assert len(new["艾附暖宫丸"].codes) > len(old["艾附暖宫丸"].codes)
    assert rows.of_kind("drug_indication", on=before) == []


@pytest.mark.shared
def test_the_reference_builds_the_shipped_packs(shared, tmp_path):
    built = build(shared / "reference", tmp_path)

    assert len(built) == 18
    for folder in built:
        for name in ("rows.csv", "pack.toml"):
            shipped = data_path("audit", "packs", folder.name, name).read_bytes()
            assert hashlib.sha256((folder / name).read_bytes()).digest() == hashlib.sha256(shipped).digest()


def _record(**changes):
    plain = {
        "id": "own-1",
        "library": "local",
        "family": "own",
        "name": {"zh": "自定", "en": "own"},
        "logic": {"zh": "价格高", "en": "dear"},
        "evidence": {"zh": "单价{price_text}", "en": "price {price_text}"},
        "table": "items",
        "test": "line",
        "when": "price > {most}",
        "parameters": {"most": {"value": 100, "source": "SV99", "state": "read"}},
        "result": "suspicion",
        "period": "line",
        "source": "SV99",
        "state": "read",
    }
    return {**plain, **changes}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"result": "guilty"}, "result"),
        ({"name": {"zh": "只有中文"}}, "both languages"),
        ({"wen": "price > 3"}, "when"),
        ({"source": "SV1"}, "SV1"),
        ({"test": "total"}, "per"),
        ({"id": ""}, "id"),
        ({"parameters": {"most": 3}}, "most"),
        ({"valid_from": "28.1.2026"}, "2026-01-28"),
        ({"examples": [{"hit": {}, "miss": {}}]}, "example"),
        ({"examples": ["hit"]}, "example"),
        ({"examples": [{"hit": {}, "expect": 3}]}, "mapping"),
        ({"source": ["SV11"]}, "source is of another kind"),
        ({"source": {}}, "not complete|another kind"),
        ({"id": [1]}, "id is of another kind.*allowed: a text or a number;"),
        ({"rows": "K80"}, "rows is of another kind.*allowed: a list;"),
        ({"parameters": 3}, "parameters is of another kind.*allowed: a mapping;"),
        ({"levels": [[3]]}, "levels is of another kind"),
        ({"when": 3}, "when is of another kind"),
        ({"exempt": [3]}, "exemption"),
        ({"parameters": {"most": {"value": float("nan")}}}, "lever is a number"),
        ({"parameters": {"most": {"value": 10**400}}}, "lever is a number"),
        ({"parameters": {"most": {"value": {}}}}, "lever is a number"),
        ({"parameters": {"most": {"value": 3, "source": []}}}, "trust state or source"),
    ],
)
def test_a_record_that_is_no_rule_says_why(change, said):
    with pytest.raises(AuditRuleError, match=said):
        rule_of(_record(**change))


def test_own_rules_of_a_folder_run_beside_the_shipped(tmp_path):
    import yaml

    from drgsim.audit.screening import audit

    (tmp_path / "own.yaml").write_text(yaml.safe_dump({"rules": [_record()]}, allow_unicode=True), "utf-8")
    pack = tmp_path / "own-2026"
    pack.mkdir()
    (pack / "pack.toml").write_text(
        'id = "own-2026"\nvalid_from = 2026-03-01\nsource = "SV99"\nstate = "read"\n', "utf-8"
    )
    (pack / "rows.csv").write_text("kind,item,sex,codes\nservice_sex,自定项目,2,L0001\n", "utf-8")
    items = [{"visit_id": "1", "time": "2026-03-02", "item_code": "L0001", "quantity": 1, "price": 150}]
    visits = [{"visit_id": "1", "sex": 1}]
    result = audit(items=items, visits=visits, rules=[tmp_path], only=["own-1", "service-sex"])
    assert sorted(result.frame["rule"]) == ["own-1", "service-sex"]
    assert audit(items=items, only=["own-1"], rules=[tmp_path], levers={"own-1.most": 200}).frame.empty


def test_unknown_rules_and_levers_name_the_nearest():
    with pytest.raises(NotFoundError, match="drug-sex"):
        _ = LIBRARY["drug-sx"]
    with pytest.raises(NotFoundError, match=r"over-price\.tolerance"):
        LIBRARY.with_levers({"over-price.tolerence": 1})
    with pytest.raises(NotFoundError, match="frequency"):
        LIBRARY.only(["frequenzy"])


def test_problem_lists_name_rules_that_exist_or_none():
    from drgsim.audit.indices import KINDS, problem_rows

    for row in problem_rows():
        assert row["kind"] in KINDS
        assert all(rule in LIBRARY for rule in row["rules"].split()), row
    assert len({row["field"] for row in problem_rows()}) == 14  # 12 fields, all, pharmacies


def test_a_screening_says_which_problems_it_could_look_for():
    from drgsim.audit.screening import audit

    items = [{"visit_id": "V", "time": "2026-03-01", "item_code": "310701022", "quantity": 30, "price": 5.0}]
    listed = {row["rows"]: row for row in audit(items=items).problem_list("en").iter_rows(named=True)}
    assert listed["174 R227"]["how"] == "data tell, findings"
    assert (listed["174 R227"]["findings"], listed["174 R227"]["money"]) == (1, 30.0)
    assert listed["R063"]["how"] == "data tell, nothing found"
    assert listed["R012"]["how"] == "data would tell, table not given"
    assert listed["R034"]["how"] == "needs the record, stock or a visit"


def test_a_file_of_rules_says_the_line_of_the_record_that_is_none(tmp_path):
    shipped = data_path("audit", "rules", "drugs.yaml").read_text(encoding="utf-8")
    second = shipped.index("- id:", shipped.index("- id:") + 1)
    line = shipped[:second].count("\n") + 1
    bad = shipped[:second] + shipped[second:].replace("  library: management", "  library: [1]", 1)
    (tmp_path / "own.yaml").write_text(bad, encoding="utf-8")
    with pytest.raises(AuditRuleError, match=rf"library is of another kind.*line {line}, own\.yaml"):
        Library.load(tmp_path, only_own=True)
