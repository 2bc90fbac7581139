"""Pools of proved cases: for each target, cell and severity the group they land in, and their codes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...grouping import DrgGrouper
from ...schemes.model import Scheme
from ..choose import Pools, zipf
from .candidates import Core
from .proof import fitting, prove
from .proof_cache import keep_proof, kept_proof
from .severity_codes import SeverityCodes
from .target import Target

_COMMONNESS = 1.1  # Zipf exponent over the cores of a target; assumed

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
        usual = zipf(len(target.cores), _COMMONNESS)
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
