"""`audit`: stays, charge items, prescriptions, trace codes and members through the rules."""

from __future__ import annotations

from typing import Any

from .items.lines import prepare
from .items.matching import Matcher
from .items.screen import screen_items
from .library import Library
from .reading import complete, polars, read_table
from .visits import visits_of_cases
from dataclasses import dataclass

@dataclass
class R:
    findings: Any
    undecided: Any
    told: Any

def audit(cases=None, policy=None, *, library, items=None, visits=None, items_catalogue=None, mapping=None, on=None, **rest):
    pl = polars()
    findings=[]
    v = complete(read_table("visits", visits).frame,"visits") if visits is not None else None
    if v is None and cases is not None: v = visits_of_cases(cases)
    cat = complete(read_table("items_catalogue", items_catalogue).frame,"items_catalogue") if items_catalogue is not None else None
    it = read_table("items", items).frame
    if v is None: v=complete(pl.DataFrame({"visit_id":[]},schema={"visit_id":pl.String}),"visits")
    lines=prepare(it,v,mapping)
    f,u=screen_items(library, Matcher(lines, library.rows, cat, on))
    return R(f,u,lines.told)
