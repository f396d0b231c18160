"""What a consumer with isolation.level=read_committed finds in a topic."""

import json
import time
from dataclasses import dataclass

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from .servers import unique
from .waiting import PATIENCE

# What a client is told while a broker starts, or a topic that was made this moment has no leader yet.
PASSING = {
    KafkaError.LEADER_NOT_AVAILABLE,
    KafkaError.NOT_LEADER_FOR_PARTITION,
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError._ALL_BROKERS_DOWN,
    KafkaError._TIMED_OUT,
    KafkaError._TRANSPORT,
    KafkaError._UNKNOWN_PARTITION,
    KafkaError._UNKNOWN_TOPIC,
}


@dataclass
class Record:
    """One record, its value parsed as JSON; `raw` has the bytes."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: dict | None
    raw: bytes | None
    headers: list

    @property
    def op(self):
        return self.value["payload"]["op"]

    @property
    def sequence(self):
        return int(self.value["payload"]["sequenceId"])

    @property
    def row(self):
        """The image that counts: after, or before where there is no after."""
        payload = self.value["payload"]
        image = payload["after"] if payload["after"] is not None else payload["before"]
        return image["dataColumn"]


def ends_of(consumer, topic, partitions):
    """Where the partitions end now: for a read_committed consumer before the first transaction that is not decided."""
    return [consumer.get_watermark_offsets(TopicPartition(topic, p), timeout=20)[1] for p in range(partitions)]


def ends_when_told(consumer, topic, partitions, deadline):
    """The same, asked again until the deadline while no broker tells."""
    while True:
        try:
            return ends_of(consumer, topic, partitions)
        except KafkaException as error:
            if error.args[0].code() not in PASSING or time.monotonic() > deadline:
                raise
            consumer.poll(0.1)


class TopicReader:
    """Follows every partition of a topic from its beginning; read() goes on where the last one stopped."""

    def __init__(self, kafka, topic, decimals=False):
        self.topic = topic
        self.address = kafka.address
        self.records = []
        self.reached = {}  # partition -> the offset up to which everything was seen
        self.parse_float = str if decimals else None
        self.consumer = Consumer(
            {
                "bootstrap.servers": kafka.address,
                "group.id": unique("test-"),
                "isolation.level": "read_committed",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "auto.offset.reset": "earliest",
                "allow.auto.create.topics": False,
                "fetch.wait.max.ms": 50,
                "log_level": 0,
            }
        )
        self.partitions = self._wait_for_partitions()
        self.consumer.assign([TopicPartition(topic, p, 0) for p in range(self.partitions)])

    def _wait_for_partitions(self):
        deadline = time.monotonic() + 40 * PATIENCE
        while True:
            metadata = self.consumer.list_topics(self.topic, timeout=60).topics[self.topic]
            if metadata.error is None and metadata.partitions:
                return len(metadata.partitions)
            assert time.monotonic() < deadline, f"topic {self.topic} did not appear: {metadata.error}"
            self.consumer.poll(0.1)

    def _poll(self):
        """Takes what is there, waiting a moment for the first message only."""
        # Not consume(): just after assign() that was seen to lose the first batch.
        for number in range(500):
            message = self.consumer.poll(0 if number else 0.1)
            if message is None:
                return
            error = message.error()
            if error is None:
                self.reached[message.partition()] = message.offset() + 1
                self.records.append(self._parse(message))
            elif error.code() == KafkaError._PARTITION_EOF:
                # This offset is behind the markers of transactions, which are no messages but have offsets.
                self.reached[message.partition()] = message.offset()
            elif error.fatal() or not error.retriable() and error.code() not in PASSING:
                raise KafkaException(error)

    def _parse(self, message):
        raw = message.value()
        value = json.loads(raw, parse_float=self.parse_float) if raw is not None else None
        return Record(
            message.partition(),
            message.offset(),
            message.timestamp()[1],
            message.key(),
            value,
            raw,
            message.headers() or [],
        )

    def _ends(self, consumer=None):
        return ends_of(consumer or self.consumer, self.topic, self.partitions)

    def read_to_decided_end(self, limit_s=60):
        """
        As read_to_end(), transactions included that are not marked as committed in every partition yet. For topics whose
        writer is alive: of one that was killed, the last transaction stays open until its successor comes.
        """
        settings = {"bootstrap.servers": self.address, "group.id": unique("test-"), "isolation.level": "read_uncommitted"}
        deadline = time.monotonic() + limit_s * PATIENCE
        asker = Consumer(settings)
        try:
            ends = ends_when_told(asker, self.topic, self.partitions, deadline)
        finally:
            asker.close()
        while any(self.reached.get(p, 0) < end for p, end in enumerate(ends)):
            assert time.monotonic() < deadline, f"{self.topic}: {ends} were not reached, only {self.reached}"
            self._poll()
        return self.records

    def read_to_end(self, limit_s=60):
        """Reads up to the end that every partition has now; returns all records so far."""
        deadline = time.monotonic() + limit_s * PATIENCE
        ends = None
        while True:
            try:
                ends = ends or self._ends()
            except KafkaException as error:
                assert error.args[0].code() in PASSING, error
            if ends and all(self.reached.get(p, 0) >= end for p, end in enumerate(ends)):
                return self.records
            assert (
                time.monotonic() < deadline
            ), f"the ends of {self.topic}, {ends}, were not reached: {self.reached}"
            self._poll()

    def read_until(self, enough, limit_s=60, what="the expected records", detail=lambda: ""):
        """Reads until enough(records) is true; returns all records so far. detail() goes into the error's message."""
        deadline = time.monotonic() + limit_s * PATIENCE
        seen = -1
        while True:
            if seen != len(self.records):
                seen = len(self.records)
                if enough(self.records):
                    return self.records
            if time.monotonic() > deadline:
                tail = [record.raw for record in self.records[-3:]]
                raise AssertionError(
                    f"{self.topic}: waited in vain for {what}; {detail()} {seen} records so far, the last: {tail}"
                )
            self._poll()

    def read(self, count, limit_s=60):
        """Reads until there are `count` records; more than that is an error."""
        records = self.read_until(lambda found: len(found) >= count, limit_s, f"{count} records")
        assert len(records) == count, f"{self.topic} has {len(records)} records instead of {count}"
        return records

    def close(self):
        self.consumer.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def committed(kafka, topic, limit_s=60):
    """Every committed record of a topic now."""
    with TopicReader(kafka, topic) as reader:
        return reader.read_to_end(limit_s)


