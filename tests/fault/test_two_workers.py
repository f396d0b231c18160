"""Two workers of one fleet: either answers, one takes over from the other, and a zombie does no harm."""

import concurrent.futures
import os
import random
import signal
import time

import pytest

from kcharness.changes import check_equals_table, check_history
from kcharness.connectors import Connectors
from kcharness.load import Load, create_table, drain, rows_of, seed
from kcharness.servers import unique
from kcharness.waiting import wait_for
from kcharness.worker import Worker

TAKE_OVER_LIMIT_S = 20  # from kill -9 to the first record that the other worker's task writes; the aim is 10 s


@pytest.fixture
def pair(kafka, scratch):
    """Two running workers with one group.id; both are stopped, and asked for sanitizer reports, at the end."""
    first = Worker(kafka, scratch / unique("worker-"))
    second = Worker(kafka, scratch / unique("worker-"))
    second.group = first.group
    second.settings = {**first.settings, "listeners": second.url}
    workers = [first.start(), second.start()]
    yield workers
    for worker in workers:
        assert worker.stop(limit_s=20) in (None, 0), worker.log_tail()
        assert not worker.sanitizer_reports(), worker.sanitizer_reports()


def owner_first(pair, connector):
    """The worker that runs the connector's task, then the other one."""
    runs = wait_for(lambda: next((w for w in pair if w.task_pids()), None), 40, "a task process")
    assert connector.rest.status(connector.name) is not None
    return (runs, pair[1]) if runs is pair[0] else (runs, pair[0])


def finish(schema, connector, load, reader):
    load.stop()
    records = drain(schema, "t", reader)
    check_history(records)
    check_equals_table(records, rows_of(schema, "t"), "id")
    return records


def following(pair, schema):
    """A connector that follows a table under load, its load and a reader of its topic."""
    create_table(schema, "t", 50)
    connector = Connectors(pair[0]).define(schema, "t").create()
    connector.wait("RUNNING")
    load = Load(schema, "t", random.Random(seed()).random(), keys=200)
    load.start()
    return connector, load


def test_either_worker_answers_with_the_same_content(pair, schema):
    schema.execute("CREATE TABLE t (id INT PRIMARY KEY)")
    connector = Connectors(pair[0]).define(schema, "t").create("STOPPED")
    path = f"/connectors/{connector.name}"
    for suffix in ("", "/config", "/status"):
        answers = [worker.rest.get(path + suffix) for worker in pair]
        wait_for(lambda: pair[1].rest.get(path + suffix).status_code == 200, 5, "the second worker's answer")
        answers = [worker.rest.get(path + suffix).json() for worker in pair]
        if suffix == "/status":  # a stopped connector is told with the worker that was asked
            for answer in answers:
                answer["connector"].pop("worker_id")
        assert answers[0] == answers[1]
    assert pair[1].rest.deploy(connector.name).status_code == 202
    for worker in pair:
        worker.rest.wait_for_state(connector.name, "RUNNING")
    assert sum(len(worker.task_pids()) for worker in pair) == 1
    assert pair[1].rest.delete(path).status_code == 204
    wait_for(lambda: pair[0].rest.get(path).status_code == 404, 5, "404 on the first worker")


def test_of_two_creates_of_one_name_one_wins(pair, schema):
    schema.execute("CREATE TABLE t (id INT PRIMARY KEY)")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for _ in range(10):
            defined = Connectors(pair[0]).define(schema, "t")
            asked = [
                pool.submit(worker.rest.create, defined.name, defined.config, "STOPPED") for worker in pair
            ]
            assert sorted(answer.result().status_code for answer in asked) == [201, 409]


@pytest.mark.timeout(400)
def test_a_worker_told_to_stop_at_any_moment_of_its_joining_ends_with_0(pair):
    dice = random.Random(seed())
    worker = pair[1]
    for _ in range(15):
        assert worker.stop() == 0, worker.log_tail()
        worker.start(wait=False)
        wait_for(lambda: worker.log().count("[worker] kconnect ") == worker.starts, 20, "its first line")
        time.sleep(dice.uniform(0, 1.2))


@pytest.mark.timeout(400)
def test_a_killed_workers_task_goes_on_elsewhere(pair, schema):
    connector, load = following(pair, schema)
    with connector.reader("t") as reader:
        reader.read_until(lambda records: len(records) > 60, what="the load's changes")
        runs, other = owner_first(pair, connector)
        reader.read_to_end()
        runs.kill()
        killed, known = time.monotonic(), len(reader.records)
        wait_for(other.task_pids, 60, "a task process on the other worker", detail=other.log_tail)
        reader.read_to_end()  # what the killed task had committed
        known = len(reader.records)
        reader.read_until(lambda records: len(records) > known, what="the first new record")
        seconds = time.monotonic() - killed
        print(f"{seconds:.1f} s from kill -9 to the first new record")
        finish(schema, connector, load, reader)
    assert other.rest.status(connector.name)["tasks"][0]["worker_id"] == other.url.removeprefix("http://")
    assert seconds < TAKE_OVER_LIMIT_S


@pytest.mark.timeout(400)
def test_a_frozen_worker_is_a_zombie_that_does_no_harm(pair, schema):
    connector, load = following(pair, schema)
    with connector.reader("t") as reader:
        reader.read_until(lambda records: len(records) > 60, what="the load's changes")
        runs, other = owner_first(pair, connector)
        frozen = [runs.process.pid, *runs.task_pids()]
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
        try:
            wait_for(other.task_pids, 60, "a task process on the other worker", detail=other.log_tail)
            time.sleep(15)  # the freeze itself is what is tested
        finally:
            for pid in reversed(frozen):
                os.kill(pid, signal.SIGCONT)
        wait_for(lambda: not runs.task_pids(), 30, "the end of the zombie's task", detail=runs.log_tail)
        finish(schema, connector, load, reader)
        assert sum(len(worker.task_pids()) for worker in pair) == 1


@pytest.mark.timeout(400)
def test_both_workers_are_restarted_in_turn_under_load(pair, schema):
    connector, load = following(pair, schema)
    with connector.reader("t") as reader:
        for worker in pair * 2:
            seen = len(reader.read_to_end())
            assert worker.stop() == 0
            worker.start()
            reader.read_until(lambda records, seen=seen: len(records) > seen + 20, what="further changes")
        finish(schema, connector, load, reader)
