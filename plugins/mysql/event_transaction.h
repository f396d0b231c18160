/*
 * event_transaction.h - events that begin, describe and end a transaction: GTID, QUERY, XID.
 *
 * Readers borrow from the event. All fail with KC_ERR_FATAL and a sentence on bytes that cannot be right.
 */
#ifndef KC_MYSQL_EVENT_TRANSACTION_H
#define KC_MYSQL_EVENT_TRANSACTION_H

#include "event_header.h"
#include "gtid_set.h"

#include <kconnect/value.h>

struct kc_event_gtid {
    struct kc_gtid gtid;         /* number 0: anonymous */
    bool standalone;             /* MariaDB: one statement without BEGIN and COMMIT (DDL) */
    uint64_t commit_us;          /* this server's commit time, us since 1970; 0: not logged */
    uint64_t original_commit_us; /* the first server's; 0: not logged */
    uint64_t transaction_bytes; /* MySQL: size of the whole transaction, this event included; 0: not logged */
};

/* GTID, ANONYMOUS_GTID and GTID_TAGGED of MySQL, GTID of MariaDB. */
kc_status kc_event_gtid_read(const struct kc_event *event, struct kc_event_gtid *out, struct kc_error *err);

enum kc_query_kind {
    KC_QUERY_OTHER, /* DDL, or a statement that was logged as text */
    KC_QUERY_BEGIN,
    KC_QUERY_COMMIT,
    KC_QUERY_ROLLBACK,
    KC_QUERY_XA_START,
    KC_QUERY_XA_END,
    KC_QUERY_XA_COMMIT, /* of a transaction whose rows came with an earlier XA PREPARE */
    KC_QUERY_XA_ROLLBACK,
    KC_QUERY_SAVEPOINT, /* SAVEPOINT and ROLLBACK TO: of no interest, since rolled back rows of InnoDB are not logged */
};

struct kc_event_query {
    enum kc_query_kind kind;
    uint32_t thread_id;
    uint16_t error_code;
    uint16_t charset;       /* collation id of the text (character_set_client); 0: not said */
    uint32_t microseconds;  /* of header.timestamp_s; 0 where it is not logged */
    struct kc_str database; /* the session's default database */
    struct kc_str sql;      /* in the charset above; in practice ASCII or UTF-8 */
};

/* QUERY. MariaDB's QUERY_COMPRESSED is unpacked by the stream and arrives as QUERY. */
kc_status kc_event_query_read(const struct kc_event *event, struct kc_event_query *out, struct kc_error *err);

/* XID: the storage engine's transaction number. */
kc_status kc_event_xid_read(const struct kc_event *event, uint64_t *xid, struct kc_error *err);

/* ROWS_QUERY of MySQL, ANNOTATE_ROWS of MariaDB: the statement's text. */
kc_status kc_event_rows_query_read(const struct kc_event *event, struct kc_str *sql, struct kc_error *err);

/* MariaDB's GTID_LIST: adds the GTIDs that lie before this place of the log to `set`. */
kc_status kc_event_gtid_list_read(const struct kc_event *event, struct kc_gtid_set *set,
                                  struct kc_error *err);

#endif
