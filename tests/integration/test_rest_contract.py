"""The REST contract of Kafka Connect: bodies, names, errors, documents, masking."""

import json
import threading

import pytest
import requests

from kcharness.rest import error_of
from kcharness.servers import Schema, unique
from kcharness.waiting import wait_for

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def schema(mariadb):
    schema = Schema(mariadb, unique("s")).create()
    schema.execute("CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20))")
    return schema


@pytest.fixture
def config(connectors, schema):
    return connectors.define(schema, "t").config


@pytest.fixture
def stopped(connectors, schema):
    """A connector that exists and is STOPPED."""
    connector = connectors.define(schema, "t").create("STOPPED")
    connector.wait("STOPPED")
    return connector


def names(worker):
    return worker.rest.get("/connectors").json()


def test_the_root_tells_version_and_cluster(worker):
    body = worker.rest.get("/").json()
    assert set(body) >= {"version", "commit", "kafka_cluster_id"}
    major, minor = body["version"].split(".")[:2]
    assert (int(major), int(minor)) >= (3, 7)
    assert body["kafka_cluster_id"]


def test_health_is_that_of_kafka_connect(worker):
    answer = worker.rest.get("/health")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "healthy",
        "message": "Worker has completed startup and is ready to handle requests.",
    }


@pytest.mark.parametrize("name", ["a", "0", "kafka-source-mysql", "x" * 48, "a-", "7-7", "  trimmed  "])
def test_names_that_are_allowed(worker, connectors, config, name):
    answer = worker.rest.create(name, config, "STOPPED")
    assert answer.status_code == 201, answer.text
    assert answer.json()["name"] == name.strip()
    assert answer.json()["config"]["name"] == name.strip()
    assert name.strip() in names(worker)
    assert worker.rest.delete(f"/connectors/{name.strip()}").status_code == 204
    assert name.strip() not in names(worker)


@pytest.mark.parametrize(
    "name",
    [
        "-a",
        "A",
        "x" * 49,
        "a_b",
        "a.b",
        "a b",
        "ä",
        "a/b",
        "a%",
        "",
        "   ",
        "a\u0000b",
        "a\nb",
        7,
        None,
        ["a"],
        {"a": 1},
        True,
    ],
)
def test_names_that_are_refused_with_the_rule(worker, config, name):
    before = names(worker)
    message = error_of(worker.rest.create(name, config), 400)
    if isinstance(name, str) and name.strip() and "\0" not in name:
        assert "48" in message and "hyphen" in message
    assert names(worker) == before


def test_a_taken_name_is_409(worker, stopped, config):
    assert stopped.name in error_of(worker.rest.create(stopped.name, config), 409)


def test_simultaneous_creates_of_one_name_have_one_winner(worker, connectors, config):
    name, answers = unique("race-"), []

    def create():
        answers.append(
            requests.post(
                f"{worker.url}/connectors",
                timeout=100,
                json={"name": name, "config": config, "initial_state": "STOPPED"},
            ).status_code
        )

    threads = [threading.Thread(target=create) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201] + [409] * 5
    worker.rest.delete(f"/connectors/{name}")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b"null",
        b"[]",
        b'"text"',
        b"17",
        b"{}",
        b'{"name":"a"}',
        b'{"config":{}}',
        b'{"name":"a","config":null}',
        b'{"name":"a","config":[]}',
        b'{"name":"a","config":"x"}',
        b'{"name":"a","config":{"k":{}}}',
        b'{"name":"a","config":{"k":[1]}}',
        b'{"name":"a","config":{}} x',
        b'{"name":"a","config":{},}',
        b"{'name':'a'}",
        b'{"name":"\xff","config":{}}',
        b'{"name":"a","config":{},"initial_state":"SLEEPING"}',
        b'{"name":"a","config":{},"initial_state":1}',
        b'{"name":"a","config":{},"surprise":1}',
        b"[" * 5000,
        b'{"name":"\\ud800","config":{}}',
        b'{"name":NaN,"config":{}}',
    ],
    ids=lambda body: body[:40].decode(errors="replace") or "empty",
)
def test_a_body_that_is_not_what_it_should_be_is_400_and_stores_nothing(worker, body):
    before = names(worker)
    error_of(worker.rest.call("POST", "/connectors", data=body, headers=JSON), 400)
    assert names(worker) == before


def test_a_body_that_is_too_large_is_413_and_stores_nothing(worker, config):
    before = names(worker)
    body = json.dumps({"name": "large", "config": {**config, "padding": "x" * 3_000_000}})
    try:
        error_of(worker.rest.call("POST", "/connectors", data=body, headers=JSON), 413)
    except requests.ConnectionError:
        pass  # the contract lets a server close before it has read the rest; nothing may be stored
    assert names(worker) == before


