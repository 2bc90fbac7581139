"""Whether rules can run: their conditions parse, their rows exist, their texts name facts, examples stand."""

from __future__ import annotations

import re

from ..errors import DrgsimError
from .facts import names_asked
from .library import Library
from .rule import Rule

_CATALOGUE = "catalogue_"


def check_rules(library: Library) -> list[str]:
    """One sentence for each thing wrong; empty when all can run."""
    kinds = set(library.rows.kinds())
    return [f"{rule.id}: {said}" for rule in library for said in _problems(rule, kinds)]


def _problems(rule: Rule, kinds: set[str]) -> list[str]:
    found = []
    try:
        names_asked(rule)
    except DrgsimError as error:
        found.append(str(error))
    left = re.findall(r"\{(\w+)\}", rule.text(rule.when))
    if left:
        found.append(f"the condition names levers the rule does not have: {', '.join(left)}")
    strange = [kind for kind in rule.rows if kind not in kinds and not kind.startswith(_CATALOGUE)]
    if strange:
        found.append(f"no pack has rows of the kind {', '.join(strange)}")
    if rule.table == "checklist":
        return found
    for kind in ("hit", "miss"):
        if not any(each.kind == kind for each in rule.examples):
            found.append(f"no example that is a {kind}")
    if not rule.evidence.zh:
        found.append("no words of evidence")
    if not rule.clears.zh and rule.result != "data":
        found.append("nothing that would clear a finding")
    return found
