/*
 * rows_event.h - WRITE, UPDATE and DELETE rows events as typed rows.
 *
 * The iterator copies the event's rows into the batch's arena once and lets strings and bytes point there, so values
 * live as long as the batch although the stream's packet does not. Use:
 *
 *     kc_rows_open(&rows, event, map, arena, err);              map->binding must be there
 *     while ((status = kc_rows_next(&rows, before, after, err)) == KC_OK) ...
 *
 * An event that does not fit into a batch is continued in the next one by kc_rows_resume() with the new arena, before
 * any further kc_binlog_next(). Single thread.
 */
#ifndef KC_MYSQL_ROWS_EVENT_H
#define KC_MYSQL_ROWS_EVENT_H

#include "table_map.h"

#include <kconnect/record.h>

enum kc_rows_kind { KC_ROWS_INSERT, KC_ROWS_UPDATE, KC_ROWS_DELETE };

enum { KC_ROWS_STATEMENT_END = 0x0001 }; /* the last rows event of a statement */

/* Public for the stack's sake; only `kind`, `flags` and `row` are for readers. */
struct kc_rows {
    enum kc_rows_kind kind;
    uint16_t flags;
    uint32_t row; /* number of the next row in the event, from 0 */
    const struct kc_table_map *map;
    struct kc_arena *arena;
    const uint8_t *next; /* in the arena */
    const uint8_t *end;
    const uint8_t *original; /* the same place in the packet, for kc_rows_resume() */
};

/* The table id of a rows event, to look the map up. KC_ERR_FATAL: cut short. */
kc_status kc_rows_table_id(const struct kc_event *event, uint64_t *table_id, struct kc_error *err);

/* Number of rows is not in the event; the flag that ends a statement is: true for KC_ROWS_STATEMENT_END. */
bool kc_rows_ends_statement(const struct kc_event *event);

/*
 * Opens the event for the map bound to a table. KC_ERR_UNSUPPORTED: the map has no binding. KC_ERR_CONFIG: the row images are not full (binlog_row_image), or updates are
 * partial (binlog_row_value_options), with the statement that mends it. KC_ERR_NOMEM, KC_ERR_FATAL.
 */
kc_status kc_rows_open(struct kc_rows *rows, const struct kc_event *event, const struct kc_table_map *map,
                       struct kc_arena *arena, struct kc_error *err);

/* Goes on in another arena. Values given before stay in the old one. */
kc_status kc_rows_resume(struct kc_rows *rows, struct kc_arena *arena, struct kc_error *err);

/*
 * Decodes one row into arrays of table->n_columns values: INSERT writes only `after`, DELETE only `before`, UPDATE
 * both. KC_NOTHING: no more rows. KC_ERR_FATAL: the image does not end where the event does, or a value that
 * cannot be; the message names table and column.
 */
kc_status kc_rows_next(struct kc_rows *rows, struct kc_value *before, struct kc_value *after,
                       struct kc_error *err);

/* Passes over up to `n` rows without making values; for a restart inside an event. *skipped: how many there were. */
kc_status kc_rows_skip(struct kc_rows *rows, uint32_t n, uint32_t *skipped, struct kc_error *err);

#endif
