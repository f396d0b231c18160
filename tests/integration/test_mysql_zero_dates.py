"""Dates that do not exist, by zero.date.mode: the same from SELECT and from the log, in nullable, NOT NULL and key columns."""

import pytest

LOCAL_EPOCH = -8 * 3600 * 1000  # midnight of 1970-01-01 in the zone of the tests' connectors
COLUMNS = ["d", "dn", "t", "tn", "f", "ts", "tsn", "y"]
TABLE = """CREATE TABLE z (id INT PRIMARY KEY, d DATE, dn DATE NOT NULL, t DATETIME, tn DATETIME NOT NULL, f DATETIME(6) NOT NULL,
    ts TIMESTAMP(3) NULL, tsn TIMESTAMP NOT NULL DEFAULT '2020-01-01', y YEAR NOT NULL)"""
ZERO, ZERO_TIME = "0000-00-00", "0000-00-00 00:00:00"
ROWS = [
    [ZERO, ZERO, ZERO_TIME, ZERO_TIME, ZERO_TIME + ".000000", ZERO_TIME + ".000", ZERO_TIME, "0000"],
    ["2020-00-15", "2020-01-00", "2020-00-15 01:02:03", "2020-01-00 23:59:59", "0000-01-00 00:00:00.000001", None, ZERO_TIME, "2021"],
    ["2021-02-31", "2021-02-31", "2021-02-31 00:00:00", "2019-02-29 00:00:00", "2021-04-31 00:00:00.100000", None, ZERO_TIME, "1901"],
]
GOOD = ["2021-03-03", "2021-03-03", "2021-03-03 13:21:10", "2021-03-03 13:21:10", "2021-03-03 13:21:10.123456",
        "2021-03-03 05:21:10.123", "2021-03-03 05:21:10", "2021"]
GOOD_MS = [1614700800000, 1614700800000, 1614748870000, 1614748870000, 1614748870123, 1614748870123, 1614748870000, 2021]


def expected(mode):
    """What the rows of ROWS and GOOD are in the documents."""
    def value(column, text):
        if column == "y" or text is None:
            return int(text) if text else None
        if mode == "string":
            return text
        return None if mode == "null" else 0 if column.startswith("ts") else LOCAL_EPOCH

    made = [[value(*pair) for pair in zip(COLUMNS, row)] for row in ROWS]
    return made + [[*GOOD[:-1], 2021] if mode == "string" else GOOD_MS]


def insert(cursor, first_id):
    cursor.execute("SET sql_mode = 'ALLOW_INVALID_DATES', time_zone = '+00:00'")
    for n, row in enumerate([*ROWS, GOOD]):
        cursor.execute(f"INSERT INTO z VALUES ({first_id + n}, {', '.join(['%s'] * len(row))})", row)


@pytest.fixture
def rows(schema):
    """Table z with its rows, and tables whose keys hold such dates."""
    with schema.connect() as connection, connection.cursor() as cursor:
        cursor.execute(TABLE)
        insert(cursor, 0)
        cursor.execute("CREATE TABLE k (id INT, deleted DATETIME NOT NULL, v INT, PRIMARY KEY (id, deleted))")
        cursor.execute(f"INSERT INTO k VALUES (1, '{ZERO_TIME}', 0), (1, '2021-03-03 13:21:10', 0), (2, '{ZERO_TIME}', 0)")
        cursor.execute("CREATE TABLE sole (id DATE PRIMARY KEY, v INT)")
        cursor.execute(f"INSERT INTO sole VALUES ('{ZERO}', 0), ('2021-03-03', 0)")
        cursor.execute("CREATE TABLE partly (id DATE PRIMARY KEY, v INT)")
        cursor.execute(f"INSERT INTO partly VALUES ('{ZERO}', 0), ('2020-00-15', 0), ('2020-01-00', 0)")
    return schema


def change(schema):
    with schema.connect() as connection, connection.cursor() as cursor:
        insert(cursor, 100)
        for table in ("k", "sole", "partly"):
            cursor.execute(f"UPDATE {table} SET v = 1")


def keys_of(reader, rows):
    """The Kafka keys of a table whose rows were inserted and updated once: as many as rows, each in one partition."""
    records = reader.read(3 * rows)
    places = {(r.key, r.partition) for r in records}
    assert len(places) == rows, places
    return sorted(key.decode() if key is not None else "none" for key, _ in places)


def test_each_mode(connectors, rows):
    modes = {mode: connectors.define(rows, "z,k,sole" + (",partly" if mode == "string" else ""), zero__date__mode=mode).create()
             for mode in ("null", "epoch", "string")}
    for connector in modes.values():
        connector.wait("RUNNING")
        connector.wait_for_snapshot()
    change(rows)
    for mode, connector in modes.items():
        with connector.reader("z") as reader:
            records = sorted(reader.read(2 * len(expected(mode))), key=lambda r: r.row["id"])
        assert [[r.row[c] for c in COLUMNS] for r in records] == 2 * expected(mode), mode
        types = {c["name"]: c["type"] for c in records[0].value["schema"]["dataColumn"]}
        assert {types[c] for c in COLUMNS[:-1]} == {"STRING" if mode == "string" else "DATE"}
        with connector.reader("k") as reader:
            zero, good = {"null": ("null", "1614748870000"), "epoch": (str(LOCAL_EPOCH), "1614748870000"),
                          "string": (f'"{ZERO_TIME}"', '"2021-03-03 13:21:10"')}[mode]
            assert keys_of(reader, 3) == sorted([f"[1,{zero}]", f"[1,{good}]", f"[2,{zero}]"])
        with connector.reader("sole") as reader:
            assert keys_of(reader, 2) == sorted({"null": ["1614700800000", "none"], "epoch": ["1614700800000", str(LOCAL_EPOCH)],
                                                 "string": ["2021-03-03", ZERO]}[mode])
    with modes["string"].reader("partly") as reader:
        assert keys_of(reader, 3) == [ZERO, "2020-00-15", "2020-01-00"]


def test_where_they_are_refused(connectors, rows):
    found = connectors.define(rows, "z", zero__date__mode="fail").create()
    logged = connectors.define(rows, "z", zero__date__mode="fail", snapshot__mode="no_data").create()
    key = connectors.define(rows, "partly", zero__date__mode="epoch").create()
    logged.wait("RUNNING")
    logged.worker.wait_for_log(rf"{logged.name}\b.*no position is stored")
    change(rows)
    for connector in (found, logged):
        connector.wait("FAILED")
        assert all(word in connector.trace() for word in ("column d ", " table z ", "zero.date.mode is fail")), connector.trace()
    key.wait("FAILED")
    assert all(word in key.trace() for word in ("column id of the key of table partly", "zero.date.mode to string")), key.trace()
    assert "zero.date.mode" in connectors.define(rows, "z", zero__date__mode="zero").rest.create("c-bad", {
        **found.config, "zero.date.mode": "zero"}).json()["message"]
