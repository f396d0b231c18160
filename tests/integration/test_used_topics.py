"""Which topics a connector has used, and resetting that (KIP-558)."""

import pytest

from kcharness.connectors import Connectors
from kcharness.rest import error_of
from kcharness.servers import Schema, unique
from kcharness.waiting import wait_for


@pytest.fixture(scope="module")
def schema(mariadb):
    schema = Schema(mariadb, unique("s")).create()
    schema.execute(
        "CREATE TABLE a (id INT PRIMARY KEY)",
        "INSERT INTO a VALUES (1)",
        "CREATE TABLE b (id INT PRIMARY KEY)",
    )
    return schema


def topics(worker, name):
    answer = worker.rest.get(f"/connectors/{name}/topics")
    assert answer.status_code == 200, answer.text
    assert list(answer.json()) == [name] and list(answer.json()[name]) == ["topics"]
    return sorted(answer.json()[name]["topics"])


def wait_for_topics(worker, connector, tables):
    wanted = sorted(connector.topic(table) for table in tables)
    wait_for(
        lambda: topics(worker, connector.name) == wanted,
        20,
        f"the topics of {tables}",
        detail=lambda: topics(worker, connector.name),
    )


def test_topics_are_those_that_were_used_since_creation_or_reset(worker, connectors, schema):
    connector = connectors.run(schema, "a,b")
    path = f"/connectors/{connector.name}"
    wait_for_topics(worker, connector, "a")  # that of b exists, and nothing was written to it
    schema.execute("INSERT INTO b VALUES (1)")
    wait_for_topics(worker, connector, "ab")
    answer = worker.rest.put(f"{path}/topics/reset")
    assert answer.status_code == 202 and answer.content == b""
    wait_for_topics(worker, connector, "")
    schema.execute("INSERT INTO b VALUES (2)")
    wait_for_topics(worker, connector, "b")
    worker.rest.put(f"{path}/pause")
    connector.wait("PAUSED")
    assert topics(worker, connector.name) == [connector.topic("b")], "in any state"
    assert worker.rest.delete(path).status_code == 204
    assert topics(worker, connector.name) == []
    connector.create("STOPPED")
    assert topics(worker, connector.name) == [], "a connector of the same name has used none yet"


def test_unknown_connectors_have_no_topics_and_can_be_reset(worker):
    assert topics(worker, "nope") == []
    assert worker.rest.put("/connectors/nope/topics/reset").status_code == 202
    error_of(worker.rest.get("/connectors/nope/topics/reset"), 405)


def test_topics_survive_the_worker_and_can_be_forbidden(own_worker, schema):
    own_worker.start()
    connector = Connectors(own_worker).run(schema, "a")
    wait_for_topics(own_worker, connector, "a")
    assert own_worker.stop() == 0
    own_worker.settings["topic.tracking.allow.reset"] = "false"
    own_worker.start()
    assert topics(own_worker, connector.name) == [connector.topic("a")]
    path = f"/connectors/{connector.name}/topics"
    assert error_of(own_worker.rest.put(f"{path}/reset"), 403) == "Topic tracking reset is disabled."
    assert own_worker.stop() == 0
    own_worker.settings["topic.tracking.enable"] = "false"
    own_worker.start()
    assert error_of(own_worker.rest.get(path), 403) == "Topic tracking is disabled."
    assert error_of(own_worker.rest.put(f"{path}/reset"), 403) == "Topic tracking is disabled."
