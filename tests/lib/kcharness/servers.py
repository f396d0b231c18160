"""Kafka, MySQL and MariaDB of this run, started by tests/lib/servers on fresh ports."""

import itertools
import os
import pathlib
import subprocess
import time

import pymysql
from confluent_kafka.admin import AdminClient

SCRIPT = pathlib.Path(__file__).resolve().parent.parent / "servers"


class Server:
    """One server in a folder of its own. stop() and start() keep its data and its port."""

    kind = None

    def __init__(self, folder, *options):
        self.folder = pathlib.Path(folder)
        self.options = options
        self.port = None

    def start(self):
        command = [SCRIPT, "start", self.kind, self.folder, "--owner", str(os.getpid()), *self.options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, f"{self.kind} did not start: {done.stderr}"
        said = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
        self.port = int(said["port"])
        self.pid = int(said["pid"])
        return self

    def stop(self, kill=False):
        command = [SCRIPT, "stop", self.folder] + (["--kill"] if kill else [])
        subprocess.run(command, check=True, timeout=300)

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"


class Kafka(Server):
    """One KRaft node."""

    kind = "kafka"

    def admin(self):
        return AdminClient({"bootstrap.servers": self.address, "log_level": 0})

    def partitions(self):
        """Topic name -> number of partitions, of every topic."""
        topics = self.admin().list_topics(timeout=60).topics
        return {name: len(topic.partitions) for name, topic in topics.items()}

    def tool(self, name, *arguments):
        """Runs one of Kafka's own command line tools and returns what it printed."""
        done = subprocess.run(
            [SCRIPT, "kafka-tool", name, "--bootstrap-server", self.address, *arguments],
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


class Database(Server):
    """A database server with the accounts of tests/lib/servers."""

    flavor = None

    def connect(self, user="admin", password=None, database=None, **options):
        options.setdefault("charset", "utf8mb4")
        options.setdefault("autocommit", True)
        options.setdefault("read_timeout", 60)
        return pymysql.connect(
            host="127.0.0.1",
            port=self.port,
            user=user,
            password=password or f"{user}-secret",
            database=database,
            **options,
        )

    def execute(self, *statements, database=None):
        """Runs statements as admin, each a string or a pair (string, arguments); returns the last's rows."""
        with self.connect(database=database) as connection, connection.cursor() as cursor:
            for statement in statements:
                if isinstance(statement, str):
                    cursor.execute(statement)
                else:
                    cursor.execute(*statement)
            return cursor.fetchall()

    def settings(self, pattern):
        return dict(self.execute(("SHOW GLOBAL VARIABLES LIKE %s", (pattern,))))


class MySQL(Database):
    kind = flavor = "mysql"


class MariaDB(Database):
    kind = flavor = "mariadb"


class Schema:
    """A database (in SQL's sense) that one test has for itself."""

    def __init__(self, server, name):
        self.server = server
        self.name = name

    @property
    def flavor(self):
        return self.server.flavor

    def create(self):
        self.server.execute(f"CREATE DATABASE `{self.name}` CHARACTER SET utf8mb4")
        return self

    def execute(self, *statements):
        return self.server.execute(*statements, database=self.name)

    def connect(self, **options):
        return self.server.connect(database=self.name, **options)


def unique(prefix, _count=itertools.count(1)):
    """A name nobody used in this run: for connectors, schemas, topics, groups. Any thread."""
    return f"{prefix}{os.getpid() % 10000}x{next(_count)}x{int(time.time()) % 1000}"
