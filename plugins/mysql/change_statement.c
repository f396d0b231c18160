/* The half of table_change.h about statements: which tables they make stale, and what they make of them (drafts.h). */
#include <stdlib.h>
#include <string.h>

#include <kconnect/sdk.h>

#include "statement.h"
#include "table_change.h"

/* ---- what kc_ddl_apply() finds and puts ---- */

static const char *database_of(const struct kc_source *s)
{
    return s->tables[0].table->database;
}

static struct kc_captured *captured(struct kc_source *s, const char *database, const char *name)
{
    for (uint32_t i = 0; i < s->n_tables; i++) {
        struct kc_captured *c = &s->tables[i];

        if (kc_drafts_same_name(&s->drafts, c->table->name, name) &&
            kc_drafts_same_name(&s->drafts, c->table->database, database))
            return c;
    }
    return NULL;
}

static const struct kc_table *find(void *who, const char *database, const char *name)
{
    struct kc_source *s = who;
    const struct kc_captured *c = captured(s, database, name);

    return c != NULL && !c->stale ? c->table : kc_drafts_find(&s->drafts, database, name);
}

static void set_stale(struct kc_source *s, struct kc_captured *c)
{
    if (!c->stale)
        kc_logf(s->ctx, KC_LOG_INFO, "the statement at %.255s:%llu may change table %s.%s", s->stream.file,
                (unsigned long long)s->stream.pos, c->table->database, c->table->name);
    kc_snapshot_discard(s, c);
    kc_table_maps_unbind(s->stream.maps, c->table);
    free(c->pending_change);
    c->pending_change = NULL;
    c->unsaved = c->unsaved || !c->stale;
    c->stale = true;
}

static kc_status put(void *who, const char *database, const char *name, struct kc_table *is,
                     struct kc_error *err)
{
    struct kc_source *s = who;
    struct kc_captured *c = captured(s, database, name);
    kc_status status = KC_OK;

    if (c != NULL)
        set_stale(s, c);
    if (is == NULL) {
        kc_drafts_forget(&s->drafts, database, name);
    } else if (c == NULL && !kc_drafts_same_name(&s->drafts, database, database_of(s))) {
        kc_table_destroy(is);
    } else {
        if (c != NULL)
            status = kc_table_rename(is, c->table->database, c->table->name, err);
        if (status == KC_OK)
            kc_drafts_put(&s->drafts, is, c != NULL);
        else
            kc_table_destroy(is);
    }
    return status;
}

static const char *charset(void *who, const char *database)
{
    const struct kc_source *s = who;

    return kc_drafts_same_name(&s->drafts, database, database_of(s)) ? s->drafts.charset : "";
}

/* ---- statements on tables ---- */

/* The table is named, and what is said of it is not understood. */
static void forget_named(struct kc_source *s, const struct kc_event_query *query)
{
    for (uint32_t i = 0; i < KC_DRAFTS; i++) {
        const struct kc_table *t = s->drafts.slots[i].table;

        if (t != NULL && kc_statement_names(query->sql, query->database, t->database, t->name))
            kc_drafts_forget(&s->drafts, t->database, t->name);
    }
}

/* A table that is named may have changed in a way that the reader passes over: it is looked at before it is trusted. */
static kc_status distrust_named(struct kc_source *s, const struct kc_event_query *query, bool understood,
                                bool *any, struct kc_error *err)
{
    for (uint32_t i = 0; i < s->n_tables; i++) {
        struct kc_captured *c = &s->tables[i];
        struct kc_table *same = NULL;

        if (!kc_statement_names(query->sql, query->database, c->table->database, c->table->name))
            continue;
        *any = true;
        if (c->stale)
            continue;
        if (understood && c->table->n_columns > 0) {
            same = kc_table_copy(c->table, c->table->database, c->table->name);
            if (same == NULL)
                return kc_fail(err, KC_ERR_NOMEM, "out of memory for a table's definition");
        }
        set_stale(s, c);
        if (same != NULL)
            kc_drafts_put(&s->drafts, same, true);
    }
    return KC_OK;
}

