"""Slow, oversized, crafty and many clients: refused or answered, nothing leaked, and the process lives."""

import http.client
import json
import shutil
import socket
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request

import pytest

import drgsim
from drgsim.web.kept import Kept
from drgsim.web.settings import Settings
from tests.web.test_service import CASE


def talk(client, sent, *, wait=5.0):
    """What comes back for raw bytes, until the other side closes or falls silent."""
    host, port = client.base.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=wait) as connection:
        connection.sendall(sent)
        found = b""
        try:
            while part := connection.recv(65536):
                found += part
        except TimeoutError:
            return found, False
        except ConnectionResetError:
            pass
        return found, True


def test_a_head_that_never_ends_is_let_go_and_others_are_answered(serve):
    quick = serve(header_seconds=0.5)
    started = time.monotonic()
    found, closed = talk(quick, b"POST /group HTTP/1.1\r\nhost: 127.0.0.1\r\nx-a: ", wait=20)
    assert closed
    assert time.monotonic() - started < 15
    assert b"200" not in found
    assert quick.get("/health")[0] == 200


def test_a_body_that_never_ends_is_let_go(serve):
    quick = serve(seconds=0.7)
    head = b"POST /group HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
    found, closed = talk(quick, head + b"content-length: 1000\r\n\r\n{", wait=20)
    assert closed
    assert b" 503 " in found.partition(b"\r\n")[0]
    assert b"DS824" in found


def test_a_body_without_a_length_is_counted_as_it_comes(serve):
    small = serve(largest_body=10_000)
    part = b"2000\r\n" + b"x" * 0x2000 + b"\r\n"
    head = b"POST /group HTTP/1.1\r\nhost: 127.0.0.1\r\ntransfer-encoding: chunked\r\n\r\n"
    found, _ = talk(small, head + part * 3 + b"0\r\n\r\n")
    assert b" 413 " in found.partition(b"\r\n")[0]
    for length in (b"99999999999999999999999", b"-1", b"1e9"):
        sent = b"POST /group HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: " + length + b"\r\n\r\n{}"
        found, _ = talk(small, sent, wait=2)
        assert b" 200 " not in found.partition(b"\r\n")[0]
    assert small.get("/health")[0] == 200


def test_paths_lead_nowhere_else(client):
    for path in (
        b"/../../etc/passwd", b"/static/../../settings.py", b"//etc/passwd", b"/%2e%2e/%2e%2e/etc/passwd",
        b"/static/%00page.css", b"/group/..%2f..%2f", b"/\xff\xfe",
        b"/static/page.css%0d%0aset-cookie:%20a=b",
    ):  # fmt: skip
        sent = b"GET " + path + b" HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"
        found, _ = talk(client, sent)
        status = found.partition(b"\r\n")[0]
        assert b" 200 " not in status, path
        assert b"root:" not in found
        assert b"\r\nset-cookie: a=b" not in found.lower()


def test_a_token_cannot_be_guessed(serve, tmp_path):
    (tmp_path / "token").write_text("a-long-enough-token\n")
    guarded = serve(token_file=tmp_path / "token", wrong_tokens_a_minute=5)
    bearer = "Bearer a-long-enough-token"
    wrong = [
        "",
        "Bearer",
        "Bearer ",
        "bearer a-long-enough-token",
        bearer[:-1],
        bearer + "x",
        "Basic eDp5",
        "ü",
    ]
    statuses = []
    for guess in wrong:
        status, text, _ = guarded.call(
            "/group", CASE, headers={"authorization": guess.encode().decode("latin-1")}
        )
        statuses.append(status)
        assert "a-long-enough" not in text
    assert set(statuses) == {401, 429}
    assert statuses.count(401) <= 5
    assert guarded.call("/group", CASE, headers={"authorization": bearer})[0] == 200
    for path in ("/", "/schemes", "/openapi.json", "/group"):
        assert guarded.call(path)[0] in (401, 429)


def test_a_page_elsewhere_reaches_nothing(client):
    status, told = client.get("/schemes", headers={"host": "rebound.example"})
    assert (status, told["code"]) == (421, "DS825")
    _, _, headers = client.call("/group", CASE, headers={"origin": "https://elsewhere.example"})
    assert not any(name.lower().startswith("access-control") for name in headers)
    assert (
        client.call("/group", None, method="OPTIONS", headers={"origin": "https://elsewhere.example"})[0]
        >= 400
    )
    raw = json.dumps(CASE).encode()
    assert client.call("/group", raw=raw, headers={"content-type": "text/plain"})[0] == 415


