"""/admin/loggers: what they answer, and that a level takes effect at once, in tasks too."""

import time

import pytest

from kcharness.rest import error_of
from kcharness.servers import Schema, unique
from kcharness.waiting import wait_for
from kcharness.worker import Worker


@pytest.fixture
def quiet(own_worker):
    """A worker that logs no more than it must."""
    own_worker.settings["log.level"] = "INFO"
    return own_worker.start()


def put(worker, logger, level, scope=""):
    return worker.rest.put(f"/admin/loggers/{logger}{scope}", {"level": level})


def level(worker, logger):
    answer = worker.rest.get(f"/admin/loggers/{logger}")
    assert answer.status_code == 200, answer.text
    assert list(answer.json()) == ["level", "last_modified"]
    return answer.json()["level"]


def test_the_loggers_and_their_levels(quiet):
    rest = quiet.rest
    for path in ("/admin/loggers", "/admin/loggers/"):
        listed = rest.get(path).json()
        assert {"root", "api", "worker", "worker.fleet", "worker.task", "librdkafka"} <= set(listed)
        assert "mysql-source" in listed, "plugins speak under their own names"
        assert all(logger == {"level": "INFO", "last_modified": None} for logger in listed.values())
    below = sorted(name for name in listed if name == "worker" or name.startswith("worker."))
    before = time.time()
    answer = put(quiet, "worker", "debug")
    assert (answer.status_code, answer.json()) == (200, below), "it and those below it, sorted"
    assert put(quiet, "worker", "DEBUG").json() == [], "nothing changed"
    changed = rest.get("/admin/loggers").json()
    assert {name for name in changed if changed[name]["level"] == "DEBUG"} == set(below)
    assert before - 1 <= changed["worker"]["last_modified"] / 1000 <= time.time() + 1
    assert changed["root"]["last_modified"] is None
    assert put(quiet, "worker.fleet", "ALL").json() == ["worker.fleet"]
    assert level(quiet, "worker%2Ffleet") == level(quiet, "worker.fleet") == "ALL", "as it stands in the log"
    assert put(quiet, "worker", "INFO").json() == below
    assert put(quiet, "root", "Warn").json() == sorted(changed)
    assert set(logger["level"] for logger in rest.get("/admin/loggers").json().values()) == {"WARN"}


def test_unknown_loggers_and_levels(quiet):
    rest = quiet.rest
    assert error_of(rest.get("/admin/loggers/nope"), 404) == "Logger nope not found."
    assert error_of(put(quiet, "worker", "BOGUS"), 404) == "invalid log level 'BOGUS'."
    for body in ({}, {"level": None}):
        message = error_of(rest.put("/admin/loggers/worker", body), 400)
        assert message == "Desired 'level' parameter was not specified in request."
    error_of(rest.put("/admin/loggers/worker", {"level": 3}), 400)
    error_of(put(quiet, "x" * 200, "DEBUG"), 400)
    error_of(put(quiet, "a%20b", "DEBUG"), 400)
    error_of(rest.delete("/admin/loggers/worker"), 405)
    assert put(quiet, "made.up", "ERROR").json() == ["made.up"], "setting one that is not known makes it"
    assert level(quiet, "made.up") == "ERROR"
    assert put(quiet, "made", "ERROR").json() == ["made"], "that below it has the level already"
    assert level(quiet, "worker") == "INFO"


def test_a_level_takes_effect_in_a_running_task_and_in_one_that_is_started_later(quiet, own_connectors, mariadb):
    schema = Schema(mariadb, unique("s")).create()
    schema.execute("CREATE TABLE t (id INT PRIMARY KEY)")
    other, connector = own_connectors.run(schema, "t"), own_connectors.define(schema, "t")
    pids = set(quiet.task_pids())
    connector.create("PAUSED")
    connector.wait("PAUSED")
    (pid,) = set(quiet.task_pids()) - pids
    assert " DEBUG " not in quiet.log()
    assert put(quiet, f"connector.{connector.name}", "DEBUG").json() == [f"connector.{connector.name}"]
    path = f"/connectors/{connector.name}"
    said = rf"DEBUG \[worker/task\] \[{connector.name}\|task-0\] read the offsets"
    assert quiet.rest.put(f"{path}/resume").status_code == 202
    quiet.wait_for_log(said)
    connector.wait("RUNNING")
    assert pid in quiet.task_pids(), "the process that was there before"
    assert quiet.rest.post(f"{path}/restart?includeTasks=true").status_code == 202
    quiet.wait_for_log(rf"(?s){said}.*{said}")
    assert quiet.rest.post(f"/connectors/{other.name}/restart?includeTasks=true").status_code == 202
    other.wait("RUNNING")
    debug = [line for line in quiet.log().splitlines() if " DEBUG " in line]
    assert all(connector.name in line for line in debug), "of that connector alone"


def test_a_level_for_the_cluster_reaches_every_worker_and_is_not_kept(kafka, own_worker, quiet, scratch):
    other = Worker(kafka, scratch / unique("worker-"))
    other.settings = {**own_worker.settings, "listeners": other.url}
    other.start()
    try:
        answer = put(quiet, "worker.fleet", "TRACE", "?scope=CLUSTER")
        assert answer.status_code == 204 and answer.content == b""
        assert level(quiet, "worker.fleet") == "TRACE"
        wait_for(lambda: level(other, "worker.fleet") == "TRACE", 10, "the other worker's level")
        assert put(quiet, "worker.fleet", "ERROR", "?scope=somewhere").json() == ["worker.fleet"]
        assert level(other, "worker.fleet") == "TRACE", "any other scope is this worker's"
        error_of(put(quiet, "worker.fleet", "LOUD", "?scope=cluster"), 404)
    finally:
        other.stop()
    other.start()
    try:
        assert level(other, "worker.fleet") == "INFO", "nothing survives a restart"
    finally:
        other.stop()
