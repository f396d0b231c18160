/*
 * binlog_stream.h - the binary log of a server as a stream of events, over a connection that somebody else made.
 *
 * One stream belongs to one thread. It borrows the MYSQL handle, which is good for nothing else afterwards: the owner
 * closes the stream first, then the handle. The owner sets MYSQL_OPT_READ_TIMEOUT (a few heartbeat periods), which
 * bounds how long a packet that has begun may take.
 *
 * The stream follows file and position through ROTATE events, learns the checksum algorithm from
 * FORMAT_DESCRIPTION, verifies CRC32 on every event that has one, and unpacks MySQL's compressed transactions, so that
 * the caller sees plain events. Protocol: MySQL internals, "Replication Protocol"; MariaDB Knowledge Base, "Replication Protocol".
 */
#ifndef KC_MYSQL_BINLOG_STREAM_H
#define KC_MYSQL_BINLOG_STREAM_H

#include "event_header.h"
#include "flavor.h"
#include "gtid_set.h"

#include <mysql.h>

struct kc_binlog_start {
    enum kc_flavor flavor;
    const struct kc_gtid_set
        *gtids;            /* start after these; NULL: at file and pos. MySQL: the set of all executed ones */
    const char *file;      /* used when gtids is NULL */
    uint64_t pos;          /* of an event's first byte; less than 4 means 4 */
    uint32_t server_id;    /* not 0, unique among all replicas of the server */
    uint32_t heartbeat_ms; /* the server sends one after this much silence; 0: never */
    const char *name; /* shown as Host in SHOW REPLICAS, see kc_replica_name(); NULL: do not appear there */
};

/* Where the server would have to be asked to go on. */
struct kc_binlog_place {
    const char
        *file;    /* owned by the stream, valid until the next kc_binlog_next(); "" before the first ROTATE */
    uint64_t pos; /* past the last event returned */
};

struct kc_binlog;

enum { KC_REPLICA_NAME_BYTES = 61 }; /* servers before MySQL 8.0.17 take 60 characters */

/* How a connector appears in the server's list of replicas: "kconnect-" and its name. */
void kc_replica_name(const char *connector, char out[KC_REPLICA_NAME_BYTES]);

/*
 * Sends the session variables and the dump command. `stop_fd` (-1: none) becomes readable when the caller wants
 * kc_binlog_next() to end early. KC_ERR_CONFIG: a grant is missing, with the GRANT in the message. KC_ERR_RETRY: the
 * connection broke. Where the server cannot serve the position, the first kc_binlog_next() says so.
 */
kc_status kc_binlog_open(MYSQL *mysql, const struct kc_binlog_start *start, int stop_fd,
                         struct kc_binlog **out, struct kc_error *err);

/*
 * Stores the next event in *event; it and everything that it points at is valid until the next call. Waits at most
 * `timeout_ms` for its first byte. Every event comes through, ROTATE, FORMAT_DESCRIPTION and heartbeats too; callers
 * ignore what they do not need.
 *   KC_OK           one event
 *   KC_NOTHING      none within the timeout
 *   KC_ERR_STOPPED  stop_fd is readable
 *   KC_ERR_RETRY    the connection is gone: close, connect again, open at the last place
 *   KC_ERR_CONFIG   only a person can mend it: the position was purged, the server id is taken, no grant ...
 *                   (err->vendor_code has the server's error number, 1236 most of the time)
 *   KC_ERR_FATAL    bytes that cannot be right, a checksum that does not match
 * After any error but KC_ERR_STOPPED the stream can only be closed.
 */
kc_status kc_binlog_next(struct kc_binlog *binlog, int timeout_ms, const struct kc_event **event,
                         struct kc_error *err);

/* True when the next kc_binlog_next() has bytes to work on at once, without asking the kernel. */
bool kc_binlog_has_buffered(const struct kc_binlog *binlog);

/* The place after the last event. */
struct kc_binlog_place kc_binlog_place(const struct kc_binlog *binlog);

/* The server's version as its FORMAT_DESCRIPTION says, e.g. "9.7.0"; "" before the first. */
const char *kc_binlog_server_version(const struct kc_binlog *binlog);

/* Frees the stream, not the MYSQL handle. NULL is ignored. */
void kc_binlog_close(struct kc_binlog *binlog);

#endif
