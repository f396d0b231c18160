#include "open.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <kconnect/sdk.h>

#include "change_scan.h"
#include "connection.h"
#include "table_change.h"
#include "table_reader.h"

/* What the stored offset says, copied, because the host lends it for a moment only. */
struct stored {
    bool found;
    struct kc_position position;
    struct kc_str gtid;
    struct kc_str tables; /* ptr NULL: the snapshot is complete */
    struct kc_str key;
    char *texts[6];
    uint32_t n_texts;
};

static kc_status keep(struct stored *st, struct kc_str *text, struct kc_error *err)
{
    char *p;

    if (text->ptr == NULL)
        return KC_OK;
    p = strndup(text->ptr, text->len);
    if (p == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory while reading the stored position");
    st->texts[st->n_texts++] = p;
    text->ptr = p;
    return KC_OK;
}

static struct kc_str text_in(const struct kc_map *map, const char *key)
{
    const struct kc_value *v = kc_map_get(map, key);

    return v != NULL && v->type == KC_STRING ? (struct kc_str){v->as.str, v->len, 0}
                                             : (struct kc_str){NULL, 0, 0};
}

static kc_status read_stored(struct kc_source *s, struct stored *st, struct kc_error *err)
{
    struct kc_str *texts[] = {
        &st->position.server_uuid, &st->position.file, &st->position.gtids, &st->gtid, &st->tables, &st->key};
    struct kc_kv server = {kc_str("server"), kc_string(s->config.prefix, (uint32_t)strlen(s->config.prefix))};
    struct kc_map partition = {&server, 1, 0}, offset = {0};
    kc_status status = kc_host->offset_get(s->ctx, &partition, &offset);
    struct kc_error why = {.struct_size = sizeof(why)};

    if (status != KC_OK || offset.len == 0)
        return status < 0 ? kc_fail(err, status, "cannot read the stored position") : KC_OK;
    status = kc_position_from_map(&offset, &st->position, &why);
    if (status < 0)
        (void)kc_fail(
            err, status,
            "the stored offset cannot be used: %s; mend it with PATCH on the connector's offsets, or "
            "delete them for a new snapshot",
            why.message);
    st->gtid = text_in(&offset, "gtid");
    st->tables = text_in(&offset, "snapshot_tables");
    st->key = text_in(&offset, "snapshot_key");
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && status == KC_OK; i++)
        status = keep(st, texts[i], err);
    st->found = status == KC_OK;
    return status;
}

static void free_stored(struct stored *st)
{
    for (uint32_t i = 0; i < st->n_texts; i++)
        free(st->texts[i]);
}

/* ---- the place to begin ---- */

/* A fresh start: the end of the binary log, found before the tables are looked at. */
static kc_status begin_at_end(struct kc_source *s, MYSQL *mysql, struct stored *st,
                              struct kc_server_place *end, struct kc_error *err)
{
    kc_status status;

    if (s->server.flavor == KC_FLAVOR_MARIADB) {
        status = kc_server_snapshot_begin(mysql, true, end, err);
        if (status == KC_OK)
            status = kc_connection_query(mysql, "COMMIT", "end a consistent read", NULL, err);
    } else {
        status = kc_server_place_read(mysql, &s->server, end, err);
    }
    if (status < 0)
        return status;
    st->position.file = kc_str(end->file);
    st->position.pos = end->pos;
    st->position.ts_sec = time(NULL);
    if (end->gtids != NULL)
        st->position.gtids = kc_str(end->gtids);
    /*
     * A transaction of MySQL is in the log before it is in gtid_executed: the stream will begin before the place just
     * read. It cannot begin before the file, since a file is closed only when all of its transactions are committed.
     */
    if (s->server.flavor == KC_FLAVOR_MYSQL && end->gtids != NULL && end->gtids[0] != '\0')
        st->position.pos = 4;
    return KC_OK;
}

/* A stored position: of this server, or of one that GTIDs connect with it. */
static kc_status begin_at_stored(struct kc_source *s, struct stored *st, struct kc_error *err)
{
    struct kc_position *p = &st->position;
    bool same =
        p->server_uuid.len == 0 || (p->server_uuid.len == strlen(s->server.identity) &&
                                    memcmp(p->server_uuid.ptr, s->server.identity, p->server_uuid.len) == 0);

    if (p->gtids.ptr == NULL)
        s->server.gtid = false; /* the position has no set to add to */
    if (same)
        return KC_OK;
    if (!s->server.gtid || p->gtids.len == 0)
        return kc_fail(err, KC_ERR_CONFIG,
                       "the stored position belongs to another server (%.*s, not %s) and has no GTIDs to go "
                       "on with here; "
                       "set database.hostname back, or create a connector of a new name",
                       (int)p->server_uuid.len, p->server_uuid.ptr, s->server.identity);
    kc_logf(s->ctx, KC_LOG_WARN, "the server is %s now, it was %.*s; going on by GTID", s->server.identity,
            (int)p->server_uuid.len, p->server_uuid.ptr);
    if (p->event > 0 || p->row > 0)
        kc_logf(
            s->ctx, KC_LOG_WARN,
            "the last transaction was delivered in part; another server may log it in other pieces, so it is "
            "delivered again from its beginning");
    p->event = 0;
    p->row = 0;
    p->file = kc_str(""); /* of the other server's log */
    p->pos = 0;
    return KC_OK;
}

