"""The quickstart from beginning to end, as a newcomer runs it."""

import os
import pathlib
import re
import signal
import subprocess
import threading

import pytest

from kcharness.waiting import wait_for

RUN = pathlib.Path(__file__).with_name("run")
# The newcomer's build is a plain one.
ENVIRONMENT = {**os.environ, "KC_BUILD": os.environ.get("KC_BUILD_PLAIN", os.environ.get("KC_BUILD", ""))}


def leftovers():
    return set(pathlib.Path("/tmp").glob("kconnect-quickstart.*"))


@pytest.mark.timeout(300)
def test_the_quickstart_shows_the_four_steps_and_cleans_up():
    before = leftovers()
    done = subprocess.run([RUN, "--once"], capture_output=True, text=True, timeout=280, env=ENVIRONMENT)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    for expected in (
        "1. Start a worker",
        '"state": "RUNNING"',
        "mysql_mysql_tbl is there",
        '"mysql_title": "mysql2kafka"',
        '"op": "INSERT"',
    ):
        assert expected in done.stdout, done.stdout[-3000:]
    assert leftovers() <= before


@pytest.mark.timeout(300)
def test_the_quickstart_with_given_servers_stays_up_until_it_is_interrupted(kafka, mysql):
    before = leftovers()
    environment = {
        **ENVIRONMENT,
        "KAFKA_BOOTSTRAP_SERVERS": kafka.address,
        "MYSQL_HOST": "127.0.0.1",
        "MYSQL_PORT": str(mysql.port),
        "MYSQL_USER": "admin",
        "MYSQL_PASSWORD": "admin-secret",
    }
    process = subprocess.Popen(
        [RUN],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
        start_new_session=True,
    )
    lines = []
    reader = threading.Thread(target=lambda: lines.extend(iter(process.stdout.readline, "")), daemon=True)
    reader.start()
    try:
        wait_for(
            lambda: any("until Ctrl-C" in line for line in lines) or process.poll() is not None,
            200,
            "the last words",
            detail=lambda: "".join(lines[-30:]),
        )
        assert process.poll() is None, "".join(lines[-60:])
        assert re.search(r"REST API +http://127\.0\.0\.1:\d+", "".join(wait_for(lambda: lines[-8:], 5)))
    finally:
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(60) == 130
    assert leftovers() <= before
