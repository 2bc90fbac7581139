"""The same answers in every form of body and answer: JSON, NDJSON, Arrow, CSV; every call, every example."""

import io
import json

import pytest

import drgsim
from drgsim.web.openapi import CASE, EXAMPLES, HQMS_ROW, LIST_4101, PNEUMONIA, PRICED, SEARCHES

pa = pytest.importorskip("pyarrow")
NDJSON, ARROW = "application/x-ndjson", "application/vnd.apache.arrow.stream"


def lines(*cases):
    return b"".join(json.dumps(case, ensure_ascii=True).encode() + b"\n" for case in cases)


def arrow(table, rows=None):
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=rows)
    return sink.getvalue()


def tabled(raw):
    with pa.ipc.open_stream(raw) as reader:
        return reader.read_all()


def ask(client, path, raw, kind, accept=None):
    headers = {"content-type": kind} | ({} if accept is None else {"accept": accept})
    return client.raw(path, raw, headers)


@pytest.mark.parametrize(("path", "name"), [(path, name) for path, ones in EXAMPLES.items() for name in ones])
def test_every_example_of_the_description_runs(client, path, name):
    _, document = client.get("/openapi.json")
    described = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["examples"]
    status, found = client.post(path, described[name]["value"])
    assert status == 200, found
    assert found
    if path == "/group":
        first = found[0] if isinstance(found, list) else found
        assert first["drg"] in ("HC23", "HC43")


def test_searches_of_the_description_run(client):
    found = {name: client.post("/codes/search", query)[1] for name, (_, _, query) in SEARCHES.items()}
    assert "胆囊结石" in {each["name"] for each in found["initials"]}
    assert all("胆囊切除" in each["name"] for each in found["words"])
    assert all(each["code"].startswith("K80.1") for each in found["code"])
    assert client.get("/codes/search?text=dnjs&most=5")[1] == found["initials"]


def test_lines_are_answered_in_their_order_and_a_bad_one_in_its_place(client):
    body = lines(PRICED) + b"{nonsense\n\n" + lines([1], PNEUMONIA, {"sex": 1})
    status, raw, headers = ask(client, "/group", body, NDJSON)
    assert (status, headers["content-type"]) == (200, NDJSON)
    rows = [json.loads(line) for line in raw.splitlines()]
    assert [row.get("case_id") for row in rows] == ["A1", None, None, "A2", None]
    assert rows[1]["line"] == 2
    assert [rows[place]["error"]["code"] for place in (1, 2)] == ["DS004", "DS002"]
    assert rows[4]["status"] == "invalid"
    assert json.loads(headers["drgsim-facts"])["scheme"] == "chs-drg-2.0"
    assert b"nonsense" not in raw


@pytest.mark.parametrize("path", ["/group", "/explain", "/what-if", "/dip", "/estimate", "/case", "/check"])
def test_a_batch_gets_the_same_rows_in_every_form(client, path):
    _, by_json = client.post(path, [PRICED, PNEUMONIA])
    if isinstance(by_json, dict):
        by_json = by_json["problems" if path == "/check" else "cases"]
    _, raw, _ = ask(client, path, lines(PRICED, PNEUMONIA), NDJSON)
    assert [json.loads(line) for line in raw.splitlines()] == by_json
    _, raw, _ = ask(client, path, lines(PRICED, PNEUMONIA), NDJSON, ARROW)
    table = tabled(raw)
    assert table.num_rows == len(by_json)
    for name in set(by_json[0]) - {"told", "read", "error"}:
        cells = table.column(name).to_pylist()
        for cell, row in zip(cells, by_json, strict=True):
            value = row.get(name)
            if isinstance(value, dict | list):
                value, cell = json.dumps(value, sort_keys=True), json.dumps(json.loads(cell), sort_keys=True)
            assert cell == value or str(cell) == str(value), name


def test_arrow_in_is_arrow_out_as_the_library_groups(client):
    table = pa.table(
        {
            "case_id": ["a", "b", "c"],
            "sex": [1, 2, 1],
            "age": [45, 71, None],
            "diagnoses": [["K80.101", "I50.900"], ["J18.903"], ["I10.x00"]],
            "procedures": [["51.2300"], [], None],
        }
    )
    status, raw, _ = ask(client, "/group", arrow(table, rows=1), ARROW)
    assert status == 200
    found = tabled(raw)
    assert found.column("case_id").to_pylist() == ["a", "b", "c"]
    expected = drgsim.DrgGrouper("chs-drg-2.0").group(table)
    for name in expected.column_names:
        assert found.column(name).to_pylist() == expected.column(name).to_pylist()
    assert json.loads(found.schema.metadata[b"drgsim"])["scheme"] == "chs-drg-2.0"


