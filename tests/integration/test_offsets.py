"""GET, PATCH and DELETE of a connector's offsets: answers, refusals, and what the next start makes of it."""

import json
import threading
import time

import pytest
import requests
from confluent_kafka import Consumer, Producer, TopicPartition

from kcharness.connectors import Connectors
from kcharness.rest import error_of
from kcharness.servers import Schema, unique
from kcharness.waiting import PATIENCE, wait_for
from kcharness.worker import Worker

JSON = {"Content-Type": "application/json"}
ALTERED = {"message": "The offsets for this connector have been altered successfully"}
RESET = {"message": "The offsets for this connector have been reset successfully"}


def path_of(connector):
    return f"/connectors/{connector.name}/offsets"


def offsets(connector):
    answer = connector.rest.get(path_of(connector))
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    assert set(answer.json()) == {"offsets"}
    return answer.json()["offsets"]


def stop(connector):
    assert connector.rest.put(f"/connectors/{connector.name}/stop").status_code == 204
    connector.wait("STOPPED")
    # STOPPED is said at once; the task commits once more before it ends.
    wait_for(lambda: not connector.worker.task_pids(), 20, "the end of the task's process")


def resume(connector):
    assert connector.rest.put(f"/connectors/{connector.name}/resume").status_code == 202
    connector.wait("RUNNING")


def patch(connector, body):
    return connector.rest.call("PATCH", path_of(connector), body)


def keys(records):
    return [record.key for record in records]


@pytest.fixture(scope="module")
def quiet(mariadb):
    """A table for tests that need no changes in it."""
    schema = Schema(mariadb, unique("s")).create()
    schema.execute("CREATE TABLE t (id INT PRIMARY KEY)", "INSERT INTO t VALUES (1)")
    return schema


def test_an_older_position_sends_the_changes_since_again(worker, connectors, schema):
    schema.execute("CREATE TABLE t (id INT PRIMARY KEY)", "INSERT INTO t VALUES (1)")
    connector = connectors.run(schema, "t")
    with connector.reader("t") as reader:
        schema.execute("INSERT INTO t VALUES (2)")
        reader.read(2)
        wait_for(lambda: offsets(connector), 10, "a position while the connector runs")
        stop(connector)
        (old,) = offsets(connector)
        assert old["partition"] == {"server": connector.prefix}
        assert old["offset"]["file"] and isinstance(old["offset"]["pos"], int)
        resume(connector)
        schema.execute("INSERT INTO t VALUES (3)", "UPDATE t SET id = 4 WHERE id = 1")
        before = keys(reader.read(5))
        stop(connector)
        (new,) = offsets(connector)
        assert (new["partition"], new["offset"] == old["offset"]) == (old["partition"], False)
        answer = patch(connector, {"offsets": [old]})
        assert (answer.status_code, answer.json()) == (200, ALTERED), answer.text
        assert offsets(connector) == [old]
        resume(connector)
        after = keys(reader.read_until(lambda records: len(records) >= 8, what="the same changes again"))
        assert sorted(after[5:8]) == sorted(before[2:5]), "each change since, and the snapshot not again"
        sequences = [record.sequence for record in reader.records]
        assert len(set(sequences[5:8])) == 3


