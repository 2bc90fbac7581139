"""A province of invented tables that obey the contract of a result: six regions, 200 hospitals."""

# ruff: noqa: E501 (tables of invented rows)

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd
import pytest

REGIONS = tuple(f"9{number}00" for number in ("901", "902", "903", "904", "905", "906"))
TITLES = {
    "baseline": {"zh": "现行政策(按病组付费)", "en": "Policy in force (DRG rate)"},
    "cross-region-price-book": {
        "zh": "跨区病例由按项目改为就医地 DRG 价格本",
        "en": "Cross-region stays move from by-item to the care region's DRG price book",
    },
    "special-review-ceiling": {
        "zh": "特例单议申报与通过比例由零提高到国家上限,新药新技术除外支付",
        "en": "Special review from nothing to the national ceiling, with new technology paid outside",
    },
    "high-outlier-excess": {"zh": "高倍率由按项目改为超额封顶", "en": "High outliers: excess with a cap"},
    "drg-to-dip": {"zh": "DRG 改 DIP", "en": "DRG to DIP"},
}
SCENARIOS = tuple(TITLES)
MEASURES = ("total_cost", "payment", "fund_by_item", "fund", "patient", "other_payers", "borne_by_hospital")
LEVERS = {
    "cross-region-price-book": [("price-book", "就医地价格本", "Care region's price book", "mechanical", 41.7e6)],
    "special-review-ceiling": [
        ("review", "特例单议到上限", "Special review to the ceiling", "mechanical", 18.2e6),
        ("new-technology", "新药新技术除外支付,按省级目录执行", "New technology paid outside the group", "mechanical", 6.4e6),
        ("coding_drift", "编码上浮", "Coding drift", "behavioural", 9.1e6),
    ],
    "high-outlier-excess": [("excess", "超额封顶", "Excess with a cap", "mechanical", -27.9e6)],
    "drg-to-dip": [
        ("dip", "换组", "Regrouped", "regrouped", -55.0e6),
        ("dip", "换价", "Repriced", "repriced", 36.3e6),
        ("volume", "数量响应", "Volume", "behavioural", 12.5e6),
    ],
}  # fmt: skip
BASE = {"total_cost": 3.3e9, "fund": 2.02e9, "patient": 1.0e9, "other_payers": 0.21e9}


