"""Requests made up from the description by schemathesis, and bent ones: never a 5xx, never a trace of ours or
of what was sent; the process lives. `DRGSIM_FUZZ_REQUESTS` says how many (`.ci/long`: a hundred thousand)."""

import json
import os
import random

import pytest

from tests.web.test_forms import lines
from tests.web.test_service import CASE

schemathesis = pytest.importorskip("schemathesis")
from hypothesis import HealthCheck, Phase, given, seed, settings  # noqa: E402

from drgsim.web.openapi import document  # noqa: E402

SHORT = 60
REQUESTS = int(os.environ.get("DRGSIM_FUZZ_REQUESTS", SHORT))
FRESH = REQUESTS > 1000  # new ones each time in the long tier, the same ones in the short
FORBIDDEN = ("Traceback", 'File "', "site-packages", "DS820")
SCHEMA = schemathesis.openapi.from_dict(document())
CALLS = sorted(document()["paths"])


def sent(client, case):
    """The status and text of a made-up case, sent as raw bytes where a client would refuse to."""
    call = case.as_transport_kwargs(base_url=client.base)
    headers = {str(name): str(value) for name, value in dict(call.get("headers") or {}).items()}
    body = call.get("data")
    if call.get("json") is not None:
        body, headers["content-type"] = json.dumps(call["json"]).encode(), "application/json"
    if isinstance(body, str):
        body = body.encode("utf-8", "surrogatepass")
    from urllib.parse import urlencode, urlsplit

    path = urlsplit(call["url"]).path
    query = urlencode(
        {name: str(value) for name, value in dict(call.get("params") or {}).items()}, errors="replace"
    )
    headers = {
        name: value.encode("latin-1", "replace").decode("latin-1").replace("\n", " ").replace("\r", " ")
        for name, value in headers.items()
        if name.lower()
        not in ("content-length", "transfer-encoding", "host", "connection", "accept-encoding")
    }
    headers.setdefault("content-type", "application/json")
    address = path + (f"?{query}" if query else "")
    return client.call(address, raw=body, headers=headers, method=call["method"])[:2]


def held(status, text):
    assert status < 500, text[:300]
    assert not any(word in text for word in FORBIDDEN), text[:300]


@pytest.mark.parametrize("path", CALLS)
def test_made_up_requests(client, path):
    each = max(3, REQUESTS // (2 * len(CALLS)))
    for method in sorted(document()["paths"][path]):
        made = SCHEMA[path][method.upper()].as_strategy()
        bounded = settings(
            max_examples=each,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )

        def one(case):
            held(*sent(client, case))

        test = bounded(given(case=made)(one))
        (test if FRESH else seed(17)(test))()
    assert client.get("/health")[0] == 200


SECRET = "person-7-secret"
ODD = [
    None, True, -1, 0, 2**31, 2**63, 10**30, 1e308, "", " ", "\u0000", "|||", "K80.101|" * 50, "男", SECRET,
    [], [None], [[1]], ["K80.101", 3], {}, {"a": SECRET}, "2025-13-41", "\ud800", "NaN", "=1+1", "../../etc",
]  # fmt: skip
NAMES = (
    *("sex", "age", "diagnoses", "procedures", "total_cost", "los", "insurance", "hospital_level", "case_id"),
    *("age_days", "birth_weight", "admission_date", "discharge_date", "drg", "score", "setlinfo", "diseinfo"),
    *("cases", "scheme", "A48", "C03C", "odd", ""),
)
PATHS = ("/group", "/explain", "/what-if", "/estimate", "/case", "/check", "/dip", "/transition")


def test_bent_cases(client):
    chance = random.Random() if FRESH else random.Random(17)
    for number in range(REQUESTS // 2):
        case = dict(CASE)
        for _ in range(chance.randint(1, 3)):
            case[chance.choice(NAMES)] = chance.choice(ODD)
        if chance.random() < 0.3:
            case.pop(chance.choice(sorted(case)))
        path = PATHS[number % len(PATHS)]
        body = chance.choice([case, [case], [case, CASE], {"cases": case}])
        raw = json.dumps(body).encode()
        kind = "application/json"
        if chance.random() < 0.2:
            raw, kind = lines(CASE, case).replace(b"\xed", b"?"), "application/x-ndjson"
        elif chance.random() < 0.15:
            place = chance.randrange(len(raw))
            raw = raw[:place] + bytes([chance.randrange(256)]) + raw[place + 1 :]
        status, text, _ = client.call(path, raw=raw, headers={"content-type": kind})
        held(status, text)
        if status >= 400:
            assert SECRET not in text
    assert client.post("/group", CASE)[1]["drg"] == "HC23"
