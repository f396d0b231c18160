"""Tables that change: every row is told with the columns that it was written with, in the stream and across a stop."""

import contextlib
import os
import signal

import pytest
from confluent_kafka import TopicPartition
from kcharness.servers import MySQL, Schema, unique
from kcharness.waiting import wait_for

BASE = "id INT PRIMARY KEY, name VARCHAR(20), amount INT"
COLUMNS = ["id", "name", "amount"]

# What each change does to `id INT PRIMARY KEY, name VARCHAR(20), amount INT`: the statement, the columns behind it, and
# the primary key. None of it is asked of the server.
CHANGES = {
    "add_last": ("ADD note VARCHAR(10)", ["id", "name", "amount", "note"], ["id"]),
    "add_first": ("ADD COLUMN note VARCHAR(10) CHARACTER SET latin1 FIRST", ["note", "id", "name", "amount"], ["id"]),
    "add_after": ("ADD COLUMN (x INT, y INT), ADD note INT AFTER id", ["id", "note", "name", "amount", "x", "y"], ["id"]),
    "drop_one": ("DROP COLUMN name", ["id", "amount"], ["id"]),
    "rename_column": ("CHANGE amount `sum of` INT", ["id", "name", "sum of"], ["id"]),
    "reorder": ("MODIFY amount INT AFTER id, MODIFY name VARCHAR(20) FIRST", ["name", "id", "amount"], ["id"]),
    "swap_names": ("RENAME COLUMN name TO amount, RENAME COLUMN amount TO name", ["id", "amount", "name"], ["id"]),
    "retype": ("MODIFY amount VARCHAR(30) CHARACTER SET latin1, MODIFY id BIGINT", COLUMNS, ["id"]),
    "label": (
        "ADD kind ENUM('a''b','c,d'), ADD kinds SET('x','y'), ADD in_year YEAR CHECK (in_year > 1990), "
        "ADD nation NATIONAL CHARACTER VARYING(5) BINARY NOT NULL",
        [*COLUMNS, "kind", "kinds", "in_year", "nation"],
        ["id"],
    ),
    "rekey": ("DROP PRIMARY KEY, ADD PRIMARY KEY (amount, id)", COLUMNS, ["amount", "id"]),
    "no_column": ("ADD INDEX (amount), COMMENT 'the same columns'", COLUMNS, ["id"]),
}
AWAY = ["add_last", "add_after", "rename_column", "swap_names", "retype", "rekey"]  # done while the connector is stopped
TEXTS = {"swap_names": {"amount"}, "retype": {"name", "amount"}}
SAMPLES = {"kind": ["a'b", "c,d"], "kinds": ["x", "x,y"], "in_year": [1999, 2024], "nation": ["ñ", "國"]}


class Table:
    """A table as the test knows it, and the records that its rows must become."""

    _ids = iter(range(100, 10**6))

    def __init__(self, place, name):
        self.cursor, self.name = place.cursor, name
        self.expected = []

    def create(self):
        self.execute(f"CREATE TABLE `{self.name}` ({BASE}) DEFAULT CHARSET = utf8mb4")
        self.columns, self.key, self.texts = COLUMNS, ["id"], {"name"}
        return self

    def values(self):
        row = {}
        for column in self.columns:
            number = next(Table._ids)
            if column in SAMPLES:
                row[column] = SAMPLES[column][number % 2]
            else:
                row[column] = f"täxt {number}" if column in self.texts else number
        return row

    def execute(self, *statements):
        for statement in statements:
            self.cursor.execute(*([statement] if isinstance(statement, str) else statement))

    def insert(self):
        row = self.values()
        names = ", ".join(f"`{column}`" for column in row)
        places = ", ".join(["%s"] * len(row))
        self.execute((f"INSERT INTO `{self.name}` ({names}) VALUES ({places})", tuple(row.values())))
        self.expected.append(("INSERT", row["id"], self.columns, self.key, row))

    def change(self, name):
        statement, self.columns, self.key = CHANGES[name]
        self.texts = TEXTS.get(name, {"name"})
        if name in ("add_last", "add_first"):
            self.texts = {"name", "note"}
        self.execute(f"ALTER TABLE `{self.name}` {statement}")


