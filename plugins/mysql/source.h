/* source.h - one running mysql-source task: what its parts share. Task thread only. */
#ifndef KC_MYSQL_SOURCE_H
#define KC_MYSQL_SOURCE_H

#include "config.h"
#include "drafts.h"
#include "figures.h"
#include "last_change.h"
#include "output.h"
#include "server.h"
#include "snapshot.h"
#include "stream.h"
#include "table_reader.h"

struct kc_captured {
    struct kc_table *table; /* the definition that the stream decodes with */
    char *pending_change;   /* how the server's definition differed at the start; NULL: not at all */
    bool stale;             /* a statement may have changed it since: see table_change.h, drafts.h */
    bool unsaved;           /* the state has another definition */
    bool in_snapshot;       /* its rows are still to be read: events must be noted in the window */
    uint32_t index;
    char change_file[KC_BINLOG_FILE_BYTES]; /* of the last statement on it that change_scan.h saw; "": none */
    uint64_t change_pos;
};

struct kc_source {
    struct kc_ctx *ctx;
    struct kc_mysql_config config;
    struct kc_server server;
    struct kc_envelope envelope;
    struct kc_captured *tables;
    uint32_t n_tables;
    struct kc_drafts drafts;
    struct kc_last_change last_change;
    struct kc_table **old; /* definitions that the batch in hand may point at */
    uint32_t n_old;
    MYSQL *query; /* for everything but the dump; NULL: not open, see kc_source_query() */
    struct kc_output output;
    struct kc_stream stream;
    struct kc_snapshot snapshot;
    struct kc_figures figures;
    char zone[KC_SERVER_TEXT_BYTES];
    struct kc_server_place end_at_open; /* where the binary log ended when the task began */
    bool end_passed;
    char scanned_file[KC_BINLOG_FILE_BYTES]; /* the log was looked through up to here; "": not at all */
    uint64_t scanned_pos;
    bool fresh;              /* no position was stored */
    bool set_back;           /* it was set back to before the last change of a table */
    bool placed;             /* a resume point was handed out */
    bool position_moved;     /* since the last resume point handed out */
    int64_t marked_ms;       /* monotonic time of that */
    struct kc_error failure; /* to be returned by the next poll; status 0: none */
    int stop_fd;
};

/* Monotonic clock, ms. */
int64_t kc_source_clock(void);

/* The connection for statements, opened when needed. */
kc_status kc_source_query(struct kc_source *s, MYSQL **mysql, struct kc_error *err);
/* Closes it, with whatever it was doing. */
void kc_source_query_drop(struct kc_source *s);

/* The captured table of these names, or NULL. */
struct kc_captured *kc_source_find(struct kc_source *s, struct kc_str database, struct kc_str name);

/* Attaches the current resume point to the last record of the output. KC_ERR_NOMEM. */
kc_status kc_source_mark(struct kc_source *s, struct kc_error *err);

#endif
