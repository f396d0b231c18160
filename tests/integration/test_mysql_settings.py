"""What a server may be set to, and what a table may be called: followed as it is meant, or refused with a sentence."""

import os

import pytest

from kcharness.servers import MariaDB, MySQL, Schema, unique

SOAK = os.environ.get("KC_SOAK") == "1"


def complaint(connector):
    """What the user is told: the answer to the create, or the trace of the task that FAILED."""
    answer = connector.rest.create(connector.name, connector.config)
    if answer.status_code != 201:
        return answer.json()["message"]
    connector.wait("FAILED")
    return connector.trace()


@pytest.fixture
def mysql_schema(mysql):
    return Schema(mysql, unique("s")).create()


def test_pieces_of_json_documents_are_refused(connectors, mysql_schema):
    mysql_schema.execute("CREATE TABLE t (id INT PRIMARY KEY, j JSON)", "INSERT INTO t VALUES (1, JSON_OBJECT('a', REPEAT('x', 500), 'b', 1))")
    connector = connectors.run(mysql_schema, "t")
    with mysql_schema.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SET SESSION binlog_row_value_options = PARTIAL_JSON")
        cursor.execute("INSERT INTO t VALUES (2, '{}')")
        cursor.execute("UPDATE t SET j = JSON_SET(j, '$.b', 2) WHERE id = 1")
    connector.wait("FAILED")
    assert "PARTIAL_JSON" in connector.trace() and f"{mysql_schema.name}.t" in connector.trace(), connector.trace()
    with connector.reader("t") as reader:
        assert sorted(r.row["id"] for r in reader.read_to_end()) == [1, 2]  # what came before is there, the piece is not


def test_a_generated_invisible_primary_key_that_is_hidden(connectors, mysql_schema):
    mysql_schema.execute("SET GLOBAL show_gipk_in_create_table_and_information_schema = OFF")
    try:
        mysql_schema.execute("SET sql_generate_invisible_primary_key = ON", "CREATE TABLE t (a INT)", "INSERT INTO t VALUES (5), (5)")
        connector = connectors.run(mysql_schema, "t")
    finally:
        mysql_schema.execute("SET GLOBAL show_gipk_in_create_table_and_information_schema = ON")
    mysql_schema.execute("UPDATE t SET a = 6")
    with connector.reader("t") as reader:
        records = reader.read(6)
    assert {(r.key, r.row["my_row_id"]) for r in records} == {(b"1", 1), (b"2", 2)}


def test_tables_with_a_history(connectors, mariadb):
    schema = Schema(mariadb, unique("s")).create()
    schema.execute("CREATE TABLE hidden (id INT PRIMARY KEY) WITH SYSTEM VERSIONING",
                   "CREATE TABLE told (id INT PRIMARY KEY, v INT, a TIMESTAMP(6) AS ROW START, b TIMESTAMP(6) AS ROW END, "
                   "PERIOD FOR SYSTEM_TIME (a, b)) WITH SYSTEM VERSIONING", "INSERT INTO told (id, v) VALUES (1, 1)")
    said = complaint(connectors.define(schema, "hidden"))
    assert f"{schema.name}.hidden is WITH SYSTEM VERSIONING" in said, said
    connector = connectors.run(schema, "told")
    schema.execute("UPDATE told SET v = 2")
    with connector.reader("told") as reader:
        records = reader.read(4)  # the row, its past, and the two sides of the change
    assert {r.row["v"] for r in records} == {1, 2} and len({r.key for r in records}) == 2


def test_a_table_whose_name_no_topic_can_have(connectors, schema):
    schema.execute("CREATE TABLE `tä ble` (id INT PRIMARY KEY)")
    said = complaint(connectors.define(schema, "tä ble"))
    assert "tä ble" in said and "topic" in said, said


def test_a_name_in_other_letters_is_another_table(connectors, schema):
    schema.execute("CREATE TABLE users (id INT PRIMARY KEY)")
    said = complaint(connectors.define(schema, "Users"))
    assert "Users does not exist" in said, said


@pytest.mark.parametrize("kind", [MariaDB] + [MySQL] * SOAK, ids=lambda kind: kind.flavor)
def test_a_server_that_keeps_names_in_small_letters(connectors, scratch, kind):
    server = kind(scratch / unique("small-"), "--", "--lower-case-table-names=1").start()
    try:
        schema = Schema(server, unique("s")).create()
        schema.execute("CREATE TABLE Users (Id INT PRIMARY KEY, V INT)", "INSERT INTO Users VALUES (1, 1)")
        assert "spells table Users as users" in complaint(connectors.define(schema, "Users"))
        other = Schema(server, schema.name.upper())
        assert f"spells database {other.name} as {schema.name}" in complaint(connectors.define(other, "users"))
        connector = connectors.run(schema, "users")
        schema.execute("INSERT INTO USERS VALUES (2, 2)", "ALTER TABLE uSers COMMENT 'x'", "INSERT INTO Users VALUES (3, 3)")
        with connector.reader("users") as reader:
            assert {(r.row["Id"], r.row["V"]) for r in reader.read(3)} == {(1, 1), (2, 2), (3, 3)}
    finally:
        server.stop(kill=True)
