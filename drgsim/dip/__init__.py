"""DIP: catalogues of disease types loaded or learned, and cases grouped by them.

The words are those of 按病种分值付费: core and composite types, auxiliary catalogues, treatment classes.
"""

from .catalogue import DipCatalogue
from .classes import ProcedureClasses
from .grouper import DipGrouper
from .learn import DipCatalogueBuilder
from .rules import RuleSet

__all__ = ["DipCatalogue", "DipCatalogueBuilder", "DipGrouper", "ProcedureClasses", "RuleSet"]
