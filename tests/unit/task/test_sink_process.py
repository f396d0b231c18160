"""
The task process of a sink against a real broker, with this file in the worker's place; see test_task_process.py. The sink
and its converter are those of sink_plugin.c: the sink writes a line for each call that it gets.
"""

import os
import pathlib
import random
import signal
import sys
import time

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import NewPartitions

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from kcharness.load import seed  # noqa: E402
from kcharness.waiting import PATIENCE  # noqa: E402
from task_driver import Task  # noqa: E402
from test_task_process import BUILD, make_topic, read_topic  # noqa: E402

ROLES = (("connector", "recorder-sink"), ("key.converter", "text-reader"), ("value.converter", "text-reader"))
TOLERANT = {"errors.tolerance": "all"}
DEAD_SOON = {"session.timeout.ms": "2000"}  # for tests that kill: its successor waits so long for its partitions
STAMP = int(time.time()) * 1000  # an old one would have the broker delete the record


class Sink(Task):
    """A sink of the topic that has its name."""

    def __init__(self, kafka, folder):
        name = "s-" + "".join(random.choices("abcdefghijklmnopqrstuvwxyz", k=10))
        super().__init__(BUILD / "task-runner", BUILD / "kc-recorder.so", kafka.address, name, log=folder / "log")
        self.file, self.broker = folder / "calls", kafka
        # One request at a time: else what is sent first may come last, when a new topic has no leader yet.
        self.producer = Producer({"bootstrap.servers": kafka.address, "linger.ms": 5, "enable.idempotence": True,
                                  "max.in.flight.requests.per.connection": 1})

    def begin(self, config=None, flush_ms=100, consumer=None, **more):
        topics = {} if "topics.regex" in (config or {}) else {"topics": self.connector}
        return self.start({"file": str(self.file), **topics, **(config or {})}, kind="sink", roles=ROLES,
                          consumer={"session.timeout.ms": "10000", "heartbeat.interval.ms": "300", **(consumer or {})},
                          extra={"offset_flush_interval_ms": flush_ms}, **more)

    def stop(self, timeout_s=10):
        """Takes in the last that the task says, too."""
        status = super().stop(timeout_s)
        while self.read(1):
            pass
        return status

    def produce(self, *values, topic=None, **more):
        for value in values:
            key, headers = f"k{value}", more.get("headers")
            self.producer.produce(topic or self.connector, value, key, headers=headers,
                                  partition=more.get("partition", 0), timestamp=STAMP)
        assert self.producer.flush(60) == 0

    def calls(self, word=None):
        text = self.file.read_text(errors="replace") if self.file.exists() else ""
        lines = [line.split() for line in text[:text.rfind("\n") + 1].splitlines()]
        # A line across two pages may be seen, and after a kill stay, without its end: a record that is half put is not put.
        lines = [line for line in lines if line[0] != "put" or len(line) >= 6]
        return [line[1:] for line in lines if line[0] == word] if word else lines

    def values(self):
        return [call[4] for call in self.calls("put")]

    def wait_until(self, done, timeout_s=30):
        deadline = time.monotonic() + timeout_s * PATIENCE
        while not done():
            assert time.monotonic() < deadline, f"{self.calls()[-30:]}"
            assert self.process.poll() is None, f"the task ended: {self.messages[-3:]}"
            self.read(0.05)

    def figures(self):
        """The last that the task told of itself, with the members that are of sinks alone."""
        stats = [m for m in self.messages if m["type"] == "stats"]
        return {"lag": None, **stats[-1], **stats[-1]["sink"]} if stats else {"lag": None}

    def committed(self, partitions=1):
        asker = Consumer({"bootstrap.servers": self.kafka, "group.id": "connect-" + self.connector})
        try:
            return [p.offset for p in asker.committed([TopicPartition(self.connector, n) for n in range(partitions)], 60)]
        finally:
            asker.close()


@pytest.fixture
def sink(kafka, tmp_path):
    sink = Sink(kafka, tmp_path)
    make_topic(kafka, sink.connector, 2)
    yield sink
    if sink.process is not None and sink.process.poll() is None:
        sink.kill()
    print((tmp_path / "log").read_text()[-4000:] if (tmp_path / "log").exists() else "it was never started")


