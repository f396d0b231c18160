"""Tables, columns, keys and servers of odd shapes: a row is the same from SELECT and from the log, and the right one."""

import json

import pytest

from kcharness.topics import TopicReader

KEY = """d DECIMAL(10,3), b BINARY(4), vb VARBINARY(10), e ENUM('x','y,z'), s SET('p','q'), dt DATETIME(6), da DATE, ti TIME(3),
    ts TIMESTAMP(2) DEFAULT '2020-01-01', y YEAR, bi BIT(9), f DOUBLE, c CHAR(3) CHARACTER SET latin1, v VARCHAR(5) CHARACTER SET utf8mb4
    COLLATE utf8mb4_bin, i SMALLINT UNSIGNED"""
KEY_ROW = ["-1.500", "X'00'", "X'FF00'", "'y,z'", "'p,q'", "'2021-03-03 10:00:00.000001'", "'1999-12-31'", "'-10:00:00.001'",
           "'2021-03-03 10:00:00.12'", "2021", "b'100000001'", "-0.1", "'é'", "'ü😀'", "65535"]
KEY_OTHER = ["-1.501", "X'0001'", "X'FF'", "'x'", "'q'", "'2021-03-03 10:00:00.000002'", "'2000-01-01'", "'-10:00:00.002'",
             "'2021-03-03 10:00:00.13'", "1901", "b'100000000'", "-0.2", "'F'", "'Ü😀'", "0"]
KEY_ROWS = [KEY_ROW] + [KEY_ROW[:n] + [KEY_OTHER[n]] + KEY_ROW[n + 1:] for n in range(len(KEY_ROW))]  # each differs in one column
ODD_NAMES = ["a b", "select", "ü", "日本", "a.b", "a`b", 'a"b', "a\\b", "a'b", "100%", "A,b", "a\tb", "x" * 64]

# table -> (columns beside `touched`, the rows' literals, what some columns of the rows are)
TABLES = {
    "generated": ("id INT PRIMARY KEY, a INT, v INT AS (a * 2) VIRTUAL, s VARCHAR(20) AS (CONCAT('x', a)) STORED, "
                  "u VARCHAR(9) AS (IF(a > 1, NULL, 'ü')) VIRTUAL", ["(id, a) VALUES (1, 1), (2, 2), (3, NULL)"],
                  {"v": [2, 4, None], "s": ["x1", "x2", None], "u": ["ü", None, "ü"]}),
    "invisible": ("id INT PRIMARY KEY, hidden VARCHAR(9) INVISIBLE DEFAULT 'seven', last INT", ["VALUES (1, 5, 0)"],
                  {"hidden": ["seven"], "last": [5]}),
    "on_update": ("id INT PRIMARY KEY, t TIMESTAMP(3) NULL ON UPDATE CURRENT_TIMESTAMP(3), d DATETIME DEFAULT NOW() ON UPDATE NOW()",
                  ["(id, d) VALUES (1, '2021-03-03 13:21:10')"], {"t": [None], "d": [1614748870000]}),
    "spelled": ("id SERIAL, b BOOLEAN, n NCHAR(5), nv NATIONAL VARCHAR(5), r REAL, x DOUBLE PRECISION, d DEC(5,2), i INTEGER, "
                "f FIXED(6,1), l LONG VARCHAR, c CHARACTER VARYING(3), z BOOL NOT NULL DEFAULT TRUE, lb LONG VARBINARY",
                ["(b, n, nv, r, x, d, i, f, l, c, lb) VALUES (TRUE, 'ü ', 'ü ', 1.5, 2.5, -3.25, 4, 5.5, 'l', 'c', X'00FF')"],
                {"id": [1], "b": [1], "n": ["ü"], "nv": ["ü "], "r": [1.5], "d": ["-3.25"], "l": ["l"], "z": [1], "lb": ["AP8="]}),
    "odd_names": (", ".join(f"`{name.replace('`', '``')}` INT" for name in ODD_NAMES) + ", PRIMARY KEY (`a``b`, `ü`)",
                  [f"VALUES ({', '.join(str(n) for n in range(len(ODD_NAMES)))}, 0)"],
                  {name: [n] for n, name in enumerate(ODD_NAMES)}),
    "many_keys": (f"{KEY}, PRIMARY KEY (i, v, c, f, bi, y, ts, ti, da, dt, s, e, vb, b, d)",
                  ["VALUES " + ", ".join(f"({', '.join(row)}, 0)" for row in KEY_ROWS)], {}),
    "no_key": ("a INT, b VARCHAR(5)", ["VALUES (1, 'x', 0), (1, 'x', 0), (NULL, NULL, 0)"], {}),
    "prefix_key": ("id TEXT, PRIMARY KEY (id(3))", ["VALUES ('abc', 0), ('abd and more', 0)"], {}),
    "unique_key": ("a INT NULL, id VARCHAR(5) NOT NULL, UNIQUE first (a), UNIQUE second (id)",
                   ["VALUES (NULL, 'x', 0), (NULL, 'y', 0)"], {}),
    "parts": ("id INT PRIMARY KEY, a INT", ["VALUES (1, 1, 0), (2, 2, 0), (3, 3, 0)"], {"a": [1, 2, 3]}),
    "wide": ("id INT PRIMARY KEY, " + ", ".join(f"c{n} {('INT', 'VARCHAR(5)', 'DATETIME(6)')[n % 3]}" for n in range(400)),
             ["(id, c0, c397, c399) VALUES (1, 1, 'x', 9), (2, NULL, NULL, 9)"], {"c0": [1, None], "c397": ["x", None], "c399": [9, 9]}),
    "docs": ("id INT PRIMARY KEY, j JSON, k JSON NOT NULL", ["""VALUES (1, '{"a": [1, 2.5]}', '[]', 0), (2, NULL, '"ü"', 0)"""],
             {"j": ['{"a": [1, 2.5]}', None], "k": ["[]", '"ü"']}),
    "a.b-C_1": ("id INT PRIMARY KEY", ["VALUES (1, 0)"], {}),
    "select": ("id INT PRIMARY KEY", ["VALUES (1, 0)"], {}),
}
KEYLESS = ("no_key", "prefix_key")
SESSION = {"sql_mode": "ANSI_QUOTES,PAD_CHAR_TO_FULL_LENGTH,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT,HIGH_NOT_PRECEDENCE,IGNORE_SPACE,"
                       "NO_UNSIGNED_SUBTRACTION", "time_zone": "-03:30"}


