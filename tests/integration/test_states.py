"""Deploy, stop, pause, resume, restart: what each answers, and what it does to the task."""

import os
import signal

from kcharness.rest import error_of
from kcharness.servers import unique
from kcharness.waiting import holds_for, wait_for


def table(schema):
    schema.execute("CREATE TABLE t (id INT PRIMARY KEY)")
    return "t"


def test_deploy_starts_what_is_stopped_or_paused(worker, connectors, schema):
    connector = connectors.define(schema, table(schema)).create("STOPPED")
    connector.wait("STOPPED")
    for stop, state in (("stop", "STOPPED"), ("pause", "PAUSED")):
        worker.rest.put(f"/connectors/{connector.name}/{stop}")
        (
            connector.wait(state)
            if state == "STOPPED"
            else wait_for(
                lambda: worker.rest.status(connector.name)["connector"]["state"] == "PAUSED", 20, "PAUSED"
            )
        )
        answer = worker.rest.deploy(connector.name)
        assert answer.status_code == 202, answer.text
        body = answer.json()
        assert body["name"] == connector.name and body["type"] == "source" and body["message"]
        assert body["connector"]["state"] in ("RUNNING", "UNASSIGNED") and isinstance(body["tasks"], list)
        connector.wait("RUNNING")


def test_deploy_of_what_runs_changes_nothing(worker, connectors, schema):
    connector = connectors.run(schema, table(schema))
    pid = worker.the_task_pid()
    answer = worker.rest.deploy(connector.name)
    assert answer.status_code == 200
    assert answer.json()["connector"]["state"] == "RUNNING" and answer.json()["message"]
    holds_for(lambda: worker.task_pids() == [pid], 1.5, "the task process")


def test_deploy_restarts_what_failed(worker, connectors, schema):
    name, user = table(schema), unique("u")
    schema.execute(
        f"CREATE USER {user} IDENTIFIED BY 'first-secret'",
        f"GRANT SELECT, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO {user}",
    )
    connector = connectors.run(schema, name, database__user=user, database__password="first-secret")
    schema.execute("INSERT INTO t VALUES (1)")
    with connector.reader(name) as reader:
        reader.read(1)
    worker.rest.put(f"/connectors/{connector.name}/stop")
    connector.wait("STOPPED")
    schema.execute(f"ALTER USER {user} IDENTIFIED BY 'second-secret'")
    worker.rest.deploy(connector.name)
    connector.wait("FAILED")
    assert user in connector.trace()
    schema.execute(f"ALTER USER {user} IDENTIFIED BY 'first-secret'")
    answer = worker.rest.deploy(connector.name)
    assert answer.status_code == 202 and answer.json()["message"]
    connector.wait("RUNNING")


def test_pause_holds_records_back_and_resume_lets_them_go(worker, connectors, schema):
    connector = connectors.run(schema, table(schema))
    path = f"/connectors/{connector.name}"
    with connector.reader("t") as reader:
        schema.execute("INSERT INTO t VALUES (1)")
        reader.read(1)
        answer = worker.rest.put(f"{path}/pause")
        assert answer.status_code == 202 and answer.content == b""
        connector.wait("PAUSED")
        assert worker.rest.put(f"{path}/pause").status_code == 202
        schema.execute("INSERT INTO t VALUES (2)")
        holds_for(lambda: len(reader.read_to_end()) == 1, 1.5, "the topic with one record")
        assert worker.rest.put(f"{path}/resume").status_code == 202
        connector.wait("RUNNING")
        assert {r.key for r in reader.read(2)} == {b"1", b"2"}


def test_stop_ends_the_process_and_keeps_the_position(worker, connectors, schema):
    connector = connectors.run(schema, table(schema))
    path = f"/connectors/{connector.name}"
    with connector.reader("t") as reader:
        schema.execute("INSERT INTO t VALUES (1)")
        reader.read(1)
        answer = worker.rest.put(f"{path}/stop")
        assert answer.status_code == 204 and answer.content == b""
        connector.wait("STOPPED")
        wait_for(lambda: worker.task_pids() == [], 15, "the task process to end")
        assert worker.rest.put(f"{path}/stop").status_code == 204
        schema.execute("INSERT INTO t VALUES (2)")
        assert worker.rest.put(f"{path}/resume").status_code == 202
        connector.wait("RUNNING")
        assert {r.key for r in reader.read(2)} == {b"1", b"2"}


