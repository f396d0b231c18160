"""pytest fixtures: servers once in a session, a shared worker, a schema and connectors for each test."""

import os
import pathlib

import pytest

from .connectors import Connectors
from .servers import Kafka, MariaDB, MySQL, Schema, unique
from .worker import Worker


@pytest.fixture(scope="session")
def scratch(tmp_path_factory):
    """The folder of this run's servers and workers; KC_LOGS keeps it for a look afterwards."""
    logs = os.environ.get("KC_LOGS")
    if not logs:
        return tmp_path_factory.mktemp("kconnect")
    folder = pathlib.Path(logs) / unique("run-")
    folder.mkdir(parents=True)
    return folder


def running(server):
    server.start()
    yield server
    server.stop(kill=True)


@pytest.fixture(scope="session")
def kafka(scratch):
    yield from running(Kafka(scratch / "kafka"))


@pytest.fixture(scope="session")
def mysql(scratch):
    yield from running(MySQL(scratch / "mysql"))


@pytest.fixture(scope="session")
def mariadb(scratch):
    yield from running(MariaDB(scratch / "mariadb"))


@pytest.fixture(params=["mysql", "mariadb"])
def server(request):
    """Either database: a test that takes this (or `schema`) runs once on each."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def schema(server):
    """A database of the test's own on either server. It stays as long as the server: connectors may read it."""
    return Schema(server, unique("s")).create()


def checked(worker):
    """Hands a worker to tests, stops it, and fails when the sanitizers had something to say."""
    yield worker
    status = worker.stop(limit_s=20)
    reports = worker.sanitizer_reports()
    assert not reports, reports
    assert status in (None, 0), f"the worker ended with {status}: {worker.log_tail()}"


@pytest.fixture(scope="module")
def worker(kafka, scratch):
    """A healthy worker that the tests of a module share. They must not stop it."""
    yield from checked(Worker(kafka, scratch / unique("worker-")).start())


@pytest.fixture
def own_worker(kafka, scratch):
    """A worker of the test's own, not yet started: to be stopped, killed and configured as the test likes."""
    yield from checked(Worker(kafka, scratch / unique("worker-")))


@pytest.fixture
def connectors(worker):
    """Makes connectors on the shared worker and deletes them after the test."""
    made = Connectors(worker)
    yield made
    made.delete_all()


@pytest.fixture
def own_connectors(own_worker):
    """The same on the test's own worker, which is not touched afterwards."""
    return Connectors(own_worker)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Adds the end of each worker's log to the report of a test that failed."""
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for value in getattr(item, "funcargs", {}).values():
            if isinstance(value, Worker):
                report.sections.append((f"log of {value.folder.name}", value.log_tail(60)))
