"""The account of people: births, deaths, retirement, movement between schemes, year by year and age by age.

Cells are sex (men, women) by single year of age, kept apart for active and retired employees, residents and
those without insurance. What money needs of them is a handful of sums a year (`People`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .assumptions import constant, constants
from .profiles import AGES, births_by_age, death_rates, profile, retired_share

Floats = npt.NDArray[np.float64]

INDEXES = ("inpatient", "outpatient", "disability")
KINDS = ("active", "retired", "resident")


def _ages(name: str) -> slice:
    """The years of age from `low` to `high` of a constant, both among them; to the oldest without `high`."""
    held = constants()[name]
    return (
        slice(int(held["low"]), int(held["high"]) + 1) if "high" in held else slice(int(held["value"]), AGES)
    )


def by_sex() -> Floats:
    """(2,) the parts of births that are boys and girls."""
    ratio = constant("boys_to_girls")
    boys = ratio / (1 + ratio)
    return np.array([boys, 1 - boys])


@dataclass(frozen=True)
class Structure:
    """Members at the start by sex and age, each (2, 101); `outside` have no insurance."""

    active: Floats
    retired: Floats
    resident: Floats
    outside: Floats

    @property
    def heads(self) -> dict[str, float]:
        return {kind: float(getattr(self, kind).sum()) for kind in KINDS}


@dataclass(frozen=True)
class People:
    """Sums over members, each (draws, years + 1) with the start year first.

    `sums` holds active, retired, adult and pupil heads; births.employee and births.resident; and for each of
    the indexes (relative cost of inpatient and outpatient care, severe disability) its sum over active,
    retired and resident members, such as inpatient.active.
    """

    sums: Mapping[str, Floats]

    def __getitem__(self, name: str) -> Floats:
        return self.sums[name]

    @property
    def resident(self) -> Floats:
        return np.asarray(self["adult"] + self["pupil"])

    def times(self, factors: Mapping[str, Floats]) -> People:
        """With heads of each kind (active, retired, resident) times a factor, (draws, years), after the
        start."""
        own = {
            "active": "active", "retired": "retired", "adult": "resident", "pupil": "resident",
            "births.employee": "active", "births.resident": "resident",
        } | {f"{name}.{kind}": kind for name in INDEXES for kind in KINDS}  # fmt: skip
        sums = dict(self.sums)
        for name, kind in own.items():
            if (factors[kind] != 1).any():
                changed = sums[name].copy()
                changed[:, 1:] *= factors[kind]
                sums[name] = changed
        return People(sums)

    def index(self, name: str, scheme: str) -> Floats:
        """An index or births of a scheme's members: employee, resident or all."""
        if scheme == "all":
            return self.index(name, "employee") + self.index(name, "resident")
        if name == "births":
            return self[f"births.{scheme}"]
        if scheme == "employee":
            return np.asarray(self[f"{name}.active"] + self[f"{name}.retired"])
        return self[f"{name}.resident"]


def structure_of(
    population: Floats, heads: Mapping[str, float], *, year: int, reform: float = 1.0
) -> Structure:
    """Members by age for published heads: active, retired, resident (persons) in a population (2, 101).

    Employees are spread by the shape `employed` and the retirement ages of `year`, residents over everyone
    else; who is left has no insurance. Heads are met exactly as far as the population holds them.
    """
    gone = retired_share(year, reform, 0.0)
    working = population * profile("employed") * (1 - gone)
    pensioned = population * gone
    active = _fill(working, heads["active"], population)
    retired = _fill(pensioned, heads["retired"], population - active)
    rest = np.maximum(population - active - retired, 0.0)
    resident = _fill(rest, heads["resident"], rest) if rest.sum() else np.zeros_like(rest)
    return Structure(active, retired, resident, np.maximum(rest - resident, 0.0))


