"""The same value comes out of the snapshot and out of the binlog, for every type; and it is the right one."""

import base64
import datetime
import struct

import pytest

ZONE = datetime.timezone(datetime.timedelta(hours=8))


def at(*parts, zone=ZONE):
    """Milliseconds of a wall clock time in a zone, microseconds truncated."""
    moment = datetime.datetime(*parts, tzinfo=zone)
    since = moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return (since.days * 86_400_000_000 + since.seconds * 1_000_000 + since.microseconds) // 1000


def utc(*parts):
    return at(*parts, zone=datetime.timezone.utc)


def b64(data):
    return base64.b64encode(data).decode()


class Single(float):
    """A number that is right when it is this one as a 32-bit float."""

    def __eq__(self, other):
        return struct.pack("f", float(other)) == struct.pack("f", self)

    __hash__ = float.__hash__


class Double(float):
    """A number that is right when it is exactly this 64-bit one, the zero's sign aside."""

    def __eq__(self, other):
        return float(other) == float(self)

    __hash__ = float.__hash__


LOCAL_MIDNIGHT_US = at(1970, 1, 1) * 1000
TRICKY = "Grüße, 世界 😀 'single' \"double\" \\back\\ /slash/ \x01\x1f\x7f \t\r\n \u2028 end"
LATIN = 'Zürich, 5 €, façade "q" \\ \x01 ÿ'
BYTES = bytes(range(256))

