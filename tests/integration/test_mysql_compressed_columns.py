"""MariaDB's COMPRESSED columns: the binlog has them packed, SELECT does not."""

import pytest
from kcharness.roundtrip import compare, executed
from kcharness.servers import Schema, unique


@pytest.mark.parametrize("metadata", ["NO_LOG", "FULL"])
def test_compressed_columns_are_what_select_shows(mariadb, metadata):
    schema = Schema(mariadb, unique("packed")).create()
    after = executed(mariadb)
    with schema.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"SET GLOBAL binlog_row_metadata = {metadata}")
        cursor.execute("CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, a VARCHAR(9000) COMPRESSED, b VARCHAR(100) COMPRESSED "
                       "CHARACTER SET utf16, c TINYTEXT COMPRESSED CHARACTER SET latin1, d LONGTEXT COMPRESSED, "
                       "e VARBINARY(500) COMPRESSED, f MEDIUMBLOB COMPRESSED, g TEXT COMPRESSED, h VARCHAR(5))")
        for wrap in ("OFF", "ON"):
            cursor.execute(f"SET column_compression_zlib_wrap = {wrap}")
            for threshold in (0, 100, 1000000):
                cursor.execute(f"SET column_compression_threshold = {threshold}")
                for n in (0, 1, 20, 60, 255):
                    cursor.execute("INSERT INTO t (a, b, c, d, e, f, g, h) VALUES (REPEAT('é', %s), REPEAT('ü ', %s), REPEAT('a', %s), "
                                   "REPEAT('long 😀', %s), REPEAT(X'00FF', %s), REPEAT(X'AB', %s), REPEAT('x ', %s), 'h')",
                                   (n * 30, min(n, 49), min(n, 254), n * 1000, min(n, 250), n * 900, n))
                cursor.execute("INSERT INTO t (d, e, f) VALUES (NULL, RANDOM_BYTES(500), RANDOM_BYTES(1000))")
        cursor.execute("SET GLOBAL binlog_row_metadata = NO_LOG")
    compare(mariadb, schema, after)
