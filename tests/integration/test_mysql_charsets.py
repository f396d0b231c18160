"""Every character of every character set that the servers offer: the binlog's bytes become what SELECT shows."""

import itertools
import os

import pytest
from kcharness.roundtrip import compare, executed
from kcharness.servers import Schema, unique

AS_THEY_ARE = ("binary", "utf8mb4", "utf8mb3", "utf8")
MAY_LOSE = ("utf16", "utf16le", "utf32", "gb18030")
LABELS = {"gbk": "你", "gb18030": "你好", "gb2312": "好", "big5": "好", "sjis": "テ", "cp932": "～テ", "ujis": "日", "eucjpms": "日本", "euckr": "안",
          "cp1251": "Привет", "koi8r": "Привет", "hebrew": "של", "greek": "Ω", "swe7": "Ä", "utf16": "日", "utf32": "Ω", "ucs2": "é",
          "utf16le": "€", "tis620": "ก", "latin2": "č", "latin7": "ą", "cp1250": "ž"}
# Characters are decoded in the same way whatever the metadata; without --soak each server and each kind of it is seen once.
EVERY = [("MINIMAL", "mysql"), ("FULL", "mariadb"), ("FULL", "mysql"), ("MINIMAL", "mariadb")]
HIGH = range(0x80, 0x100)
BYTES = range(0x100)


def pairs(leads, trails=BYTES):
    return (bytes(pair) for pair in itertools.product(leads, trails))


def units(encoding, beyond):
    """Every code point up to U+FFFF, surrogates among them, and every beyond-th above."""
    codes = itertools.chain(range(0x10000), range(0x10000, 0x110000, beyond))
    return (chr(code).encode(encoding, "surrogatepass") for code in codes)


def four_bytes():
    """gb18030's: all up to U+FFFF and more, then every 101st of the rest."""
    for number in itertools.chain(range(42000), range(42000, 126 * 10 * 126 * 10, 101)):
        rest, d = divmod(number, 10)
        rest, c = divmod(rest, 126)
        a, b = divmod(rest, 10)
        yield bytes([0x81 + a, 0x30 + b, 0x81 + c, 0x30 + d])


def sequences(charset, longest):
    """What could be one character; the server knows which of them it stores."""
    if charset.startswith("utf"):
        return units({"utf16": "utf-16be", "utf16le": "utf-16le", "utf32": "utf-32be"}[charset], 89)
    if charset == "ucs2":
        return pairs(BYTES)
    single = (bytes([byte]) for byte in BYTES)
    if longest == 1:
        return single
    longer = {"gb18030": four_bytes(), "ujis": (b"\x8f" + pair for pair in pairs(HIGH, HIGH)),
              "eucjpms": (b"\x8f" + pair for pair in pairs(HIGH, HIGH))}
    return itertools.chain(single, pairs(HIGH), longer.get(charset, ()))


def fill(cursor, charset, longest):
    """A table of rows with all characters that begin with the same byte, and one of all in disorder."""
    cursor.execute("SET sql_log_bin = 0")
    cursor.execute(f"CREATE TEMPORARY TABLE characters (raw VARBINARY(4), text VARCHAR(4) CHARACTER SET {charset})")
    waiting = [f"(X'{sequence.hex()}',X'{sequence.hex()}')" for sequence in sequences(charset, longest)]
    for first in range(0, len(waiting), 10000):
        cursor.execute("INSERT IGNORE INTO characters VALUES " + ",".join(waiting[first:first + 10000]))
    cursor.execute("DELETE FROM characters WHERE CAST(text AS BINARY) <> raw")
    cursor.execute("SELECT COUNT(*) FROM characters")
    assert cursor.fetchone()[0] >= 128
    cursor.execute("SET sql_log_bin = 1")
    cursor.execute(f"CREATE TABLE in_{charset} (id INT PRIMARY KEY, v LONGTEXT, w VARCHAR(20), c CHAR(20)) CHARACTER SET {charset}")
    cursor.execute(f"INSERT INTO in_{charset} SELECT ASCII(raw), GROUP_CONCAT(text ORDER BY raw SEPARATOR ''), MIN(text), ' x  ' "
                   "FROM characters GROUP BY ASCII(raw)")
    cursor.execute(f"INSERT INTO in_{charset} SELECT 1000, GROUP_CONCAT(text ORDER BY SHA2(raw, 256) SEPARATOR ''), '  ', '' FROM characters")
    cursor.execute("DROP TEMPORARY TABLE characters")
    mark = "" if charset in MAY_LOSE else "?"  # a label with one is refused there: it could stand for another character
    label = LABELS.get(charset, "z")
    cursor.execute(f"CREATE TABLE labels_{charset} (id INT PRIMARY KEY AUTO_INCREMENT, e ENUM('a','b{mark}','{label}'), "
                   f"s SET('a','b{mark}','{label}')) CHARACTER SET {charset}")
    cursor.execute(f"INSERT INTO labels_{charset} (e, s) VALUES ('a', 'a,{label}'), ('{label}', '{label}'), ('b{mark}', 'b{mark}'), (NULL, '')")


@pytest.mark.parametrize(("metadata", "flavor"), EVERY if os.environ.get("KC_SOAK") == "1" else EVERY[:2])
def test_every_character_is_what_select_shows(request, flavor, metadata):
    server = request.getfixturevalue(flavor)
    schema = Schema(server, unique("charsets")).create()
    after = executed(server)
    default = server.settings("binlog_row_metadata")["binlog_row_metadata"]
    with schema.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SET sql_mode = '', group_concat_max_len = 100000000")
        cursor.execute(f"SET GLOBAL binlog_row_metadata = {metadata}")
        cursor.execute("SHOW CHARACTER SET")
        try:
            for charset, _, _, longest in cursor.fetchall():
                if charset not in AS_THEY_ARE:
                    fill(cursor, charset, longest)
        finally:
            cursor.execute(f"SET GLOBAL binlog_row_metadata = {default}")
    compare(server, schema, after)
