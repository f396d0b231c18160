"""The data that is measured: a table of rows of about 280 bytes, and a backlog of mixed changes of such rows."""

DATABASE = "bench"
ROWS_TABLE = "orders"  # what a snapshot reads
CHANGES_TABLE = "changes"  # what the backlog changes
CHANGES_PER_TRANSACTION = 1000  # 600 inserts, 300 updates, 100 deletes
MESSAGES_PER_TRANSACTION = 1300  # an update is two
ROWS_PER_INSERT = 10000

COLUMNS = """(
    id BIGINT NOT NULL PRIMARY KEY,
    customer_id INT NOT NULL,
    status SMALLINT NOT NULL,
    amount DECIMAL(12,2) NOT NULL,
    title VARCHAR(80) NOT NULL,
    author VARCHAR(40) NOT NULL,
    address VARCHAR(120),
    note VARCHAR(200),
    created_at DATETIME NOT NULL,
    updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
) CHARACTER SET utf8mb4"""

# The columns of row number `n`, which the statement around it defines.
VALUES = """n, 1000 + n % 90000, n % 7, (n % 1000000) / 100 + 5,
    CONCAT('The title of order number ', LPAD(n, 9, '0')), CONCAT('author-', LPAD(n % 5000, 5, '0')),
    CONCAT(n % 900, ' Long Street, Some Town, Some Province ', LPAD(n % 99999, 5, '0')),
    CONCAT('A note with "quotes", ', REPEAT('some plain words, ', 6), n),
    '2021-03-03 05:21:10' + INTERVAL n % 1000000 SECOND"""
NAMES = "id, customer_id, status, amount, title, author, address, note, created_at"


def prepare(server):
    """Makes the database with both tables, empty, and numbers from 0 to 9999 to select from."""
    ten = " UNION ALL ".join(f"SELECT {digit} AS d" for digit in range(10))
    server.execute(
        f"DROP DATABASE IF EXISTS {DATABASE}",
        f"CREATE DATABASE {DATABASE}",
        f"CREATE TABLE {DATABASE}.{ROWS_TABLE} {COLUMNS}",
        f"CREATE TABLE {DATABASE}.{CHANGES_TABLE} {COLUMNS}",
        f"CREATE TABLE {DATABASE}.numbers (i INT NOT NULL PRIMARY KEY)",
        f"INSERT INTO {DATABASE}.numbers SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d"
        f" FROM ({ten}) a, ({ten}) b, ({ten}) c, ({ten}) e")


def insert(table, first, count):
    return (f"INSERT INTO {table} ({NAMES})"
            f" SELECT {VALUES} FROM (SELECT i + {first} AS n FROM numbers WHERE i < {count}) AS numbered")


def fill_rows(server, rows):
    """Fills the table that snapshots read with exactly `rows` rows."""
    with server.connect(database=DATABASE) as connection, connection.cursor() as cursor:
        for first in range(0, rows, ROWS_PER_INSERT):
            cursor.execute(insert(ROWS_TABLE, first + 1, min(ROWS_PER_INSERT, rows - first)))
        cursor.execute(f"ANALYZE TABLE {ROWS_TABLE}")


def mark(server):
    """One row, to see that a connector follows the binlog."""
    server.execute(f"INSERT INTO {DATABASE}.{CHANGES_TABLE} ({NAMES}) VALUES"
                   " (0, 1, 1, 1, 'the mark', 'the mark', NULL, NULL, '2021-03-03 05:21:10')")


def make_backlog(server, changes):
    """Writes the changes in transactions of 1000; returns how many messages they become."""
    transactions = changes // CHANGES_PER_TRANSACTION
    with server.connect(database=DATABASE, autocommit=False) as connection, connection.cursor() as cursor:
        for number in range(transactions):
            base = 1 + number * 600
            cursor.execute(insert(CHANGES_TABLE, base, 600))
            cursor.execute(f"UPDATE {CHANGES_TABLE} SET status = status + 1, amount = amount + 1.5"
                           f" WHERE id BETWEEN {base} AND {base + 299}")
            cursor.execute(f"DELETE FROM {CHANGES_TABLE} WHERE id BETWEEN {base + 500} AND {base + 599}")
            connection.commit()
    return transactions * MESSAGES_PER_TRANSACTION


def binlog_end(server):
    """(file, position) of the binlog's end."""
    if server.flavor == "mariadb":
        return server.execute("SHOW MASTER STATUS")[0][:2]
    return server.execute("SHOW BINARY LOG STATUS")[0][:2]
