"""Find scheme packs by id, family and date, or folder: the shipped ones and the user's own.

The user's packs are folders inside the folders that the environment variable DRGSIM_SCHEMES lists
(or inside `~/.drgsim/schemes` when it is not set). They come before the shipped ones.
"""

from __future__ import annotations

import errno
import os
import warnings
from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from .._paths import data_path
from .._trusted import only_ours
from ..errors import ArgumentError, NotFoundError, short
from .check import odd_but_usable, refuse_absent
from .identity import folders_hash
from .metadata import FILE, Metadata, folder_name, read_metadata
from .pack import read_pack
from .rows import CodeRows, code_rows, count_rows
from .scheme import Scheme
from .scheme_errors import PackError, SchemeWarning

if TYPE_CHECKING:
    import pandas as pd

VARIABLE = "DRGSIM_SCHEMES"
Day = date | str | None


def load(name: str | Path, *, on: Day = None) -> Scheme:
    """The scheme called `name`: an id, a family (with the date `on`), or the folder of a pack.

    Parameters
    ----------
    name
        `chs-drg-2.0`, `chs-drg`, `packs/our-city`.
    on
        For a family: the day whose edition is wanted, a date or an ISO text; today when not given.
        An id or a folder is one edition, whatever the day.

    Raises
    ------
    NotFoundError
        No such scheme, or the family has no edition that early.
    PackError, RuleSyntaxError
        The pack cannot be read, or lacks a table that its own rules need.

    Warns
    -----
    SchemeWarning
        The newest edition installed had ended by that day; or a table of the pack is there but empty.

    >>> load("chs-drg", on="2022-06-30").id
    'chs-drg-1.1'
    """
    folders = tuple(chain(name, on=on))
    return _scheme(folders, folders_hash(folders))


def chain(name: str | Path, *, on: Day = None) -> list[Path]:
    """The folders that state a scheme: its own first, then its base, and so on."""
    folders = [_find(name, on)]
    while base := _metadata(folders[-1]).base:
        folder = _folder_of(base)
        if folder is None:
            raise NotFoundError(
                "the base of a pack is not installed", got=base, where=str(folders[-1] / FILE)
            )
        folders.append(folder)
        if folder in folders[:-1]:
            raise PackError("packs are each other's base", got=" -> ".join(path.name for path in folders))
    return folders


def files_hash(name: str | Path, *, on: Day = None) -> str:
    """A hash of the files a scheme is read from: its pack, its bases, the code catalogues."""
    return folders_hash(chain(name, on=on))


def available_ids() -> frozenset[str]:
    """The ids of the schemes that `load` finds."""
    return frozenset(_packs())


def english_title(id: str) -> str:
    """The English title of a scheme that `load` finds; empty where it has none."""
    found = _packs().get(id)
    return found[1].title_en if found else ""


def list_schemes() -> pd.DataFrame:
    """Every scheme that `load` finds, one row each, sorted by id.

    Columns: id, title, title_en, version, family, base, valid_from, valid_to (dates or None), trust,
    mdc, adrg, drg, ambiguous (numbers of rows; the first three without the ambiguous rows), folder.
    """
    import pandas as pd  # grouping does without: a scheme loads faster

    columns = ("id", "title", "title_en", "version", "family", "base", "valid_from", "valid_to", "trust")
    rows = []
    read: dict[Path, CodeRows] = {}
    for folder, meta in sorted(_packs().values(), key=lambda pack: pack[1].id):
        try:
            numbers = count_rows(_rows_of(chain(folder), read))
        except (PackError, NotFoundError) as error:
            _pass_over(folder, error)
            continue
        about = {column: getattr(meta, column) for column in columns}
        rows.append({**about, **numbers, "folder": str(folder)})
    counts = ("mdc", "adrg", "drg", "ambiguous")
    return pd.DataFrame(rows, columns=[*columns, *counts, "folder"])


def _rows_of(folders: list[Path], read: dict[Path, CodeRows]) -> CodeRows:
    """The rows that a chain of folders states; `read` keeps what several chains share."""
    own, *bases = folders
    if own not in read:
        read[own] = code_rows(own, _rows_of(bases, read) if bases else None)
    return read[own]


def roots() -> list[Path]:
    """The folders that packs are looked for in, the user's first; not those that may not be read, and not a
    home of packs that others may write to: a scheme put there would answer in place of a shipped one."""
    own = user_roots()
    if os.environ.get(VARIABLE) is None:
        for folder in [folder for folder in own if folder.is_dir() and not only_ours(folder)]:
            _pass_over(
                folder,
                PackError(
                    "others may write to this folder",
                    do=f"chmod go-w, or name it in {VARIABLE} if that is meant",
                ),
            )
            own.remove(folder)
    return [*filter(_may_be_read, own), data_path("schemes")]