def test_deleted_offsets_make_the_next_start_a_first_one(worker, connectors, schema):
    schema.execute(
        "CREATE TABLE a (id INT PRIMARY KEY)",
        "INSERT INTO a VALUES (1)",
        "CREATE TABLE b (id INT PRIMARY KEY)",
        "INSERT INTO b VALUES (1)",
    )
    connector = connectors.run(schema, "a,b")
    with connector.reader("a") as a, connector.reader("b") as b:
        a.read(1), b.read(1)
        stop(connector)
        answer = connector.rest.delete(path_of(connector))
        assert (answer.status_code, answer.json()) == (200, RESET), answer.text
        assert offsets(connector) == []
        assert connector.rest.delete(path_of(connector)).json() == RESET, "also when there are none"
        # What was known of the tables must not count any more: a has other columns, b comes back later.
        schema.execute("ALTER TABLE a ADD COLUMN v INT NOT NULL DEFAULT 7")
        only_a = {**connector.config, "table.include.list": "a"}
        config = f"/connectors/{connector.name}/config"
        assert connector.rest.put(config, only_a).status_code == 200
        resume(connector)
        again = a.read(2)[1]
        assert again.key == b"1" and sorted(again.row) == ["id", "v"]
        schema.execute("INSERT INTO a VALUES (2, 8)")
        assert a.read(3)[2].key == b"2"
        assert connector.rest.put(config, connector.config).status_code == 200
        assert keys(b.read(2)) == [b"1", b"1"], "a table that is new again is read"
        schema.execute("INSERT INTO b VALUES (2)")
        assert b.read(3)[2].key == b"2"


def test_only_the_offsets_of_a_stopped_connector_can_be_changed(connectors, quiet):
    connector = connectors.run(quiet, "t")
    wait_for(lambda: offsets(connector), 10, "a position")
    (position,) = offsets(connector)
    rest = connector.rest
    for answer in (rest.delete(path_of(connector)), patch(connector, {"offsets": [position]})):
        assert error_of(answer, 400) == (
            "Connectors must be in the STOPPED state before their offsets can be modified. This can be done "
            "for the specified connector by issuing a 'PUT' request to the "
            f"'/connectors/{connector.name}/stop' endpoint"
        )
    assert rest.put(f"/connectors/{connector.name}/pause").status_code == 202
    error_of(rest.delete(path_of(connector)), 400)
    assert len(offsets(connector)) == 1, "nothing was changed, and it can be read in any state"


def test_unknown_connectors_have_no_offsets(worker):
    rest = worker.rest
    known = {"offsets": [{"partition": {"a": 1}, "offset": {"b": 2}}]}
    for answer in (
        rest.get("/connectors/nope/offsets"),
        rest.delete("/connectors/nope/offsets"),
        rest.call("PATCH", "/connectors/nope/offsets", known),
    ):
        assert error_of(answer, 404) == "Connector nope not found"


@pytest.fixture(scope="module")
def positioned(worker, quiet):
    """A stopped connector with one position."""
    made = Connectors(worker)
    connector = made.run(quiet, "t")
    stop(connector)
    yield connector
    made.delete_all()


NONE_GIVEN = "Partitions / offsets need to be provided for an alter offsets request"


@pytest.mark.parametrize(
    "body, words",
    [
        (b"", NONE_GIVEN),
        (b"{}", NONE_GIVEN),
        (b'{"offsets":null}', NONE_GIVEN),
        (b'{"offsets":[]}', NONE_GIVEN),
        (b"null", "no JSON object"),
        (b"[]", "no JSON object"),
        (b'{"offsets":{}}', "must be a list"),
        (b'{"offsets":[1]}', "is no object"),
        (b'{"offsets":[null]}', "is no object"),
        (b'{"offsets":[{}]}', "needs a partition"),
        (b'{"offsets":[{"partition":null,"offset":{"a":1}}]}', "needs a partition"),
        (b'{"offsets":[{"partition":{},"offset":{"a":1}}]}', "needs a partition"),
        (b'{"offsets":[{"partition":{"server":"x"}}]}', "needs an offset"),
        (b'{"offsets":[{"partition":{"server":"x"},"offset":{}}]}', "is empty"),
        (b'{"offsets":[{"partition":{"server":"x"},"offset":3}]}', "must be objects"),
        (b'{"offsets":[{"partition":{"server":["x"]},"offset":{"a":1}}]}', "must be objects"),
        (b'{"offsets":[{"partition":{"server":"x"},"offset":{"a":{"b":1}}}]}', "must be objects"),
        (b'{"offsets":[{"partition":{"server":"x"},"offset":{"a":1,"a":2}}]}', "twice"),
        (b'{"offsets":[{"partition":{"server":"x"},"offset":{"a":1},"more":1}]}', "partition and offset only"),
        (b'{"offsets":[],"more":1}', "not known"),
        (b'{"offsets":[', "is no object"),
        (b'{"offsets":[{"partition":{"server":"x"},"offset":{"a":1}}', "well-formed"),
        (b'{"offsets":[{"partition":{"server":"x"},"offset":{"a":1}}]} x', "well-formed"),
        (b'{"offsets":[{"partition":{"server":"x"},"offset":{"a":NaN}}]}', "must be objects"),
        (b'{"offsets":[{"partition":{"server":"x"},"offset":{"file":"f","pos":4}}]}', 'no partition {"server":"x"}'),
        (b'{"offsets":[{"partition":{"server":"x"},"offset":null}]}', 'no partition {"server":"x"}'),
    ],
    ids=lambda value: value[:60].decode() if isinstance(value, bytes) else "",
)
def test_bad_offsets_are_400_and_change_nothing(positioned, body, words):
    before = offsets(positioned)
    answer = positioned.rest.call("PATCH", path_of(positioned), data=body, headers=JSON)
    assert words in error_of(answer, 400)
    assert offsets(positioned) == before


