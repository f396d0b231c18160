"""
The stale-read trap: a server writes a change into the binlog before a SELECT can see it. A snapshot that then
emits the old row behind the new change would undo it. Here the gap is made seconds wide, and a snapshot is started
inside it.
"""

import threading

import pytest

from kcharness.changes import by_key, check_equals_table, check_history
from kcharness.connectors import Connectors
from kcharness.load import create_table, rows_of
from kcharness.servers import MariaDB, MySQL, Schema, unique
from kcharness.waiting import wait_for
from kcharness.worker import Worker

GAP_S = 6


class SlowCommits:
    """
    Semi-synchronous replication that waits for a reply after the binlog was written and synced, but before the
    engine commits (AFTER_SYNC): with nobody to reply, every commit stays in the gap until the time-out.
    """

    def __init__(self, server):
        self.server = server
        # MySQL's is a plugin to load and says "source"; MariaDB's is built in and says "master".
        self.name = "rpl_semi_sync_source" if server.flavor == "mysql" else "rpl_semi_sync_master"
        if server.flavor == "mysql":
            server.execute("INSTALL PLUGIN rpl_semi_sync_source SONAME 'semisync_source.so'")

    def on(self):
        name = self.name
        no_replica = "wait_no_replica" if self.server.flavor == "mysql" else "wait_no_slave"
        self.server.execute(
            f"SET GLOBAL {name}_wait_point = 'AFTER_SYNC'",
            f"SET GLOBAL {name}_timeout = {GAP_S * 1000}",
            f"SET GLOBAL {name}_{no_replica} = ON",
            f"SET GLOBAL {name}_enabled = ON",
        )

    def off(self):
        self.server.execute(f"SET GLOBAL {self.name}_enabled = OFF")


@pytest.fixture(params=["mysql", "mysql-without-gtids", "mariadb"])
def slow(scratch, request):
    """A server of its own whose commits can be made slow, and a schema in it."""
    if request.param == "mariadb":
        server = MariaDB(scratch / unique("mariadb-"))
    else:
        server = MySQL(
            scratch / unique("mysql-"), *(["--no-gtid"] if request.param.endswith("gtids") else [])
        )
    server.start()
    yield SlowCommits(server), Schema(server, "shop").create()
    server.stop(kill=True)


@pytest.fixture
def fleet(kafka, scratch):
    worker = Worker(kafka, scratch / unique("worker-")).start()
    yield worker
    worker.stop(limit_s=20)
    assert not worker.sanitizer_reports(), worker.sanitizer_reports()


def in_the_gap(schema, statement):
    """Starts a statement whose commit hangs between binlog and engine; returns when the binlog has it."""
    show = "SHOW MASTER STATUS" if schema.flavor == "mariadb" else "SHOW BINARY LOG STATUS"
    before = schema.execute(show)[0][1]
    thread = threading.Thread(target=schema.execute, args=(statement,), daemon=True)
    thread.start()
    wait_for(lambda: schema.execute(show)[0][1] > before, 10, "the change to be in the binlog")
    return thread


def test_a_change_that_the_binlog_delivers_before_select_sees_it(slow, fleet):
    commits, schema = slow
    create_table(schema, "t", 1000)
    connector = Connectors(fleet).define(schema, "t", snapshot__fetch__size="200")
    commits.on()
    thread = in_the_gap(schema, "UPDATE t SET version = 2 WHERE id IN (1, 500, 999)")
    assert schema.execute("SELECT version FROM t WHERE id = 500") == (
        (1,),
    ), "the trap is not set: SELECT sees the change"
    connector.create()
    with connector.reader("t") as reader:
        reader.read_until(lambda records: len({record.key for record in records}) == 1000, 120, "every row")
        thread.join(30)
        commits.off()
        schema.execute("INSERT INTO t VALUES (5000, 1, 'end')")
        records = reader.read_until(
            lambda found: any(r.key == b"5000" for r in found[-50:]), 60, "the last row"
        )
    check_history(records)
    check_equals_table(records, rows_of(schema, "t"), "id")


def test_changes_that_hang_while_chunks_are_read(slow, fleet):
    commits, schema = slow
    create_table(schema, "t", 3000)
    connector = Connectors(fleet).define(schema, "t", snapshot__fetch__size="50").create()
    with connector.reader("t") as reader:
        # As soon as the first chunks are out, rows of later chunks change, and stay in the gap.
        reader.read_until(lambda records: len(records) > 0, 60)
        commits.on()
        threads = [
            in_the_gap(schema, "UPDATE t SET version = version + 1 WHERE id % 7 = 3"),
            threading.Thread(target=schema.execute, args=("DELETE FROM t WHERE id % 11 = 5",), daemon=True),
        ]
        threads[1].start()
        for thread in threads:
            thread.join(4 * GAP_S)
        commits.off()
        schema.execute("INSERT INTO t VALUES (5000, 1, 'end')")
        reader.read_until(lambda found: any(r.key == b"5000" for r in found), 90, "the last row")
        wait_for(
            lambda: len({r.key for r in reader.read_to_end()}) >= len(rows_of(schema, "t")), 90, "every row"
        )
        records = reader.read_to_end()
    check_history(records)
    check_equals_table(records, rows_of(schema, "t"), "id")
    assert all(len(group) < 5 for group in by_key(records).values())