def letters(kafka, topic):
    return [(m.key(), m.value(), {name: value.decode() for name, value in m.headers() or []}, m.timestamp()[1])
            for m in read_topic(kafka, topic)]


def test_records_are_put_with_their_headers_and_committed_at_the_end(sink):
    sink.produce("a", "b", headers=[("h", b"text"), ("n", None)])
    sink.begin(flush_ms=600000)
    sink.wait_until(lambda: len(sink.values()) == 2)
    assert sink.stop() == 0
    calls = sink.calls()
    assert calls[0] == ["open"] and calls[-1] == ["close"]
    assert sorted(sink.calls("assigned")) == [[sink.connector, "0", "-1"], [sink.connector, "1", "-1"]]
    assert sink.calls("put") == [[sink.connector, "0", "0", "ka", "a", "h=text", "n=null"],
                                 [sink.connector, "0", "1", "kb", "b", "h=text", "n=null"]]
    assert sorted(sink.calls("revoked")) == [[sink.connector, "0", "2"], [sink.connector, "1", "-1"]]
    assert calls.index(["commit", sink.connector, "0", "2"]) < calls.index(["revoked", sink.connector, "0", "2"])
    assert sink.committed(2) == [2, -1001]
    assert {"type": "topics", "names": [sink.connector]} in sink.messages
    stats = [m for m in sink.messages if m["type"] == "stats"][-1]
    assert (stats["polled"], stats["records"], stats["commits"], stats["errors"]) == (2, 2, 1, 0)
    sink.produce("c")
    sink.begin()
    sink.wait_until(lambda: sink.values() == ["a", "b", "c"])
    assert [sink.connector, "0", "2"] in sink.calls("assigned")
    sink.wait_until(lambda: sink.committed() == [3])
    assert sink.stop() == 0


def test_a_batch_that_is_to_come_again_comes_again_the_same(sink):
    sink.produce(*[f"v{n}" for n in range(20)])
    sink.begin({**TOLERANT, "retries": "4", "retry.after.ms": "20"})
    sink.wait_until(lambda: len(sink.calls("again")) == 4)
    sink.wait_until(lambda: len(sink.values()) == 20)
    sink.produce("last")
    sink.wait_until(lambda: len(sink.values()) == 21)
    assert len({call[0] for call in sink.calls("again")}) == 1
    assert sink.values() == [f"v{n}" for n in range(20)] + ["last"]
    assert sink.stop() == 0


def test_while_a_batch_waits_the_task_pauses_resumes_and_stops(sink):
    sink.produce("a")
    sink.begin({"retries": "1000000", "retry.after.ms": "60000"})
    sink.wait_until(lambda: sink.calls("again"))
    sink.send({"type": "pause"})
    sink.wait_state("PAUSED")
    sink.send({"type": "resume"})
    sink.wait_state("RUNNING")
    assert sink.stop() == 0
    assert sink.committed() == [-1001] and not sink.values()


def test_a_member_that_comes_takes_partitions_over_and_gives_them_back(kafka, sink, tmp_path):
    """What was put is committed before the plugin is told that they go, and the other member begins behind it."""
    sink.produce("a", "b", partition=0)
    sink.produce("c", "d", partition=1)
    sink.begin(flush_ms=600000)
    sink.wait_until(lambda: len(sink.values()) == 4)
    other = Consumer({"bootstrap.servers": kafka.address, "group.id": "connect-" + sink.connector})
    other.subscribe([sink.connector])
    deadline = time.monotonic() + 30 * PATIENCE
    while not other.assignment():
        assert other.poll(0.1) is None, "what was put came again"
        assert time.monotonic() < deadline
    calls = sink.calls()
    for n in "01":
        assert calls.index(["commit", sink.connector, n, "2"]) < calls.index(["revoked", sink.connector, n, "2"])
    mine = {"0", "1"} - {str(p.partition) for p in other.assignment()}
    sink.wait_until(lambda: [c[1] for c in sink.calls("assigned")][2:] == sorted(mine))
    other.close()
    sink.produce("e", partition=0)
    sink.produce("f", partition=1)
    sink.wait_until(lambda: sorted(sink.values()) == list("abcdef"))
    assert sink.stop() == 0


