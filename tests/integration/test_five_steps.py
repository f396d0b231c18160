"""The way of a newcomer: start a worker, create, deploy, insert, read, kill, find all exactly once."""

import datetime
import json
import os
import re
import signal

import pytest

from kcharness.changes import by_key, check_equals_table, check_history
from kcharness.servers import MySQL, Schema, unique

SEED_TABLE = """CREATE TABLE mysql_tbl(
    mysql_id INT UNSIGNED AUTO_INCREMENT, mysql_title VARCHAR(100) NOT NULL,
    mysql_author VARCHAR(40) NOT NULL, submission_date DATE, PRIMARY KEY (mysql_id))"""
SEED_INSERT = """INSERT INTO mysql_tbl (mysql_title, mysql_author, submission_date)
    VALUES ("mysql2kafka", "tester", NOW())"""

SEED_DOCUMENT = (
    '{"schema":{"dataColumn":[{"name":"mysql_id","type":"LONG"},{"name":"mysql_title","type":"STRING"},'
    '{"name":"mysql_author","type":"STRING"},{"name":"submission_date","type":"DATE"}],'
    '"primaryKey":["mysql_id"],'
    '"source":{"dbType":"MySQL","dbName":"%(db)s","tableName":"mysql_tbl"}},'
    '"payload":{"before":null,"after":{"dataColumn":{"mysql_id":1,"mysql_title":"mysql2kafka",'
    '"mysql_author":"tester","submission_date":%(date)d}},"sequenceId":"%(sequence)s",'
    '"timestamp":{"eventTime":%(event)s,"systemTime":%(system)s,"checkpointTime":%(checkpoint)s},'
    '"op":"INSERT","ddl":null},"version":"0.0.1"}'
)


def midnight_ms(date, hours):
    zone = datetime.timezone(datetime.timedelta(hours=hours))
    return int(datetime.datetime(date.year, date.month, date.day, tzinfo=zone).timestamp() * 1000)


def check_seed_document(raw, schema, date):
    """Compares byte for byte, but for the numbers that are times; those must be near now, in milliseconds."""
    value = json.loads(raw)
    payload = value["payload"]
    times = payload["timestamp"]
    expected = SEED_DOCUMENT % {
        "db": schema.name,
        "date": midnight_ms(date, 8),
        "sequence": payload["sequenceId"],
        "event": times["eventTime"],
        "system": times["systemTime"],
        "checkpoint": times["checkpointTime"],
    }
    assert raw.decode() == expected
    assert re.fullmatch(r"\d{19}", payload["sequenceId"])
    now = datetime.datetime.now().timestamp() * 1000
    for name, time in times.items():
        assert now - 120_000 < time < now + 2_000, f"{name} is {time}, now is {now}"
    assert times["eventTime"] <= times["systemTime"] + 1000


