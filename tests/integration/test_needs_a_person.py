"""What only a person can mend: FAILED, or refused, with a sentence that says what to do."""

import pytest

from kcharness.servers import unique
from kcharness.waiting import wait_for


def unchecked(connector):
    """Creates it without a look at the database."""
    body = {"name": connector.name, "config": connector.config}
    answer = connector.rest.post("/connectors?validateOnly=declared", body)
    assert answer.status_code == 201, answer.text


def complaint(connector):
    """
    The trace of the task that FAILED. Without validateOnly=declared the create would be refused, as test_validation.py
    shows; here the database is taken to have changed since.
    """
    unchecked(connector)
    connector.wait("FAILED")
    return connector.trace()


def after_deploy(worker, connector):
    """The trace after a deploy of a connector that was stopped."""
    assert worker.rest.deploy(connector.name).status_code == 202
    connector.wait("FAILED")
    return connector.trace()


@pytest.fixture
def account(schema):
    """An account of the test's own with every right that is needed."""
    name = unique("u")
    schema.execute(
        f"CREATE USER {name} IDENTIFIED BY 'first-secret'",
        f"GRANT SELECT, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO {name}",
    )
    yield name
    schema.execute(f"DROP USER {name}")


def stopped(connectors, schema, account, tables="t"):
    """A connector that ran once, and is stopped now."""
    schema.execute("CREATE TABLE t (id INT PRIMARY KEY)")
    connector = connectors.run(schema, tables, database__user=account, database__password="first-secret")
    schema.execute("INSERT INTO t VALUES (0)")
    with connector.reader("t") as reader:
        reader.read(1)
    connector.rest.put(f"/connectors/{connector.name}/stop")
    connector.wait("STOPPED")
    return connector


def test_a_wrong_password(worker, connectors, schema):
    schema.execute("CREATE TABLE t (id INT PRIMARY KEY)")
    connector = connectors.define(schema, "t", database__password="wrong-secret")
    said = complaint(connector)
    assert "database.password" in said or "password" in said.lower()
    assert "kconnect" in said and "wrong-secret" not in said


def test_a_password_that_was_changed_later(worker, connectors, schema, account):
    connector = stopped(connectors, schema, account)
    schema.execute(f"ALTER USER {account} IDENTIFIED BY 'second-secret'")
    said = after_deploy(worker, connector)
    assert account in said and "password" in said.lower() and "first-secret" not in said
    config = {**connector.config, "database.password": "second-secret"}
    assert worker.rest.put(f"/connectors/{connector.name}/config", config).status_code == 200
    worker.rest.deploy(connector.name)
    connector.wait("RUNNING")


@pytest.mark.parametrize("grant", ["SELECT", "REPLICATION SLAVE", "REPLICATION CLIENT"])
def test_a_missing_grant(worker, connectors, schema, account, grant):
    schema.execute("CREATE TABLE t (id INT PRIMARY KEY)", f"REVOKE {grant} ON *.* FROM {account}")
    connector = connectors.define(schema, "t", database__user=account, database__password="first-secret")
    said = complaint(connector)
    assert grant in said and "GRANT" in said, said
    schema.execute(f"GRANT {grant} ON *.* TO {account}")
    assert worker.rest.deploy(connector.name).status_code == 202
    connector.wait("RUNNING")


def test_a_table_that_does_not_exist(worker, connectors, schema):
    schema.execute("CREATE TABLE here (id INT PRIMARY KEY)")
    assert "absent" in complaint(connectors.define(schema, "here,absent"))


def test_a_database_that_does_not_exist(worker, connectors, schema):
    assert "nowhere" in complaint(connectors.define(schema, "t", database__name="nowhere"))


def test_a_table_of_another_database(worker, connectors, schema):
    said = complaint(connectors.define(schema, "elsewhere.t"))
    assert "elsewhere" in said


def test_a_binlog_that_was_purged(worker, connectors, schema, account):
    connector = stopped(connectors, schema, account)
    for _ in range(3):
        schema.execute("INSERT INTO t SELECT COALESCE(MAX(id), 0) + 1 FROM t", "FLUSH BINARY LOGS")
    status = "SHOW MASTER STATUS" if schema.flavor == "mariadb" else "SHOW BINARY LOG STATUS"
    newest = schema.execute(status)[0][0]
    schema.execute(f"PURGE BINARY LOGS TO '{newest}'")
    # A file that a dump thread still reads is kept; wait until the old ones are gone.
    wait_for(
        lambda: schema.execute("SHOW BINARY LOGS")[0][0] == newest
        or schema.execute(f"PURGE BINARY LOGS TO '{newest}'")
        and False,
        60,
        "the purge",
    )
    said = after_deploy(worker, connector)
    assert "purged" in said.lower() or "no longer" in said.lower(), said


@pytest.mark.parametrize("column", ["GEOMETRY", "POINT"])
def test_a_type_that_is_not_followed_is_named(worker, connectors, schema, column):
    schema.execute(f"CREATE TABLE t (id INT PRIMARY KEY, strange_column {column})")
    connector = connectors.define(schema, "t")
    said = complaint(connector)
    assert "strange_column" in said and column.split("(")[0].lower() in said.lower()


def test_a_table_change_that_is_not_followed_fails_before_a_wrong_row(worker, connectors, schema):
    schema.execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)")
    connector = connectors.run(schema, "t")
    with connector.reader("t") as reader:
        schema.execute("INSERT INTO t VALUES (1, 10)")
        reader.read(1)
        schema.execute(
            "ALTER TABLE t ADD COLUMN strange_column POINT FIRST",
            "INSERT INTO t VALUES (ST_GeomFromText('POINT(1 2)'), 2, 20)",
        )
        connector.wait("FAILED")
        assert (
            "strange_column" in connector.trace() or "`t`" in connector.trace() or ".t" in connector.trace()
        )
        assert len(reader.read_to_end()) == 1


def test_changes_of_other_tables_do_not_stop_a_stream(worker, connectors, schema):
    schema.execute("CREATE TABLE t (id INT PRIMARY KEY)")
    connector = connectors.run(schema, "t")
    with connector.reader("t") as reader:
        schema.execute(
            "CREATE TABLE other (g GEOMETRY)",
            "INSERT INTO other VALUES (ST_GeomFromText('POINT(1 1)'))",
            "ALTER TABLE other ADD COLUMN j TIME",
            "DROP TABLE other",
            "CREATE INDEX i ON t (id)",
            "ANALYZE TABLE t",
            "INSERT INTO t VALUES (1)",
        )
        [record] = reader.read(1)
    assert record.key == b"1"


def test_an_unreachable_database_is_tried_again_for_ever(worker, connectors, schema):
    schema.execute("CREATE TABLE t (id INT PRIMARY KEY)")
    connector = connectors.define(schema, "t", database__port="1")
    unchecked(connector)
    seen = {}

    def tried_twice():
        seen.update(task=worker.rest.task(connector.name))
        return seen["task"].get("attempt", 0) >= 2

    wait_for(tried_twice, 40, "a second attempt", detail=lambda: seen["task"])
    assert seen["task"]["state"] == "RESTARTING" and "127.0.0.1" in seen["task"]["trace"], seen
