"""kill -9 at random moments: no change is missing, doubled or out of order; the folded topic is the table."""

import os
import random
import signal
import time

import pytest

from kcharness.changes import check_equals_table, check_history
from kcharness.load import Load, create_table, drain, rows_of, seed
from kcharness.waiting import wait_for

SOAK = os.environ.get("KC_SOAK") == "1"
ROWS = 200_000 if SOAK else 20_000
KILLS = 60 if SOAK else 7


def kill_something(worker, dice, limit_s=40):
    """Kills the task, or the worker (and starts it again)."""
    pids = worker.task_pids()
    if pids and dice.random() < 0.6:
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        return "task"
    worker.kill()
    worker.start()
    return "worker"


def pause(dice, low, high):
    """A random pause: what is tested here is that no moment is a bad one."""
    time.sleep(dice.uniform(low, high))


def check(schema, connector, reader):
    records = drain(schema, "t", reader)
    check_history(records)
    check_equals_table(records, rows_of(schema, "t"), "id")
    return records


@pytest.mark.timeout(14000 if SOAK else 900)
def test_killed_in_the_middle_of_a_snapshot_and_under_load(own_worker, own_connectors, schema):
    dice = random.Random(seed())
    worker = own_worker.start()
    create_table(schema, "t", ROWS)
    connector = own_connectors.define(schema, "t", snapshot__fetch__size="500").create()
    # Changes all over the table, so that they race with its chunks.
    load = Load(schema, "t", dice.random(), keys=ROWS, pause_s=0.001)
    load.start()
    with connector.reader("t") as reader:
        for number in range(KILLS):
            pause(dice, 0.0, 2.5)
            print(
                f"kill {number}: {kill_something(worker, dice)} with {len(reader.read_to_end())} records, "
                f"{load.changes} changes"
            )
        load.stop()
        connector.wait("RUNNING", 60)
        records = check(schema, connector, reader)
    print(f"{len(records)} records, {load.changes} transactions, {KILLS} kills")


@pytest.mark.timeout(14000 if SOAK else 900)
def test_killed_under_load(own_worker, own_connectors, schema):
    dice = random.Random(seed())
    worker = own_worker.start()
    create_table(schema, "t", 100)
    connector = own_connectors.run(schema, "t")
    load = Load(schema, "t", dice.random(), keys=300)
    load.start()
    with connector.reader("t") as reader:
        for number in range(KILLS):
            wait_for(
                lambda: worker.rest.task(connector.name).get("state") == "RUNNING",
                40,
                "RUNNING",
                detail=lambda: worker.rest.status(connector.name),
            )
            pause(dice, 0.0, 1.5)
            print(f"kill {number}: {kill_something(worker, dice)} after {load.changes} changes")
        load.stop()
        connector.wait("RUNNING", 60)
        check(schema, connector, reader)


def test_a_large_transaction_survives_kills_in_its_middle(own_worker, own_connectors, schema):
    dice = random.Random(seed())
    worker = own_worker.start()
    create_table(schema, "t")
    connector = own_connectors.run(schema, "t")
    rows = 300_000 if SOAK else 60_000
    digits = "(SELECT 0 AS d UNION ALL " + " UNION ALL ".join(f"SELECT {n}" for n in range(1, 10)) + ")"
    numbers = "a.d + 10 * b.d + 100 * c.d + 1000 * d.d + 10000 * e.d + 100000 * f.d"
    source = ", ".join(f"{digits} {name}" for name in "abcdef")
    with connector.reader("t") as reader:
        schema.execute(
            f"INSERT INTO t SELECT {numbers}, 1, 'row' FROM {source} WHERE {numbers} < {rows}",
            "UPDATE t SET version = 2",
        )
        for _ in range(3):
            pause(dice, 0.0, 1.0)
            kill_something(worker, dice)
        connector.wait("RUNNING", 60)
        records = check(schema, connector, reader)
    assert len(records) == 3 * rows + 1