def told(record):
    """What a record says, in the form of Table.expected."""
    schema = record.value["schema"]
    return (
        record.op,
        int(record.row["id"]),
        [column["name"] for column in schema["dataColumn"]],
        schema["primaryKey"],
        record.row,
    )


class Story:
    """Everything that a connector has told, of all tables, with one consumer."""

    def __init__(self, connector, tables):
        self.reader = connector.reader(tables[0].name)
        topics = self.reader.consumer.list_topics(timeout=20).topics
        self.reader.consumer.assign(
            [
                TopicPartition(connector.topic(table.name), partition, 0)
                for table in tables
                for partition in topics[connector.topic(table.name)].partitions
            ]
        )

    def of(self, table):
        records = [r for r in self.reader.records if r.value["schema"]["source"]["tableName"] == table.name]
        return sorted(map(told, records), key=lambda said: said[:2])

    def check(self, tables):
        """Every topic has exactly the records that its table's rows must become, in any order."""
        self.reader.read_until(
            lambda _: all(len(self.of(table)) >= len(table.expected) for table in tables),
            what=f"the rows of {[table.name for table in tables]}",
        )
        for table in tables:
            assert self.of(table) == sorted(table.expected, key=lambda said: said[:2]), table.name


PLACES = ["mysql-MINIMAL", "mariadb-FULL"]
if os.environ.get("KC_SOAK") == "1":
    PLACES += ["mysql-FULL", "mariadb-MINIMAL", "mariadb-NO_LOG", "mysql_without_gtid-MINIMAL"]


@pytest.fixture(scope="session")
def mysql_without_gtid(scratch):
    server = MySQL(scratch / "mysql-without-gtid", "--no-gtid").start()
    yield server
    server.stop(kill=True)


@pytest.fixture(params=PLACES)
def place(request, worker, connectors):
    """A schema on a server that logs so much about columns."""
    flavor, metadata = request.param.split("-")
    server = request.getfixturevalue(flavor)
    before = server.settings("binlog_row_metadata")["binlog_row_metadata"]
    server.execute(f"SET GLOBAL binlog_row_metadata = '{metadata}'")
    place = Schema(server, unique("ddl")).create()
    place.metadata = metadata
    with place.connect() as connection, connection.cursor() as place.cursor:
        yield place
    server.execute(f"SET GLOBAL binlog_row_metadata = '{before}'")


@contextlib.contextmanager
def stopped(connector):
    """While the connector does not run."""
    assert connector.rest.put(f"/connectors/{connector.name}/stop").status_code in (202, 204)
    connector.wait("STOPPED")
    # STOPPED is said at once; the task commits once more before it ends.
    wait_for(lambda: not connector.worker.task_pids(), 20, "the end of the task's process")
    yield
    assert connector.rest.put(f"/connectors/{connector.name}/resume").status_code in (202, 204)


