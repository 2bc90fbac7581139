"""Carry a local scheme over to another national edition: a first overlay, and a table for the expert.

Every place where the local scheme differs from its own base is held against the new one. Where the new
edition still says there what the old one said, the local word is put in its place; where it says
something else, or has no such place, nothing is put and the table says what stands on the three sides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ArgumentError
from ..words import pairs
from .diff import Language
from .model import Scheme
from .rebase_lists import carry_exclusion, carry_sets, carry_severity, carry_switches
from .rebase_rows import carry_rows
from .rebase_state import Carried, Merge

if TYPE_CHECKING:
    import pandas as pd

STATUSES = pairs("rebased")


@dataclass(frozen=True)
class Rebase:
    """A local scheme on another base.

    Attributes
    ----------
    scheme
        The first overlay, whole; `write` states it against `base`.
    base
        The edition it was carried over to.
    changes
        What the local scheme had otherwise than its old base, and what became of it.
    """

    scheme: Scheme
    base: Scheme
    changes: tuple[Carried, ...]

    @property
    def frame(self) -> pd.DataFrame:
        """One row a local difference: part, row, change, status, note_zh, note_en, local, before, now."""
        import pandas as pd

        return pd.DataFrame(map(asdict, self.changes), columns=[each.name for each in fields(Carried)])

    def summary(self, lang: Language = "zh") -> str:
        """How many local differences came to which end."""
        counts = Counter[str](change.status for change in self.changes)
        said = [f"{STATUSES[status][lang == 'en']} {counts[status]}" for status in STATUSES if counts[status]]
        joined = ("; " if lang == "en" else "；").join(said) or ("nothing" if lang == "en" else "无")
        return f"{self.scheme.id}: {joined}"

    def text(self, lang: Language = "zh", *, limit: int | None = 10) -> str:
        """The summary, then the differences by their end, at most `limit` of each (all with None)."""
        english = lang == "en"
        lines = [self.summary(lang)]
        for status, words in STATUSES.items():
            own = [change for change in self.changes if change.status == status]
            if not own:
                continue
            lines.append(f"\n{words[english]} ({len(own)})")
            lines += [f"  {change.text(lang)}" for change in own[:limit]]
            rest = len(own) - len(own[:limit])
            if rest:
                lines.append(f"  … and {rest} more" if english else f"  ……另有 {rest} 项")
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text()

    def write(self, folder: str | Path) -> Path:
        """The overlay as a pack in `folder`, with the table `rebase.csv` beside the folder."""
        from .pack_write import write_pack

        path = write_pack(self.scheme, folder, base=self.base)
        self.frame.to_csv(self.table_path(path), index=False, encoding="utf-8-sig", lineterminator="\n")
        return path

    @staticmethod
    def table_path(folder: Path) -> Path:
        """Where `write` puts the table: beside the pack, which holds nothing but itself."""
        return folder.with_name(f"{folder.name}-rebase.csv")


def rebase(
    local: Scheme, onto: Scheme, *, old: Scheme | None = None, overlap: float = 0.5, id: str | None = None
) -> Rebase:
    """A first overlay of `local` on `onto`.

    Parameters
    ----------
    local, onto
        A scheme with a base, and the edition it is to be stated against.
    old
        The base of `local`; loaded by its id when not given.
    overlap
        The least share of codes that two ADRGs of one code must have in common (intersection over union)
        to be the same group where their names differ; the same for two code lists of one name.
    id
        Of the overlay; the local id and the new base's version when not given.

    Raises
    ------
    ArgumentError
        `local` has no base, or `onto` is that base itself.
    """
    from .registry import load

    if local.base is None:
        raise ArgumentError(
            "only a scheme that is stated against another can be moved",
            got=local.id,
            allowed="a scheme with a base",
            do=f"drgsim scheme diff {local.id} {onto.id} compares the two",
        )
    if local.base == onto.id:
        raise ArgumentError("the scheme stands on this base already", got=onto.id)
    if not 0 < overlap <= 1:
        raise ArgumentError("not a share", got=overlap, allowed="above 0, at most 1")
    merge = Merge(local, old or load(local.base), onto, overlap)
    carry_sets(merge)
    carry_rows(merge)
    carry_severity(merge)
    carry_exclusion(merge)
    switches = carry_switches(merge)
    scheme = replace(
        onto,
        id=id or f"{local.id}-on-{onto.version or onto.id}",
        title=f"{local.title}，移至{onto.title}（初稿）",
        title_en=f"{local.title_en or local.id} carried over to {onto.title_en or onto.id} (first draft)",
        family="",
        valid_to=None,
        base=onto.id,
        trust="assumed",
        source=local.source,
        version=f"{local.version}-{onto.version}",
        notes=_notes(local, onto),
        departures=(),
        switches=switches,
        mdcs=merge.rows("mdc"),
        adrgs=merge.rows("adrg"),
        drgs=merge.rows("drg"),
        sets=merge.used_sets(),
        cc=dict(sorted(merge.cc.items())),
        mcc=dict(sorted(merge.mcc.items())),
        exclusion=dict(sorted(merge.exclusion.items())),
    )
    return Rebase(scheme, onto, tuple(_ordered(merge.found)))


def _notes(local: Scheme, onto: Scheme) -> tuple[str, ...]:
    return (
        f"由 drgsim scheme rebase 自 {local.id} 移至 {onto.id} 的初稿, 未经专家核定, 不是任何地区公布的方案。"
        f"A first draft that drgsim scheme rebase carried over from {local.id} to {onto.id}; no expert has"
        " settled it, and no region has published it.",
    )


def _ordered(found: Iterable[Carried]) -> list[Carried]:
    order = list(STATUSES)
    return sorted(found, key=lambda change: order.index(change.status))
