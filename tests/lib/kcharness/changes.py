"""What change records mean together: per key, as a table, against the table itself."""

from collections import defaultdict


def by_key(records):
    """Kafka key -> its records, in offset order; asserts that a key has one partition."""
    groups = defaultdict(list)
    for record in records:
        groups[record.key].append(record)
    for key, group in groups.items():
        assert len({record.partition for record in group}) == 1, f"key {key} is in several partitions"
        assert [r.offset for r in group] == sorted(r.offset for r in group)
    return groups


def fold(records):
    """Kafka key -> the row it has after all its changes, without those deleted. dataworks-json only."""
    table = {}
    for record in records:
        if record.op == "DELETE":
            table.pop(record.key, None)
        elif record.op in ("INSERT", "UPDATE", "UPDATE_AFTER"):
            table[record.key] = record.row
        else:
            assert record.op == "UPDATE_BEFOR", record.op
    return table


def check_history(records, version="version"):
    """
    Asserts that each key tells one gapless story: versions grow by one with each change, no change is doubled,
    missing or out of order, the halves of an update are adjacent, and sequence ids never fall.

    Changes pass while a snapshot is on its way, so a story may begin with any of them. One INSERT of a version that
    is known already is right, too: that is the snapshot's own record of the row. A second one would be a doubled
    record. The next life of a deleted row goes on with the next version.
    """
    for key, group in by_key(records).items():
        last, alive, before, sequence, snapshots = None, None, None, -1, 0
        for record in group:
            where = f"key {key}, partition {record.partition}, offset {record.offset}, {record.op}"
            found = record.row[version]
            assert record.sequence >= sequence, f"{where}: the sequence id fell"
            sequence = record.sequence
            if record.op == "UPDATE_BEFOR":
                assert alive is not False and before is None, f"{where}: of a row that is not there"
                assert last in (None, found), f"{where}: version {found} after {last}"
                before, last = record, found
                continue
            if record.op == "UPDATE_AFTER":
                assert before is not None and record.sequence == before.sequence, f"{where}: halves apart"
                assert found == last + 1, f"{where}: version {found} after {last}"
                alive, before = True, None
            elif record.op == "INSERT" and alive:
                snapshots += 1
                assert (
                    found == last and snapshots == 1
                ), f"{where}: version {found} of a row that has version {last}"
            elif record.op == "INSERT":
                assert last is None or found == last + 1, f"{where}: version {found} after {last}"
                alive = True
            elif record.op == "DELETE":
                assert alive is not False and last in (None, found), f"{where}: version {found} after {last}"
                alive = False
            assert before is None, f"{where}: an UPDATE_BEFOR without its UPDATE_AFTER"
            last = found


def check_equals_table(records, rows, key_column):
    """Asserts that the folded topic is the table; `rows` are dictionaries, as a DictCursor gives them."""
    folded = {row[key_column]: row for row in fold(records).values()}
    table = {row[key_column]: row for row in rows}
    assert len(folded) == len(fold(records))
    missing, extra = set(table) - set(folded), set(folded) - set(table)
    assert (
        not missing and not extra
    ), f"missing keys {sorted(missing)[:10]}, keys too many {sorted(extra)[:10]}"
    different = [(folded[key], table[key]) for key in table if folded[key] != table[key]]
    assert not different, f"{len(different)} rows differ, the first: {different[0]}"
