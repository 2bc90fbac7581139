"""Errors of the supervision room; the family is drgsim/errors.py."""

from __future__ import annotations

from ..errors import ArgumentError, ColumnError


class AuditRuleError(ArgumentError):
    """A rule record that is not complete, names what does not exist, or cannot be evaluated."""

    code = "DS651"


class AuditTableError(ColumnError):
    """A table that lacks a column the screening cannot do without, or is no table of its kind."""

    code = "DS652"


class DecisionsError(ArgumentError):
    """A file of decisions that cannot be read, or says what no decision says."""

    code = "DS653"
