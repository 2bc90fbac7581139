"""Hospitals by size and share, between the exact limits of what chance allows."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import fonts
from ..theme import FAINT, INK, QUIET, SMALL, WIDTH, WORSE, drawing, finish, tick

_GRID = 120


def funnel(
    table: Any,
    *,
    limit: float = 0.001,
    title: tuple[str, str] = ("", ""),
    lang: str | None = None,
    note: str | None = None,
    width: float = WIDTH / 2,
) -> Any:
    """A funnel plot of hospitals, nobody named.

    Parameters
    ----------
    table : rows with n, index (share over what would be expected), expected_rate, p; from
        `AuditResult.hospitals`. Shares are drawn as index × the mean expected rate, so that hospitals of
        different groups stand in one funnel.
    limit : hospitals whose exact tail is below are drawn as beyond.

    Returns
    -------
    matplotlib.figure.Figure. The curves are exact binomial quantiles, 95 % and 99.8 %.
    """
    from scipy.stats import binom

    lang = fonts.language(lang)
    n = np.asarray(table["n"], dtype=float)
    index = np.asarray(table["index"], dtype=float)
    rate = float(np.average(np.asarray(table["expected_rate"], dtype=float), weights=n)) if len(n) else 0.0
    share = np.clip(np.where(np.isfinite(index), index, 0.0) * rate, 0, 1)
    beyond = (np.asarray(table["p"], dtype=float) < limit) & (index > 1)
    sizes = np.unique(np.geomspace(max(n.min(), 1), max(n.max(), 2), _GRID).round())
    with drawing() as figure_class:
        figure = figure_class(figsize=(width, 2.5))
        axes = figure.subplots()
        for low, high, dashes in ((0.025, 0.975, (4, 2)), (0.001, 0.999, (1, 0))):
            for quantile in (low, high):
                curve = binom.ppf(quantile, sizes, rate) / sizes
                axes.plot(sizes, 100 * curve, color=QUIET, linewidth=0.7, dashes=dashes)
        axes.axhline(100 * rate, color=INK, linewidth=0.7)
        axes.scatter(n[~beyond], 100 * share[~beyond], s=9, color=FAINT, edgecolor=QUIET, linewidth=0.5)
        axes.scatter(n[beyond], 100 * share[beyond], s=14, color=WORSE, marker="D", linewidth=0)
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(tick)
        axes.xaxis.set_minor_formatter("")
        axes.set_ylim(bottom=0)
        axes.set_xlabel("例数" if lang == "zh" else "stays", fontsize=SMALL)
        axes.set_ylabel("调整后占比 %" if lang == "zh" else "adjusted share, %", fontsize=SMALL)
        if title[0]:
            axes.set_title(title[lang == "en"])
        return finish(figure, note=note)
