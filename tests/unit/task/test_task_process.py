"""
The task process against a real broker, with this file in the worker's place.

KC_TASK_BUILD is the folder that holds task-runner and kc-counter.so (<build>/tests/unit/task), KC_TASK_BUILD_PLAIN the
same of a build without sanitizers. Run with
pytest -c tests/lib/pytest.ini and tests/lib on PYTHONPATH, as tests/run does for its suites.
"""

import json
import os
import pathlib
import random
import re
import signal
import sys
import time

import pytest
from confluent_kafka import Consumer, KafkaError, TopicPartition
from confluent_kafka.admin import ConfigResource, NewTopic, ResourceType

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from kcharness.group_offsets import group_offsets  # noqa: E402
from kcharness.load import seed  # noqa: E402
from kcharness.topics import PASSING, ends_when_told  # noqa: E402
from kcharness.waiting import PATIENCE  # noqa: E402
from task_driver import Task  # noqa: E402

BUILD = pathlib.Path(os.environ.get("KC_TASK_BUILD", "build/tests/unit/task"))
PLAIN = pathlib.Path(os.environ.get("KC_TASK_BUILD_PLAIN", BUILD))


def make_topic(kafka, name, partitions=1, **config):
    admin = kafka.admin()  # its answers come as long as it lives
    admin.create_topics([NewTopic(name, partitions, 1, config=config)])[name].result()


@pytest.fixture(scope="module")
def offsets(kafka):
    if "offsets" not in kafka.partitions():  # test_task_pipeline.py has this fixture, too
        make_topic(kafka, "offsets", 5, **{"cleanup.policy": "compact"})
    return "offsets"


@pytest.fixture
def task(kafka, offsets, request, tmp_path):
    name = "t-" + "".join(random.choices("abcdefghijklmnopqrstuvwxyz", k=10))
    task = Task(BUILD / "task-runner", BUILD / "kc-counter.so", kafka.address, name, log=tmp_path / "log")
    yield task
    if task.process is not None and task.process.poll() is None:
        task.kill()
    if task.process is not None:
        print((tmp_path / "log").read_text()[-4000:])


def ends_of(kafka, topic, count):
    """Where the partitions end now, transactions that are not decided yet included. A topic just made has no leader yet."""
    asker = Consumer({"bootstrap.servers": kafka.address, "group.id": "asker", "isolation.level": "read_uncommitted"})
    try:
        return ends_when_told(asker, topic, count, time.monotonic() + 30 * PATIENCE)
    finally:
        asker.close()


def read_topic(kafka, topic, isolation="read_committed"):
    """
    Every record of a topic, as (partition, key, value), each partition in order. A broker tells of a commit before it has
    marked it in the partitions, so an end that is told too early is waited past.
    """
    reader = Consumer({"bootstrap.servers": kafka.address, "group.id": "reader", "isolation.level": isolation,
                       "enable.auto.commit": False, "enable.partition.eof": True, "auto.offset.reset": "earliest",
                       "fetch.message.max.bytes": 4 << 20})
    count = kafka.partitions()[topic]
    ends = ends_of(kafka, topic, count)
    reader.assign([TopicPartition(topic, n, 0) for n in range(count)])
    records, reached, deadline = [], [-1] * count, time.monotonic() + 60 * PATIENCE
    while any(at < end for at, end in zip(reached, ends)):
        assert time.monotonic() < deadline, f"the ends {ends} were not reached, only {reached}"
        message = reader.poll(0.5)  # not consume(): just after assign() that was seen to lose its first batch
        if message is None:
            continue
        if message.error():
            if message.error().code() == KafkaError._PARTITION_EOF:
                reached[message.partition()] = message.offset()
            else:
                assert message.error().code() in PASSING, message.error()
        else:
            records.append(message)
    reader.close()
    return records


