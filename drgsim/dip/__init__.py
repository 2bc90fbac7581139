"""DIP: catalogues of disease types loaded or learned, and cases grouped by them.

The words are those of 按病种分值付费: core and composite types, auxiliary catalogues, treatment classes.
"""

from typing import TYPE_CHECKING

from .._rooms import late
from .catalogue import DipCatalogue
from .classes import ProcedureClasses
from .grouper import DipGrouper
from .rules import RuleSet

if TYPE_CHECKING:
    from .learn import DipCatalogueBuilder

__getattr__ = late(__name__, DipCatalogueBuilder="learn")

__all__ = ["DipCatalogue", "DipCatalogueBuilder", "DipGrouper", "ProcedureClasses", "RuleSet"]
