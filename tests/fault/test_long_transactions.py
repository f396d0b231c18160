"""
One huge transaction and one huge table, the task killed at a random moment of each: every row comes exactly once, and the
task needs no more memory than for small ones. With --soak they have two and twenty million rows.
"""

import os
import random
import signal

import pytest

from kcharness.connectors import Connectors
from kcharness.load import seed
from kcharness.memory import Peaks
from kcharness.servers import Schema, unique
from kcharness.topics import RowCounter
from kcharness.waiting import wait_for
from kcharness.worker import PLAIN, Worker

SOAK = os.environ.get("KC_SOAK") == "1"
TRANSACTION_ROWS = 2_000_000 if SOAK else 200_000
TABLE_ROWS = 20_000_000 if SOAK else 300_000
AT_ONCE = 1_000_000
MEMORY_MB = 64
CHEAP = {"producer__override__compression__type": "lz4"}  # twenty million records are as many gigabytes
LIMIT_S = 7000 if SOAK else 180
TRIES = 5
COLUMNS = "id BIGINT PRIMARY KEY, v INT NOT NULL, d DECIMAL(12,2), t DATETIME(3), text VARCHAR(100)"
V = "id * 7919 MOD 1000003"


@pytest.fixture(scope="module")
def worker(kafka, scratch):
    """Without the sanitizers, whose memory this is not about."""
    worker = Worker(kafka, scratch / unique("worker-"), build=PLAIN).start()
    yield worker
    assert worker.stop(limit_s=20) in (None, 0), worker.log_tail()


@pytest.fixture
def connectors(worker):
    made = Connectors(worker)
    yield made
    made.delete_all()


def create(schema):
    """The table, and one of the numbers up to 999 to make rows from."""
    schema.execute(f"CREATE TABLE t ({COLUMNS})", "CREATE TABLE numbers (n INT PRIMARY KEY)",
                   "INSERT INTO numbers VALUES " + ",".join(f"({n})" for n in range(1000)))


def insert(schema, first, rows, setting="sql_log_bin = 1"):
    """One transaction of `rows` rows with ids from `first` on, made by the server."""
    with schema.connect(read_timeout=LIMIT_S) as connection, connection.cursor() as cursor:
        cursor.execute(f"SET {setting}")
        cursor.execute(
            f"INSERT INTO t SELECT id, {V}, id / 100, '2021-03-03 05:21:10.123', CONCAT('row ', id, REPEAT(' text', 10)) FROM "
            f"(SELECT {first} + a.n + 1000 * b.n + 1000000 * c.n AS id FROM numbers a, numbers b, numbers c "
            f"WHERE c.n * 1000 + b.n < {rows // 1000} AND c.n <= {rows // 1000000}) made")


def kill_in_the_middle(connector, counter, rows, dice):
    """kill -9 of the task when a random share of the rows is committed; how many were, markers of transactions included."""
    wanted = int(rows * dice.uniform(0.05, 0.5))
    wait_for(lambda: counter.committed() >= wanted, LIMIT_S, f"{wanted} records", poll_s=0.01,
             detail=lambda: f"{counter.committed()} records; {connector.trace()}")
    os.kill(connector.worker.the_task_pid(), signal.SIGKILL)
    reached = counter.committed()
    print(f"killed after {reached} of {rows} rows")
    return reached


def in_time(attempt):
    """
    Calls attempt(), which kills a task and checks its rows, until it says that the kill came before the last of them: a
    machine with other work may hold the test up for longer than the task needs for all.
    """
    for _ in range(TRIES):
        if attempt():
            return
    raise AssertionError("each time all rows had come before the task was killed")


def check(counter, rows, peaks, memory_mb=MEMORY_MB):
    """Every row is in the topic once, with its value, and no task needed much memory for it."""
    assert counter.count(rows, LIMIT_S) == sum(n * 7919 % 1000003 for n in range(rows))
    peaks.sample()
    print(f"peak memory of the tasks before and after: {peaks.mb} MB")
    assert len(peaks.mb) >= 2 and max(peaks.mb) <= memory_mb, peaks.mb


