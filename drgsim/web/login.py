"""The page of a service with a token: typed once, then carried by a cookie that scripts cannot read."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie

LOGIN, COOKIE = "/login", "drgsim"
WRONG_SECONDS = 1.0  # a wrong token waits


def cookie_of(token: str) -> str:
    """What the cookie holds: it shows that its holder knew the token, and is not the token."""
    return hmac.new(token.encode(), b"drgsim page", hashlib.sha256).hexdigest()


def holds_token(headers: Mapping[bytes, bytes], token: str) -> bool:
    """Whether a call brings the cookie."""
    try:
        found = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1")).get(COOKIE)
    except CookieError:
        return False
    return found is not None and hmac.compare_digest(found.value.encode(), cookie_of(token).encode())


def is_token(given: str, token: str) -> bool:
    """Whether this is the token, in constant time."""
    return hmac.compare_digest(given.strip().encode(), token.encode())