def test_an_error_nobody_meant_tells_its_kind_alone(serve, monkeypatch):
    broken = serve()

    def fail(self, scheme):
        raise RuntimeError("secret K80.101")

    monkeypatch.setattr(Kept, "grouper", fail)
    status, told = broken.post("/group", CASE)
    assert (status, told["code"], told["where"]) == (500, "DS820", "RuntimeError")
    assert "K80" not in json.dumps(told)
    monkeypatch.undo()
    assert broken.post("/group", CASE)[0] == 200


def test_connections_that_break_off_cost_nothing(client):
    body = json.dumps([CASE] * 50).encode()
    for end in (10, 80, 150):
        sent = b"POST /explain HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        sent = (sent + f"content-length: {len(body)}\r\n\r\n".encode() + body)[:-end]
        host, port = client.base.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(sent)
    assert client.post("/group", CASE)[1]["drg"] == "HC23"


def test_many_clients_and_kinds_at_once(client):
    wrong: list[object] = []

    def work(number):
        host, port = client.base.removeprefix("http://").split(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=60)
        for turn in range(12):
            path, body = [("/group", CASE), ("/explain", CASE), ("/group", {"sex": 1}), ("/nothing", {})][
                (number + turn) % 4
            ]
            connection.request("POST", path, json.dumps(body), {"content-type": "application/json"})
            answer = connection.getresponse()
            told = json.loads(answer.read())
            right = told.get("drg") == "HC23" if answer.status == 200 else told["code"].startswith("DS")
            if not right:
                wrong.append((path, told))
        connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_policy_is_read_again_when_its_file_changes(tmp_path, monkeypatch):
    monkeypatch.setattr("drgsim.web.kept._LOOK_AGAIN", 0.0)
    path = tmp_path / "own.yaml"
    text = drgsim.Policy.load("national-drg-rate").to_yaml().replace("id: national-drg-rate", "id: own")
    path.write_text(text, encoding="utf-8")
    kept = Kept(Settings(policy=str(path)))
    first = kept.policy(None)
    assert kept.policy(None) is first
    changed = drgsim.Policy.load(path).reform({"outlier.high.threshold": 9.0})
    path.write_text(changed.to_yaml(), encoding="utf-8")
    assert kept.policy(None).hash == drgsim.Policy.load(path).hash != first.hash
    path.write_text("id: [", encoding="utf-8")
    assert kept.policy(None).hash != first.hash
    assert kept.stale()


def test_workers_share_their_counts(tmp_path):
    from drgsim.web.metrics import Metrics, Rates

    one, other = Metrics(tmp_path / "counts"), Metrics(tmp_path / "counts")
    one.count("/group", 200, 0.002)
    other.count("/group", 200, 0.2)
    other.cases(7)
    text = one.text()
    assert 'drgsim_calls_total{path="/group",status="200"} 2' in text
    assert 'drgsim_seconds_bucket{path="/group",le="0.003"} 1' in text
    assert 'drgsim_seconds_bucket{path="/group",le="+Inf"} 2' in text
    assert "drgsim_cases_total 7" in text
    rates = [Rates(tmp_path / "rates"), Rates(tmp_path / "rates")]
    assert [rates[turn % 2].over("call", "10.0.0.1", 3) for turn in range(5)] == [
        False,
        False,
        False,
        True,
        True,
    ]
    assert not rates[0].over("call", "10.0.0.2", 3)


def test_settings_reach_the_workers_whole(tmp_path):
    from drgsim.cases.hospital_facts import HospitalFacts

    settings = Settings(
        port=9000,
        token_file=tmp_path / "token",
        hospital=HospitalFacts.of({"level": 3}),
        allowed_hosts=("a", "b"),
    )
    assert Settings.from_json(settings.to_json()) == settings