def _fill(shape: Floats, total: float, room: Floats) -> Floats:
    """`total` persons spread as `shape`, in no cell more than `room`; more only when there is no room."""
    filled = np.zeros_like(shape)
    for _ in range(30):
        left = total - filled.sum()
        free = np.where(room - filled > 1e-9, shape, 0.0)
        if left <= 1e-6 or free.sum() <= 0:
            break
        filled = np.minimum(filled + free * (left / free.sum()), room)
    return filled * (total / filled.sum()) if 0 < filled.sum() < total * (1 - 1e-9) else filled


def advance(population: Floats, births: float, year: int) -> Floats:
    """A whole population (2, 101) one year on: who dies in `year`, who is born."""
    alive = population * np.exp(-death_rates(year))
    older = _older(alive[None])[0]
    older[:, 0] = births * by_sex()
    return older


def _older(cells: Floats) -> Floats:
    """(draws, 2, 101) a year older; the oldest stay the oldest."""
    moved = np.empty_like(cells)
    moved[..., 1:] = cells[..., :-1]
    moved[..., -1] += cells[..., -1]
    moved[..., 0] = 0.0
    return moved


Path = Callable[[str, int], Floats]  # value of a parameter in the t-th year, (draws,) or (1,)


def project_people(start: Structure, first_year: int, years: int, draws: int, at: Path) -> People:
    """Carry members `years` on from the end of `first_year`.

    `at(name, t)` gives movement, retirement_take, resident_loss, births_scale, mortality_scale,
    retirement_reform, retirement_delay and migration in the t-th year, (draws,) or (1,).
    """
    cells = {
        kind: np.repeat(getattr(start, kind)[None], draws, axis=0)
        for kind in ("active", "retired", "resident", "outside")
    }
    begun = _employed_share(start)
    entry = _entry(begun)
    movable, bounds = profile("movable"), constants()["movement_of_an_age"]
    sums: dict[str, list[Floats]] = {}
    births = _births(cells, first_year, at("births_scale", 1))
    _count(sums, cells, births)
    for t in range(1, years + 1):
        year = first_year + t
        alive = np.exp(-death_rates(year) * _cell(at("mortality_scale", t)))
        born = _births(cells, year, at("births_scale", t))
        for kind, members in cells.items():
            cells[kind] = _older(members * alive)
        inflow = _cell(at("migration", t)) * _young(cells)
        cells["resident"] += inflow
        both = born["employee"] + born["resident"]
        cells["resident"][..., 0] = both[:, None] * by_sex()
        _retire(cells, retired_share_of(year, at, t), _cell(at("retirement_take", t)))
        hazard = np.clip(entry + _cell(at("movement", t)) * movable, bounds["low"], bounds["high"])
        moved = np.where(hazard >= 0, cells["resident"] * hazard, cells["active"] * hazard)
        cells["resident"] -= moved
        cells["active"] += moved
        loss = _cell(at("resident_loss", t))
        back = cells["outside"] * loss * constant("return_to_loss")
        gone = np.where(loss >= 0, cells["resident"] * loss, back)
        cells["resident"] -= np.maximum(gone, -cells["outside"])
        cells["outside"] += np.maximum(gone, -cells["outside"])
        _count(sums, cells, born)
    return People({name: np.stack(values, axis=1) for name, values in sums.items()})


def retired_share_of(year: int, at: Path, t: int) -> Floats:
    """(2, 101); reform and delay are policies, the same in every draw."""
    reform, extra = at("retirement_reform", t), at("retirement_delay", t)
    return retired_share(year, float(reform.flat[0]), float(extra.flat[0]))


def _cell(value: Floats) -> Floats:
    return np.asarray(value).reshape(-1, 1, 1)


def _young(cells: Mapping[str, Floats]) -> Floats:
    """Everyone of the ages that migration moves, the others 0."""
    everyone = np.asarray(sum(cells.values(), np.zeros(1)))
    young = np.zeros_like(everyone)
    young[..., _ages("migrant_ages")] = everyone[..., _ages("migrant_ages")]
    return young


