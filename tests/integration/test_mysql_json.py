"""Every JSON value of the binlog becomes the text that SELECT shows: MySQL logs a binary form, MariaDB text."""

import json
import random
import struct

import pytest
from kcharness.roundtrip import compare, executed
from kcharness.servers import Schema, unique

SQL_VALUES = ["CAST(1.50 AS DECIMAL(5,2))", "CAST(-0.5 AS DECIMAL(2,2))", "CAST(0 AS DECIMAL(10,0))", "1.0", "-0.000001",
              "CAST('-1234567890123456789012345678901234.1234567890123456789' AS DECIMAL(65,30))",
              "CAST('12345678901234567890123456789012345678901234567890123456789012345' AS DECIMAL(65,0))",
              "CAST('0.000000000000000000000000000001' AS DECIMAL(30,30))", "CAST(1000000000 AS DECIMAL(10,0))",
              "CAST('2015-01-15' AS DATE)", "CAST('9999-12-31 23:59:59.999999' AS DATETIME(6))", "CAST('0001-01-01' AS DATE)",
              "CAST('2015-01-15 23:24:25.12' AS DATETIME(2))", "TIMESTAMP'2020-01-01 00:00:00'", "CAST('-123:24:25' AS TIME)",
              "CAST('838:59:58.000001' AS TIME(6))", "CAST('-00:00:00.1' AS TIME(1))", "X''", "X'01'", "X'0102'", "X'010203'",
              "REPEAT(X'AB', 57)", "REPEAT(X'AB', 58)", "REPEAT(X'00FF10', 1000)", "b'101'", "CAST(2020 AS YEAR)", "1 = 1", "NULL",
              "0.1e0", "18446744073709551615", "-9223372036854775808", "'text'", "''", "_latin1 X'E9'",
              "ST_GeomFromText('POINT(1 2.5)')"]


def doubles():
    """All powers of two and of ten with their neighbours, and doubles of random bits."""
    pick = random.Random(4)
    edges = [2.0**n for n in range(-1074, 1024)] + [float(f"1e{n}") for n in range(-323, 309)]
    bits = [struct.unpack("<Q", struct.pack("<d", edge))[0] + step for edge in edges for step in (-1, 0, 1)]
    bits += [pick.getrandbits(64) for _ in range(20000)]
    values = [struct.unpack("<d", struct.pack("<Q", b))[0] for b in bits]
    return [v for v in values if v == v and abs(v) != float("inf") and v != 0]


def some(pick, depth):
    """A random document."""
    kind = pick.randrange(9 if depth > 0 else 7)
    text = "".join(pick.choice("aé世😀\"\\/\x01\x1f\x7f\b\t\n\f\r \u2028x") for _ in range(pick.choice((0, 1, 5, 127, 128, 300))))
    if kind < 7:
        return [None, True, False, text, pick.randrange(-2**pick.randrange(1, 64), 2**pick.randrange(1, 65)),
                pick.uniform(-1e3, 1e3), round(pick.uniform(-1e6, 1e6), 2)][kind]
    many = pick.choice((0, 1, 3, 20))
    if kind == 7:
        return [some(pick, depth - 1) for _ in range(many)]
    return {text[:n] + str(n): some(pick, depth - 1) for n in range(many)}


def documents():
    pick = random.Random(7)
    yield from (some(pick, depth) for depth in range(6) for _ in range(60))
    yield {"b": 1, "a": 2, "aa": [], "": {}, "ключ": None, "k\"\n": "x"}
    yield list(range(-40000, 40000, 7)) + [2**31, -2**31 - 1, 2**32, 2**63, 2**64 - 1]
    yield {f"key {n}": {"n": n, "t": "x" * (n % 300), "big": n * 1000003} for n in range(3000)}
    yield ["y" * 65536, "z" * 2097152, [None] * 30000]
    yield doubles()


def deep(levels):
    return "[" * levels + "]" * levels, '{"a":' * levels + "1" + "}" * levels


@pytest.mark.parametrize("flavor", ["mysql", "mariadb"])
def test_json_is_what_select_shows(request, flavor):
    server = request.getfixturevalue(flavor)
    schema = Schema(server, unique("json")).create()
    after = executed(server)
    with schema.connect() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE documents (id INT PRIMARY KEY AUTO_INCREMENT, j JSON)")
        for document in documents():
            cursor.execute("INSERT INTO documents (j) VALUES (%s)", (json.dumps(document),))
        for text in (*deep(31), "1", "-0.0", "null", '"scalar"', " [ 1 , 2.50 ] ", None):
            cursor.execute("INSERT INTO documents (j) VALUES (%s)", (text,))
        if flavor == "mysql":
            cursor.execute("CREATE TABLE sql_values (id INT PRIMARY KEY AUTO_INCREMENT, j JSON, k JSON NOT NULL)")
            for value in SQL_VALUES:
                cursor.execute(f"INSERT INTO sql_values (j, k) VALUES (JSON_ARRAY({value}), JSON_OBJECT('k', {value}))")
            cursor.execute(f"INSERT INTO sql_values (j, k) VALUES (JSON_ARRAY({', '.join(SQL_VALUES)}), 'true')")
            cursor.execute("SET sql_mode = ''")
            cursor.execute("INSERT IGNORE INTO sql_values (id) VALUES (1000)")
            cursor.execute("INSERT INTO sql_values (j, k) VALUES (%s, %s)", deep(100))
    compare(server, schema, after)
