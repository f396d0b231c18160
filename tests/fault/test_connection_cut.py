"""Connections to the database are cut at random moments, as a network or a proxy does it; nothing is lost."""

import os
import random
import select
import socket
import threading
import time

import pytest

from kcharness.changes import check_equals_table, check_history
from kcharness.load import Load, create_table, drain, rows_of, seed
from kcharness.waiting import wait_for

CUTS = 200 if os.environ.get("KC_SOAK") == "1" else 5


class Proxy:
    """Carries bytes to a TCP port; cut() ends every connection where it is."""

    def __init__(self, port):
        self.target = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.pairs = []
        self.taken = 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                client.close()  # as if there were nobody
                continue
            self.pairs.append((client, server))
            self.taken += 1
            threading.Thread(target=self.carry, args=(client, server), daemon=True).start()

    @staticmethod
    def carry(client, server):
        other = {client: server, server: client}
        try:
            while True:
                for side in select.select(list(other), [], [])[0]:
                    data = side.recv(1 << 16)
                    if not data:
                        return
                    other[side].sendall(data)
        except (OSError, ValueError):
            pass
        finally:
            for side in other:
                side.close()

    def cut(self):
        pairs, self.pairs = self.pairs, []
        for pair in pairs:
            for side in pair:
                try:
                    side.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass  # it has ended by itself

    def close(self):
        self.listener.close()
        self.cut()


@pytest.fixture
def proxy(schema):
    proxy = Proxy(schema.server.port)
    yield proxy
    proxy.close()


@pytest.mark.timeout(1800 if CUTS > 20 else 900)
def test_connections_are_cut_at_random_moments(worker, connectors, schema, proxy):
    dice = random.Random(seed())
    create_table(schema, "t", 2000)
    settings = {"database__port": str(proxy.port), "snapshot__fetch__size": "200"}
    connector = connectors.define(schema, "t", **settings).create()
    load = Load(schema, "t", dice.random())
    load.start()
    with connector.reader("t") as reader:
        for _ in range(CUTS):
            taken = proxy.taken
            wait_for(lambda taken=taken: proxy.taken > taken or proxy.pairs, 60, "a connection")
            time.sleep(dice.uniform(0, 0.6))
            proxy.cut()
        load.stop()
        connector.wait("RUNNING", 60)
        records = drain(schema, "t", reader)
        check_history(records)
        check_equals_table(records, rows_of(schema, "t"), "id")
    assert f"[{connector.name}] task 0 has failed until" not in worker.log()
