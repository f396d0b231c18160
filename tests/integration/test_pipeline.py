"""Transforms, predicates and converters of a connector, in the words of a Kafka Connect configuration."""

import pytest
from kcharness.rest import error_of
from kcharness.servers import unique
from kcharness.topics import TopicReader
from kcharness.waiting import wait_for
from kcharness.worker import is_alive

TRANSFORMS = "org.apache.kafka.connect.transforms."
JSON = {"value.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter.schemas.enable": "false"}


@pytest.fixture
def define(worker, tmp_path):
    """A file source that is not created, with its topic and file; what was created is deleted."""
    names = []

    def make(**settings):
        name, topic = unique("p-"), unique("pipe-")
        names.append(name)
        file = tmp_path / f"{name}.txt"
        file.write_text("")
        settings = {key.replace("__", "."): value for key, value in settings.items()}
        return name, topic, file, {
            "connector.class": "FileStreamSource", "tasks.max": "1", "file": str(file), "topic": topic, **JSON, **settings}

    yield make
    for name in names:
        worker.rest.delete(f"/connectors/{name}")


def create(worker, name, config):
    answer = worker.rest.create(name, config)
    assert answer.status_code == 201, answer.text
    worker.rest.wait_for_state(name, "RUNNING")


def change(worker, name, config):
    """A new configuration, and the end of the process that has the old one: it would take what comes meanwhile."""
    pid = worker.the_task_pid()
    assert worker.rest.put(f"/connectors/{name}/config", config).status_code == 200
    wait_for(lambda: not is_alive(pid), 20, "the end of the task with the old configuration")


def chain():
    """Lines become structures with a field more, and go to another topic unless the topic's name says otherwise."""
    return {
        "transforms": "hoist,mark,route,drop",
        "transforms.hoist.type": TRANSFORMS + "HoistField$Value",
        "transforms.hoist.field": "line",
        "transforms.mark.type": TRANSFORMS + "InsertField$Value",
        "transforms.mark.static.field": "from",
        "transforms.mark.static.value": "file",
        "transforms.route.type": TRANSFORMS + "RegexRouter",
        "transforms.route.regex": "pipe-(.*)",
        "transforms.route.replacement": "routed-$1",
        "transforms.route.predicate": "other",
        "transforms.route.negate": "true",
        "transforms.drop.type": TRANSFORMS + "Filter",
        "transforms.drop.predicate": "other",
        "predicates": "other",
        "predicates.other.type": TRANSFORMS + "predicates.TopicNameMatches",
        "predicates.other.pattern": "elsewhere-.*",
    }


def test_lines_are_transformed_and_the_position_moves_on(worker, define):
    name, topic, file, config = define(**chain())
    create(worker, name, config)
    routed = topic.replace("pipe-", "routed-")
    file.write_text("one\ntwo\n")
    with TopicReader(worker.kafka, routed) as reader:
        assert [record.value for record in reader.read(2)] == [{"line": "one", "from": "file"},
                                                               {"line": "two", "from": "file"}]
        wait_for(lambda: worker.rest.messages(name).json().get("topic") == routed, 20, "messages of the topic that was written")
        pid = worker.the_task_pid()
        assert worker.rest.post(f"/connectors/{name}/restart?includeTasks=true").status_code in (202, 204)
        worker.the_task_pid(other_than=pid)
        with open(file, "a") as more:
            more.write("three\n")
        assert reader.read(3)[2].value == {"line": "three", "from": "file"}
        # Everything is dropped from here on, and the position still moves.
        change(worker, name, {**config, "predicates.other.pattern": "routed-.*"})
        with open(file, "a") as more:
            more.write("four\n")
        wait_for(lambda: worker.rest.get(f"/connectors/{name}/offsets").json()["offsets"][0]["offset"]["position"] == 19,
                 20, "the position behind a dropped line")
        assert len(reader.read_to_end()) == 3
    assert topic not in worker.kafka.partitions()


def test_a_line_that_a_transform_refuses_is_a_dead_letter(worker, define):
    dead = unique("dead-")
    name, topic, file, config = define(
        transforms="mark", transforms__mark__type=TRANSFORMS + "InsertField$Value", transforms__mark__static__field="a",
        transforms__mark__static__value="b", errors__tolerance="all", errors__deadletterqueue__topic__name=dead,
        errors__deadletterqueue__context__headers__enable="true")
    create(worker, name, config)
    file.write_text("only structures have fields\n")
    with TopicReader(worker.kafka, dead) as reader:
        [letter] = reader.read(1)
    assert letter.value == "only structures have fields"
    headers = {key: value.decode() for key, value in letter.headers}
    assert headers["__connect.errors.stage"] == "TRANSFORMATION"
    assert headers["__connect.errors.class.name"].startswith("InsertField$Value ")
    assert headers["__connect.errors.topic"] == topic
    # Without tolerance the task fails, and its trace says where.
    change(worker, name, {**config, "errors.tolerance": "none"})
    with open(file, "a") as more:
        more.write("nor has this one\n")
    worker.rest.wait_for_state(name, "FAILED")
    assert "InsertField$Value" in worker.rest.task(name)["trace"]


def test_what_is_wrong_with_stages_is_found_before_anything_starts(worker, define):
    name, _, _, config = define(**chain())
    wrong = {**config, "name": name, "transforms.route.predicate": "nobody", "transforms.mark.type": "NoSuch",
             "predicates.other.predicate": "other"}
    del wrong["transforms.hoist.field"]
    answer = worker.rest.put("/connector-plugins/FileStreamSource/config/validate", wrong).json()
    found = {c["value"]["name"]: c["value"]["errors"] for c in answer["configs"] if c["value"]["errors"]}
    assert sorted(found) == ["predicates.other.predicate", "transforms.hoist.field", "transforms.mark.type",
                             "transforms.route.predicate"]
    assert "installed transforms are: " in found["transforms.mark.type"][0]
    assert answer["error_count"] == 4
    groups = answer["groups"]
    assert groups.index("Transforms: hoist") < groups.index("Transforms: route") < groups.index("Predicates: other")
    shown = {c["definition"]["name"]: c for c in answer["configs"] if c["definition"]}
    definition = shown["transforms.route.type"]["definition"]
    assert (definition["group"], definition["type"], definition["required"]) == ("Transforms: route", "CLASS", True)
    assert "RegexRouter" in shown["transforms.route.type"]["value"]["recommended_values"]
    assert shown["transforms.route.regex"]["value"]["value"] == "pipe-(.*)"
    assert shown["transforms.route.negate"]["definition"]["display_name"] == "negate"
    message = error_of(worker.rest.create(name, wrong), 400)
    assert "contains the following 4 error(s)" in message and "transforms.hoist.field" in message
    assert worker.rest.get(f"/connectors/{name}").status_code == 404
    # What only the transform's own code can tell is found as well, while its declaration is fine.
    odd = {**config, "name": name, "transforms.route.regex": "pipe-("}
    assert "transforms.route.regex: the regular expression pipe-( is not valid" in error_of(worker.rest.create(name, odd), 400)
    sound = worker.rest.put("/connector-plugins/FileStreamSource/config/validate", {**config, "name": name}).json()
    assert sound["error_count"] == 0