def test_restarts_make_a_new_process_only_where_asked(worker, connectors, schema):
    connector = connectors.run(schema, table(schema))
    path = f"/connectors/{connector.name}"
    pid = worker.the_task_pid()
    answer = worker.rest.post(f"{path}/restart")
    assert answer.status_code == 204 and answer.content == b""
    answer = worker.rest.post(f"{path}/restart?includeTasks=true&onlyFailed=true")
    assert answer.status_code == 202 and answer.json()["tasks"][0]["state"] == "RUNNING"
    holds_for(lambda: worker.task_pids() == [pid], 1, "the task process")
    answer = worker.rest.post(f"{path}/restart?includeTasks=true")
    assert answer.status_code == 202 and answer.json()["tasks"][0]["state"] == "RESTARTING"
    second = worker.the_task_pid(other_than=pid)
    connector.wait("RUNNING")
    assert worker.rest.post(f"{path}/tasks/0/restart").status_code == 204
    worker.the_task_pid(other_than=second)
    connector.wait("RUNNING")
    assert error_of(worker.rest.post(f"{path}/tasks/9/restart"), 404) == f"Unknown task: {connector.name}-9"


def test_the_target_state_survives_a_new_configuration_and_a_restart_of_the_worker(
    own_worker, own_connectors, schema
):
    own_worker.start()
    connector = own_connectors.define(schema, table(schema)).create("STOPPED")
    connector.wait("STOPPED")
    assert (
        own_worker.rest.put(
            f"/connectors/{connector.name}/config", {**connector.config, "snapshot.fetch.size": "5"}
        ).status_code
        == 200
    )
    connector.wait("STOPPED")
    assert own_worker.stop() == 0
    own_worker.start()
    connector.wait("STOPPED")
    assert own_worker.rest.get(f"/connectors/{connector.name}/config").json()["snapshot.fetch.size"] == "5"
    assert own_worker.task_pids() == []


def test_a_new_configuration_of_a_running_connector_takes_effect_without_a_second_snapshot(
    worker, connectors, schema
):
    name = table(schema)
    schema.execute("INSERT INTO t VALUES (1)")
    connector = connectors.run(schema, name)
    with connector.reader(name) as reader:
        reader.read(1)
        pid = worker.the_task_pid()
        worker.rest.put(
            f"/connectors/{connector.name}/config", {**connector.config, "snapshot.fetch.size": "5"}
        )
        worker.the_task_pid(other_than=pid)
        connector.wait("RUNNING")
        schema.execute("INSERT INTO t VALUES (2)")
        reader.read(2)


def test_created_paused_there_is_no_record_until_it_is_resumed(worker, connectors, schema):
    name = table(schema)
    schema.execute("INSERT INTO t VALUES (1)")
    connector = connectors.define(schema, name).create("PAUSED")
    wait_for(
        lambda: (worker.rest.status(connector.name) or {}).get("connector", {}).get("state") == "PAUSED",
        20,
        "PAUSED",
    )
    holds_for(lambda: connector.topic(name) not in worker.kafka.partitions(), 1, "the topic's absence")
    assert worker.rest.deploy(connector.name).status_code == 202
    with connector.reader(name) as reader:
        reader.read(1)


def test_a_crash_of_the_task_is_shown_and_mended(worker, connectors, schema):
    name = table(schema)
    connector = connectors.run(schema, name)
    with connector.reader(name) as reader:
        schema.execute("INSERT INTO t VALUES (1)")
        reader.read(1)
        pid = worker.the_task_pid()
        os.kill(pid, signal.SIGSEGV)
        seen = []

        def crash_seen():
            task = worker.rest.task(connector.name)
            seen.append(task)
            return "trace" in task

        wait_for(crash_seen, 20, "a trace in the status", poll_s=0.02, detail=lambda: seen[-3:])
        task = seen[-1]
        assert task["state"] in ("RESTARTING", "RUNNING", "UNASSIGNED"), task
        assert "SIGSEGV" in task["trace"], task["trace"]
        if task["state"] == "RESTARTING":
            assert task["attempt"] >= 1 and task["next_attempt_ms"] > 0
        worker.the_task_pid(other_than=pid)
        connector.wait("RUNNING")
        schema.execute("INSERT INTO t VALUES (2)")
        assert {r.key for r in reader.read(2)} == {b"1", b"2"}
