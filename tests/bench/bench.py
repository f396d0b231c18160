"""Puts the figures together; `run` is what a person calls, its --help says what comes out."""

import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

import latency
import load
from kcharness.servers import Kafka, MariaDB, MySQL
from kcharness.waiting import wait_for
from kcharness.worker import BUILD, Worker
from measure import Topic, bare, watch_task

LATENCY_S = 30
READER = {"user": "kconnect", "password": "kconnect-secret"}


def say(text):
    print(text, file=sys.stderr, flush=True)


class Bench:
    """Servers and one worker, and the measurements on them."""

    def __init__(self, options, folder):
        self.options = options
        self.folder = folder
        self.kafka = Kafka(folder / "kafka")
        self.database = (MySQL if options.server == "mysql" else MariaDB)(folder / "database", "--metadata-full")
        self.worker = Worker(self.kafka, folder / "worker")
        self.figures = {}
        self.latency = None

    def __enter__(self):
        (self.folder / "kafka").mkdir()
        # Deleted topics are to be gone before the next measurement fills the disk.
        (self.folder / "kafka" / "broker.properties").write_text("log.segment.delete.delay.ms=1000\n")
        self.kafka.start()
        self.database.start()
        self.worker.settings.update({"bootstrap.servers": self.kafka.address, "log.level": "INFO"})
        self.worker.start()
        return self

    def __exit__(self, *_):
        for stop in (self.worker.stop, lambda: self.database.stop(kill=True), lambda: self.kafka.stop(kill=True)):
            try:
                stop()
            except (AssertionError, subprocess.SubprocessError) as error:
                say(error)

    def note(self, kind, who, figures):
        self.figures.setdefault(kind, {}).setdefault(who, []).append(figures)
        say(f"  {kind:8} {who:9} {figures['seconds']:7.2f} s  {figures['cpu_s']:6.2f} CPU-s"
            f"  {figures['vm_hwm_kb'] / 1024:6.1f} MB")

    def connect(self, name, table, snapshot_mode, settings=None):
        answer = self.worker.rest.create(name, {
            "connector.class": "mysql-source",
            "database.hostname": "127.0.0.1",
            "database.port": str(self.database.port),
            "database.user": READER["user"],
            "database.password": READER["password"],
            "database.name": load.DATABASE,
            "table.include.list": table,
            "topic.prefix": name,
            "snapshot.mode": snapshot_mode,
            "database.connectionTimeZone": "+08:00",
            "database.ssl.mode": self.options.ssl_mode,
            **(settings or {}),
        }, "STOPPED" if snapshot_mode == "initial" else None)
        if answer.status_code != 201:
            raise SystemExit(f"the connector {name} was refused: {answer.text}")
        return Topic(self.kafka, f"{name}_{table}")

    def measure_task(self, kind, name, topic, base, expected, first):
        """Lets a stopped connector run until all its messages are there, and deletes it."""
        rest = self.worker.rest
        answer = rest.put(f"/connectors/{name}/resume")
        if answer.status_code >= 300:
            raise SystemExit(f"the connector {name} could not be resumed: {answer.text}")
        pid = self.worker.the_task_pid()
        wait_for(topic.exists, 60, f"topic {topic.name}", detail=lambda: rest.status(name))
        figures = watch_task(pid, topic, base, expected)
        self.note(kind, "task", figures)
        rest.delete(f"/connectors/{name}")
        wait_for(lambda: not self.worker.task_pids(), 30, "the task to end")
        if first:
            found = topic.count()
            say(f"  {found} messages counted, {expected} expected" + (" after the first" if base else ""))
            if found != expected + (1 if base else 0):
                raise SystemExit("that is not the right number: these figures would be worth nothing")

    def measure_producer(self, kind, sample, expected):
        target = Topic(self.kafka, f"bare-{sample.name}").create()
        self.note(kind, "producer", bare(BUILD / "tests/bench/bench_producer", self.kafka.address, sample.name,
                                         target.name, expected))
        target.delete()
        sample.delete()

    def reader(self, program, *arguments):
        return bare(BUILD / "tests/bench" / program, "127.0.0.1", self.database.port, READER["user"], *arguments,
                    environment={"MYSQL_PWD": READER["password"]})

    def start_backlogs(self):
        """One connector for each run, all stopped at the same place before the backlog."""
        names = [f"backlog-{number}" for number in range(self.options.runs)]
        topics = [self.connect(name, load.CHANGES_TABLE, "no_data") for name in names]
        for name in names:
            self.worker.rest.wait_for_state(name, "RUNNING", 60)
        load.mark(self.database)
        for name, topic in zip(names, topics):
            wait_for(lambda: topic.exists() and topic.end() > 0, 60, f"the first message in {topic.name}",
                     detail=lambda: self.worker.rest.status(name))
            self.worker.rest.put(f"/connectors/{name}/stop")
        for name in names:
            self.worker.rest.wait_for_state(name, "STOPPED", 60)
        return list(zip(names, topics))

    def measure_backlog(self, number, name, topic, start):
        expected = self.messages
        self.measure_task("backlog", name, topic, topic.end(), expected, number == 0)
        self.measure_producer("backlog", topic, expected)
        self.note("backlog", "reader", self.reader("bench_binlog_dump", *start))

    def measure_snapshot(self, number):
        name = f"snapshot-{number}"
        topic = self.connect(name, load.ROWS_TABLE, "initial")
        self.measure_task("snapshot", name, topic, 0, self.options.rows, number == 0)
        self.measure_producer("snapshot", topic, self.options.rows)
        self.note("snapshot", "reader", self.reader("bench_table_read", load.DATABASE, load.ROWS_TABLE))

    def measure(self):
        options = self.options
        load.prepare(self.database)
        if options.only in (None, "latency"):
            say(f"latency at {options.rate} changes a second")
            self.latency = latency.measure(self, options.rate, LATENCY_S)
        if options.only == "latency":
            return
        backlogs = [(None, None)] * options.runs
        if options.only in (None, "snapshot"):
            say(f"filling a table with {options.rows} rows")
            load.fill_rows(self.database, options.rows)
        if options.only != "snapshot":
            backlogs = self.start_backlogs()
            start = load.binlog_end(self.database)
            say(f"making a backlog of {options.rows} changes")
            self.messages = load.make_backlog(self.database, options.rows)
        for number, (name, topic) in enumerate(backlogs):
            say(f"run {number + 1} of {options.runs}")
            if name is not None:
                self.measure_backlog(number, name, topic, start)
            if options.only != "backlog":
                self.measure_snapshot(number)


