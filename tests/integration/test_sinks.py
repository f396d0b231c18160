"""Sinks through REST, with file-sink: what is produced stands in the file, also after a kill; offsets; dead letters; checks."""

import os
import signal

import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import NewTopic

from kcharness.fixtures import checked
from kcharness.metrics import scrape
from kcharness.rest import error_of
from kcharness.servers import unique
from kcharness.waiting import wait_for
from kcharness.worker import Worker

STRINGS = "org.apache.kafka.connect.storage.StringConverter"
DEAD = "errors.deadletterqueue."


@pytest.fixture(scope="module")
def worker(kafka, scratch):
    settings = {"offset.flush.interval.ms": "200", "errors.restart.delay.initial.ms": "10"}
    yield from checked(Worker(kafka, scratch / unique("worker-"), settings).start())


class Sink:
    """A file-sink of a topic of its own with two partitions."""

    def __init__(self, kafka, worker, folder, **settings):
        self.kafka, self.worker, self.rest = kafka, worker, worker.rest
        self.name, self.topic = unique("c-"), unique("t")
        self.path = f"/connectors/{self.name}"
        self.file = folder / "lines"
        admin = kafka.admin()  # its answers come as long as it lives
        admin.create_topics([NewTopic(self.topic, 2, 1)])[self.topic].result()
        # One request at a time: else what is sent first may come last, when a new topic has no leader yet.
        self.producer = Producer(
            {
                "bootstrap.servers": kafka.address,
                "linger.ms": 2,
                "max.in.flight.requests.per.connection": 1,
            }
        )
        self.config = {
            "connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector",
            "tasks.max": "3",
            "topics": self.topic,
            "file": str(self.file),
            "key.converter": STRINGS,
            "value.converter": STRINGS,
            "consumer.override.session.timeout.ms": "1500",
            "consumer.override.heartbeat.interval.ms": "300",
            **{key: value.replace("{topic}", self.topic) for key, value in settings.items()},
        }

    def create(self):
        answer = self.rest.create(self.name, self.config)
        assert answer.status_code == 201 and answer.json()["type"] == "sink", answer.text
        self.rest.wait_for_state(self.name, "RUNNING")

    def produce(self, lines, partition=0):
        for line in lines:
            self.producer.produce(self.topic, line, partition=partition)
        assert self.producer.flush(60) == 0

    def lines(self):
        return self.file.read_text(encoding="utf-8").splitlines() if self.file.exists() else []

    def wait_for_lines(self, wanted):
        wait_for(lambda: sorted(set(self.lines())) == sorted(wanted), 40, f"{len(wanted)} lines", detail=self.lines)

    def offsets(self):
        answer = self.rest.get(f"{self.path}/offsets")
        assert answer.status_code == 200, answer.text
        return {(o["partition"]["kafka_topic"], o["partition"]["kafka_partition"]): o["offset"]["kafka_offset"]
                for o in answer.json()["offsets"]}

    def wait_for_offsets(self, *wanted):
        places = {(self.topic, n): offset for n, offset in enumerate(wanted) if offset is not None}
        wait_for(lambda: self.offsets() == places, 20, f"the offsets {places}", detail=self.offsets)

    def stop(self):
        assert self.rest.put(f"{self.path}/stop").status_code == 204
        self.rest.wait_for_state(self.name, "STOPPED")
        # STOPPED is said at once; the task commits once more before it ends.
        wait_for(lambda: not self.worker.task_pids(), 20, "the end of the task's process")

    def resume(self):
        assert self.rest.put(f"{self.path}/resume").status_code == 202
        self.rest.wait_for_state(self.name, "RUNNING")

    def change(self, *changes):
        """Changes of offsets as (partition, offset)."""
        body = {"offsets": [{"partition": {"kafka_topic": self.topic, "kafka_partition": partition, "more": 1},
                             "offset": None if offset is None else {"kafka_offset": offset}}
                            for partition, offset in changes]}
        return self.rest.call("PATCH", f"{self.path}/offsets", body)


@pytest.fixture
def sink(kafka, worker, tmp_path):
    made = []

    def make(**settings):
        made.append(Sink(kafka, worker, tmp_path, **settings))
        return made[-1]

    yield make
    for one in made:
        one.rest.delete(one.path)


