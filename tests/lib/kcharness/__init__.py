"""What the pytest suites share: real servers, a worker under test, its REST API, topics and SQL.

waiting   deadlines; nothing in the suites sleeps except the poll loop in there
servers   Kafka, MySQL and MariaDB, started by tests/lib/servers
worker    the program under test: start, stop, kill, its tasks and its log
rest, connectors  its REST API, and connectors as the tests use them
topics    reading what was written, as a read_committed consumer sees it
changes   what records say: fold them into a table, check the versions of each key
fixtures  the pytest side of all that
"""
