"""
Transforms, predicates and header converters in the task process, against a real broker; see test_task_process.py. The
stages are those of stages_plugin.c. What needs no broker is in test_pipeline.c.
"""

import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from kcharness.waiting import PATIENCE  # noqa: E402
from test_task_process import TOLERANT, committed, make_topic, numbers_of, offsets, read_topic, task  # noqa: E402,F401

ONE = [("transforms.edit", "Edit")]


def edit(**settings):
    return {"transforms." + alias + "." + key.replace("_", "."): str(value)
            for alias, keys in settings.items() for key, value in keys.items()}


def letters_by_value(kafka, topic):
    letters = {}
    for message in read_topic(kafka, topic):
        assert int(message.value()) not in letters
        headers = {name: value.decode() for name, value in message.headers()}
        letters[int(message.value())] = (message.key(), message.value(), headers)
    return letters


def test_transforms_change_what_they_may_and_predicates_choose(kafka, task):
    """The chain in its order: odd numbers go elsewhere, the even ones to one partition, and then all are changed."""
    task.start({"limit": "994", "batch": "50", "resume.every": "7",
                **edit(route={"topic_suffix": "-odd", "no_key": 1, "predicate": "odd"},
                       place={"partition": 3, "timestamp": 1234567890123, "predicate": "odd", "negate": "TRUE"},
                       note={"header": "number", "times": 10})},
               stages=[("transforms.route", "Edit"), ("predicates.odd", "Odd"), ("transforms.place", "Edit"),
                       ("transforms.note", "Edit"), ("header.converter", "brackets")])
    task.wait_records(994)
    assert task.stop() == 0
    odd = read_topic(kafka, task.connector + "-odd")
    assert sorted(int(m.value()) for m in odd) == [10 * n for n in range(994) if n % 2]
    assert kafka.partitions()[task.connector + "-odd"] == 1 and {m.key() for m in odd} == {b"0"}
    assert dict(odd[0].headers()) == {"number": b"[%d]" % (int(odd[0].value()) // 10)}
    even = read_topic(kafka, task.connector)
    assert sorted(int(m.value()) for m in even) == [10 * n for n in range(994) if n % 2 == 0]
    assert {m.partition() for m in even} == {3} and {m.timestamp()[1] for m in even} == {1234567890123}
    assert committed(kafka, task.connector)[0] == (994, '{"partition":{"counter":"a"},"offset":{"seq":993}}')


def test_a_batch_that_a_transform_drops_whole_commits_its_position(kafka, task):
    task.start({"limit": "500", "batch": "10", **edit(edit={"drop_every": 1}), "transforms.edit.type": "Edit",
                "transforms.mask.type": "Edit", "predicates.p.type": "Odd"}, stages=ONE)
    task.wait_for(lambda m: m["type"] == "stats" and m["polled"] >= 500)
    deadline = time.monotonic() + 30 * PATIENCE
    while committed(kafka, task.connector).get(0, (0, ""))[1] != '{"partition":{"counter":"a"},"offset":{"seq":499}}':
        assert time.monotonic() < deadline, committed(kafka, task.connector)
    assert task.stop() == 0
    assert task.connector not in kafka.partitions()  # nothing is to be written to it
    log = open(task.log).read()
    assert log.count("have no effect") == 2
    assert "the keys transforms.mask.* have no effect: \"transforms\" does not list this alias" in log
    assert "the keys predicates.p.* have no effect: no transform that is listed names this predicate" in log


def test_a_record_that_a_transform_fails_is_noted_as_it_came_exactly_once(kafka, task):
    """The process is killed again and again. The dead letter has neither the topic nor the value of the failed change."""
    dead = task.connector + "-dead"
    config = {**TOLERANT, "errors.deadletterqueue.topic.name": dead, "rate": "2000", "batch": "50", "limit": "4000",
              "resume.every": "5", "errors.log.enable": "true", "errors.log.include.messages": "true",
              **edit(first={"times": 10}, edit={"fail_every": 70, "topic_suffix": "-other"})}
    stages = [("transforms.first", "Edit"), *ONE]
    for _ in range(3):
        task.start(config, stages=stages)
        task.wait_records(1)
        task.kill()
    task.start(config, stages=stages)
    letters, deadline = {}, time.monotonic() + 60 * PATIENCE
    while 3999 // 7 * 7 not in letters:
        assert time.monotonic() < deadline, max(letters, default=None)
        letters = letters_by_value(kafka, dead)
    assert task.stop() == 0
    assert set(letters) == set(range(0, 4000, 7))
    assert numbers_of(kafka, task.connector + "-other") == [10 * n for n in range(4000) if n % 7]
    assert task.connector not in kafka.partitions()
    key, value, headers = letters[14]
    assert (key, value) == (b"4", b"14")
    assert headers["__connect.errors.topic"] == task.connector
    assert headers["__connect.errors.stage"] == "TRANSFORMATION"
    assert headers["__connect.errors.class.name"] == "Edit 1.0.0"
    assert headers["__connect.errors.exception.message"] == "Edit 1.0.0: the number 140 cannot be edited"


def test_a_stop_ends_a_retry_that_would_last_for_ever(kafka, task):
    task.start({"batch": "10", "errors.retry.timeout": "-1", "errors.retry.delay.max.ms": "3600000",
                **edit(edit={"retries": -1})}, stages=ONE)
    task.wait_for(lambda m: m["type"] == "state" and m["state"] == "RUNNING")
    deadline = time.monotonic() + 30 * PATIENCE
    while b"it is tried again" not in open(task.log, "rb").read():
        assert time.monotonic() < deadline
        task.read(0.05)
    assert task.stop() == 0
    assert task.connector not in kafka.partitions()  # nothing is to be written to it


def test_a_retry_may_take_longer_than_a_transaction(kafka, task):
    """The stage is away in the middle of what is between two resume points: the open transaction is given up, and polled again."""
    task.start({"limit": "400", "batch": "25", "rate": "1000", "resume.every": "100", "errors.retry.timeout": "-1",
                "errors.retry.delay.max.ms": "100", **edit(edit={"retry_at": 260, "retry_ms": 5500})}, stages=ONE,
               client={"transaction.timeout.ms": "10000"})
    task.wait_records(400)
    assert task.stop() == 0
    assert numbers_of(kafka, task.connector) == list(range(400))
    assert "opening the connector again at the committed position" in open(task.log).read()


def test_a_stage_that_hangs_is_on_the_page_that_the_watchdog_reads(task):
    task.start({"batch": "10", **edit(edit={"hang_ms": 60000})}, stages=ONE)
    deadline = time.monotonic() + 30 * PATIENCE
    while task.in_call() != ("Edit 1.0.0", "apply"):
        assert time.monotonic() < deadline, task.in_call()
        task.read(0.05)


def test_a_topic_that_a_transform_asks_for_must_be_one_that_may_be_made(kafka, task):
    make_topic(kafka, task.connector, 6)
    task.start({"limit": "10", **edit(edit={"topic_suffix": "-new"})}, stages=ONE,
               topic_creation={"topic.creation.max.topics": "1"})
    failed = task.wait_failed()
    assert failed["status"] == -4 and "topic.creation.max.topics" in failed["message"], failed
    assert task.connector + "-new" not in kafka.partitions()
