"""Validation connects: what is wrong with a database, at the key it belongs to, with the statement that mends it."""

import collections
import concurrent.futures
import contextlib
import os
import socket
import threading

import pytest

from kcharness.rest import error_of
from kcharness.servers import MariaDB, MySQL, Schema, unique
from kcharness.waiting import wait_for
from kcharness.worker import children_of, command_line, free_port

VALIDATE = "/connector-plugins/mysql-source/config/validate"
PASSWORD = "first-secret"
SOAK = os.environ.get("KC_SOAK") == "1"


@pytest.fixture(scope="module", params=["mysql", "mariadb"])
def server(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def schema(server):
    schema = Schema(server, unique("s")).create()
    schema.execute(
        "CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20))", "CREATE TABLE other (id INT PRIMARY KEY)"
    )
    return schema


Account = collections.namedtuple("Account", "name sql")


@pytest.fixture(scope="module")
def account(schema):
    """An account with exactly the rights that the documentation names."""
    name = unique("u")
    sql = f"'{name}'@'%'"
    schema.execute(
        f"CREATE USER {sql} IDENTIFIED BY '{PASSWORD}'",
        f"GRANT SELECT ON {schema.name}.* TO {sql}",
        f"GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO {sql}",
    )
    yield Account(name, sql)
    schema.execute(f"DROP USER {sql}")


@pytest.fixture
def define(connectors, schema, account):
    """A connector of that account, not created."""

    def make(**settings):
        settings = {"database__user": account.name, "database__password": PASSWORD, **settings}
        return connectors.define(schema, settings.pop("tables", "t"), **settings)

    return make


def problems(worker, connector, query=""):
    """Key -> its errors, of the keys that have any."""
    answer = worker.rest.put(VALIDATE + query, {**connector.config, "name": connector.name})
    assert answer.status_code == 200, answer.text
    assert "-secret" not in answer.text
    body = answer.json()
    found = {c["value"]["name"]: c["value"]["errors"] for c in body["configs"] if c["value"]["errors"]}
    assert body["error_count"] == sum(len(errors) for errors in found.values())
    return found


def the_problem(worker, connector, key):
    """The one problem, which is at this key, and which a create is refused with."""
    found = problems(worker, connector)
    assert list(found) == [key] and len(found[key]) == 1, found
    message = error_of(worker.rest.create(connector.name, connector.config), 400)
    assert message.startswith("Connector configuration is invalid and contains the following 1 error(s):\n")
    assert found[key][0] in message and "`/connector-plugins/{connectorType}/config/validate`" in message
    assert connector.name not in worker.rest.get("/connectors").json()
    return found[key][0]


@contextlib.contextmanager
def changed(schema, statement, back):
    schema.execute(statement)
    try:
        yield
    finally:
        schema.execute(back)


def test_a_good_configuration_has_no_problem(worker, define):
    assert problems(worker, define(tables="t,other")) == {}


@pytest.mark.parametrize("value", ["Mars/City", "Europe", "../etc/passwd"])
def test_a_time_zone_that_is_not_there(worker, define, value):
    key = "database.connectionTimeZone"
    (said,) = problems(worker, define(database__connectionTimeZone=value))[key]
    assert value in said


def test_a_prefix_that_no_topic_may_have(worker, define):
    said = the_problem(worker, define(topic__prefix="a b/c"), "topic.prefix")
    assert "a b/c_t" in said


def test_nobody_listens_at_the_port(worker, define):
    said = the_problem(worker, define(database__port=str(free_port())), "database.port")
    assert "127.0.0.1" in said and "database.hostname" in said


def test_the_host_is_unknown(worker, define):
    said = the_problem(worker, define(database__hostname="nowhere.invalid"), "database.hostname")
    assert "nowhere.invalid" in said


def test_a_wrong_password(worker, define, account):
    said = the_problem(worker, define(database__password="wrong-secret"), "database.password")
    assert "database.password" in said and account.name in said


def test_a_database_that_does_not_exist(worker, define):
    said = the_problem(worker, define(database__name="nowhere"), "database.name")
    assert "nowhere" in said and "GRANT SELECT" in said
    said = the_problem(
        worker,
        define(database__name="nowhere", database__user="kconnect", database__password="kconnect-secret"),
        "database.name",
    )
    assert "nowhere" in said and "CREATE DATABASE" in said


def test_tables_that_do_not_exist_are_all_named(worker, define):
    found = problems(worker, define(tables="absent,t,missing"))
    assert set(found) == {"table.include.list"}
    first, second = found["table.include.list"]
    assert "absent" in first and "missing" in second and "does not exist" in first


def test_a_type_that_is_not_followed(worker, define, schema):
    with changed(schema, "CREATE TABLE shapes (id INT PRIMARY KEY, strange POINT)", "DROP TABLE shapes"):
        said = the_problem(worker, define(tables="shapes"), "table.include.list")
    assert "strange" in said and "point" in said.lower()


@pytest.mark.parametrize("right", ["REPLICATION SLAVE", "REPLICATION CLIENT"])
def test_a_missing_grant_for_the_binary_log(worker, define, schema, account, right):
    grant = f"GRANT {right} ON *.* TO {account.sql}"
    with changed(schema, f"REVOKE {right} ON *.* FROM {account.sql}", grant):
        said = the_problem(worker, define(), "database.user")
    assert grant in said
    assert problems(worker, define()) == {}, "the statement that was told mends it"


def test_a_missing_grant_on_a_table(worker, define, schema, account):
    all_tables = f"`{schema.name}`.*"
    with changed(
        schema,
        f"REVOKE SELECT ON {all_tables} FROM {account.sql}",
        f"GRANT SELECT ON {all_tables} TO {account.sql}",
    ):
        # Without any right there, the database cannot be told from one that does not exist.
        said = the_problem(worker, define(), "database.name")
        assert f"GRANT SELECT ON {all_tables} TO {account.sql}" in said
        schema.execute(f"GRANT SELECT ON other TO {account.sql}")
        [said] = problems(worker, define(tables="t,other"))["database.user"]
        assert f"GRANT SELECT ON `{schema.name}`.`t` TO {account.sql}" in said
        schema.execute(f"GRANT SELECT (id) ON t TO {account.sql}")
        [said] = problems(worker, define(tables="t,other"))["database.user"]
        assert f"GRANT SELECT ON `{schema.name}`.`t` TO {account.sql}" in said
        # Not even without a snapshot: the definition would lack the columns that the account may not see.
        assert problems(worker, define(snapshot__mode="no_data"))["database.user"] == [said]
        schema.execute(said[said.index("GRANT") :])
        assert problems(worker, define(tables="t,other")) == {}, "the statement that was told mends it"
        schema.execute(f"REVOKE SELECT ON t FROM {account.sql}", f"REVOKE SELECT ON other FROM {account.sql}")


@pytest.mark.parametrize(
    "variable, value, good", [("binlog_format", "MIXED", "ROW"), ("binlog_row_image", "MINIMAL", "FULL")]
)
def test_a_setting_of_the_binary_log(worker, define, schema, variable, value, good):
    with changed(
        schema, f"SET GLOBAL {variable} = '{value}'", f"SET GLOBAL {variable} = '{good}'"
    ):
        said = the_problem(worker, define(), "database.hostname")
    assert f"SET GLOBAL {variable} = '{good}'" in said and value in said


def test_every_problem_is_told_at_once(worker, define, schema, account):
    with changed(schema, "SET GLOBAL binlog_row_image = 'MINIMAL'", "SET GLOBAL binlog_row_image = 'FULL'"):
        with changed(
            schema,
            f"REVOKE REPLICATION SLAVE ON *.* FROM {account.sql}",
            f"GRANT REPLICATION SLAVE ON *.* TO {account.sql}",
        ):
            found = problems(worker, define(tables="absent"))
    assert set(found) == {"database.hostname", "database.user", "table.include.list"}


def test_a_server_id_that_is_in_use(worker, connectors, schema, define, account):
    own = schema.server.settings("server_id")["server_id"]
    assert own in the_problem(worker, define(database__server__id=own), "database.server.id")
    if schema.flavor == "mariadb":  # only who may administer replication is shown who reads
        schema.execute(f"GRANT REPLICATION MASTER ADMIN ON *.* TO {account.sql}")
    running = connectors.run(schema, "t", database__server__id="777")
    listed = "SHOW SLAVE HOSTS" if schema.flavor == "mariadb" else "SHOW REPLICAS"
    [replica] = [row for row in schema.execute(listed) if str(row[0]) == "777"]
    assert running.name in replica[1]
    said = the_problem(worker, define(database__server__id="777"), "database.server.id")
    assert "777" in said and running.name in said
    # Its own id is no obstacle to a new configuration, and nothing of this disturbed it.
    pid = worker.the_task_pid()
    assert problems(worker, running) == {}
    with running.reader("t") as reader:
        schema.execute("REPLACE INTO t VALUES (7, 'still there')")
        reader.read_until(lambda records: any(r.key == b"7" for r in records))
    assert worker.the_task_pid() == pid and running.trace() == ""


def test_what_is_refused_and_what_is_not(worker, define):
    """One connector through all the calls that take a configuration, while the database cannot be reached."""
    connector = define()
    path = f"/connectors/{connector.name}"
    away = {**connector.config, "database.port": str(free_port())}
    error_of(worker.rest.put(f"{path}/config", away), 400)
    assert connector.name not in worker.rest.get("/connectors").json()
    error_of(worker.rest.post("/connectors?validateOnly=everything", {}), 400)
    body = {"name": connector.name, "config": away}
    assert worker.rest.post("/connectors?validateOnly=declared", body).status_code == 201
    worker.rest.delete(path)
    assert worker.rest.create(connector.name, away, "STOPPED").status_code == 201
    # Stopped, it touches no database, so any configuration that is declared well may be stored.
    assert worker.rest.put(f"{path}/config", {**away, "snapshot.fetch.size": "7"}).status_code == 200
    assert worker.rest.put(f"{path}/config", connector.config).status_code == 200
    assert worker.rest.put(f"{path}/resume").status_code == 202
    connector.wait("RUNNING")
    assert "database.port" in error_of(worker.rest.put(f"{path}/config", away), 400)
    patch = {"database.port": away["database.port"]}
    assert "database.port" in error_of(worker.rest.call("PATCH", f"{path}/config", json=patch), 400)
    stored = worker.rest.get(f"{path}/config").json()
    assert stored["database.port"] == connector.config["database.port"]
    connector.wait("RUNNING")
    assert worker.rest.put(f"{path}/config?validateOnly=declared", away).status_code == 200
    # What is in force already is not tried out again.
    assert worker.rest.put(f"{path}/config", away).status_code == 200
    assert problems(worker, define(database__port=away["database.port"]), "?validateOnly=declared") == {}


@contextlib.contextmanager
def silent_server():
    """Takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = []
        threading.Thread(
            target=lambda: [taken.append(listener.accept()) for _ in range(64)], daemon=True
        ).start()
        yield listener.getsockname()[1]


def test_checks_that_hang_end_and_hold_nothing_up(worker, connectors, mariadb, kafka):
    schema = Schema(mariadb, unique("s")).create()
    schema.execute("CREATE TABLE t (id INT PRIMARY KEY)")
    with silent_server() as port, concurrent.futures.ThreadPoolExecutor(4) as pool:
        # Kafka waits for the client to speak first, as the client does for the server.
        hanging = [connectors.define(schema, "t", database__port=str(p)) for p in (port, kafka.port) * 2]
        asked = [pool.submit(problems, worker, connector) for connector in hanging]
        wait_for(lambda: len(validations(worker)) == 4, 20, "four checks at once")
        assert worker.rest.get("/connectors").elapsed.total_seconds() < 8, "it waited for the checks, which take 10 s"
        assert problems(worker, connectors.define(schema, "t")) == {}, "others are checked meanwhile"
        for answer in asked:
            found = answer.result(timeout=120)
            assert list(found) == ["database.port"] and "database.port" in found["database.port"][0], found
    wait_for(lambda: validations(worker) == [], 10, "the checking processes to be gone")


def validations(worker):
    return [p for p in children_of(worker.process.pid) if command_line(p)[1:2] == ["validate"]]


def purge(schema):
    """Moves the binary log on and removes all of it but the newest file."""
    for _ in range(3):
        schema.execute("REPLACE INTO t VALUES (3, 'later')", "FLUSH BINARY LOGS")
    newest = schema.execute("SHOW BINARY LOGS")[-1][0]

    def purged():
        schema.execute(f"PURGE BINARY LOGS TO '{newest}'")
        return schema.execute("SHOW BINARY LOGS")[0][0] == newest

    wait_for(purged, 20, "the purge, which spares a file that is being read")


def test_a_stored_position_that_was_purged(worker, connectors, schema, define):
    connector = define().run()
    path = f"/connectors/{connector.name}"
    with connector.reader("t") as reader:
        schema.execute("REPLACE INTO t VALUES (2, 'noted')")
        reader.read_until(lambda records: any(r.key == b"2" for r in records))
    assert problems(worker, connector) == {}, "it can go on where it is"
    worker.rest.put(f"{path}/stop")
    connector.wait("STOPPED")
    purge(schema)
    [said] = problems(worker, connector)["database.hostname"]
    assert "purged" in said and f"DELETE {path}/offsets" in said
    # Offsets outlive the connector: a new one of the name would begin there, too.
    worker.rest.delete(path)
    wait_for(lambda: worker.rest.status(connector.name) is None, 20, "the status to disappear")
    assert "purged" in error_of(worker.rest.create(connector.name, connector.config), 400)
    connector.create("STOPPED").wait("STOPPED")
    assert worker.rest.delete(f"{path}/offsets").status_code == 200
    assert problems(worker, connector) == {}
    assert worker.rest.put(f"{path}/resume").status_code == 202
    connector.wait("RUNNING")


@pytest.mark.parametrize("database", [MariaDB, MySQL] if SOAK else [MariaDB])
def test_a_server_without_a_binary_log(worker, connectors, scratch, database):
    server = database(scratch / unique("without-log-"), "--", "--skip-log-bin")
    server.start()
    try:
        schema = Schema(server, "shop").create()
        schema.execute("CREATE TABLE t (id INT PRIMARY KEY)")
        said = the_problem(worker, connectors.define(schema, "t"), "database.hostname")
        assert "log_bin" in said and "[mysqld]" in said
    finally:
        server.stop(kill=True)