/* ---- tables ---- */

/* KC_NOTHING: none is stored. */
static kc_status stored_definition(struct kc_source *s, const struct kc_table_name *name,
                                   struct kc_table **table, enum kc_table_trust *trust, struct kc_error *err)
{
    struct kc_table names = {.database = name->database, .name = name->name};
    struct kc_str json = {0};
    char key[KC_STATE_KEY_BYTES];
    kc_status status;

    kc_change_state_key(&names, key);
    status = kc_host->state_get(s->ctx, kc_str(key), &json);
    if (status < 0)
        return kc_fail(err, status, "cannot read the stored definition of table %s", name->name);
    if (status != KC_OK || json.len == 0)
        return KC_NOTHING;
    return kc_table_from_json(json.ptr, json.len, table, trust, err);
}

/* The server's definition; NULL when it has no such table and `may_miss`. */
static kc_status server_definition(MYSQL *mysql, const struct kc_table_name *name, bool may_miss,
                                   struct kc_table **table, struct kc_error *err)
{
    kc_status status = kc_table_read(mysql, name->database, name->name, table, err);

    if (status < 0 && may_miss && err->vendor_code == KC_NO_SUCH_TABLE) {
        err->vendor_code = 0;
        return KC_OK;
    }
    return status;
}

/*
 * Events older than a change of the table need the definition of their time: a stored one has priority, and where the
 * server's differs, the stream is about to meet the statement that changed it. A table that is new in the configuration
 * of an old connector may have older events than the server's definition.
 */
static kc_status choose_definition(struct kc_source *s, MYSQL *mysql, const struct kc_table_name *name,
                                   struct kc_captured *c, bool found, bool *known, struct kc_error *err)
{
    struct kc_table *was = NULL, *now = NULL;
    enum kc_table_trust trust = KC_TABLE_RIGHT;
    char difference[256];
    kc_status status = found ? stored_definition(s, name, &was, &trust, err) : KC_NOTHING;

    if (trust == KC_TABLE_TOLD) /* of an older version of this plugin */
        trust = KC_TABLE_STALE;

    if (status >= 0)
        status = server_definition(mysql, name, found, &now, err);
    if (status < 0) {
        kc_table_destroy(was);
        return status;
    }
    *known = was != NULL;
    c->stale = trust != KC_TABLE_RIGHT || s->set_back;
    c->unsaved = s->set_back;
    c->table = was != NULL ? was : now != NULL ? now : kc_table_create(name->database, name->name, 0);
    if (c->table == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for the definition of %s", name->name);
    s->n_tables++;
    if (now == NULL)
        kc_logf(s->ctx, KC_LOG_WARN,
                "table %s.%s does not exist, or is hidden from the user; it is followed once it "
                "is created",
                name->database, name->name);
    if (was == NULL) {
        c->stale = found;
        c->unsaved = true;
        return KC_OK;
    }
    if (now != NULL && !c->stale && !kc_table_equal(was, now, difference, sizeof(difference))) {
        kc_logf(s->ctx, KC_LOG_INFO, "table %s.%s was changed while the connector did not run: %s",
                was->database, was->name, difference);
        c->pending_change = strdup(difference);
        if (c->pending_change == NULL)
            status = kc_fail(err, KC_ERR_NOMEM, "out of memory for the definition of %s", name->name);
    }
    kc_table_destroy(now);
    return status < 0 ? status : KC_OK;
}

/* What a former run knew from statements, or, at a fresh start, what the server says of tables to come. */
static kc_status open_drafts(struct kc_source *s, MYSQL *mysql, const struct stored *st, struct kc_error *err)
{
    char charset[KC_CHARSET_NAME_BYTES];
    const char *gtid = st->gtid.ptr != NULL ? st->gtid.ptr : "";
    kc_status status = kc_names_read(mysql, s->config.tables[0].database, &s->drafts.any_case, charset, err);

    if (status == KC_OK && st->found) {
        status = kc_last_change_load(&s->last_change, s->ctx, err);
        s->set_back = status == KC_OK &&
                      kc_last_change_is_behind(&s->last_change, s->server.flavor, &st->position, gtid);
    }
    if (status < 0)
        return status;
    if (st->found && !s->set_back)
        return kc_drafts_load(&s->drafts, s->ctx, err);
    if (s->set_back)
        kc_logf(
            s->ctx, KC_LOG_WARN,
            "the stored position was set back to before the last change of a table; the definitions that are "
            "stored are of a later time, and are looked for anew");
    kc_drafts_discard(&s->drafts, s->ctx);
    kc_drafts_set_charset(&s->drafts, st->found ? "" : charset);
    if (!st->found) {
        (void)snprintf(s->last_change.server, sizeof(s->last_change.server), "%s", s->server.identity);
        (void)snprintf(s->last_change.file, sizeof(s->last_change.file), "%.*s", (int)st->position.file.len,
                       st->position.file.ptr);
        s->last_change.pos = st->position.pos;
        s->last_change.unsaved = true;
    }
    return KC_OK;
}

static kc_status open_tables(struct kc_source *s, MYSQL *mysql, const struct stored *st, bool *known,
                             struct kc_error *err)
{
    kc_status status = KC_OK;

