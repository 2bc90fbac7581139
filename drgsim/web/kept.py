"""What a process keeps: groupers, policies and tables, loaded once and anew when their files change."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar, cast

from .._paths import data_path
from ..codes import Catalogue
from ..dip import DipCatalogue, DipGrouper
from ..errors import ArgumentError, DrgsimError, NotFoundError
from ..grouping import DrgGrouper
from ..payment.faces.prepared import PreparedEstimate
from ..policy.library import shipped
from ..policy.policy import Policy
from ..schemes.registry import available_ids, chain, list_schemes, roots
from ..weights.weights import Weights
from .plain import plain
from .settings import Settings

NATIONAL = "national-drg-rate"
NATIONAL_DIP = "dip-national-3.0"
_MOST_PREPARED = 16  # pairs of policy and scheme
_LOOK_AGAIN = 2.0  # seconds between two looks at the files of one thing
_log = logging.getLogger("drgsim.web")
Stamp = tuple[tuple[str, int, int], ...]
T = TypeVar("T")


@dataclass
class _Entry:
    value: Any
    stamp: Stamp
    looked: float
    stale: str = ""  # why the files that changed could not be read


class Kept:
    """The schemes, policies, catalogues and weight tables of one process; threads share it.

    A client names an id, never a path. Where files change to something that cannot be read, the last that
    could be read stays in use, and `stale` says so.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._entries: dict[tuple[str, str], _Entry] = {}
        self._prepared: dict[tuple[int, ...], tuple[PreparedEstimate, Any]] = {}
        self._lock = RLock()

    def grouper(self, scheme: str | None) -> DrgGrouper:
        """The grouper of an installed scheme. Raises NotFoundError with the nearest id."""
        name = scheme or self._settings.scheme
        return self._get(
            ("scheme", name),
            lambda: _among(name, sorted(available_ids()), "scheme"),
            lambda: [path for folder in chain(name) for path in _below(folder)],
            lambda: DrgGrouper(name, threads=1),
        )

    def dip(self, catalogue: str | None) -> DipGrouper:
        """The grouper of a shipped DIP catalogue."""
        name = catalogue or NATIONAL_DIP
        return self._get(
            ("dip", name),
            lambda: _among(name, DipCatalogue.published(), "DIP catalogue"),
            lambda: _below(data_path("dip")),
            lambda: DipGrouper(name, threads=1, strict=False),
        )

    def policy(self, name: str | None) -> Policy:
        """A shipped policy by its id; a path only where the settings gave it, never a client."""
        own = self._settings.policy or NATIONAL
        wanted = name or own
        return self._get(
            ("policy", wanted),
            lambda: None if wanted == own else _among(wanted, list(shipped()), "policy"),
            lambda: [*_below(data_path("policies")), *_beside(own)],
            lambda: Policy.load(wanted),
        )

    def weights(self, name: str) -> Weights:
        """A published weight table."""
        return self._get(
            ("weights", name),
            lambda: _among(name, Weights.published(), "weight table"),
            lambda: [data_path("weights", "tables.csv"), data_path("weights", f"{name}.csv")],
            lambda: Weights.load(name),
        )

    def weights_for(self, name: str | None, policy: Policy, scheme: str) -> Weights | None:
        """The table that is named; None for the policy's own; else the scheme's demonstration table."""
        if name is not None:
            return self.weights(name)
        if policy["standard.weights"] is not None:
            return None
        example, published = f"{scheme}-example", Weights.published()
        if example not in published:
            raise ArgumentError(
                "the policy names no weights, and the scheme has no demonstration table",
                got=policy.id,
                allowed=published,
                do="name a weight table: weights",
            )
        return self.weights(example)

    def prepared(self, policy: Policy, weights: Weights | None, grouper: DrgGrouper) -> PreparedEstimate:
        """Estimates of single stays, prepared for these very objects."""
        key = (id(policy), id(weights), id(grouper))
        found = self._prepared.get(key)
        if found is None:
            level = grouper.compiled.drgs
            names = dict(zip(level.codes, level.names, strict=True))
            hospital = self._settings.hospital
            found = (
                PreparedEstimate(policy, weights, hospital=hospital, names=names),
                (policy, weights, grouper),
            )
            with self._lock:
                if len(self._prepared) >= _MOST_PREPARED:
                    self._prepared.clear()
                self._prepared[key] = found
        return found[0]

    def schemes(self) -> list[dict[str, Any]]:
        """The schemes that are installed: id, titles, dates, counts, trust. No folders."""
        return self._get(
            ("list", "schemes"),
            lambda: None,
            lambda: [path for root in roots() if root.is_dir() for path in root.glob("*/scheme.toml")],
            lambda: plain(list_schemes().drop(columns="folder")),
        )

    def policies(self) -> list[dict[str, Any]]:
        """The policies that ship and the service's own: id, titles, scheme, method, region, hash."""
        own = self._settings.policy
        names = [*shipped(), *([own] if own is not None and own not in shipped() else [])]
        return [_about(self.policy(name), name == own) for name in names]

    def stale(self) -> list[str]:
        """What changed on disk and could not be read again."""
        with self._lock:
            return [f"{' '.join(key)}: {entry.stale}" for key, entry in self._entries.items() if entry.stale]

    def warm(self) -> None:
        """Load what the first call would wait for."""
        grouper = self.grouper(None)
        grouper.scheme  # noqa: B018 read by the explanation
        self.policy(None)
        for kind in ("diagnosis", "procedure"):
            Catalogue.load(kind).id_of("")

    def _get(
        self,
        key: tuple[str, str],
        known: Callable[[], None],
        files: Callable[[], Iterable[Path | str]],
        make: Callable[[], T],
    ) -> T:
        now = time.monotonic()
        entry = self._entries.get(key)
        if entry is not None and now - entry.looked < _LOOK_AGAIN:
            return cast(T, entry.value)
        with self._lock:
            if entry is None:
                known()
                value = make()
                self._entries[key] = _Entry(value, _stamp(files()), now)
                return value
            return cast(T, self._looked_again(key, entry, now, files, make))

    def _looked_again(self, key: Any, entry: _Entry, now: float, files: Any, make: Any) -> Any:
        entry.looked = now
        try:
            stamp = _stamp(files())
            if stamp != entry.stamp:
                entry.value, entry.stale = make(), ""
                entry.stamp = stamp
                _log.warning("%s %s was read again: its files changed", *key)
        except (DrgsimError, OSError) as error:
            entry.stale = getattr(error, "code", type(error).__name__)
            _log.warning("%s %s changed and cannot be read (%s): the last stays in use", *key, entry.stale)
        return entry.value


def _stamp(files: Iterable[Path | str]) -> Stamp:
    found = []
    for path in files:
        state = os.stat(path)  # noqa: PTH116 a path would have to be made
        found.append((str(path), state.st_mtime_ns, state.st_size))
    return tuple(sorted(found))


def _below(folder: Path) -> list[str]:
    """The files under a folder; a call waits for this, so it is plain names and not paths."""
    return [f"{at}{os.sep}{name}" for at, _, names in os.walk(folder) for name in names]


def _beside(policy: str) -> Iterable[Path]:
    """The policies that one given as a file may extend."""
    return Path(policy).parent.glob("*.y*ml") if Path(policy).suffix else ()


def _among(name: str, known: Iterable[str], what: str) -> None:
    known = list(known)
    if name not in known:
        raise NotFoundError(f"no such {what}", got=name[:100], allowed=known, nearest=known)


def _about(policy: Policy, own: bool) -> dict[str, Any]:
    return {
        "id": policy.id,
        "title": dict(policy.title),
        "scheme": policy.scheme,
        "method": policy.method,
        "hash": policy.hash,
        "default": own,
    }
