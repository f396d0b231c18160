"""Plays the worker for one task process: starts it, talks to it over descriptor 3, reads what it says."""

import json
import os
import select
import socket
import struct
import subprocess
import time

from kcharness.waiting import PATIENCE


class Task:
    """A task process of `runner`. Options of start() go into the start message."""

    def __init__(self, runner, plugin, kafka, connector, log=None):
        self.runner, self.plugin, self.kafka, self.connector = str(runner), str(plugin), kafka, connector
        self.log = log
        self.process = self.socket = self.page = None
        self.messages = []
        self.buffer = b""

    def start(self, config=None, paused=False, group="fleet", offset_topic="offsets", offset_partitions=5,
              topic_creation=None, client=None, log_level="INFO", memory_max_mb=0, stages=(), kind="source",
              roles=(("connector", "counter-source"), ("key.converter", "text"), ("value.converter", "text")),
              consumer=None, extra=None):
        """`stages`: further plugins as (role, id), of kc-stages.so. `extra`: further members of the start message."""
        mine, theirs = socket.socketpair()
        page = os.memfd_create("crash-page")
        os.ftruncate(page, 16384)
        # Far from 3 and 4, so that neither dup2 overwrites the other's source.
        high_socket, high_page = os.dup(theirs.fileno()), os.dup(page)

        def place():
            os.dup2(high_socket, 103)
            os.dup2(high_page, 104)
            os.dup2(103, 3)
            os.dup2(104, 4)

        self.process = subprocess.Popen([self.runner], preexec_fn=place, pass_fds=(3, 4), stdin=subprocess.DEVNULL,
                                        stderr=open(self.log, "ab") if self.log else None)
        for descriptor in (high_socket, high_page, *([] if self.page is None else [self.page])):
            os.close(descriptor)
        self.page = page
        theirs.close()
        self.socket, self.buffer, self.messages = mine, b"", []
        properties = {"bootstrap.servers": self.kafka, **(client or {})}
        self.send({
            "type": "start", "connector": self.connector, "task": 0, "kind": kind, "worker_id": "w1",
            "group_id": group, "paused": paused,
            "config": {"name": self.connector, "topic": self.connector, **(config or {})},
            "plugins": [{"role": role, "id": name, "version": "1.0.0", "file": file}
                        for file, named in ((self.plugin, roles),
                                            (os.path.join(os.path.dirname(self.plugin), "kc-stages.so"), stages))
                        for role, name in named],
            "client": {"producer": properties, "consumer": {"bootstrap.servers": self.kafka, **(consumer or {})},
                       "admin": {"bootstrap.servers": self.kafka}},
            "offset_topic": offset_topic, "offset_partitions": offset_partitions,
            "topic_creation": topic_creation or {}, "memory_max_mb": memory_max_mb, "log_level": log_level, "log_format": "text",
            **(extra or {})})
        return self

    def send(self, message):
        text = json.dumps(message).encode()
        self.socket.sendall(struct.pack("<I", len(text)) + text)

    def read(self, timeout_s):
        """Takes in what the task says for up to timeout_s; False at the end of file."""
        ready, _, _ = select.select([self.socket], [], [], timeout_s)
        if not ready:
            return True
        try:
            piece = self.socket.recv(65536)
        except ConnectionError:
            piece = b""
        self.buffer += piece
        while len(self.buffer) >= 4:
            size = struct.unpack("<I", self.buffer[:4])[0]
            if len(self.buffer) < 4 + size:
                break
            self.messages.append(json.loads(self.buffer[4:4 + size]))
            self.buffer = self.buffer[4 + size:]
        return piece != b""

    def wait_for(self, accept, timeout_s=30):
        """The first message not yet seen here that `accept` accepts."""
        deadline = time.monotonic() + timeout_s * PATIENCE
        seen = 0
        open_ = True
        while True:
            while seen < len(self.messages):
                seen += 1
                if accept(self.messages[seen - 1]):
                    return self.messages.pop(seen - 1)
            left = deadline - time.monotonic()
            assert open_ and left > 0, f"the task did not say what was waited for, only {self.messages}"
            open_ = self.read(left)

    def wait_state(self, state, timeout_s=30):
        return self.wait_for(lambda m: m["type"] == "state" and m["state"] == state, timeout_s)

    def wait_failed(self, timeout_s=30):
        return self.wait_for(lambda m: m["type"] == "failed", timeout_s)

    def wait_records(self, n, timeout_s=60):
        return self.wait_for(lambda m: m["type"] == "stats" and m["records"] >= n, timeout_s)

    def in_call(self):
        """(component, call) as supervisor/crash_page.h has them for the watchdog."""
        texts = os.pread(self.page, 128, 16)
        return tuple(text.split(b"\0")[0].decode() for text in (texts[:64], texts[64:]))

    def wait_for_end(self, timeout_s=10):
        """The status with which the process ends."""
        return self.process.wait(timeout_s * PATIENCE)

    def stop(self, timeout_s=10):
        self.send({"type": "stop"})
        return self.wait_for_end(timeout_s)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.socket.close()

    def rss_kb(self, field="VmHWM"):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(next(line for line in status if line.startswith(field)).split()[1])
