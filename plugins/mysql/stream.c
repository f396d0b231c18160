#include "stream.h"

#include <stdlib.h>
#include <string.h>

#include <kconnect/sdk.h>

#include "connection.h"
#include "source.h"
#include "table_change.h"

enum {
    READ_TIMEOUT_MS = 60000,
    SILENT_HEARTBEATS = 20, /* the connection is lost after so many heartbeats did not come */
    SILENT_LEAST_MS = 30000,
};

/* MySQL ends a statement without rows by a rows event of this id, without a table map. */
static const uint64_t dummy_table_id = 0xffffff;

static void set_place(struct kc_stream *st, const char *file, uint64_t pos)
{
    if (strcmp(st->file, file) != 0)
        (void)snprintf(st->file, sizeof(st->file), "%s", file);
    st->pos = pos;
}

/*
 * Nothing of a transaction is open; the next event is where a restart would begin. A stream by GTID begins at the head
 * of a file, which says less than the place that is known until the first transaction comes.
 */
static void take_place(struct kc_source *s)
{
    struct kc_stream *st = &s->stream;
    struct kc_binlog_place place = kc_binlog_place(st->binlog);

    if (place.file[0] == '\0' || (st->pos == place.pos && strcmp(st->file, place.file) == 0))
        return;
    if (!st->any_transaction && kc_binlog_place_compare(place.file, place.pos, st->file, st->pos) < 0)
        return;
    set_place(st, place.file, place.pos);
    s->position_moved = true;
}

static kc_status start_place(struct kc_stream *st, const struct kc_position *p, enum kc_flavor flavor,
                             bool gtid, struct kc_error *err)
{
    kc_status status = KC_OK;

    (void)snprintf(st->file, sizeof(st->file), "%.*s", (int)p->file.len,
                   p->file.ptr != NULL ? p->file.ptr : "");
    st->pos = p->pos;
    st->place_exact = p->file.len > 0;
    st->skip_event = p->event;
    st->skip_row = p->row;
    st->event = p->event;
    st->row = p->row;
    st->time_us = p->ts_sec * 1000000;
    if (!gtid)
        return KC_OK;
    status =
        kc_gtid_set_parse(flavor, p->gtids.ptr != NULL ? p->gtids.ptr : "", p->gtids.len, &st->done, err);
    return status;
}

