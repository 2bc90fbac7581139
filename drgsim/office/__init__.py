"""The hospital's insurance office: its month, its warnings, and reconciliation with the bureau.

`drgsim.office(cases, policy)` is the month, see `drgsim.report.office.office`; the pieces are in the modules
of this room.
"""

import sys

from .._rooms import callable_room

office = sys.modules[__name__]
callable_room(__name__, "drgsim.report.office:office")