def the_five_steps(own_worker, own_connectors, schema):
    worker = own_worker.start()
    schema.execute(SEED_TABLE, "CREATE TABLE no_key (a INT, b VARCHAR(10))")
    connector = own_connectors.define(schema, "mysql_tbl,no_key")

    # Step 2: created stopped, looked at, deployed.
    answer = worker.rest.create(connector.name, connector.config, "STOPPED")
    assert answer.status_code == 201 and answer.json()["type"] == "source"
    assert connector.wait("STOPPED")["tasks"] == []
    assert worker.kafka.partitions().get(connector.topic("mysql_tbl")) is None
    answer = worker.rest.deploy(connector.name)
    assert answer.status_code == 202 and answer.json()["name"] == connector.name
    connector.wait("RUNNING")
    connector.wait_for_snapshot()

    # Step 3: a topic per table, for empty tables too.
    with connector.reader("mysql_tbl") as reader:
        partitions = worker.kafka.partitions()
        assert partitions[connector.topic("mysql_tbl")] == 6
        connector.reader("no_key").close()
        assert worker.kafka.partitions()[connector.topic("no_key")] == 1

        # Step 4: one row, one document.
        schema.execute(SEED_INSERT)
        [record] = reader.read(1)
        assert record.key == b"1"
        [(date,)] = schema.execute("SELECT submission_date FROM mysql_tbl")
        check_seed_document(record.raw, schema, date)
        [message] = worker.rest.messages(connector.name, topic=connector.topic("mysql_tbl")).json()[
            "messages"
        ]
        assert message["value"] == record.value and message["offset"] == record.offset

        # Step 5: the task and then the worker die; nothing is lost, nothing comes twice.
        schema.execute("ALTER TABLE mysql_tbl COMMENT 'does not change a column'")
        insert = """INSERT INTO mysql_tbl (mysql_title, mysql_author, submission_date)
            VALUES ('t', 'a', '2021-03-03')"""
        pid = worker.the_task_pid()
        schema.execute(insert)
        os.kill(pid, signal.SIGKILL)
        schema.execute(insert)
        worker.the_task_pid(other_than=pid)
        connector.wait("RUNNING")
        schema.execute(insert)
        worker.kill()
        schema.execute(
            insert,
            "UPDATE mysql_tbl SET mysql_title = 'u' WHERE mysql_id = 1",
            "DELETE FROM mysql_tbl WHERE mysql_id = 2",
        )
        worker.start()
        connector.wait("RUNNING", 60)
        schema.execute(insert)
        reader.read_until(lambda found: any(r.key == b"6" for r in found))
        records = reader.read_to_decided_end()
    stories = {
        int(key): [(r.op, r.row["mysql_title"]) for r in group] for key, group in by_key(records).items()
    }
    assert stories == {
        1: [("INSERT", "mysql2kafka"), ("UPDATE_BEFOR", "mysql2kafka"), ("UPDATE_AFTER", "u")],
        2: [("INSERT", "t"), ("DELETE", "t")],
        3: [("INSERT", "t")],
        4: [("INSERT", "t")],
        5: [("INSERT", "t")],
        6: [("INSERT", "t")],
    }
    assert all(r.row["submission_date"] == 1614700800000 for r in records if r.key == b"3")


def test_the_five_steps(own_worker, own_connectors, schema):
    the_five_steps(own_worker, own_connectors, schema)


@pytest.fixture(scope="module")
def mysql_without_gtid(scratch):
    server = MySQL(scratch / "mysql-no-gtid", "--no-gtid").start()
    yield server
    server.stop(kill=True)


def test_the_five_steps_on_mysql_without_gtids(own_worker, own_connectors, mysql_without_gtid):
    schema = Schema(mysql_without_gtid, unique("s")).create()
    the_five_steps(own_worker, own_connectors, schema)


def test_rows_that_exist_already_are_the_first_records(connectors, schema):
    schema.execute(
        "CREATE TABLE old (id INT PRIMARY KEY, version INT)", "INSERT INTO old VALUES (1, 1), (2, 1), (3, 1)"
    )
    connector = connectors.run(schema, "old")
    with connector.reader("old") as reader:
        records = reader.read(3)
        assert sorted(r.key for r in records) == [b"1", b"2", b"3"]
        assert all(r.op == "INSERT" for r in records)
        schema.execute(
            "UPDATE old SET version = 2 WHERE id = 2",
            "DELETE FROM old WHERE id = 3",
            "INSERT INTO old VALUES (4, 1)",
        )
        records = reader.read(7)
    check_history(records)
    check_equals_table(
        records, [dict(zip(("id", "version"), row)) for row in schema.execute("SELECT * FROM old")], "id"
    )


def test_snapshot_mode_no_data_starts_with_the_next_change(connectors, schema):
    schema.execute("CREATE TABLE t (id INT PRIMARY KEY)", "INSERT INTO t VALUES (1)")
    connector = connectors.run(schema, "t", snapshot__mode="no_data")
    with connector.reader("t") as reader:
        schema.execute("INSERT INTO t VALUES (2)")
        [record] = reader.read(1)
    assert record.key == b"2"