kc_status kc_stream_open(struct kc_source *s, const struct kc_position *position, struct kc_error *err)
{
    struct kc_stream *st = &s->stream;
    char name[KC_REPLICA_NAME_BYTES];
    struct kc_binlog_start start = {.flavor = s->server.flavor,
                                    .server_id = s->config.server_id,
                                    .heartbeat_ms = s->config.heartbeat_ms,
                                    .name = name};
    kc_status status = start_place(st, position, s->server.flavor, s->server.gtid, err);

    if (status < 0)
        return status;
    st->maps = kc_table_maps_create();
    if (st->maps == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory while opening the stream");
    status = kc_connection_open(&s->config, READ_TIMEOUT_MS, &st->mysql, err);
    if (status < 0)
        return status;
    /*
     * An empty set means "from the first file on", which is not where an empty server's log ends. A fresh place of
     * MariaDB is exact, one of MySQL is not: transactions before it may not be committed yet, and are not in the set.
     */
    if (st->done != NULL && !kc_gtid_set_is_empty(st->done) &&
        !(s->fresh && s->server.flavor == KC_FLAVOR_MARIADB))
        start.gtids = st->done;
    kc_replica_name(s->config.connector, name);
    start.file = st->file;
    start.pos = st->pos;
    st->lost_after_ms = (int64_t)s->config.heartbeat_ms * SILENT_HEARTBEATS;
    if (st->lost_after_ms < SILENT_LEAST_MS)
        st->lost_after_ms = SILENT_LEAST_MS;
    st->heard_ms = kc_source_clock();
    return kc_binlog_open(st->mysql, &start, s->stop_fd, &st->binlog, err);
}

void kc_stream_close(struct kc_stream *st)
{
    kc_binlog_close(st->binlog);
    if (st->mysql != NULL)
        mysql_close(st->mysql);
    kc_table_maps_destroy(st->maps);
    kc_gtid_set_destroy(st->done);
    memset(st, 0, sizeof(*st));
}

/* ---- transactions ---- */

static void begin_transaction(struct kc_source *s, const struct kc_event *event)
{
    struct kc_stream *st = &s->stream;
    struct kc_binlog_place place = kc_binlog_place(st->binlog);

    set_place(st, place.file, event->start);
    st->in_transaction = true;
    st->any_transaction = true;
    st->place_exact = true;
    if (event->header.timestamp_s != 0)
        st->caught_up_us = st->time_us = (int64_t)event->header.timestamp_s * 1000000;
    st->begun = false;
    st->xa = false;
    st->commit_us = 0;
    st->thread = 0;
    st->event = 0;
    st->row = 0;
    memset(&st->gtid, 0, sizeof(st->gtid));
}

/* The rows that a former run delivered of this very transaction are passed over. */
static void begin_skip(struct kc_stream *st)
{
    char text[KC_GTID_TEXT_BYTES] = "";

    if (st->skip_event == 0 && st->skip_row == 0)
        return;
    (void)kc_gtid_print(&st->gtid, text);
    st->skipping = st->skip_gtid[0] == '\0' || strcmp(text, st->skip_gtid) == 0;
}

static kc_status end_transaction(struct kc_source *s, struct kc_error *err)
{
    struct kc_stream *st = &s->stream;

    if (st->done != NULL && st->gtid.number != 0 && kc_gtid_set_add(st->done, &st->gtid) < 0)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for the set of GTIDs");
    st->transactions++;
    st->in_transaction = false;
    st->begun = false;
    st->xa = false;
    st->event = 0;
    st->row = 0;
    if (st->skipping) {
        st->skipping = false;
        st->skip_event = 0;
        st->skip_row = 0;
    }
    s->position_moved = true;
    take_place(s);
    return KC_OK;
}

static kc_status take_gtid(struct kc_source *s, const struct kc_event *event, struct kc_error *err)
{
    struct kc_stream *st = &s->stream;
    struct kc_event_gtid gtid;
    kc_status status = kc_event_gtid_read(event, &gtid, err);

    if (status < 0)
        return status;
    begin_transaction(s, event);
    st->gtid = gtid.gtid;
    /* MariaDB writes no BEGIN: everything but a lone statement is ended by XID or COMMIT. */
    st->begun = event->header.type == KC_EVENT_MARIADB_GTID && !gtid.standalone;
    st->commit_us = (int64_t)(gtid.original_commit_us != 0 ? gtid.original_commit_us : gtid.commit_us);
    if (st->commit_us > 0)
        st->caught_up_us = st->commit_us;
    begin_skip(st);
    return KC_OK;
}

static kc_status take_query(struct kc_source *s, const struct kc_event *event, struct kc_error *err)
{
    struct kc_stream *st = &s->stream;
    struct kc_event_query query;
    kc_status status = kc_event_query_read(event, &query, err);

    if (status < 0)
        return status;
    if (!st->in_transaction) { /* a server that writes no GTID events at all */
        begin_transaction(s, event);
        begin_skip(st);
    }
    st->thread = query.thread_id;
    switch (query.kind) {
    case KC_QUERY_XA_START:
        st->xa = true;
        st->begun = true;
        return KC_OK;
    case KC_QUERY_BEGIN: st->begun = true; return KC_OK;
    case KC_QUERY_XA_END:
    case KC_QUERY_SAVEPOINT: return KC_OK;
    case KC_QUERY_COMMIT:
    case KC_QUERY_ROLLBACK:
    case KC_QUERY_XA_COMMIT:
    case KC_QUERY_XA_ROLLBACK: return end_transaction(s, err);
    case KC_QUERY_OTHER: break;
    }
    status = kc_source_statement(s, &query, err);
    if (status < 0 || st->begun)
        return status;
    return end_transaction(s, err);
}

/* ---- rows ---- */

static kc_status find_table(struct kc_source *s, const struct kc_event *event, struct kc_error *err)
{
    struct kc_table_map *map;
    struct kc_captured *c;
    kc_status status;
    bool fresh;

    status = kc_table_maps_put(s->stream.maps, event, &map, &fresh, err);
    if (status < 0)
        return status;
    c = fresh ? kc_source_find(s, map->database, map->name) : map->user;
    map->user = c;
    return c != NULL && map->binding == NULL ? kc_change_bind(s, c, map, err) : KC_OK;
}

/* What the rows of the open event share, with texts in this batch's arena. */
static kc_status set_facts(struct kc_source *s, struct kc_error *err)
{
    struct kc_stream *st = &s->stream;
    const struct kc_event *event = &st->event_now;
    struct kc_event_facts *f = &st->facts;
    const char *file = kc_binlog_place(st->binlog).file;
    char text[KC_GTID_TEXT_BYTES] = "";
    size_t file_len = strlen(file), gtid_len = st->gtid.number != 0 ? kc_gtid_print(&st->gtid, text) : 0;

    f->table = st->captured->table;
    f->file = (struct kc_str){kc_output_text(&s->output, file, file_len), (uint32_t)file_len, 0};
    f->gtid = (struct kc_str){gtid_len > 0 ? kc_output_text(&s->output, text, gtid_len) : "",
                              (uint32_t)gtid_len, 0};
    if (f->file.ptr == NULL || f->gtid.ptr == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for a batch");
    f->pos = event->start;
    f->event_us = st->commit_us != 0 ? st->commit_us : (int64_t)event->header.timestamp_s * 1000000;
    f->now_ns = s->output.now_ns;
    f->server_id = event->header.server_id;
    f->thread = st->thread;
    f->snapshot = false;
    kc_envelope_facts(&s->envelope, f);
    return KC_OK;
}

/* Rows of an event that a former run has delivered a part of. */
static kc_status pass_rows(struct kc_stream *st, struct kc_error *err)
{
    uint32_t passed = 0;
    kc_status status = kc_rows_skip(&st->rows, (uint32_t)st->skip_row, &passed, err);

    if (status >= 0 && passed != st->skip_row)
        return kc_fail(
            err, KC_ERR_FATAL,
            "the transaction at %s:%llu is not the one that was left: a rows event has %u rows, %llu were "
            "delivered",
            st->file, (unsigned long long)st->pos, passed, (unsigned long long)st->skip_row);
    st->row = passed;
    return status < 0 ? status : KC_OK;
}

static kc_status open_rows(struct kc_source *s, const struct kc_event *event, struct kc_error *err)
{
    struct kc_stream *st = &s->stream;
    struct kc_table_map *map;
    uint64_t id;
    kc_status status = kc_rows_table_id(event, &id, err);
    bool first;

    if (status < 0)
        return status;
    map = kc_table_maps_get(st->maps, id);
    if (map == NULL && id != dummy_table_id)
        return kc_fail(
            err, KC_ERR_FATAL, "a rows event at %s:%llu belongs to table id %llu, which was not announced",
            kc_binlog_place(st->binlog).file, (unsigned long long)event->start, (unsigned long long)id);
    if (map == NULL || map->user == NULL || (st->skipping && st->event < st->skip_event)) {
        st->event++;
        return KC_OK;
    }
    st->captured = map->user;
    if (st->xa)
        return kc_fail(
            err, KC_ERR_CONFIG,
            "an XA transaction changes table %s.%s at %s:%llu, which cannot be followed yet: its fate is "
            "decided later",
            map->database.ptr, map->name.ptr, kc_binlog_place(st->binlog).file,
            (unsigned long long)event->start);
    status = kc_rows_open(&st->rows, event, map, s->output.arena, err);
    if (status < 0)
        return status;
    first = st->skipping && st->event == st->skip_event && st->skip_row > 0;
    st->event_now = *event;
    st->row = 0;
    status = first ? pass_rows(st, err) : KC_OK;
    if (status == KC_OK)
        status = set_facts(s, err);
    if (status < 0)
        return status;
    st->rows_open = true;
    s->output.bytes += event->body_len;
    return KC_OK;
}

kc_status kc_stream_resume(struct kc_source *s, struct kc_error *err)
{
    struct kc_stream *st = &s->stream;
    kc_status status;

    if (!st->rows_open)
        return KC_OK;
    status = kc_rows_resume(&st->rows, s->output.arena, err);
    return status < 0 ? status : set_facts(s, err);
}

static kc_status emit_delete(struct kc_source *s, uint32_t row, const struct kc_value *before,
                             struct kc_error *err)
{
    kc_status status = kc_output_row(&s->output, &s->stream.facts, 'd', row, before, NULL, err);

    if (status >= 0 && s->config.tombstones)
        kc_output_tombstone(&s->output);
    return status;
}

/* One row: one record, or a delete and an insert when the key changes. */
static kc_status emit_row(struct kc_source *s, uint32_t row, const struct kc_value *before,
                          const struct kc_value *after, struct kc_error *err)
{
    struct kc_stream *st = &s->stream;
    struct kc_output *o = &s->output;
    kc_status status = KC_OK;

    if (st->captured->in_snapshot)
        status = kc_snapshot_touch(s, st->captured, before, after, err);
    if (status < 0)
        return status;
    if (before == NULL)
        return kc_output_row(o, &st->facts, 'c', row, NULL, after, err);
    if (after == NULL)
        return emit_delete(s, row, before, err);
    if (!kc_envelope_key_changed(st->facts.table, before, after))
        return kc_output_row(o, &st->facts, 'u', row, before, after, err);
    status = emit_delete(s, row, before, err);
    return status < 0 ? status : kc_output_row(o, &st->facts, 'c', row, NULL, after, err);
}

kc_status kc_stream_rows(struct kc_source *s, struct kc_error *err)
{
    struct kc_stream *st = &s->stream;
    struct kc_output *o = &s->output;
    const uint64_t bytes = (uint64_t)st->captured->table->n_columns * sizeof(struct kc_value);
    bool has_before = st->rows.kind != KC_ROWS_INSERT, has_after = st->rows.kind != KC_ROWS_DELETE;
    uint32_t needed = (has_before && has_after) + 1 + (has_before && s->config.tombstones);
    kc_status status;

    while (kc_output_room(o) >= needed) { /* a changed key is a delete, its tombstone and an insert */
        struct kc_value *before = has_before ? kc_arena_alloc(o->arena, bytes) : NULL;
        struct kc_value *after = has_after ? kc_arena_alloc(o->arena, bytes) : NULL;
        uint32_t row = st->rows.row;

        if ((has_before && before == NULL) || (has_after && after == NULL))
            return kc_fail(err, KC_ERR_NOMEM, "out of memory for a batch");
        status = kc_rows_next(&st->rows, before, after, err);
        if (status == KC_NOTHING) {
            st->rows_open = false;
            st->event++;
            st->row = 0;
            return KC_OK;
        }
        if (status == KC_OK)
            status = emit_row(s, row, before, after, err);
        if (status < 0)
            return status;
        st->row = st->rows.row;
        st->time_us = st->facts.event_us;
        s->position_moved = true;
        if (o->n - o->marked >= KC_OUTPUT_MARK_EVERY) {
            status = kc_source_mark(s, err);
            if (status < 0)
                return status;
        }
    }
    return KC_OK;
}

/* ---- events ---- */

static kc_status take_event(struct kc_source *s, const struct kc_event *event, struct kc_error *err)
{
    struct kc_stream *st = &s->stream;

    st->events++;
    if (kc_event_is_rows(event->header.type))
        return open_rows(s, event, err);
    switch (event->header.type) {
    case KC_EVENT_TABLE_MAP: return find_table(s, event, err);
    case KC_EVENT_GTID:
    case KC_EVENT_ANONYMOUS_GTID:
    case KC_EVENT_GTID_TAGGED:
    case KC_EVENT_MARIADB_GTID: return take_gtid(s, event, err);
    case KC_EVENT_XID:
    case KC_EVENT_XA_PREPARE: return end_transaction(s, err);
    case KC_EVENT_QUERY: return take_query(s, event, err);
    case KC_EVENT_FORMAT_DESCRIPTION:
        /* Table ids count from the beginning again after a restart of the server. */
        if (!st->in_transaction)
            kc_table_maps_clear(st->maps);
        break;
    case KC_EVENT_HEARTBEAT:
    case KC_EVENT_HEARTBEAT_V2: /* the server has sent all it has */
        st->events--;
        kc_output_tick(&s->output);
        st->caught_up_us = s->output.now_ns / 1000;
        break;
    case KC_EVENT_INCIDENT:
        return kc_fail(
            err, KC_ERR_CONFIG,
            "the server reports at %s:%llu that changes may be missing from its binary log; create a "
            "connector of a new name to read the tables again",
            kc_binlog_place(st->binlog).file, (unsigned long long)event->start);
    default: break;
    }
    if (!st->in_transaction)
        take_place(s);
    return KC_OK;
}

/* The clock is read only when nothing came. */
static kc_status check_alive(struct kc_stream *st, struct kc_error *err)
{
    int64_t now_ms = kc_source_clock();

    if (st->heard) {
        st->heard = false;
        st->heard_ms = now_ms;
    }
    if (now_ms - st->heard_ms > st->lost_after_ms)
        return kc_fail(err, KC_ERR_RETRY, "the server has sent no sign of life for %lld ms",
                       (long long)(now_ms - st->heard_ms));
    return KC_NOTHING;
}

kc_status kc_stream_next(struct kc_source *s, int timeout_ms, struct kc_error *err)
{
    struct kc_stream *st = &s->stream;
    const struct kc_event *event = st->again;
    kc_status status = event != NULL ? KC_OK : kc_binlog_next(st->binlog, timeout_ms, &event, err);

    if (status == KC_NOTHING)
        return check_alive(st, err);
    if (status != KC_OK)
        return status;
    st->heard = true;
    status = take_event(s, event, err);
    st->again = status == KC_ERR_RETRY ? event : NULL;
    return status;
}
