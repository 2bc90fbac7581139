"""A lever: one change of rules, one bar of the waterfall; also of hospitals that get another level or
become part of one."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..._paths import is_file
from ...dip.pack import META, published
from ...errors import DrgsimError, nearest_name
from ...policy.parameters import catalogue, dimensions
from ...policy.policy_errors import Mistake, as_text
from ...schemes.metadata import read_metadata
from ...schemes.registry import chain
from .parts import is_name, read_texts
from .phase_in import PhaseIn, read_phase_in
from .reform_values import bare, canonical_reform
from .stated_policy import Policies, documents, policies_on, read_policy, reformed, rules
from .supervision import Supervision, read_supervision

HOSPITAL_FIELDS = ("level", "merged_into")
LARGEST = "largest:"  # the hospital of a level with most stays, in a document that fits any cases
PREFIX = "hospitals/"  # hospitals/<id>/level in a flat reform


@dataclass(frozen=True, slots=True)
class HospitalChange:
    """`hospital` is an id, or `largest:<level>`; `level` its new level, or `merged_into` the hospital (or
    `largest:<level>`) that takes its stays: their id and level become that one's, what they cost stays."""

    hospital: str
    level: str | None = None
    merged_into: str | None = None

    @property
    def words(self) -> str:
        """For a reader."""
        if self.merged_into is not None:
            return f"{self.hospital} → merged into 并入 {self.merged_into}"
        return f"{self.hospital} → level 等级 {self.level}"

    def to_document(self) -> dict[str, str]:
        return {name: value for name in HOSPITAL_FIELDS if (value := getattr(self, name)) is not None}


def read_hospitals(raw: Any, where: str, problems: list[Mistake]) -> tuple[HospitalChange, ...]:
    """`{hospital: {level: 3}}` or `{hospital: {merged_into: hospital}}`; problems are collected.

    >>> read_hospitals({"H1": {"level": "三级"}}, "hospitals", [])
    (HospitalChange(hospital='H1', level='3', merged_into=None),)
    """
    if raw is None or raw == {}:
        return ()
    if not isinstance(raw, Mapping):
        problems.append(Mistake(where, "not hospitals with what they become", raw, "{id: {level: 3}}"))
        return ()
    found = []
    for name, stated in sorted(raw.items(), key=lambda pair: str(pair[0])):
        here = f"{where}.{name}"
        if str(name).startswith(LARGEST):
            _level(str(name).removeprefix(LARGEST), here, problems)
        if not isinstance(stated, Mapping) or len(set(stated) & set(HOSPITAL_FIELDS)) != 1:
            problems.append(Mistake(here, "not what a hospital becomes", stated, "level, or merged_into"))
            continue
        for key in (key for key in stated if key not in HOSPITAL_FIELDS):
            near = nearest_name(str(key), HOSPITAL_FIELDS)
            problems.append(
                Mistake(f"{here}.{key}", "unknown field", allowed=", ".join(HOSPITAL_FIELDS), nearest=near)
            )
        if "level" in stated:
            level = _level(stated["level"], f"{here}.level", problems)
            found.append(HospitalChange(str(name), level=level))
        else:
            into = as_text(stated["merged_into"], f"{here}.merged_into", problems)
            if not into:
                problems.append(Mistake(f"{here}.merged_into", "is missing", allowed="the id of a hospital"))
            if into == str(name):
                problems.append(Mistake(f"{here}.merged_into", "a hospital merged into itself", into))
            if into.startswith(LARGEST):
                _level(into.removeprefix(LARGEST), here, problems)
            found.append(HospitalChange(str(name), merged_into=into))
    chained = {each.merged_into for each in found} & {each.hospital for each in found}
    for name in sorted(filter(None, chained)):
        problems.append(
            Mistake(f"{where}.{name}", "changes and takes another hospital in at once; two levers")
        )
    return tuple(found)


