"""The case table: its columns, the layouts of exports, readers, checks and writers."""

from typing import TYPE_CHECKING

from .._rooms import late
from .columns import CaseColumn, case_column, case_columns, column_labels
from .layout import Layout
from .layouts import find_layout, layouts
from .problems import ProblemTable
from .read import iter_cases, layout_of, read_cases
from .read_report import ReadReport, report_of
from .rules import CheckRule, check_rules
from .values import coded_values, value_labels
from .write import write_cases

if TYPE_CHECKING:
    from .check import check_cases

__getattr__ = late(__name__, check_cases="check")

__all__ = [
    "CaseColumn",
    "CheckRule",
    "Layout",
    "ProblemTable",
    "ReadReport",
    "case_column",
    "case_columns",
    "check_cases",
    "check_rules",
    "coded_values",
    "column_labels",
    "find_layout",
    "iter_cases",
    "layout_of",
    "layouts",
    "read_cases",
    "report_of",
    "value_labels",
    "write_cases",
]
