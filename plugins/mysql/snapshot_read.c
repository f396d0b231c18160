#include "snapshot_read.h"

#include <stdlib.h>
#include <string.h>

#include <kconnect/sdk.h>

#include "connection.h"
#include "table_reader.h"

enum {
    AGAIN_MS = 20,          /* the engine is behind the binary log: look again */
    CHANGED_AGAIN_MS = 500, /* the table was changed under the SELECT: the stream will come to it */
    CHANGED_ATTEMPTS = 60,
    FIRST_ROWS = 1000, /* of the first chunk, when the width of a row is not known */
};

static void later(struct kc_source *s, int64_t ms)
{
    s->snapshot.not_before_ms = kc_source_clock() + ms;
}

static void forget_high(struct kc_snapshot *sn)
{
    free(sn->high.gtids);
    memset(&sn->high, 0, sizeof(sn->high));
    kc_gtid_set_destroy(sn->high_gtids);
    sn->high_gtids = NULL;
}

void kc_snapshot_forget_ahead(struct kc_source *s)
{
    struct kc_select *ahead = &s->snapshot.ahead;

    free(ahead->place.gtids);
    kc_gtid_set_destroy(ahead->gtids);
    memset(ahead, 0, sizeof(*ahead));
}

bool kc_snapshot_high_passed(const struct kc_source *s)
{
    const struct kc_snapshot *sn = &s->snapshot;

    /* MariaDB: the place is exact, so its GTIDs say the same, also when the stream does not know its own place yet. */
    if (sn->high_gtids != NULL && kc_gtid_set_includes(s->stream.done, sn->high_gtids))
        return true;
    return kc_binlog_place_compare(s->stream.file, s->stream.pos, sn->high.file, sn->high.pos) >= 0;
}

/* ---- MySQL with GTIDs ---- */

/* KC_NOTHING: the engine has not committed all that the stream has delivered. */
static kc_status wait_for_engine(struct kc_source *s, MYSQL *mysql, struct kc_error *err)
{
    struct kc_snapshot *sn = &s->snapshot;
    char *set = kc_gtid_set_text(s->stream.done), *sql = NULL;
    kc_status status = KC_OK;
    MYSQL_RES *res;
    MYSQL_ROW row;

    if (set == NULL || asprintf(&sql, "SELECT WAIT_FOR_EXECUTED_GTID_SET('%s', 1)", set) < 0) {
        free(set);
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for a set of GTIDs");
    }
    if (set[0] == '\0' || (sn->waited != NULL && strcmp(set, sn->waited) == 0))
        goto done;
    status = kc_connection_query(mysql, sql, "wait for delivered transactions to be committed", &res, err);
    if (status < 0)
        goto done;
    row = mysql_fetch_row(res);
    if (row == NULL || row[0] == NULL || strcmp(row[0], "0") != 0)
        status = KC_NOTHING;
    mysql_free_result(res);
    if (status == KC_OK) {
        free(sn->waited);
        sn->waited = set;
        set = NULL;
    } else {
        later(s, AGAIN_MS);
    }
done:
    free(sql);
    free(set);
    return status;
}

/* ---- MySQL without GTIDs ---- */

/* KC_NOTHING: a change that the stream delivered lately may be missing both from the SELECT and from the window. */
static kc_status check_margin(struct kc_source *s, bool whole_table)
{
    struct kc_snapshot *sn = &s->snapshot;
    int64_t now_ms = kc_source_clock(), since_ms = now_ms - s->config.window_margin_ms;

    if (sn->window.lost_ms != 0 && sn->window.lost_ms >= since_ms) {
        later(s, sn->window.lost_ms - since_ms + 1);
        return KC_NOTHING;
    }
    if (whole_table && kc_window_touched(&sn->window, sn->queue[0]->index, since_ms)) {
        later(s, 1000);
        return KC_NOTHING;
    }
    return KC_OK;
}

/* What has to be true before a SELECT on MySQL may count for all that the stream has delivered. */
static kc_status ready(struct kc_source *s, MYSQL *mysql, bool whole_table, struct kc_error *err)
{
    return s->server.gtid ? wait_for_engine(s, mysql, err) : check_margin(s, whole_table);
}

/* ---- MariaDB ---- */