@pytest.mark.parametrize("mode", ["no_data", "initial"])
def test_the_position_is_kept_from_the_first_moment_on(worker, connectors, schema, mode):
    schema.execute("CREATE TABLE t (id INT PRIMARY KEY)")
    connector = connectors.run(schema, "t", snapshot__mode=mode)
    worker.rest.put(f"/connectors/{connector.name}/stop")
    connector.wait("STOPPED")
    schema.execute("INSERT INTO t VALUES (1), (2)", "DELETE FROM t WHERE id = 1")
    worker.rest.deploy(connector.name)
    with connector.reader("t") as reader:
        records = reader.read(3)
    assert sorted((r.key, r.op) for r in records) == [(b"1", "DELETE"), (b"1", "INSERT"), (b"2", "INSERT")]


def test_a_table_without_a_key_goes_to_one_partition_with_null_keys(connectors, schema):
    schema.execute("CREATE TABLE plain (a INT, b VARCHAR(10))", "INSERT INTO plain VALUES (1, 'x'), (1, 'x')")
    connector = connectors.run(schema, "plain")
    with connector.reader("plain") as reader:
        assert len(reader.read(2)) == 2
        schema.execute("INSERT INTO plain VALUES (2, NULL)")
        records = reader.read(3)
    assert all(r.key is None and r.partition == 0 for r in records)
    assert records[2].value["schema"]["primaryKey"] == []


def test_several_key_columns_are_a_json_array(connectors, schema):
    schema.execute("CREATE TABLE two (a INT, b VARCHAR(20), c INT, PRIMARY KEY (b, a))")
    connector = connectors.run(schema, "two")
    with connector.reader("two") as reader:
        schema.execute("""INSERT INTO two VALUES (7, 'x"y', 1)""")
        [record] = reader.read(1)
    assert json.loads(record.key) == ['x"y', 7]
    assert record.value["schema"]["primaryKey"] == ["b", "a"]


def test_a_change_of_the_key_is_a_delete_and_an_insert(connectors, schema):
    schema.execute("CREATE TABLE k (id INT PRIMARY KEY, v INT)")
    connector = connectors.run(schema, "k")
    with connector.reader("k") as reader:
        schema.execute("INSERT INTO k VALUES (1, 5)", "UPDATE k SET id = 2")
        records = reader.read(3)
    assert {r.key: r.op for r in records if r.sequence > min(r.sequence for r in records)} == {
        b"1": "DELETE",
        b"2": "INSERT",
    }


def test_a_rolled_back_transaction_leaves_nothing(connectors, schema):
    schema.execute("CREATE TABLE r (id INT PRIMARY KEY)")
    connector = connectors.run(schema, "r")
    with connector.reader("r") as reader:
        with schema.connect(autocommit=False) as connection, connection.cursor() as cursor:
            cursor.execute("INSERT INTO r VALUES (1)")
            connection.rollback()
            cursor.execute("INSERT INTO r VALUES (2)")
            cursor.execute("SAVEPOINT s")
            cursor.execute("INSERT INTO r VALUES (3)")
            cursor.execute("ROLLBACK TO SAVEPOINT s")
            connection.commit()
        schema.execute("INSERT INTO r VALUES (4)")
        records = reader.read(2)
    assert [r.key for r in sorted(records, key=lambda r: r.sequence)] == [b"2", b"4"]


def test_partitions_are_chosen_by_murmur2_of_the_key(connectors, schema):
    schema.execute(
        "CREATE TABLE m (id INT PRIMARY KEY)", "INSERT INTO m VALUES " + ",".join(f"({n})" for n in range(60))
    )
    connector = connectors.run(schema, "m")
    with connector.reader("m") as reader:
        records = reader.read(60)
    assert {r.key: r.partition for r in records} == {
        str(n).encode(): murmur2(str(n).encode()) % 6 for n in range(60)
    }


def murmur2(data):
    """The hash of Kafka's Java producer, made non-negative as its partitioner does."""
    m, mask = 0x5BD1E995, 0xFFFFFFFF
    h = 0x9747B28C ^ len(data)
    whole = len(data) // 4 * 4
    for at in range(0, whole, 4):
        k = int.from_bytes(data[at : at + 4], "little") * m & mask
        k = (k ^ k >> 24) * m & mask
        h = h * m & mask ^ k
    if len(data) > whole:
        h = (h ^ int.from_bytes(data[whole:], "little")) * m & mask
    h = (h ^ h >> 13) * m & mask
    return (h ^ h >> 15) & 0x7FFFFFFF