def test_numbers_come_back_as_they_were_sent_and_the_last_of_two_wins(positioned):
    (original,) = offsets(positioned)
    large = {"file": "binlog.000001", "pos": 9007199254740993, "most": 18446744073709551615, "real": 1.0}
    body = {
        "offsets": [
            {"partition": original["partition"], "offset": {"file": "x", "pos": 4}},
            {"partition": original["partition"], "offset": large},
        ]
    }
    assert patch(positioned, body).status_code == 200
    (found,) = offsets(positioned)
    assert json.dumps(found["offset"]) == json.dumps(large)
    # Longer than the metadata of a group's offset may be: it stands in the record then.
    long = {**original["offset"], "gtids": "0" * 20000}
    assert patch(positioned, {"offsets": [{**original, "offset": long}]}).status_code == 200
    assert offsets(positioned) == [{**original, "offset": long}]
    assert patch(positioned, {"offsets": [{**original, "offset": None}]}).json() == ALTERED
    assert offsets(positioned) == []
    assert patch(positioned, {"offsets": [original]}).json() == ALTERED, "the first one may be any"
    assert offsets(positioned) == [original]


@pytest.mark.parametrize(
    "offset, words",
    [
        ({"pos": 4}, "its member file is missing"),
        ({"file": "binlog.000001"}, "its member pos is missing"),
        ({"file": "binlog.000001", "pos": "4"}, "pos"),
    ],
)
def test_an_offset_that_the_source_cannot_read_is_400_and_changes_nothing(positioned, offset, words):
    (original,) = offsets(positioned)
    assert words in error_of(patch(positioned, {"offsets": [{**original, "offset": offset}]}), 400)
    assert offsets(positioned) == [original]


@pytest.mark.parametrize(
    "offset, words",
    [
        ({"file": "no-such-file.000001", "pos": 4}, "purged from the server"),
    ],
)
def test_an_offset_that_the_source_cannot_use_fails_the_task_in_words(positioned, offset, words):
    (original,) = offsets(positioned)
    assert patch(positioned, {"offsets": [{**original, "offset": offset}]}).status_code == 200
    assert positioned.rest.put(f"/connectors/{positioned.name}/resume").status_code == 202
    positioned.wait("FAILED")
    trace = positioned.trace()
    assert words in trace and "\n" not in trace.strip(), trace
    stop(positioned)
    assert patch(positioned, {"offsets": [original]}).status_code == 200
    resume(positioned)
    stop(positioned)


