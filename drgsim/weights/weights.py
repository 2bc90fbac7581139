"""Weights of groups: measured from cases, read from a table, or published."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .._atomic import replacing
from ..errors import ArgumentError
from ..policy.policy_errors import WeightsError
from ..policy.reading import Readable
from .fit import Outside, Trim, default, find_trim, measure, usable_cases
from .measured import adjusted_weights, base_rate, case_mix
from .table import as_frame, published, published_table, read_table, with_points
from .weight_table import WeightTable

if TYPE_CHECKING:
    import pandas as pd

    from ..dip import DipCatalogue


@dataclass(frozen=True, eq=False)
class Weights(WeightTable):
    """One weight a group, and what is known of where it comes from.

    Attributes
    ----------
    frame : indexed by group: `weight` (float64, NaN where the group has none), `base_points`; measured ones
        also `n` (cases used), `mean_cost` (yuan), `sd`, `cv`, `stable` and `mean_<part>` (yuan); tables may
        bring `name` and `coefficient_<column>`.
    mean_cost, riv : of all cases (yuan); part of the variance of cost the groups explain; None for a table
    facts : what a display says of them: title, source, state, trimming, cases left out.

    >>> import pandas as pd
    >>> cases = pd.DataFrame({"drg": ["A", "A", "B", "B"], "total_cost": [100.0, 100.0, 300.0, 300.0]})
    >>> weights = Weights.fit(cases.assign(drug_cost=[50.0, 50.0, 30.0, 30.0]))
    >>> weights.frame["weight"].tolist(), weights.mean_cost, weights.riv, "harbin-2023" in Weights.published()
    ([0.5, 1.5], 200.0, 1.0, True)
    >>> weights.columns(["B", "C"])["weight"].tolist(), weights.weight_of(["B", "C"]).tolist()
    ([1.5, nan], [1.5, nan])
    >>> weights.compare(weights.adjusted({"drug": 0.9}))["other"].round(3).sort_values().tolist()
    [0.485, 1.515]
    >>> weights.cmi(cases.assign(hospital_id=["H1", "H1", "H1", "H2"]))["cmi"].round(4).tolist()
    [0.8333, 1.5]
    >>> weights.with_coefficients(pd.DataFrame({"teaching": [1.1]}, index=["A"])).frame.columns[-1]
    'coefficient_teaching'
    >>> import drgsim, tempfile
    >>> Weights.of(drgsim.Policy.load("national-drg-rate"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     weights.to_excel(f"{folder}/a.xlsx"), weights.to_csv(f"{folder}/a.csv")
    (None, None)
    """

    @classmethod
    def fit(
        cls,
        cases: pd.DataFrame,
        *,
        group: str = "drg",
        cost: str = "total_cost",
        trim: str | Trim | None = None,
        outside: Outside = "drop",
        years: Sequence[float] | Mapping[int, float] | None = None,
        year: str = "discharge_date",
        min_cases: int | None = None,
    ) -> Weights:
        """Measure weights from grouped cases.

        Parameters
        ----------
        cases : DataFrame with a group and a cost (yuan) a case; `<part>_cost` columns give the mean parts
        trim : name of a trimming rule (`iqr`, `p5-p95`, `p1-p99`, `log-3sd`, `none` …) or a Trim; None takes
            the default, Q1 − 0.5 IQR to Q3 + 1.5 IQR inside the group (payment rules §2.1)
        outside : costs outside are dropped, or set to the bound (`winsorise`)
        years : weights of the years of `year` in rising order, or by year, such as `(1, 2, 7)` for the last
            three (payment rules §5.3); None takes all cases together
        min_cases : a group with fewer is not stable and not trimmed; None takes the convention, 5

        RW = mean cost of the group ÷ mean cost of all cases; base points are RW × 100 (payment rules §2.1).
        Cases without a group or a cost above 0 are left out and counted in `facts`.

        Raises ColumnError, ArgumentError, or WeightsError when no case is usable.
        """
        rule = find_trim(trim)
        smallest = default("min_cases") if min_cases is None else min_cases
        usable = usable_cases(cases, group, cost, None if years is None else year)
        measured = measure(usable, rule, outside, years, smallest)
        left_out = ", ".join(f"{number} {reason}" for reason, number in usable.left_out.items())
        facts = {
            "title": "measured from cases 由病例测算",
            "trimming": f"{rule.name} ({rule.zh or rule.kind} {rule.en}), {outside}: "
            f"{measured.trimmed} costs outside",
            "cases": f"{len(usable.rows)} used, left out: {left_out}",
        }
        columns = {**measured.columns, "stable": measured.columns["n"] >= smallest}
        return cls(as_frame(columns, usable.labels, group), measured.mean_cost, measured.riv, facts)

    @classmethod
    def from_table(
        cls, source: pd.DataFrame | str | Path, *, columns: Mapping[str, str] | None = None, title: str = ""
    ) -> Weights:
        """Weights from a DataFrame or CSV file with a group and a weight a row, Chinese headers too.

        `columns` maps our names (`group`, `weight`, `name`, `mean_cost`, `n`) to the table's where they are
        unusual. A group without a weight stays, with NaN. Raises ColumnError, FileFormatError, or
        WeightsError for doubled groups and weights that are not numbers above 0.

        Parameters
        ----------
        source : DataFrame or path
        columns : mapping, optional
        title : str

        Examples
        --------
        >>> import pandas as pd
        >>> table = pd.DataFrame({"DRG编码": ["AB19", "BR21"], "权重": ["27.1292", "1.5"]})
        >>> Weights.from_table(table).weight_of(["BR21", "ZZ11"]).tolist()
        [1.5, nan]
        """
        frame = read_table(source, columns=columns or {})
        return cls(with_points(frame), facts={"title": title or "a table of one's own 自带权重表"})

    @classmethod
    def load(cls, name: str) -> Weights:
        """A published table by its id; raises NotFoundError with the nearest one.

        Parameters
        ----------
        name : str
            an id of `Weights.published()`

        Examples
        --------
        >>> Weights.load("chs-drg-2.0-example").facts["state"]
        'secondary'
        """
        frame, row = published_table(name)
        example = "; an example, not a place's rule 示例" if row["example"] == "yes" else ""
        facts = {
            "title": f"{row['title_zh']} {row['title_en']}{example}",
            **{name: row[name] for name in ("title_zh", "title_en", "example", "source", "state", "note")},
        }
        return cls(with_points(frame), facts=facts)

    @classmethod
    def from_catalogue(cls, source: DipCatalogue | str | Path) -> Weights:
        """Scores, mean costs by level and learned coefficients of a DIP catalogue: itself, its id or folder.

        Parameters
        ----------
        source : DipCatalogue, its id or folder

        Raises
        ------
        NotFoundError
            for a catalogue that is none.

        Examples
        --------
        >>> Weights.from_catalogue("example").weight_of(["K80.1-51.2300"]).tolist()
        [1180.0]
        """
        from ..dip import DipCatalogue

        catalogue = source if isinstance(source, DipCatalogue) else DipCatalogue.load(source)
        made = cls.from_table(catalogue.price_table(), title=f"{catalogue.title} (DIP {catalogue.id})")
        return replace(made, facts={**made.facts, "state": catalogue.trust})

    @classmethod
    def of(cls, policy: Readable) -> Weights | None:
        """The table a policy names in `standard.weights`, or the catalogue in `dip.catalogue`; None when it
        leaves both to the caller."""
        name, catalogue = policy["standard.weights"], policy["dip.catalogue"]
        if name is None and catalogue is not None:
            return cls.from_catalogue(catalogue)
        return None if name is None else cls.load(name)

    @staticmethod
    def published() -> tuple[str, ...]:
        """The ids of the published tables."""
        return tuple(published())

    def cmi(self, cases: pd.DataFrame, *, by: str = "hospital_id", group: str = "drg") -> pd.DataFrame:
        """Case-mix index Σ RW·n ÷ Σ n by a column of the cases, over the cases whose group has a weight.

        Columns: `cases`, `weighted_cases`, `cmi`; index: the values of `by`, sorted.
        """
        return case_mix(self, cases, by, group)

    def base_rates(
        self,
        cases: pd.DataFrame,
        budgets: Mapping[str, float],
        *,
        fund_shares: Mapping[str, float] | None = None,
        reserve: float = 0.0,
        by: str = "insurance",
        group: str = "drg",
    ) -> dict[str, float]:
        """Yuan for one unit of weight in each fund, from its budget (yuan); funds never mix.

        BR = budget × (1 − reserve) ÷ the fund's share of cost ÷ Σ RW·n (payment rules §2.2).

        Parameters
        ----------
        cases : DataFrame with the group of each stay and the column `by`
        budgets : mapping of a value of `by` to yuan
        fund_shares : mapping of the same to the share of cost the fund bears, 0 to 1; 1 without
        reserve : float
            share of the budget kept back
        by, group : str
            columns of `cases`

        Raises
        ------
        ColumnError, WeightsError
            for a column that is not there; a fund without cases, or from which no price follows.

        Examples
        --------
        >>> import pandas as pd
        >>> cases = pd.DataFrame({"drg": ["BR21", "BR21"], "insurance": ["employee", "employee"]})
        >>> weights = Weights.from_table(pd.DataFrame({"drg": ["BR21"], "weight": [1.5]}))
        >>> weights.base_rates(cases, {"employee": 30_000.0})
        {'employee': 10000.0}
        """
        mix = self.cmi(cases, by=by, group=group)
        missing = [name for name in budgets if name not in mix.index]
        if missing:
            raise ArgumentError("no case of this fund", got=missing, allowed=list(mix.index))
        weight = mix["cmi"] * mix["weighted_cases"]
        shares = fund_shares or {}
        return {
            name: base_rate(budget, float(weight[name]), fund_share=shares.get(name, 1.0), reserve=reserve)
            for name, budget in budgets.items()
        }

    def adjusted(
        self, factors: Mapping[str, float] | None = None, *, shares: Mapping[str, float] | None = None
    ) -> Weights:
        """Weights as if parts of cost counted for more or less; Σ RW·n stays what it was.

        `factors={"drug": 0.9, "nursing": 1.2}` multiplies parts; `shares={"drug": 0.3}` gives parts the
        share of the region's cost they should have, the rest keeping its proportions (payment rules §2.1,
        the cost-structure adjustment; its form is a usual one, not a published one).
        """
        frame = adjusted_weights(self.frame, factors=factors, shares=shares)
        facts = {**self.facts, "adjusted": f"cost structure 费用结构调整: {dict(factors or shares or {})}"}
        return replace(self, frame=with_points(frame), facts=facts)

    def with_coefficients(self, table: pd.DataFrame) -> Weights:
        """These weights with coefficient columns, one for each column of `table` (indexed by group)."""
        columns = {f"coefficient_{name}": table[name].reindex(self.frame.index) for name in table.columns}
        return replace(self, frame=self.frame.assign(**columns))

    def compare(self, other: Weights) -> pd.DataFrame:
        """Both weights of every group either has: `weight`, `other`, `ratio`; the largest change first."""
        import pandas as pd

        pair = pd.concat([self.frame["weight"], other.frame["weight"].rename("other")], axis=1)
        pair["ratio"] = pair["other"] / pair["weight"]
        order = np.argsort(-np.abs(np.log(pair["ratio"].to_numpy(dtype=float))), kind="stable")
        return pair.iloc[order]

    @property
    def unstable(self) -> pd.DataFrame:
        """The groups with too few cases to trust their mean; raises WeightsError for weights of a table."""
        if "stable" not in self.frame:
            raise WeightsError("weights of a table do not say how many cases stand behind them")
        return self.frame[~self.frame["stable"]]

    @cached_property
    def hash(self) -> str:
        """SHA-256 of groups and numbers, the same for the same weights in any order of rows."""
        numbers = self.frame.select_dtypes(["number", "bool"]).sort_index().sort_index(axis=1)
        return hashlib.sha256(numbers.to_csv(float_format="%.17g").encode()).hexdigest()

    def to_csv(self, path: str | Path) -> None:
        """Write a table that `from_table` reads back.

        Parameters
        ----------
        path : str or Path
            file to write; one that is there is replaced when all is written

        Raises
        ------
        WriteError
            when the file cannot be written.
        """
        with replacing(path) as part:
            self.frame.to_csv(part, encoding="utf-8", lineterminator="\n")

    def __repr__(self) -> str:
        return f"Weights({len(self)} groups, {self.facts.get('title', '')})"