@pytest.mark.parametrize("depth", [100, 100_000])
def test_nesting_is_bounded(client, depth):
    raw = b'{"cases":' * 3 + b"[" * depth + b"]" * depth + b"}" * 3
    status, text, _ = client.call("/group", raw=raw)
    assert status in (400, 413)
    assert "DS" in text


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
def test_a_service_with_a_certificate_is_asked_over_tls_alone(serve, tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    token = tmp_path / "token"
    token.write_text("t" * 32 + "\n")
    plain = serve(tls_key=key, tls_certificate=certificate, token_file=token)
    trusting = ssl.create_default_context(cafile=str(certificate))

    def asked(**headers):
        address = plain.base.replace("http://", "https://") + "/schemes"
        request = urllib.request.Request(address, headers=headers)
        with urllib.request.urlopen(request, timeout=30, context=trusting) as answer:
            return answer.status

    assert asked(authorization=f"Bearer {'t' * 32}") == 200
    with pytest.raises(urllib.error.HTTPError, match="401") as refused:
        asked()
    refused.value.close()
    with pytest.raises(OSError):  # noqa: PT011 reset or closed, as the system says it
        urllib.request.urlopen(plain.base + "/health", timeout=30)


def test_a_head_that_grows_for_ever_is_cut_off(client):
    host, port = client.base.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\nx-a: ")
        time.sleep(0.1)
        connection.sendall(b"a" * 65_600)
        found = connection.recv(65536)
    assert found.startswith(b"HTTP/1.1 431 ")
    assert b"DS821" in found
    with socket.create_connection((host, int(port)), timeout=5) as connection:  # a body is no head
        connection.sendall(b"POST /group HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 120000\r\nx-a")
        time.sleep(0.1)
        connection.sendall(b": b\r\n\r\n" + b" " * 120_000)
        assert connection.recv(65536).startswith(b"HTTP/1.1 400 ")
    long = b"GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\nx-a: " + b"a" * 30_000 + b"\r\n\r\n"
    assert talk(client, long * 3, wait=1)[0].count(b" 200 ") == 3  # each is counted by itself


@pytest.mark.parametrize(
    "sent",
    [
        b"\0\1\2\3\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\n\r\n",
        b"POST /group HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        b"POST /group HTTP/1.1\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
        b"POST /group HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nsecret\r\n",
    ],
)
def test_what_is_no_call_is_told_as_any_error_is(client, sent):
    found, closed = talk(client, sent)
    head, _, body = found.partition(b"\r\n\r\n")
    assert closed
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"nosniff" in head
    assert json.loads(body)["code"] == "DS820"
    assert b"secret" not in body


DEEP = "[" * 1500 + "]" * 1500


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/group?" + "&".join(f"a{n}=1" for n in range(21)), "{}"),
        ("/case/quick", "&".join(f"a{n}=1" for n in range(20_001))),
        ("/file?more=secret", "a,b"),
        ("/case/paste", f"paste={DEEP}"),
        ("/case/paste", f'paste={{"diagnoses":{DEEP}}}'),
        ("/case/paste", 'paste={"diagnoses":{"secret":"K80.101"}}'),
    ],
)
def test_too_many_too_deep_or_of_a_wrong_kind_is_the_fault_of_who_asks(client, path, body):
    status, text, _ = client.call(path, raw=body.encode())
    assert status == 400
    assert json.loads(text)["code"] == "DS002"
    assert "secret" not in text


def test_who_leaves_while_a_file_comes_is_no_error_of_the_service(client, caplog):
    host, port = client.base.removeprefix("http://").split(":")
    caplog.set_level("INFO", logger="drgsim.web")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(b"POST /file HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 1000\r\n\r\na,b\n")
        time.sleep(0.2)
    until = time.monotonic() + 5
    while "POST /file" not in caplog.text and time.monotonic() < until:
        time.sleep(0.02)
    assert '"call": "POST /file", "status": 400' in caplog.text
    assert "ClientDisconnect" not in caplog.text


@pytest.mark.parametrize("first", ["110101199003077758,王小明", "王小明,阿莫西林"])
def test_a_table_without_a_header_is_not_quoted(tmp_path, first):
    from drgsim.audit.reading import read_table

    path = tmp_path / "items.csv"
    path.write_text(f"{first}\n1,2\n", encoding="utf-8")
    with pytest.raises(drgsim.DrgsimError) as caught:
        read_table("items", path)
    assert "2 cells in the first row, which looks like data" in str(caught.value)
    assert "110101" not in str(caught.value)
    assert "王小明" not in str(caught.value)