def test_what_is_produced_stands_in_the_file_after_kills_too(worker, sink):
    one = sink()
    one.produce(["früh", "", "two words"], partition=1)
    one.create()
    one.wait_for_lines(["früh", "", "two words"])
    one.wait_for_offsets(None, 3)
    status = one.rest.status(one.name)
    assert status["type"] == "sink" and [t["state"] for t in status["tasks"]] == ["RUNNING"]
    assert one.rest.get(one.path).json()["type"] == "sink"
    assert one.rest.get(f"{one.path}/topics").json() == {one.name: {"topics": [one.topic]}}
    messages = one.rest.messages(one.name).json()["messages"]
    assert [m["value"] for m in messages] == ["two words", "", "früh"]
    wanted = ["früh", "", "two words"]
    for n in range(2):
        lines = [f"{n}-{i}" for i in range(500)]
        one.produce(lines[:250])
        os.kill(worker.the_task_pid(), signal.SIGKILL)
        one.produce(lines[250:], partition=1)
        wanted += lines
        one.wait_for_lines(wanted)
    one.wait_for_offsets(500, 503)
    assert one.rest.put(f"{one.path}/pause").status_code == 202
    one.rest.wait_for_state(one.name, "PAUSED")
    one.produce(["while paused"])
    one.resume()
    one.wait_for_lines([*wanted, "while paused"])
    one.wait_for_offsets(501, 503)
    one.file.rename(one.file.with_suffix(".before"))
    os.kill(worker.the_task_pid(), signal.SIGKILL)  # its member of the group has to time out before offsets can be changed
    one.stop()
    one.wait_for_offsets(501, 503)
    answer = one.change((1, "502"), (0, 7), (0, None))
    assert (answer.status_code, answer.json()["message"]) == (
        200, "The offsets for this connector have been altered successfully"), answer.text
    assert one.offsets() == {(one.topic, 1): 502}
    one.resume()
    one.wait_for_lines([*[f"{n}-{i}" for n in range(2) for i in range(250)], "1-499", "while paused"])


def test_figures_of_a_sink_are_shown(worker, sink):
    one = sink()
    one.produce(["a", "bc"])
    one.create()

    def figure(name):
        return scrape(worker).get(f"kconnect_sink_{name}", connector=one.name, task="0")

    wait_for(lambda: figure("record_send_total") == 2 and figure("record_lag") == 0, 20, "two records put")
    wait_for(lambda: figure("record_active_count") == 0, 20, "their offsets committed")
    assert figure("record_read_total") == 2 and figure("record_send_bytes_total") == 3
    assert figure("partition_count") == 2 and figure("record_lag_max") == 0
    assert figure("put_batch_time_seconds_count") >= 1
    shown = {sample.name for sample in scrape(worker).of_connector(one.name)}
    assert "kconnect_offset_commit_time_seconds_count" in shown and "kconnect_task_retries_total" in shown
    assert not [name for name in shown if name.startswith(("kconnect_source_", "kconnect_transaction_"))]


if os.environ.get("KC_SOAK") == "1":  # it waits 20 s for the member to go

    def test_offsets_of_a_group_with_a_foreign_member_are_left_alone(kafka, sink):
        one = sink()
        one.produce(["a"])
        one.create()
        one.wait_for_offsets(1)
        one.stop()
        member = Consumer({"bootstrap.servers": kafka.address, "group.id": "connect-" + one.name})
        member.subscribe([one.topic])
        wait_for(lambda: member.poll(0.1) is None and member.assignment(), 30, "the member's partitions")
        for change in (lambda: one.change((0, 0)), lambda: one.change((0, None)), lambda: one.rest.delete(f"{one.path}/offsets")):
            assert "still has a member" in error_of(change(), 409)
        assert one.offsets() == {(one.topic, 0): 1}
        member.close()
        assert one.change((0, 0)).status_code == 200