class Member:
    """A foreign consumer in the sink's group. Polled by hold(), which looks at the sink as well."""

    def __init__(self, sink, **settings):
        self.sink = sink
        self.consumer = Consumer({"bootstrap.servers": sink.kafka, "group.id": "connect-" + sink.connector,
                                  "auto.offset.reset": "earliest", "enable.auto.commit": False, "session.timeout.ms": 6000, "heartbeat.interval.ms": 300,
                                  **{key.replace("__", "."): value for key, value in settings.items()}})
        self.consumer.subscribe([sink.connector])
        self.values = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.consumer.close()

    def hold(self, until, timeout_s=40):
        deadline = time.monotonic() + timeout_s * PATIENCE
        while not until():
            message = self.consumer.poll(0.05)
            if message is not None and message.error() is None:
                self.values.append(message.value().decode())
            assert time.monotonic() < deadline, f"{self.values} {self.sink.calls()[-30:]} {self.sink.messages[-3:]}"
            if self.sink.process is not None:
                self.sink.read(0.01)

    def partitions(self):
        return [str(p.partition) for p in self.consumer.assignment()]


def test_a_cooperative_member_takes_its_share_while_the_rest_is_read_on(sink):
    sink.produce("a", partition=0)
    sink.produce("b", partition=1)
    strategy = {"partition.assignment.strategy": "cooperative-sticky"}
    sink.begin(flush_ms=600000, consumer=strategy)
    sink.wait_until(lambda: len(sink.values()) == 2)
    with Member(sink, partition__assignment__strategy="cooperative-sticky") as member:
        member.hold(member.partitions)
        (theirs,) = member.partitions()
        ours = "10"[int(theirs)]
        calls = sink.calls()
        assert calls.index(["commit", sink.connector, theirs, "1"]) < calls.index(["revoked", sink.connector, theirs, "1"])
        sink.produce("c", partition=int(theirs))
        sink.produce("d", partition=int(ours))
        member.hold(lambda: member.values == ["c"] and len(sink.values()) == 3)
        assert sink.values()[-1] == "d"
        assert [call[1] for call in sink.calls("revoked")] == [theirs], "the other partition did not have to go"
        member.consumer.commit(asynchronous=False)
    sink.wait_until(lambda: len(sink.calls("assigned")) == 3)
    assert sink.calls("assigned")[2] == [sink.connector, theirs, "2"]
    assert sink.stop() == 0
    assert sink.committed(2) == [2, 2]


def test_a_member_with_another_strategy_is_named_as_the_reason_and_may_go(sink):
    with Member(sink, partition__assignment__strategy="cooperative-sticky") as member:
        member.hold(member.partitions)
        sink.produce("a")
        sink.begin()
        member.hold(lambda: any(m["type"] == "failed" for m in sink.messages))
        failed = sink.wait_failed()
        assert "partition.assignment.strategy" in failed["message"] and failed["status"] == -2  # it may pass
        assert sink.wait_for_end() == 1
    sink.begin()
    sink.wait_until(lambda: sink.values() == ["a"])
    assert sink.stop() == 0


def test_a_static_member_comes_back_at_once_and_gives_way_to_its_double(sink):
    static = {"group.instance.id": "one", "session.timeout.ms": "240000"}
    sink.produce("a")
    sink.begin(consumer=static)
    sink.wait_until(lambda: sink.values() == ["a"])
    sink.kill()
    sink.produce("b")
    sink.begin(consumer=static)
    sink.wait_until(lambda: "b" in sink.values())  # before the session of the killed one is over
    with Member(sink, group__instance__id="one") as member:
        member.hold(lambda: any(m["type"] == "failed" for m in sink.messages))
        failed = sink.wait_failed()
    assert "another consumer of the group has come with the same group.instance.id" in failed["message"]
    assert failed["status"] != -2 and sink.wait_for_end() == 1


def test_a_sink_that_is_slower_than_its_group_allows_gets_on(sink):
    """The group throws it out while it is in put(), and takes no commit. The batch counts all the same, and is not put again."""
    sink.produce("a", "sleep", "b", "sleep", "c")
    sink.begin({"sleep.ms": "3000", "consumer.override.max.poll.records": "1"},
               consumer={**DEAD_SOON, "max.poll.interval.ms": "2000"})
    sink.wait_until(lambda: "c" in sink.values(), 60)
    sink.wait_until(lambda: sink.committed() == [5])
    assert sink.values() == ["a", "sleep", "b", "sleep", "c"]
    assert sink.stop() == 0


