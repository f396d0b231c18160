"""The examples, as an author builds them: outside the tree, with the installed SDK, dropped into a worker's folder."""

import os
import re
import shutil
import subprocess

import pytest

from kcharness.servers import unique
from kcharness.topics import TopicReader
from kcharness.waiting import wait_for
from kcharness.worker import BUILD, PLAIN, ROOT, Worker

EXAMPLES = ROOT / "examples"
COUNT = 60
SOURCES = ("ticks-source", "rust-ticks-source", "go-ticks-source")  # C, Rust, Go


def run(*command, **options):
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, check=False, timeout=600, **options
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def environment():
    """Where compilers find the SDK: what `meson install` put into a folder. Go's cache, which keeps linker options with paths in
    them, lives beside it."""
    folder = PLAIN / "sdk-installed"
    run("meson", "install", "-C", PLAIN, "--no-rebuild", "--quiet", "--tags", "devel", "--destdir", folder)
    pc = next(folder.rglob("kconnect-sdk.pc"))
    prefix = next(folder.rglob("kc-plugin-check")).parent.parent
    return {
        **os.environ,
        "PKG_CONFIG_PATH": str(pc.parent),
        "PATH": f"{prefix / 'bin'}:{os.environ['PATH']}",
        "CGO_LDFLAGS_ALLOW": "-Wl,(--version-script=.*|-Bsymbolic|--exclude-libs,ALL)",
        "GOCACHE": str(PLAIN / "go-cache"),
        "GOTOOLCHAIN": "local",
        "GOPROXY": "off",
    }