def middle(figures, name):
    return statistics.median(figure[name] for figure in figures)


def report(kind, figures, rows, messages):
    """Prints one table. Per million: of the rows or changes, whoever is measured."""
    what = {"backlog": "changes", "snapshot": "rows"}[kind]
    producer = figures["producer"]
    print(f"\n{kind}: {rows} {what}, {messages} messages of {producer[0]['bytes'] / messages:.0f} bytes with their keys;"
          f" medians of {len(producer)}")
    print(f"  {'':28} {what + '/s':>12} {'messages/s':>12} {'CPU-s per M':>12} {'peak MB':>9}")
    names = {"task": "kconnect task", "producer": "bare producer",
             "reader": {"backlog": "bare binlog dump", "snapshot": "bare SELECT"}[kind]}
    for who, name in names.items():
        seconds = middle(figures[who], "seconds")
        sent = f"{messages / seconds:12.0f}" if who != "reader" else f"{'':12}"
        print(f"  {name:28} {rows / seconds:12.0f} {sent} {middle(figures[who], 'cpu_s') * 1e6 / rows:12.2f}"
              f" {max(figure['vm_hwm_kb'] for figure in figures[who]) / 1024:9.1f}")
    task, bare_producer, reader = (middle(figures[who], "cpu_s") for who in ("task", "producer", "reader"))
    paired = statistics.median(a["cpu_s"] / b["cpu_s"] for a, b in zip(figures["task"], producer))
    print(f"  CPU of the task to that of the bare producer: {task / bare_producer:.2f}"
          f" (median of the pairs {paired:.2f}); to producer and reader together:"
          f" {task / (bare_producer + reader):.2f}")


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/run", add_help=False)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--rows", type=int, default=1000000)
    parser.add_argument("--server", choices=["mysql", "mariadb"], default="mysql")
    parser.add_argument("--only", choices=["backlog", "snapshot", "latency"])
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--ssl-mode", choices=["preferred", "disabled"], default="preferred")
    parser.add_argument("--json")
    options = parser.parse_args()
    if options.rows < load.CHANGES_PER_TRANSACTION or options.rows % load.CHANGES_PER_TRANSACTION or options.runs < 1 \
            or options.rate < 1:
        parser.error(f"--rows must be a multiple of {load.CHANGES_PER_TRANSACTION}, --runs and --rate at least 1")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="kc-bench-"))
    try:
        with Bench(options, folder) as bench:
            bench.measure()
    except BaseException:
        say(f"what the servers and the worker said is in {folder}")
        raise
    shutil.rmtree(folder, ignore_errors=True)
    if options.json:
        figures = {**bench.figures, "latency": bench.latency}
        pathlib.Path(options.json).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    if bench.latency:
        latency.report(bench.latency, options.rate, LATENCY_S)
    if options.only == "latency":
        return
    print("the converters alone (ten columns):", flush=True)
    subprocess.run([BUILD / "tests/bench/bench_converter", BUILD / "plugins/formats/kc-formats.so"], check=True)
    for kind, figures in bench.figures.items():
        report(kind, figures, options.rows, bench.messages if kind == "backlog" else options.rows)


if __name__ == "__main__":
    main()
