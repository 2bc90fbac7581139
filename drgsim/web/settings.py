"""How the service runs: where it listens, what it answers by, how much it takes from a client."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ..cases.hospital_facts import HospitalFacts
from ..errors import ArgumentError, NotFoundError

LOOPBACK = ("127.0.0.1", "::1", "localhost")
_SHORTEST_TOKEN = 16


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of `drgsim serve`.

    host, port : where to listen; anything but loopback needs a token
    policy : id or file of the policy that estimates; None: the national default
    scheme : id of the scheme that groups where a call names none
    hospital : facts on the hospital that cases leave out
    token_file : file whose first line every call must bring as `Authorization: Bearer …`
    tls_certificate, tls_key : paths, both or none
    largest_body : bytes of a call's body; largest_batch : cases of a call
    largest_file : bytes of a file that is dropped on the page; upload_seconds : it may take to come
    seconds : a call may take; calls_a_minute : of one address; 0 for no limit
    """

    host: str = "127.0.0.1"
    port: int = 8321
    policy: str | None = None
    scheme: str = "chs-drg-2.0"
    hospital: HospitalFacts = field(default_factory=HospitalFacts)
    token_file: Path | None = None
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    largest_body: int = 8 << 20
    largest_batch: int = 10_000
    largest_file: int = 512 << 20
    upload_seconds: float = 600.0
    seconds: float = 60.0
    calls_a_minute: int = 0

    def checked(self) -> Settings:
        """The settings, or ArgumentError or NotFoundError saying what is wrong with them."""
        if not 0 < self.port < 65_536:
            raise ArgumentError("no such port", got=self.port, allowed="1 to 65535")
        if self.host not in LOOPBACK and self.token_file is None:
            raise ArgumentError(
                "a service that others can reach needs a token",
                got=self.host,
                do="add --token-file FILE, or listen on 127.0.0.1",
            )
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ArgumentError("TLS needs a certificate and its key", do="give both paths or none")
        for path in (self.token_file, self.tls_certificate, self.tls_key):
            if path is not None and not path.is_file():
                raise NotFoundError("no such file", got=path.name)
        if self.token_file is not None:
            self.token()
        return self

    def token(self) -> str | None:
        """The token of the file, read anew at each start."""
        if self.token_file is None:
            return None
        lines = self.token_file.read_text(encoding="utf-8").splitlines()
        token = lines[0].strip() if lines else ""
        if len(token) < _SHORTEST_TOKEN:
            raise ArgumentError(
                "the token is too short",
                got=f"{len(token)} characters",
                allowed=f"{_SHORTEST_TOKEN} or more, on the first line",
            )
        return token
