"""plugin.path while the worker runs: files come, change and go; versions; what keeps crashing is quarantined."""

import shutil
import time

import pytest

from kcharness.rest import error_of
from kcharness.servers import unique
from kcharness.waiting import wait_for
from kcharness.worker import BUILD, Worker, is_alive

PLUGINS = BUILD / "tests" / "unit" / "supervisor" / "plugins"
LISTED_WITHIN_S = 2


@pytest.fixture(scope="module")
def folder(scratch):
    folder = scratch / unique("plugins-")
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def worker(kafka, scratch, folder):
    settings = {
        "plugin.path": f"{folder},{BUILD / 'plugins'}",
        "state.dir": str(scratch / unique("state-")),
        "plugin.quarantine.crashes": "2",
        "value.converter": "org.apache.kafka.connect.json.JsonConverter",
        "key.converter": "org.apache.kafka.connect.json.JsonConverter",
    }
    worker = Worker(kafka, scratch / unique("worker-"), settings).start()
    yield worker
    worker.stop(limit_s=20)
    assert not worker.sanitizer_reports()


def versions(worker):
    """The versions in which the test's source is listed."""
    plugins = worker.rest.get("/connector-plugins").json()
    return [p["version"] for p in plugins if p["class"] == "watched-source" and p["type"] == "source"]


def refused(worker):
    """Reason and detail of each refused file, by name."""
    answer = worker.rest.get("/connector-plugins?refused=true").json()
    return {f["file"].rsplit("/", 1)[1]: (f["reason"], f["detail"]) for f in answer}


def install(folder, version, name="watched.so"):
    """Copies the source into the folder, as cp does: the file grows under its final name."""
    shutil.copyfile(PLUGINS / f"watched-{version}.so", folder / name)


def wait_for_versions(worker, *wanted):
    wait_for(lambda: versions(worker) == list(wanted), 20, f"the versions {wanted}", detail=lambda: versions(worker))


@pytest.fixture(scope="module")
def running(worker, folder):
    """A connector on version 1.0.0, which was dropped into plugin.path for it."""
    assert versions(worker) == []
    begun = time.monotonic()
    install(folder, "1.0.0")
    wait_for_versions(worker, "1.0.0")
    took = time.monotonic() - begun
    print(f"listed after {took:.2f} s")
    assert took < 5 * LISTED_WITHIN_S, "a slow machine has its time, a worker that does not look has not"
    name = unique("c-")
    worker.rest.create(name, {"connector.class": "watched-source"})
    worker.rest.wait_for_state(name, "RUNNING")
    return name


def restart(worker, name):
    assert worker.rest.post(f"/connectors/{name}/restart?includeTasks=true").status_code in (200, 202, 204)


def wait_for_version_of(worker, name, version, state="RUNNING"):
    def reached():
        task = worker.rest.task(name)
        return (task.get("state"), task.get("version")) == (state, version)

    wait_for(
        reached,
        30,
        f"{name} on {version}",
        detail=lambda: worker.rest.status(name),
    )


def test_a_file_is_overwritten_removed_and_replaced_while_a_task_runs_it(worker, folder, running):
    pid = worker.the_task_pid()
    install(folder, "1.1.0")  # in place: the bytes under a mapped file would change
    wait_for_versions(worker, "1.1.0")
    (folder / "watched.so").unlink()
    wait_for_versions(worker)
    task = worker.rest.task(running)
    assert is_alive(pid) and task["state"] == "RUNNING" and task["version"] == "1.0.0"
    assert worker.rest.put(f"/connectors/{running}/pause").status_code == 202
    worker.rest.wait_for_state(running, "PAUSED")
    worker.rest.put(f"/connectors/{running}/resume")
    worker.rest.wait_for_state(running, "RUNNING")
    assert worker.the_task_pid() == pid, "it has gone through all of that undisturbed"
    restart(worker, running)
    worker.rest.wait_for_state(running, "FAILED")
    assert "watched-source" in worker.rest.task(running)["trace"]
    install(folder, "1.1.0")
    wait_for_version_of(worker, running, "1.1.0")  # it starts as soon as there is something to start


