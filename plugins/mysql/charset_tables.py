#!/usr/bin/env python3
"""Writes charset_single.c, charset_big5.c, charset_cp932.c, charset_euckr.c, charset_gb18030.c and charset_jisx0212.c.

    charset_tables.py HOST PORT USER PASSWORD

asks a MySQL server (its own tables are the definition, so no other list of characters will do): every byte sequence that
a column of the character set stores, and what SELECT shows for it. Needs pymysql and the right to create a database. MySQL
9.7 and MariaDB 10.11 give the same tables; tests/integration/test_mysql_charsets.py compares both with the decoder.
"""

import pathlib
import sys
import unicodedata

import pymysql

SINGLE = ("armscii8 ascii cp1250 cp1251 cp1256 cp1257 cp850 cp852 cp866 dec8 geostd8 greek hebrew hp8 keybcs2 koi8r "
          "koi8u latin1 latin2 latin5 latin7 macce macroman swe7 tis620").split()
HEAD = """/*
 * {title}
 * Made by charset_tables.py out of what a server shows. A space: no character.
 */
#include "charset_tables.h"

/* {row} */
/* clang-format off */
"""


class Server:
    def __init__(self, host, port, user, password):
        self.cursor = pymysql.connect(host=host, port=int(port), user=user, password=password, charset="utf8mb4",
                                      use_unicode=False).cursor()
        self.cursor.execute("SET sql_mode = ''")
        self.cursor.execute("CREATE DATABASE kc_charset_tables")
        self.cursor.execute("USE kc_charset_tables")

    def shown(self, charset, sequences):
        """sequence -> code point, of those that a column stores and that mean a character."""
        execute = self.cursor.execute
        execute(f"CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(8) CHARACTER SET {charset})")
        for first in range(0, len(sequences), 8192):
            execute("INSERT IGNORE INTO t VALUES " + ",".join(
                f"({first + n},X'{s.hex()}')" for n, s in enumerate(sequences[first:first + 8192])))
        execute("SELECT id, CAST(v AS BINARY), v FROM t")
        found = {sequences[n]: ord(text.decode()) for n, stored, text in self.cursor.fetchall()
                 if stored == sequences[n]}
        execute("DROP TABLE t")
        return {s: code for s, code in found.items() if code != ord("?") or s == b"?"}

    def close(self):
        self.cursor.execute("DROP DATABASE kc_charset_tables")


def literal(codes):
    """A u"" string; characters that an editor could hide, turn around or normalise are written as numbers."""
    text = ""
    for code in codes:
        char = chr(code)
        if char in "\\\"":
            text += "\\" + char
        elif code < 0x20 or 0x7f <= code < 0xa0:
            text += f"\\{code:03o}"
        elif (unicodedata.category(char)[0] in "CMZ" and char != " " or unicodedata.normalize("NFC", char) != char or
              unicodedata.bidirectional(char) in ("R", "AL", "AN")):
            text += f"\\u{code:04x}"
        else:
            text += char
    return f'u"{text}"'


def write(name, title, row, body):
    path = pathlib.Path(__file__).parent / name
    path.write_text(HEAD.format(title=f"{name} - {title}", row=row) + body + "/* clang-format on */\n")


def pairs(table, shown, leads, trails, prefix=b""):
    """A table of one string for each lead byte."""
    rows = [literal([shown.get(prefix + bytes([lead, trail]), 0x20) for trail in trails]) for lead in leads]
    return (f"const char16_t {table}[{len(leads)}][{len(trails) + 1}] = {{\n" +
            "".join(f"    {row},\n" for row in rows) + "};\n")


def single(server):
    body, low = "", {}
    for charset in SINGLE:
        shown = server.shown(charset, [bytes([n]) for n in range(256)])
        codes = [shown.get(bytes([n]), 0x20) for n in range(256)]
        low[charset] = codes[:128]
        body += f"const char16_t kc_{charset}_high[129] = {literal(codes[128:])};\n"
        if codes[:128] != list(range(128)):
            body += f"const char16_t kc_{charset}_low[129] = {literal(codes[:128])};\n"
    write("charset_single.c", "character sets of one byte: what the bytes 80 to ff stand for (swe7: 00 to 7f too).",
          "One line for a character set.", body)


def four_bytes(number):
    """The sequence of gb18030 with this number, counted from 81 30 81 30."""
    rest, d = divmod(number, 10)
    rest, c = divmod(rest, 126)
    a, b = divmod(rest, 10)
    return bytes([0x81 + a, 0x30 + b, 0x81 + c, 0x30 + d])


def gb18030(server):
    """Two bytes by table; four bytes up to U+FFFF by runs of numbers that follow each other."""
    both = range(0x81, 0xff), range(0x40, 0xff)
    two = server.shown("gb18030", [bytes([a, b]) for a in both[0] for b in both[1]])
    four = server.shown("gb18030", [four_bytes(n) for n in range(39420)])
    runs = []
    for n in range(39420):
        code = four[four_bytes(n)]
        if not runs or code - n != runs[-1][1] - runs[-1][0]:
            runs.append((n, code))
    lines = ["    " + ", ".join(f"{{{n}, 0x{code:04x}}}" for n, code in runs[i:i + 6]) + ",\n"
             for i in range(0, len(runs), 6)]
    write("charset_gb18030.c", "gb18030: the trail bytes 40 to fe of the lead bytes 81 to fe, and runs of four bytes.",
          "One line for a lead byte.",
          pairs("kc_gb18030", two, *both) +
          f"const struct kc_gb18030_run kc_gb18030_runs[KC_GB18030_RUNS] = {{\n{''.join(lines)}}};\n"
          f"_Static_assert(KC_GB18030_RUNS == {len(runs)}, \"runs of gb18030\");\n")


def double(server, charset, leads, trails, title):
    shown = server.shown(charset, [bytes([a, b]) for a in leads for b in trails])
    write(f"charset_{charset}.c", title, "One line for a lead byte.", pairs(f"kc_{charset}", shown, leads, trails))


def jisx0212(server):
    both = range(0xa1, 0xf5), range(0xa1, 0xff)
    shown = server.shown("eucjpms", [bytes([0x8f, a, b]) for a in both[0] for b in both[1]])
    write("charset_jisx0212.c", "JIS X 0212, behind the byte 8f of eucjpms: a1 to fe after a1 to f4.",
          "One line for a second byte.", pairs("kc_jisx0212", shown, *both, prefix=b"\x8f"))


def main():
    server = Server(*sys.argv[1:5])
    try:
        single(server)
        gb18030(server)
        double(server, "big5", range(0xa1, 0xfa), [*range(0x40, 0x7f), *range(0xa1, 0xff)],
               "big5: the trail bytes 40 to 7e and a1 to fe of the lead bytes a1 to f9.")
        double(server, "euckr", range(0x81, 0xfe), range(0x41, 0xff),
               "euckr, as the servers extend it: the trail bytes 41 to fe of the lead bytes 81 to fd.")
        double(server, "cp932", [*range(0x81, 0xa0), *range(0xe0, 0xf0), *range(0xfa, 0xfd)], range(0x40, 0xfd),
               "cp932: the trail bytes 40 to fc of the lead bytes 81 to 9f, e0 to ef and fa to fc.")
        jisx0212(server)
    finally:
        server.close()


if __name__ == "__main__":
    main()