    s->tables = calloc(s->config.n_tables, sizeof(*s->tables));
    if (s->tables == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for the tables");
    for (uint32_t i = 0; i < s->config.n_tables && status == KC_OK; i++) {
        struct kc_captured *c = &s->tables[i];

        c->index = i;
        status = choose_definition(s, mysql, &s->config.tables[i], c, st->found, &known[i], err);
        if (status == KC_OK)
            kc_drafts_set_captured(&s->drafts, c->table->database, c->table->name);
        if (status == KC_OK && c->table->n_columns > 0)
            status = kc_change_dress(s, c->table, err);
    }
    return status == KC_OK ? kc_host->topics_ensure(s->ctx, err) : status;
}

/*
 * Where the log ends now that the definitions are read: what differs by then, a statement before it has done. At a fresh
 * start a statement between the place to begin and here makes a definition too new for the first rows.
 */
static kc_status close_opening(struct kc_source *s, struct kc_error *err)
{
    struct kc_binlog_place from = {s->end_at_open.file, s->end_at_open.pos};
    struct kc_server_place end = {0};
    MYSQL *mysql;
    kc_status status = kc_source_query(s, &mysql, err);

    if (status == KC_OK)
        status = kc_server_place_read(mysql, &s->server, &end, err);
    if (status == KC_OK && s->fresh)
        status = kc_change_scan(s, from, &end, err);
    for (uint32_t i = 0; i < s->n_tables && status == KC_OK && s->fresh; i++)
        s->tables[i].stale = kc_change_after(&s->tables[i], from);
    if (status < 0) {
        free(end.gtids);
        return status;
    }
    free(s->end_at_open.gtids);
    s->end_at_open = end;
    return KC_OK;
}

/* ---- what is left of the snapshot ---- */

/* Takes one name off the list of the position and undoes its escapes. */
static bool next_name(struct kc_str *list, char *out, size_t size)
{
    size_t n = 0, i = 0;

    if (list->len == 0)
        return false;
    for (; i < list->len && list->ptr[i] != ','; i++) {
        char c = list->ptr[i];

        if (c == '%' && i + 2 < list->len) {
            c = list->ptr[i + 2] == 'C' ? ',' : '%'; /* %2C and %25 are all that is written */
            i += 2;
        }
        if (n + 1 < size)
            out[n++] = c;
    }
    out[n] = '\0';
    i += i < list->len; /* the comma */
    list->ptr += i;
    list->len -= (uint32_t)i;
    return true;
}

/* Unfinished tables in their order, then the ones that were added to the configuration. */
static kc_status open_snapshot(struct kc_source *s, const struct stored *st, const bool *known,
                               struct kc_error *err)
{
    struct kc_captured **queue = calloc(s->n_tables, sizeof(*queue));
    struct kc_str list = st->tables, key = {NULL, 0, 0};
    char name[600];
    uint32_t n = 0;
    kc_status status;
    bool first = true;