def test_versions_live_side_by_side_and_a_range_chooses(worker, folder, running):
    own = folder / "old"
    own.mkdir()
    install(own, "1.0.0")
    wait_for_versions(worker, "1.0.0", "1.1.0")
    path = "/connector-plugins/watched-source/config"
    keys = worker.rest.get(f"{path}?version=[1.0,1.1)").json()
    assert [k["documentation"] for k in keys if k["name"] == "behaviour"] == ["run, crash or exit. Version 1.0.0."]
    assert "1.1.0" in worker.rest.get(path).text
    assert "installed: 1.0.0, 1.1.0" in error_of(worker.rest.get(f"{path}?version=2.0"), 400)
    config = {"connector.class": "watched-source", "connector.plugin.version": "1.0.0"}
    answer = worker.rest.put(f"/connectors/{running}/config", config)
    assert answer.status_code == 200, answer.text
    wait_for_version_of(worker, running, "1.0.0")
    worker.rest.put(f"/connectors/{running}/config", {**config, "connector.plugin.version": "[1.0,2.0)"})
    wait_for_version_of(worker, running, "1.1.0")
    assert "[9.0,)" in error_of(
        worker.rest.put(f"/connectors/{running}/config", {**config, "connector.plugin.version": "[9.0,)"}), 400
    )
    assert worker.rest.task(running)["state"] == "RUNNING"


def test_refused_files_are_listed_and_logged_once(worker, folder, running):
    (folder / "notes.so").write_text("no plugin\n")
    shutil.copyfile(PLUGINS / "crash_in_constructor.so", folder / "crash.so")
    wait_for(lambda: {"notes.so", "crash.so"} <= set(refused(worker)), 20, "both files", detail=worker.log_tail)
    assert refused(worker)["notes.so"][0] == "WRONG_FILE"
    reason, detail = refused(worker)["crash.so"]
    assert reason == "CRASHED" and "SIGSEGV" in detail
    (folder / "notes.so").unlink()
    (folder / "crash.so").unlink()
    wait_for(lambda: not refused(worker), 20, "an empty list")
    assert worker.log().count("notes.so is refused") == 1


def test_a_file_that_keeps_crashing_is_quarantined_and_a_staged_copy_comes_back(worker, running):
    config = {"connector.class": "watched-source", "connector.plugin.version": "1.1.0", "behaviour": "crash"}
    worker.rest.put(f"/connectors/{running}/config", config)
    worker.rest.wait_for_state(running, "FAILED")
    trace = worker.rest.task(running)["trace"]
    assert trace.startswith("quarantined after 2 crashes in 10 min") and "SIGABRT in poll of watched-source 1.1.0" in trace
    wait_for(lambda: "watched.so" in refused(worker), 10, "the file to be refused")
    reason, detail = refused(worker)["watched.so"]
    assert reason == "QUARANTINED" and "quarantined after 2 crashes" in detail
    worker.rest.put(f"/connectors/{running}/config", {**config, "behaviour": "exit"})
    wait_for(
        lambda: "in poll of watched-source 1.1.0 with exit status 7" in worker.rest.task(running).get("trace", ""),
        30,
        "the exit",
        detail=lambda: worker.rest.status(running),
    )
    worker.rest.wait_for_state(running, "FAILED")
    shutil.rmtree(f"{worker.settings['state.dir']}/plugins")  # somebody cleans up below /tmp
    worker.rest.put(f"/connectors/{running}/config", {**config, "behaviour": "run"})
    wait_for_version_of(worker, running, "1.1.0")
    wait_for(lambda: not refused(worker), 10, "an empty list")
    assert worker.rest.delete(f"/connectors/{running}").status_code == 204
