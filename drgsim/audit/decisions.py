"""What people decided about findings: a file that one run writes and the next reads and respects."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import FileFormatError
from .audit_errors import DecisionsError
from .raw import polars, read_file

if TYPE_CHECKING:
    import polars as pl

DECISIONS = ("", "accepted", "explained", "refunded")
_WORDS = {
    **{name: name for name in DECISIONS},
    "接受": "accepted", "确认": "accepted", "属实": "accepted", "说明": "explained", "已说明": "explained",
    "申诉成立": "explained", "退回": "refunded", "已退回": "refunded", "退款": "refunded",
}  # fmt: skip
HEADERS = {
    "疑点编号": "finding",
    "处理结果": "decision",
    "退回金额": "refund",
    "处理说明": "note",
    "处理日期": "decided",
}
COLUMNS = ("finding", "decision", "refund", "note", "decided")


def read_decisions(source: Any) -> pl.DataFrame:
    """finding, decision, refund (yuan), note, decided; one row a finding, the last one of a file holds.

    `source`: CSV or workbook as `to_dir` writes it, a frame, or a mapping finding → decision. Rows without a
    decision are left out. Raises DecisionsError for words that are no decision.
    """
    pl = polars()
    if isinstance(source, dict):
        raw = pl.DataFrame({"finding": list(source), "decision": list(source.values())})
    elif isinstance(source, str | os.PathLike):
        try:
            raw = read_file(Path(source), "decisions")
        except FileFormatError as error:
            raise DecisionsError("a file of decisions cannot be read", got=str(source)) from error
    else:
        raw = (
            source
            if isinstance(source, pl.DataFrame)
            else pl.DataFrame({c: list(source[c]) for c in source.columns})
        )
    raw = raw.rename(
        {old: new for old, new in HEADERS.items() if old in raw.columns and new not in raw.columns}
    )
    if "finding" not in raw.columns or "decision" not in raw.columns:
        raise DecisionsError(
            "a file of decisions needs finding and decision",
            got=raw.columns,
            allowed="finding 疑点编号, decision 处理结果",
        )
    words = raw.get_column("decision").cast(pl.String).fill_null("").str.strip_chars()
    strange = sorted(set(words.to_list()) - set(_WORDS))
    if strange:
        raise DecisionsError(
            "no such decision", got=strange[0], allowed=sorted(set(_WORDS) - {""}), nearest=_WORDS
        )
    made = raw.with_columns(decision=words.replace_strict(_WORDS))
    for name, kind in (("refund", pl.Float64), ("note", pl.String), ("decided", pl.String)):
        cells = (
            pl.col(name).cast(pl.String).str.strip_chars()
            if name in raw.columns
            else pl.lit(None, dtype=pl.String)
        )
        made = made.with_columns(cells.cast(kind, strict=False).alias(name))
    made = made.filter(pl.col("decision") != "").select(COLUMNS)
    return made.unique("finding", keep="last", maintain_order=True)


def respect(findings: pl.DataFrame, decisions: pl.DataFrame | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Findings with decision, refund, note, decided; and the decisions that meet no finding any more."""
    pl = polars()
    empty = {"decision": pl.String, "refund": pl.Float64, "note": pl.String, "decided": pl.String}
    if decisions is None:
        undecided = findings.with_columns(
            pl.lit("" if name == "decision" else None, dtype=kind).alias(name) for name, kind in empty.items()
        )
        return undecided, pl.DataFrame(schema={"finding": pl.String, **empty})
    joined = findings.join(decisions, on="finding", how="left", maintain_order="left")
    gone = decisions.join(findings, on="finding", how="anti")
    return joined.with_columns(pl.col("decision").fill_null("")), gone
