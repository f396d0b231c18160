"""Changes made to a table while things break: each change of a row makes its version grow by one."""

import os
import random
import threading

import pymysql

from .waiting import PATIENCE, wait_for

TABLE = """CREATE TABLE {name} (
    id BIGINT PRIMARY KEY, version INT NOT NULL, text VARCHAR(200) CHARACTER SET utf8mb4)"""


def seed():
    """The run's seed: KC_SEED, or a new one; printed, so that a failed run can be had again."""
    value = int(os.environ.get("KC_SEED") or random.SystemRandom().randrange(1 << 32))
    print(f"seed {value}; KC_SEED={value} repeats the decisions of this run")
    return value


class Load(threading.Thread):
    """
    Inserts, updates and deletes at random, one to a few rows a transaction, some rolled back, until stop(). It
    survives a database that goes away: what a change does depends only on what the database says at that moment.
    """

    def __init__(self, schema, table, seed, keys=400, pause_s=0.002):
        super().__init__(daemon=True)
        self.schema, self.table, self.keys, self.pause_s = schema, table, keys, pause_s
        self.random = random.Random(seed)
        self.done = threading.Event()
        self.changes = 0
        self.error = None

    def run(self):
        try:
            while not self.done.is_set():
                try:
                    with self.schema.connect(autocommit=False) as connection:
                        self.work(connection)
                except (pymysql.err.OperationalError, pymysql.err.InterfaceError, ConnectionError):
                    self.done.wait(0.1)
        except Exception as error:  # shown by stop(), in the test's thread
            self.error = error

    def work(self, connection):
        while not self.done.is_set():
            with connection.cursor() as cursor:
                for key in self.random.sample(range(self.keys), self.random.choice([1, 1, 1, 2, 5])):
                    self.change(cursor, key)
            if self.random.random() < 0.05:
                connection.rollback()
            else:
                connection.commit()
                self.changes += 1
            self.done.wait(self.pause_s)

    def change(self, cursor, key):
        cursor.execute(f"SELECT version FROM {self.table} WHERE id = %s FOR UPDATE", (key,))
        found = cursor.fetchone()
        text = self.random.choice(["", "ü", "x" * 100, None])
        if found is None:
            # The next life of a deleted row goes on with its versions, which a second table remembers.
            cursor.execute(f"SELECT version FROM {self.table}_graves WHERE id = %s", (key,))
            grave = cursor.fetchone()
            cursor.execute(
                f"INSERT INTO {self.table} VALUES (%s, %s, %s)", (key, (grave[0] if grave else 0) + 1, text)
            )
        elif self.random.random() < 0.15:
            cursor.execute(f"REPLACE INTO {self.table}_graves VALUES (%s, %s)", (key, found[0]))
            cursor.execute(f"DELETE FROM {self.table} WHERE id = %s", (key,))
        else:
            cursor.execute(
                f"UPDATE {self.table} SET version = version + 1, text = %s WHERE id = %s", (text, key)
            )

    def stop(self):
        self.done.set()
        self.join(90 * PATIENCE)
        assert not self.is_alive(), "the load does not end"
        if self.error is not None:
            raise self.error


def create_table(schema, name, rows=0):
    """A table for Load, with `rows` rows of version 1, and the one that remembers the versions of deleted ones."""
    schema.execute(
        TABLE.format(name=name), f"CREATE TABLE {name}_graves (id BIGINT PRIMARY KEY, version INT NOT NULL)"
    )
    with schema.connect() as connection, connection.cursor() as cursor:
        for first in range(0, rows, 5000):
            cursor.executemany(
                f"INSERT INTO {name} VALUES (%s, 1, %s)",
                [(n, "row " * 20) for n in range(first, min(first + 5000, rows))],
            )


def rows_of(schema, table):
    with schema.connect(cursorclass=pymysql.cursors.DictCursor) as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        return cursor.fetchall()


def drain(schema, table, reader, limit_s=120):
    """
    Marks the end of the table's changes with a last row, and reads until it has come and each row of the table, too: a
    change may overtake the rest of the snapshot. Returns every record.
    """
    marker = 1_000_000_000 + int.from_bytes(os.urandom(3), "big")
    wait_for(
        lambda: try_execute(schema, f"INSERT INTO {table} VALUES ({marker}, 1, 'end')"), 30, "the last row"
    )
    missing = {str(row["id"]).encode() for row in rows_of(schema, table)}
    seen = 0

    def nothing_is_missing(records):
        nonlocal seen
        missing.difference_update(record.key for record in records[seen:])
        seen = len(records)
        return not missing

    reader.read_until(nothing_is_missing, limit_s, "every row of the table", lambda: f"missing: {sorted(missing)[:20]}")
    return reader.read_to_decided_end()


def try_execute(schema, statement):
    try:
        schema.execute(statement)
        return True
    except pymysql.err.OperationalError:
        return False