def test_a_connector_of_the_same_name_goes_on_where_the_last_one_ended(connectors, mariadb):
    schema = Schema(mariadb, unique("s")).create()
    schema.execute("CREATE TABLE t (id INT PRIMARY KEY)", "INSERT INTO t VALUES (1)")
    connector = connectors.run(schema, "t")
    with connector.reader("t") as reader:
        reader.read(1)
        stop(connector)
        before = offsets(connector)
        assert connector.rest.delete(f"/connectors/{connector.name}").status_code == 204
        error_of(connector.rest.get(path_of(connector)), 404)
        schema.execute("INSERT INTO t VALUES (2)")
        connector.create("STOPPED")
        assert offsets(connector) == before
        resume(connector)
        assert keys(reader.read(2)) == [b"1", b"2"], "the change meanwhile, and no second snapshot"


def test_changes_at_the_same_moment_as_a_resume_leave_a_whole_connector(connectors, mariadb):
    """Whichever comes first: the task runs, from the old position or from none, and answers are in the contract."""
    schema = Schema(mariadb, unique("s")).create()
    schema.execute("CREATE TABLE t (id INT PRIMARY KEY)", "INSERT INTO t VALUES (1)")
    connector = connectors.run(schema, "t")
    stop(connector)
    answers = []

    def call(method, path):
        answers.append((method, requests.request(method, connector.worker.url + path, timeout=100).status_code))

    threads = [threading.Thread(target=call, args=("DELETE", path_of(connector))) for _ in range(2)]
    threads.append(threading.Thread(target=call, args=("PUT", f"/connectors/{connector.name}/resume")))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ("PUT", 202) in answers
    assert {status for method, status in answers if method == "DELETE"} <= {200, 400, 409}, answers
    connector.wait("RUNNING")
    schema.execute("INSERT INTO t VALUES (2)")
    with connector.reader("t") as reader:
        reader.read_until(lambda records: b"2" in keys(records))
    assert len(offsets(connector)) == 1


def test_any_worker_of_the_fleet_reads_and_changes_them(worker, positioned, kafka, scratch):
    other = Worker(kafka, scratch / unique("worker-"))
    other.group = worker.group
    other.settings = {**worker.settings, "listeners": other.url}
    other.start()
    try:
        (original,) = offsets(positioned)
        path = path_of(positioned)
        assert other.rest.get(path).json() == {"offsets": [original]}
        changed = {**original, "offset": {**original["offset"], "pos": 4}}
        assert other.rest.call("PATCH", path, {"offsets": [changed]}).json() == ALTERED
        assert offsets(positioned) == [changed]
        assert other.rest.delete(path).json() == RESET
        assert offsets(positioned) == []
        assert patch(positioned, {"offsets": [original]}).json() == ALTERED
    finally:
        assert other.stop() == 0
    assert not other.sanitizer_reports(), other.sanitizer_reports()


def test_a_transaction_that_hangs_in_the_group_holds_nobody_up(positioned, kafka):
    """As one may be left behind for ever by a broker that was killed (readers with read_committed wait for it)."""
    (original,) = offsets(positioned)
    topic = positioned.worker.settings["offset.storage.topic"]
    group = Consumer({"bootstrap.servers": kafka.address, "group.id": f"connect-{positioned.name}"})
    producer = Producer({"bootstrap.servers": kafka.address, "transactional.id": unique("hangs-")})
    producer.init_transactions(30)
    producer.begin_transaction()
    try:
        producer.send_offsets_to_transaction(
            [TopicPartition(topic, 0, 99)], group.consumer_group_metadata(), 30
        )
        began = time.monotonic()
        assert offsets(positioned) == [original], "what is not committed does not count"
        changed = {**original, "offset": {**original["offset"], "pos": 5}}
        assert patch(positioned, {"offsets": [changed]}).json() == ALTERED
        assert offsets(positioned) == [changed]
        assert time.monotonic() - began < 8 * PATIENCE
    finally:
        producer.abort_transaction(30)
        group.close()
    assert patch(positioned, {"offsets": [original]}).json() == ALTERED