@pytest.mark.timeout(TRIES * LIMIT_S)
def test_a_transaction_killed_in_its_middle(connectors, server):
    dice = random.Random(seed())

    def attempt():
        schema = Schema(server, unique("s")).create()
        create(schema)
        connector = connectors.run(schema, "t", **CHEAP)
        with connector.reader("t", kind=RowCounter) as counter, Peaks(connector.worker) as peaks:
            insert(schema, 0, TRANSACTION_ROWS)
            reached = kill_in_the_middle(connector, counter, TRANSACTION_ROWS, dice)
            check(counter, TRANSACTION_ROWS, peaks)
        connectors.delete_all()
        return reached < TRANSACTION_ROWS

    in_time(attempt)


@pytest.mark.timeout(TRIES * LIMIT_S)
def test_a_compressed_transaction_killed_in_its_middle(connectors, mysql):
    dice, rows = random.Random(seed()), TRANSACTION_ROWS // 2

    def attempt():
        schema = Schema(mysql, unique("s")).create()
        create(schema)
        connector = connectors.run(schema, "t", **CHEAP)
        with connector.reader("t", kind=RowCounter) as counter, Peaks(connector.worker) as peaks:
            insert(schema, 0, rows, "binlog_transaction_compression = ON")
            reached = kill_in_the_middle(connector, counter, rows, dice)
            # Compressed, it is one event, which is in memory as a whole.
            check(counter, rows, peaks, MEMORY_MB if not SOAK else 4 * MEMORY_MB)
        connectors.delete_all()
        return reached < rows

    in_time(attempt)


@pytest.mark.timeout(TRIES * LIMIT_S)
def test_a_table_killed_in_its_middle(connectors, schema):
    dice = random.Random(seed())
    create(schema)
    for first in range(0, TABLE_ROWS, AT_ONCE):
        insert(schema, first, min(AT_ONCE, TABLE_ROWS - first), "sql_log_bin = 0")

    def attempt():
        connector = connectors.define(schema, "t", **CHEAP).create()
        with connector.reader("t", kind=RowCounter) as counter, Peaks(connector.worker) as peaks:
            reached = kill_in_the_middle(connector, counter, TABLE_ROWS, dice)
            check(counter, TABLE_ROWS, peaks)
        connectors.delete_all()
        return reached < TABLE_ROWS

    in_time(attempt)


def has_ended(connector):
    """Whether the committed position is behind the snapshot."""
    [stored] = connector.rest.get(f"/connectors/{connector.name}/offsets").json()["offsets"] or [{"offset": {}}]
    return stored["offset"] and not any(key.startswith("snapshot") for key in stored["offset"])


@pytest.mark.timeout(TRIES * LIMIT_S)
def test_rows_of_10_mb_killed_in_their_middle(connectors, server):
    """First as a table, then as one transaction; within the memory that a task may have unless told otherwise."""
    dice, half = random.Random(seed()), 20
    rows = f"INSERT INTO t SELECT n, {V.replace('id', 'n')}, 0, NULL, REPEAT('x', 10485760) FROM numbers WHERE n "
    room = {"topic__creation__default__max__message__bytes": str(30 << 20)}

    def attempt():
        schema = Schema(server, unique("s")).create()
        create(schema)
        schema.execute("ALTER TABLE t MODIFY text LONGTEXT", rows + f"< {half}")
        connector = connectors.define(schema, "t", **CHEAP, **room).create()
        with connector.reader("t", kind=RowCounter) as counter, Peaks(connector.worker) as peaks:
            reached = kill_in_the_middle(connector, counter, half, dice)
            # Not before the end of the snapshot is committed: a row inserted earlier may be a row of the snapshot, too.
            wait_for(lambda: has_ended(connector), 90, "the end of the snapshot", detail=connector.trace)
            before = counter.committed()
            schema.execute(rows + f"BETWEEN {half} AND {2 * half - 1}")
            wanted = before + dice.randrange(1, half // 2)
            wait_for(lambda: counter.committed() > wanted, 60, "the first rows", poll_s=0.01)
            os.kill(connector.worker.the_task_pid(), signal.SIGKILL)
            check(counter, 2 * half, peaks, memory_mb=256)
        connectors.delete_all()
        return reached < half

    in_time(attempt)