def numbers_of(kafka, topic):
    """The numbers counted, having checked that each key's are in order."""
    newest, numbers = {}, []
    for message in read_topic(kafka, topic):
        number = int(message.value())
        assert newest.get(message.key(), -1) < number, f"key {message.key()} goes back to {number}"
        newest[message.key()] = number
        numbers.append(number)
    return sorted(numbers)


def committed(kafka, connector):
    """slot -> (offset, metadata) of the connector's group."""
    return group_offsets(kafka.address, "connect-" + connector, "offsets")


def test_records_arrive_and_the_position_is_in_the_group(kafka, task):
    task.start({"limit": "1000", "batch": "10"})
    task.wait_records(1000)
    assert task.stop() == 0
    assert numbers_of(kafka, task.connector) == list(range(1000))
    assert kafka.partitions()[task.connector] == 6
    assert committed(kafka, task.connector) == {
        0: (1000, '{"partition":{"counter":"a"},"offset":{"seq":999}}')}


def test_a_restart_goes_on_where_the_last_commit_was(kafka, task):
    for _ in range(3):
        task.start({"rate": "5000", "batch": "7"})
        task.wait_records(500)
        assert task.stop() == 0
    numbers = numbers_of(kafka, task.connector)
    assert numbers == list(range(len(numbers)))


def test_kill_9_at_any_moment_loses_and_repeats_nothing(kafka, task):
    dice = random.Random(seed())
    config = {"rate": "20000", "batch": "37", "resume.every": "5"}
    for n in range(8):
        task.start(config)
        if n % 3 != 0:
            task.wait_state("RUNNING")
        time.sleep(dice.random())
        task.kill()
    task.start(config)
    task.wait_records(1000)
    assert task.stop() == 0
    numbers = numbers_of(kafka, task.connector)
    assert numbers == list(range(len(numbers)))


def test_without_exactly_once_nothing_is_lost(kafka, task):
    config = {"rate": "20000", "batch": "50", "exactly.once.support": "disabled"}
    for _ in range(3):
        task.start(config)
        task.wait_records(3000)
        task.kill()
    task.start(config)
    task.wait_records(100)
    assert task.stop() == 0
    found = {int(m.value()): (m.partition(), m.offset()) for m in read_topic(kafka, task.connector)}
    missing = sorted(set(range(max(found) + 1)) - set(found))
    assert not missing, (missing[0], missing[-1], len(missing), max(found), committed(kafka, task.connector))


def test_pause_and_resume(kafka, task):
    task.start({"rate": "1000", "batch": "10"})
    task.wait_state("RUNNING")
    task.wait_records(100)
    task.send({"type": "pause"})
    task.wait_state("PAUSED")
    before = len(numbers_of(kafka, task.connector))
    time.sleep(1)
    assert len(numbers_of(kafka, task.connector)) == before
    task.send({"type": "resume"})
    task.wait_state("RUNNING")
    task.wait_records(before + 100)
    assert task.stop() == 0


def test_started_paused_it_touches_nothing_until_it_is_resumed(kafka, task):
    task.start({"limit": "100"}, paused=True)
    task.wait_state("PAUSED")
    assert task.connector not in kafka.partitions()
    task.send({"type": "resume"})
    task.wait_records(100)
    assert task.stop() == 0
    assert numbers_of(kafka, task.connector) == list(range(100))


def test_a_stop_reaches_a_plugin_that_hangs_in_open(task):
    task.start({"misbehave": "open-hang"})  # for a minute
    deadline = time.monotonic() + 30 * PATIENCE
    while task.in_call()[1] != "open":
        assert time.monotonic() < deadline, task.in_call()
        task.read(0.05)
    began = time.monotonic()
    assert task.stop() == 0
    assert time.monotonic() - began < 30


def test_end_of_file_means_stop_and_signals_do_not(task):
    task.start({"rate": "1000", "batch": "10"})
    task.wait_state("RUNNING")
    task.process.send_signal(signal.SIGTERM)
    task.process.send_signal(signal.SIGINT)
    task.wait_records(2000)
    task.socket.close()
    assert task.wait_for_end() == 0


