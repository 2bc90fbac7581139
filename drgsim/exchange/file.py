"""One file of statistics: a zip of `manifest.json` and `statistics.csv`, both signed by a hash.

The same table and words always make the same bytes. With a key that both bureaus hold the hash is an HMAC,
and says who sent it as well.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .._atomic import replacing
from .._damaged import whole
from .._paths import is_dir, is_file
from .._version import __version__
from ..errors import ArgumentError, DrgsimError, NotFoundError
from ..settlement.statistics import KEYS, MEASURES, PARTS, merge_statistics
from .exchange_errors import ExchangeError, SmallCellError
from .protect import small_cells, whole_number

FORMAT, VERSION = "drgsim-statistics", 1
MANIFEST, TABLE = "manifest.json", "statistics.csv"
LARGEST = {MANIFEST: 1 << 20, TABLE: 1 << 31}  # bytes unpacked
UNPACKS = 200  # times its packed size at most: sums of stays do not repeat more often
WORDS = ("sender", "scheme", "policy", "period")
NOTICE = {
    "zh": "少于 {k} 例的行已合并。同一期间以另一门槛再次发布, 或更正前后各发布一次, "
    "相减即可还原: 每一期间只保留一份。",
    "en": "Rows of fewer than {k} stays are pooled. The same period handed on at another threshold, or "
    "before and after a correction, gives pooled rows back by the difference: keep one file of a period.",
}
LARGEST_AMOUNT = 10**17  # fen: no fund comes near it, and a hundred such rows still fit 64 bits
PAYERS = ("fund", "patient", "other_payers", "borne_by_hospital")
_DATED = (1980, 1, 1, 0, 0, 0)  # the earliest a zip knows: no two files differ by their day


@dataclass(frozen=True)
class Exchange:
    """A file of statistics, read and found in order.

    Attributes
    ----------
    frame : the table, as `drgsim.settlement.statistics` makes it; settle from it
    manifest : sender, scheme, policy, period, k, totals, hash …
    signed : whether the hash was made with the key that was given to read it
    """

    frame: pd.DataFrame
    manifest: Mapping[str, Any]
    signed: bool

    def summary(self) -> pd.DataFrame:
        """Sender, scheme, policy, period, k, rows, hospitals, cases and the fund's money in yuan; one row."""
        told = {name: self.manifest[name] for name in (*WORDS, "k", "rows")}
        hospitals = int(self.frame["hospital_id"].nunique())
        cases, fund = int(self.frame["cases"].sum()), int(self.frame["fund"].sum()) / 100
        return pd.DataFrame([{**told, "hospitals": hospitals, "cases": cases, "fund": fund}])


