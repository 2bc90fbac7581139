"""The laboratory finds planted splits, none where there are none, and writes a scheme that groups so."""

import errno

import numpy as np
import pandas as pd
import pytest

import drgsim
from drgsim.errors import ArgumentError, ColumnError, WriteError
from drgsim.grouping.refine.features import Constraints

BASE = "chs-drg-2.0"
N = 4_000


def cases(seed=0, *, n=N, years=1):
    """Pneumonia (ES3) and gall bladders (HC2), some with complications, of many hospitals."""
    rng = np.random.default_rng(seed)
    surgical = rng.random(n) < 0.5
    weight = rng.choice(["", "|E11.400", "|I50.900"], n, p=[0.5, 0.25, 0.25])
    procedure = np.where(rng.random(n) < 0.5, "51.2300", "51.2200")
    return pd.DataFrame(
        {
            "case_id": [f"c{place}" for place in range(n)],
            "hospital_id": rng.integers(0, 20, n).astype(str),
            "sex": rng.choice([1, 2], n),
            "age": rng.integers(18, 95, n),
            "diagnoses": np.where(surgical, "K80.101", "J18.903") + pd.Series(weight).to_numpy(object),
            "procedures": np.where(surgical, procedure, ""),
            "discharge_date": pd.Timestamp("2023-06-01")
            + pd.to_timedelta(365 * rng.integers(0, years, n), unit="D"),
            "total_cost": (8_000 * rng.lognormal(0, 0.4, n)).round(2),
        }
    )


def planted(table, where, factor):
    return table.assign(
        total_cost=np.where(where, table["total_cost"] * factor, table["total_cost"]).round(2)
    )


def rules(found, adrg):
    own = found.groups[found.groups["adrg"] == adrg]
    return dict(zip(own["group"], own["rule"], strict=True))


@pytest.mark.parametrize("seed", range(2))
def test_none_is_found_where_there_is_none(seed):
    found = drgsim.refine(cases(seed), BASE)
    assert (found.frame["decision"] != "split").all()


def test_a_planted_age_is_found():
    table = cases(1)
    found = drgsim.refine(planted(table, table["age"] >= 70, 2.0), BASE)
    assert found.frame.loc[["ES3", "HC2"], "decision"].tolist() == ["split", "split"]
    assert rules(found, "ES3") == {"ES3A": "NL >= 70", "ES3B": "TRUE"}
    groups = found.groups.set_index("group")["mean_cost"]
    assert groups["ES3A"] / groups["ES3B"] == pytest.approx(2, rel=0.1)


def test_a_planted_severity_takes_the_national_digits():
    table = cases(2)
    heavy = table["diagnoses"].str.contains("I50.900")
    found = drgsim.refine(planted(table, heavy, 2.5), BASE)
    assert rules(found, "ES3") == {"ES31": "MCC", "ES35": "TRUE"}  # of the base's three, two do not differ
    assert rules(found, "HC2") == {"HC21": "MCC", "HC25": "TRUE"}  # where the base tells no MCC apart
    answers = drgsim.DrgGrouper(found.scheme).group(planted(table, heavy, 2.5))
    medical = (answers["adrg"].astype(str) == "ES3").to_numpy()
    costs = table["total_cost"].where(~heavy, table["total_cost"] * 2.5)[medical]
    means = costs.groupby(answers["drg"][medical].astype(str).to_numpy()).mean()
    assert means.max() / means.min() == pytest.approx(2.5, rel=0.15)


def test_a_planted_class_of_procedures_becomes_a_code_list():
    table = cases(3)
    found = drgsim.refine(planted(table, table["procedures"] == "51.2200", 1.8), BASE)
    assert found.frame.loc["HC2", "decision"] == "split"
    rule = rules(found, "HC2")["HC2A"]
    assert rule in ("ZYSS in OP_HC2_5122", "ZYSS not in OP_HC2_5123")
    name = rule.rsplit(" ", 1)[1]
    assert all(code.startswith(("51.22", "51.23")) for code in found.scheme.sets[name].codes)


