"""The file source: lines as records, exactly once, from any position; what it refuses."""

import os

import pytest
from kcharness.rest import error_of
from kcharness.servers import unique
from kcharness.topics import Record, TopicReader
from kcharness.waiting import holds_for, wait_for


class LineReader(TopicReader):
    def _parse(self, message):
        return Record(message.partition(), message.offset(), 0, message.key(), None, message.value(), [])

    def lines(self, n):
        return [record.raw.decode() for record in self.read(n)]


class FileConnector:
    """A file source over a file of its own, in the words of a Kafka Connect configuration."""

    def __init__(self, worker, folder, **settings):
        self.rest, self.kafka = worker.rest, worker.kafka
        self.name, self.topic = unique("f-"), unique("lines-")
        self.file = folder / "in.txt"
        self.config = {
            "connector.class": "org.apache.kafka.connect.file.FileStreamSourceConnector",
            "tasks.max": "1",
            "file": str(self.file),
            "topic": self.topic,
            **settings,
        }

    def create(self, state="RUNNING"):
        answer = self.rest.create(self.name, self.config)
        assert answer.status_code == 201, answer.text
        self.rest.wait_for_state(self.name, state)
        return self

    def append(self, data):
        with open(self.file, "ab") as file:
            file.write(data)

    def stop(self):
        assert self.rest.put(f"/connectors/{self.name}/stop").status_code == 204
        self.rest.wait_for_state(self.name, "STOPPED")

    def resume(self, state="RUNNING"):
        assert self.rest.put(f"/connectors/{self.name}/resume").status_code == 202
        self.rest.wait_for_state(self.name, state)

    def offsets(self):
        return self.rest.get(f"/connectors/{self.name}/offsets").json()["offsets"]

    def patch(self, offset, partition=None):
        partition = {"filename": str(self.file)} if partition is None else partition
        body = {"offsets": [{"partition": partition, "offset": offset}]}
        return self.rest.call("PATCH", f"/connectors/{self.name}/offsets", body)

    def at(self, position):
        return [{"partition": {"filename": str(self.file)}, "offset": {"position": position}}]

    def trace(self):
        return self.rest.task(self.name).get("trace", "")


@pytest.fixture
def connector(worker, tmp_path):
    made = FileConnector(worker, tmp_path)
    yield made
    made.rest.delete(f"/connectors/{made.name}")


def test_a_file_is_waited_for_followed_and_resumed(connector):
    connector.create()
    with LineReader(connector.kafka, connector.topic) as reader:
        connector.append("first\nsecond é\r\n\nunfini".encode())
        assert reader.lines(3) == ["first", "second é", ""]
        assert all(record.key is None for record in reader.records)
        holds_for(lambda: len(reader.read_to_end()) == 3, 1, "the unfinished line to stay where it is")
        wait_for(lambda: connector.offsets() == connector.at(18), 10, "the position behind the last line")
        connector.stop()
        connector.append(b"shed\ncaf\xe9\nlast\n")
        connector.resume()
        assert reader.lines(6)[3:] == ["unfinished", "caf\ufffd", "last"]
        connector.append(b"".join(b"%d\n" % n for n in range(5000)))
        assert reader.lines(5006)[6:] == [str(n) for n in range(5000)]
        assert len(reader.read_to_end()) == 5006


def test_offsets_are_the_plugins_to_refuse(connector):
    connector.append(b"one\ntwo\nthree\n")
    connector.create()
    with LineReader(connector.kafka, connector.topic) as reader:
        assert reader.lines(3) == ["one", "two", "three"]
        wait_for(lambda: connector.offsets() == connector.at(14), 10, "the position")
        connector.stop()
        assert "whole number" in error_of(connector.patch({"position": "4"}), 400)
        assert "negative" in error_of(connector.patch({"position": -1}), 400)
        assert "position" in error_of(connector.patch({"line": 1}), 400)
        assert "filename" in error_of(connector.patch({"position": 4}, {"file": "x"}), 400)
        assert connector.offsets() == connector.at(14), "nothing was changed"
        assert connector.patch({"position": 4}).status_code == 200
        connector.resume()
        assert reader.lines(5)[3:] == ["two", "three"]
        connector.stop()
        assert connector.patch({"position": 4000}).status_code == 200
        connector.resume("FAILED")
        assert "has 14 bytes, but was read up to byte 4000" in connector.trace(), connector.trace()
        connector.stop()
        assert connector.patch(None).status_code == 200
        connector.resume()
        assert reader.lines(8)[5:] == ["one", "two", "three"]


def test_what_cannot_be_read_on_fails_with_its_reason(worker, connector):
    rest, validate = worker.rest, "/connector-plugins/FileStreamSource/config/validate"
    connector.config["line.max.bytes"] = "10"
    connector.append(b"short\n" + b"x" * 11 + b"\n")
    connector.create("FAILED")
    assert f"{connector.file}: the line at byte 6 is longer than 10 bytes" in connector.trace(), connector.trace()
    rest.put(f"/connectors/{connector.name}/config", {**connector.config, "line.max.bytes": "11"})
    rest.wait_for_state(connector.name, "RUNNING")
    with LineReader(connector.kafka, connector.topic) as reader:
        assert reader.lines(2) == ["short", "x" * 11]
    wait_for(lambda: connector.offsets() == connector.at(18), 10, "the long line to be read")
    os.truncate(connector.file, 4)  # in one step, so that nobody finds it shorter still
    rest.wait_for_state(connector.name, "FAILED")
    assert "has 4 bytes, but was read up to byte 18" in connector.trace(), connector.trace()
    answer = rest.put(validate, {**connector.config, "name": "x", "file": str(connector.file.parent), "topic": None})
    errors = {c["value"]["name"]: c["value"]["errors"] for c in answer.json()["configs"] if c["value"]["errors"]}
    assert list(errors) == ["topic"], errors
    answer = rest.put(validate, {**connector.config, "name": "x", "file": str(connector.file.parent)})
    errors = {c["value"]["name"]: c["value"]["errors"] for c in answer.json()["configs"] if c["value"]["errors"]}
    assert list(errors) == ["file"] and "no regular file" in errors["file"][0], errors