def test_a_configuration_error_is_told_with_its_sentence(task):
    task.start({"misbehave": "open-config"})
    failed = task.wait_failed()
    assert (failed["status"], failed["message"]) == (-4, "the password is wrong: set another one")
    assert task.wait_for_end() == 1


def test_what_was_sent_before_a_failure_is_not_sent_twice(kafka, task):
    task.start({"misbehave": "config", "at": "500", "batch": "10"})
    assert task.wait_failed()["status"] == -4
    assert task.wait_for_end() == 1
    assert numbers_of(kafka, task.connector) == list(range(500))
    task.start({"limit": "1000", "batch": "10"})
    task.wait_records(300)
    assert task.stop() == 0
    numbers = numbers_of(kafka, task.connector)
    assert numbers == list(range(len(numbers)))


def test_a_batch_that_a_converter_could_not_take_is_not_passed_over(kafka, task):
    task.start({"limit": "1000", "batch": "10", "value.converter.retry.at": "505"})
    assert task.wait_failed()["status"] == -2
    assert task.wait_for_end() == 1
    task.start({"limit": "1000", "batch": "10"})
    task.wait_records(1)
    assert task.stop() == 0
    assert numbers_of(kafka, task.connector) == list(range(1000))


def test_a_poll_that_asks_for_a_retry_is_called_again(kafka, task):
    task.start({"misbehave": "retry", "at": "500", "limit": "1000", "batch": "10"})
    task.wait_records(1000)
    assert task.stop() == 0
    assert numbers_of(kafka, task.connector) == list(range(1000))


def test_metrics_of_plugins_come_through_within_their_limits(task, tmp_path):
    task.start({"misbehave": "metrics", "limit": "100", "batch": "10"})
    stats = task.wait_records(100)
    metrics = {(m["name"], m.get("labels")): m for m in stats["plugin"]}
    assert metrics["rows", "table=a b,op=c"]["value"] == 5
    size = metrics["size", None]
    assert sum(size["counts"]) == 3 and size["counts"][-1] == 1 and size["sum"] == 20003.5
    # One of the 64 is no number and left out.
    assert len(metrics) == len(stats["plugin"]) == 63
    assert {name for name, _ in metrics} == {"size", "rows"} | {f"g{i}" for i in range(61)}
    log = (tmp_path / "log").read_text()
    assert log.count("the plugins of one task may have 64 metrics") == 1
    for name in ("bad-name", "x", "rows"):
        assert log.count(f"the metric {name} is not shown") == 1
    assert task.wait_for(lambda m: m["type"] == "progress")["item"] == "item"
    assert task.stop() == 0


def test_the_lag_of_a_source_that_does_not_tell_goes_by_its_records_and_its_silence(task):
    task.start({"limit": "100", "batch": "10"})
    stats = task.wait_records(100)
    assert stats["polled"] == 100 and stats["active"] == 0
    assert sum(stats["transaction_records"]["counts"]) <= sum(stats["commit_seconds"]["counts"]) == stats["commits"]
    assert stats["transaction_records"]["sum"] == 100
    idle = task.wait_for(lambda m: m["type"] == "stats" and m.get("behind_ms", 1 << 30) < 1500)
    assert idle["records"] == 100
    assert task.stop() == 0


def test_a_crash_ends_the_process_with_its_signal(task):
    task.start({"misbehave": "crash", "at": "100"})
    task.wait_state("RUNNING")
    assert task.wait_for_end() == -signal.SIGSEGV


def test_dropped_records_count_for_the_position_only(kafka, task):
    task.start({"limit": "1001", "batch": "10", "drop.every": "2"})
    task.wait_records(500)
    assert task.stop() == 0
    assert numbers_of(kafka, task.connector) == list(range(1, 1001, 2))
    assert committed(kafka, task.connector)[0][1] == '{"partition":{"counter":"a"},"offset":{"seq":1000}}'


