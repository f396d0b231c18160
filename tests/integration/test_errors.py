"""Records that cannot be written: errors.tolerance, and dead letters. tests/unit/task has what a converter refuses."""

import re

import pytest

from kcharness.servers import Schema, unique
from kcharness.topics import TopicReader

MB = 1 << 20


def test_a_large_row_that_the_topic_does_not_take(worker, connectors, schema):
    schema.execute("CREATE TABLE big (id INT PRIMARY KEY, t LONGTEXT)", "INSERT INTO big VALUES (1, 'small')")
    connector = connectors.run(schema, "big")
    schema.execute(
        f"INSERT INTO big VALUES (2, REPEAT('x', {10 * MB})), (3, 'small')",
    )
    connector.wait("FAILED")
    said = connector.trace()
    size = re.search(r"a record of (\d+) bytes is larger than topic (\S+) takes \(max.message.bytes is 1048588\)", said)
    assert size and int(size[1]) > 10 * MB and size[2] == connector.topic("big") and "errors.tolerance=all" in said
    dead = connector.prefix + "-dead"
    config = {
        **connector.config,
        "errors.tolerance": "all",
        "errors.deadletterqueue.topic.name": dead,
        "errors.deadletterqueue.context.headers.enable": "true",
    }
    assert worker.rest.put(f"/connectors/{connector.name}/config", config).status_code == 200
    with connector.reader("big") as reader:
        assert [r.row["id"] for r in reader.read(2)] == [1, 3]
    with TopicReader(worker.kafka, dead) as reader:
        letter = reader.read(1)[0]
    headers = {name: value.decode() for name, value in letter.headers}
    assert letter.value is None and letter.key is not None and b"2" in letter.key
    assert headers["__connect.errors.topic"] == connector.topic("big")
    assert headers["__kconnect.errors.bytes"] == size[1] and headers["__kconnect.errors.limit.bytes"] == "1048588"
    assert headers["__connect.errors.connector.name"] == connector.name


@pytest.mark.parametrize(
    "key,value",
    [
        ("errors.tolerance", "some"),
        ("errors.log.enable", "perhaps"),
        ("errors.deadletterqueue.topic.replication.factor", "many"),
        ("errors.deadletterqueue.context.headers.enable", "1"),
        ("task.memory.max.mb", "10"),
    ],
)
def test_a_wrong_value_is_refused_by_name(worker, key, value):
    config = {"name": "c", "connector.class": "mysql-source", key: value}
    answer = worker.rest.put("/connector-plugins/mysql-source/config/validate", config).json()
    found = {entry["value"]["name"]: entry["value"]["errors"] for entry in answer["configs"]}
    assert found[key], found


def test_the_largest_message_has_kafka_connects_name_too(worker, connectors, mysql):
    """producer.override.max.request.size is message.max.bytes."""
    schema = Schema(mysql, unique("s")).create()
    schema.execute("CREATE TABLE t (id INT PRIMARY KEY, v TEXT)", "INSERT INTO t VALUES (1, REPEAT('x', 3000))")
    connector = connectors.define(schema, "t", producer__override__max__request__size="2000").create()
    connector.wait("FAILED")
    assert "message.max.bytes is 2000" in connector.trace()