def test_a_topic_that_is_deleted_is_left_out_and_read_again_when_it_is_made_again(kafka, sink):
    other, admin = sink.connector + "-2", kafka.admin()
    make_topic(kafka, other)
    sink.produce("a")
    sink.produce("x", "y", topic=other)
    sink.begin({"topics": f"{sink.connector},{other}"}, consumer={"topic.metadata.refresh.interval.ms": "300"})
    sink.wait_until(lambda: sorted(sink.values()) == ["a", "x", "y"])
    admin.delete_topics([other])[other].result()
    sink.produce("b")
    sink.wait_until(lambda: "b" in sink.values())
    sink.wait_until(lambda: sink.committed() == [2])
    sink.wait_until(lambda: len(sink.calls("assigned")) == 3 + 2)  # it is gone
    make_topic(kafka, other)
    sink.producer.poll(0.5)
    sink.producer = Producer({"bootstrap.servers": kafka.address, "max.in.flight.requests.per.connection": 1})
    sink.produce("z", topic=other)
    sink.wait_until(lambda: "z" in sink.values())
    assert sink.stop() == 0  # where librdkafka would wait for ever


def test_partitions_that_a_topic_gets_are_read(kafka, sink):
    admin = kafka.admin()
    sink.produce("a")
    sink.begin(consumer={"topic.metadata.refresh.interval.ms": "300"})
    sink.wait_until(lambda: sink.values() == ["a"])
    admin.create_partitions([NewPartitions(sink.connector, 3)])[sink.connector].result()
    sink.wait_until(lambda: sink.calls("assigned")[-1][1] == "2")
    sink.producer = Producer({"bootstrap.servers": kafka.address})
    sink.produce("b", partition=2)
    sink.wait_until(lambda: sink.values() == ["a", "b"])
    assert sink.stop() == 0
    assert sink.committed(3) == [1, -1001, 1]


def test_the_lag_is_told_while_a_batch_waits_too(kafka, sink):
    sink.produce("a", "b", "c")
    sink.begin({"retries": "1000000", "retry.after.ms": "200"}, consumer=DEAD_SOON)
    sink.wait_until(lambda: sink.figures()["lag"] == 3)
    sink.produce("d", "e")  # nothing is fetched, so the ends are asked for
    sink.wait_until(lambda: sink.figures()["lag"] == 5)
    figures = sink.figures()
    assert (figures["lag_max"], figures["partitions"], figures["records"]) == (5, 2, 0) and figures["retries"] > 0
    sink.kill()
    sink.begin()
    sink.wait_until(lambda: sink.figures()["lag"] == 0)
    assert sink.values() == list("abcde")
    producer = Producer({"bootstrap.servers": kafka.address, "transactional.id": sink.connector})
    producer.init_transactions(30)
    for finish in (producer.abort_transaction, producer.commit_transaction):
        producer.begin_transaction()
        producer.produce(sink.connector, "f", partition=0)
        producer.flush(30)
        finish(30)
    sink.wait_until(lambda: "f" in sink.values())
    sink.wait_until(lambda: sink.figures()["records"] == 6 and sink.figures()["lag"] == 0)  # the markers are no records
    assert sink.stop() == 0
    assert sink.figures()["active"] == 0 and sum(sink.figures()["put_seconds"]["counts"]) > 0


def test_only_what_pre_commit_lets_go_is_committed(sink):
    sink.produce(*"abcde")
    sink.begin({"hold": "2", "commit.often": "1"}, flush_ms=600000)
    sink.wait_until(lambda: sink.committed() == [3])
    assert sink.stop() == 0
    assert sink.committed() == [3]
    sink.begin({"hold": "9"})
    sink.wait_until(lambda: sink.values() == list("abcdede"))
    assert sink.stop() == 0
    assert sink.committed() == [3]


