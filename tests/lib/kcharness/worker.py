"""The program under test: one `kconnect worker` process, its tasks and its log."""

import os
import pathlib
import random
import re
import signal
import socket
import subprocess

import requests

from .rest import Rest
from .servers import unique
from .waiting import PATIENCE, wait_for

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ.get("KC_BUILD", ROOT / "build"))
PLAIN = pathlib.Path(os.environ.get("KC_BUILD_PLAIN", BUILD))  # without sanitizers, for what measures
EXECUTABLE = BUILD / "kconnect"


def free_port():
    """A TCP port of loopback on which nobody listens; outside the range the kernel gives to clients, so that it
    stays free while a worker is down."""
    while True:
        port = random.SystemRandom().randrange(12000, 30000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


class Worker:
    """One worker. Its configuration outlives the process: after kill() or stop(), start() continues it."""

    def __init__(self, kafka, folder, settings=None, build=BUILD):
        self.kafka = kafka
        self.build = build
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.group = unique("fleet-")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.rest = Rest(self.url)
        self.process = None
        self.starts = 0
        self.settings = {
            "bootstrap.servers": kafka if isinstance(kafka, str) else kafka.address,
            "group.id": self.group,
            "plugin.path": str(build / "plugins"),
            "listeners": self.url,
            "config.storage.topic": f"{self.group}-configs",
            "status.storage.topic": f"{self.group}-status",
            "offset.storage.topic": f"{self.group}-offsets",
            "request.storage.topic": f"{self.group}-requests",
            "config.storage.replication.factor": "1",
            "status.storage.replication.factor": "1",
            "offset.storage.replication.factor": "1",
            "request.storage.replication.factor": "1",
            "offset.storage.partitions": "3",
            "status.storage.partitions": "2",
            "topic.creation.default.replication.factor": "1",
            "log.level": "DEBUG",
            "errors.restart.delay.initial.ms": "200",
            "errors.restart.delay.max.ms": "2000",
        }
        self.settings.update(settings or {})

    def start(self, wait=True, arguments=()):
        """Starts the process; waits until GET /health is 200 unless told otherwise."""
        assert self.process is None, "the worker runs already"
        self.starts += 1
        file = self.folder / "worker.properties"
        file.write_text("".join(f"{key}={value}\n" for key, value in self.settings.items()), encoding="utf-8")
        environment = dict(os.environ)
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
            environment[name] = f"{environment.get(name, '')}:log_path={self.folder}/sanitizer".lstrip(":")
        if "KC_PRELOAD" in environment:  # what a build with ThreadSanitizer needs, tests/tsan/README.md
            environment["LD_PRELOAD"] = environment["KC_PRELOAD"]
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(
                [self.build / "kconnect", "worker", file, *arguments],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=environment,
                start_new_session=True,
            )
        if wait:
            self.wait_until_healthy()
        return self

    def wait_until_healthy(self, limit_s=40):
        def healthy():
            assert (
                self.process.poll() is None
            ), f"the worker ended with {self.process.returncode}: {self.log_tail()}"
            try:
                return requests.get(f"{self.url}/health", timeout=5).status_code == 200
            except requests.RequestException:
                return False

        wait_for(healthy, limit_s, "the worker to answer GET /health with 200", detail=self.log_tail)

    def stop(self, limit_s=12):
        """SIGTERM; returns the exit status, which must come within the limit."""
        if self.process is None:
            return None
        process, self.process = self.process, None
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(limit_s * PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(
                f"the worker did not end within {limit_s * PATIENCE:g} s of SIGTERM: {self.log_tail()}"
            ) from None

    def kill(self):
        """kill -9 of the worker alone; its tasks are left to notice it by themselves."""
        process, self.process = self.process, None
        process.kill()
        process.wait()

    def task_pids(self):
        """The processes of tasks that this worker runs now."""
        if self.process is None:
            return []
        found = []
        for child in children_of(self.process.pid):
            words = command_line(child)
            if len(words) > 1 and words[1] == "task":
                found.append(child)
        return found

    def the_task_pid(self, other_than=None, limit_s=30):
        """
        Waits until there is one task process, besides `other_than`. That of a connector which was deleted a moment ago may
        still be on its way out.
        """

        def the_one():
            found = [pid for pid in self.task_pids() if pid != other_than]
            return found[0] if len(found) == 1 else None

        return wait_for(the_one, limit_s, "one task process", detail=lambda: f"{self.task_pids()} {self.log_tail()}")

    @property
    def log_file(self):
        return self.folder / "worker.log"

    def log(self):
        try:
            return self.log_file.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return ""

    def log_tail(self, lines=40):
        """The end of the log, without the tests' own questions in it."""
        told = [line for line in self.log().splitlines() if not re.search(r"\[api\] GET .*: 200 in", line)]
        return "\n".join(told[-lines:])

    def wait_for_log(self, pattern, limit_s=30):
        return wait_for(
            lambda: re.search(pattern, self.log()),
            limit_s,
            f"a log line with {pattern!r}",
            detail=self.log_tail,
        )

    def sanitizer_reports(self):
        """What the sanitizers wrote about this worker and its tasks; "" when they had nothing to say."""
        return "\n".join(
            file.read_text(errors="replace")[:6000] for file in sorted(self.folder.glob("sanitizer.*"))
        )


def children_of(pid):
    """Every process whose parent is `pid`."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", encoding="ascii", errors="replace") as file:
                    parent = int(file.read().rsplit(")", 1)[1].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
            if parent == pid:
                found.append(int(name))
    return found


def command_line(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return [word.decode(errors="replace") for word in file.read().split(b"\0")][:-1]
    except (FileNotFoundError, ProcessLookupError):
        return []


def is_alive(pid):
    """True when the process exists and is not a zombie."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False
