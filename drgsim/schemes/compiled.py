"""A scheme as arrays: what the grouping kernel reads, in one block of memory that can be mapped.

The block: magic, length of the head, hash of the files it was made from, digest of all that follows, head
(JSON), arrays, each at the start of a cache line.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from ..errors import FileFormatError
from .compile_bounds import check_bounds
from .model import NewbornWeight, Trust
from .rules.terms import Variable

FORMAT = 4  # raised whenever the arrays or their meaning change, so that old caches are not read
_MAGIC = b"drgsim compiled\x00"
_DIGEST = 32
_SOURCE = 32
_HEAD = len(_MAGIC) + 8 + _SOURCE + _DIGEST
_LINE = 64  # bytes of a cache line

Block = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Level:
    """The codes and names of one level of groups. Place 0 stands for a case that has none."""

    codes: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class CompiledScheme:
    """A scheme ready for the kernel. Picklable; as a file it is mapped, not read.

    Attributes
    ----------
    hash
        Of everything below, so that equal hashes mean equal answers.
    made_from
        Hash of the files it was compiled from (`files_hash`); empty when it was compiled in memory.
    mdcs, adrgs, drgs
        Codes and names; results hold places in them.
    variables
        Names of the variables that rules ask for.
    departments
        Those that rules name; the number of a department is its place.
    extra_diagnoses, extra_procedures
        Codes of the scheme that are not in the shipped catalogues; their ids follow the catalogue's.
    arrays
        By name, read-only; the modules that compile say what each holds.
    """

    id: str
    title: str
    version: str
    trust: Trust
    source: str
    mdcs: Level
    adrgs: Level
    drgs: Level
    variables: tuple[str, ...]
    departments: tuple[str, ...]
    newborn_weight: NewbornWeight
    retry_single_procedures: bool
    extra_diagnoses: tuple[str, ...]
    extra_procedures: tuple[str, ...]
    arrays: Mapping[str, npt.NDArray[Any]]
    hash: str = ""
    made_from: str = ""

    def block(self) -> bytes:
        """The scheme as one block of bytes. Raises ValueError when `made_from` is no hash."""
        head = {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if field.name not in ("arrays", "hash", "made_from")
        }
        head |= {level: [head[level].codes, head[level].names] for level in ("mdcs", "adrgs", "drgs")}
        return as_block(FORMAT, head, self.arrays, self.made_from)

    @classmethod
    def from_block(cls, block: Block | bytes, *, where: str = "a block of memory") -> CompiledScheme:
        """The scheme in `block`, whose memory it keeps using.

        Raises FileFormatError when it is damaged, or when an index of it points outside: the kernel checks
        none.
        """
        with whole_block(where):
            content = opened(block, FORMAT)
            found = content.head
            for level in ("mdcs", "adrgs", "drgs"):
                found[level] = Level(*map(tuple, found[level]))
            found["newborn_weight"] = NewbornWeight(found["newborn_weight"])
            listed = {name: tuple(value) for name, value in found.items() if isinstance(value, list)}
            made = cls(
                **{**found, **listed}, arrays=content.arrays, hash=content.hash, made_from=content.made_from
            )
            made._check()
            return made

    def _check(self) -> None:
        """Raises ValueError for what is not of its kind, and for an index that points outside."""
        texts = [self.id, self.title, self.version, self.trust, self.source]
        for level in (self.mdcs, self.adrgs, self.drgs):
            if not level.codes or len(level.codes) != len(level.names):
                raise ValueError("its groups differ from their names in number")
            texts += [*level.codes, *level.names]
        texts += [*self.variables, *self.departments, *self.extra_diagnoses, *self.extra_procedures]
        if not all(isinstance(text, str) for text in texts):
            raise ValueError("a name in it is no text")
        if not {*self.variables} <= {*Variable.__members__}:
            raise ValueError("it asks for a variable that is not known")
        check_bounds(
            self.arrays, mdcs=len(self.mdcs.codes), adrgs=len(self.adrgs.codes), drgs=len(self.drgs.codes)
        )

    @classmethod
    def from_file(cls, path: str | Path) -> CompiledScheme:
        """Map a file that holds a block. FileFormatError when it is damaged."""
        return cls.from_block(mapped(path), where=str(path))

    def __reduce__(self) -> tuple[Any, ...]:
        return CompiledScheme.from_block, (self.block(),)

    def __repr__(self) -> str:
        size = sum(array.nbytes for array in self.arrays.values())
        return (
            f"CompiledScheme({self.id!r}, {len(self.drgs.codes) - 1} DRGs, {size / 1e6:.1f} MB, {self.trust})"
        )


@dataclass(frozen=True)
class Opened:
    """What a block holds: its head, its arrays (read-only), and the two hashes."""

    head: dict[str, Any]
    arrays: dict[str, npt.NDArray[Any]]
    hash: str
    made_from: str


def as_block(
    form: int | str, head: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]], made_from: str
) -> bytes:
    """A head that JSON can say, and arrays, as a block of this form."""
    places: dict[str, tuple[str, tuple[int, ...], int]] = {}
    end = 0
    for name, array in arrays.items():
        places[name] = (array.dtype.newbyteorder("<").str, array.shape, end)
        end += _padded(array.nbytes)
    text = json.dumps({"format": form, **head, "arrays": places}, ensure_ascii=False).encode()
    start = _padded(_HEAD + len(text))
    block = bytearray(start + end)
    block[_HEAD : _HEAD + len(text)] = text
    for name, array in arrays.items():
        at = start + places[name][2]
        block[at : at + array.nbytes] = array.astype(places[name][0], copy=False).tobytes()
    digest = hashlib.blake2b(memoryview(block)[_HEAD:], digest_size=_DIGEST).digest()
    source = bytes.fromhex(made_from).ljust(_SOURCE, b"\0")
    block[:_HEAD] = _MAGIC + len(text).to_bytes(8, "little") + source + digest
    return bytes(block)


def opened(block: Block | bytes, form: int | str) -> Opened:
    """What a block of this form holds, in the memory of the block. ValueError when it is damaged."""
    data = _aligned(np.frombuffer(block, dtype=np.uint8))
    start = data[:_HEAD].tobytes()
    if not start.startswith(_MAGIC):
        raise ValueError("it begins differently")
    digest = start[-_DIGEST:]
    if hashlib.blake2b(data[_HEAD:], digest_size=_DIGEST).digest() != digest:
        raise ValueError("its content is damaged")
    length = int.from_bytes(start[len(_MAGIC) : len(_MAGIC) + 8], "little")
    made_from = start[len(_MAGIC) + 8 : -_DIGEST]
    head: dict[str, Any] = json.loads(data[_HEAD : _HEAD + length].tobytes())
    if head.pop("format") != form:
        raise ValueError("it was made by another version of drgsim")
    begin = _padded(_HEAD + length)
    arrays = {
        name: _view(data, dtype, shape, begin + at) for name, (dtype, shape, at) in head.pop("arrays").items()
    }
    return Opened(head, arrays, digest.hex(), made_from.hex() if any(made_from) else "")


@contextmanager
def whole_block(where: str) -> Iterator[None]:
    """FileFormatError for whatever is not as it should be in a block."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise FileFormatError(f"not a compiled scheme: {error}", where=where) from error


def mapped(path: str | Path) -> Block:
    """The bytes of a file, mapped. FileFormatError when there are none, which cannot be mapped."""
    with whole_block(str(path)):
        return np.memmap(path, dtype=np.uint8, mode="r")


def _padded(size: int) -> int:
    return -(-size // _LINE) * _LINE


def _aligned(data: Block) -> Block:
    """The same bytes from the start of a cache line on: the kernel reads a line at a time."""
    if data.ctypes.data % _LINE == 0:
        return data
    room = np.empty(len(data) + _LINE, dtype=np.uint8)
    start = -room.ctypes.data % _LINE
    room[start : start + len(data)] = data
    return room[start : start + len(data)]


def _view(data: Block, dtype: str, shape: list[int], at: int) -> npt.NDArray[Any]:
    kind = np.dtype(dtype)
    size = int(np.prod(shape, dtype=np.int64)) * kind.itemsize
    view = data[at : at + size].view(kind).reshape(shape)
    view.setflags(write=False)
    # the machine's own byte order: the same memory everywhere but on big-endian machines
    return cast("npt.NDArray[Any]", view.astype(kind.newbyteorder("="), copy=False))
