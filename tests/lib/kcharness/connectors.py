"""Connectors as the tests make them: a mysql-source over some tables of a Schema."""

from .servers import unique
from .topics import TopicReader


class Connector:
    """One connector on one worker."""

    def __init__(self, worker, name, config):
        self.worker = worker
        self.name = name
        self.config = config
        self.prefix = config["topic.prefix"]

    @property
    def rest(self):
        return self.worker.rest

    def topic(self, table):
        return f"{self.prefix}_{table}"

    def reader(self, table, kind=TopicReader, **options):
        return kind(self.worker.kafka, self.topic(table), **options)

    def create(self, initial_state=None):
        answer = self.rest.create(self.name, self.config, initial_state)
        assert answer.status_code == 201, answer.text
        return self

    def wait(self, state, limit_s=40):
        return self.rest.wait_for_state(self.name, state, limit_s)

    def run(self):
        """Creates it running and waits until it follows changes, the snapshot being complete."""
        self.create()
        self.wait("RUNNING")
        if self.config.get("snapshot.mode") != "no_data":
            self.wait_for_snapshot()
        return self

    def wait_for_snapshot(self, limit_s=40):
        """
        Until then a row that is inserted may come twice, as a change and as a row of the snapshot.
        """
        self.worker.wait_for_log(rf"{self.name}\b.*the snapshot is complete", limit_s)

    def trace(self):
        return self.rest.task(self.name).get("trace", "")


class Connectors:
    """Makes connectors with names and topic prefixes of their own."""

    def __init__(self, worker):
        self.worker = worker
        self.made = []

    def define(self, schema, tables, **settings):
        """A connector that is not created yet. In settings, `__` stands for a dot; None removes a key."""
        name = unique("c-")
        config = {
            "connector.class": "mysql-source",
            "database.hostname": "127.0.0.1",
            "database.port": str(schema.server.port),
            "database.user": "kconnect",
            "database.password": "kconnect-secret",
            "database.name": schema.name,
            "table.include.list": tables,
            "topic.prefix": unique("t"),
            "database.connectionTimeZone": "+08:00",
        }
        for key, value in settings.items():
            key = key.replace("__", ".")
            if value is None:
                config.pop(key, None)
            else:
                config[key] = value
        connector = Connector(self.worker, name, config)
        self.made.append(connector)
        return connector

    def run(self, schema, tables, **settings):
        return self.define(schema, tables, **settings).run()

    def delete_all(self):
        if self.worker.process is not None:
            for connector in self.made:
                connector.rest.delete(f"/connectors/{connector.name}")