def test_kill_9_at_any_moment_loses_nothing(sink):
    """The calls of the plugin are what the other system has got."""
    dice, total = random.Random(seed()), 0
    for _ in range(2):
        before = len(sink.values())
        sink.begin({}, flush_ms=20, consumer=DEAD_SOON)
        for _ in range(10):
            sink.produce(*[str(total + n) for n in range(100)], partition=dice.randrange(2))
            total += 100
        wanted = before + dice.randrange(1, 400)
        sink.wait_until(lambda: len(sink.values()) > wanted)
        sink.kill()
    sink.begin(consumer=DEAD_SOON)
    sink.wait_until(lambda: len(set(sink.values())) == total)
    assert sink.stop() == 0
    for n in "01":
        numbers = [int(call[4]) for call in sink.calls("put") if call[1] == n]
        first = list(dict.fromkeys(numbers))
        assert first == sorted(first)


def test_bad_records_become_dead_letters_as_they_came(kafka, sink):
    dead = sink.connector + "-dead"
    sink.produce("good", "bad1", "refuse", "last", headers=[("h", b"\xff\x00")])
    sink.begin({**TOLERANT, "errors.deadletterqueue.topic.name": dead, "retries": "1", "retry.after.ms": "1",
                "errors.deadletterqueue.topic.replication.factor": "1", "errors.log.enable": "true",
                "errors.deadletterqueue.context.headers.enable": "true", "errors.log.include.messages": "true"})
    sink.wait_until(lambda: len(sink.values()) == 3)
    sink.wait_until(lambda: sink.committed() == [4])
    assert sink.stop() == 0
    assert sink.values() == ["good", "refuse", "last"]
    reader = {(m.key(), m.value(), m.timestamp()[1]): m.headers() for m in read_topic(kafka, dead)}
    assert set(reader) == {(b"kbad1", b"bad1", STAMP), (b"krefuse", b"refuse", STAMP)}
    headers = reader[b"kbad1", b"bad1", STAMP]
    assert headers[0] == ("h", b"\xff\x00")
    assert dict(headers[1:]) == {
        "__connect.errors.topic": sink.connector.encode(), "__connect.errors.partition": b"0",
        "__connect.errors.offset": b"1", "__connect.errors.connector.name": sink.connector.encode(),
        "__connect.errors.task.id": b"0", "__connect.errors.stage": b"VALUE_CONVERTER",
        "__connect.errors.class.name": b"text-reader 1.0.0",
        "__connect.errors.exception.class.name": b"org.apache.kafka.connect.errors.DataException",
        "__connect.errors.exception.message": b"this is bad"}
    headers = dict(reader[b"krefuse", b"refuse", STAMP][1:])
    assert headers["__connect.errors.stage"] == b"TASK_PUT" and headers["__connect.errors.offset"] == b"2"
    assert headers["__connect.errors.exception.message"] == b"the sink does not want this one"
    stats = [m for m in sink.messages if m["type"] == "stats"][-1]
    assert (stats["records"], stats["skipped"], stats["dead_letters"]) == (2, 2, 2)
    assert "bad1" in sink.log.read_text()


def test_a_dead_letter_that_its_topic_does_not_take_comes_without_its_value(kafka, sink):
    large, dead = sink.connector + "-large", sink.connector + "-dead"
    make_topic(kafka, large, 1, **{"max.message.bytes": "4000000"})
    producer = Producer({"bootstrap.servers": kafka.address, "message.max.bytes": 4000000,
                         "max.in.flight.requests.per.connection": 1})
    producer.produce(large, "bad" + 3000000 * "x", "k", partition=0)
    producer.produce(large, 3000000 * "y", partition=0)
    assert producer.flush(60) == 0
    sink.begin({**TOLERANT, "topics": large, "errors.deadletterqueue.topic.name": dead,
                "errors.deadletterqueue.context.headers.enable": "true"})
    sink.wait_until(lambda: sink.values() == [3000000 * "y"])
    assert sink.stop() == 0
    (letter,) = read_topic(kafka, dead)
    headers = dict(letter.headers())
    assert (letter.key(), letter.value()) == (b"k", None)
    assert headers["__connect.errors.offset"] == b"0" and headers["__connect.errors.exception.message"] == b"this is bad"
    assert int(headers["__kconnect.errors.bytes"]) > 3000000 > int(headers["__kconnect.errors.limit.bytes"])


