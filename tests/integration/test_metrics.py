"""GET /metrics: what Prometheus reads, against what the test did."""

import os
import signal

import pytest
from kcharness.metrics import MEDIA, Metrics, scrape
from kcharness.servers import Schema, unique
from kcharness.waiting import wait_for
from kcharness.worker import Worker

ROWS, KEYLESS_ROWS = 2500, 30


def wait_for_metrics(worker, check, limit_s=20, what="the metrics"):
    """Scrapes until check(metrics) holds; returns that scrape."""
    seen = {}

    def looked():
        seen["metrics"] = scrape(worker)
        return check(seen["metrics"])

    wait_for(looked, limit_s, what, poll_s=0.2, detail=lambda: seen["metrics"].text[-6000:])
    return seen["metrics"]


def behind(metrics, name):
    """In seconds; None while nobody knows."""
    return metrics.get("kconnect_behind_source_seconds", connector=name)


def is_behind(metrics, name, seconds):
    return (behind(metrics, name) or 0) > seconds


def written(metrics, name):
    return metrics.get("kconnect_source_record_write_total", connector=name)


@pytest.fixture
def tables(schema):
    schema.execute(
        "CREATE TABLE orders (id INT PRIMARY KEY, note VARCHAR(20))",
        "CREATE TABLE loose (note VARCHAR(20))",
        "INSERT INTO orders WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)"
        " SELECT i, 'a' FROM n",
        *(f"INSERT INTO orders SELECT id + {500 * k}, note FROM orders WHERE id <= 500" for k in range(1, 5)),
        f"INSERT INTO loose SELECT note FROM orders WHERE id <= {KEYLESS_ROWS}",
    )
    return "orders,loose"


def test_figures_of_a_task_from_its_snapshot_to_its_deletion(worker, connectors, schema, tables):
    connector = connectors.run(schema, tables, task__memory__max__mb="300")
    name, total = connector.name, ROWS + KEYLESS_ROWS
    label = {"connector": name, "task": "0"}

    def scanned(metrics, table):
        return metrics.get("kconnect_snapshot_rows_scanned", table=table, **label)

    metrics = wait_for_metrics(
        worker,
        lambda m: written(m, name) == total and (scanned(m, "orders"), scanned(m, "loose")) == (ROWS, KEYLESS_ROWS),
        what=f"{total} records read and written",
    )
    assert metrics.get("kconnect_source_record_poll_total", **label) == total
    assert metrics.get("kconnect_snapshot_rows_estimated", table="orders", **label) == ROWS
    assert metrics.get("kconnect_plugin_mysql_source_snapshot_total_table_count", **label) == 2
    wait_for_metrics(
        worker,
        lambda m: m.get("kconnect_plugin_mysql_source_snapshot_completed", **label) == 1
        and m.get("kconnect_plugin_mysql_source_snapshot_remaining_table_count", **label) == 0,
        what="the snapshot to be told complete",
    )

    bytes_before = metrics.get("kconnect_source_record_write_bytes_total", **label)
    schema.execute("INSERT INTO orders VALUES (9001, 'x'), (9002, 'y')", "DELETE FROM orders WHERE id <= 5")
    with connector.reader("orders") as reader:
        records = [r for r in reader.read(ROWS + 7) if b'"op":"r"' not in (r.value or b"")]
    metrics = wait_for_metrics(worker, lambda m: written(m, name) == total + 7, what="seven changes written")
    added = metrics.get("kconnect_source_record_write_bytes_total", **label) - bytes_before
    assert 0 < added < 1 << 20 and len(records) >= 7

    # A commit for each of the two transactions at least, and buckets that Prometheus can work with.
    commits = metrics.get("kconnect_offset_commit_time_seconds_count", **label)
    buckets = [s.value for s in metrics.all("kconnect_offset_commit_time_seconds_bucket", **label)]
    assert commits >= 2 and buckets == sorted(buckets) and buckets[-1] == commits
    assert 0 < metrics.get("kconnect_offset_commit_time_seconds_sum", **label) < commits * 10
    assert metrics.get("kconnect_transaction_size_records_sum", **label) == total + 7
    assert metrics.get("kconnect_task_records_skipped_total", **label) == 0

    # The process is the one that runs.
    pid = worker.the_task_pid()
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        resident = int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")
    shown = scrape(worker).get("kconnect_task_process_resident_memory_bytes", **label)
    assert abs(shown - resident) < resident / 2
    assert metrics.get("kconnect_task_process_cpu_seconds_total", **label) > 0
    assert metrics.get("kconnect_task_process_open_fds", **label) > 3
    assert metrics.get("kconnect_task_memory_limit_bytes", **label) == 300 << 20

    # Killed: another process, restarted by the worker; a restart that a person asks for is none.
    assert metrics.get("kconnect_task_restarts_total", **label) == 0
    os.kill(pid, signal.SIGKILL)
    metrics = wait_for_metrics(
        worker,
        lambda m: m.state("kconnect_task_status", **label) == "running"
        and m.get("kconnect_task_restarts_total", **label) == 1,
        what="the killed task to be counted and to run again",
    )
    assert metrics.get("kconnect_task_failures_total", reason="crash", **label) == 1
    assert metrics.get("kconnect_task_failures_total", reason="error", **label) == 0
    assert metrics.get("kconnect_task_startup_attempts_total", **label) == 2
    assert metrics.state("kconnect_fleet_connector_status", connector=name) == "running"

    # Stopped: its tasks' series are gone, the fleet's stay; deleted: nothing of it is left.
    worker.rest.put(f"/connectors/{name}/stop")
    wait_for_metrics(worker, lambda m: m.state("kconnect_fleet_connector_status", connector=name) == "stopped")
    wait_for_metrics(
        worker,
        lambda m: {s.name for s in m.of_connector(name)} == {"kconnect_fleet_connector_status"},
        what="the series of a stopped connector's task to go",
    )
    assert worker.rest.delete(f"/connectors/{name}").status_code == 204
    wait_for_metrics(worker, lambda m: not m.of_connector(name), what="a deleted connector's series to go")