def write_exchange(
    table: pd.DataFrame,
    path: str | os.PathLike[str],
    *,
    sender: str,
    scheme: str,
    policy: str,
    period: str,
    k: int = 10,
    key: bytes | None = None,
    small_allowed: bool = False,
) -> str:
    """Write statistics as a file another bureau can check and settle from; its hash (hex) is returned.

    Parameters
    ----------
    table : statistics, best from `protect(table, k).frame`
    sender, scheme, policy, period : who sends it, the scheme's id, the policy's hash or id, the period
    k : the fewest stays a row may stand for
    key : signs the file (HMAC-SHA-256); without it the hash shows changes, but not who made them
    small_allowed : write rows of fewer stays, where an agreement between the bureaus covers them

    Raises
    ------
    SmallCellError for rows of fewer than `k` stays, or where a file of this sender and period lies in the
    folder already at another `k`; ExchangeError for a table that cannot be true, ArgumentError for an empty
    word, NotFoundError for a missing folder.
    """
    whole_number(k)
    words = {"sender": sender, "scheme": scheme, "policy": policy, "period": period}
    empty = [name for name, word in words.items() if not isinstance(word, str) or not word.strip()]
    if empty:
        raise ArgumentError("a file of statistics says where it comes from", got=f"no {', '.join(empty)}")
    whole = merge_statistics([table])
    check_table(whole, where="the table to write")
    _refuse_second_threshold(Path(path), sender, period, k)
    small = small_cells(whole, k)
    if len(small) and not small_allowed:
        raise SmallCellError(
            f"{len(small):,} rows stand for fewer than {k} stays",
            do="pool them: protect(table, k).frame; of rows then left a hospital had no more stays in the "
            "period: agree to exchange them (small_allowed=True), or leave that flow to its own bureau",
        )
    content = whole.to_csv(index=False, lineterminator="\n").encode()
    manifest = {
        "format": FORMAT, "version": VERSION, "made_by": f"drgsim {__version__}", **words, "k": k,
        "notice": {lang: text.format(k=k) for lang, text in NOTICE.items()},
        "small_rows": len(small), "rows": len(whole),
        "totals": _totals(whole),
        "sha256": hashlib.sha256(content).hexdigest(),
    }  # fmt: skip
    signature = _signature(manifest, key)
    manifest["signature"] = {"kind": "hmac-sha256" if key else "sha256", "hex": signature}
    with replacing(path) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in ((MANIFEST, _canonical(manifest)), (TABLE, content)):
            archive.writestr(zipfile.ZipInfo(name, _DATED), data, zipfile.ZIP_DEFLATED, 6)
    return str(signature)


def read_exchange(path: str | os.PathLike[str], *, key: bytes | None = None) -> Exchange:
    """Read a file of statistics and check it: hash, totals, keys, identities.

    With `key` a file that was not signed with it is refused. Raises NotFoundError, ExchangeError.
    """
    source = Path(path)
    if not is_file(source):
        near = [entry.name for entry in source.parent.iterdir()] if is_dir(source.parent) else []
        raise NotFoundError("no such file", got=source.name, nearest=near)
    where = source.name
    parts = _unpacked(source)
    manifest = _manifest(parts[MANIFEST], where)
    signature = manifest.pop("signature")
    keyed = signature.get("kind") == "hmac-sha256"
    if key is not None and not keyed:
        raise ExchangeError("the file is not signed with a key", where=where, do="ask its sender to sign it")
    if key is not None or not keyed:
        expected = _signature(manifest, key)
        if not hmac.compare_digest(expected, str(signature.get("hex"))):
            raise ExchangeError("its words were changed, or the key is another", where=where)
    if hashlib.sha256(parts[TABLE]).hexdigest() != manifest["sha256"]:
        raise ExchangeError("its table was changed", where=where, do="ask for the file again")
    frame = _table(parts[TABLE], where)
    check_table(frame, where=where)
    if _totals(frame) != manifest["totals"] or len(frame) != manifest["rows"]:
        raise ExchangeError("its totals are not those of its table", where=where)
    if len(small_cells(frame, manifest["k"])) != manifest["small_rows"]:
        raise ExchangeError(f"it says otherwise of its rows of fewer than {manifest['k']} stays", where=where)
    return Exchange(frame, {**manifest, "signature": signature}, signed=key is not None)


def check_table(table: pd.DataFrame, *, where: str) -> None:
    """Raises ExchangeError for the first thing that cannot be true of sums of stays."""
    measures = [name for name in MEASURES if name in table.columns or name not in PARTS]
    if list(table.columns) != [*KEYS, *measures]:
        raise ExchangeError("the table has other columns", got=list(table.columns), where=where)
    if (table[measures].abs() > LARGEST_AMOUNT).any(axis=None):
        raise ExchangeError("an amount is impossibly large", where=where)
    faults = {
        "rows of the same keys": table.duplicated(list(KEYS)),
        "rows without a stay": table["cases"] < 1,
        "months that are none": ~table["month"].str.fullmatch(r"(\d{4}-(0[1-9]|1[0-2]))?"),
        "insurances that are unknown": ~table["insurance"].isin(["employee", "resident", ""]),
        "costs that their payers do not sum to": table["total_cost"] != table[list(PAYERS)].sum(axis=1),
    }
    for told, wrong in faults.items():
        if wrong.any():
            rows = [int(place) + 1 for place in wrong.to_numpy().nonzero()[0][:5]]
            raise ExchangeError(f"{int(wrong.sum()):,} {told}", got=f"rows {rows}", where=where)


