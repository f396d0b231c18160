/*
 * snapshot.h - the rows that exist already, read in chunks inside the stream.
 *
 * The rule: a row read by SELECT is emitted only if no change of it was, or will be, delivered by the stream that the
 * SELECT might not have seen. A chunk is read between two transactions of the stream and emitted when the stream has
 * passed the chunk's high mark; meanwhile every row whose key the stream touches is dropped from it.
 *   MySQL with GTIDs: the SELECT waits until the engine has committed everything the stream has delivered (the binary
 *     log is written first). High mark: the end of the log after the SELECT.
 *   MySQL without: rows touched in the last snapshot.window.margin.ms are dropped too, and the first SELECT waits as long.
 *   MariaDB: a consistent snapshot says its exact place in the log; one older than the stream is taken again.
 * Tables whose key is not made of integers are read in one consistent read, while the stream stands still at the place
 * where that read stands; without a place (MySQL) no event of the table may lie between the stream and the high mark.
 */
#ifndef KC_MYSQL_SNAPSHOT_H
#define KC_MYSQL_SNAPSHOT_H

#include "chunk.h"
#include "envelope.h"
#include "server.h"
#include "window.h"

struct kc_source;
struct kc_captured;

enum kc_snapshot_phase {
    KC_SNAPSHOT_DONE,       /* nothing left to read */
    KC_SNAPSHOT_READ,       /* a chunk is to be read */
    KC_SNAPSHOT_TRACK,      /* a chunk waits for the stream to pass its high mark */
    KC_SNAPSHOT_EMIT,       /* a chunk is being emitted; the stream stands still */
    KC_SNAPSHOT_HOLD,       /* a consistent read of a whole table is to be opened */
    KC_SNAPSHOT_HOLD_TRACK, /* ... is open and waits for the stream to come to its place */
    KC_SNAPSHOT_HOLD_EMIT,  /* ... is being emitted; the stream stands still */
};

/* A SELECT that was sent and not yet received. The stream must not move on between the two. */
struct kc_select {
    bool sent;
    uint32_t limit;
    uint64_t at_pos;              /* of the stream, when it was sent */
    int64_t since_ms;             /* monotonic: where the margin before the SELECT begins */
    struct kc_server_place place; /* MariaDB: the place that its view stands at */
    struct kc_gtid_set *gtids;    /* MariaDB: what lies before it, where places do not compare */
};

struct kc_snapshot {
    enum kc_snapshot_phase phase;
    struct kc_captured **queue; /* tables to read, the current one first */
    uint32_t n_queue;
    uint64_t after[KC_CHUNK_KEYS]; /* last key emitted of the current table */
    bool has_after;
    struct kc_chunk chunk;
    struct kc_window window;
    bool use_window;
    bool borrowed;           /* records of the batch in hand point into the chunk */
    bool touched;            /* an event of the table since the consistent read was opened */
    int64_t not_before_ms;   /* monotonic: no SELECT earlier */
    uint32_t attempts;       /* of opening a consistent read that was not spoilt */
    uint64_t changed_at_pos; /* of the stream, when a SELECT last met a changed table */
    struct kc_select ahead;  /* the SELECT of the next chunk, sent while this one is emitted */
    struct kc_server_place high;
    struct kc_gtid_set *high_gtids; /* MariaDB: what lies before the high mark */
    int64_t high_us;                /* the server's clock then */
    struct kc_event_facts facts;
    MYSQL_RES *result; /* KC_SNAPSHOT_HOLD_EMIT */
    uint32_t limit;    /* rows of the next chunk */
    char *waited;      /* MySQL: the GTIDs that the engine is known to have committed */
    uint64_t rows_done;
    uint64_t rows_total; /* an estimate; 0: unknown */
    char *pending_text;  /* names of the tables in the queue, for the position */
};

/*
 * Sets the queue. `resume_key` (may be empty) is where the first table was left. Empty queue: nothing to do.
 */
kc_status kc_snapshot_open(struct kc_source *s, struct kc_captured *const *queue, uint32_t n,
                           struct kc_str resume_key, struct kc_error *err);
void kc_snapshot_close(struct kc_source *s);

/*
 * Does what is due: opens, reads or emits. KC_OK: something was done, call again while there is room. KC_NOTHING: it is
 * the stream's turn. Call it only with room in the output.
 */
kc_status kc_snapshot_step(struct kc_source *s, struct kc_error *err);

/* True when the batch has to be handed over before the next step. */
bool kc_snapshot_must_return(const struct kc_source *s);

/* Milliseconds until a step may have something to do without any event; -1: none is expected. */
int kc_snapshot_wait_ms(const struct kc_source *s);

/* The stream delivers a change of a row of a table whose snapshot is not over. NULL image: none. */
kc_status kc_snapshot_touch(struct kc_source *s, const struct kc_captured *c, const struct kc_value *before,
                            const struct kc_value *after, struct kc_error *err);

/* The stream has met a statement that changes the table: what was read of it and not emitted is read again. */
void kc_snapshot_discard(struct kc_source *s, const struct kc_captured *c);

/* The table has another definition than `was`; with another key its snapshot begins again. */
void kc_snapshot_changed(struct kc_source *s, const struct kc_captured *c, const struct kc_table *was);

/* Last key emitted as text, for the position; "" when there is none. */
void kc_snapshot_key_text(const struct kc_source *s, char *out, size_t size);

#endif