def test_a_heavier_severity_that_costs_less_is_no_group():
    table = cases(4)
    heavy = table["diagnoses"].str.contains("I50.900")
    found = drgsim.refine(planted(table, heavy, 0.5), BASE)
    assert not any("MCC" in rule for rule in found.groups["rule"] if "NL" not in rule and "OP" not in rule)


def test_a_difference_that_turns_round_from_year_to_year_is_no_split():
    table = cases(5, n=8_000, years=3)
    old, second = table["age"] >= 70, table["discharge_date"].dt.year == 2024
    both = planted(planted(table, old & ~second, 2.6), old & second, 0.6)
    found = drgsim.refine(both, BASE, hold_out=False)
    assert not any("NL" in rule for rule in found.groups["rule"])


def test_the_last_year_is_held_out():
    table = cases(6, n=8_000, years=2)
    found = drgsim.refine(planted(table, table["age"] >= 70, 2.0), BASE)
    assert "after, held-out year" in found.overall.index
    held = found.overall["riv"]
    assert held["after, held-out year"] > held["before, held-out year"] + 0.05
    assert found.overall.loc["before", "cases"] < len(table)


def full(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_the_pack_groups_as_the_report_says(tmp_path, monkeypatch):
    table = cases(1)
    table = planted(table, table["age"] >= 70, 2.0)
    found = drgsim.refine(table, BASE, id="own-city")
    with monkeypatch.context() as patch:
        patch.setattr("drgsim.cases.write.write_table", full)
        with pytest.raises(WriteError):
            found.write(tmp_path / "own-city")
    assert list(tmp_path.iterdir()) == []
    found.write(tmp_path / "own-city")
    loaded = drgsim.Scheme.load(tmp_path / "own-city")
    assert (loaded.id, loaded.base, loaded.trust) == ("own-city", BASE, "assumed")
    answers = drgsim.DrgGrouper(loaded).group(table)
    counted = answers["drg"].astype(str).value_counts()
    for _, row in found.groups.iterrows():
        assert counted[row["group"]] == row["cases"]
    assert "own-city" in (tmp_path / "own-city" / "report.html").read_text(encoding="utf-8")
    assert "ES3A" in loaded.diff(drgsim.Scheme.load(BASE)).text(limit=None)
    case = table[table["age"] >= 70].iloc[[0]]
    assert "NL >= 70" in drgsim.DrgGrouper(loaded).explain(case).text()


def test_the_order_of_rows_does_not_show():
    table = cases(1)
    table = planted(table, table["age"] >= 70, 2.0)
    one = drgsim.refine(table, BASE)
    other = drgsim.refine(table.sample(frac=1, random_state=3), BASE)
    assert one.scheme == other.scheme
    pd.testing.assert_frame_equal(one.frame, other.frame)


def test_groups_that_do_not_differ_are_merged_and_take_the_same_cases():
    found = drgsim.refine(cases(7), BASE)
    merged = found.frame[found.frame["decision"] == "merged"]
    assert len(merged)
    answers = drgsim.DrgGrouper(found.scheme).group(cases(7))
    for adrg in merged.index:
        assert (answers["adrg"].astype(str) == adrg).sum() == merged.loc[adrg, "cases"]


def test_too_few_cases_change_nothing():
    found = drgsim.refine(cases(1, n=150), BASE)
    assert set(found.frame["decision"]) == {"few"}
    assert found.scheme.drgs == drgsim.Scheme.load(BASE).drgs


def test_what_is_missing_is_told():
    with pytest.raises(ColumnError, match="hospital_id"):
        drgsim.refine(cases(1, n=10).drop(columns="hospital_id"), BASE)
    with pytest.raises(ArgumentError, match="min_case"):
        Constraints.load(min_case=3)
    with pytest.raises(ArgumentError, match="too small"):
        Constraints.load(folds=1)


def test_displays_hold_no_case():
    table = cases(1)
    found = drgsim.refine(table, BASE)
    for shown in (repr(found), found._repr_html_(), found._page()):
        assert "c17" not in shown