def test_dropped_records_alone_commit_the_position_once_a_second(kafka, task):
    task.start({"rate": "100", "batch": "1", "drop.every": "1"})
    task.wait_state("RUNNING")
    began = time.monotonic()
    for _ in range(4):  # one a second
        stats = task.wait_for(lambda m: m["type"] == "stats")
    seconds = time.monotonic() - began
    assert task.stop() == 0
    assert 1 <= stats["commits"] <= seconds + 3
    assert '"seq":' in committed(kafka, task.connector)[0][1]


def test_a_position_too_long_for_metadata_is_in_the_record(kafka, task):
    for _ in range(2):
        task.start({"rate": "2000", "batch": "10", "long.position": "5000"})
        task.wait_records(500)
        task.kill()
    task.start({"rate": "2000", "batch": "10", "long.position": "5000"})
    task.wait_records(100)
    assert task.stop() == 0
    assert committed(kafka, task.connector)[0][1] == '{"see":"record"}'
    numbers = numbers_of(kafka, task.connector)
    assert numbers == list(range(len(numbers)))


def test_deleting_the_group_does_not_start_afresh(kafka, task):
    task.start({"limit": "500"})
    task.wait_records(500)
    assert task.stop() == 0
    group = "connect-" + task.connector
    admin = kafka.admin()
    admin.delete_consumer_groups([group])[group].result()
    task.start({"limit": "600"})
    task.wait_records(100)
    assert task.stop() == 0
    assert numbers_of(kafka, task.connector) == list(range(600))
    assert committed(kafka, task.connector)[0][0] == 600


def test_another_fleet_with_the_same_connector_is_refused(task):
    task.start({"limit": "100"})
    task.wait_records(100)
    assert task.stop() == 0
    task.start({"limit": "100"}, group="other")
    failed = task.wait_failed()
    assert failed["status"] == -4 and "another fleet (group.id fleet)" in failed["message"]


def test_the_older_of_two_instances_is_fenced_and_ends(kafka, task, tmp_path):
    config = {"rate": "2000", "batch": "10"}
    task.start(config)
    task.wait_records(100)
    newer = Task(task.runner, task.plugin, task.kafka, task.connector, log=tmp_path / "newer").start(config)
    newer.wait_records(100)
    assert task.wait_for_end(20) == 3
    assert "fenced by another instance" in task.wait_failed()["message"]
    assert newer.stop() == 0
    numbers = numbers_of(kafka, task.connector)
    assert numbers == list(range(len(numbers)))


def test_a_broker_out_of_reach_is_a_retriable_failure(task):
    task.kafka = "127.0.0.1:1"
    task.start({}, client={"bootstrap.servers": "127.0.0.1:1"})
    failed = task.wait_failed(45)
    assert failed["status"] == -2 and "no Kafka broker answers" in failed["message"]
    assert task.wait_for_end() == 1


def test_limits_are_checked_before_a_topic_is_made(kafka, task):
    task.start({}, topic_creation={"topic.creation.max.partitions": "5"})
    failed = task.wait_failed()
    assert failed["status"] == -4
    assert task.connector in failed["message"] and "topic.creation.max.partitions is 5" in failed["message"]
    assert task.connector not in kafka.partitions()


def test_the_brokers_refusal_names_the_topic(kafka, task):
    task.start({}, topic_creation={"topic.creation.default.replication.factor": "3"})
    failed = task.wait_failed()
    assert failed["status"] == -4 and task.connector in failed["message"]
    assert task.connector not in kafka.partitions()