def test_half_a_megabyte_of_configuration_is_kept(worker, connectors, schema):
    connector = connectors.define(schema, "t", padding="x" * 500_000).create("STOPPED")
    assert worker.rest.get(f"/connectors/{connector.name}/config").json()["padding"] == "x" * 500_000


@pytest.mark.parametrize(
    "content_type, status",
    [
        ("application/json", 201),
        ("application/json; charset=utf-8", 201),
        ("APPLICATION/JSON", 201),
        ("text/plain", 415),
        ("application/xml", 415),
        ("application/jsonx", 415),
        (None, 415),
    ],
)
def test_bodies_must_be_json_by_their_content_type(worker, connectors, schema, content_type, status):
    connector = connectors.define(schema, "t")
    body = json.dumps(
        {"name": connector.name, "config": connector.config, "initial_state": "STOPPED"}
    ).encode()
    answer = worker.rest.call("POST", "/connectors", data=body, headers={"Content-Type": content_type})
    if status == 201:
        assert answer.status_code == 201
    else:
        error_of(answer, status)
        assert connector.name not in names(worker)


@pytest.mark.parametrize(
    "accept, status", [("*/*", 200), ("application/json", 200), ("application/*", 200), ("text/html", 406)]
)
def test_accept_is_honoured(worker, accept, status):
    assert worker.rest.get("/connectors", headers={"Accept": accept}).status_code == status


@pytest.mark.parametrize(
    "method, path",
    [
        ("DELETE", "/"),
        ("POST", "/health"),
        ("PUT", "/connectors"),
        ("DELETE", "/connectors"),
        ("POST", "/connectors/x"),
        ("POST", "/connectors/x/stop"),
        ("GET", "/connectors/x/deploy"),
        ("POST", "/connector-plugins"),
    ],
)
def test_a_method_that_a_route_does_not_know_is_405(worker, method, path):
    error_of(worker.rest.call(method, path), 405)


@pytest.mark.parametrize(
    "path", ["/nope", "/connectors/x/nope", "/connectors/x/y/z/a/b", "/CONNECTORS", "/openapi.json", "//"]
)
def test_a_route_that_does_not_exist_is_404(worker, path):
    error_of(worker.rest.get(path), 404)


def test_unknown_connectors_are_404_in_kafka_connects_words(worker):
    rest = worker.rest
    assert error_of(rest.get("/connectors/nope"), 404) == "Connector nope not found"
    assert error_of(rest.get("/connectors/nope/config"), 404) == "Connector nope not found"
    assert error_of(rest.delete("/connectors/nope"), 404) == "Connector nope not found"
    assert error_of(rest.get("/connectors/nope/status"), 404) == "No status found for connector nope"
    for action in ("pause", "resume", "stop"):
        assert error_of(rest.put(f"/connectors/nope/{action}"), 404) == "Unknown connector nope"
    assert error_of(rest.post("/connectors/nope/restart"), 404) == "Unknown connector: nope"
    assert "nope" in error_of(rest.post("/connectors/nope/deploy"), 404)
    assert "nope" in error_of(rest.get("/connectors/nope/messages"), 404)


