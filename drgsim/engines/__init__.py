"""The street over tables that somebody else's engine holds: Arrow batches in, Arrow batches out.

`Group`, `Dip`, `Pay` and `Statistics` are functions over a stream of batches; they pickle, and say their
schema. `duckdb`, `polars`, `dask` and `ray` hand them an engine's tables; `drgsim.spark` does so on a
cluster. None of them brings a scheduler: what runs where is the engine's business.
"""

from .transforms import Dip, Group, Pay, Statistics

__all__ = ["Dip", "Group", "Pay", "Statistics"]
