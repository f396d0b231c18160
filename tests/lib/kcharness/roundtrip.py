"""mysql-roundtrip: the decoder alone compares what a server's binlog carries with what SELECT shows."""

import os
import re
import subprocess

from kcharness.worker import BUILD

PROGRAM = BUILD / "tests/unit/mysql/mysql-roundtrip"


def executed(server):
    """The GTIDs that the server has so far: where the comparison begins."""
    variable = "@@global.gtid_executed" if server.flavor == "mysql" else "@@global.gtid_binlog_pos"
    return server.execute(f"SELECT {variable}")[0][0].replace("\n", "")


def compare(server, schema, after, **environment):
    done = subprocess.run(
        [PROGRAM, "127.0.0.1", str(server.port), "kconnect", "kconnect-secret", schema.name],
        env={**os.environ, "KC_START_GTIDS": after, **environment},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    rows = int(re.search(r"(\d+) rows, 0 fields differ", done.stdout).group(1))
    assert rows == sum(
        schema.execute(f"SELECT COUNT(*) FROM `{table}`")[0][0] for (table,) in schema.execute("SHOW TABLES")
    )
    assert rows > 30
