"""A matplotlib Figure that a notebook shows without pyplot having been imported. Needs matplotlib."""

from __future__ import annotations

from io import BytesIO

from matplotlib.figure import Figure

_DPI = 110


class Chart(Figure):
    """A Figure in all respects; it also knows how a notebook may draw it."""

    def _repr_png_(self) -> bytes:
        out = BytesIO()
        self.savefig(out, format="png", dpi=_DPI)
        return out.getvalue()
