"""How long a change takes from its INSERT to a consumer, at an even pace, beside what a bare producer's message takes."""

import multiprocessing
import statistics
import time

import load
from confluent_kafka import Consumer, Producer, TopicPartition
from kcharness.waiting import wait_for
from measure import PARTITIONS, Topic

WARM_UP = 0.1  # of the messages; not counted
LIMIT_S = 60


def consume(address, topic, number_of, count, answers):
    """A process of its own: the moment each message, told apart by `number_of`, was handed to a consumer."""
    consumer = Consumer({"bootstrap.servers": address, "group.id": "bench-latency", "enable.auto.commit": False,
                         "isolation.level": "read_committed"})
    consumer.assign([TopicPartition(topic, partition, 0) for partition in range(PARTITIONS)])
    seen, until = {}, time.time() + LIMIT_S + count / 50
    answers.put("ready")
    while len(seen) < count and time.time() < until:
        message = consumer.poll(0.5)
        if message is not None and message.error() is None:
            now = time.time()
            number = number_of(message)
            if number is not None:
                seen[number] = now
    consumer.close()
    answers.put(seen)


def number_of_key(message):
    """Both the bare producer and the table's primary key number the messages from 1 on; 0 is not counted."""
    return int(message.key()) or None


class Watch:
    """The consumer's process; began(n) says when message n was begun."""

    def __init__(self, kafka, topic, count):
        self.count, self.begun, self.answers = count, {}, multiprocessing.Queue()
        self.process = multiprocessing.Process(
            target=consume, args=(kafka.address, topic, number_of_key, count, self.answers), daemon=True)
        self.process.start()
        assert self.answers.get(timeout=LIMIT_S) == "ready"
        time.sleep(1)  # for its connections

    def pace(self, rate, do):
        """Calls do(1), do(2)... so many times a second."""
        start = time.time()
        for number in range(1, self.count + 1):
            time.sleep(max(0.0, start + number / rate - time.time()))
            self.begun[number] = time.time()
            do(number)

    def figures(self):
        """Milliseconds: the median, the 99th percentile and the longest."""
        seen = self.answers.get(timeout=LIMIT_S + self.count / 50)
        self.process.join(LIMIT_S)
        if len(seen) != self.count:
            raise SystemExit(f"{len(seen)} messages of {self.count} came: these figures would be worth nothing")
        first = int(self.count * WARM_UP)
        took = sorted((seen[n] - self.begun[n]) * 1000 for n in range(first + 1, self.count + 1))
        return {"p50_ms": statistics.median(took), "p99_ms": took[int(len(took) * 0.99) - 1], "max_ms": took[-1]}


def of_producer(kafka, count, rate, size):
    """A plain idempotent producer that waits for nothing, with messages of a given size."""
    topic = Topic(kafka, "bare-latency").create()
    producer = Producer({"bootstrap.servers": kafka.address, "enable.idempotence": True, "linger.ms": 0})
    for partition in range(PARTITIONS):
        producer.produce(topic.name, b"x" * size, b"0", partition)
    producer.flush(LIMIT_S)
    watch = Watch(kafka, topic.name, count)

    def send(number):
        producer.produce(topic.name, b"x" * size, str(number).encode())
        producer.poll(0)

    watch.pace(rate, send)
    producer.flush(LIMIT_S)
    return watch.figures()


def of_task(bench, name, settings, count, rate):
    """A connector that follows a table into which single rows are inserted."""
    bench.database.execute(f"TRUNCATE TABLE {load.DATABASE}.{load.CHANGES_TABLE}")
    topic = bench.connect(name, load.CHANGES_TABLE, "no_data", settings)
    bench.worker.rest.wait_for_state(name, "RUNNING", 60)

    def insert(cursor, number):
        cursor.execute(f"INSERT INTO {load.CHANGES_TABLE} ({load.NAMES})"
                       f" SELECT {load.VALUES} FROM (SELECT {number} AS n) AS one")

    with bench.database.connect(database=load.DATABASE, autocommit=True) as connection:
        with connection.cursor() as cursor:
            insert(cursor, 0)
            wait_for(lambda: topic.exists() and topic.end() > 0, 60, f"the first message in {topic.name}",
                     detail=lambda: bench.worker.rest.status(name))
            watch = Watch(bench.kafka, topic.name, count)
            watch.pace(rate, lambda number: insert(cursor, number))
    figures = watch.figures()
    bench.worker.rest.delete(f"/connectors/{name}")
    wait_for(lambda: not bench.worker.task_pids(), 30, "the task to end")
    return figures


def measure(bench, rate, seconds):
    """Everybody in turn, on the same servers; returns who -> figures."""
    count = rate * seconds
    return {
        "bare producer": of_producer(bench.kafka, count, rate, 1000),
        "task": of_task(bench, "latency", {}, count, rate),
        "task, boundary poll": of_task(bench, "latency-poll", {"transaction.boundary": "poll"}, count, rate),
        "task, at least once": of_task(bench, "latency-alo", {"exactly.once.support": "disabled"}, count, rate),
    }


def report(figures, rate, seconds):
    print(f"\nlatency: {rate} changes a second for {seconds} s, from the INSERT to a consumer, milliseconds")
    print(f"  {'':28} {'p50':>9} {'p99':>9} {'longest':>9}")
    for who, figure in figures.items():
        print(f"  {who:28} {figure['p50_ms']:9.1f} {figure['p99_ms']:9.1f} {figure['max_ms']:9.1f}")