/* Opens a consistent read at a known place that is not behind the stream. KC_NOTHING: it was. */
static kc_status open_snapshot(struct kc_source *s, MYSQL *mysql, struct kc_error *err)
{
    struct kc_select *ahead = &s->snapshot.ahead;
    /* Places of one server compare; only behind a change of server GTIDs are needed, and they cost a scan of the file. */
    bool gtids = !s->stream.place_exact && s->stream.done != NULL && !kc_gtid_set_is_empty(s->stream.done);
    kc_status status;

    kc_snapshot_forget_ahead(s);
    status = kc_server_snapshot_begin(mysql, gtids, &ahead->place, err);
    if (status == KC_OK && gtids)
        status = kc_gtid_set_parse(s->server.flavor, ahead->place.gtids, strlen(ahead->place.gtids),
                                   &ahead->gtids, err);
    if (status < 0)
        return status;
    if ((gtids && !kc_gtid_set_includes(ahead->gtids, s->stream.done)) ||
        (!gtids &&
         kc_binlog_place_compare(ahead->place.file, ahead->place.pos, s->stream.file, s->stream.pos) < 0)) {
        status = kc_connection_query(mysql, "COMMIT", "end a consistent read", NULL, err);
        later(s, AGAIN_MS);
        return status < 0 ? status : KC_NOTHING;
    }
    return KC_OK;
}

/* The place of the consistent read is the high mark. */
static void take_place(struct kc_snapshot *sn)
{
    forget_high(sn);
    sn->high = sn->ahead.place;
    sn->high_gtids = sn->ahead.gtids;
    memset(&sn->ahead, 0, sizeof(sn->ahead));
}

/* ---- both ---- */

static kc_status take_clock(struct kc_source *s, MYSQL *mysql, struct kc_error *err)
{
    int64_t ms;
    kc_status status = kc_server_now(mysql, &ms, err);

    if (status == KC_OK)
        s->snapshot.high_us = ms * 1000;
    return status;
}

/* The definition changed under the SELECT: soon the stream will meet the statement, and say what it means. */
static kc_status changed_under_select(struct kc_source *s, kc_status status, struct kc_error *err)
{
    struct kc_snapshot *sn = &s->snapshot;
    bool changed = err->vendor_code == 1412 || err->vendor_code == 1054 || err->vendor_code == 1146;

    if (sn->changed_at_pos != s->stream.pos) { /* it moves: a long way back to the statement takes long */
        sn->changed_at_pos = s->stream.pos;
        sn->attempts = 0;
    }
    if (!changed || ++sn->attempts > CHANGED_ATTEMPTS)
        return status;
    err->vendor_code = 0;
    later(s, CHANGED_AGAIN_MS);
    return KC_NOTHING;
}

/* Chunks of wide rows are made shorter, so that they seldom have to be cut. */
static void adapt_limit(struct kc_source *s)
{
    struct kc_snapshot *sn = &s->snapshot;
    uint64_t width = sn->chunk.n_rows > 0 ? sn->chunk.used / sn->chunk.n_rows + 1 : 1,
             rows = KC_CHUNK_BYTES / width;

    if (rows > (uint64_t)sn->limit * 4)
        rows = (uint64_t)sn->limit * 4;
    if (rows > s->config.chunk_rows)
        rows = s->config.chunk_rows;
    sn->limit = rows > 0 ? (uint32_t)rows : 1;
}

/* Wide rows that made a chunk end early cost the connection. */
static kc_status after_cut(struct kc_source *s, MYSQL **mysql, struct kc_error *err)
{
    kc_source_query_drop(s);
    return kc_source_query(s, mysql, err);
}

/* Prepares the view and sends the SELECT of the rows behind `after`. KC_NOTHING: not yet. */
static kc_status send_select(struct kc_source *s, const uint64_t *after, struct kc_error *err)
{
    struct kc_snapshot *sn = &s->snapshot;
    const struct kc_table *table = sn->queue[0]->table;
    MYSQL *mysql;
    kc_status status = kc_source_query(s, &mysql, err);

    if (status == KC_OK && sn->limit == 0) {
        sn->limit = s->config.chunk_rows < FIRST_ROWS ? s->config.chunk_rows : FIRST_ROWS;
        status = kc_table_estimate(mysql, table, &sn->rows_total, err);
    }
    if (status == KC_OK)
        status = s->server.flavor == KC_FLAVOR_MARIADB ? open_snapshot(s, mysql, err)
                                                       : ready(s, mysql, false, err);
    if (status != KC_OK)
        return status;
    sn->ahead.since_ms = kc_source_clock() - s->config.window_margin_ms;
    sn->ahead.limit = sn->limit;
    sn->ahead.at_pos = s->stream.pos;
    status = kc_chunk_send(mysql, table, after, sn->limit, err);
    sn->ahead.sent = status == KC_OK;
    return status;
}