@pytest.mark.parametrize(
    "path", ["/", "/health", "/connectors", "/connectors/", "/connector-plugins", "/connector-plugins/"]
)
def test_get_and_head_with_and_without_a_trailing_slash(worker, path):
    got, head = worker.rest.get(path), worker.rest.call("HEAD", path)
    assert got.status_code == head.status_code == 200
    assert head.content == b""
    assert got.headers["Content-Type"] == head.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "path, methods",
    [
        ("/", "GET"),
        ("/health", "GET"),
        ("/connectors", "GET POST"),
        ("/connectors/x", "GET DELETE"),
        ("/connectors/x/config", "GET PUT PATCH"),
        ("/connectors/x/status", "GET"),
        ("/connectors/x/messages", "GET"),
        ("/connectors/x/deploy", "POST"),
        ("/connectors/x/pause", "PUT"),
        ("/connectors/x/resume", "PUT"),
        ("/connectors/x/stop", "PUT"),
        ("/connectors/x/restart", "POST"),
        ("/connectors/x/tasks", "GET"),
        ("/connectors/x/tasks/0/status", "GET"),
        ("/connectors/x/tasks/0/restart", "POST"),
        ("/connectors/x/topics", "GET"),
        ("/connectors/x/topics/reset", "PUT"),
        ("/connectors/x/offsets", "GET PATCH DELETE"),
        ("/connector-plugins", "GET"),
        ("/connector-plugins/mysql-source/config", "GET"),
        ("/connector-plugins/mysql-source/config/validate", "PUT"),
        ("/admin/loggers", "GET"),
        ("/admin/loggers/root", "GET PUT"),
    ],
)
def test_every_route_tells_its_methods_and_refuses_others(worker, path, methods):
    methods = set(methods.split()) | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
    for slash in ("", "/") if path != "/" else ("",):
        answer = worker.rest.call("OPTIONS", path + slash)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/plain")
        assert {method.strip() for method in answer.headers["Allow"].split(",")} == methods
        assert {method.strip() for method in answer.text.split(",")} == methods
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - methods:
        error_of(worker.rest.call(method, path), 405)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/config",
        "/status",
        "/tasks",
        "/topics",
        "/offsets",
        "/messages",
        "/nope",
        "/tasks/9/status",
    ],
)
def test_head_is_get_without_its_body(worker, stopped, path):
    url = f"/connectors/{stopped.name}{path}"
    got, head = worker.rest.get(url), worker.rest.call("HEAD", url)
    assert head.status_code == got.status_code and head.content == b""
    assert head.headers["Content-Type"] == got.headers["Content-Type"] == "application/json"
    assert head.headers["Content-Length"] == got.headers["Content-Length"]


def test_a_chunked_body_and_expect_100_work(worker, connectors, schema):
    connector = connectors.define(schema, "t")
    body = json.dumps(
        {"name": connector.name, "config": connector.config, "initial_state": "STOPPED"}
    ).encode()
    pieces = (body[at : at + 7] for at in range(0, len(body), 7))
    answer = worker.rest.call("POST", "/connectors", data=pieces, headers={**JSON, "Expect": "100-continue"})
    assert answer.status_code == 201, answer.text


def test_a_connectors_documents(worker, connectors, schema):
    connector = connectors.define(schema, "t", tasks__max=1, snapshot__mode="no_data")
    answer = worker.rest.create(connector.name, connector.config, "stopped")
    assert answer.status_code == 201
    assert answer.headers["Location"].endswith(f"/connectors/{connector.name}")
    info = worker.rest.get(f"/connectors/{connector.name}").json()
    assert (
        set(info) == {"name", "config", "tasks", "type"} and info["type"] == "source" and info["tasks"] == []
    )
    assert info["config"]["tasks.max"] == "1", "numbers become strings"
    config = worker.rest.get(f"/connectors/{connector.name}/config").json()
    assert config == info["config"]
    sent = {key: str(value) for key, value in connector.config.items() if key != "database.password"}
    assert {key: config[key] for key in sent} == sent
    listed = worker.rest.get("/connectors?expand=status&expand=info").json()[connector.name]
    assert set(listed) == {"status", "info"} and listed["info"] == info
    assert worker.rest.get("/connectors?expand=nothing").json()[connector.name] == {}
    assert worker.rest.get(f"/connectors/{connector.name}/tasks").json() == []
    status = connector.wait("STOPPED")
    assert set(status) == {"name", "connector", "tasks", "type"}
    assert (
        set(status["connector"]) >= {"state", "worker_id", "version"} and "trace" not in status["connector"]
    )
    assert ":" in status["connector"]["worker_id"]


def test_passwords_are_masked_everywhere_and_the_mask_keeps_the_value(worker, connectors, schema):
    connector = connectors.run(schema, "t")
    path = f"/connectors/{connector.name}"
    answers = [
        worker.rest.get(p)
        for p in (
            path,
            f"{path}/config",
            f"{path}/status",
            f"{path}/tasks",
            "/connectors?expand=info&expand=status",
        )
    ]
    for answer in answers:
        assert "kconnect-secret" not in answer.text
    config = answers[1].json()
    assert set(config["database.password"]) == {"*"}
    answer = worker.rest.put(f"{path}/config", {**config, "snapshot.fetch.size": "77"})
    assert answer.status_code == 200 and "kconnect-secret" not in answer.text
    connector.wait("RUNNING")
    schema.execute("INSERT INTO t VALUES (1, 'still works') ON DUPLICATE KEY UPDATE v = 'again'")
    with connector.reader("t") as reader:
        reader.read_until(lambda records: any(r.key == b"1" for r in records))
    assert "kconnect-secret" not in worker.log()


