"""A cluster with TLS, SASL and ACLs: the worker's client settings, and the table of ACLs in README.md."""

import subprocess

import pytest
from confluent_kafka.admin import (AclBinding, AclOperation, AclPermissionType, ResourcePatternType,
                                   ResourceType)

from kcharness.connectors import Connectors
from kcharness.servers import Kafka, Schema, unique
from kcharness.worker import Worker, free_port

PASSWORD = "worker-kafka-secret"

BROKER = """
listeners=PLAINTEXT://127.0.0.1:{plain},SECURE://127.0.0.1:{secure},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{plain},SECURE://127.0.0.1:{secure},CONTROLLER://127.0.0.1:{controller}
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SECURE:SASL_SSL,CONTROLLER:PLAINTEXT
sasl.enabled.mechanisms=PLAIN
listener.name.secure.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \\
    user_kconnect="{password}";
ssl.keystore.type=PEM
ssl.keystore.location={folder}/broker.pem
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
"""


def make_certificates(folder):
    """A CA and a broker's certificate for 127.0.0.1, with the key before it as Kafka's PEM store wants."""
    (folder / "san").write_text("subjectAltName=IP:127.0.0.1\n")
    for command in (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test-ca -keyout ca.key -out ca.pem",
        "openssl req -newkey rsa:2048 -nodes -subj /CN=broker -keyout broker.key -out broker.csr",
        "openssl x509 -req -in broker.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile san -out broker.crt",
    ):
        subprocess.run(command.split(), cwd=folder, check=True, capture_output=True, timeout=60)
    (folder / "broker.pem").write_text((folder / "broker.key").read_text() + (folder / "broker.crt").read_text())


def allow(kafka, prefix, group):
    """What README.md, "What the Kafka cluster must allow", lists, and nothing else."""
    literal, prefixed = ResourcePatternType.LITERAL, ResourcePatternType.PREFIXED
    topic_operations = ["CREATE", "DESCRIBE", "DESCRIBE_CONFIGS", "READ", "WRITE"]
    rights = [
        *[(ResourceType.TOPIC, f"{group}-{name}", literal, topic_operations)
          for name in ("configs", "status", "offsets", "requests")],
        (ResourceType.GROUP, group, literal, ["READ"]),
        (ResourceType.TRANSACTIONAL_ID, f"connect-cluster-{group}", literal, ["DESCRIBE", "WRITE"]),
        (ResourceType.TOPIC, f"{prefix}_", prefixed, topic_operations),
        (ResourceType.GROUP, "connect-", prefixed, ["READ"]),
        (ResourceType.TRANSACTIONAL_ID, "connect-", prefixed, ["DESCRIBE", "WRITE"]),
        (ResourceType.BROKER, "kafka-cluster", literal, ["IDEMPOTENT_WRITE", "DESCRIBE"]),
    ]
    bindings = [AclBinding(kind, name, pattern, "User:kconnect", "*", AclOperation[operation], AclPermissionType.ALLOW)
                for kind, name, pattern, operations in rights for operation in operations]
    admin = kafka.admin()
    for future in admin.create_acls(bindings).values():
        future.result(30)


@pytest.fixture(scope="module")
def secure_kafka(scratch):
    folder = scratch / unique("secure-kafka-")
    folder.mkdir()
    make_certificates(folder)
    plain, secure = free_port(), free_port()
    (folder / "broker.properties").write_text(
        BROKER.format(plain=plain, secure=secure, controller=free_port(), folder=folder, password=PASSWORD))
    kafka = Kafka(folder, "--port", str(plain))
    kafka.secure = f"127.0.0.1:{secure}"
    kafka.start()
    yield kafka
    kafka.stop(kill=True)


def secured(kafka, scratch, **more):
    worker = Worker(kafka, scratch / unique("worker-"))
    worker.settings.update({
        "bootstrap.servers": kafka.secure,
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "PLAIN",
        "sasl.username": "kconnect",
        "sasl.password": PASSWORD,
        "ssl.ca.location": str(kafka.folder / "ca.pem"),
    })
    worker.settings.update(more)
    return worker


def test_a_connector_runs_over_tls_and_sasl_with_the_acls_of_the_readme(secure_kafka, mariadb, scratch):
    schema = Schema(mariadb, unique("s")).create()
    schema.execute("CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20))", "INSERT INTO t VALUES (1, 'before')")
    worker = secured(secure_kafka, scratch)
    connector = Connectors(worker).define(schema, "t")
    allow(secure_kafka, connector.prefix, worker.group)
    worker.start()
    try:
        connector.run()
        schema.execute("INSERT INTO t VALUES (2, 'after')")
        with connector.reader("t") as reader:
            assert {record.key for record in reader.read(2)} == {b"1", b"2"}
        page = worker.rest.get(f"/connectors/{connector.name}/messages").json()
        assert len(page["messages"]) == 2
    finally:
        assert worker.stop() == 0
    assert PASSWORD not in worker.log()
    assert not worker.sanitizer_reports()


def test_a_wrong_password_is_said_and_the_worker_keeps_trying(secure_kafka, scratch):
    worker = secured(secure_kafka, scratch, **{"sasl.password": "not-the-password"})
    worker.start(wait=False)
    try:
        worker.wait_for_log(r"(?i)authentication", 30)
        assert worker.process.poll() is None
    finally:
        worker.stop()
    assert "not-the-password" not in worker.log()
