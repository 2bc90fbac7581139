"""The shipped policies say what their sources say, and every display says how far to trust them."""

import csv
import datetime
import json
import pickle
from collections import Counter

import pytest

from drgsim import Policy
from drgsim._paths import PACKAGE, data_path
from drgsim.cli import main
from drgsim.policy.library import shipped
from drgsim.policy.parameters import catalogue
from drgsim.policy.reading import payment_levels
from drgsim.policy.yaml_text import read_yaml
from tools.policies.build import build
from tools.policies.schema import json_schema

CITIES = sorted(path.stem for path in data_path("policies", "cities").glob("*.yaml"))


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_policy_is_named_like_its_file_and_states_its_trust(name):
    policy = Policy.load(name)
    assert policy.id == name
    assert sum(policy.states.values()) == len(policy.in_force) + len(policy.rules) > 0
    for state, number in policy.states.items():
        assert f"{number} {state}" in str(policy)
        assert f"{number} {state}" in policy._repr_html_()


def test_there_is_a_national_default_for_each_method():
    methods = [Policy.load(name).method for name in shipped() if name.startswith("national-")]
    assert sorted(methods) == ["dip", "drg_points", "drg_rate", "ffs"]


def test_defaults_from_own_knowledge_are_called_assumed():
    policy = Policy.load("national-drg-rate")
    for path, dated in policy.in_force.items():
        if dated.source == "R090":
            assert dated.state == "assumed", path
    # payment rules §3.1 and §4.1
    assert policy.number("outlier.high.threshold", level=3) == 3
    assert policy.number("outlier.high.threshold", level=2) == 2
    assert policy.entry("outlier.high.quota").state == "assumed"
    assert (policy["special_review.quota"], Policy.load("national-dip")["special_review.quota"]) == (
        0.05,
        0.005,
    )


def test_the_new_technology_rule_of_2022():
    rule = Policy.load("beijing-new-technology")  # payment rules §4.2
    assert (rule["new_technology.cost_multiple"], rule["new_technology.share"]) == (2, 0.64)
    assert rule.method is None


def test_two_ladders_are_extended_by_the_defaults():
    policy = Policy.load("national-drg-rate")  # fund rules, N1 and N3
    employee = {"member": "active", "level": 3}
    assert policy.number("benefit.employee.payment_ratio", **employee) == 0.9
    assert policy.number("benefit.employee.payment_ratio", member="retired", level=1) == 0.97
    assert policy.number("benefit.employee.deductible_factor", member="active", stay=2) == 0.5
    assert policy.number("benefit.resident.deductible", member="adult", level="二级") == 500
    assert policy.entry("benefit.resident.deductible").origin == "benefits-resident"


def test_a_display_says_when_the_scheme_is_not_installed():
    assert "scheme yibin-2023 (not installed" in str(Policy.load("yibin-2023"))
    assert "not installed" not in str(Policy.load("hefei-2023"))


def test_a_reading_counts_what_was_used():
    policy = Policy.load("national-drg-rate")
    reading = policy.reading()
    reading["outlier.low.threshold"]
    reading.number("outlier.high.threshold", level=3)
    reading.column("fund.ratio", 3, insurance="employee")
    reading.slices("benefit.resident.payment_ratio", [0], [100], member="adult", level=3)
    reading["outlier.low.threshold"]
    assert reading.used == (
        "outlier.low.threshold",
        "outlier.high.threshold",
        "benefit.resident.payment_ratio",
        "fund.ratio",
    )
    assert reading.states == Counter(assumed=1, secondary=2, default=1)
    assert policy.show(used=reading.used).count("\n  ") == 4


def test_the_payment_level_is_the_hospitals_own_class():
    policy = Policy.load("harbin").reform({"levels.of_hospital/H9": "Ⅳ级"})
    levels = payment_levels(policy, 4, level=[3, "二级", 3, None], hospital=["H1", "H2", "H9", "H1"])
    assert levels.tolist() == ["Ⅰ级", "Ⅱ级", "Ⅳ级", None]
    assert policy.column("standard.base_rate", 4, insurance="resident", payment_level=levels)[2] == 7378.38


def test_equal_rules_are_equal_and_can_be_kept():
    policy = Policy.load("harbin")
    assert pickle.loads(pickle.dumps(policy)) == policy
    assert {policy, Policy.load("harbin")} == {policy}
    assert policy != policy.at("2023-01-01")


def test_differences_name_day_and_both_values():
    rows = Policy.load("harbin-2023").diff(
        Policy.load("harbin-2023").reform({"outlier.low.threshold/3": 0.3})
    )
    assert len(rows) == 1
    assert "outlier.low.threshold 低倍率界限, from 2023-01-01: 0.4 → 3: 0.3; 其他/other: 0.4" in str(rows)
    assert list(rows.frame.columns) == ["path", "label_zh", "label_en", "since", "before", "after"]
    assert "低倍率界限" in rows._repr_html_()
    same = Policy.load("harbin").diff(Policy.load("harbin"))
    assert str(same) == "harbin and harbin have the same rules"


def test_the_published_schema_is_that_of_the_catalogue():
    assert json.loads(data_path("policies", "schema.json").read_text(encoding="utf-8")) == json_schema()
    assert set(json_schema()["properties"]["parameters"]["properties"]) == set(catalogue())


def test_the_shipped_documents_fit_the_schema_and_wrong_ones_do_not():
    jsonschema = pytest.importorskip("jsonschema", reason="only needed to check the schema we publish")
    validator = jsonschema.Draft202012Validator(json_schema())
    validator.check_schema(json_schema())
    for path in shipped().values():
        plain = as_json(read_yaml(path))
        assert not list(validator.iter_errors(plain)), path.name
    plain["parameters"] = {"fund.ratio": {"value": 2, "source": "R090", "state": "assumed"}}
    assert list(validator.iter_errors(plain))
    plain["parameters"] = {"fund.convention": {"value": "deduct", "state": "assumed"}}
    assert list(validator.iter_errors(plain))