static void note_place(struct kc_source *s)
{
    struct kc_last_change *l = &s->last_change;

    (void)snprintf(l->server, sizeof(l->server), "%s", s->server.identity);
    l->gtid[0] = '\0';
    if (s->stream.gtid.number != 0)
        (void)kc_gtid_print(&s->stream.gtid, l->gtid);
    (void)snprintf(l->file, sizeof(l->file), "%s", s->stream.file);
    l->pos = s->stream.pos + 1; /* the transaction's first byte is before it */
    l->unsaved = true;
}

static kc_status change_tables(struct kc_source *s, const struct kc_event_query *query, struct kc_error *err)
{
    struct kc_ddl_tables tables = {.who = s, .find = find, .put = put, .charset = charset};
    struct kc_error why = {.struct_size = sizeof(why)};
    bool any = false;
    kc_status status = kc_ddl_apply(s->server.flavor, query->sql, query->database, &tables, &why),
              told = status;

    if (status == KC_ERR_UNSUPPORTED) {
        forget_named(s, query);
        status = KC_OK;
    }
    if (status < 0)
        return kc_fail(err, status, "%s", why.message);
    status = distrust_named(s, query, told == KC_OK, &any, err);
    if (any && told == KC_ERR_UNSUPPORTED)
        kc_logf(s->ctx, KC_LOG_INFO, "the statement at %.150s:%llu: %.200s; the server will be asked",
                s->stream.file, (unsigned long long)s->stream.pos, why.message);
    if (any || s->drafts.unsaved)
        note_place(s);
    return status;
}

/* ---- statements on databases ---- */

static kc_status change_database(struct kc_source *s, const struct kc_event_query *query,
                                 struct kc_error *err)
{
    char name[KC_CHARSET_NAME_BYTES];
    enum kc_ddl_database what = kc_ddl_read_database(query->sql, query->database, database_of(s), name);

    if (what == KC_DDL_DATABASE_KEPT)
        return KC_OK;
    kc_drafts_set_charset(&s->drafts, name);
    note_place(s);
    if (what == KC_DDL_DATABASE_ALTERED)
        return KC_OK;
    kc_drafts_discard(&s->drafts, s->ctx);
    for (uint32_t i = 0; i < s->n_tables; i++) {
        const struct kc_table *t = s->tables[i].table;
        struct kc_table *none = kc_table_create(t->database, t->name, 0);

        if (none == NULL)
            return kc_fail(err, KC_ERR_NOMEM, "out of memory for a table's definition");
        set_stale(s, &s->tables[i]);
        kc_drafts_put(&s->drafts, none, true);
    }
    return KC_OK;
}

/* ---- all of them ---- */

static kc_status rows_as_text(const struct kc_table *t, struct kc_error *err)
{
    return kc_fail(
        err, KC_ERR_CONFIG,
        "table %s.%s was changed by a statement that the binary log holds as text, so its rows are "
        "unknown: a session had binlog_format=%s; SET GLOBAL binlog_format = 'ROW'; then stop the "
        "connector, DELETE its offsets and resume it, and it reads its tables anew",
        t->database, t->name, "STATEMENT or MIXED");
}

kc_status kc_source_statement(struct kc_source *s, const struct kc_event_query *query, struct kc_error *err)
{
    enum kc_statement_kind kind = kc_statement_kind(query->sql);

    /* In a transaction delivered in part it stands before the rows, and the definition in the state is that behind it. */
    if (kind == KC_STATEMENT_OTHER || s->stream.skipping)
        return KC_OK;
    if (kind == KC_STATEMENT_TABLES)
        return change_tables(s, query, err);
    if (kind == KC_STATEMENT_DATABASE)
        return change_database(s, query, err);
    for (uint32_t i = 0; i < s->n_tables; i++) {
        const struct kc_table *t = s->tables[i].table;

        if (!kc_statement_names(query->sql, query->database, t->database, t->name))
            continue;
        if (kind == KC_STATEMENT_ROWS)
            return rows_as_text(t, err);
        kc_logf(s->ctx, KC_LOG_WARN, "table %s.%s was truncated; its rows vanish without delete records",
                t->database, t->name);
    }
    return KC_OK;
}