def test_topic_settings_are_given_to_the_new_topic(kafka, task):
    task.start({"limit": "1"}, topic_creation={"topic.creation.default.retention.ms": "123456789"})
    task.wait_records(1)
    assert task.stop() == 0
    resource = ConfigResource(ResourceType.TOPIC, task.connector)
    admin = kafka.admin()
    described = admin.describe_configs([resource])[resource].result()
    assert described["retention.ms"].value == "123456789"


def test_a_record_larger_than_the_topic_takes_fails_with_both_sizes(kafka, task):
    make_topic(kafka, task.connector, **{"max.message.bytes": "1000000"})
    task.start({"limit": "5", "batch": "1", "value.converter.pad": "1500000"})
    failed = task.wait_failed()
    assert failed["status"] == -4, failed
    # 61 bytes of a batch's header, and the record's own lengths
    assert re.search(r"a record of 15000\d\d bytes", failed["message"]), failed
    assert "max.message.bytes is 1000000" in failed["message"] and task.connector in failed["message"]
    assert task.wait_for_end() == 1


def test_a_record_larger_than_usual_arrives_where_the_topic_takes_it(kafka, task):
    make_topic(kafka, task.connector, **{"max.message.bytes": "3000000"})
    task.start({"limit": "5", "batch": "1", "value.converter.pad": "1500000"})
    task.wait_records(5)
    assert task.stop() == 0
    assert numbers_of(kafka, task.connector) == list(range(5))


@pytest.mark.parametrize("key,value", [("queue.buffering.max.kbytes", "8192"), ("message.max.bytes", "8000000")])
def test_a_record_larger_than_the_producer_takes_says_which_setting(kafka, task, key, value):
    make_topic(kafka, task.connector, **{"max.message.bytes": "20000000"})
    task.start({"limit": "5", "batch": "1", "value.converter.pad": "9000000"}, client={key: value})
    failed = task.wait_failed()
    assert failed["status"] == -4 and "producer.override." + key in failed["message"]


def test_records_of_10_mb_arrive_with_the_usual_settings_of_the_producer(kafka, task):
    make_topic(kafka, task.connector, **{"max.message.bytes": "20000000"})
    task.start({"limit": "6", "batch": "3", "value.converter.pad": "10000000"})
    task.wait_records(6)
    assert task.stop() == 0
    assert numbers_of(kafka, task.connector) == list(range(6))


def test_a_topic_with_a_small_limit_gets_small_batches(kafka, task):
    make_topic(kafka, task.connector, **{"max.message.bytes": "100000"})
    task.start({"limit": "20000", "batch": "1000", "value.converter.pad": "500"})
    task.wait_records(20000)
    assert task.stop() == 0
    assert numbers_of(kafka, task.connector) == list(range(20000))


