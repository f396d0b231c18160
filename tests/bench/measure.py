"""Reading figures: of a process from /proc, of a topic from its broker, of a bare program from the line it prints."""

import json
import os
import subprocess
import time

from confluent_kafka import Consumer, IsolationLevel, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import NewTopic, OffsetSpec
from kcharness.waiting import wait_for

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
POLL_S = 0.05
SETTLE_S = 0.3  # after the last message, for what is still to be tidied up
LIMIT_S = 1800
PARTITIONS = 6
# What a topic says that was made this moment.
NOT_YET = (KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE, KafkaError.UNKNOWN_TOPIC_OR_PART)


def cpu_seconds(pid):
    """User and system time of a process with all its threads, those that ended included."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def peak_kb(pid):
    """Peak resident memory, VmHWM."""
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM:"))


class Topic:
    """How far a topic is filled, as a read_committed reader sees it."""

    def __init__(self, kafka, name):
        self.admin = kafka.admin()
        self.kafka = kafka
        self.name = name
        self.partitions = [TopicPartition(name, number) for number in range(PARTITIONS)]
        self.last_end = 0

    def exists(self):
        return self.name in self.kafka.partitions()

    def create(self):
        future = self.admin.create_topics([NewTopic(self.name, PARTITIONS, 1)])[self.name]
        future.result(30)
        return self

    def delete(self):
        self.admin.delete_topics([self.name])[self.name].result(30)

    def end(self):
        """Sum of the last stable offsets. Transactions' own markers count, a few for each commit."""
        futures = self.admin.list_offsets({partition: OffsetSpec.latest() for partition in self.partitions},
                                          isolation_level=IsolationLevel.READ_COMMITTED, request_timeout=20)
        try:
            self.last_end = sum(future.result(30).offset for future in futures.values())
        except KafkaException as error:
            if error.args[0].code() not in NOT_YET:
                raise
        return self.last_end

    def count(self):
        """Reads the topic from its beginning and counts the messages."""
        consumer = Consumer({"bootstrap.servers": self.kafka.address, "group.id": "bench-count",
                             "enable.auto.commit": False, "enable.partition.eof": True})
        messages, ended = 0, 0
        consumer.assign([TopicPartition(self.name, number, 0) for number in range(PARTITIONS)])
        while ended < PARTITIONS:
            for message in consumer.consume(10000, 5):
                if message.error() is None:
                    messages += 1
                else:
                    ended += 1
        consumer.close()
        return messages


def watch_task(pid, topic, base, expected):
    """Watches a task until `expected` messages more than `base` are committed; returns its figures."""
    seen = {"end": base, "first": None}

    def done():
        now, end = time.monotonic(), topic.end()
        if end > base and seen["first"] is None:
            seen["first"] = now
        seen.update(end=end, now=now)
        return end >= base + expected

    wait_for(done, LIMIT_S, f"{expected} messages in {topic.name}", POLL_S,
             lambda: f"{seen['end'] - base} messages")
    time.sleep(SETTLE_S)
    return {"seconds": seen["now"] - seen["first"], "cpu_s": cpu_seconds(pid), "vm_hwm_kb": peak_kb(pid)}


def bare(program, *arguments, environment=None):
    """Runs one of the bare programs and returns what it printed."""
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=LIMIT_S,
                          env={**os.environ, **(environment or {})})
    if done.returncode != 0:
        raise SystemExit(f"{program} failed: {done.stderr.strip()}")
    return json.loads(done.stdout)
