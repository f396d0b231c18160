"""Config providers: references are followed in the connector's processes alone, and what they lead to is nowhere else."""

import os
import signal
import time

import pytest
from confluent_kafka import Consumer, KafkaError, TopicPartition
from kcharness.connectors import Connectors
from kcharness.fixtures import checked
from kcharness.rest import error_of
from kcharness.servers import Schema, unique
from kcharness.waiting import PATIENCE, wait_for
from kcharness.worker import Worker

VALIDATE = "/connector-plugins/mysql-source/config/validate"


def everything_in(kafka, topic):
    """The bytes of all keys, values and headers of a topic, those of aborted transactions included."""
    settings = {"bootstrap.servers": kafka.address, "group.id": unique("raw-"), "isolation.level": "read_uncommitted"}
    consumer = Consumer({**settings, "enable.partition.eof": True, "auto.offset.reset": "earliest", "log_level": 0})
    missing = set(range(kafka.partitions()[topic]))
    consumer.assign([TopicPartition(topic, p, 0) for p in missing])
    seen, deadline = b"", time.monotonic() + 40 * PATIENCE
    while missing:
        assert time.monotonic() < deadline, f"{topic}: no end of {missing}"
        message = consumer.poll(0.2)
        if message is None:
            continue
        if message.error() is None:
            seen += (message.key() or b"") + (message.value() or b"") + repr(message.headers()).encode()
        elif message.error().code() == KafkaError._PARTITION_EOF:
            missing.discard(message.partition())
    consumer.close()
    return seen


class Place:
    """A folder with secrets, a database user who has one, and a worker that may look there."""

    def __init__(self, kafka, mysql, folder):
        self.schema = Schema(mysql, unique("s")).create()
        self.secrets = folder / "secrets"
        self.secrets.mkdir()
        self.file = self.secrets / "mysql.properties"
        (folder / "elsewhere.properties").write_text("password=x\n")
        self.elsewhere = folder / "elsewhere.properties"
        self.user, self.secret = unique("u"), unique("Hush-")
        self.schema.execute(
            "CREATE TABLE t (id INT PRIMARY KEY)",
            "INSERT INTO t VALUES (1)",
            f"CREATE USER {self.user} IDENTIFIED BY '{self.secret}'",
            f"GRANT SELECT, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO {self.user}",
        )
        os.environ.update(KC_TEST_USER=self.user, KC_TEST_PORT=str(mysql.port), KC_TEST_SECRET=self.secret)
        java = "org.apache.kafka.common.config.provider."
        self.worker = Worker(
            kafka,
            folder / "worker",
            {
                "config.providers": "file, dir,env",
                "config.providers.file.class": java + "FileConfigProvider",
                "config.providers.file.param.allowed.paths": str(self.secrets),
                "config.providers.dir.class": "directory",
                "config.providers.env.class": java + "EnvVarConfigProvider",
                "config.providers.env.param.allowlist.pattern": "KC_TEST_.*",
                "log.level": "TRACE",
            },
        )

    def write_secret(self, secret=None):
        folded = f"# of {self.user}\npassword = \\\n    {secret or self.secret}\n"
        self.file.write_text(folded)

    def define(self, connectors, **settings):
        return connectors.define(
            self.schema,
            "t",
            **{
                "database__user": "${env:KC_TEST_USER}",
                "database__port": "${env:KC_TEST_PORT}",
                "database__password": f"${{file:{self.file}:password}}",
                **settings,
            },
        )


@pytest.fixture(scope="module")
def place(kafka, mysql, scratch):
    folder = scratch / unique("providers-")
    folder.mkdir()
    made = Place(kafka, mysql, folder)
    made.worker.start()
    yield from ((made) for _ in checked(made.worker))


@pytest.fixture
def connectors(place):
    made = Connectors(place.worker)
    yield made
    made.delete_all()


def errors_of(answer):
    assert answer.status_code == 200, answer.text
    return {c["value"]["name"]: c["value"]["errors"] for c in answer.json()["configs"] if c["value"]["errors"]}