class FabricatedTables:
    """The table methods of a result, from a seed and from nothing else."""

    def __init__(self, *, regions: int = 6, hospitals: int = 200, draws: bool = True) -> None:
        self._regions = [f"9{901 + place}00" for place in range(regions)]
        self._count = hospitals
        self._draws = draws
        self.titles = TITLES

    @cached_property
    def _hospitals(self) -> pd.DataFrame:
        rng = np.random.default_rng(3)
        size = rng.lognormal(0, 1.1, self._count)
        level = np.where(
            size > 2.2, 3, np.where(size > 0.5, 2, np.where(rng.random(self._count) < 0.9, 1, 0))
        )
        cost = size / size.sum() * BASE["total_cost"]
        frame = pd.DataFrame(
            {
                "hospital_id": [f"H99010{900000 + place}" for place in range(self._count)],
                "care_region": rng.choice(self._regions, self._count),
                "hospital_level": level,
                "cases": np.maximum(5, (cost / 11_000).astype(int)),
                "total_cost": cost,
                "fund": cost * 0.612,
                "borne_by_hospital": cost * rng.normal(0.02, 0.03, self._count),
            }
        )
        return frame.assign(margin=-frame["borne_by_hospital"] / frame["total_cost"])

    def _change(self, scenario: str) -> float:
        return sum(value for *_, value in LEVERS.get(scenario, []))

    def unpaid(self):
        return pd.DataFrame(
            [(each, "cost_missing", "缺总费用", "the total cost is missing", 12, 0.0) for each in SCENARIOS],
            columns=["scenario", "problem", "zh", "en", "cases", "total_cost"],
        )

    def summary(self) -> pd.DataFrame:
        rows = []
        for scenario in SCENARIOS:
            change, patient = self._change(scenario), -0.08 * self._change(scenario)
            fund = BASE["fund"] + change
            borne = BASE["total_cost"] - fund - BASE["patient"] - patient - BASE["other_payers"]
            rows.append(
                {
                    "scenario": scenario, "title": TITLES[scenario]["zh"], "cases": 300_000, "cmi": 1.013,
                    "total_cost": BASE["total_cost"], "payment": fund + BASE["patient"], "fund": fund,
                    "patient": BASE["patient"] + patient, "other_payers": BASE["other_payers"],
                    "borne_by_hospital": borne, "fund_change": change,
                    "fund_change_share": change / BASE["fund"], "patient_change": patient,
                    "other_payers_change": 0.0,
                    "hospital_change": change + patient,
                }
            )  # fmt: skip
        return pd.DataFrame(rows).set_index("scenario")

    def by(self, key: str) -> pd.DataFrame:
        names = {
            "insurance": ["employee", "resident"],
            "hospital_level": [3, 2, 1, 0],
            "care_region": self._regions,
            "insured_region": self._regions,
            "region": self._regions,
            "hospital_id": [f"H99010{900000 + place}" for place in range(self._count)],
        }.get(key, [f"{key}-{place}" for place in range(4)])
        rng = np.random.default_rng(len(key))
        weight = rng.dirichlet(np.full(len(names), 8.0))
        tables = []
        for place, (scenario, row) in enumerate(self.summary().iterrows()):
            swing = rng.normal(0, 2.0e6, len(names)) if place else np.zeros(len(names))
            part = pd.DataFrame({"scenario": scenario, key: names, "cases": (weight * row["cases"]).round()})
            part = part.assign(**{name: weight * row.get(name, row["fund"] * 1.01) for name in MEASURES})
            part["fund_change"] = weight * row["fund_change"] + swing - swing.mean()
            part["patient_change"] = weight * row["patient_change"]
            part["hospital_change"] = part["fund_change"] + part["patient_change"]
            tables.append(part)
        return pd.concat(tables, ignore_index=True)

    def attribution(self, scenario=None, measure="fund", method="ordered") -> pd.DataFrame:
        rows = []
        for each in SCENARIOS[1:] if scenario is None else [scenario]:
            level = BASE[measure]
            rows.append((each, "baseline", "基线", "Baseline", "baseline", level, level))
            for lever, zh, en, kind, value in LEVERS.get(each, []):
                level += value
                rows.append((each, lever, zh, en, kind, value, level))
            rows.append((each, "total", "方案合计", "Total", "total", level, level))
        names = ["scenario", "lever", "title_zh", "title_en", "kind", "value", "cumulative"]
        return pd.DataFrame(rows, columns=names)

    def flows(self, scenario=None, measure="fund", change=False) -> pd.DataFrame:
        rng = np.random.default_rng(11)
        size = len(self._regions)
        pull = rng.lognormal(0, 0.9, size)
        matrix = rng.lognormal(0, 0.8, (size, size)) * pull * 4.0e6
        np.fill_diagonal(matrix, rng.uniform(2.0e8, 4.5e8, size))
        if change:
            move = matrix * rng.normal(0.06, 0.12, (size, size))
            np.fill_diagonal(move, 0.0)
            matrix = move
        index = pd.Index(self._regions, name="insured_region")
        return pd.DataFrame(matrix, index=index, columns=pd.Index(self._regions, name="care_region"))

    def migration(self, scenario) -> pd.DataFrame:
        return pd.DataFrame({"before": ["ES31", "ES33"], "after": ["J18.9", "J18.9"], "cases": [812, 1204]})

    def hospitals(self, scenario=None) -> pd.DataFrame:
        frame = self._hospitals
        if scenario in (None, SCENARIOS[0]):
            return frame.assign(fund_change=0.0, hospital_change=0.0)
        rng = np.random.default_rng(SCENARIOS.index(scenario))
        lean = np.select([frame["hospital_level"] == 3, frame["hospital_level"] == 2], [-0.012, 0.004], 0.01)
        share = rng.normal(lean, 0.015, len(frame))
        change = share * frame["total_cost"]
        return frame.assign(fund_change=change * 1.1, hospital_change=change)

    def outliers(self) -> pd.DataFrame:
        base = {
            "low_outlier": (0.063, 31.2e6), "high_outlier": (0.031, 88.4e6), "extreme_outlier": (0.004, 40.9e6),
            "special_review_eligible": (0.052, 0.0), "special_review_filed": (0.0, 0.0),
            "special_review_accepted": (0.0, 0.0), "new_technology": (0.0, 0.0),
        }  # fmt: skip
        rows = []
        for scenario in SCENARIOS:
            for kind, (share, moved) in base.items():
                if scenario == "special-review-ceiling":
                    filed = {"special_review_filed": (0.05, 0.0), "special_review_accepted": (0.0245, 18.2e6)}
                    share, moved = {**filed, "new_technology": (0.0078, 6.4e6)}.get(kind, (share, moved))
                if scenario == "high-outlier-excess" and kind == "high_outlier":
                    moved = 60.5e6
                if scenario == "drg-to-dip":
                    share, moved = share * 1.21, moved * 1.3
                rows.append((scenario, kind, round(share * 300_000), share, moved))
        return pd.DataFrame(rows, columns=["scenario", "kind", "cases", "share", "adjustment"])

    def cost_to_standard(self, scenario=None) -> pd.DataFrame:
        edges = np.r_[np.arange(0, 3.01, 0.1), np.inf]
        tables = []
        for place, each in enumerate(SCENARIOS if scenario is None else [scenario]):
            draws = np.random.default_rng(5).lognormal(
                -0.11 - 0.02 * place, 0.42 - 0.03 * (place == 4), 60_000
            )
            cases = np.histogram(draws, edges)[0] * 5
            tables.append(
                pd.DataFrame({"scenario": each, "low": edges[:-1], "high": edges[1:], "cases": cases})
            )
        return pd.concat(tables, ignore_index=True)

    def projection(self) -> pd.DataFrame:
        rows = []
        start = {"employee": (1.15e9, 1.02e9, 1.9e9, 1.45e9), "resident": (0.95e9, 0.98e9, 0.62e9, 1.0e9)}
        for scenario in SCENARIOS:
            for insurance, (fund, other, reserve, income) in start.items():
                income = income * 1.5 if insurance == "employee" else income * 1.97
                held = reserve
                for step, year in enumerate(range(2025, 2031)):
                    inpatient = fund * (1.062 - 0.003 * (insurance == "resident")) ** step
                    inpatient += self._change(scenario) * 0.5 * min(1, step / 3) * 1.05**step
                    rest, got = other * 1.05**step, income * 1.032**step
                    balance = got - inpatient - rest
                    held = held + balance if step else held
                    wide = 0.012 * step * inpatient + 0.01 * inpatient
                    rows.append(
                        {
                            "scenario": scenario, "region": "all", "insurance": insurance, "year": year,
                            "insured": 1.2e6, "cases": 150_000 * 1.03**step, "inpatient_cost": inpatient * 1.6,
                            "inpatient_fund": inpatient, "other_spending": rest, "income": got,
                            "balance": balance, "reserve": held,
                            "reserve_months": held / (inpatient + rest) * 12,
                            "warning": "deficit" if balance < 0 else "",
                            "balance_low": balance - wide, "balance_high": balance + wide * 0.9,
                            "reserve_low": held - wide * step, "reserve_high": held + wide * step * 0.9,
                            "inpatient_fund_low": inpatient - wide, "inpatient_fund_high": inpatient + wide,
                        }
                    )  # fmt: skip
        table = pd.DataFrame(rows)
        if not self._draws:
            table = table.drop(columns=[name for name in table if name.endswith(("_low", "_high"))])
        sums = [
            "insured",
            "cases",
            "inpatient_cost",
            "inpatient_fund",
            "other_spending",
            "income",
            "balance",
            "reserve",
        ]
        whole = table.groupby(["scenario", "region", "year"], as_index=False, sort=False)[sums].sum()
        months = whole["reserve"] / (whole["inpatient_fund"] + whole["other_spending"]) * 12
        whole = whole.assign(insurance="all", reserve_months=months, warning="")
        return pd.concat([table, whole], ignore_index=True)

    def bands(self) -> pd.DataFrame:
        columns = ["scenario", "measure", "band", "year", "low", "middle", "high"]
        if not self._draws:
            return pd.DataFrame(columns=columns)
        rows = []
        for scenario, row in self.summary().iterrows():
            for band, width, measure in (("sampling", 0.012, "fund"), ("parameters", 0.02, "inpatient_fund")):
                for year in (2025,) if band == "sampling" else (2026, 2030):
                    grown = 1 + 0.1 * (year - 2025)
                    level, wide = row["fund"] * grown, width * row["fund"] * grown
                    rows.append((scenario, measure, band, year, level - wide, level, level + wide))
                    if scenario != SCENARIOS[0]:
                        change, wide = row["fund_change"], width * 9 * abs(row["fund_change"]) * grown
                        rows.append(
                            (
                                scenario,
                                measure,
                                f"difference_{band}",
                                year,
                                change - wide,
                                change,
                                change + wide,
                            )
                        )
        return pd.DataFrame(rows, columns=columns)

    def published(self) -> pd.DataFrame:
        rows = [
            ("mean_inpatient_cost", "次均住院费用", "mean cost of a stay", "employee", 2025, 11_702.0, 11_522.0, "P03", "read"),
            ("mean_inpatient_cost", "次均住院费用", "mean cost of a stay", "resident", 2025, 7_401.0, 7_555.0, "P03", "read"),
            ("hospitalisation_rate", "住院率(推算)", "discharges over persons insured", "all", 2025, 0.221, 0.2245, "P03", "secondary"),
            ("reserve_months", "可支付月数", "months of expenditure in reserve", "employee", 2025, 10.7, 12.1, "P02", "assumed"),
        ]  # fmt: skip
        names = [
            "measure",
            "title_zh",
            "title_en",
            "insurance",
            "year",
            "simulated",
            "published",
            "source",
            "state",
        ]
        table = pd.DataFrame(rows, columns=names)
        return table.assign(gap=table["simulated"] / table["published"] - 1)[[*names[:7], "gap", *names[7:]]]

    def plausibility(self) -> pd.DataFrame:
        rows = [
            ("baseline", "fund_share", "基金支付占总费用", "fund share of total cost", 0.612, 0.5, 0.75, True, "P03", "read"),
            ("drg-to-dip", "cost_to_standard", "费用与标准之比中位数", "median cost to standard", 1.31, 0.8, 1.2, False, "R12", "assumed"),
        ]  # fmt: skip
        names = ["scenario", "check", "title_zh", "title_en", "value", "low", "high", "ok", "source", "state"]
        return pd.DataFrame(rows, columns=names)

    def supervision(self) -> pd.DataFrame:
        names = [
            "scenario",
            "lever",
            "part",
            "title_zh",
            "title_en",
            "value",
            "low",
            "high",
            "source",
            "state",
        ]
        row = ("campaign", "campaign", "saved", "基金少支出合计", "saved by the fund in all", 3e6, 1e6, 5e6)
        return pd.DataFrame([(*row, "P13", "secondary")], columns=names)

    def liveness(self) -> pd.DataFrame:
        rows = [
            ("cross-region-price-book", "price-book", "cross_region.mode", True, 41.7e6, "", ""),
            ("special-review-ceiling", "review", "special_review.quota", True, 18.2e6, "", ""),
            (
                "high-outlier-excess", "excess", "high_outlier.cap", False, 0.0,
                "没有病例超过该上限", "no stay reaches this cap",
            ),
        ]  # fmt: skip
        names = ["scenario", "lever", "path", "moved", "fund_change", "reason_zh", "reason_en"]
        return pd.DataFrame(rows, columns=names)


@pytest.fixture(scope="session")
def tables() -> FabricatedTables:
    return FabricatedTables()


@pytest.fixture(params=["zh", "en"])
def lang(request, monkeypatch) -> str:
    """Both languages; Chinese where a font can write it, English as where none can."""
    from drgsim.report import fonts

    if request.param == "en":
        monkeypatch.setattr(fonts, "CANDIDATES", ())
    elif fonts.cjk_font() is None:
        pytest.skip("no font here can write Chinese")
    return request.param


def run_facts(**changed):
    """A run as `Comparison.facts` would tell it."""
    from drgsim.report.facts import RunFacts, ScenarioFacts

    scenarios = tuple(ScenarioFacts(id, title, "0123456789abcdef" * 4) for id, title in TITLES.items())
    told = {
        "version": "0.0.1", "scenarios": scenarios, "cases": 300_000, "hospitals": 200, "regions": 6,
        "year": 2025, "seed": 1, "draws": 400, "parameters": 74, "assumed": 41, "synthetic": True,
        "fingerprint": "ab" * 32,
    }  # fmt: skip
    return RunFacts(**{**told, **changed})


@pytest.fixture(scope="session")
def facts():
    return run_facts()
