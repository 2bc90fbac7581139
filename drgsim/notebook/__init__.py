"""The pieces of the page in a notebook: widgets where ipywidgets is there, else HTML that stands still.

>>> from drgsim.notebook import case
>>> answer = case(sex=1, age=45, diagnoses="K80.101|I50.900", procedures="51.2300")
>>> answer.group["drg"]
'HC23'
"""

from __future__ import annotations

from .case import CaseView, case
from .scenario import ScenarioView, scenario

__all__ = ["CaseView", "ScenarioView", "case", "scenario"]
