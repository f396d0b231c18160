/*
 * drafts.h - what the statements of the binary log make of tables, while nothing surer is known of them.
 *
 * Of two kinds of tables of the captured database: captured ones whose definition is stale, and others that may take the name of a
 * captured one later. That is how tables are changed in production: CREATE TABLE _t_new LIKE t; ALTER TABLE _t_new ...;
 * hours later RENAME TABLE t TO _t_old, _t_new TO t.
 * Kept in the connector's state under draft/<slot>, so that a restart between two of these statements loses nothing.
 * Bounded: of other tables the KC_DRAFT_OTHERS named last are kept. Task thread only.
 */
#ifndef KC_MYSQL_DRAFTS_H
#define KC_MYSQL_DRAFTS_H

#include "ddl_reader.h"

#include <kconnect/host.h>

enum { KC_DRAFTS = 320, KC_DRAFT_OTHERS = 64 };

struct kc_draft {
    struct kc_table
        *table; /* by kc_table_prepare(); without columns: it does not exist; NULL: the slot is free */
    bool captured;
    bool unsaved;
    uint64_t named; /* when, as the clock goes */
};

struct kc_drafts {
    struct kc_draft slots[KC_DRAFTS];
    uint64_t clock;
    bool any_case; /* the server's names are the same in any case (lower_case_table_names) */
    bool unsaved;  /* any slot, or the character set */
    char charset[KC_CHARSET_NAME_BYTES]; /* of the captured database's new tables; "": unknown */
};

/* NULL: nothing is known of the table. */
const struct kc_table *kc_drafts_find(const struct kc_drafts *d, const char *database, const char *name);

/* Takes the table over, in the place of an older one of its name. Without room nothing is known of it from here on. */
void kc_drafts_put(struct kc_drafts *d, struct kc_table *table, bool captured);

/* The table, if it is there, is a captured one. */
void kc_drafts_set_captured(struct kc_drafts *d, const char *database, const char *name);

void kc_drafts_forget(struct kc_drafts *d, const char *database, const char *name);
void kc_drafts_set_charset(struct kc_drafts *d, const char *charset);

/* True when both are the name of one table. */
bool kc_drafts_same_name(const struct kc_drafts *d, const char *a, const char *b);

/* Reads what a former run kept. KC_ERR_CONFIG: it cannot be read. KC_ERR_NOMEM. */
kc_status kc_drafts_load(struct kc_drafts *d, struct kc_ctx *ctx, struct kc_error *err);

/* Forgets every table, and has what a former run kept removed from the state by the next kc_drafts_store(). */
void kc_drafts_discard(struct kc_drafts *d, struct kc_ctx *ctx);

/* Puts what is unsaved into the state. */
kc_status kc_drafts_store(struct kc_drafts *d, struct kc_ctx *ctx, struct kc_error *err);

/* Frees the tables. */
void kc_drafts_finish(struct kc_drafts *d);

#endif
