/*
 * stream.h - the binary log as a sequence of rows of the captured tables, with the place to go on from after each.
 *
 * A resume point is (transaction's first byte | GTIDs before it, rows events passed, rows passed of the next one), so
 * any row may be the last one delivered, in the middle of the largest transaction too.
 */
#ifndef KC_MYSQL_STREAM_H
#define KC_MYSQL_STREAM_H

#include "binlog_stream.h"
#include "envelope.h"
#include "event_transaction.h"
#include "position.h"
#include "rows_event.h"

struct kc_source;
struct kc_captured;

struct kc_stream {
    MYSQL *mysql;
    struct kc_binlog *binlog;
    struct kc_table_maps *maps;

    /* Where to go on: everything before this is delivered. */
    struct kc_gtid_set *done;        /* NULL: the server has no GTIDs */
    char file[KC_BINLOG_FILE_BYTES]; /* of the open transaction's first event, or of the next event */
    uint64_t pos;
    uint64_t event;  /* rows events of the open transaction that are passed */
    uint64_t row;    /* rows of the next rows event that are passed */
    int64_t time_us; /* of the newest event seen, us since 1970 */

    int64_t caught_up_us;          /* everything the server had until then is handed over; 0: not known yet */
    uint64_t events, transactions; /* since the start: seen, and read to their end */

    /* The open transaction. */
    struct kc_gtid gtid;
    bool in_transaction;
    bool any_transaction; /* since the start */
    bool place_exact;     /* file and pos are this server's, of what is delivered */
    bool begun;           /* ends with XID, COMMIT or ROLLBACK, not with the first statement */
    bool xa;              /* its fate is decided later, by XA COMMIT or XA ROLLBACK */
    int64_t commit_us;
    uint32_t thread;

    /* What a former run had delivered of the first transaction. */
    uint64_t skip_event;
    uint64_t skip_row;
    char skip_gtid[KC_GTID_TEXT_BYTES];
    bool skipping;

    /* The open rows event. */
    bool rows_open;
    struct kc_rows rows;
    struct kc_event event_now;
    struct kc_captured *captured;
    struct kc_event_facts facts;

    const struct kc_event *again; /* taking it failed in a way that a pause may mend: it comes again */

    bool heard;       /* an event came since heard_ms was set */
    int64_t heard_ms; /* monotonic time of the last sign of life */
    int64_t lost_after_ms;
};

/* Starts at `position`, whose gtids count when they are there and not empty. */
kc_status kc_stream_open(struct kc_source *s, const struct kc_position *position, struct kc_error *err);
void kc_stream_close(struct kc_stream *stream);

/*
 * Reads one event, waiting at most timeout_ms. A rows event of a captured table is left open for kc_stream_rows().
 * KC_NOTHING: none came.
 */
kc_status kc_stream_next(struct kc_source *s, int timeout_ms, struct kc_error *err);

/* Makes records out of the open rows event until it ends or the output is full. */
kc_status kc_stream_rows(struct kc_source *s, struct kc_error *err);

/* After kc_output_begin(): the open rows event goes on in the new batch's arena. */
kc_status kc_stream_resume(struct kc_source *s, struct kc_error *err);

/* True between two transactions: everything before file and pos is delivered completely. */
static inline bool kc_stream_at_boundary(const struct kc_stream *stream)
{
    return !stream->in_transaction && !stream->rows_open;
}

#endif
