/*
 * table_change.h - keeps the definitions of the captured tables those of the stream's place.
 *
 * A statement that may change a table only makes its definition stale; what the table is now is found out when its
 * rows are to be read next, so any number of changes without rows between them costs one look:
 *   1. the server's own definition, read while nobody can change the table, together with the end of the log: right if
 *      the log has no further statement on the table up to there (change_scan.h) and the layout of the rows agrees;
 *   2. else the TABLE_MAP event itself, if it has names (table_from_map.h);
 *   3. else what the statements themselves say, if all of them were understood (drafts.h) and the layout agrees;
 *   4. else nobody can know: KC_ERR_CONFIG, never a guess.
 * The state keeps each definition, or that it is stale, together with the position that it belongs to; an offset that
 * was set back to before the last statement makes all of them stale (last_change.h).
 */
#ifndef KC_MYSQL_TABLE_CHANGE_H
#define KC_MYSQL_TABLE_CHANGE_H

#include "event_transaction.h"
#include "source.h"

/*
 * A statement of the stream (change_statement.c): makes the definitions of the tables that it touches stale. A change of rows that was logged
 * as a statement is KC_ERR_CONFIG.
 */
kc_status kc_source_statement(struct kc_source *s, const struct kc_event_query *query, struct kc_error *err);

/*
 * Binds the layout of rows to the table's definition, which is found first when it is stale or does not agree. May be
 * called again after any failure. KC_ERR_RETRY, KC_ERR_STOPPED, KC_ERR_CONFIG with what to do.
 */
kc_status kc_change_bind(struct kc_source *s, struct kc_captured *c, struct kc_table_map *map,
                         struct kc_error *err);

/*
 * Finds a stale definition for reading the table's rows by SELECT, between two transactions. KC_NOTHING: the stream has
 * to go on first. *gone: the table does not exist (KC_OK).
 */
kc_status kc_change_settle(struct kc_source *s, struct kc_captured *c, bool *gone, struct kc_error *err);

/* Gives the table its schemas and its topic. */
kc_status kc_change_dress(struct kc_source *s, struct kc_table *table, struct kc_error *err);

/* Frees the definitions that records of the last batch pointed at. */
void kc_change_free_old(struct kc_source *s);

/* True when kc_change_store() has something to store: the batch must end with a resume point. */
bool kc_change_unsaved(const struct kc_source *s);

/* Puts changed definitions into the state, which is committed together with the batch's last resume point. */
kc_status kc_change_store(struct kc_source *s, struct kc_error *err);

/* The key of a table in the state. */
enum { KC_STATE_KEY_BYTES = 600 };
void kc_change_state_key(const struct kc_table *table, char out[KC_STATE_KEY_BYTES]);

#endif
