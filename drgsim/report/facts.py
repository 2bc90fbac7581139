"""What a report says about the run itself: which scenarios, on what input, resting on what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from .. import _version
from ..simulation.projection.frame import fund_warnings
from .numbers import word
from .reader_tables import projected

if TYPE_CHECKING:
    import pandas as pd

    from ..simulation.comparison.comparison import Comparison


@dataclass(frozen=True, slots=True)
class ScenarioFacts:
    """A scenario as the report names it."""

    id: str
    title: Mapping[str, str] = field(default_factory=dict)
    hash: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The run in figures; the first scenario is the baseline.

    `parameters` and `assumed` count the parameters that entered and those whose state is `assumed`;
    `warnings`, and `notes_on_years` for the projection, are (Chinese, English) pairs; `fingerprint` is the
    input's.
    """

    version: str
    scenarios: tuple[ScenarioFacts, ...]
    cases: int
    hospitals: int = 0
    regions: int = 0
    year: int | None = None
    seed: int | None = None
    draws: int | None = None
    parameters: int = 0
    assumed: int = 0
    synthetic: bool = False
    fingerprint: str = ""
    warnings: tuple[tuple[str, str], ...] = ()
    notes_on_years: tuple[tuple[str, str], ...] = ()

    @property
    def titles(self) -> dict[str, Mapping[str, str]]:
        """Scenario id → its titles."""
        return {each.id: each.title for each in self.scenarios}

    def mark(self, scenario: str) -> str:
        """The letter a reform goes by in tables and charts; the baseline goes by its word alone."""
        ids = [each.id for each in self.scenarios]
        return _letters(ids.index(scenario)) if scenario in ids else ""

    @property
    def baseline(self) -> str:
        """Id of the first scenario."""
        return self.scenarios[0].id

    def trust(self, lang: str) -> str:
        """How much of it is assumed, and that synthetic cases are no one's settlement."""
        if lang == "zh":
            told = f"所用 {self.parameters} 项参数中 {self.assumed} 项为假设"
            return (
                f"{told}；病例为合成数据，结果只作方法演示，不代表任何地区。"
                if self.synthetic
                else f"{told}。"
            )
        told = f"{self.assumed} of the {self.parameters} parameters used are assumed"
        return (
            f"{told}; the cases are synthetic and stand for no real place." if self.synthetic else f"{told}."
        )


def facts_of(found: Comparison, *, synthetic: bool = False) -> RunFacts:
    """What the run was that a comparison came of."""
    flows = found.flows(found.baseline.id, measure="cases")
    states = found.states
    bare = RunFacts(
        version=_version.__version__,
        scenarios=tuple(
            ScenarioFacts(each.id, dict(each.title), each.hash, each.note) for each in found.scenarios
        ),
        cases=int(found.summary()["cases"].iloc[0]),
        hospitals=len(found.hospitals(found.baseline.id)),
        regions=len(set(flows.index) | set(flows.columns)),
        year=found.year,
        seed=found.seed,
        draws=found.draws or None,
        parameters=sum(states.values()),
        assumed=states.get("assumed", 0),
        synthetic=synthetic,
        fingerprint=found.fingerprint.digest,
    )
    marks = [
        (each.id, bare.mark(each.id) or word("baseline", "zh"), bare.mark(each.id) or word("baseline", "en"))
        for each in found.scenarios
    ]
    return replace(
        bare,
        warnings=(*found.cautioned(), *fund_lights(projected(found), marks)),
        notes_on_years=tuple(found.not_projected()),
    )


def _letters(place: int) -> str:
    """1 → A, 26 → Z, 27 → AA."""
    text = ""
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def fund_lights(projection: pd.DataFrame, marks: Sequence[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """One (Chinese, English) pair for each fund and light of the whole, the gravest first.

    `marks` gives (scenario, its name in Chinese, its name in English). Where every scenario first shows the
    light in the same year, none is named.
    """
    if not len(projection):
        return []
    whole = projection[(projection["region"].astype(str) == "all") & (projection["warning"] != "")]
    told = []
    for id, light in fund_warnings().items():
        for insurance, part in whole[whole["warning"] == id].groupby("insurance", sort=False):
            first = part.groupby("scenario")["year"].min().to_dict()
            zh, en = _when(first, marks)
            in_chinese = f"{word(insurance, 'zh')}：{light.zh}（{zh}）。"
            in_english = f"{word(insurance, 'en')}: {light.en} ({en})."
            told.append((in_chinese, in_english))
    return told


def _when(first: dict[object, int], marks: Sequence[tuple[str, str, str]]) -> tuple[str, str]:
    if len(first) == len(marks) and len(set(first.values())) == 1:
        year = next(iter(first.values()))
        return f"各方案均自 {year} 年", f"every scenario, from {year}"
    zh = "、".join(f"{name} {first[id]} 年" for id, name, _ in marks if id in first)
    return f"{zh}起", ", ".join(f"{name} from {first[id]}" for id, _, name in marks if id in first)
