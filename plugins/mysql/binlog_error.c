#include "binlog_packet.h"

#include <errmsg.h>
#include <mysqld_error.h>

#include <kconnect/sdk.h>

enum {
    SERVER_FATAL_READING_BINLOG = 1236,
    SERVER_SAME_SERVER_ID = 4052, /* MariaDB's own number for it */
};

#define NEW_SNAPSHOT "delete the connector's offsets so that it takes a new snapshot"
#define OTHER_SERVER "it is not the one that was read before, or its binlog was reset: " NEW_SNAPSHOT
#define CHANGES_GONE                                                                                         \
    "changes that were not read yet were purged from the server: " NEW_SNAPSHOT ", and raise "
#define SAME_SERVER_ID                                                                                       \
    "another replica or connector uses the same server id: set database.server.id to a number of its own"
#define BEHIND_THE_END "the position lies behind the end of the server's binlog file: " OTHER_SERVER

/*
 * The server has one number, 1236, for everything that stops a dump; only its English text tells the cases apart. Texts
 * of MySQL 5.7 to 9.x ("master", "slave") and MariaDB 10 and 11. First match wins; no match: the text with general
 * advice. None of these mends itself, so the host must not try again.
 */
static const struct dump_error {
    const char *text;
    const char *advice;
} dump_errors[] = {
    {"same server_uuid/server_id", SAME_SERVER_ID},
    {"same server_id", SAME_SERVER_ID},
    {"purged required binary logs", CHANGES_GONE "binlog_expire_logs_seconds"},
    {"Could not find first log file", CHANGES_GONE "binlog_expire_logs_seconds"},
    {"Could not find GTID state", CHANGES_GONE "expire_logs_days"},
    {"which is not in the master's binlog", "the server does not know the position, " OTHER_SERVER},
    {"more GTIDs than the", "the position is ahead of the server, " OTHER_SERVER},
    {"impossible position", BEHIND_THE_END},
    {"position > file size", BEHIND_THE_END},
    {"max_allowed_packet",
     "a change is larger than the server may send: SET GLOBAL max_allowed_packet = 1073741824"},
    {"log is not open", "binary logging is off: start the server with --log-bin"},
    {"misconfigured", "set database.server.id to a number other than 0"},
};

static kc_status explain_dump(const char *text, struct kc_error *err)
{
    for (size_t i = 0; i < sizeof(dump_errors) / sizeof(dump_errors[0]); i++)
        if (strcasestr(text, dump_errors[i].text) != NULL)
            return kc_fail(err, KC_ERR_CONFIG, "%s (the server says: %.200s)", dump_errors[i].advice, text);
    return kc_fail(err, KC_ERR_CONFIG,
                   "the server cannot send its binlog from the position asked for: %.300s; mend the server, "
                   "or " NEW_SNAPSHOT,
                   text);
}

kc_status kc_packet_explain(MYSQL *mysql, struct kc_error *err)
{
    unsigned code = mysql_errno(mysql);
    const char *text = mysql_error(mysql);
    kc_status status;

    switch (code) {
    case SERVER_FATAL_READING_BINLOG:
    case SERVER_SAME_SERVER_ID: status = explain_dump(text, err); break;
    case ER_ACCESS_DENIED_ERROR:
    case ER_DBACCESS_DENIED_ERROR:
    case ER_SPECIFIC_ACCESS_DENIED_ERROR:
        status = kc_fail(
            err, KC_ERR_CONFIG,
            "the account may not read the binlog: GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO "
            "the account (the server says: %.200s)",
            text);
        break;
    case ER_NO_BINARY_LOGGING:
        status = kc_fail(err, KC_ERR_CONFIG, "binary logging is off: start the server with --log-bin");
        break;
    case CR_OUT_OF_MEMORY:
        status = kc_fail(err, KC_ERR_NOMEM, "out of memory while reading the binlog");
        break;
    case CR_NET_PACKET_TOO_LARGE:
        status =
            kc_fail(err, KC_ERR_CONFIG, "one change is larger than the client may receive: %.200s", text);
        break;
    case 0:
        status = kc_fail(err, KC_ERR_RETRY, "the connection to %.120s:%u broke", mysql->host, mysql->port);
        break;
    default:
        status = kc_fail(err, KC_ERR_RETRY, "reading the binlog of %.120s:%u failed: %.200s (error %u)",
                         mysql->host, mysql->port, text, code);
        break;
    }
    err->vendor_code = (int32_t)code;
    (void)snprintf(err->sqlstate, sizeof(err->sqlstate), "%s", mysql_sqlstate(mysql));
    return status;
}
