"""The worker as a program: command line, configuration, start without a broker, end by SIGTERM."""

import json
import signal
import subprocess
import time

import pytest
import requests
from confluent_kafka.admin import ConfigResource, NewTopic, ResourceType

from kcharness.servers import Kafka, unique
from kcharness.waiting import PATIENCE, wait_for
from kcharness.worker import EXECUTABLE, Worker, free_port, is_alive


def run(*arguments):
    return subprocess.run([EXECUTABLE, *arguments], capture_output=True, text=True, timeout=120)


def test_help_and_version():
    assert "worker" in run("--help").stdout and run("--help").returncode == 0
    assert run("--version").stdout.startswith("kconnect ")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("fly",),
        ("worker",),
        ("worker", "/nowhere/at-all.properties"),
        ("--nonsense",),
        ("worker", "x", "--set"),
    ],
)
def test_a_wrong_command_line_is_told_and_is_not_success(arguments):
    done = run(*arguments)
    assert done.returncode != 0 and done.stderr.strip()


@pytest.mark.parametrize(
    "line, words",
    [
        ("no.such.key=1", ["no.such.key"]),
        ("log.level=loud", ["log.level"]),
        ("listeners=ftp://127.0.0.1:1", ["listeners"]),
        ("offset.storage.partitions=none", ["offset.storage.partitions"]),
        ("ssl.truststore.location=/x.jks", ["ssl.ca.location"]),
    ],
)
def test_a_wrong_setting_is_told_with_its_name(tmp_path, line, words):
    file = tmp_path / "worker.properties"
    file.write_text(f"bootstrap.servers=127.0.0.1:1\ngroup.id=g\n{line}\n")
    done = run("worker", file)
    assert done.returncode != 0
    for word in [*words, "worker.properties"]:
        assert word in done.stderr


def test_set_overrides_the_file(kafka, own_worker):
    port = free_port()
    own_worker.start(wait=False, arguments=("--set", f"listeners=http://127.0.0.1:{port}"))

    def answers():
        try:
            return requests.get(f"http://127.0.0.1:{port}/health", timeout=2).status_code == 200
        except requests.RequestException:
            return False

    wait_for(answers, 30, "the overridden listener", detail=own_worker.log_tail)


def test_a_broker_that_is_not_there_is_said_and_waited_for(scratch):
    broker = Kafka(scratch / unique("late-kafka-"))
    port = free_port()
    broker.options = ("--port", str(port))
    worker = Worker(f"127.0.0.1:{port}", scratch / unique("worker-"))
    worker.start(wait=False)
    try:
        worker.wait_for_log(rf"127\.0\.0\.1:{port}")
        assert wait_for(lambda: health_of(worker), 20, "an answer of GET /health") == (503, "starting")
        assert worker.process.poll() is None
        broker.start()
        worker.wait_until_healthy(60)
        assert worker.stop() == 0
    finally:
        if worker.process is not None:
            worker.kill()
        broker.stop(kill=True)


def health_of(worker):
    try:
        answer = requests.get(f"{worker.url}/health", timeout=5)
        return answer.status_code, answer.json()["status"]
    except requests.RequestException:
        return None


def test_sigterm_while_no_broker_is_there_ends_the_worker_too(scratch):
    worker = Worker("127.0.0.1:1", scratch / unique("worker-")).start(wait=False)
    worker.wait_for_log("127.0.0.1:1")
    assert worker.stop(limit_s=10) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_sigterm_finishes_the_transaction_leaves_the_group_and_exits_with_0(
    own_worker, own_connectors, schema, number
):
    own_worker.start()
    schema.execute("CREATE TABLE t (id INT PRIMARY KEY)")
    connector = own_connectors.run(schema, "t")
    with connector.reader("t") as reader:
        schema.execute("INSERT INTO t VALUES (1)")
        reader.read(1)
        schema.execute("INSERT INTO t VALUES (2)")
        task = own_worker.the_task_pid()
        began = time.monotonic()
        own_worker.process.send_signal(number)
        assert own_worker.process.wait(12 * PATIENCE) == 0, own_worker.log_tail()
        assert time.monotonic() - began < 10
        assert not is_alive(task)
        own_worker.process = None
        admin = own_worker.kafka.admin()
        groups = admin.describe_consumer_groups([own_worker.group])
        assert groups[own_worker.group].result(20).members == []
        # The next start begins exactly behind what was written.
        own_worker.start()
        connector.wait("RUNNING")
        schema.execute("INSERT INTO t VALUES (3)")
        assert {r.key for r in reader.read(3)} == {b"1", b"2", b"3"}


