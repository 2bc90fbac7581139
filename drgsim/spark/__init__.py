"""Grouping, paying and adding up on a Spark cluster somebody else maintains.

Each function takes a Spark DataFrame with the columns the local call takes and gives a DataFrame. The work
runs in `mapInArrow`: rows travel as Arrow batches; the compiled scheme and the price book are broadcast once
an executor. Workers need drgsim and pyarrow installed.

    import drgsim, drgsim.spark
    grouped = drgsim.spark.group(cases, "chs-drg-2.0")
    table = drgsim.spark.statistics(grouped, policy, weights=weights, together="care_region")
    year = drgsim.settle(table.toArrow().to_pandas(), policy, budgets=budgets)

`group` and `dip` shuffle nothing; `statistics` a few rows a hospital and group; `pay` and `statistics` the
stays themselves where a policy looks at several together. docs/scale.md has sizes and costs.
"""

from .frames import dip, group, pay, statistics

__all__ = ["dip", "group", "pay", "statistics"]
