"""A consumer group's committed offsets with their metadata, as Kafka itself stores them."""

import contextlib
import struct
import time

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

from .servers import unique
from .waiting import PATIENCE

TOPIC = "__consumer_offsets"


class Fields:
    """The fields of a stored record, one after the other."""

    def __init__(self, stored):
        self.stored, self.at = stored, 0

    def number(self, letter):
        (value,) = struct.unpack_from(">" + letter, self.stored, self.at)
        self.at += struct.calcsize(">" + letter)
        return value

    def varint(self):
        value, shift = 0, 0
        while True:
            byte = self.number("B")
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def string(self, compact=False):
        length = self.varint() - 1 if compact else self.number("h")
        self.at += length
        return self.stored[self.at - length : self.at].decode()


def partition_of(group, partitions):
    """Which partition of the topic has a group: by the absolute value of Java's hash of its (ASCII) name."""
    number = 0
    for letter in group.encode("ascii"):
        number = (31 * number + letter) & 0xFFFFFFFF
    return min(number, (1 << 32) - number) % partitions


def group_offsets(address, group, topic):
    """
    partition -> (offset, metadata) of a topic, what is committed when all is that was begun before the call. Read from
    __consumer_offsets, whose records Kafka's OffsetCommitKey.json and OffsetCommitValue.json describe: what
    Consumer.committed() of the client library hands out as metadata has other bytes behind its end.
    """
    found = {}
    with reader_of(address, "read_uncommitted") as asker:
        place = TopicPartition(TOPIC, 0, OFFSET_BEGINNING)
        place.partition = partition_of(group, len(asker.list_topics(TOPIC, timeout=60).topics[TOPIC].partitions))
        end = asker.get_watermark_offsets(place, timeout=60)[1]
    with reader_of(address, "read_committed") as reader:
        reader.assign([place])
        for message in messages_until(reader, end):
            key = Fields(message.key())
            if key.number("h") > 1 or key.string() != group or key.string() != topic:
                continue
            number = key.number("i")
            found.pop(number, None)
            if message.value() is not None:
                found[number] = offset_of(Fields(message.value()))
    return found


@contextlib.contextmanager
def reader_of(address, isolation):
    reader = Consumer(
        {
            "bootstrap.servers": address,
            "group.id": unique("reader-"),
            "isolation.level": isolation,
            "enable.auto.commit": False,
            "enable.partition.eof": True,
        }
    )
    try:
        yield reader
    finally:
        reader.close()


def messages_until(reader, end):
    """
    The messages before an offset. An end that is told earlier is waited past: a transaction there has not been marked
    as committed yet.
    """
    deadline = time.monotonic() + 30 * PATIENCE
    while time.monotonic() < deadline:
        message = reader.poll(0.5)
        if message is not None and message.error() is None:
            yield message
        if message is not None and message.offset() + (message.error() is None) >= end:
            return
    raise AssertionError(f"offset {end} of {TOPIC} was not reached")


def offset_of(value):
    version, offset = value.number("h"), value.number("q")
    if version >= 3:
        value.number("i")  # the leader's epoch
    return offset, value.string(compact=version >= 4)