def test_keys_go_where_javas_partitioner_puts_them(kafka, task):
    task.start({"limit": "100", "batch": "10", "keys": "100"})
    task.wait_records(100)
    assert task.stop() == 0

    def murmur2(data):
        m, mask, h = 0x5BD1E995, 0xFFFFFFFF, 0x9747B28C ^ len(data)
        for i in range(0, len(data) // 4 * 4, 4):
            k = int.from_bytes(data[i:i + 4], "little") * m & mask
            k = (k ^ k >> 24) * m & mask
            h = (h * m & mask) ^ k
        rest = data[len(data) // 4 * 4:]
        if rest:
            h = (h ^ int.from_bytes(rest, "little")) * m & mask
        h = (h ^ h >> 13) * m & mask
        return (h ^ h >> 15) & 0x7FFFFFFF

    for message in read_topic(kafka, task.connector):
        assert message.partition() == murmur2(message.key()) % 6


def test_a_record_without_a_timestamp_gets_the_time_of_sending(kafka, task):
    """Not the time of its event, which may be older than the topic's retention."""
    before = int(time.time() * 1000)
    task.start({"limit": "5"})
    task.wait_records(5)
    assert task.stop() == 0
    times = [m.timestamp()[1] for m in read_topic(kafka, task.connector)]
    assert len(times) == 5 and all(before <= t <= time.time() * 1000 for t in times)


def test_a_million_records_need_little_memory(kafka, offsets, tmp_path):
    """In the plain build: of another one the sanitizers' own memory would be measured."""
    task = Task(PLAIN / "task-runner", PLAIN / "kc-counter.so", kafka.address, "t-memory", log=tmp_path / "log")
    task.start({"limit": "1000000", "batch": "2000", "keys": "100000", "value.converter.pad": "270"})
    try:
        task.wait_records(1000000, 120)
        assert task.rss_kb("VmHWM") < 64 << 10
        assert task.stop() == 0
    finally:
        if task.process is not None and task.process.poll() is None:
            task.kill()


def dead_letters(kafka, topic):
    """number -> (key, value, headers), having checked that no number has two."""
    letters = {}
    for message in read_topic(kafka, topic):
        headers = {name: value.decode() for name, value in message.headers() or []}
        number = int(re.search(r"number (\d+)", headers["__connect.errors.exception.message"])[1])
        assert number not in letters
        letters[number] = (message.key(), message.value(), headers)
    return letters


TOLERANT = {"errors.tolerance": "all", "errors.deadletterqueue.context.headers.enable": "true"}


def test_refused_records_become_dead_letters_exactly_once(kafka, task):
    """The converter refuses each seventh and the source each tenth; the process is killed again and again."""
    dead = task.connector + "-dead"
    config = {**TOLERANT, "errors.deadletterqueue.topic.name": dead, "rate": "2000", "batch": "50", "limit": "4000",
              "value.converter.refuse.every": "7", "bad.every": "10", "resume.every": "5"}
    for _ in range(3):
        task.start(config)
        task.wait_records(1)
        task.kill()
    task.start(config)
    letters = {}
    deadline = time.monotonic() + 60 * PATIENCE
    while 3999 // 7 * 7 not in letters:
        assert time.monotonic() < deadline, max(letters)
        letters = dead_letters(kafka, dead)
    assert task.stop() == 0
    bad, refused = set(range(0, 4000, 10)), set(range(0, 4000, 7))
    assert set(letters) == bad | refused
    assert numbers_of(kafka, task.connector) == sorted(set(range(4000)) - bad - refused)
    key, value, headers = letters[14]
    assert key == b"4" and value is None
    assert headers["__connect.errors.topic"] == task.connector
    assert headers["__connect.errors.connector.name"] == task.connector and headers["__connect.errors.task.id"] == "0"
    assert headers["__connect.errors.stage"] == "VALUE_CONVERTER"
    assert headers["__connect.errors.class.name"] == "text 1.0.0"
    assert headers["__connect.errors.exception.class.name"] == "org.apache.kafka.connect.errors.DataException"
    assert json.loads(letters[49][2]["__kconnect.errors.source.offset"]) == {"seq": 49}
    assert letters[20][0] is None and letters[20][2]["__connect.errors.stage"] == "TASK_POLL"


def test_a_record_that_is_too_large_is_left_out_and_noted(kafka, task, tmp_path):
    dead = task.connector + "-dead"
    make_topic(kafka, task.connector, **{"max.message.bytes": "100000"})
    task.start({**TOLERANT, "errors.deadletterqueue.topic.name": dead, "errors.log.enable": "true", "limit": "1000",
                "value.converter.pad": "150000", "value.converter.pad.every": "100"})
    task.wait_records(990)
    assert task.stop() == 0
    assert numbers_of(kafka, task.connector) == [n for n in range(1000) if n % 100]
    letters = read_topic(kafka, dead)
    assert sorted(int(m.value()) for m in letters) == list(range(0, 1000, 100))  # this topic takes them
    headers = dict(letters[0].headers())
    assert headers["__connect.errors.stage"] == b"KAFKA_PRODUCE"
    assert headers["__connect.errors.exception.class.name"].endswith(b"RecordTooLargeException")
    assert int(headers["__kconnect.errors.bytes"]) > 150000 and headers["__kconnect.errors.limit.bytes"] == b"100000"
    log = (tmp_path / "log").read_text()
    assert log.count("was left out at KAFKA_PRODUCE") == 10 and "its key is" not in log


def test_a_dead_letter_leaves_out_the_value_that_its_topic_does_not_take(kafka, task, tmp_path):
    dead = task.connector + "-dead"
    for topic in (task.connector, dead):
        make_topic(kafka, topic, **{"max.message.bytes": "100000"})
    task.start({**TOLERANT, "errors.deadletterqueue.topic.name": dead, "errors.log.enable": "true", "limit": "10",
                "errors.log.include.messages": "true", "value.converter.pad": "150000", "value.converter.pad.every": "5"})
    task.wait_records(8)
    assert task.stop() == 0
    letters = read_topic(kafka, dead)
    assert [(m.key(), m.value()) for m in letters] == [(b"0", None), (b"5", None)]
    assert "its key is 5 and its value 5   " in (tmp_path / "log").read_text()


def test_the_largest_record_that_a_topic_takes(kafka, task):
    """What the check counts is what the broker counts, to the byte."""
    make_topic(kafka, task.connector, **{"max.message.bytes": "100000"})
    fits = 100000 - 61 - 3 - 3 - 2 - 3 - 1 - 1  # header, length, attributes and deltas, key, length of value, 0, headers
    for limit, pad in ((1, fits + 1), (2, fits)):
        task.start({"errors.tolerance": "all", "limit": str(limit), "value.converter.pad": str(pad)})
        task.wait_for(lambda m: m["type"] == "stats" and m["records"] + m["errors"] == 1)
        assert task.stop() == 0
    assert numbers_of(kafka, task.connector) == [1]


def test_a_limit_that_is_lowered_under_way_is_met_by_looking_again(kafka, task):
    make_topic(kafka, task.connector, **{"max.message.bytes": "200000"})
    task.start({"errors.tolerance": "all", "rate": "200", "batch": "10", "resume.every": "10",
                "value.converter.pad": "150000", "value.converter.pad.every": "100"})
    task.wait_records(150)
    resource = ConfigResource(ResourceType.TOPIC, task.connector, set_config={"max.message.bytes": "100000"})
    admin = kafka.admin()
    admin.alter_configs([resource])[resource].result()
    task.wait_for(lambda m: m["type"] == "stats" and m["errors"] >= 2, 60)
    assert task.stop() == 0
    numbers = numbers_of(kafka, task.connector)
    assert len(numbers) == len(set(numbers)) and [n for n in range(max(numbers)) if n not in numbers and n % 100] == []
    assert 100 in numbers and max(numbers) - max(numbers) % 100 not in numbers


def test_a_compacted_topic_and_a_record_without_a_key(kafka, task):
    make_topic(kafka, task.connector, **{"cleanup.policy": "compact"})
    task.start({"limit": "5", "key.converter.no.key": "1"})
    failed = task.wait_failed()
    assert failed["status"] == -4 and "compacted" in failed["message"] and "cleanup.policy" in failed["message"]


def test_a_batch_that_needs_too_much_memory_says_which_key(kafka, task):
    task.start({"limit": "20", "batch": "20", "value.converter.pad": "5000000"}, memory_max_mb=64)
    failed = task.wait_failed()
    assert failed["status"] == -6 and "task.memory.max.mb (64)" in failed["message"], failed


@pytest.mark.parametrize("key", ["errors.tolerance", "errors.log.enable", "errors.deadletterqueue.topic.name"])
def test_keys_for_errors_that_are_wrong_are_named(task, key):
    task.start({"errors.tolerance": "all", key: "a b"})
    failed = task.wait_failed()
    assert failed["status"] == -4 and key in failed["message"]
