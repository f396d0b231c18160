"""A table is changed again and again while its rows are read, and the task dies meanwhile: no row lost, doubled or mixed up."""

import os
import signal

import pytest
from kcharness.servers import Schema, unique

ROWS = 4000
CHANGES = 8
SOAK = os.environ.get("KC_SOAK") == "1"
KEYED = {"chunks": True, "one_read": False} if SOAK else {"chunks": True}


def make_table(schema, key):
    schema.execute(
        f"CREATE TABLE big ({key}, name VARCHAR(40), amount INT)",
        "CREATE TABLE digits (d INT)",
        "INSERT INTO digits VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)",
        "INSERT INTO big SELECT n, CONCAT('n', n), n * 3 FROM (SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d AS n "
        f"FROM digits a, digits b, digits c, digits e) AS numbers WHERE n < {ROWS}",
    )


@pytest.mark.parametrize("keyed", KEYED.values(), ids=KEYED.keys())
@pytest.mark.parametrize("flavor", ["mysql", "mariadb"])
def test_a_table_is_changed_during_its_snapshot(request, worker, connectors, flavor, keyed):
    schema = Schema(request.getfixturevalue(flavor), unique("mid")).create()
    make_table(schema, "id INT PRIMARY KEY" if keyed else "id INT NOT NULL")
    connector = connectors.define(schema, "big", snapshot__fetch__size="50").create()
    versions = [["id", "name", "amount"]]
    with connector.reader("big") as reader:
        reader.read_until(lambda found: len(found) > 0)
        for number in range(CHANGES):
            column = f"c{number}"
            schema.execute(f"ALTER TABLE big ADD {column} INT NOT NULL DEFAULT {number} {['FIRST', ''][number % 2]}")
            versions.append([column, *versions[-1]] if number % 2 == 0 else [*versions[-1], column])
            if number == CHANGES // 2 and keyed:
                os.kill(worker.the_task_pid(), signal.SIGKILL)
            seen = len(reader.records)
            reader.read_until(lambda found: len(found) > seen or len({r.row["id"] for r in found}) == ROWS)
        schema.execute(f"UPDATE big SET amount = -1 WHERE id = {ROWS - 1}")
        connector.wait_for_snapshot(60)
        reader.read_until(lambda found: any(r.row["amount"] == -1 for r in found))
        # The change may have come before the last rows of the snapshot did.
        records = reader.read_to_decided_end()
    rows = [r.row for r in records if r.op == "INSERT"]
    assert sorted(row["id"] for row in rows) == list(range(ROWS))
    for record in records:
        row = dict(record.row)
        assert [column["name"] for column in record.value["schema"]["dataColumn"]] == list(row)
        assert list(row) in versions
        number = row.pop("id")
        assert row.pop("name") == f"n{number}"
        assert row.pop("amount") in ([number * 3, -1] if number == ROWS - 1 else [number * 3])
        assert all(value == int(column[1:]) for column, value in row.items())
    assert len({len(r.row) for r in records}) > 1, "the changes came before or behind the whole snapshot"


def by_key(records, key):
    return [r for r in records if r.value["schema"]["primaryKey"] == key]


if SOAK:  # a snapshot that is slow enough to be changed in its middle takes its time

    @pytest.mark.parametrize("flavor", ["mysql", "mariadb"])
    def test_the_key_is_changed_during_the_snapshot(request, worker, connectors, flavor):
        schema = Schema(request.getfixturevalue(flavor), unique("mid")).create()
        make_table(schema, "id INT PRIMARY KEY")
        connector = connectors.define(schema, "big", snapshot__fetch__size="3").create()
        everyone = set(range(-1, ROWS)) - {6}
        with connector.reader("big") as reader:
            reader.read_until(lambda found: len(found) > 0)
            schema.execute("ALTER TABLE big DROP PRIMARY KEY, ADD PRIMARY KEY (amount, id)")
            os.kill(worker.the_task_pid(), signal.SIGKILL)
            schema.execute(
                "UPDATE big SET name = 'new' WHERE id = 5",
                "DELETE FROM big WHERE id = 6",
                "INSERT INTO big VALUES (-1, 'n-1', -3)",
            )
            reader.read_until(lambda found: {r.row["id"] for r in by_key(found, ["amount", "id"])} >= everyone)
            connector.wait_for_snapshot(60)
            records = reader.read_to_decided_end()
        old, new = by_key(records, ["id"]), by_key(records, ["amount", "id"])
        assert len(old) + len(new) == len(records) and 0 < len(old) < ROWS
        # It begins again: each row comes under its new key, and those that are changed meanwhile come as changes, too.
        rows = [r.row["id"] for r in new if r.op == "INSERT"]
        assert len(rows) <= ROWS + 2
        newest = {r.key: r for r in sorted(new, key=lambda r: (r.partition, r.offset))}
        left = {r.row["id"]: r.row["name"] for r in newest.values() if r.op != "DELETE"}
        assert left == {number: "new" if number == 5 else f"n{number}" for number in everyone}