def test_offsets_that_cannot_be_are_refused(sink):
    one = sink()
    one.produce(["a"])
    one.create()
    one.wait_for_offsets(1)
    assert "must be in the STOPPED state" in error_of(one.change((0, 0)), 400)
    one.stop()
    assert "no partition 9" in error_of(one.change((9, 1)), 400)
    assert "out of range" in error_of(one.change((0, -1)), 400)
    message = error_of(one.change((0, "x")), 400)
    assert message == ("Failed to parse the following Kafka offset value in the provided offsets: 'x'. Offset values for "
                       "sink connectors need to be integers.")
    for body, words in (
        ({"partition": {"kafka_topic": one.topic}, "offset": None}, "must contain the keys 'kafka_topic' and"),
        ({"partition": {"kafka_topic": "no.such", "kafka_partition": 0}, "offset": {"kafka_offset": 0}},
         "There is no topic no.such"),
        ({"partition": {"kafka_topic": one.topic, "kafka_partition": 0}, "offset": {"offset": 0}},
         "should either be null or contain the key 'kafka_offset'"),
    ):
        answer = one.rest.call("PATCH", f"{one.path}/offsets", {"offsets": [body]})
        assert words in error_of(answer, 400)
    assert one.offsets() == {(one.topic, 0): 1}
    answer = one.rest.delete(f"{one.path}/offsets")
    assert answer.json()["message"] == "The offsets for this connector have been reset successfully"
    assert one.offsets() == {} and one.rest.delete(f"{one.path}/offsets").status_code == 200
    one.file.unlink()
    one.resume()
    one.wait_for_lines(["a"])


def test_records_that_cannot_be_read_are_dead_letters(kafka, sink):
    dead = unique("dead")
    one = sink(**{"topics": "", "topics.regex": "{topic}(?:-more)?",
                  "value.converter": "org.apache.kafka.connect.json.JsonConverter",
                  "value.converter.schemas.enable": "false", "errors.tolerance": "all",
                  DEAD + "topic.name": dead, DEAD + "topic.replication.factor": "1",
                  DEAD + "context.headers.enable": "true"})
    one.produce(['{"a":1,"b":[true,null]}', "{no json", '"text"'])
    one.create()
    one.wait_for_lines(["{a=1, b=[true, null]}", "text"])
    one.wait_for_offsets(3)
    reader = Consumer({"bootstrap.servers": kafka.address, "group.id": unique("g"), "auto.offset.reset": "earliest"})
    reader.subscribe([dead])
    letter = wait_for(lambda: (m := reader.poll(0.5)) is not None and m.error() is None and m, 60, "the dead letter")
    assert letter.value() == b"{no json"
    headers = dict(letter.headers())
    assert headers["__connect.errors.topic"] == one.topic.encode() and headers["__connect.errors.offset"] == b"1"
    assert headers["__connect.errors.stage"] == b"VALUE_CONVERTER"
    reader.close()
    assert "must name the topic to read" in error_of(one.rest.messages(one.name), 400)
    assert "Only the connector's own topics" in error_of(one.rest.messages(one.name, topic=dead), 400)
    assert len(one.rest.messages(one.name, topic=one.topic).json()["messages"]) == 3


def test_without_tolerance_the_trace_says_where_and_the_next_offset_goes_on(sink):
    one = sink(**{"value.converter": "org.apache.kafka.connect.json.JsonConverter"})
    one.produce(["no json"])
    one.create()
    one.rest.wait_for_state(one.name, "FAILED")
    assert f"offset 0 of partition 0 of topic {one.topic}" in one.rest.task(one.name)["trace"]
    one.stop()
    assert one.change((0, 1)).status_code == 200
    one.resume()


def test_a_configuration_that_cannot_run_is_refused(worker, sink):
    one = sink()
    for changes, words in (
        ({"topics": ""}, "Must configure one of topics or topics.regex"),
        ({"topics.regex": "x.*"}, "topics and topics.regex are mutually exclusive"),
        ({"topics": "", "topics.regex": "(?i)x"}, "of Java's regular expressions alone"),
        ({DEAD + "topic.name": one.topic}, "may not be included in the list of topics"),
        ({"file": None}, 'Missing required configuration "file"'),
    ):
        config = {key: value for key, value in {**one.config, **changes}.items() if value is not None}
        assert words in error_of(worker.rest.create(one.name, config), 400)
    answer = worker.rest.put("/connector-plugins/FileStreamSink/config/validate",
                             {**one.config, "name": one.name, "connector.class": "FileStreamSink", "topics": ""})
    assert answer.status_code == 200, answer.text
    errors = {c["value"]["name"] for c in answer.json()["configs"] if c["value"]["errors"]}
    assert errors == {"topics", "topics.regex"}
    assert {"class": "file-sink", "type": "sink"}.items() <= next(
        p for p in worker.rest.get("/connector-plugins").json() if p["class"] == "file-sink").items()