@pytest.mark.parametrize("value, stage", [("bad", "this is bad"), ("refuse", "does not want this one")])
def test_without_tolerance_a_bad_record_fails_the_task_with_its_place(sink, value, stage):
    sink.produce("good", value, "after")
    sink.begin(consumer={**DEAD_SOON, "max.poll.interval.ms": "6000"})
    failed = sink.wait_failed()
    assert stage in failed["message"] and f"offset 1 of partition 0 of topic {sink.connector}" in failed["message"]
    assert sink.wait_for_end() == 1
    assert sink.committed()[0] in (-1001, 1)  # 1 if the good one came alone


def test_what_was_put_before_a_failure_is_committed(sink):
    sink.begin({"fail.at": "2"}, flush_ms=600000)
    sink.produce("a")
    sink.wait_until(lambda: sink.values() == ["a"])
    sink.produce("b")
    assert "the other system is broken" in sink.wait_failed()["message"]
    assert sink.wait_for_end() == 1
    assert sink.committed() == [1]


def test_pausing_a_partition_and_seeking(sink):
    sink.produce("a", "seek", "b", partition=0)
    sink.begin({"seek": "0", "consumer.override.max.poll.records": "1"})
    sink.wait_until(lambda: sink.values() == ["a", "seek", "a", "seek", "b"])
    assert sink.stop() == 0
    assert sink.committed() == [3]
    sink.begin({"pause": "1", "consumer.override.max.poll.records": "1"})
    sink.produce("c", "d", partition=0)
    sink.produce("e", partition=1)
    sink.wait_until(lambda: "e" in sink.values() and "c" in sink.values())
    assert "d" not in sink.values()
    assert sink.stop() == 0


def test_transforms_run_before_put_and_what_they_drop_is_done(sink):
    sink.produce("a", "b", "c")
    sink.begin({"transforms.edit.topic.suffix": "-x", "transforms.edit.drop.every": "1"},
               stages=[("transforms.edit", "Edit")])
    sink.wait_until(lambda: sink.committed() == [3])
    assert sink.stop() == 0
    assert not sink.values()


def test_topics_by_a_regular_expression_and_one_that_comes_later(kafka, sink):
    later = sink.connector + ".7"
    sink.produce("a")
    sink.begin({"topics.regex": sink.connector.replace("-", "\\-") + "(?:\\.\\d)?"},
               consumer={"topic.metadata.refresh.interval.ms": "200"})
    sink.wait_until(lambda: sink.values() == ["a"])
    make_topic(kafka, later + "x")
    make_topic(kafka, later)
    sink.produce("no", topic=later + "x")
    sink.produce("b", topic=later)
    sink.wait_until(lambda: sink.values() == ["a", "b"])
    assert sink.stop() == 0


def test_latest_begins_at_the_end_and_stays_there_after_a_crash(sink):
    sink.produce("old")
    sink.begin(consumer={"auto.offset.reset": "latest", **DEAD_SOON}, flush_ms=20)
    sink.wait_until(lambda: len(sink.calls("assigned")) == 2)
    sink.wait_until(lambda: sink.committed(2) == [1, 0])
    sink.kill()
    sink.produce("new")
    sink.begin(consumer={"auto.offset.reset": "latest"})
    sink.wait_until(lambda: sink.values() == ["new"])
    assert sink.stop() == 0


def test_a_configuration_that_cannot_run_says_why(sink):
    for config, words in (({"topics.regex": "(?!x).*"}, "topics.regex"),
                          ({"consumer.override.max.poll.records": "0"}, "max.poll.records"),
                          ({**TOLERANT, "errors.deadletterqueue.topic.name": "a b"}, "no legal topic name")):
        sink.begin(config)
        assert words in sink.wait_failed()["message"]
        assert sink.wait_for_end() == 1


def test_a_stop_does_not_wait_for_a_broker_that_does_not_answer(kafka, sink):
    sink.produce("a")
    sink.begin(flush_ms=600000, consumer=DEAD_SOON)
    sink.wait_until(lambda: sink.values() == ["a"])
    os.kill(kafka.pid, signal.SIGSTOP)
    try:
        assert sink.stop(30) == 0
    finally:
        os.kill(kafka.pid, signal.SIGCONT)
    assert sink.calls()[-1] == ["close"]
    sink.produce("b")
    sink.begin()
    sink.wait_until(lambda: sink.values()[-1] == "b")
    assert sink.stop() == 0
