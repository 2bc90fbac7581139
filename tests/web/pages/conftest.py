"""A visitor of the pages: sends forms and files as a browser does, and waits for what is computed."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest


class Visitor:
    def __init__(self, base):
        self.base = base

    def call(self, path, data=None, **headers):
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.base + path, data, names)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                self.headers, self.at = dict(answer.headers), answer.url.removeprefix(self.base)
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                self.headers = dict(error.headers)
                return error.code, error.read().decode()

    def form(self, path, **fields):
        return self.call(path, urllib.parse.urlencode(fields).encode())

    def drop(self, name, content, path="/file"):
        status, text = self.call(f"{path}?name={urllib.parse.quote(name)}", content)
        assert status == 200, text
        found = json.loads(text)
        return found["next"]

    def wait(self, visit):
        for _ in range(1200):
            state = json.loads(self.call(f"{visit}/state")[1])
            if state["state"] not in ("waiting", "running"):
                return state
            time.sleep(0.05)
        raise AssertionError("the computation does not end")

    def looked(self, name, content):
        """A visit whose file was looked at."""
        visit = self.drop(name, content)
        state = self.wait(visit)
        assert state["state"] == "done", state
        return visit


@pytest.fixture(scope="session")
def visitor(client):
    return Visitor(client.base)
