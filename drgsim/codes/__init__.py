"""The diagnosis and procedure catalogues: codes, names, ids, crosswalk, and the encoder from text to ids."""

from .catalogue import Catalogue, Kind
from .code_lists import EMPTY, UNKNOWN, CodeLists
from .codebook import Codebook
from .crosswalk import Edition, clinical_changes, to_insurance
from .normalise import normalise_codes

__all__ = [
    "EMPTY",
    "UNKNOWN",
    "Catalogue",
    "CodeLists",
    "Codebook",
    "Edition",
    "Kind",
    "clinical_changes",
    "normalise_codes",
    "to_insurance",
]