def caught_up(metrics, name):
    return behind(metrics, name) is not None and behind(metrics, name) < 2


@pytest.fixture
def mysql_schema(mysql):
    return Schema(mysql, unique("s")).create()


def test_the_lag_rises_with_a_backlog_and_falls(worker, connectors, mysql_schema):
    mysql_schema.execute("CREATE TABLE t (id INT PRIMARY KEY)")
    connector = connectors.run(mysql_schema, "t")
    name, path = connector.name, f"/connectors/{connector.name}"
    worker.rest.put(f"{path}/pause")
    connector.wait("PAUSED")
    mysql_schema.execute("INSERT INTO t VALUES (1), (2), (3)")
    metrics = wait_for_metrics(
        worker, lambda m: is_behind(m, name, 3), what="a paused connector to fall behind"
    )
    assert metrics.state("kconnect_task_status", connector=name) == "paused"
    assert written(metrics, name) == 0
    worker.rest.put(f"{path}/resume")
    wait_for_metrics(worker, lambda m: written(m, name) == 3 and caught_up(m, name), what="it to catch up")


def test_the_lag_rises_while_the_server_is_silent_and_falls(worker, connectors, schema):
    schema.execute("CREATE TABLE t (id INT PRIMARY KEY)")
    name = connectors.run(schema, "t").name
    wait_for_metrics(
        worker, lambda m: caught_up(m, name), what="an idle connector to be less than 2 s behind"
    )
    os.kill(schema.server.pid, signal.SIGSTOP)
    try:
        wait_for_metrics(worker, lambda m: is_behind(m, name, 3), what="a silent server to be noticed")
    finally:
        os.kill(schema.server.pid, signal.SIGCONT)
    wait_for_metrics(
        worker, lambda m: caught_up(m, name), what="the lag to fall when the server speaks again"
    )