def test_rows_are_told_with_the_columns_of_their_time(place, worker, connectors):
    running = {name: Table(place, name).create() for name in CHANGES}
    away = {name: Table(place, f"away_{name}").create() for name in AWAY}
    swapped, reborn, cut, often = (Table(place, name).create() for name in ("swapped", "reborn", "cut", "often"))
    everyone = [*running.values(), *away.values(), swapped, reborn, cut, often]
    cut.execute("CREATE TABLE older (id INT PRIMARY KEY, note VARCHAR(9))")
    connector = connectors.run(place, ",".join(table.name for table in everyone))
    story = Story(connector, everyone)
    for table in everyone:
        table.insert()

    # While the connector keeps up.
    for name, table in running.items():
        table.change(name)
    swapped.execute(
        "CREATE TABLE _new LIKE swapped",
        "ALTER TABLE _new ADD more INT FIRST",
        "RENAME TABLE swapped TO _old, _new TO swapped",
    )
    swapped.columns = ["more", *COLUMNS]
    reborn.execute("DROP TABLE reborn", "CREATE TABLE reborn (id INT PRIMARY KEY, name INT, amount INT)")
    reborn.texts = set()
    cut.execute("TRUNCATE TABLE cut")
    for table in [*running.values(), swapped, reborn, cut]:
        table.insert()
    story.check([*running.values(), swapped, reborn, cut])

    # The task dies just behind a change.
    cut.execute("ALTER TABLE cut ADD more INT FIRST")
    os.kill(worker.the_task_pid(), signal.SIGKILL)
    cut.columns = ["more", *COLUMNS]
    cut.insert()
    story.check([cut])

    # While the connector is stopped.
    with stopped(connector):
        for name, table in away.items():
            table.insert()
            table.change(name)
            table.insert()
        reborn.execute("DROP TABLE reborn")
    story.check([*away.values()])
    reborn.create()
    reborn.texts = {"name"}
    reborn.insert()
    story.check([reborn])

    # Changed more than once, with rows between: the rows themselves tell their columns, or the statements do.
    with stopped(connector):
        for name, table in away.items():
            if name in ("add_last", "rename_column", "swap_names"):
                table.execute(f"ALTER TABLE `{table.name}` ADD late INT NOT NULL DEFAULT 5 AFTER id")
                at = table.columns.index("id") + 1
                table.columns = [*table.columns[:at], "late", *table.columns[at:]]
                table.insert()
                table.execute(f"ALTER TABLE `{table.name}` DROP COLUMN late, MODIFY id BIGINT")
                table.columns = [column for column in table.columns if column != "late"]
                table.insert()
        for name in ("add_first", "rename_column", "reorder", "label", "rekey"):
            often.execute("DROP TABLE often")
            often.create()
            often.change(name)
            often.insert()
        swapped.execute(
            "CREATE TABLE _gho LIKE swapped",
            "ALTER TABLE _gho ADD note VARCHAR(9) CHARACTER SET latin1, DROP amount",
        )
        swapped.insert()
    story.check([*away.values(), often, swapped])

    # What gh-ost and pt-online-schema-change do: the connector restarted between the statements.
    with stopped(connector):
        swapped.execute("RENAME TABLE swapped TO _del, _gho TO swapped")
        swapped.columns, swapped.texts = ["more", "id", "name", "note"], {"name", "note"}
        swapped.insert()
        swapped.execute("ALTER TABLE swapped ADD late INT")
        swapped.columns = [*swapped.columns, "late"]
        swapped.insert()
        # Character sets that only the database, or nobody, says.
        cut.execute("ALTER TABLE cut CONVERT TO CHARACTER SET latin1", "CREATE TABLE IF NOT EXISTS cut (x INT)")
        cut.insert()
        cut.execute("ALTER TABLE cut DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, ADD yet TEXT")
        cut.columns, cut.texts = [*cut.columns, "yet"], {"name", "yet"}
        cut.insert()
        cut.execute("ALTER TABLE cut MODIFY name TEXT CHARACTER SET latin1", "ALTER TABLE cut CONVERT TO CHARACTER SET utf8mb4")
        cut.insert()
        reborn.execute("DROP TABLE reborn", "CREATE TABLE reborn (id INT PRIMARY KEY, name VARCHAR(9), amount TEXT(9))")
        reborn.texts = {"name", "amount"}
        reborn.insert()
        reborn.execute("DROP TABLE reborn", "CREATE TABLE reborn (PRIMARY KEY (id)) SELECT 7 AS id, 'x' AS name, 5 AS amount")
        reborn.expected.append(("INSERT", 7, COLUMNS, ["id"], {"id": 7, "name": "x", "amount": 5}))
        # The key is a unique index, and another one.
        often.execute("DROP TABLE often", "CREATE TABLE often (id INT NOT NULL, name INT, amount INT NOT NULL, UNIQUE b (id))")
        often.columns, often.key, often.texts = COLUMNS, ["id"], set()
        often.insert()
        often.execute("ALTER TABLE often ADD UNIQUE a (amount)")
        often.key = ["amount"]
        often.insert()
        often.execute("DROP INDEX a ON often")
        often.key = ["id"]
        often.insert()
        for table in (swapped, cut, reborn, often):
            table.execute(f"ALTER TABLE {table.name} ADD last_of_all INT FIRST")
    story.check([swapped, cut, reborn, often])

    # A table takes the name that no statement has told anything of.
    with stopped(connector):
        cut.execute("RENAME TABLE cut TO _cut, older TO cut")
        cut.columns, cut.texts = ["id", "note"], {"note"}
        cut.insert()
        cut.execute("ALTER TABLE cut ADD yet INT")
        cut.columns = [*cut.columns, "yet"]
        cut.insert()
    if place.metadata == "FULL":
        story.check([cut])
    else:
        connector.wait("FAILED")
        assert "DELETE its offsets and resume it" in connector.trace()
        with stopped(connector):
            assert connector.rest.delete(f"/connectors/{connector.name}/offsets").status_code == 200
        connector.wait("RUNNING")
        story.reader.read_until(
            lambda _: len([said for said in story.of(cut) if said[2] == cut.columns]) == 2, what="the table, read anew"
        )
    story.reader.close()