void kc_snapshot_send_ahead(struct kc_source *s)
{
    struct kc_snapshot *sn = &s->snapshot;
    const struct kc_chunk *c = &sn->chunk;
    struct kc_error err = {.struct_size = sizeof(err)};

    if (c->last || c->n_rows == 0)
        return;
    if (send_select(s, &c->keys[(size_t)(c->n_rows - 1) * c->table->n_key], &err) < 0) {
        kc_snapshot_forget_ahead(s);
        kc_source_query_drop(s);
    }
}

/* The high mark of the chunk just received, and the drop of what was touched before its window. */
static kc_status close_chunk(struct kc_source *s, int64_t since_ms, struct kc_error *err)
{
    struct kc_snapshot *sn = &s->snapshot;
    bool mariadb = s->server.flavor == KC_FLAVOR_MARIADB;
    MYSQL *mysql = s->query;
    kc_status status = KC_OK;

    if (mariadb)
        take_place(sn);
    else
        forget_high(sn);
    if (sn->chunk.cut)
        status = after_cut(s, &mysql, err);
    else if (mariadb)
        status = kc_connection_query(mysql, "COMMIT", "end a consistent read", NULL, err);
    if (status == KC_OK && !mariadb)
        status = kc_server_place_read(mysql, &s->server, &sn->high, err);
    if (status == KC_OK)
        status = take_clock(s, mysql, err);
    if (status == KC_OK && sn->use_window)
        kc_window_apply(&sn->window, sn->queue[0]->index, since_ms, &sn->chunk);
    adapt_limit(s);
    sn->ahead.sent = false;
    return status;
}

kc_status kc_snapshot_read_chunk(struct kc_source *s, struct kc_error *err)
{
    struct kc_snapshot *sn = &s->snapshot;
    const struct kc_table *table = sn->queue[0]->table;
    kc_status status = KC_OK;

    if (sn->ahead.sent && sn->ahead.at_pos != s->stream.pos) { /* never so far; what it saw could be stale */
        kc_snapshot_forget_ahead(s);
        kc_source_query_drop(s);
    }
    if (!sn->ahead.sent)
        status = send_select(s, sn->has_after ? sn->after : NULL, err);
    if (status != KC_OK)
        return status;
    status = kc_chunk_receive(&sn->chunk, s->query, table, sn->ahead.limit, s->stop_fd, err);
    if (status < 0) {
        kc_snapshot_forget_ahead(s);
        kc_source_query_drop(s);
        return changed_under_select(s, status, err);
    }
    sn->attempts = 0;
    return close_chunk(s, sn->ahead.since_ms, err);
}

kc_status kc_snapshot_open_hold(struct kc_source *s, struct kc_error *err)
{
    struct kc_snapshot *sn = &s->snapshot;
    bool mariadb = s->server.flavor == KC_FLAVOR_MARIADB;
    MYSQL *mysql;
    kc_status status = kc_source_query(s, &mysql, err);

    if (status == KC_OK && sn->rows_total == 0)
        status = kc_table_estimate(mysql, sn->queue[0]->table, &sn->rows_total, err);
    if (status == KC_OK)
        status = mariadb ? open_snapshot(s, mysql, err) : ready(s, mysql, true, err);
    if (status == KC_OK && mariadb)
        take_place(sn);
    if (status == KC_OK && !mariadb) {
        forget_high(sn);
        status = kc_connection_query(mysql, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
                                     "open a consistent read", NULL, err);
        if (status == KC_OK)
            status = kc_server_place_read(mysql, &s->server, &sn->high, err);
    }
    if (status == KC_OK)
        status = take_clock(s, mysql, err);
    sn->touched = false;
    return status;
}