def test_tasks_end_when_their_worker_is_killed(own_worker, own_connectors, schema):
    own_worker.start()
    schema.execute("CREATE TABLE t (id INT PRIMARY KEY)")
    own_connectors.run(schema, "t")
    task = own_worker.the_task_pid()
    own_worker.kill()
    wait_for(lambda: not is_alive(task), 10, "the task of a killed worker to end")


def test_internal_topics_are_compacted_and_refused_when_they_are_not(kafka, own_worker, scratch):
    own_worker.start()
    names = [f"{own_worker.group}-{name}" for name in ("configs", "status", "offsets")]
    resources = [ConfigResource(ResourceType.TOPIC, name) for name in names]
    admin = kafka.admin()
    for future in admin.describe_configs(resources).values():
        assert future.result(20)["cleanup.policy"].value == "compact"
    assert kafka.partitions()[names[0]] == 1 and kafka.partitions()[names[2]] == 3

    other = Worker(kafka, scratch / unique("worker-"))
    wrong = f"{other.group}-configs"
    admin.create_topics([NewTopic(wrong, 1, 1, config={"cleanup.policy": "delete"})])[wrong].result(20)
    other.start(wait=False)
    try:
        other.wait_for_log(wrong + r"[^\n]*compact|compact[^\n]*" + wrong)
    finally:
        if other.process.poll() is None:
            other.kill()


def test_log_lines_say_when_how_grave_and_who(own_worker, own_connectors, schema):
    own_worker.settings["log.format"] = "json"
    own_worker.start()
    schema.execute("CREATE TABLE t (id INT PRIMARY KEY)")
    connector = own_connectors.run(schema, "t")
    lines = []
    for line in own_worker.log().splitlines():
        lines.append(json.loads(line))
        assert {"time", "level", "component", "message"} <= set(lines[-1]), line
    assert any(line.get("connector") == connector.name for line in lines)
    assert "kconnect-secret" not in own_worker.log()


def test_the_offsets_are_visible_to_kafkas_own_tool(worker, connectors, schema):
    schema.execute("CREATE TABLE t (id INT PRIMARY KEY)")
    connector = connectors.run(schema, "t")
    with connector.reader("t") as reader:
        schema.execute("INSERT INTO t VALUES (1), (2), (3)")
        reader.read(3)
    tool = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand"
    text = worker.kafka.tool(tool, "--describe", "--group", f"connect-{connector.name}")
    [line] = [line for line in text.splitlines() if f"{worker.group}-offsets" in line]
    columns = line.split()
    assert columns[0] == f"connect-{connector.name}" and int(columns[3]) >= 3, text


def test_nothing_secret_is_in_a_tasks_arguments_or_environment(worker, connectors, schema):
    schema.execute("CREATE TABLE t (id INT PRIMARY KEY)")
    connectors.run(schema, "t")
    for pid in worker.task_pids():
        for file in ("cmdline", "environ"):
            with open(f"/proc/{pid}/{file}", "rb") as content:
                assert b"kconnect-secret" not in content.read()


def test_the_limits_on_topics_are_checked_before_the_first_is_made(own_worker, own_connectors, schema):
    own_worker.settings["topic.creation.max.topics"] = "1"
    own_worker.start()
    schema.execute("CREATE TABLE t (id INT PRIMARY KEY)", "CREATE TABLE u (id INT PRIMARY KEY)")
    connector = own_connectors.define(schema, "t,u").create()
    connector.wait("FAILED")
    assert connector.prefix in connector.trace() and "topic.creation.max.topics" in connector.trace()
    assert not {connector.topic("t"), connector.topic("u")} & set(own_worker.kafka.partitions())
