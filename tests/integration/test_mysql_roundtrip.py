"""Every value that SELECT shows equals, bit for bit, the one that the binlog carries: the decoder alone, without a worker."""

import re

import pytest
from kcharness.roundtrip import compare, executed
from kcharness.servers import Schema, unique
from kcharness.worker import ROOT

TYPES = ROOT / "tests/fixtures/mysql/types.sql"
NOTHING = "SELECT 1"

# What a server may do to its binlog, and the statement that sets it back; the rows must be the same.
WAYS = {
    "mysql": {
        "plain": (NOTHING, NOTHING),
        "metadata": ("SET GLOBAL binlog_row_metadata = FULL", "SET GLOBAL binlog_row_metadata = MINIMAL"),
        "compressed": ("SET SESSION binlog_transaction_compression = ON", NOTHING),
        "tagged": ("SET SESSION gtid_next = 'AUTOMATIC:roundtrip'", NOTHING),
        "unsummed": ("SET GLOBAL binlog_checksum = NONE", "SET GLOBAL binlog_checksum = CRC32"),
    },
    "mariadb": {
        "plain": (NOTHING, NOTHING),
        "metadata": ("SET GLOBAL binlog_row_metadata = FULL", "SET GLOBAL binlog_row_metadata = NO_LOG"),
        "compressed": ("SET GLOBAL log_bin_compress = ON", "SET GLOBAL log_bin_compress = OFF"),
        "unsummed": ("SET GLOBAL binlog_checksum = NONE", "SET GLOBAL binlog_checksum = CRC32"),
    },
}


def statements():
    text = re.sub(r"^--.*\n", "", TYPES.read_text(), flags=re.M)
    return [statement for statement in re.split(r";\s*\n", text) if statement.strip()]


@pytest.mark.parametrize("flavor,way", [(flavor, way) for flavor, ways in WAYS.items() for way in ways])
def test_select_and_binlog_agree(request, flavor, way):
    server = request.getfixturevalue(flavor)
    schema = Schema(server, unique("roundtrip")).create()
    after = executed(server)
    prepare, undo = WAYS[flavor][way]
    try:
        schema.execute(prepare, *statements())
    finally:
        server.execute(undo)
    compare(server, schema, after)


def test_select_and_binlog_agree_over_tls(mysql):
    schema = Schema(mysql, unique("roundtrip")).create()
    after = executed(mysql)
    schema.execute(*statements())
    compare(mysql, schema, after, KC_TLS="1")
