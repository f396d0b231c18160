"""
Two workers built with ThreadSanitizer, and many clients at once: what their threads and those of their tasks share is
touched from all sides. A report of the sanitizer fails the test; so does an answer that the contract does not know.

A storm lasts for a time, not for a number of calls: a slow machine sees less of it, though up to twice as long. So each
client stops between two calls, and nobody waits for a state any longer than the storm.
"""

import concurrent.futures
import contextlib
import os
import random
import shutil
import signal
import threading
import time

import pytest
import requests

from kcharness.metrics import scrape
from kcharness.rest import Rest
from kcharness.servers import unique
from kcharness.waiting import POLL_S, wait_for
from kcharness.worker import BUILD, Worker

BUSY = BUILD / "tests" / "tsan" / "kc-busy.so"
SOAK = os.environ.get("KC_SOAK") == "1"
STORM_S = 600 if SOAK else 15
LONGEST = 2  # such times, until each client has done everything once
CHANGERS = 8 if SOAK else 4
STOPS = 10 if SOAK else 1  # of each worker
NUMBERS = 100  # that a source writes
STRINGS = "org.apache.kafka.connect.storage.StringConverter"
NO_FILE = {"connector.class": "file-source", "file": "/dev/null", "topic": "t"}
LIMIT_S = LONGEST * STORM_S + 600  # of a test, on a machine that has much else to do


def made(kafka, scratch, plugins):
    return Worker(
        kafka,
        scratch / unique("worker-"),
        {
            "plugin.path": f"{plugins},{BUILD / 'plugins'}",
            "state.dir": str(scratch / unique("state-")),
            "key.converter": STRINGS,
            "value.converter": STRINGS,
            "offset.flush.interval.ms": "200",
        },
    )


@pytest.fixture(scope="module")
def plugins(scratch):
    """A folder of plugin.path in which the test's plugin with threads lies, and to which others may come."""
    folder = scratch / unique("plugins-")
    folder.mkdir()
    shutil.copyfile(BUSY, folder / "kc-busy.so")
    return folder


@pytest.fixture(scope="module")
def pair(kafka, scratch, plugins):
    """Two running workers of one fleet, of which the sanitizer says nothing to their very end."""
    first, second = (made(kafka, scratch, plugins) for _ in range(2))
    second.group = first.group
    second.settings = {**first.settings, "listeners": second.url, "state.dir": second.settings["state.dir"]}
    workers = [worker.start(wait=False) for worker in (first, second)]
    try:
        for worker in workers:
            worker.wait_until_healthy()
        yield workers
    finally:
        statuses = [worker.stop(limit_s=60) for worker in workers]
    hear_nothing(workers)
    assert set(statuses) <= {None, 0}, statuses


def hear_nothing(workers):
    for worker in workers:
        assert not worker.sanitizer_reports(), worker.sanitizer_reports()


def done(answer, *statuses):
    assert answer.status_code in statuses, (
        f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text[:300]}"
    )
    return answer


class Busy(Exception):
    """503, as on a machine where the leader's answer took too long: nothing is known of what was asked for."""


class Client:
    """Asks one worker or the other, by its own dice."""

    def __init__(self, pair, number):
        self.pair = pair
        self.dice = random.Random(number)

    @property
    def rest(self):
        return Rest(self.dice.choice(self.pair).url)

    def ask(self, method, path, *statuses, json=None):
        answer = self.rest.call(method, path, json)
        if answer.status_code == 503:
            raise Busy
        return done(answer, *statuses)


class Changer(Client):
    """Makes a connector, does to it what can be done to one, and deletes it."""

    def __init__(self, pair, number, folder):
        super().__init__(pair, number)
        self.number, self.folder = number, folder
        self.calls = self.lives = 0

    def config(self, name):
        kind = self.number % 4
        if kind == 3:
            file = self.folder / name
            file.write_text("".join(f"{n}\n" for n in range(NUMBERS)))
            return {"connector.class": "file-source", "file": str(file), "topic": f"made-{name}"}
        if kind == 2:
            return {"connector.class": "busy-sink", "topics": "made-by-nobody", "tasks.max": "1"}
        return {"connector.class": "busy-source", "topic": f"made-{name}", "limit": str(NUMBERS)}

    def run(self, ended):
        while not ended.is_set():
            name = unique(f"c{self.number}-")
            with contextlib.suppress(Busy):
                for _ in self.live(name, self.config(name)):
                    self.calls += 1
                    if ended.is_set():
                        break
                else:
                    self.lives += 1
            with contextlib.suppress(Busy):
                self.ask("DELETE", f"/connectors/{name}", 204, 404)

    def live(self, name, config):
        """The life of one connector, a call at a time."""
        path = f"/connectors/{name}"
        yield self.ask("POST", "/connectors", 201, json={"name": name, "config": config})
        yield self.ask("PUT", f"{path}/pause", 202)
        yield self.ask("PUT", f"{path}/config", 200, json={**config, "errors.tolerance": "all"})
        yield self.ask("PUT", f"{path}/resume", 202)
        yield self.ask("POST", f"{path}/deploy", 200, 202)
        yield self.ask("POST", f"{path}/restart?includeTasks=true", 202, 204)
        while "topic" in config and self.values(name) != set(range(NUMBERS)):
            yield time.sleep(POLL_S)
        yield self.ask("PUT", f"{path}/stop", 204)
        while self.ask("GET", f"{path}/status", 200).json()["connector"]["state"] != "STOPPED":
            yield time.sleep(POLL_S)
        yield self.ask("DELETE", f"{path}/offsets", 200, 409)  # 409: the task is still ending

    def values(self, name):
        """The numbers that the message query shows, each of which comes once; none while there is no topic."""
        answer = self.rest.messages(name, limit=2 * NUMBERS)
        values = [int(m["value"]) for m in answer.json()["messages"]] if answer.status_code == 200 else []
        assert len(values) == len(set(values)), f"numbers came twice: {sorted(values)}"
        return set(values)