    if (queue == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for the tables");
    while (st->found && next_name(&list, name, sizeof(name))) {
        struct kc_captured *c = kc_source_find(s, kc_str(s->tables[0].table->database), kc_str(name));

        if (c != NULL && n < s->n_tables) {
            if (first)
                key = st->key;
            queue[n++] = c;
            c->in_snapshot = true;
        }
        first = false;
    }
    for (uint32_t i = 0; i < s->n_tables && s->config.snapshot_mode == KC_SNAPSHOT_INITIAL; i++)
        if (!known[i] && !s->tables[i].in_snapshot && s->tables[i].table->n_columns > 0 && n < s->n_tables)
            queue[n++] = &s->tables[i];
    status = kc_snapshot_open(s, queue, n, key, err);
    free(queue);
    return status;
}

/* ---- all of it ---- */

static kc_status find_place(struct kc_source *s, MYSQL *mysql, struct stored *st, struct kc_error *err)
{
    kc_status status = read_stored(s, st, err);

    if (status < 0)
        return status;
    s->fresh = !st->found;
    status = st->found ? begin_at_stored(s, st, err) : begin_at_end(s, mysql, st, &s->end_at_open, err);
    if (status == KC_OK && !st->found)
        kc_logf(s->ctx, KC_LOG_INFO, "no position is stored; beginning at %.255s:%llu", s->end_at_open.file,
                (unsigned long long)s->end_at_open.pos);
    if (status == KC_OK && st->found)
        kc_logf(s->ctx, KC_LOG_INFO,
                "going on at %.*s:%llu, %llu rows events and %llu rows into the transaction",
                (int)st->position.file.len, st->position.file.ptr, (unsigned long long)st->position.pos,
                (unsigned long long)st->position.event, (unsigned long long)st->position.row);
    kc_output_init(&s->output, s->config.prefix, st->position.sequence);
    return status;
}

static kc_status choose_zone(struct kc_source *s)
{
    const char *zone = s->config.zone[0] != '\0' ? s->config.zone : s->server.zone;

    (void)snprintf(s->zone, sizeof(s->zone), "%s", zone);
    if (s->config.zone[0] == '\0' && s->server.zone_measured)
        kc_logf(
            s->ctx, KC_LOG_WARN,
            "the server's time zone has no clear name; taking its offset of today, %s, for all dates; set "
            "database.connectionTimeZone if it has daylight saving time",
            s->zone);
    return KC_OK;
}

static kc_status open_all(struct kc_source *s, struct stored *st, struct kc_error *err)
{
    bool *known = calloc(s->config.n_tables, sizeof(*known));
    MYSQL *mysql;
    kc_status status = known != NULL ? kc_source_query(s, &mysql, err)
                                     : kc_fail(err, KC_ERR_NOMEM, "out of memory for the tables");

    if (status == KC_OK)
        status = kc_server_read(mysql, &s->server, err);
    if (status == KC_OK)
        status = kc_server_check_binlog(&s->server, err);
    if (status == KC_OK)
        status = choose_zone(s);
    if (status == KC_OK)
        status = find_place(s, mysql, st, err);
    if (status == KC_OK)
        status = kc_envelope_init(&s->envelope, s->ctx, s->server.flavor, s->config.prefix, s->zone, err);
    s->envelope.zero_date = (uint8_t)s->config.zero_date;
    if (status == KC_OK)
        status = open_drafts(s, mysql, st, err);
    if (status == KC_OK)
        status = open_tables(s, mysql, st, known, err);
    if (status == KC_OK)
        status = open_snapshot(s, st, known, err);
    if (status == KC_OK)
        status = kc_stream_open(s, &st->position, err);
    if (status == KC_OK) /* nobody borrows from the first end of the log any more */
        status = close_opening(s, err);
    if (status == KC_OK && st->gtid.ptr != NULL)
        (void)snprintf(s->stream.skip_gtid, sizeof(s->stream.skip_gtid), "%.*s", (int)st->gtid.len,
                       st->gtid.ptr);
    if (status == KC_OK && s->snapshot.phase == KC_SNAPSHOT_DONE)
        kc_source_query_drop(s);
    free(known);
    return status;
}

kc_status kc_source_open(struct kc_ctx *ctx, const struct kc_map *config, struct kc_source **out,
                         struct kc_error *err)
{
    struct kc_source *s = calloc(1, sizeof(*s));
    struct stored st = {0};
    kc_status status;

    if (s == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for a task");
    s->ctx = ctx;
    s->stop_fd = kc_host->stop_fd(ctx);
    /* Without a stored position the first thing to do is to store one: a crash must not move the beginning. */
    s->position_moved = true;
    s->marked_ms = INT64_MIN / 2;
    status = kc_mysql_config_read(config, &s->config, err);
    if (status == KC_OK)
        status = open_all(s, &st, err);
    if (status == KC_OK)
        kc_figures_open(s);
    free_stored(&st);
    if (status < 0) {
        kc_source_close(s);
        return status;
    }
    *out = s;
    return KC_OK;
}

void kc_source_close(struct kc_source *s)
{
    if (s == NULL)
        return;
    kc_snapshot_close(s);
    kc_stream_close(&s->stream);
    kc_source_query_drop(s);
    kc_output_finish(&s->output);
    for (uint32_t i = 0; i < s->n_tables; i++) {
        kc_table_destroy(s->tables[i].table);
        free(s->tables[i].pending_change);
    }
    free(s->tables);
    kc_drafts_finish(&s->drafts);
    kc_change_free_old(s);
    kc_envelope_finish(&s->envelope);
    free(s->end_at_open.gtids);
    kc_mysql_config_finish(&s->config);
    free(s);
}
