"""Learn a DIP catalogue from cases."""

from .builder import DipCatalogueBuilder
from .report import DipFitReport

__all__ = ["DipCatalogueBuilder", "DipFitReport"]
