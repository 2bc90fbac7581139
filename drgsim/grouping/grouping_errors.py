"""Errors of grouping (DS4xx)."""

from ..errors import ArgumentError, ColumnError


class CaseColumnsError(ColumnError):
    """A table of cases without a column that grouping needs, or with one twice."""

    code = "DS401"


class CasesInputError(ArgumentError):
    """Something that is not a table of cases, nor one case."""

    code = "DS402"


class EncodedCasesError(ArgumentError):
    """Encoded cases whose parts do not fit together, or not the scheme."""

    code = "DS403"
