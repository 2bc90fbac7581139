"""A real server on a loopback port, asked over a real connection."""

import json
import threading
import time
import urllib.error
import urllib.request
from dataclasses import replace

import pytest

uvicorn = pytest.importorskip("uvicorn")
pytest.importorskip("fastapi")

from drgsim.web.app import create_app  # noqa: E402
from drgsim.web.running import config  # noqa: E402
from drgsim.web.settings import Settings  # noqa: E402


class Client:
    def __init__(self, port):
        self.base = f"http://127.0.0.1:{port}"

    def call(self, path, body=None, *, raw=None, headers=None, method=None):
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.base + path,
            data,
            {"content-type": "application/json", **(headers or {})},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode(), dict(answer.headers)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(), dict(error.headers)

    def raw(self, path, body, headers):
        """Status, bytes and headers (lower case) of a POST."""
        request = urllib.request.Request(self.base + path, body, headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read(), {k.lower(): v for k, v in answer.headers.items()}
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read(), dict(error.headers)

    def post(self, path, body, **options):
        status, text, _ = self.call(path, body, **options)
        return status, json.loads(text)

    def get(self, path, **options):
        status, text, _ = self.call(path, **options)
        return status, json.loads(text)


@pytest.fixture(scope="session")
def serve():
    """Start a server with some settings; all are stopped at the end."""
    running = []

    def start(**settings):
        settings = Settings(**settings)
        server = uvicorn.Server(config(create_app(settings), replace(settings, port=0)))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        running.append((server, thread))
        return Client(server.servers[0].sockets[0].getsockname()[1])

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="session")
def client(serve):
    return serve()
