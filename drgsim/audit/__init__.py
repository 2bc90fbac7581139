"""Supervision: the national rule libraries and own rules on stays, items, prescriptions and trace codes.

`drgsim.audit(cases, policy, items=…)` screens, see `drgsim.audit.screening.audit`;
`drgsim.audit.library.Library` holds the rules.
"""

import sys

from .._rooms import callable_room

audit = sys.modules[__name__]
callable_room(__name__, "drgsim.audit.screening:audit")