def as_json(content):
    if isinstance(content, dict):
        return {str(key): as_json(value) for key, value in content.items()}
    if isinstance(content, list):
        return [as_json(value) for value in content]
    return str(content) if isinstance(content, datetime.date) else content


def test_building_again_gives_the_shipped_files(shared, tmp_path):
    for path in build(shared / "reference", tmp_path):
        assert path.read_bytes() == data_path(*path.relative_to(tmp_path).parts).read_bytes(), path.name


def test_no_place_is_named_in_the_code():
    recipe = read_yaml(data_path("policies", "recipes", "cities.yaml"))["cities"]
    names = {
        *recipe,
        *(plan[key] for plan in recipe.values() for key in ("en", "id")),
        "北京",
        "湖州",
        "Beijing",
        "Huzhou",
    }
    assert "Harbin" in names
    for path in sorted((PACKAGE / "payment").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert not [name for name in names if name in text], path.name


@pytest.fixture(scope="module")
def table(shared):
    path = shared / "reference" / "regional_payment_parameters.json"
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def places():
    recipe = read_yaml(data_path("policies", "recipes", "cities.yaml"))["cities"]
    return {name: Policy.load(plan["id"]) for name, plan in recipe.items()}


def test_every_place_of_the_table_is_a_policy(table, places):
    assert len(CITIES) == len(table["cities"]) == 44
    assert set(places) == set(table["cities"])


def test_prices_and_thresholds_are_those_of_the_table(table, places):
    for name, record in table["cities"].items():
        policy = places[name]
        price = record["point_value"] or record["rate"]
        path = "standard.base_rate" if record["family"] == "rate" else "standard.point_value"
        flat = price if isinstance(price, dict) else {"其他": price}
        for key, value in flat.items():
            for insurance, amount in (value if isinstance(value, dict) else {key: value}).items():
                keys = {"insurance": insurance if insurance in ("职工", "居民") else "职工"}
                assert policy.number(path, payment_level=key, **keys) == amount, name
        for level, coefficient in (record["level_coefficients"] or {}).items():
            assert policy.number("standard.coefficient.level", payment_level=level) == coefficient, name
        assert policy.number("outlier.low.threshold", level=3, weight=1) == record["low_threshold"], name
        if record["avg_cost"] is not None:
            assert policy["standard.mean_cost"] == record["avg_cost"]


def test_bands_of_the_table_are_inclusive_above(table, places):
    for name, record in table["cities"].items():
        bands = table["caps"].get(record["high_cap"])
        policy = places[name]
        if isinstance(bands, list) and not policy.in_force["outlier.high.threshold"].note:
            for upper, value in bands:
                weight = 99 if upper is None else upper
                assert policy.number("outlier.high.threshold", level=3, weight=weight) == value, name


def test_placeholders_are_called_placeholders(table, places):
    for name, record in table["cities"].items():
        values = set((record["point_value"] or {}).values())
        if values & {55, 60, 80, 100}:
            dated = places[name].in_force["standard.point_value"]
            assert (dated.state, "laceholder" in dated.note) == ("assumed", True), name


def test_base_rates_of_the_city_with_real_rates(shared):
    policy = Policy.load("harbin")
    with (shared / "reference" / "weights" / "harbin_rates.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            keys = {"insurance": row["insurance"], "payment_level": "Ⅰ级"}
            found = policy.at(f"{row['year']}-07-01").number("standard.base_rate", **keys)
            assert found == float(row["rate"])


def test_the_command_line_lists_shows_and_compares(capsys):
    assert main(["policy", "list"]) == 0
    listed = capsys.readouterr().out
    assert all(name in listed for name in shipped())
    assert (
        main(["policy", "show", "harbin", "--on", "2023-05-01", "--set", "outlier.high.threshold/3=2.5"]) == 0
    )
    shown = capsys.readouterr().out
    changed = Policy.load("harbin", on="2023-05-01").reform({"outlier.high.threshold/3": 2.5})
    assert shown == f"{changed.show()}\nhash {changed.hash}\n"
    assert main(["policy", "diff", "harbin-2022", "harbin-2023"]) == 0
    assert capsys.readouterr().out == f"{Policy.load('harbin-2022').diff(Policy.load('harbin-2023'))}\n"


def test_the_command_line_lays_parts_over_and_writes_a_document(capsys, tmp_path):
    line = ["policy", "show", "harbin", "--with", "beijing-new-technology", "--yaml", "--on", "2027-01-01"]
    assert main(line) == 0
    captured = capsys.readouterr()
    assert "2027-01-01 is outside" in captured.err
    path = tmp_path / "both.yaml"
    path.write_text(captured.out, encoding="utf-8")
    assert Policy.load(path).hash == Policy.load("harbin").including("beijing-new-technology").hash
    assert main(["policy", "show", "national-ffs", "--all"]) == 0
    shown = capsys.readouterr().out
    assert all(path in shown for path in catalogue())


def test_the_command_line_checks_a_file(capsys, tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text("drgsim_policy: 1\nid: own\nparameters: {fund.rato: {value: 1}}\n", encoding="utf-8")
    assert main(["policy", "check", str(path)]) == 1
    assert "did you mean 'fund.ratio'" in capsys.readouterr().out
    assert main(["policy", "check", str(data_path("policies", "regions", "harbin.yaml"))]) == 0
    assert main(["policy", "check", str(tmp_path / "none.yaml")]) == 2
