"""The message query: what a connector wrote, by place, by time, the newest; its own topics, committed."""

import time

import pytest
from confluent_kafka import Producer

from kcharness.connectors import Connectors
from kcharness.rest import error_of
from kcharness.servers import Schema, unique


@pytest.fixture(scope="module")
def written(worker, mysql):
    """A connector that has written 30 rows of a table with a key and some of one without."""
    schema = Schema(mysql, unique("s")).create()
    schema.execute("CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20))", "CREATE TABLE plain (a INT)")
    made = Connectors(worker)
    connector = made.run(schema, "t,plain")
    with connector.reader("t") as reader, connector.reader("plain") as plain:
        for n in range(30):
            schema.execute(f"INSERT INTO t VALUES ({n}, 'row {n}')")
        schema.execute("INSERT INTO plain VALUES (1), (2)")
        connector.records = reader.read(30)
        plain.read(2)
    yield connector
    made.delete_all()


def query(connector, table="t", **parameters):
    answer = connector.rest.messages(connector.name, topic=connector.topic(table), **parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def places(messages):
    return [(message["partition"], message["offset"]) for message in messages]


def test_a_message_has_place_time_key_headers_and_its_value_as_json(written):
    record = written.records[0]
    [message] = query(written, partition=record.partition, offset=record.offset, limit=1)["messages"]
    assert message["topic"] == written.topic("t")
    assert (message["partition"], message["offset"], message["timestamp"]) == (
        record.partition,
        record.offset,
        record.timestamp,
    )
    assert str(message["key"]).encode() == record.key
    assert message["value"] == record.value and isinstance(message["headers"], list)


def test_by_partition_and_offset_messages_come_in_order_from_there(written):
    partition = max(range(6), key=lambda p: sum(r.partition == p for r in written.records))
    expected = [(r.partition, r.offset) for r in written.records if r.partition == partition]
    assert places(query(written, partition=partition, offset=0)["messages"]) == expected
    assert places(query(written, partition=partition, offset=expected[2][1])["messages"]) == expected[2:]
    assert places(query(written, partition=partition, offset=expected[-1][1] + 100)["messages"]) == []


def test_the_newest_come_first(written):
    messages = query(written, limit=5)["messages"]
    times = [message["timestamp"] for message in messages]
    assert len(messages) == 5 and times == sorted(times, reverse=True)
    assert times[0] == max(r.timestamp for r in written.records)


def test_by_timestamp_they_are_those_of_that_time_and_later(written):
    times = sorted(r.timestamp for r in written.records)
    start = times[12]
    messages = query(written, timestamp=start, limit=1000)["messages"]
    assert sorted(m["timestamp"] for m in messages) == [t for t in times if t >= start]
    assert query(written, timestamp=int(time.time() * 1000) + 3_600_000)["messages"] == []


def test_the_limit_is_kept_and_has_bounds(written):
    assert len(query(written, limit=7)["messages"]) == 7
    assert len(query(written, limit=1000)["messages"]) == 30
    for wrong in ("0", "-1", "many", "1000000", "", "5x"):
        error_of(written.rest.messages(written.name, topic=written.topic("t"), limit=wrong), 400)


def test_without_a_topic_all_of_the_connectors_topics_are_read(written):
    messages = written.rest.messages(written.name, limit=1000).json()["messages"]
    assert {message["topic"] for message in messages} == {written.topic("t"), written.topic("plain")}
    assert [m["key"] for m in messages if m["topic"] == written.topic("plain")] == [None, None]


def test_only_the_connectors_own_topics_can_be_read(written, worker):
    for topic in (f"{worker.group}-configs", "__consumer_offsets", "nothing"):
        message = error_of(written.rest.messages(written.name, topic=topic), 400)
        assert written.topic("t") in message


@pytest.mark.parametrize(
    "parameters",
    [
        {"partition": 6, "offset": 0},
        {"partition": -1, "offset": 0},
        {"partition": "x", "offset": 0},
        {"partition": 0, "offset": -5},
        {"offset": 0},
        {"partition": 0, "offset": 0, "timestamp": 1},
        {"timestamp": "yesterday"},
    ],
    ids=str,
)
def test_wrong_parameters_are_told(written, parameters):
    answer = written.rest.messages(written.name, topic=written.topic("t"), **parameters)
    error_of(answer, answer.status_code if answer.status_code in (400, 404) else 400)


def test_messages_of_open_and_aborted_transactions_are_not_shown(written):
    topic = written.topic("plain")
    producer = Producer(
        {"bootstrap.servers": written.worker.kafka.address, "transactional.id": unique("tx"), "log_level": 0}
    )
    producer.init_transactions(20)
    producer.begin_transaction()
    producer.produce(topic, b'"from an open transaction"')
    producer.flush(20)
    assert "from an" not in written.rest.messages(written.name, topic=topic, limit=1000).text
    producer.abort_transaction(20)
    assert "from an" not in written.rest.messages(written.name, topic=topic, limit=1000).text


def test_a_topic_that_does_not_exist_yet_is_404(worker, connectors, mysql):
    schema = Schema(mysql, unique("s")).create()
    schema.execute("CREATE TABLE t (id INT PRIMARY KEY)")
    connector = connectors.define(schema, "t").create("STOPPED")
    assert connector.topic("t") in error_of(worker.rest.messages(connector.name), 404)
