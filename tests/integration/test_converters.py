"""The built-in converters on the MySQL source: Debezium's messages by `json`, keys as text by `string`."""

import json

from kcharness.connectors import Connectors
from kcharness.servers import Schema, unique

JSON = "org.apache.kafka.connect.json.JsonConverter"
STRING = "org.apache.kafka.connect.storage.StringConverter"
SOURCE = (
    "version connector name ts_ms snapshot db sequence ts_us ts_ns table server_id gtid file pos row thread query".split()
)
ENVELOPE = ["before", "after", "source", "transaction", "op", "ts_ms", "ts_us", "ts_ns"]
ROW = {"id": 18446744073709551615, "name": 'Ann "\u00e4"', "price": "BNI=", "raw": "AQI=", "at": 1614748870123456}
ZONE = {"kconnect.time.zone": "+08:00"}


def column(name, type_, optional, sql, meaning=None, **parameters):
    """A field of a row as JsonConverter describes it; the column's own type is a parameter, as Debezium can do it."""
    named = {"name": meaning, "version": 1} if meaning else {}
    parameters["__debezium.source.column.type"] = sql
    return {"type": type_, "optional": optional, **named, "parameters": parameters, "field": name}


def row_schema(connector, schema, name):
    return {
        "type": "struct",
        "fields": [
            column("id", "int64", False, "BIGINT UNSIGNED"),
            column("name", "string", True, "VARCHAR(20)"),
            column(
                "price",
                "bytes",
                True,
                "DECIMAL(10,2)",
                "org.apache.kafka.connect.data.Decimal",
                **{"scale": "2", "connect.decimal.precision": "10"},
            ),
            column("raw", "bytes", True, "BLOB"),
            column("at", "int64", True, "DATETIME(6)", "io.debezium.time.MicroTimestamp"),
        ],
        "optional": True,
        "name": f"{connector.prefix}.{schema.name}.t.Value",
        "parameters": ZONE,
        "field": name,
    }


def changes(connectors, mysql):
    """The same changes through two connectors: with schemas, and without them but with text for keys."""
    schema = Schema(mysql, unique("s")).create()
    schema.execute(
        "CREATE TABLE t (id BIGINT UNSIGNED PRIMARY KEY, name VARCHAR(20), price DECIMAL(10, 2), raw BLOB, at DATETIME(6))"
    )
    common = {"snapshot__mode": "no_data", "value__converter": JSON}
    made = [
        connectors.define(schema, "t", key__converter=JSON, **common).create(),
        connectors.define(
            schema,
            "t",
            key__converter=STRING,
            value__converter__schemas__enable="false",
            value__converter__decimal__format="NUMERIC",
            tombstones__on__delete="true",
            **common,
        ).create(),
    ]
    for connector in made:
        connector.wait("RUNNING")
    schema.execute(
        "INSERT INTO t VALUES (18446744073709551615, 'Ann \"\u00e4\"', 12.34, 0x0102, '2021-03-03 05:21:10.123456')",
        "UPDATE t SET name = NULL",
        "DELETE FROM t",
    )
    return schema, made


def test_json_writes_debeziums_messages_and_string_writes_keys(connectors: Connectors, mysql):
    schema, (full, bare) = changes(connectors, mysql)
    with full.reader("t") as reader:
        created, updated, deleted = reader.read(3)
    with bare.reader("t", decimals=True) as reader:
        *plain, tombstone = reader.read(4)

    # Dictionaries keep the order of the text, which is a part of what is promised.
    assert list(created.value) == ["schema", "payload"]
    described = created.value["schema"]
    assert list(described) == ["type", "fields", "optional", "name", "version"]
    assert (described["name"], described["version"]) == (f"{full.prefix}.{schema.name}.t.Envelope", 2)
    assert [f["field"] for f in described["fields"]] == ENVELOPE
    for found, name in zip(described["fields"], ("before", "after")):
        assert json.dumps(found) == json.dumps(row_schema(full, schema, name))
    assert created.value["schema"] == updated.value["schema"] == deleted.value["schema"]

    payload = created.value["payload"]
    assert list(payload) == ENVELOPE and list(payload["source"]) == SOURCE
    assert (payload["op"], payload["before"], payload["after"]) == ("c", None, ROW)
    source = payload["source"]
    assert (source["connector"], source["name"], source["db"], source["table"]) == (
        "mysql",
        full.prefix,
        schema.name,
        "t",
    )
    assert source["snapshot"] == "false" and payload["transaction"] is None
    assert abs(payload["ts_ms"] - source["ts_ms"]) < 600_000 and payload["ts_us"] // 1000 == payload["ts_ms"]
    after = {**ROW, "name": None}
    assert (updated.op, updated.value["payload"]["before"], updated.value["payload"]["after"]) == ("u", ROW, after)
    assert (deleted.op, deleted.value["payload"]["before"], deleted.value["payload"]["after"]) == ("d", after, None)

    key = json.loads(created.key)
    assert json.dumps(key) == json.dumps(
        {
            "schema": {
                "type": "struct",
                "fields": [column("id", "int64", False, "BIGINT UNSIGNED")],
                "optional": False,
                "name": f"{full.prefix}.{schema.name}.t.Key",
            },
            "payload": {"id": 18446744073709551615},
        }
    )

    # Without schemas there is the payload alone; DECIMAL is a number here.
    assert [list(record.value) for record in plain] == [ENVELOPE] * 3
    assert [record.value["op"] for record in plain] == ["c", "u", "d"]
    assert plain[0].value["after"] == {**ROW, "price": "12.34"} and b'"price":12.34' in plain[0].raw
    assert {record.key for record in plain} == {b"Struct{id=18446744073709551615}"}
    assert (tombstone.key, tombstone.raw) == (plain[0].key, None)