def test_a_table_under_other_names_is_read_first(client):
    table = pa.table({name: [cell, cell] for name, cell in HQMS_ROW.items()})
    _, raw, _ = ask(client, "/group", arrow(table), ARROW, NDJSON)
    assert [json.loads(line)["drg"] for line in raw.splitlines()] == ["HC23", "HC23"]


def test_the_settlement_list_and_the_front_page_give_the_same_group_everywhere(client):
    for case in (LIST_4101, HQMS_ROW):
        one = client.post("/group", case)[1]
        batch = client.post("/group", [case, case])[1]
        _, raw, _ = ask(client, "/group", lines(case), NDJSON)
        assert {row["drg"] for row in (one, *batch, json.loads(raw))} == {"HC23"}
    status, found = client.post("/estimate", {"cases": {**LIST_4101}})
    assert status == 200
    assert found["cases"][0]["payment"] > 0


def test_csv_is_read_as_a_file(client):
    text = "病案号,性别,年龄,主要诊断编码,其他诊断编码1,手术编码1\n7,男,45,K80.101,I50.900,51.2300\n"
    status, raw, _ = ask(client, "/group", text.encode(), "text/csv")
    assert status == 200, raw
    assert json.loads(raw)[0]["drg"] == "HC23"


def test_what_reading_repaired_or_could_not_read_is_told_beside_the_answer(client):
    _, found = client.post("/group", {**CASE, "diagnoses": "k80.101|I50.900", "sex": "男"})
    assert found["drg"] == "HC23"
    assert any("diagnoses" in each for each in found["told"])
    _, found = client.post("/group", {**CASE, "age": "old", "odd key": 1})
    assert found["status"] == "invalid"
    assert found["read"][0]["column"] == "age"
    assert any("odd key" in each for each in found["told"])


def test_forms_that_there_are_not(client):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        status, raw, _ = ask(client, "/group", b"x", kind)
        assert (status, json.loads(raw)["code"]) == (415, "DS826")
    status, raw, _ = ask(client, "/group", lines(CASE), NDJSON, "text/html")
    assert (status, json.loads(raw)["code"]) == (415, "DS826")


def test_damaged_streams_are_refused_and_the_process_lives(client):
    good = arrow(pa.table({"sex": [1], "age": [45], "diagnoses": ["K80.101"], "procedures": [""]}))
    for raw in (b"", b"ARROW1", good[:-60], good[:40] + b"\xff" * 40 + good[80:], b"\xff" * 4096):
        status, told, _ = ask(client, "/group", raw, ARROW)
        assert status == 400, told
        assert json.loads(told)["code"].startswith("DS")
    assert ask(client, "/group", b"", NDJSON)[0] == 400
    assert client.get("/health")[0] == 200


def test_options_come_in_the_query_or_beside_the_cases(client):
    beside = client.post("/group", {"cases": CASE, "scheme": "chs-drg-3.0"})[1]
    assert client.post("/group?scheme=chs-drg-3.0", CASE)[1] == beside
    assert beside["drg"] == "HC43"
    status, told = client.post("/group?shceme=chs-drg-3.0", CASE)
    assert (status, told["nearest"]) == (400, "scheme")
    status, told = client.post("/group", {"cases": CASE, "scheme": 3})
    assert (status, told["code"]) == (400, "DS002")


def test_a_table_that_must_be_seen_whole_has_a_limit(serve):
    small = serve(largest_table=2)
    status, raw, _ = ask(small, "/estimate", lines(PRICED, PRICED, PRICED), NDJSON)
    assert (status, json.loads(raw)["allowed"]) == (413, 2)
    assert ask(small, "/group", lines(PRICED, PRICED, PRICED), NDJSON)[0] == 200


def test_a_transition_says_what_it_rests_on(client):
    _, found = client.post("/transition", EXAMPLES["/transition"]["batch"][2])
    assert found["cases"] == 2
    assert {(row["group_a"], row["group_b"]) for row in found["flows"]} >= {("HC23", "HC43")}
    assert found["told"]
    assert found["policy_hash"] == drgsim.Policy.load("national-drg-rate").hash
