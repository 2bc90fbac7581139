"""What another scheme changes: for the cases, the weights, the money and the groups that explain cost.

`drgsim.transition(cases, from, to)` answers; see `drgsim.report.transition.transition`.
"""

import sys

from .._rooms import callable_room

transition = sys.modules[__name__]
callable_room(__name__, "drgsim.report.transition:transition")
