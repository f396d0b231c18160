#include "binlog_packet.h"

#include <errmsg.h>
#include <mysqld_error.h>

#include <kconnect/sdk.h>

enum { KC_MYSQL_ER_FATAL_READING_BINLOG = 1236 };

/*
 * The server has one number, 1236, for everything that stops a dump; only its English text tells the cases apart. Texts
 * of MySQL 5.7 to 9.x ("master", "slave") and MariaDB 10 and 11. First match wins; no match: the text with general advice.
 */
static const struct dump_error {
    const char *text;
    kc_status status;
    const char *advice;
} dump_errors[] = {
    {"same server_uuid/server_id", KC_ERR_CONFIG,
     "another replica or connector uses the same server id: set database.server.id to a number of its own"},
    {"same server_id", KC_ERR_CONFIG,
     "another replica or connector uses the same server id: set database.server.id to a number of its own"},
    {"purged required binary logs", KC_ERR_CONFIG,
     "changes that were not read yet are gone from the server: delete the connector's offsets so that it "
     "takes a new "
     "snapshot, and raise binlog_expire_logs_seconds"},
    {"Could not find first log file", KC_ERR_CONFIG,
     "the binlog file to go on with is gone from the server: delete the connector's offsets so that it takes "
     "a new "
     "snapshot, and raise binlog_expire_logs_seconds"},
    {"Could not find GTID state", KC_ERR_CONFIG,
     "changes that were not read yet are gone from the server: delete the connector's offsets so that it "
     "takes a new "
     "snapshot, and raise expire_logs_days"},
    {"which is not in the master's binlog", KC_ERR_CONFIG,
     "the position is unknown to this server, it is not the one that was read before or its binlog was "
     "reset: delete "
     "the connector's offsets so that it takes a new snapshot"},
    {"more GTIDs than the", KC_ERR_CONFIG,
     "the position is ahead of this server, it is not the one that was read before or its binlog was reset: "
     "delete the "
     "connector's offsets so that it takes a new snapshot"},
    {"impossible position", KC_ERR_CONFIG,
     "the position lies behind the end of the binlog file, which happens when a server lost its last changes "
     "or is "
     "another one: delete the connector's offsets so that it takes a new snapshot"},
    {"max_allowed_packet", KC_ERR_CONFIG,
     "one change is larger than the server may send: SET GLOBAL max_allowed_packet = 1073741824"},
    {"log is not open", KC_ERR_CONFIG, "binary logging is off: start the server with --log-bin"},
    {"misconfigured master", KC_ERR_CONFIG, "set database.server.id to a number other than 0"},
};

static kc_status explain_dump(const char *text, struct kc_error *err)
{
    for (size_t i = 0; i < sizeof(dump_errors) / sizeof(dump_errors[0]); i++)
        if (strcasestr(text, dump_errors[i].text) != NULL)
            return kc_fail(err, dump_errors[i].status, "%s (the server says: %.200s)", dump_errors[i].advice,
                           text);
    return kc_fail(
        err, KC_ERR_CONFIG,
        "the server cannot send its binlog from the position asked for: %.300s; mend the server, or delete "
        "the connector's offsets so that it takes a new snapshot",
        text);
}

kc_status kc_packet_explain(MYSQL *mysql, struct kc_error *err)
{
    unsigned code = mysql_errno(mysql);
    const char *text = mysql_error(mysql);
    kc_status status;

    switch (code) {
    case KC_MYSQL_ER_FATAL_READING_BINLOG: status = explain_dump(text, err); break;
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
    case 0: status = kc_fail(err, KC_ERR_RETRY, "the connection to the server broke"); break;
    default:
        status = kc_fail(err, KC_ERR_RETRY, "reading the binlog failed: %.200s (error %u)", text, code);
        break;
    }
    err->vendor_code = (int32_t)code;
    (void)snprintf(err->sqlstate, sizeof(err->sqlstate), "%s", mysql_sqlstate(mysql));
    return status;
}
