"""Rows of 10 MB, where topic and producer take them, in the usual memory; and rows that need more than a task may have."""

import base64
import re

from kcharness.servers import Schema, unique
from kcharness.waiting import wait_for

MB = 1 << 20
ROOM = {"topic__creation__default__max__message__bytes": str(60 * MB)}


def rows_of(records):
    """id -> (length of the text, its first character, length of the blob), of the rows as they are after each change."""
    found = {}
    for record in records:
        row = record.row
        blob = base64.b64decode(row["b"]) if row["b"] is not None else b""
        text = row["t"] or ""
        assert text == text[:2] * (len(text) // 2) and blob == blob[:1] * len(blob)
        found[row["id"]] = (len(text), text[:1], len(blob))
    return found


def all_changes(records):
    """True when the update and everything else behind the snapshot's two records has come."""
    new = records[2:]
    return {r.row["id"] for r in new} == {1, 3, 4, 5, 6} and any(r.row["t"][:1] == "x" for r in new if r.row["id"] == 1)


def insert(number, text, text_len, blob_len):
    return f"INSERT INTO big VALUES ({number}, REPEAT({text}, {text_len // 2}), REPEAT(0x00, {blob_len}))"


def test_rows_of_10_mb_in_snapshot_and_stream(worker, connectors, schema):
    schema.execute(
        "CREATE TABLE big (id INT PRIMARY KEY, t LONGTEXT, b LONGBLOB)",
        insert(1, "'a\\n'", 10 * MB, 0),  # a line feed is two bytes of JSON
        insert(3, "'ab'", 0, 10 * MB),
    )
    connector = connectors.define(schema, "big", **ROOM).run()
    with connector.reader("big") as reader:
        found = rows_of(reader.read(2))
        assert found == {1: (10 * MB, "a", 0), 3: (0, "", 10 * MB)}
        # One transaction; the row of the update is there before and after, so its event is larger than a packet (16 MB).
        connection = schema.connect()
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(insert(4, "'\\\"\\\"'", 10 * MB, 0))
            cursor.execute("UPDATE big SET t = REPEAT('xy', 5242880) WHERE id = 1")
            cursor.execute(insert(5, "'ab'", 1 * MB, 1 * MB))
            cursor.execute("DELETE FROM big WHERE id = 3")
            cursor.execute("COMMIT")
        connection.close()
        schema.execute("INSERT INTO big VALUES (6, 'zz', NULL)")
        records = reader.read_until(all_changes, 90, "all changes")[2:]
        found = rows_of(records)
    assert found[4] == (10 * MB, '"', 0) and found[1] == (10 * MB, "x", 0)
    assert found[5] == (1 * MB, "a", 1 * MB) and found[6] == (2, "z", 0)
    assert [r.op for r in records if r.row["id"] == 3] == ["DELETE"]
    assert connector.rest.task(connector.name)["state"] == "RUNNING"
    assert not re.search(rf"{connector.name}.*MB of memory and was ended", worker.log_file.read_text())


def test_a_row_that_needs_more_memory_than_the_task_may_have(worker, connectors, mysql):
    """Whether the task finds it itself or its worker does: the trace names the key."""
    schema = Schema(mysql, unique("s")).create()
    schema.execute(
        "CREATE TABLE big (id INT PRIMARY KEY, t LONGTEXT, u LONGTEXT)",
        "INSERT INTO big VALUES (1, REPEAT('\\n', 10000000), REPEAT('\\n', 10000000))",
    )
    connector = connectors.define(schema, "big", task__memory__max__mb="64", **ROOM).create()
    wait_for(lambda: "task.memory.max.mb" in connector.trace(), 40, "the reason", detail=connector.trace)
    assert "64" in connector.trace()
    config = {**connector.config, "task.memory.max.mb": "512"}
    assert worker.rest.put(f"/connectors/{connector.name}/config", config).status_code == 200
    connector.wait_for_snapshot()