def test_a_bad_configuration_is_400_with_every_error(worker, connectors, schema):
    connector = connectors.define(
        schema, "t", database__hostname=None, database__port="many", snapshot__mode="sometimes"
    )
    message = error_of(worker.rest.create(connector.name, connector.config), 400)
    assert message.startswith("Connector configuration is invalid and contains the following 3 error(s):\n")
    for key in ("database.hostname", "database.port", "snapshot.mode"):
        assert key in message
    assert connector.name not in names(worker)


def test_a_class_that_nobody_has_is_400_and_names_those_there_are(worker):
    message = error_of(worker.rest.create("x", {"connector.class": "com.example.Nope"}), 400)
    assert "com.example.Nope" in message and "mysql-source" in message
    assert "connector type" in error_of(worker.rest.create("x", {"topic.prefix": "a"}), 400)


def test_a_name_in_the_config_must_be_the_connectors(worker, config):
    assert "(b)" in error_of(worker.rest.create("a", {**config, "name": "b"}), 400)


def test_put_config_creates_and_replaces_and_a_bad_one_changes_nothing(worker, connectors, schema):
    connector = connectors.define(schema, "t")
    path = f"/connectors/{connector.name}/config"
    answer = worker.rest.put(path, connector.config)
    assert answer.status_code == 201 and answer.headers["Location"].endswith(f"/connectors/{connector.name}")
    connector.wait("RUNNING")
    assert worker.rest.put(path, connector.config).status_code == 200
    stored = worker.rest.get(path).json()
    error_of(worker.rest.put(path, {**connector.config, "database.port": "0"}), 400)
    assert worker.rest.get(path).json() == stored
    connector.wait("RUNNING")


def test_a_new_configuration_restarts_only_that_connector(worker, connectors, schema):
    changed, before = connectors.run(schema, "t"), set(worker.task_pids())
    other = connectors.run(schema, "t")
    (untouched,) = set(worker.task_pids()) - before
    path = f"/connectors/{changed.name}/config"
    for key, value in (("PUT", {**changed.config, "snapshot.fetch.size": "9"}), ("PATCH", {"snapshot.fetch.size": "8"})):
        pids = set(worker.task_pids())
        assert worker.rest.call(key, path, value).status_code == 200
        wait_for(lambda: set(worker.task_pids()) - pids, 20, "a new process")
        changed.wait("RUNNING")
        assert untouched in worker.task_pids()
    other.wait("RUNNING")
    assert worker.rest.get(f"/connectors/{changed.name}/tasks").json()[0]["config"]["task.class"]


def test_the_plugins_are_listed_and_described(worker):
    plugins = worker.rest.get("/connector-plugins").json()
    assert {"class": "mysql-source", "type": "source"}.items() <= next(
        p for p in plugins if p["class"] == "mysql-source"
    ).items()
    assert {p["type"] for p in plugins} <= {"source", "sink"}
    everything = worker.rest.get("/connector-plugins?connectorsOnly=false").json()
    assert any(p["class"] == "dataworks-json" and p["type"] == "converter" for p in everything)
    keys = {key["name"]: key for key in worker.rest.get("/connector-plugins/mysql-source/config").json()}
    assert (
        keys["database.password"]["type"] == "PASSWORD" and keys["database.port"]["default_value"] == "3306"
    )
    assert set(keys["topic.prefix"]) == {
        "name",
        "type",
        "required",
        "default_value",
        "importance",
        "documentation",
        "group",
        "order_in_group",
        "width",
        "display_name",
        "dependents",
    }
    assert error_of(worker.rest.get("/connector-plugins/nope/config"), 404) == "Unknown plugin nope."


def test_validate_lists_every_key_with_its_errors(worker, config):
    answer = worker.rest.put(
        "/connector-plugins/mysql-source/config/validate", {**config, "name": "x", "database.port": "0"}
    )
    assert answer.status_code == 200
    body = answer.json()
    assert body["name"] == "mysql-source" and body["error_count"] >= 1
    errors = {c["value"]["name"]: c["value"]["errors"] for c in body["configs"]}
    assert errors["database.port"] and not errors["topic.prefix"]
    assert "kconnect-secret" not in answer.text


def test_deleted_means_gone(worker, connectors, schema):
    connector = connectors.run(schema, "t")
    pids = worker.task_pids()
    assert worker.rest.delete(f"/connectors/{connector.name}").status_code == 204
    error_of(worker.rest.get(f"/connectors/{connector.name}/config"), 404)
    wait_for(lambda: worker.rest.status(connector.name) is None, 20, "the status to disappear")
    wait_for(lambda: len(worker.task_pids()) < len(pids), 20, "the task process to end")