# column type -> (name among the six types, [(SQL literal, value in the document), ...]).
# Decimal digits are compared as text.
TYPES = {
    "TINYINT": ("LONG", [("-128", -128), ("127", 127), ("0", 0)]),
    "TINYINT UNSIGNED": ("LONG", [("0", 0), ("255", 255), ("128", 128)]),
    "TINYINT(1)": ("LONG", [("0", 0), ("1", 1), ("-7", -7)]),
    "SMALLINT": ("LONG", [("-32768", -32768), ("32767", 32767)]),
    "SMALLINT UNSIGNED": ("LONG", [("65535", 65535), ("32768", 32768)]),
    "MEDIUMINT": ("LONG", [("-8388608", -8388608), ("8388607", 8388607), ("-1", -1)]),
    "MEDIUMINT UNSIGNED": ("LONG", [("16777215", 16777215), ("8388608", 8388608)]),
    "INT": ("LONG", [("-2147483648", -2147483648), ("2147483647", 2147483647)]),
    "INT UNSIGNED": ("LONG", [("4294967295", 4294967295), ("2147483648", 2147483648)]),
    "BIGINT": (
        "LONG",
        [
            ("-9223372036854775808", -(2**63)),
            ("9223372036854775807", 2**63 - 1),
            ("9007199254740993", 2**53 + 1),
        ],
    ),
    "BIGINT UNSIGNED": ("LONG", [("18446744073709551615", 2**64 - 1), ("9223372036854775808", 2**63)]),
    "INT(5) ZEROFILL": ("LONG", [("42", 42)]),
    "DECIMAL(10,3)": (
        "DOUBLE",
        [("123.45", "123.450"), ("-0.001", "-0.001"), ("-9999999.999", "-9999999.999"), ("0", "0.000")],
    ),
    "DECIMAL(65,0)": (
        "DOUBLE",
        [("9" * 65, int("9" * 65)), ("-" + "9" * 65, -int("9" * 65)), ("1" + "0" * 64, 10**64)],
    ),
    "DECIMAL(65,30)": (
        "DOUBLE",
        [
            ("-" + "1" * 35 + "." + "2" * 30, "-" + "1" * 35 + "." + "2" * 30),
            ("0." + "0" * 29 + "1", "0." + "0" * 29 + "1"),
            ("10.5", "10.5" + "0" * 29),
        ],
    ),
    "DECIMAL(30,30)": ("DOUBLE", [("-0." + "123456789" * 3 + "123", "-0." + "123456789" * 3 + "123")]),
    "FLOAT": (
        "DOUBLE",
        [
            ("0.1", Single(0.1)),
            ("-3.4028234e38", Single(-3.4028234e38)),
            ("1.17549435e-38", Single(1.17549435e-38)),
            ("16777217", Single(16777216)),
            ("1234567.9", Single(1234567.9)),
        ],
    ),
    "FLOAT(7,3)": ("DOUBLE", [("1234.5678", Single(1234.568)), ("-1.5", Single(-1.5))]),
    "DOUBLE": (
        "DOUBLE",
        [
            ("0.1", Double(0.1)),
            ("-1.7976931348623157e308", Double(-1.7976931348623157e308)),
            ("2.2250738585072014e-308", Double(2.2250738585072014e-308)),
            ("1e15", Double(1e15)),
            ("123456789.123456789", Double(123456789.123456789)),
            ("5e-324", Double(5e-324)),
        ],
    ),
    "CHAR(200) CHARACTER SET utf8mb4": ("STRING", [("''", ""), ("'abc   '", "abc"), (TRICKY, TRICKY)]),
    "VARCHAR(200) CHARACTER SET utf8mb4": (
        "STRING",
        [("''", ""), ("'abc   '", "abc   "), (TRICKY, TRICKY), ("'NULL'", "NULL")],
    ),
    "VARCHAR(200) CHARACTER SET utf8mb3": ("STRING", [("'ü世'", "ü世")]),
    "VARCHAR(200) CHARACTER SET latin1": ("STRING", [(LATIN, LATIN), ("''", ""), ("'é'", "é")]),
    "CHAR(20) CHARACTER SET latin1": ("STRING", [("'ÀÿÆ'", "ÀÿÆ")]),
    "TINYTEXT CHARACTER SET latin1": ("STRING", [(LATIN, LATIN)]),
    "TEXT CHARACTER SET utf8mb4": (
        "STRING",
        [(TRICKY, TRICKY), ("REPEAT('ß', 5000)", "ß" * 5000), ("''", "")],
    ),
    "MEDIUMTEXT CHARACTER SET utf8mb4": ("STRING", [("REPEAT('😀', 30000)", "😀" * 30000)]),
    "LONGTEXT CHARACTER SET utf8mb4": ("STRING", [("REPEAT('a', 100000)", "a" * 100000)]),
    "BINARY(4)": (
        "BYTES",
        [
            ("X'6100'", b64(b"a\0\0\0")),
            ("X'00000000'", b64(b"\0\0\0\0")),
            ("X'20202020'", b64(b"    ")),
            ("X'FFFEFDFC'", b64(b"\xff\xfe\xfd\xfc")),
        ],
    ),
    "VARBINARY(300)": ("BYTES", [(BYTES, b64(BYTES)), ("''", ""), ("X'610000'", b64(b"a\0\0"))]),
    "TINYBLOB": ("BYTES", [("X'00FF'", b64(b"\0\xff")), ("''", "")]),
    "BLOB": ("BYTES", [(BYTES, b64(BYTES)), ("REPEAT(X'00', 60000)", b64(b"\0" * 60000))]),
    "MEDIUMBLOB": ("BYTES", [("REPEAT(X'AB', 70000)", b64(b"\xab" * 70000))]),
    "LONGBLOB": ("BYTES", [("X'80'", b64(b"\x80"))]),
    "DATE": (
        "DATE",
        [
            ("'2021-03-03'", 1614700800000),
            ("'1000-01-01'", at(1000, 1, 1)),
            ("'9999-12-31'", at(9999, 12, 31)),
            ("'1969-12-31'", at(1969, 12, 31)),
            ("'0000-00-00'", None),
        ],
    ),
    "DATETIME": (
        "DATE",
        [
            ("'2021-03-03 13:21:10'", at(2021, 3, 3, 13, 21, 10)),
            ("'1000-01-01 00:00:00'", at(1000, 1, 1)),
            ("'9999-12-31 23:59:59'", at(9999, 12, 31, 23, 59, 59)),
            ("'0000-00-00 00:00:00'", None),
        ],
    ),
    "TIME": (
        "DATE",
        [
            ("'13:21:10'", at(1970, 1, 1, 13, 21, 10)),
            ("'-838:59:59'", at(1970, 1, 1) - 3020399000),
            ("'838:59:59'", at(1970, 1, 1) + 3020399000),
            ("'00:00:00'", at(1970, 1, 1)),
        ],
    ),
    "YEAR": ("LONG", [("1901", 1901), ("2155", 2155), ("2021", 2021), ("'0000'", 0)]),
    "BIT(1)": ("BOOLEAN", [("b'0'", False), ("b'1'", True)]),
    "BIT(9)": ("LONG", [("b'100000001'", 257), ("b'0'", 0)]),
    "BIT(64)": ("LONG", [("b'" + "1" * 64 + "'", 2**64 - 1), ("b'1" + "0" * 63 + "'", 2**63)]),
    "ENUM('a','ü','c,d') CHARACTER SET utf8mb4": (
        "STRING",
        [("'a'", "a"), ("'ü'", "ü"), ("'c,d'", "c,d"), ("'zz'", "")],
    ),
    "SET('a','é','c') CHARACTER SET latin1": ("STRING", [("'a'", "a"), ("'a,é,c'", "a,é,c"), ("''", "")]),
    "VARCHAR(20) CHARACTER SET gbk": ("STRING", [("'你好'", "你好"), ("''", "")]),
    "CHAR(20) CHARACTER SET utf16": ("STRING", [("'a😀 '", "a😀")]),
    "TEXT CHARACTER SET sjis": ("STRING", [("'テスト'", "テスト")]),
    "VARCHAR(20) CHARACTER SET koi8r": ("STRING", [("'Привет'", "Привет")]),
    "JSON": ("STRING", [("'{\"a\": 1, \"é\": [true, null, 1.5]}'", '{"a": 1, "é": [true, null, 1.5]}'), ("'[]'", "[]")]),
    "TIMESTAMP NULL": (
        "DATE",
        [
            ("'2021-03-03 05:21:10'", utc(2021, 3, 3, 5, 21, 10)),
            ("'1970-01-01 00:00:01'", 1000),
            ("'2038-01-19 03:14:07'", 2147483647000),
            ("'0000-00-00 00:00:00'", None),
        ],
    ),
}
for digits in range(1, 7):
    fraction = "987654"[:digits]
    micros = int(fraction.ljust(6, "0"))
    TYPES[f"DATETIME({digits})"] = (
        "DATE",
        [
            (f"'2021-03-03 13:21:10.{fraction}'", at(2021, 3, 3, 13, 21, 10, micros)),
            ("'2021-03-03 13:21:10'", at(2021, 3, 3, 13, 21, 10)),
        ],
    )
    TYPES[f"TIME({digits})"] = (
        "DATE",
        [
            (f"'13:21:10.{fraction}'", at(1970, 1, 1, 13, 21, 10, micros)),
            (f"'-00:00:00.{fraction}'", (LOCAL_MIDNIGHT_US - micros) // 1000),
            (f"'-838:59:58.{fraction}'", (LOCAL_MIDNIGHT_US - 3020398000000 - micros) // 1000),
            (f"'838:59:58.{fraction}'", (LOCAL_MIDNIGHT_US + 3020398000000 + micros) // 1000),
        ],
    )
    TYPES[f"TIMESTAMP({digits}) NULL"] = (
        "DATE",
        [(f"'2021-03-03 05:21:10.{fraction}'", utc(2021, 3, 3, 5, 21, 10, micros))],
    )

ROWS = 1 + max(len(values) for _, values in TYPES.values())  # and one of NULLs
COLUMNS = {f"c{n}": column for n, column in enumerate(TYPES)}


def value_of(column, number):
    """(SQL literal or Python value, expected) of a column in row `number`; NULL beyond the column's list."""
    values = TYPES[COLUMNS[column]][1]
    return values[number] if number < len(values) else ("NULL", None)


def insert(schema, first_id):
    """One row for each number, with ids from first_id on."""
    with schema.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SET sql_mode = '', time_zone = '+00:00'")
        for number in range(ROWS):
            literals, arguments = [], []
            for column in COLUMNS:
                literal, _ = value_of(column, number)
                if literal in (TRICKY, LATIN, BYTES):
                    literals.append("%s")
                    arguments.append(literal)
                else:
                    literals.append(literal)
            cursor.execute(
                f"INSERT INTO types VALUES ({first_id + number}, 0, {', '.join(literals)})", arguments
            )


def check_row(row, number, what):
    for column, sql_type in COLUMNS.items():
        _, expected = value_of(column, number)
        found = row[column]
        assert (found is None) == (
            expected is None
        ) and expected == found, f"{what}: {sql_type}: {found!r}, not {expected!r}"


@pytest.mark.parametrize("metadata", ["", "FULL"], ids=["metadata-as-default", "metadata-full"])
def test_a_value_is_the_same_in_snapshot_and_stream(connectors, schema, metadata):
    default = schema.server.settings("binlog_row_metadata")["binlog_row_metadata"]
    schema.server.execute(f"SET GLOBAL binlog_row_metadata = '{metadata or default}'")
    try:
        columns = ", ".join(f"{name} {sql_type}" for name, sql_type in COLUMNS.items())
        schema.execute(f"CREATE TABLE types (id INT PRIMARY KEY, touched INT, {columns}) ROW_FORMAT=DYNAMIC")
        insert(schema, 0)
        connector = connectors.run(schema, "types")
        with connector.reader("types", decimals=True) as reader:
            reader.read(ROWS)
            insert(schema, 100)
            reader.read(2 * ROWS)
            schema.execute(
                "UPDATE types SET touched = 1 WHERE id >= 100", "DELETE FROM types WHERE id >= 100"
            )
            records = reader.read(5 * ROWS)
    finally:
        schema.server.execute(f"SET GLOBAL binlog_row_metadata = '{default}'")

    for record in records:
        names = {column["name"]: column["type"] for column in record.value["schema"]["dataColumn"]}
        assert list(names) == ["id", "touched", *COLUMNS]
        assert {name: names[name] for name in COLUMNS} == {
            name: TYPES[sql_type][0] for name, sql_type in COLUMNS.items()
        }
        number = record.row["id"] % 100
        origin = "snapshot" if record.row["id"] < 100 else "binlog"
        assert list(record.row) == ["id", "touched", *COLUMNS]
        check_row(record.row, number, f"{origin}, row {number}, {record.op}")
    # Once more as text: what is equal as a number may still be written differently.
    images = {}
    for record in records:
        text = record.raw.decode()
        start = text.index('"touched":', text.index('"payload"'))
        start = text.index(",", start)
        images.setdefault(record.row["id"] % 100, set()).add(
            text[start : text.index("}", text.rindex(f'"c{len(COLUMNS) - 1}":'))]
        )
    assert {number: len(image) for number, image in images.items()} == {number: 1 for number in range(ROWS)}


def test_integer_keys_of_every_width_snapshot_in_order(connectors, schema):
    kinds = ["TINYINT", "SMALLINT", "MEDIUMINT", "INT", "BIGINT"]
    ids = {
        "TINYINT": (-128, 127),
        "SMALLINT": (-32768, 32767),
        "MEDIUMINT": (-(2**23), 2**23 - 1),
        "INT": (-(2**31), 2**31 - 1),
        "BIGINT": (-(2**63), 2**63 - 1),
    }
    for kind in kinds:
        low, high = ids[kind]
        schema.execute(
            f"CREATE TABLE s_{kind.lower()} (id {kind} PRIMARY KEY, v INT)",
            f"INSERT INTO s_{kind.lower()} VALUES ({low}, 1), (-1, 1), (0, 1), ({high}, 1)",
            f"CREATE TABLE u_{kind.lower()} (id {kind} UNSIGNED PRIMARY KEY, v INT)",
            f"INSERT INTO u_{kind.lower()} VALUES (0, 1), ({high}, 1), ({high + 1}, 1), ({high - low}, 1)",
        )
    tables = [f"{sign}_{kind.lower()}" for kind in kinds for sign in "su"]
    connector = connectors.run(schema, ",".join(tables), snapshot__fetch__size="2")
    for kind in kinds:
        low, high = ids[kind]
        with connector.reader(f"s_{kind.lower()}") as reader:
            assert sorted(r.row["id"] for r in reader.read(4)) == [low, -1, 0, high]
        with connector.reader(f"u_{kind.lower()}") as reader:
            assert sorted(r.row["id"] for r in reader.read(4)) == [0, high, high + 1, high - low]


KEYS = {
    "VARCHAR(40) CHARACTER SET utf8mb4": ["'a'", "'B'", "'ü'", "'😀'", "'b c'", "''", "'it''s'"],
    "VARCHAR(40) CHARACTER SET latin1": ["'a'", "'é'", "'Z'"],
    "VARBINARY(20)": ["X'00'", "X'FF00'", "X'61'"],
    "DECIMAL(20,5)": ["-1.5", "0", "12345678901234.56789"],
    "DATE": ["'2021-03-03'", "'1999-12-31'"],
    "DATETIME(3)": ["'2021-03-03 10:00:00.001'", "'2021-03-03 10:00:00.002'"],
    "DOUBLE": ["-1.5", "0", "1e100"],
}


@pytest.mark.parametrize(
    "key", KEYS, ids=lambda key: key.split("(")[0].lower() + ("-latin1" if "latin1" in key else "")
)
def test_keys_of_other_types_snapshot_completely_and_go_on(connectors, schema, key):
    literals = KEYS[key]
    schema.execute(
        f"CREATE TABLE k (id {key} PRIMARY KEY, version INT NOT NULL)",
        "INSERT INTO k VALUES " + ", ".join(f"({literal}, 1)" for literal in literals),
    )
    connector = connectors.run(schema, "k", snapshot__fetch__size="2")
    with connector.reader("k") as reader:
        first = {r.key: r.partition for r in reader.read(len(literals))}
        assert len(first) == len(literals)
        schema.execute("UPDATE k SET version = 2")
        records = reader.read(3 * len(literals))
    after = [r for r in records if r.op == "UPDATE_AFTER"]
    # The same row has the same key, byte for byte, whether a SELECT or the binlog brought it.
    assert {r.key: r.partition for r in after} == first