def test_an_offset_that_is_set_back_and_a_table_that_comes_later(place, worker, connectors):
    back, later = Table(place, "back").create(), Table(place, "later")
    connector = connectors.run(place, "back")
    offsets = f"/connectors/{connector.name}/offsets"
    story = Story(connector, [back])
    back.insert()
    story.check([back])
    with stopped(connector):
        before = connector.rest.get(offsets).json()
        later.create()
        connector.config["table.include.list"] = "back,later"
        assert connector.rest.put(f"/connectors/{connector.name}/config", connector.config).status_code == 200
        later.execute("DROP TABLE later")
        back.insert()
    connector.wait("RUNNING")
    back.change("swap_names")  # the layout of rows is the same before and behind it
    back.insert()
    later.execute("CREATE TABLE later (id INT PRIMARY KEY, more INT)")
    later.columns, later.key, later.texts = ["id", "more"], ["id"], set()
    later.insert()
    story.check([back])
    with connector.reader("later") as reader:
        reader.read(1)
        assert [told(record) for record in reader.read_to_end()] == later.expected

    with stopped(connector):
        assert connector.rest.call("PATCH", offsets, before).status_code == 200
    if place.metadata == "FULL":
        back.expected += back.expected[1:]
        story.check([back])
    else:
        connector.wait("FAILED")
        assert f"table {place.name}.back was changed again after the rows" in connector.trace()
    story.reader.close()


def test_a_text_of_mariadb_becomes_json_and_back(mariadb, worker, connectors):
    schema = Schema(mariadb, unique("ddl")).create()
    schema.execute("CREATE TABLE docs (id INT PRIMARY KEY, doc JSON)")
    connector = connectors.run(schema, "docs", value__converter="org.apache.kafka.connect.json.JsonConverter")
    changes = [
        "INSERT INTO docs VALUES (1, '{}')",
        "ALTER TABLE docs MODIFY doc LONGTEXT",
        "INSERT INTO docs VALUES (2, 'x')",
        "DELETE FROM docs",
        "ALTER TABLE docs MODIFY doc JSON",
        "INSERT INTO docs VALUES (3, '{}')",
    ]
    schema.execute(*changes[:3])
    with connector.reader("docs") as reader:
        reader.read(2)
        with stopped(connector):
            schema.execute(*changes[3:], *changes[1:3])
        records = reader.read(6)
    names = []
    for record in records:
        after = record.value["payload"]["after"]
        if after is not None:
            fields = {field["field"]: field for field in record.value["schema"]["fields"]}
            columns = {field["field"]: field for field in fields["after"]["fields"]}
            names.append((after["id"], columns["doc"].get("name")))
    json = "io.debezium.data.Json"
    assert sorted(names, key=str) == sorted([(1, json), (2, None), (3, json), (2, None)], key=str)
