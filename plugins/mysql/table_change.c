#include "table_change.h"

#include <stdlib.h>
#include <string.h>

#include <kconnect/sdk.h>

#include "change_scan.h"
#include "connection.h"
#include "table_complete.h"
#include "table_from_map.h"

enum {
    QUERY_TIMEOUT_MS = 120000, /* of waiting for a statement that changes the table right now */
    TOPIC_PARTITIONS = 6,      /* of a table with a key */
};

/* ---- the state ---- */

void kc_change_state_key(const struct kc_table *t, char out[KC_STATE_KEY_BYTES])
{
    (void)snprintf(out, KC_STATE_KEY_BYTES, "table/%s.%s", t->database, t->name);
}

bool kc_change_unsaved(const struct kc_source *s)
{
    for (uint32_t i = 0; i < s->n_tables; i++)
        if (s->tables[i].unsaved)
            return true;
    return s->drafts.unsaved || s->last_change.unsaved;
}

static kc_status store(struct kc_source *s, struct kc_captured *c, struct kc_error *err)
{
    char *json = kc_table_to_json(c->table, c->stale ? KC_TABLE_STALE : KC_TABLE_RIGHT),
         key[KC_STATE_KEY_BYTES];
    kc_status status;

    if (json == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for the definition of %s", c->table->name);
    kc_change_state_key(c->table, key);
    status = kc_host->state_put(s->ctx, kc_str(key), kc_str(json));
    free(json);
    if (status < 0)
        return kc_fail(err, status, "cannot store the definition of table %s", c->table->name);
    c->unsaved = false;
    return KC_OK;
}

kc_status kc_change_store(struct kc_source *s, struct kc_error *err)
{
    kc_status status = KC_OK;

    for (uint32_t i = 0; i < s->n_tables && status == KC_OK; i++)
        if (s->tables[i].unsaved)
            status = store(s, &s->tables[i], err);
    if (status == KC_OK && s->drafts.unsaved)
        status = kc_drafts_store(&s->drafts, s->ctx, err);
    return status == KC_OK && s->last_change.unsaved ? kc_last_change_store(&s->last_change, s->ctx, err)
                                                     : status;
}

/* ---- one definition for another ---- */

static kc_status name_topic(struct kc_source *s, struct kc_table *t, struct kc_error *err)
{
    char name[600];

    (void)snprintf(name, sizeof(name), "%s_%s", s->config.prefix, t->name);
    t->topic = kc_host->topic(s->ctx, kc_str(name), t->n_key > 0 ? TOPIC_PARTITIONS : 1);
    if (t->topic == NULL)
        return kc_fail(
            err, KC_ERR_CONFIG,
            "table %s would get the topic %s, which is no legal name: letters, digits, dot, hyphen and "
            "underscore, at most 249 of them",
            t->name, name);
    return KC_OK;
}

kc_status kc_change_dress(struct kc_source *s, struct kc_table *table, struct kc_error *err)
{
    kc_status status = kc_envelope_table(&s->envelope, s->ctx, table, err);

    return status == KC_OK ? name_topic(s, table, err) : status;
}

void kc_change_free_old(struct kc_source *s)
{
    for (uint32_t i = 0; i < s->n_old; i++)
        kc_table_destroy(s->old[i]);
    free(s->old);
    s->old = NULL;
    s->n_old = 0;
}

/* Records of the batch in hand point at the old definition's schemas and labels. */
static kc_status keep_old(struct kc_source *s, struct kc_table *table, struct kc_error *err)
{
    struct kc_table **grown = realloc(s->old, (s->n_old + 1) * sizeof(struct kc_table *));

    if (grown == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for a table's definition");
    s->old = grown;
    s->old[s->n_old++] = table;
    return KC_OK;
}

static void set_right(struct kc_source *s, struct kc_captured *c)
{
    kc_drafts_forget(&s->drafts, c->table->database, c->table->name);
    c->stale = false;
    c->unsaved = true;
}

/* `table` becomes the definition; on failure it is the caller's still. */
static kc_status adopt(struct kc_source *s, struct kc_captured *c, struct kc_table *table,
                       struct kc_error *err)
{
    struct kc_table *was = c->table;
    char difference[256];
    kc_status status = kc_change_dress(s, table, err);

    if (status == KC_OK)
        status = keep_old(s, was, err);
    if (status < 0)
        return status;
    if (!kc_table_equal(was, table, difference, sizeof(difference)))
        kc_logf(s->ctx, KC_LOG_INFO, "table %s.%s is another one now: %s", table->database, table->name,
                difference);
    kc_table_maps_unbind(s->stream.maps, was);
    c->table = table;
    set_right(s, c);
    kc_snapshot_changed(s, c, was);
    return KC_OK;
}

/* ---- what the server says ---- */

/* What the server has, and up to which place of its log that is true; the metadata lock is held between the two. */
static kc_status read_locked(struct kc_source *s, MYSQL *mysql, const struct kc_table *t,
                             struct kc_table **now, struct kc_server_place *end, struct kc_error *err)
{
    kc_status status = kc_connection_query(mysql, "SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
                                           "read a table's definition", NULL, err);

    if (status == KC_OK)
        status = kc_connection_query(mysql, "START TRANSACTION", "read a table's definition", NULL, err);
    if (status == KC_OK)
        status = kc_table_read(mysql, t->database, t->name, now, err);
    if (status < 0 && err->vendor_code == KC_NO_SUCH_TABLE) {
        err->vendor_code = 0;
        status = KC_NOTHING;
    }
    if (status >= 0 && kc_server_place_read(mysql, &s->server, end, err) < 0) {
        kc_table_destroy(*now);
        *now = NULL;
        status = err->status;
    }
    return status;
}

/*
 * *now: the server's definition, NULL when it has no such table. *right: the log has no statement on the table between
 * the stream's place and there.
 */
static kc_status ask_server(struct kc_source *s, struct kc_captured *c, struct kc_table **now, bool *right,
                            struct kc_error *err)
{
    struct kc_binlog_place place = kc_binlog_place(s->stream.binlog);
    struct kc_server_place end = {0};
    MYSQL *mysql;
    kc_status status;

    *now = NULL;
    *right = false;
    if (place.file[0] == '\0')
        return KC_OK; /* the stream has not even begun */
    /* The usual connection may hold a consistent read. Closing this one ends its transaction. */
    status = kc_connection_open(&s->config, QUERY_TIMEOUT_MS, &mysql, err);
    if (status < 0)
        return status;
    status = read_locked(s, mysql, c->table, now, &end, err);
    mysql_close(mysql);
    if (status >= 0)
        status = kc_change_scan(s, place, &end, err);
    free(end.gtids);
    *right = status >= 0 && !kc_change_after(c, place);
    if (status >= 0)
        return KC_OK;
    kc_table_destroy(*now);
    *now = NULL;
    return status;
}

/* ---- rows are to be read ---- */

/* Binds and adopts; on failure `table` is destroyed. */
static kc_status take(struct kc_source *s, struct kc_captured *c, struct kc_table_map *map,
                      struct kc_table *table, struct kc_error *err)
{
    kc_status status = kc_table_map_bind(map, table, err);

    if (status == KC_OK)
        status = adopt(s, c, table, err);
    if (status == KC_OK)
        return kc_host->topics_ensure(s->ctx, err);
    if (c->table != table) {
        kc_table_maps_unbind(s->stream.maps, table);
        kc_table_destroy(table);
    }
    return status;
}

static kc_status nobody_knows(struct kc_source *s, const struct kc_captured *c, bool right, const char *why,
                              struct kc_error *err)
{
    static const char anew[] =
        "stop the connector, DELETE its offsets and resume it, and it reads its tables anew";
    struct kc_binlog_place place = kc_binlog_place(s->stream.binlog);

    if (right)
        return kc_fail(
            err, KC_ERR_CONFIG,
            "the rows of table %s.%s at %s:%llu do not agree with its definition, and no statement in "
            "the binary log says why (sql_log_bin=0?): %.250s; %s",
            c->table->database, c->table->name, place.file, (unsigned long long)place.pos, why, anew);
    return kc_fail(
        err, KC_ERR_CONFIG,
        "table %s.%s was changed again after the rows at %s:%llu were written, and what it was then "
        "is unknown: %.200s; SET GLOBAL binlog_row_metadata = 'FULL', so that later rows tell it "
        "themselves; then %s",
        c->table->database, c->table->name, place.file, (unsigned long long)place.pos, why, anew);
}

/* What the statements said, completed by the layout, which must agree with it. */
static kc_status take_told(struct kc_source *s, struct kc_captured *c, struct kc_table_map *map,
                           const struct kc_table *told, struct kc_error *err)
{
    struct kc_table *complete;
    kc_status status = kc_table_complete(told, map, &complete, err);

    return status == KC_OK ? take(s, c, map, complete, err) : status;
}

/* For rows that are older than what the server has. `now`, which may be NULL, is that. */
static kc_status find_old(struct kc_source *s, struct kc_captured *c, struct kc_table_map *map,
                          const struct kc_table *now, struct kc_error *err)
{
    const struct kc_table *told = kc_drafts_find(&s->drafts, c->table->database, c->table->name);
    const struct kc_table *known[] = {c->table->n_columns > 0 ? c->table : NULL, now};
    struct kc_table *made = NULL;
    kc_status status = kc_table_from_map(map, told, known, 2, s->output.arena, &made, err);

    if (status == KC_OK)
        status = take(s, c, map, made, err);
    return status == KC_ERR_UNSUPPORTED && told != NULL ? take_told(s, c, map, told, err) : status;
}

static kc_status find_and_bind(struct kc_source *s, struct kc_captured *c, struct kc_table_map *map,
                               struct kc_error *err)
{
    char why[300] = "";
    struct kc_table *now;
    bool right;
    kc_status status;

    kc_snapshot_discard(s, c);
    status = ask_server(s, c, &now, &right, err);
    if (status < 0)
        return status;
    right = right && now != NULL;
    if (right) {
        status = take(s, c, map, now, err);
        if (status != KC_ERR_UNSUPPORTED)
            return status;
        now = NULL;
        (void)snprintf(why, sizeof(why), "%.290s", err->message);
    }
    status = find_old(s, c, map, now, err);
    kc_table_destroy(now);
    if (status != KC_ERR_UNSUPPORTED)
        return status;
    if (!right)
        (void)snprintf(why, sizeof(why), "%.290s", err->message);
    return nobody_knows(s, c, right, why, err);
}

kc_status kc_change_bind(struct kc_source *s, struct kc_captured *c, struct kc_table_map *map,
                         struct kc_error *err)
{
    kc_status status;

    if (!c->stale) {
        status = kc_table_map_bind(map, c->table, err);
        if (status != KC_ERR_UNSUPPORTED)
            return status;
        kc_logf(s->ctx, KC_LOG_WARN, "%.400s; looking for the definition of that time", err->message);
    }
    return find_and_bind(s, c, map, err);
}

kc_status kc_change_settle(struct kc_source *s, struct kc_captured *c, bool *gone, struct kc_error *err)
{
    struct kc_table *now;
    bool right;
    kc_status status = ask_server(s, c, &now, &right, err);

    *gone = status == KC_OK && right && now == NULL;
    if (status < 0 || *gone)
        return status;
    if (!right) {
        kc_table_destroy(now);
        return KC_NOTHING;
    }
    status = adopt(s, c, now, err);
    if (status == KC_OK)
        return kc_host->topics_ensure(s->ctx, err);
    if (c->table != now)
        kc_table_destroy(now);
    return status;
}
