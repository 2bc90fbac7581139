"""A lever: one change of rules, one bar of the waterfall."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...dip.pack import META, published
from ...errors import DrgsimError, nearest_name
from ...policy.parameters import catalogue
from ...policy.policy_errors import Mistake
from ...schemes.metadata import read_metadata
from ...schemes.registry import chain
from .hospital_change import HospitalChange, read_hospitals
from .names import is_name, read_texts
from .phase_in import PhaseIn, read_phase_in
from .reform_values import canonical_reform
from .stated_policy import Policies, documents, policies_on, read_policy, reformed
from .supervision import Supervision, read_supervision

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
    if name not in published() and not (Path(name) / META).is_file():
        allowed = ", ".join([*published(), f"a folder that holds {META}"])
        problems.append(
            Mistake(where, "no such DIP catalogue", name, allowed, nearest_name(name, published()))
        )