def test_a_fleet_that_is_scraped_counts_nothing_twice(worker, connectors, mysql_schema, scratch):
    mysql_schema.execute("CREATE TABLE t (id INT PRIMARY KEY)", "INSERT INTO t VALUES (1), (2)")
    other = Worker(worker.kafka, scratch / unique("worker-"))
    other.settings = {**worker.settings, "listeners": other.url}
    other.start()
    try:
        names = [connectors.define(mysql_schema, "t").create().name for _ in range(2)]

        def everywhere(metric, name):
            found = [sample for metrics in seen for sample in metrics.all(metric, connector=name)]
            return [s.value for s in found if s.labels.get("state", "running") == "running"]

        def once():
            seen[:] = [scrape(worker), scrape(other)]
            return all(
                everywhere("kconnect_source_record_write_total", name) == [2]
                and all(everywhere(f"kconnect_{kind}_status", name) == [1] for kind in ("task", "fleet_task", "fleet_connector"))
                for name in names
            )

        seen = []
        wait_for(
            once,
            40,
            "each task's records and states on one of the two workers",
            poll_s=0.3,
            detail=lambda: [s for metrics in seen for s in metrics.samples if s.labels.get("connector") in names],
        )
        assert sorted(m.get("kconnect_worker_leader") for m in seen) == [0, 1]
        assert [m.get("kconnect_worker_leader_known") for m in seen] == [1, 1]
        assert sum(m.get("kconnect_worker_task_count") for m in seen) == 2
    finally:
        assert other.stop(limit_s=20) == 0, other.log_tail()
    assert not other.sanitizer_reports(), other.sanitizer_reports()


def test_the_answer_is_what_prometheus_expects(worker, connectors, mysql_schema):
    mysql_schema.execute("CREATE TABLE t (id INT PRIMARY KEY)")
    connectors.define(mysql_schema, "t").create("STOPPED")
    accept = "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5"
    answer = worker.rest.get("/metrics", headers={"Accept": accept})
    assert answer.status_code == 200 and answer.headers["Content-Type"] == MEDIA
    head = worker.rest.call("HEAD", "/metrics")
    assert head.status_code == 200 and head.headers["Content-Type"] == MEDIA and not head.content
    assert worker.rest.post("/metrics", {}).status_code == 405

    for secret in ("kconnect-secret", "127.0.0.1:" + str(mysql_schema.server.port)):
        assert secret not in answer.text
    metrics = Metrics(answer.text)
    for family in metrics.families.values():
        assert family.documentation and family.type in ("counter", "gauge", "histogram"), family.name
        assert family.name.startswith(("kconnect_", "process_")), family.name


def test_facts_of_the_worker_and_its_requests(worker):
    def lists(metrics):
        return metrics.get("kconnect_rest_requests_total", path="/connectors", method="GET", code="200") or 0

    before = scrape(worker)
    for _ in range(3):
        worker.rest.get("/connectors")
    worker.rest.get("/connectors/nobody-has-this-name")
    worker.rest.get("/no/such/path")
    after = wait_for_metrics(worker, lambda m: m.get("kconnect_worker_leader_known") == 1, what="a leader")
    assert lists(after) - lists(before) == 3
    label = {"path": "/connectors", "method": "GET"}
    assert after.get("kconnect_rest_request_duration_seconds_count", **label) == lists(after)
    assert after.get("kconnect_rest_requests_total", path="/connectors/*", method="GET", code="404") == 1
    assert after.get("kconnect_rest_requests_total", path="none", method="GET", code="404") == 1
    assert "nobody-has-this-name" not in after.text

    for family in ("ready", "group_member", "leader", "leader_known"):
        assert after.get(f"kconnect_worker_{family}") == 1, family
    info = after.all("kconnect_worker_info")[0].labels
    assert info["worker_id"] == f"127.0.0.1:{worker.port}" and info["group_id"] == worker.group
    version = worker.rest.get("/").json()["kconnect_version"]
    assert after.all("kconnect_build_info")[0].labels["version"] == version
    assert after.get("process_resident_memory_bytes") > 1 << 20
    assert after.get("process_cpu_seconds_total") >= before.get("process_cpu_seconds_total") > 0
    assert 3 < after.get("process_open_fds") < after.get("process_max_fds")