def _refuse_second_threshold(path: Path, sender: str, period: str, k: int) -> None:
    """The same stays at two thresholds give pooled rows back: look where the first file most likely lies."""
    for other in filter(Path.is_file, sorted(path.parent.glob("*.zip"))):
        try:
            said = _manifest(_unpacked(other, [MANIFEST])[MANIFEST], other.name)
        except DrgsimError:  # another's zip
            continue
        if (said["sender"], said["period"]) == (sender, period) and said["k"] != k:
            raise SmallCellError(
                "the same period at two thresholds gives pooled rows back by the difference",
                got=f"k = {k}, and {other.name} has k = {said['k']}", where=f"{sender}, {period}",
                do="keep the k of the first file; if that was never handed on, delete it first",
            )  # fmt: skip


def _unpacked(path: Path, wanted: Sequence[str] = tuple(LARGEST)) -> dict[str, bytes]:
    broken = "the file is damaged, or no zip"
    with whole(path, ExchangeError, message=broken), zipfile.ZipFile(path) as archive:
        found = {info.filename: info for info in archive.infolist()}
        if sorted(found) != sorted(LARGEST) or len(archive.infolist()) != len(LARGEST):
            raise ExchangeError("not a file of statistics", where=path.name, allowed=list(LARGEST))
        for name, info in found.items():
            swollen = info.file_size > UNPACKS * max(info.compress_size, 1)
            if info.file_size > LARGEST[name] or (swollen and info.file_size > LARGEST[MANIFEST]):
                raise ExchangeError(f"its {name} is too large", where=path.name)
        # a size that is a lie ends in an error of its checksum, after at most that many bytes
        return {name: archive.read(found[name]) for name in wanted}
    raise AssertionError  # `whole` lets nothing through


def _manifest(data: bytes, where: str) -> dict[str, Any]:
    try:
        found = json.loads(data)
        if found["format"] != FORMAT or found["version"] != VERSION:
            raise ExchangeError(
                "the file has another format or version", where=where, allowed=f"version {VERSION}"
            )
        _canonical(found)  # half of a sign cannot be signed
        whole = all(type(found[name]) is int for name in ("version", "k", "rows", "small_rows"))
        whole = whole and found["k"] >= 2
        words = all(isinstance(found[name], str) for name in (*WORDS, "sha256"))
        if not (
            whole and words and isinstance(found["totals"], dict) and isinstance(found["signature"], dict)
        ):
            raise KeyError
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        if isinstance(error, ExchangeError):
            raise
        raise ExchangeError(f"its {MANIFEST} cannot be read", where=where) from error
    return dict(found)


def _totals(table: pd.DataFrame) -> dict[str, int]:
    return {name: sum(map(int, table[name])) for name in MEASURES if name in table.columns}


def _table(data: bytes, where: str) -> pd.DataFrame:
    types: dict[str, Any] = {**dict.fromkeys(KEYS, str), **dict.fromkeys(MEASURES, "int64")}
    broken = whole(where, ExchangeError, message=f"its {TABLE} cannot be read")
    with broken, np.errstate(invalid="ignore"):  # no number: an error, and no warning beside it
        return pd.read_csv(io.BytesIO(data), dtype=types, keep_default_na=False, encoding="utf-8")
    raise AssertionError


def _signature(manifest: Mapping[str, Any], key: bytes | None) -> str:
    words = _canonical(manifest)
    return hmac.new(key, words, hashlib.sha256).hexdigest() if key else hashlib.sha256(words).hexdigest()


def _canonical(words: Mapping[str, Any]) -> bytes:
    return json.dumps(words, ensure_ascii=False, sort_keys=True, indent=1).encode()
