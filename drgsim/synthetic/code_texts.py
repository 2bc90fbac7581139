"""Codes as small numbers while cases are made, and back to the text of a column."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


class CodeTexts:
    """Numbers for the codes in use, in their order; `category` numbers their first three characters."""

    def __init__(self, codes: Iterable[str]) -> None:
        self.codes = tuple(dict.fromkeys(codes))
        self._number = {code: number for number, code in enumerate(self.codes)}
        _, category = np.unique([code[:3] for code in self.codes], return_inverse=True)
        self.category: Ints = category.astype(np.int64)
        width = max(map(len, self.codes), default=0) + 1
        text = "".join(f"{code}|".ljust(width) for code in self.codes)
        self._bytes = np.frombuffer(text.encode("ascii"), dtype=np.uint8).reshape(-1, width)
        self._lengths = np.array([len(code) for code in self.codes], dtype=np.int64)

    def number(self, code: str) -> int:
        return self._number[code]

    def numbers(self, codes: Iterable[str]) -> Ints:
        return np.array([self._number[code] for code in codes], dtype=np.int64)

    def joined(self, rows: Ints, numbers: Ints, count: int) -> list[str]:
        """Text of each of `count` rows: its codes joined by `|`. `rows` is ascending."""
        last = np.ones(len(rows), dtype=bool)
        last[:-1] = rows[1:] != rows[:-1]
        length = self._lengths[numbers] + ~last
        inside = np.arange(self._bytes.shape[1]) < length[:, None]
        text = self._bytes[numbers][inside].tobytes().decode("ascii")
        ends = np.concatenate([[0], np.cumsum(np.bincount(rows, weights=length, minlength=count))])
        ends = ends.astype(np.int64).tolist()
        return [text[start:end] for start, end in pairwise(ends)]