@pytest.fixture
def odd_session(schema):
    """Sessions of the server begin with settings that change what statements mean and results look like."""
    was = {name: schema.server.execute(f"SELECT @@GLOBAL.{name}")[0][0] for name in SESSION}
    schema.server.execute(*((f"SET GLOBAL {name} = %s", (value,)) for name, value in SESSION.items()))
    yield
    schema.server.execute(*((f"SET GLOBAL {name} = %s", (value,)) for name, value in was.items()))


def create(schema):
    with schema.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SET sql_mode = '', time_zone = '+00:00'")
        for table, (columns, inserts, _) in TABLES.items():
            split = " PARTITION BY HASH(id) PARTITIONS 3" if table == "parts" else ""
            head, *keys = columns.split(", PRIMARY KEY (")
            tail = "".join(", PRIMARY KEY (" + key for key in keys)
            if table == "unique_key":
                head, tail = "a INT NULL, id VARCHAR(5) NOT NULL", ", UNIQUE first (a), UNIQUE second (id)"
            cursor.execute(f"CREATE TABLE `{table}` ({head}, touched INT DEFAULT 0{tail}) CHARACTER SET utf8mb4{split}")
            for rows in inserts:
                cursor.execute(f"INSERT INTO `{table}` {rows}")


def image(record, side):
    """The bytes of a row as they were written, without the column that changes."""
    text = record.raw.decode()
    start = text.index(f'"{side}":{{"dataColumn":')
    text = text[start + len(side) + 3:]
    return text[:json.JSONDecoder().raw_decode(text)[1]].replace('"touched":1', '"touched":0')


def check_table(reader, table, rows, wanted):
    records = reader.read(3 * rows)
    snapshot, changes = records_of(records, "INSERT"), records_of(records, "UPDATE_BEFOR")
    assert len(snapshot) == len(changes) == rows, table
    shown = sorted((r.key or b"", r.partition, image(r, "after")) for r in snapshot)
    assert shown == sorted((r.key or b"", r.partition, image(r, "before")) for r in changes), table
    keys = {r.key for r in snapshot}
    assert keys == {None} if table in KEYLESS else len(keys) == rows, (table, keys)
    for column, values in wanted.items():
        found = [r.row[column] for r in sorted(snapshot, key=lambda r: r.row.get("id", 0))]
        assert found == values, (table, column)
    return records


def records_of(records, op):
    return [r for r in records if r.op == op]


def test_every_shape_of_table(connectors, schema, odd_session):
    create(schema)
    counts = {table: schema.execute(f"SELECT COUNT(*) FROM `{table}`")[0][0] for table in TABLES}
    connector = connectors.run(schema, ",".join(f"{schema.name}.{table}" for table in TABLES))
    with schema.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SET sql_mode = ''")
        for table in TABLES:
            cursor.execute(f"UPDATE `{table}` SET touched = 1")
    for table, (_, _, wanted) in TABLES.items():
        with connector.reader(table, decimals=True) as reader:
            records = check_table(reader, table, counts[table], {c: v for c, v in wanted.items() if c != "r"})
        if table == "on_update":
            after = records_of(records, "UPDATE_AFTER")[0].row
            assert after["t"] > 1614748870000 < after["d"]
    # What the two servers call JSON has one name, as the definition that the connector keeps tells.
    with TopicReader(connector.worker.kafka, connector.worker.settings["offset.storage.topic"]) as reader:
        kept = [r for r in reader.read_to_end() if r.key is not None and f"table/{schema.name}.docs" in r.key.decode()]
    assert kept[-1].raw.count(b"json") >= 2, kept[-1].raw