def user_roots() -> list[Path]:
    """The user's folders of packs, whether or not they exist."""
    listed = os.environ.get(VARIABLE)
    if listed is None:
        try:
            home = Path("~/.drgsim/schemes").expanduser()
            home.is_dir()  # a path longer than the system takes
            return [home]
        except (RuntimeError, OSError):  # a user without a home
            return []
    found = []
    for part in filter(None, listed.split(os.pathsep)):
        try:
            found.append(Path(part).expanduser().resolve())
        except (RuntimeError, OSError, ValueError) as error:  # no such user, a circle of links, no right
            told = error.strerror if isinstance(error, OSError) else error
            warnings.warn(
                f"the folder of packs {part[:200]} is passed over: {told}", SchemeWarning, stacklevel=3
            )
    return found


def _find(name: str | Path, on: Day) -> Path:
    """The folder of a scheme."""
    folder = Path(name)
    if isinstance(name, Path) or "/" in name or os.sep in name:
        if not _has_pack(folder):
            raise NotFoundError(f"no scheme pack in this folder: it has no {FILE}", got=str(name))
        return folder.resolve()
    own = _folder_of(name)
    if own is not None:
        return own
    packs = _packs()
    editions = [pack for pack in packs.values() if pack[1].family == name]
    if editions:
        return _edition(name, editions, _day(on))
    known = sorted({*packs, *(meta.family for _, meta in packs.values() if meta.family)})
    raise NotFoundError(
        "no such scheme",
        got=name,
        nearest=known,
        allowed=known,
        do=f"`drgsim scheme list` shows all; {VARIABLE} lists folders of your own packs",
    )


def _folder_of(id: str) -> Path | None:
    """The folder of the pack with this id."""
    for root in roots():  # a pack usually stands in a folder of its own name
        folder = root / folder_name(id)
        if _has_pack(folder) and _metadata(folder).id == id:
            return folder
    pack = _packs().get(id)
    return pack[0] if pack else None


def _packs() -> dict[str, tuple[Path, Metadata]]:
    """Every pack by its id; where two have the same id, the one that comes first."""
    found: dict[str, tuple[Path, Metadata]] = {}
    for folder in _folders():
        try:
            meta = _metadata(folder)
        except PackError as error:
            _pass_over(folder, error)
            continue
        found.setdefault(meta.id, (folder, meta))
    return found


def _metadata(folder: Path) -> Metadata:
    """`read_metadata`, remembered until the file changes."""
    try:
        state = (folder / FILE).stat()
    except OSError:
        return read_metadata(folder)
    return _remembered(folder, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=256)
def _remembered(folder: Path, size: int, changed: int) -> Metadata:
    return read_metadata(folder)


def _pass_over(folder: Path, error: Exception) -> None:
    told = error.strerror if isinstance(error, OSError) else error
    warnings.warn(f"the pack in {short(str(folder))} is passed over: {told}", SchemeWarning, stacklevel=4)


def _folders() -> Iterator[Path]:
    for root in roots():
        if _has_pack(root):
            yield root
        elif root.is_dir():
            yield from sorted(path for path in root.iterdir() if _has_pack(path))


def _has_pack(folder: Path) -> bool:
    try:
        return (folder / FILE).is_file()
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:  # of which there is none
            _pass_over(folder, error)
        return False


def _may_be_read(root: Path) -> bool:
    """Whether a folder of packs can be looked into, if it is there at all."""
    try:
        return next(root.iterdir(), None) is not None
    except FileNotFoundError:
        return False
    except OSError as error:
        told = f"the folder of packs {str(root)[:200]} is passed over: {error.strerror}"
        warnings.warn(told, SchemeWarning, stacklevel=3)
        return False


def _edition(family: str, editions: list[tuple[Path, Metadata]], on: date) -> Path:
    started = [pack for pack in editions if (pack[1].valid_from or date.min) <= on]
    if not started:
        first = min((meta.valid_from or date.min, meta.id) for _, meta in editions)
        raise NotFoundError(
            f"the family {family} has no edition on this day",
            got=on.isoformat(),
            do=f"the first is {first[1]}, from {first[0]}; ask for it by its id",
        )
    folder, meta = max(started, key=lambda pack: pack[1].valid_from or date.min)
    if meta.valid_to and meta.valid_to < on:
        warnings.warn(_ended(meta, on), SchemeWarning, stacklevel=4)
    return folder


def _ended(meta: Metadata, on: date) -> str:
    return f"{meta.id} ended on {meta.valid_to}; nothing newer is installed, so it is used for {on} too."


def _day(on: Day) -> date:
    if on is None:
        return date.today()
    if isinstance(on, datetime):
        return on.date()
    if isinstance(on, date):
        return on
    try:
        return date.fromisoformat(on)
    except (TypeError, ValueError):
        raise ArgumentError("`on` is a date or an ISO text", got=on, allowed="2026-11-22") from None


@lru_cache(maxsize=8)
def _scheme(folders: tuple[Path, ...], files: str) -> Scheme:
    """The scheme of a chain of folders; `files`, their hash, makes an edited pack a new one."""
    folder, *bases = folders
    scheme = read_pack(Scheme, folder, base=_scheme(tuple(bases), folders_hash(bases)) if bases else None)
    refuse_absent(scheme, str(folder))
    for odd in odd_but_usable(scheme, folder):
        warnings.warn(f"the pack {scheme.id}: {odd}", SchemeWarning, stacklevel=3)
    return scheme