def _retire(cells: dict[str, Floats], share: Floats, take: Floats) -> None:
    """Move those who reach their age out of the active; those without enough years join the residents."""
    employees = cells["active"] + cells["retired"]
    moved = np.clip(employees * share - cells["retired"], 0.0, cells["active"])
    cells["active"] = cells["active"] - moved
    cells["retired"] = cells["retired"] + moved * take
    cells["resident"] = cells["resident"] + moved * (1 - take)


def _employed_share(start: Structure) -> Floats:
    everyone = start.active + start.retired + start.resident + start.outside
    return np.asarray(np.divide(start.active, everyone, out=np.zeros_like(everyone), where=everyone > 0))


def _entry(share: Floats) -> Floats:
    """(2, 101): part of the residents of an age who take up work, so that new generations come to the shares
    of today's by the last of the ages at which work is taken up."""
    before = np.zeros_like(share)
    before[:, 1:] = share[:, :-1]
    hazard = np.divide(share - before, 1 - before, out=np.zeros_like(share), where=before < 1)
    entering = np.zeros_like(share)
    entering[:, _ages("entry_ages")] = hazard[:, _ages("entry_ages")]
    return np.maximum(entering, 0.0)


def _births(cells: Mapping[str, Floats], year: int, scale: Floats) -> dict[str, Floats]:
    """Births of a year by the mother's scheme, each (draws,)."""
    rates = births_by_age(year)
    scale = np.asarray(scale).reshape(-1)
    work = cells["active"][:, 1] @ rates * scale
    rest = (cells["resident"][:, 1] + cells["outside"][:, 1]) @ rates * scale
    return {"employee": work, "resident": rest}


def _count(sums: dict[str, list[Floats]], cells: Mapping[str, Floats], births: Mapping[str, Floats]) -> None:
    def put(name: str, value: Floats) -> None:
        sums.setdefault(name, []).append(np.asarray(value))

    put("active", cells["active"].sum((1, 2)))
    put("retired", cells["retired"].sum((1, 2)))
    adult = int(constant("adult_age"))
    put("pupil", cells["resident"][..., :adult].sum((1, 2)))
    put("adult", cells["resident"][..., adult:].sum((1, 2)))
    for name in ("aged", "working"):
        ages = _ages(f"{name}_ages")
        put(name, sum(each[..., ages].sum((1, 2)) for each in cells.values()))
    for scheme in ("employee", "resident"):
        put(f"births.{scheme}", births[scheme])
    for name in INDEXES:
        weights = profile(name).reshape(-1)
        for kind in KINDS:
            put(f"{name}.{kind}", cells[kind].reshape(len(cells[kind]), 2 * AGES) @ weights)


def trending_people(
    heads: Mapping[str, float],
    trend: Mapping[str, float],
    years: int,
    draws: int,
    at: Path,
    share: Callable[[str], float],
) -> People:
    """Heads that go on as they did of late, the trend halving every `people_half_life` years; no ages are
    known.

    `heads` and `trend` (yearly growth) are of active, retired and resident; `share` names what stands for
    ages: retired_weight.<index> (against an active member), pupil_share, crude_births.
    """
    half = np.asarray(at("people_half_life", 1)).reshape(-1)
    steps = np.arange(years + 1)
    sums: dict[str, Floats] = {}
    for kind in KINDS:
        grown = np.zeros((draws, years + 1))
        fading = 0.5 ** ((steps[1:] - 1) / half[:, None])
        grown[:, 1:] = np.cumsum(np.log1p(trend.get(kind, 0.0) * fading), axis=1)
        sums[kind] = heads.get(kind, 0.0) * np.exp(grown)
        for name in INDEXES:
            sums[f"{name}.{kind}"] = sums[kind] * (
                share(f"retired_weight.{name}") if kind == "retired" else 1.0
            )
    resident = sums.pop("resident")
    sums["pupil"] = resident * share("pupil_share")
    sums["adult"] = resident - sums["pupil"]
    for scheme, of in (("employee", sums["active"]), ("resident", resident)):
        sums[f"births.{scheme}"] = of * share("crude_births")
    sums["aged"] = sums["working"] = np.full((draws, years + 1), np.nan)
    return People(sums)