class RowCounter(TopicReader):
    """Counts a table's rows, millions of them, without keeping any: the table has `id` as its key and a number `v`."""

    def committed(self):
        """How many records are committed at the most; the markers of transactions count, too."""
        return sum(self._ends_now() or [])

    def _ends_now(self):
        """None while no broker tells, as when the topic was made this moment."""
        try:
            return self._ends()
        except KafkaException:
            return None

    def count(self, rows, limit_s):
        """
        Reads until each id below `rows` came, and to the end: asserts that none comes twice, and returns the sum of
        their values.
        """
        deadline = time.monotonic() + limit_s * PATIENCE
        seen, total, found, ends = bytearray(rows), 0, 0, None
        while not ends or any(self.reached.get(p, 0) < end for p, end in enumerate(ends)):
            if found == rows and not ends:
                ends = self._ends_now()
            message = self.consumer.poll(0.5)
            assert time.monotonic() < deadline, f"{self.topic}: {found} of {rows} rows came; missing is {seen.find(0)}"
            if message is None:
                continue
            if message.error() is not None:
                if message.error().code() == KafkaError._PARTITION_EOF:
                    self.reached[message.partition()] = message.offset()
                continue
            row = int(message.key())
            assert row < rows and not seen[row], f"{self.topic}: row {row} came twice, or was never there"
            seen[row] = 1
            raw = message.value()
            at = raw.rindex(b'"v":') + 4
            total += int(raw[at:raw.index(b",", at)])
            found += 1
            self.reached[message.partition()] = message.offset() + 1
        return total
