"""What the service answers: cases as plain data in, plain data out. No HTTP here."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from ..cases import check_cases, read_cases
from ..cases.columns import case_columns
from ..codes import Catalogue
from ..dip import DipCatalogue, DipGrouper
from ..errors import ArgumentError, NotFoundError
from ..grouping import DrgGrouper
from ..grouping.what_if import what_if
from ..payment.faces.estimate import estimate
from ..policy.library import shipped as shipped_policies
from ..policy.policy import Policy
from ..schemes.registry import list_schemes
from ..weights.weights import Weights
from .settings import Settings

if TYPE_CHECKING:
    import pandas as pd

NATIONAL = "national-drg-rate"
MOST_FOUND = 50
_GROUP = (
    "mdc", "adrg", "drg", "mdc_name", "adrg_name", "drg_name", "severity", "status", "reason", "scheme",
)  # fmt: skip


@lru_cache(maxsize=16)
def grouper(scheme: str) -> DrgGrouper:
    """The grouper of a shipped or installed scheme, by its id alone: a client cannot name a path."""
    known = [each["id"] for each in schemes()]
    if scheme not in known:
        raise NotFoundError("no such scheme", got=scheme, allowed=known, nearest=known)
    return DrgGrouper(scheme, threads=1)


@lru_cache(maxsize=4)
def dip_grouper(catalogue: str) -> DipGrouper:
    """The grouper of a shipped DIP catalogue."""
    known = DipCatalogue.published()
    if catalogue not in known:
        raise NotFoundError("no such DIP catalogue", got=catalogue, allowed=known, nearest=known)
    return DipGrouper(DipCatalogue.load(catalogue, strict=False), threads=1)


@lru_cache(maxsize=1)
def schemes() -> list[dict[str, Any]]:
    """The schemes that are installed: id, title, valid_from, counts, trust."""
    return plain(list_schemes())


@lru_cache(maxsize=1)
def policies() -> list[dict[str, Any]]:
    """The policies that ship: id, title in both languages, scheme, method."""
    found = []
    for name in shipped_policies():
        policy = Policy.load(name)
        found.append(
            {"id": name, "title": dict(policy.title), "scheme": policy.scheme, "method": policy.method}
        )
    return found


def group(cases: pd.DataFrame, scheme: str) -> list[dict[str, Any]]:
    """MDC, ADRG, DRG, names, severity, status and reason of each case."""
    answers = grouper(scheme).group(cases, names=True)
    rows = plain(answers)
    return [{name: row[name] for name in _GROUP if name in row} | {"scheme": scheme} for row in rows]


def explain(case: Mapping[str, Any], scheme: str, lang: str) -> dict[str, Any]:
    """The account of one case: its text, and the tree as plain values."""
    found = grouper(scheme).explain(case)
    return {"text": found.text("zh" if lang == "zh" else "en"), **found.to_dict()}


def other_choices(case: Mapping[str, Any], scheme: str, lang: str) -> dict[str, Any]:
    """The group for each other choice that the codes of the case leave open."""
    table = what_if(grouper(scheme), case, lang="zh" if lang == "zh" else "en")
    return {"note": table.attrs.get("note", ""), "choices": plain(table)}


def estimates(
    cases: pd.DataFrame, settings: Settings, *, policy: str | None, scheme: str | None, weights: str | None
) -> dict[str, Any]:
    """What each case will be paid, with what the numbers rest on."""
    rules = _policy(policy, settings)
    scheme = scheme or rules.scheme or settings.scheme
    grouped = cases if "drg" in cases else cases.join(grouper(scheme).group(cases))
    table = _weights(weights, rules, scheme)
    answer = estimate(grouped, rules, weights=table, scheme=scheme, hospital=settings.hospital)
    facts = {} if table is None else dict(table.facts)
    return {
        "policy": rules.id,
        "policy_hash": rules.hash,
        "scheme": scheme,
        "weights": facts,
        "told": list(answer.told),
        "trust": {"zh": answer.payments.trust_in("zh"), "en": answer.payments.trust_in("en")},
        "cases": plain(answer.frame),
    }


def problems(cases: pd.DataFrame) -> dict[str, Any]:
    """What the rules find wrong in the cases, a row each."""
    found = check_cases(cases)
    return {"count": len(found), "problems": plain(found.frame)}


def dip(cases: pd.DataFrame, catalogue: str) -> list[dict[str, Any]]:
    """Disease type, score and status of each case."""
    return plain(dip_grouper(catalogue).group(cases))


def codes(kind: str, text: str, most: int) -> list[dict[str, Any]]:
    """Codes that begin so, or whose name has these words."""
    kinds = ("diagnosis", "procedure")
    if kind not in kinds:
        raise ArgumentError("no such catalogue", got=kind, allowed=kinds, nearest=kinds)
    catalogue = Catalogue.load(kind)  # type: ignore[arg-type]
    return plain(catalogue.search(text, n=max(1, min(most, MOST_FOUND))))


def read(given: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Cases as JSON objects: in the columns of the case table, or as settlement lists and front pages are.

    Objects whose keys are all columns of the case table are taken as they are; others are read as a file of
    them would be, in a folder that is emptied at once.
    """
    import pandas as pd

    if not given or not all(isinstance(case, Mapping) for case in given):
        raise ArgumentError(
            "cases are JSON objects", got=f"{len(given)} items", allowed="one object or a list"
        )
    known = case_columns()
    if all(name in known or name in ("drg", "dip_code", "score") for case in given for name in case):
        return pd.DataFrame([{name: _cell(cell) for name, cell in case.items()} for case in given])
    with TemporaryDirectory(prefix="drgsim-") as folder:
        path = Path(folder) / "cases.json"
        path.write_text(json.dumps(list(given), ensure_ascii=False), encoding="utf-8")
        return read_cases(path)


def plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON can hold them: missing as null, days as text."""
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return [{str(name): _plain(cell) for name, cell in row.items()} for row in rows]


def _plain(cell: Any) -> Any:
    if cell is None or isinstance(cell, str | bool | int):
        return cell
    if isinstance(cell, float):
        return cell if math.isfinite(cell) else None
    if isinstance(cell, Mapping):
        return {str(name): _plain(each) for name, each in cell.items()}
    if isinstance(cell, list | tuple):
        return [_plain(each) for each in cell]
    item = getattr(cell, "item", None)
    return _plain(item()) if callable(item) else str(cell)


def _cell(cell: Any) -> Any:
    return "|".join(map(str, cell)) if isinstance(cell, list | tuple) else cell


@lru_cache(maxsize=16)
def _known_policy(name: str) -> Policy:
    return Policy.load(name)


def _policy(name: str | None, settings: Settings) -> Policy:
    """A shipped policy by its id; a path only where the settings gave it, never a client."""
    if name is None or name == settings.policy:
        return _known_policy(settings.policy or NATIONAL)
    known = shipped_policies()
    if name not in known:
        raise NotFoundError("no such policy", got=name, allowed=known, nearest=known)
    return _known_policy(name)


def _weights(name: str | None, policy: Policy, scheme: str) -> Weights | None:
    """A published table by its id; the policy's own; else the scheme's demonstration table, labelled so."""
    published = Weights.published()
    if name is not None:
        if name not in published:
            raise NotFoundError("no such weight table", got=name, allowed=published, nearest=published)
        return Weights.load(name)
    if policy["standard.weights"] is not None:
        return None
    example = f"{scheme}-example"
    if example not in published:
        raise ArgumentError(
            "the policy names no weights, and the scheme has no demonstration table",
            got=policy.id,
            allowed=published,
            do="name a weight table: weights",
        )
    return Weights.load(example)
