/*
 * chunk.h - one piece of a table as SELECT gave it: rows in key order, as text, with their keys as integers.
 *
 * A chunk owns its memory and keeps it from one read to the next. Records made of its rows borrow from it: it must not
 * be read into again before the batch is gone.
 */
#ifndef KC_MYSQL_CHUNK_H
#define KC_MYSQL_CHUNK_H

#include "column.h"
#include "table.h"

#include <kconnect/record.h>
#include <mysql.h>

enum {
    KC_CHUNK_KEYS = 4,                /* most columns of a key that is read in chunks */
    KC_CHUNK_BYTES = 4 * 1024 * 1024, /* a chunk ends at the first row past this */
};

struct kc_chunk {
    const struct kc_table *table;
    char *
        data; /* per row: n_columns lengths (uint32_t, UINT32_MAX: NULL), then the texts, each with a NUL behind */
    size_t used;
    size_t size;
    size_t *row_at; /* offsets into data */
    uint64_t *keys; /* table->n_key per row, ordered as the server orders them */
    uint8_t *dropped;
    uint32_t n_rows;
    uint32_t room;
    uint32_t next; /* row to emit next */
    bool last;     /* the table has no rows behind this chunk */
    bool cut;      /* the result was left half-read: the connection is good for nothing but mysql_close() */
};

void kc_chunk_finish(struct kc_chunk *chunk);

/* True when the table's key allows chunks: integers only, not too many. */
bool kc_chunk_possible(const struct kc_table *table);

/* The key of a row of the stream or of the snapshot, as integers whose unsigned order is the server's. */
void kc_chunk_key(const struct kc_table *table, const struct kc_value *row, uint64_t key[KC_CHUNK_KEYS]);

/* Sends the SELECT of up to `limit` rows behind `after` (NULL: from the beginning). Errors as kc_connection_fail(). */
kc_status kc_chunk_send(MYSQL *mysql, const struct kc_table *table, const uint64_t *after, uint32_t limit,
                        struct kc_error *err);

/* Receives its rows. Waits for the first one with stop_fd: KC_ERR_STOPPED. */
kc_status kc_chunk_receive(struct kc_chunk *chunk, MYSQL *mysql, const struct kc_table *table, uint32_t limit,
                           int stop_fd, struct kc_error *err);

/* Marks the row of this key, if it is in the chunk, so that it is not emitted. */
void kc_chunk_drop(struct kc_chunk *chunk, const uint64_t *key);

/* Forgets all rows. */
void kc_chunk_clear(struct kc_chunk *chunk);

/* The values of row i, in the arena or borrowed from the chunk. */
kc_status kc_chunk_row(const struct kc_chunk *chunk, uint32_t i, struct kc_arena *arena,
                       struct kc_value **row, struct kc_error *err);

/* Turns a fetched row into values; the text must live as long as the batch. */
kc_status kc_chunk_values(const struct kc_table *table, const char *const *texts, const uint32_t *lengths,
                          struct kc_arena *arena, struct kc_value *row, struct kc_error *err);

/* The statement that reads the whole table (limit 0), or the rows behind `after`; malloc'ed, NULL: out of memory. */
char *kc_chunk_select(const struct kc_table *table, const uint64_t *after, uint32_t limit);

/* Text forms of a key in a position: "12" or "12,-5". */
void kc_chunk_key_print(const struct kc_table *table, const uint64_t *key, char *out, size_t size);
bool kc_chunk_key_parse(const struct kc_table *table, struct kc_str text, uint64_t key[KC_CHUNK_KEYS]);

#endif
