"""Pools of proved cases for each target, cell and severity, and proofs kept in the user's folder under a
hash."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..._atomic import replacing
from ..._paths import data_path
from ..._trusted import only_ours
from ...errors import DrgsimError
from ...grouping import DrgGrouper
from ...schemes.compile_cache import cache_folder
from ...schemes.rules.terms import Variable
from ...schemes.scheme import Scheme
from ..common_codes import Limit
from ..randomness import Pools, zipf
from ..targets import drawn
from .candidates import Core, Needs
from .proof import Proof, fitting, prove
from .severity_codes import SeverityCodes
from .target import Target

# besides the scheme and this room: the tables that say which codes are common and whom they fit
_TABLES = (
    *(("synthetic", f"{name}.csv") for name in ("age_limits", "bands", "principal_hints")),
    *(("synthetic", f"common_{name}.csv") for name in ("diagnoses", "procedures")),
    *(("catalogues", f"{name}.csv") for name in ("diagnosis", "procedure")),
    ("cases", "code_lists.csv"),
)


def kept_proof(grouper: DrgGrouper) -> Proof | None:
    """The proof of the grouper's scheme, if one was kept; None otherwise."""
    path = _path(grouper)
    if not only_ours(path):
        return None
    try:
        kept = json.loads(gzip.decompress(path.read_bytes()))
        return _restored(grouper, kept)
    except (OSError, EOFError, ValueError, KeyError, TypeError):
        return None


def keep_proof(grouper: DrgGrouper, proof: Proof) -> None:
    """Keep a proof for the next time."""
    path = _path(grouper)
    text = json.dumps(
        {"reach": proof.reach.tolist(), "targets": [_plain(target) for target in proof.targets]}
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as part:
            part.write_bytes(gzip.compress(text.encode(), compresslevel=1, mtime=0))
    except (OSError, DrgsimError):
        return


def _path(grouper: DrgGrouper) -> Path:
    digest = hashlib.blake2b(grouper.compiled.hash.encode(), digest_size=16)
    for parts in _TABLES:
        digest.update(data_path(*parts).read_bytes())
    for source in sorted(Path(__file__).parents[1].rglob("*.py")):
        digest.update(source.read_bytes())
    return cache_folder() / f"{digest.hexdigest()}.cases.gz"


def _plain(target: Target) -> list[Any]:
    needs = list(dict.fromkeys(id(core.needs) for core in target.cores))
    stated = {id(core.needs): core.needs for core in target.cores}
    limits = list(dict.fromkeys(core.limit for core in target.cores))  # few, and many cores have the same
    cores = [
        [
            core.principal,
            core.main,
            core.diagnoses,
            core.procedures,
            limits.index(core.limit),
            needs.index(id(core.needs)),
        ]
        for core in target.cores
    ]
    told = [*map(_limit, limits)], [_needs(stated[key]) for key in needs]
    return [target.adrg.code, sorted(target.drgs), *told, cores]


def _limit(limit: Limit) -> list[Any]:
    return [sorted(limit.sexes), limit.age_from, limit.age_to]


def _needs(needs: Needs) -> list[Any]:
    bounds = {variable.value: bound for variable, bound in needs.bounds.items()}
    return [_limit(needs.limit), bounds, sorted(needs.discharges), needs.department]


def _restored(grouper: DrgGrouper, kept: dict[str, Any]) -> Proof:
    adrgs = {adrg.code: adrg for adrg in grouper.scheme.adrgs}
    mdcs = {mdc.code: mdc for mdc in grouper.scheme.mdcs}
    targets = []
    for code, drgs, limited, stated, listed in kept["targets"]:
        limits = [*map(_limit_of, limited)]
        needs = [
            Needs(
                _limit_of(limit),
                {Variable(name): (low, high) for name, (low, high) in bounds.items()},
                frozenset(discharges),
                department,
            )
            for limit, bounds, discharges, department in stated
        ]
        cores = tuple(
            Core(principal, main, tuple(diagnoses), tuple(procedures), limits[limit], needs[place])
            for principal, main, diagnoses, procedures, limit, place in listed
        )
        targets.append(Target(mdcs[adrgs[code].mdc], adrgs[code], frozenset(drgs), cores))
    return Proof(tuple(targets), np.array(kept["reach"], dtype=np.int32))


def _limit_of(plain: list[Any]) -> Limit:
    sexes, age_from, age_to = plain
    return Limit(frozenset(sexes), age_from, age_to)


Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class CasePools:
    """What a scheme's rules allow, proved by grouping.

    Attributes
    ----------
    severity : the secondary diagnoses that give a case its severity
    targets : the targets that some case can reach
    reach : int32 [targets, cells, severities]; index into `drgs`, -1 where nothing lands in the target
    drgs : codes of the groups reached
    unreached : codes of the groups that no case was found for
    cores : every proved core, in the order of their targets
    pool : rows of positions in `cores`, row = target * cells + cell
    """

    scheme: Scheme
    severity: SeverityCodes
    targets: tuple[Target, ...]
    reach: npt.NDArray[np.int32]
    drgs: tuple[str, ...]
    unreached: tuple[str, ...]
    cores: tuple[Core, ...]
    pool: Pools
    members: Ints  # position in the pool -> position in `cores`


def case_pools(grouper: DrgGrouper) -> CasePools:
    """The proved cases of the grouper's scheme; proving takes seconds, so what was proved is kept on disk."""
    scheme = grouper.scheme
    severity = SeverityCodes(scheme)
    proof = kept_proof(grouper)
    if proof is None:
        proof = prove(grouper, severity)
        keep_proof(grouper, proof)
    reach = proof.reach.copy()
    weights, members, start = [], [], 0
    for number, target in enumerate(proof.targets):
        usual = zipf(len(target.cores), drawn("core_commonness"))
        inside = fitting(target.cores) & (reach[number] >= 0).any(axis=1)
        reach[number, ~inside.any(axis=0)] = -1
        for places in map(np.flatnonzero, inside.T):
            weights.append(usual[places])
            members.append(places + start)
        start += len(target.cores)
    drgs = tuple(drg.code for drg in scheme.drgs)
    reached = {drgs[number] for number in np.unique(reach) if number >= 0}
    return CasePools(
        scheme,
        severity,
        proof.targets,
        reach,
        drgs,
        tuple(code for code in drgs if code not in reached),
        tuple(core for target in proof.targets for core in target.cores),
        Pools(weights),
        np.concatenate(members),
    )