class Watcher(Client):
    """Reads whatever there is to read, and turns the levels of loggers, until it is told to end."""

    def run(self, ended):
        while not ended.wait(POLL_S):
            with contextlib.suppress(Busy):
                scrape(self.dice.choice(self.pair))
                self.ask("GET", "/connectors?expand=status&expand=info", 200)
                self.ask("GET", "/connector-plugins?refused=true", 200)
                self.ask("GET", "/admin/loggers", 200)
                level = {"level": self.dice.choice(["DEBUG", "INFO", "WARN"])}
                self.ask("PUT", "/admin/loggers/worker.task?scope=cluster", 200, 204, json=level)
                self.ask("PUT", "/connector-plugins/file-source/config/validate", 200, json=NO_FILE)


def disturb(pair, plugins, ended):
    """Files come to plugin.path and go, and tasks are killed now and then, until it is told to end."""
    dice = random.Random(0)
    while not ended.wait(1):
        shutil.copyfile(BUSY, plugins / "again.so")
        tasks = [pid for worker in pair for pid in worker.task_pids()]
        if tasks and dice.random() < 0.2:
            with contextlib.suppress(ProcessLookupError):
                os.kill(dice.choice(tasks), signal.SIGKILL)
        ended.wait(1)
        os.remove(plugins / "again.so")


def clean_up(pair):
    """Deletes what is left of clients that got no answer; until both workers have no connector and no task."""

    def nothing_left():
        left = {name for worker in pair for name in worker.rest.get("/connectors").json()}
        for name in left:
            pair[0].rest.delete(f"/connectors/{name}")
        return not left and not any(worker.task_pids() for worker in pair)

    wait_for(nothing_left, 100, "the end of all connectors")


@pytest.mark.timeout(LIMIT_S)
def test_what_many_clients_do_at_once_meets_no_race(pair, plugins, tmp_path):
    ended = threading.Event()
    changers = [Changer(pair, n, tmp_path) for n in range(CHANGERS)]
    jobs = [changer.run for changer in changers] + [Watcher(pair, -n).run for n in (1, 2)]
    with concurrent.futures.ThreadPoolExecutor(len(jobs) + 1) as pool:
        running = [pool.submit(job, ended) for job in jobs] + [pool.submit(disturb, pair, plugins, ended)]
        for _ in range(LONGEST):
            concurrent.futures.wait(running, STORM_S, concurrent.futures.FIRST_EXCEPTION)
            if all(changer.lives for changer in changers) or any(each.done() for each in running):
                break
        ended.set()
        for each in running:
            each.result()
    print("calls and whole lives:", [(changer.calls, changer.lives) for changer in changers])
    clean_up(pair)
    assert all(changer.calls for changer in changers)
    hear_nothing(pair)


def ask_on(pair, name, number, ended):
    """Changes a stopped connector without end; a worker that stops may refuse, or close the connection."""
    client, answered = Client(pair, number), 0
    while not ended.is_set():
        with contextlib.suppress(requests.ConnectionError, Busy):
            client.ask("PUT", f"/connectors/{name}/{client.dice.choice(['pause', 'stop'])}", 202, 204, 409)
            answered += 1
    return answered


@pytest.mark.timeout(LIMIT_S)
def test_workers_that_stop_while_they_are_asked_meet_no_race(pair):
    name, ended = unique("c-"), threading.Event()
    wait_for(lambda: pair[0].rest.create(name, NO_FILE, "STOPPED").status_code in (201, 409), 60, "a connector")
    with concurrent.futures.ThreadPoolExecutor(CHANGERS) as pool:
        asking = [pool.submit(ask_on, pair, name, n, ended) for n in range(CHANGERS)]
        try:
            for worker in pair * STOPS:
                assert worker.stop(limit_s=60) == 0, worker.log_tail()
                worker.start()
        finally:
            ended.set()
        for each in asking:
            each.result()
    clean_up(pair)
    hear_nothing(pair)


@pytest.mark.timeout(LIMIT_S)
def test_a_worker_that_stops_while_kafka_is_silent_meets_no_race(pair, kafka):
    """Requests wait for a leader that can't be heard when the worker ends: it gives up on them, and goes."""

    def create(number):
        with contextlib.suppress(requests.ConnectionError):
            done(pair[0].rest.create(unique(f"c{number}-"), NO_FILE, "STOPPED"), 201, 503)

    with concurrent.futures.ThreadPoolExecutor(CHANGERS) as pool:
        os.kill(kafka.pid, signal.SIGSTOP)
        try:
            asking = [pool.submit(create, n) for n in range(CHANGERS)]
            time.sleep(1)  # for the requests to be on their way; when they are not, the worker stops without them
            assert pair[0].stop(limit_s=60) == 0, pair[0].log_tail()
        finally:
            os.kill(kafka.pid, signal.SIGCONT)
        for each in asking:
            each.result()
    hear_nothing(pair)
