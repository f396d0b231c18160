"""The broker and the database are stopped and started; nothing is lost, and the worker mends itself."""

import os
import random
import time

import pytest

from kcharness.changes import check_equals_table, check_history
from kcharness.connectors import Connectors
from kcharness.load import Load, create_table, drain, rows_of, seed
from kcharness.servers import Kafka, MariaDB, MySQL, Schema, unique
from kcharness.waiting import wait_for
from kcharness.worker import Worker

ROUNDS = 20 if os.environ.get("KC_SOAK") == "1" else 1


@pytest.fixture(scope="module")
def own_kafka(scratch):
    """A broker that may be stopped."""
    server = Kafka(scratch / unique("kafka-")).start()
    yield server
    server.stop(kill=True)


@pytest.fixture(params=[MySQL, MariaDB], ids=["mysql", "mariadb"])
def own_schema(scratch, request):
    """A database server that may be stopped."""
    server = request.param(scratch / unique(request.param.kind + "-")).start()
    yield Schema(server, "shop").create()
    server.stop(kill=True)


@pytest.fixture
def fleet(own_kafka, scratch):
    worker = Worker(own_kafka, scratch / unique("worker-")).start()
    yield worker
    worker.stop(limit_s=20)
    assert not worker.sanitizer_reports(), worker.sanitizer_reports()


def is_said(task):
    return task.get("state") == "RESTARTING" and "127.0.0.1" in task.get("trace", "")


def check(schema, connector, reader):
    connector.wait("RUNNING", 90)
    records = drain(schema, "t", reader)
    check_history(records)
    check_equals_table(records, rows_of(schema, "t"), "id")


@pytest.mark.timeout(14000 if ROUNDS > 1 else 900)
@pytest.mark.parametrize("kill", [False, True], ids=["stopped", "killed"])
def test_the_database_goes_away_and_comes_back(fleet, own_schema, kill):
    dice = random.Random(seed())
    create_table(own_schema, "t", 2000)
    connector = Connectors(fleet).define(own_schema, "t", snapshot__fetch__size="200").create()
    load = Load(own_schema, "t", dice.random())
    load.start()
    with connector.reader("t") as reader:
        for _ in range(ROUNDS):
            time.sleep(dice.uniform(0, 3))
            own_schema.server.stop(kill)
            # Retriable: it is said, counted, and tried again.
            wait_for(
                lambda: is_said(fleet.rest.task(connector.name)),
                40,
                "RESTARTING with the server's address",
                detail=lambda: fleet.rest.status(connector.name),
            )
            own_schema.server.start()
            wait_for(
                lambda: fleet.rest.task(connector.name).get("state") == "RUNNING",
                40,
                "RUNNING",
                detail=lambda: fleet.rest.status(connector.name),
            )
        load.stop()
        check(own_schema, connector, reader)


@pytest.mark.timeout(14000 if ROUNDS > 1 else 900)
@pytest.mark.parametrize(
    "kill, away_s", [(False, 1), (True, 1), (False, 20)], ids=["stopped", "killed", "away-for-long"]
)
def test_the_broker_goes_away_and_comes_back(own_kafka, fleet, mysql, kill, away_s):
    dice = random.Random(seed())
    schema = Schema(mysql, unique("s")).create()
    create_table(schema, "t", 2000)
    connector = Connectors(fleet).define(schema, "t", snapshot__fetch__size="200").create()
    load = Load(schema, "t", dice.random())
    load.start()
    with connector.reader("t") as reader:
        for _ in range(ROUNDS if away_s == 1 else 1):
            time.sleep(dice.uniform(0, 3))
            own_kafka.stop(kill)
            time.sleep(away_s)
            own_kafka.start()
            reader.read_to_end(90)
        load.stop()
        check(schema, connector, reader)
    fleet.wait_until_healthy()
    # The worker takes changes again.
    wait_for(lambda: fleet.rest.put(f"/connectors/{connector.name}/stop").status_code == 204, 30, "a stop that is taken")
    connector.wait("STOPPED", 60)