def test_what_a_reference_leads_to_is_in_the_connectors_process_alone(place, connectors):
    worker, rest = place.worker, place.worker.rest
    connector = place.define(connectors).create("STOPPED")
    reference = connector.config["database.password"]
    answers = [rest.get(f"/connectors/{connector.name}/config")]
    assert answers[0].json()["database.password"] == reference, "a reference is no secret"
    rest.deploy(connector.name)
    connector.wait("FAILED")
    assert connector.trace() == (
        f"database.password: config provider file: cannot read {place.file}: No such file or directory"
    )
    place.write_secret("not-the-" + place.secret)
    rest.deploy(connector.name)
    wait_for(lambda: place.user in connector.trace() or "${env:" in connector.trace(), 30, "the refused login",
             detail=connector.trace)
    answers.append(rest.get(f"/connectors/{connector.name}/status"))
    place.write_secret()
    assert rest.deploy(connector.name).status_code in (200, 202)
    connector.wait("RUNNING")
    with connector.reader("t") as reader:
        assert [record.key for record in reader.read(1)] == [b"1"]
        pid = worker.the_task_pid()
        os.kill(pid, signal.SIGSEGV)
        wait_for(lambda: "SIGSEGV" in connector.trace(), 20, "the crash in the trace", poll_s=0.02)
        answers.append(rest.get(f"/connectors/{connector.name}/status"))
        worker.the_task_pid(other_than=pid)
        connector.wait("RUNNING")
        place.schema.execute("INSERT INTO t VALUES (2)")
        assert {record.key for record in reader.read(2)} == {b"1", b"2"}
    wait_for(lambda: rest.get(f"/connectors/{connector.name}/offsets").json()["offsets"], 10, "a position")
    answers += [
        rest.put(VALIDATE, {"name": connector.name, **connector.config}),
        rest.get("/connectors?expand=info&expand=status"),
        rest.get(f"/connectors/{connector.name}"),
        rest.get(f"/connectors/{connector.name}/tasks"),
        rest.get(f"/connectors/{connector.name}/offsets"),
        rest.get("/metrics"),
    ]
    assert all(answer.status_code == 200 for answer in answers), [answer.status_code for answer in answers]
    secret = place.secret.encode()
    for answer in answers:
        assert secret not in answer.content, answer.url
    for storage in ("config", "status", "offset", "request"):
        seen = everything_in(worker.kafka, worker.settings[f"{storage}.storage.topic"])
        assert secret not in seen, storage
        if storage == "config":
            assert reference.encode() in seen
    log = worker.log()
    assert " DEBUG " in log and place.secret not in log


def test_problems_of_references_are_found_by_key(place, connectors):
    rest = place.worker.rest
    place.write_secret()

    def problems(**settings):
        connector = place.define(connectors, **settings)
        return errors_of(rest.put(VALIDATE, {"name": connector.name, **connector.config}))

    assert problems() == {}
    found = problems(database__password=f"${{file:{place.file}:pass}}")
    assert found == {
        "database.password": [f'database.password: the config provider file has no key "pass" in {place.file}']
    }
    found = problems(database__password=f"${{file:{place.secrets}/../elsewhere.properties:password}}")
    assert "allowed.paths" in found["database.password"][0], found
    found = problems(database__user="${env:HOME}")
    assert "allowlist.pattern" in found["database.user"][0], found
    found = problems(database__user="${vault:secret/db:user}", database__port="${vault:x}")
    assert list(found) == ["database.port", "database.user"] or set(found) == {"database.port", "database.user"}
    assert "no config provider named vault; its config.providers are: file, dir,env" in found["database.user"][0]
    found = problems(database__port="${env:KC_TEST_SECRET}")  # checked as what it is once it is known
    assert list(found) == ["database.port"] and place.secret not in str(found), found
    found = problems(task__memory__max__mb="${env:KC_TEST_PORT}")
    assert "the worker reads this key itself" in str(found), found


def test_a_value_with_more_than_a_reference_is_masked_as_ever(place, connectors):
    rest = place.worker.rest
    (place.secrets / "half").write_text(place.secret[4:])
    connector = place.define(connectors, database__password=place.secret[:4] + f"${{dir:{place.secrets}:half}}").run()
    shown = rest.get(f"/connectors/{connector.name}/config").json()
    assert shown["database.password"] == "********" and shown["database.user"] == "${env:KC_TEST_USER}"
    # Sent back, the mask stands for what is stored, and the reference for itself.
    assert rest.put(f"/connectors/{connector.name}/config", shown).status_code == 200
    connector.wait("RUNNING")


def test_offsets_of_a_connector_with_hidden_client_settings_are_not_asked_for(place, connectors):
    connector = place.define(connectors, producer__override__client__rack="${env:KC_TEST_USER}").create("STOPPED")
    connector.wait("STOPPED")
    answer = place.worker.rest.get(f"/connectors/{connector.name}/offsets")
    assert "producer.override.client.rack refers to a config provider" in error_of(answer, 400)