def from_flat(raw: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A flat reform parted into paths of parameters, and hospitals with what they become.

    >>> from_flat({"hospitals/H1/level": 3, "outlier.high.quota": 0.03})
    ({'outlier.high.quota': 0.03}, {'H1': {'level': 3}})
    """
    paths: dict[str, Any] = {}
    hospitals: dict[str, dict[str, Any]] = {}
    for path, value in raw.items():
        if str(path).startswith(PREFIX):
            name, _, field = str(path).removeprefix(PREFIX).rpartition("/")
            hospitals.setdefault(name or field, {})[field if name else ""] = value
        else:
            paths[path] = value
    return paths, hospitals


def _level(raw: Any, where: str, problems: list[Mistake]) -> str:
    level = dimensions()["level"]
    label = level.label(raw)
    if level.keys is not None and label not in level.keys:
        allowed = ", ".join(level.keys)
        problems.append(
            Mistake(where, "not a level of hospitals", raw, allowed, nearest_name(label, level.keys))
        )
    return label


CHANGES = ("reform", "policy", "scheme", "hospitals", "supervision")
FIELDS = ("id", "title", *CHANGES, "phase_in")
LEARNED = "dip"  # a DIP catalogue learned from the baseline's cases
_SCHEMES = f"a DRG scheme, {LEARNED} or {LEARNED}:<catalogue>"
RESERVED = ("baseline", "total")  # rows of an attribution that are no lever


@dataclass(frozen=True)
class Lever:
    """One change of rules.

    `reform` maps parameter paths to values, `policy` switches to another policy (what earlier levers
    reformed is gone; this lever's own reform and later ones lie over it), `scheme` regroups the cases:
    a DRG scheme, `dip` for a catalogue learned from the baseline's cases, or `dip:<catalogue>`. `hospitals`
    change their level or merge, `supervision` takes back and keeps away what an audit finds at stake.
    """

    id: str
    title: Mapping[str, str]
    reform: Mapping[str, Any] = field(default_factory=dict)
    policy: Any | None = None
    scheme: str | None = None
    phase_in: PhaseIn | None = None
    hospitals: tuple[HospitalChange, ...] = ()
    supervision: Supervision | None = None

    def laid_over(self, policies: Policies, *, on: datetime.date | None, day: datetime.date) -> Policies:
        """The policies with this lever whole: switched if it says so, then reformed.

        `on` is the scenario's fixed day or None, `day` the day asked for.
        """
        if self.policy is not None:
            policies = policies_on(documents(self.policy), on, day)
        return reformed(policies, self.reform)

    def meaning(self) -> dict[str, Any]:
        """All of it that can change an answer: a policy by its rules, a reform without its sources."""
        more: dict[str, Any] = {}
        if self.hospitals:
            more["hospitals"] = {each.hospital: each.to_document() for each in self.hospitals}
        if self.supervision:
            more["supervision"] = self.supervision.meaning()
        return more | {
            "policy": None if self.policy is None else rules(documents(self.policy)),
            "scheme": self.scheme,
            "reform": bare(self.reform),
            "phase_in": self.phase_in.to_document() if self.phase_in else None,
        }

    def to_document(self) -> dict[str, Any]:
        stated = {
            "id": self.id,
            "title": dict(self.title),
            "policy": self.policy,
            "scheme": self.scheme,
            "reform": dict(self.reform) or None,
            "hospitals": {each.hospital: each.to_document() for each in self.hospitals} or None,
            "supervision": self.supervision.to_document() if self.supervision else None,
            "phase_in": self.phase_in.to_document() if self.phase_in else None,
        }
        document = {key: value for key, value in stated.items() if value is not None}
        return document if any(key in document for key in CHANGES) else document | {"reform": {}}

    def __hash__(self) -> int:
        return hash((self.id, self.scheme, self.phase_in, tuple(self.reform), self.hospitals))


def read_levers(
    raw: Any, responses: Mapping[str, Any], problems: list[Mistake], *, folder: Path | None = None
) -> tuple[Lever, ...]:
    """The levers of a document in their order; `responses` are names a lever may not take."""
    if not isinstance(raw, list | tuple | None):
        problems.append(Mistake("levers", "not a list of levers", type(raw).__name__))
        return ()
    levers: list[Lever] = []
    seen: set[str] = set()
    for number, each in enumerate(raw or (), start=1):
        if not isinstance(each, Mapping):
            problems.append(
                Mistake(f"levers.{number}", "not a lever", each, f"a mapping of {', '.join(FIELDS)}")
            )
            continue
        name = _read_id(each.get("id"), number, seen, responses, problems)
        levers.append(_read(each, name, f"levers.{name}", problems, folder))
    return tuple(levers)


def _read_id(
    raw: Any, number: int, seen: set[str], responses: Mapping[str, Any], problems: list[Mistake]
) -> str:
    where = f"levers.{number}.id"
    if not is_name(raw) or "." in raw:
        problems.append(Mistake(where, "not a name", raw, "letters, digits, hyphens and underscores"))
        return str(number)
    if raw in seen:
        problems.append(Mistake(where, "two levers of one id", raw))
    if raw in responses or raw in RESERVED:
        what = "response" if raw in responses else "row of the attribution"
        problems.append(Mistake(where, f"the name of a {what}; a lever needs its own", raw))
    seen.add(raw)
    return str(raw)


def _read(
    raw: Mapping[str, Any], name: str, where: str, problems: list[Mistake], folder: Path | None
) -> Lever:
    for key in (key for key in raw if key not in FIELDS):
        near = nearest_name(str(key), FIELDS)
        problems.append(Mistake(f"{where}.{key}", "unknown field", allowed=", ".join(FIELDS), nearest=near))
    if all(raw.get(key) is None for key in CHANGES):
        problems.append(Mistake(where, "changes nothing", allowed=f"one or more of {', '.join(CHANGES)}"))
    reform, policy, scheme = (raw.get(key) for key in CHANGES[:3])
    stated = {} if reform is None else canonical_reform(reform, f"{where}.reform", problems)
    return Lever(
        id=name,
        title=read_texts(raw.get("title"), f"{where}.title", problems) or _title(name, stated),
        reform=stated,
        policy=None if policy is None else read_policy(policy, f"{where}.policy", problems, folder=folder),
        scheme=None if scheme is None else _scheme(scheme, f"{where}.scheme", problems),
        phase_in=read_phase_in(raw.get("phase_in"), f"{where}.phase_in", problems),
        hospitals=read_hospitals(raw.get("hospitals"), f"{where}.hospitals", problems),
        supervision=read_supervision(raw.get("supervision"), f"{where}.supervision", problems),
    )


def _title(name: str, reform: Mapping[str, Any]) -> dict[str, str]:
    """Without a title: the label of the one parameter a lever changes, or its id."""
    paths = {path.partition("/")[0] for path in reform}
    parameter = catalogue().get(next(iter(paths))) if len(paths) == 1 else None
    return {"zh": parameter.zh, "en": parameter.en} if parameter else {"zh": name, "en": name}


def _scheme(raw: Any, where: str, problems: list[Mistake]) -> str | None:
    if not isinstance(raw, str):
        problems.append(Mistake(where, "not the name of a scheme", raw, _SCHEMES))
        return None
    kind, colon, name = raw.partition(":")
    if kind == LEARNED:
        if colon:
            _check_catalogue(name, where, problems)
        return raw
    try:
        pack = read_metadata(chain(raw)[0])
    except DrgsimError as error:
        problems.append(Mistake(where, error.message, raw, _SCHEMES, error.nearest))
        return None
    if raw == pack.family:
        problems.append(
            Mistake(where, "a family, whose edition depends on the day", raw, "one edition", pack.id)
        )
    return raw


def _check_catalogue(name: str, where: str, problems: list[Mistake]) -> None:
    if name not in published() and not is_file(Path(name) / META):
        allowed = ", ".join([*published(), f"a folder that holds {META}"])
        problems.append(
            Mistake(where, "no such DIP catalogue", name, allowed, nearest_name(name, published()))
        )