@pytest.fixture(scope="module")
def plugins(environment, tmp_path_factory):
    """The files of the examples, by a name for each."""
    folder = tmp_path_factory.mktemp("examples")
    flags = run("pkg-config", "--cflags", "--libs", "kconnect-sdk", env=environment).split()
    c_options = ["-std=gnu17", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-fvisibility=hidden"]
    made = {name: folder / f"{name}.so" for name in ("ticks", "journal", "rust-ticks", "go-ticks")}
    run("cc", *c_options, EXAMPLES / "c-source/ticks.c", "-o", made["ticks"], *flags, env=environment)
    run("cc", *c_options, EXAMPLES / "c-sink/journal.c", "-o", made["journal"], *flags, env=environment)
    rust = ["--edition", "2021", "--crate-type", "cdylib", "--crate-name", "ticks", "-O"]
    run("rustc", *rust, EXAMPLES / "rust-source/src/lib.rs", "-o", made["rust-ticks"], env=environment)
    run(
        *("go", "build", "-buildvcs=false", "-buildmode=c-shared", "-o", made["go-ticks"], "."),
        cwd=EXAMPLES / "go-source",
        env=environment,
    )
    return made


def test_each_example_obeys_the_rules(environment, plugins, tmp_path):
    settings = {
        "journal": [f"file={tmp_path / 'journal.txt'}"],
        **dict.fromkeys(("ticks", "rust-ticks", "go-ticks"), ["topic=t", "interval.ms=0"]),
    }
    checks = {
        name: subprocess.Popen(
            ["kc-plugin-check", file, "--records", "50", *(w for s in settings[name] for w in ("--set", s))],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for name, file in plugins.items()
    }
    for name, check in checks.items():
        said = check.communicate(timeout=600)[0]
        assert check.returncode == 0 and re.search(r"^\d+ passed, 0 failed, 0 skipped$", said, re.M), (name, said)


@pytest.fixture(scope="module")
def worker(kafka, scratch):
    """A worker that has none of the examples yet, and looks for plugins in a folder of the test's."""
    folder = scratch / unique("examples-")
    folder.mkdir()
    settings = {
        "plugin.path": f"{folder},{BUILD / 'plugins'}",
        "offset.flush.interval.ms": "500",
    }
    worker = Worker(kafka, scratch / unique("worker-"), settings).start()
    worker.plugins = folder
    yield worker
    assert worker.stop(limit_s=20) in (None, 0)
    assert not worker.sanitizer_reports()


@pytest.fixture(scope="module")
def installed(worker, plugins):
    """Drops the files into the running worker's folder."""
    for name, file in plugins.items():
        shutil.copyfile(file, worker.plugins / f".{name}")
        os.rename(worker.plugins / f".{name}", worker.plugins / f"{name}.so")
    wanted = {*SOURCES, "journal-sink"}

    def listed():
        return {plugin["class"] for plugin in worker.rest.get("/connector-plugins").json()}

    wait_for(lambda: wanted <= listed(), 30, f"{wanted} to be listed", detail=listed)
    return worker


def values(reader):
    return [record.value for record in reader.read_to_end()]


class Ticks:
    """A connector of one of the sources."""

    def __init__(self, worker, plugin):
        self.rest, self.name, self.topic = worker.rest, unique("ticks-"), unique("t-")
        # As in sdk/guide.md: the worker has no converters of its own choice.
        config = {
            "connector.class": plugin,
            "topic": self.topic,
            "interval.ms": "60",
            "count": str(COUNT),
            "key.converter": "string",
            "value.converter": "json",
            "value.converter.schemas.enable": "false",
        }
        answer = self.rest.create(self.name, config)
        assert answer.status_code == 201, answer.text

    def restart(self):
        answer = self.rest.post(f"/connectors/{self.name}/restart?includeTasks=true")
        assert answer.status_code in (200, 202, 204), answer.text

    def offset(self):
        """The number of the last record whose offset is stored."""
        stored = self.rest.get(f"/connectors/{self.name}/offsets").json()["offsets"]
        return stored[0]["offset"]["seq"] if stored else None


def test_a_source_in_each_language_continues_after_a_restart(installed):
    worker = installed
    made = [Ticks(worker, plugin) for plugin in SOURCES]
    readers = {}
    for ticks in made:
        worker.rest.wait_for_state(ticks.name, "RUNNING")
        readers[ticks] = reader = TopicReader(worker.kafka, ticks.topic)
        wait_for(lambda reader=reader: len(values(reader)) >= 5, 30, "five records")
        ticks.restart()
    for ticks, reader in readers.items():
        wait_for(lambda ticks=ticks: ticks.offset() == COUNT - 1, 60, "the last offset", detail=ticks.offset)
        assert sorted({value["seq"] for value in values(reader)}) == list(range(COUNT))
        assert all(value["text"] == f"tick {value['seq']}" for value in values(reader))
        worker.rest.delete(f"/connectors/{ticks.name}")


def test_the_sink_writes_what_the_source_sent(installed, tmp_path):
    worker, topic, file = installed, unique("t-"), tmp_path / "journal.txt"
    source, sink = unique("ticks-"), unique("journal-")
    strings = "org.apache.kafka.connect.storage.StringConverter"
    text = {"key.converter": strings, "value.converter": strings}
    config = {"connector.class": "ticks-source", "topic": topic, "interval.ms": "0", "count": str(COUNT), **text}
    assert worker.rest.create(source, config).status_code == 201
    config = {"connector.class": "journal-sink", "topics": topic, "file": str(file), **text}
    answer = worker.rest.create(sink, config)
    assert answer.status_code == 201, answer.text
    worker.rest.wait_for_state(sink, "RUNNING")

    def lines():
        return file.read_text().splitlines() if file.exists() else []

    wait_for(lambda: len(lines()) >= COUNT, 60, "the lines", detail=lambda: (lines()[-3:], worker.log_tail()))
    assert {line.split("\t")[0] for line in lines()} == {f"{topic}-0@{offset}" for offset in range(COUNT)}
    assert any("tick 59" in line for line in lines())
    for name in (source, sink):
        worker.rest.delete(f"/connectors/{name}")
