"""How the service runs: where it listens, what it answers by, how much it takes from a client."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from .._damaged import read_document
from ..cases.hospital_facts import HospitalFacts
from ..errors import ArgumentError, FileFormatError, NotFoundError

LOOPBACK = ("127.0.0.1", "::1", "localhost")
_SHORTEST_TOKEN = 16
_PATHS = ("fund", "token_file", "tls_certificate", "tls_key", "audit_log", "shared_counts")


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of `drgsim serve`.

    host, port : where to listen; anything but loopback needs a token
    policy : id or file of the policy that estimates; None: the national default
    scheme : id of the scheme that groups where a call names none
    fund : a bureau's workbook or folder of tables, for the page of the fund
    hospital : facts on the hospital that cases leave out
    token_file : file whose first line every call must bring as `Authorization: Bearer …`
    tls_certificate, tls_key : paths, both or none
    allowed_hosts : further names that calls may address this service by, where it has no token
    largest_body : bytes of a JSON or CSV body; largest_batch : cases of one
    largest_stream : bytes of an NDJSON or Arrow body
    largest_file : bytes of a file that is dropped on the page; upload_seconds : it may take to come
    largest_table : cases of a stream that must be seen together (estimate, check, transition)
    seconds : a call may take; stream_seconds : one that streams; header_seconds : a client may take to send
        the head of a call
    calls_a_minute : of one address; 0 for no limit
    wrong_tokens_a_minute : of one address, before it is told to wait
    workers : processes
    audit_log : file the audit lines go to; None for standard error
    shared_counts : file in which workers share their counts; made by the command
    """

    host: str = "127.0.0.1"
    port: int = 8321
    policy: str | None = None
    scheme: str = "chs-drg-2.0"
    hospital: HospitalFacts = field(default_factory=HospitalFacts)
    fund: Path | None = None
    token_file: Path | None = None
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    allowed_hosts: tuple[str, ...] = ()
    largest_body: int = 8 << 20
    largest_batch: int = 10_000
    largest_stream: int = 4 << 30
    largest_file: int = 512 << 20
    upload_seconds: float = 600.0
    largest_table: int = 200_000
    seconds: float = 60.0
    stream_seconds: float = 3600.0
    header_seconds: float = 15.0
    calls_a_minute: int = 0
    wrong_tokens_a_minute: int = 20
    workers: int = 1
    audit_log: Path | None = None
    shared_counts: Path | None = None

    def checked(self) -> Settings:
        """The settings, or ArgumentError or NotFoundError saying what is wrong with them."""
        if not 0 < self.port < 65_536:
            raise ArgumentError("no such port", got=self.port, allowed="1 to 65535")
        if self.workers < 1:
            raise ArgumentError("a service has at least one worker", got=self.workers, allowed="1 or more")
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
        if self.fund is not None:
            from ..fund.fund import Fund

            Fund.read(self.fund)
        if self.token_file is not None:
            self.token()
        return self

    def token(self) -> str | None:
        """The token of the file, read anew at each start."""
        if self.token_file is None:
            return None
        lines = read_document(self.token_file, FileFormatError).splitlines()
        token = lines[0].strip() if lines else ""
        if len(token) < _SHORTEST_TOKEN or not token.isascii():
            raise ArgumentError(
                "the token is too short" if token.isascii() else "the token is not plain ASCII",
                got=f"{len(token)} characters",
                allowed=f"{_SHORTEST_TOKEN} or more, on the first line",
            )
        return token

    def to_json(self) -> str:
        """All settings as text, for the processes that work by them."""
        plain = {each.name: getattr(self, each.name) for each in fields(self)}
        plain["hospital"] = asdict(self.hospital)
        return json.dumps(plain, default=str)

    @classmethod
    def from_json(cls, text: str) -> Settings:
        """The settings of `to_json`. Raises FileFormatError for another text, ArgumentError for a name or a
        value that is none of theirs."""
        try:
            plain = json.loads(text)
        except (ValueError, RecursionError):
            raise FileFormatError("the settings are no JSON", do="write them by Settings.to_json") from None
        if not isinstance(plain, dict):
            raise FileFormatError("the settings are no JSON object", got=type(plain).__name__)
        kinds = {each.name: str(each.type) for each in fields(cls)}
        for name, value in plain.items():
            if name not in kinds:
                raise ArgumentError("no such setting", got=name, nearest=kinds)
            if not _fits(value, kinds[name]):
                raise ArgumentError(
                    "not a value of this setting", got=value, where=name, allowed=_SAID[kinds[name]]
                )
        read = dict(plain)
        if "hospital" in read:
            read["hospital"] = HospitalFacts.of(read["hospital"])
        if "allowed_hosts" in read:
            read["allowed_hosts"] = tuple(read["allowed_hosts"])
        for name in _PATHS:
            if read.get(name) is not None:
                read[name] = Path(read[name])
        return cls(**read)


_SAID = {
    "str": "a text",
    "str | None": "a text, or null",
    "Path | None": "a path, or null",
    "int": "a whole number, 0 or more",
    "float": "a number, 0 or more",
    "tuple[str, ...]": "a list of texts",
    "HospitalFacts": "an object of facts",
}


def _fits(value: Any, kind: str) -> bool:
    if value is None:
        return kind.endswith("| None")
    if kind in ("int", "float"):
        number = isinstance(value, int if kind == "int" else int | float) and not isinstance(value, bool)
        return number and 0 <= value < 1 << 62
    if kind == "tuple[str, ...]":
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return isinstance(value, dict if kind == "HospitalFacts" else str)
