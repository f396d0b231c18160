#include "snapshot.h"

#include <stdlib.h>
#include <string.h>

#include <kconnect/sdk.h>

#include "connection.h"
#include "snapshot_read.h"
#include "table_change.h"

enum {
    SPOILT_WARNING = 20, /* attempts of a consistent read after which the log says so */
    CHANGED_AGAIN_MS = 500,
};

/* Names by comma, with the two characters escaped that would confuse whoever reads them back. */
static kc_status name_pending(struct kc_snapshot *sn, struct kc_error *err)
{
    size_t size = 1;
    char *p;

    for (uint32_t i = 0; i < sn->n_queue; i++)
        size += strlen(sn->queue[i]->table->name) * 3 + 1;
    free(sn->pending_text);
    sn->pending_text = p = malloc(size);
    if (p == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for the list of tables");
    for (uint32_t i = 0; i < sn->n_queue; i++) {
        if (i > 0)
            *p++ = ',';
        for (const char *n = sn->queue[i]->table->name; *n != '\0'; n++)
            if (*n == ',' || *n == '%')
                p += sprintf(p, "%%%02X", (unsigned int)*n);
            else
                *p++ = *n;
    }
    *p = '\0';
    return KC_OK;
}

static void begin_table(struct kc_source *s)
{
    struct kc_snapshot *sn = &s->snapshot;

    sn->rows_done = 0;
    sn->rows_total = 0;
    sn->limit = 0;
    sn->attempts = 0;
    sn->has_after = false;
    if (sn->n_queue == 0)
        sn->phase = KC_SNAPSHOT_DONE;
    else
        sn->phase = kc_chunk_possible(sn->queue[0]->table) ? KC_SNAPSHOT_READ : KC_SNAPSHOT_HOLD;
}

kc_status kc_snapshot_open(struct kc_source *s, struct kc_captured *const *queue, uint32_t n,
                           struct kc_str resume_key, struct kc_error *err)
{
    struct kc_snapshot *sn = &s->snapshot;

    memset(sn, 0, sizeof(*sn));
    sn->queue = calloc(n > 0 ? n : 1, sizeof(*sn->queue));
    if (sn->queue == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for the list of tables");
    for (uint32_t i = 0; i < n; i++) {
        sn->queue[i] = queue[i];
        sn->queue[i]->in_snapshot = true;
    }
    sn->n_queue = n;
    begin_table(s);
    if (n > 0 && resume_key.len > 0) {
        sn->has_after = kc_chunk_key_parse(sn->queue[0]->table, resume_key, sn->after);
        if (!sn->has_after)
            return kc_fail(err, KC_ERR_CONFIG,
                           "the stored position says that table %s was read up to key %.*s, which is "
                           "no key of it",
                           sn->queue[0]->table->name, (int)resume_key.len, resume_key.ptr);
    }
    /* What the binary log had before the start may not be visible to a SELECT yet. */
    sn->use_window = s->server.flavor == KC_FLAVOR_MYSQL && !s->server.gtid && n > 0;
    if (sn->use_window)
        sn->not_before_ms = kc_source_clock() + s->config.window_margin_ms;
    return name_pending(sn, err);
}

void kc_snapshot_close(struct kc_source *s)
{
    struct kc_snapshot *sn = &s->snapshot;

    if (sn->result != NULL || sn->ahead.sent)
        kc_source_query_drop(s);
    kc_snapshot_forget_ahead(s);
    kc_chunk_finish(&sn->chunk);
    kc_window_finish(&sn->window);
    kc_gtid_set_destroy(sn->high_gtids);
    free(sn->high.gtids);
    free(sn->waited);
    free(sn->queue);
    free(sn->pending_text);
    memset(sn, 0, sizeof(*sn));
}

static kc_status finish_table(struct kc_source *s, struct kc_error *err)
{
    struct kc_snapshot *sn = &s->snapshot;
    struct kc_captured *c = sn->queue[0];

    kc_logf(s->ctx, KC_LOG_INFO, "snapshot of %s.%s is complete: %llu rows", c->table->database,
            c->table->name, (unsigned long long)sn->rows_done);
    kc_host->progress(s->ctx, "snapshot", c->table->name, sn->rows_done, sn->rows_done);
    c->in_snapshot = false;
    sn->n_queue--;
    memmove(sn->queue, sn->queue + 1, sn->n_queue * sizeof(*sn->queue));
    s->position_moved = true;
    begin_table(s);
    if (sn->phase == KC_SNAPSHOT_DONE) {
        kc_source_query_drop(s);
        kc_window_finish(&sn->window);
        kc_logf(s->ctx, KC_LOG_INFO, "the snapshot is complete; following changes");
    }
    return name_pending(sn, err);
}

static void report_progress(struct kc_source *s)
{
    struct kc_snapshot *sn = &s->snapshot;
    uint64_t total = sn->rows_total > sn->rows_done ? sn->rows_total
                     : sn->rows_total > 0           ? sn->rows_done + 1
                                                    : 0;

    kc_host->progress(s->ctx, "snapshot", sn->queue[0]->table->name, sn->rows_done, total);
}

/* Snapshot rows carry the place and the time of the high mark. */
static kc_status set_facts(struct kc_source *s, struct kc_error *err)
{
    struct kc_snapshot *sn = &s->snapshot;
    struct kc_event_facts *f = &sn->facts;
    size_t len = strlen(sn->high.file);

    f->table = sn->queue[0]->table;
    f->file = (struct kc_str){kc_output_text(&s->output, sn->high.file, len), (uint32_t)len, 0};
    if (f->file.ptr == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for a batch");
    f->gtid = (struct kc_str){"", 0, 0};
    f->pos = sn->high.pos;
    f->event_us = sn->high_us;
    f->now_ns = s->output.now_ns;
    f->server_id = s->server.server_id;
    f->thread = 0;
    f->snapshot = true;
    kc_envelope_facts(&s->envelope, f);
    return KC_OK;
}

static kc_status emit_values(struct kc_source *s, const struct kc_value *row, struct kc_error *err)
{
    kc_status status = kc_output_row(&s->output, &s->snapshot.facts, 'r', 0, NULL, row, err);

    s->snapshot.rows_done++;
    s->position_moved = true;
    return status;
}

static kc_status mark_sometimes(struct kc_source *s, struct kc_error *err)
{
    return s->output.n - s->output.marked >= KC_OUTPUT_MARK_EVERY ? kc_source_mark(s, err) : KC_OK;
}

static kc_status emit_chunk(struct kc_source *s, struct kc_error *err)
{
    struct kc_snapshot *sn = &s->snapshot;
    struct kc_chunk *c = &sn->chunk;
    uint32_t n_key = c->table->n_key;
    kc_status status = set_facts(s, err);

    sn->borrowed = true;
    while (status == KC_OK && c->next < c->n_rows && !kc_output_full(&s->output)) {
        uint32_t i = c->next;
        struct kc_value *row;

        if (!c->dropped[i]) {
            status = kc_chunk_row(c, i, s->output.arena, &row, err);
            if (status == KC_OK)
                status = emit_values(s, row, err);
            s->output.bytes += (i + 1 < c->n_rows ? c->row_at[i + 1] : c->used) - c->row_at[i];
        }
        if (status < 0)
            return status;
        memcpy(sn->after, &c->keys[(size_t)i * n_key], n_key * sizeof(*sn->after));
        sn->has_after = true;
        c->next++;
        status = mark_sometimes(s, err);
    }
    if (status < 0 || c->next < c->n_rows)
        return status;
    report_progress(s);
    sn->phase = KC_SNAPSHOT_READ;
    return c->last ? finish_table(s, err) : KC_OK;
}

/* The texts of a fetched row live until the next fetch only: they are copied into the arena. */
static kc_status emit_fetched(struct kc_source *s, MYSQL_ROW fetched, const unsigned long *lengths,
                              struct kc_error *err)
{
    const struct kc_table *t = s->snapshot.queue[0]->table;
    struct kc_arena *arena = s->output.arena;
    struct kc_value *row = kc_arena_alloc(arena, (uint64_t)t->n_columns * sizeof(*row));
    kc_status status;

    if (row == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for a batch");
    for (uint32_t i = 0; i < t->n_columns; i++) {
        const char *text = fetched[i] != NULL ? kc_output_text(&s->output, fetched[i], lengths[i]) : NULL;

        if (fetched[i] != NULL && text == NULL)
            return kc_fail(err, KC_ERR_NOMEM, "out of memory for a batch");
        status = kc_column_from_text(&t->columns[i], text, text != NULL ? (uint32_t)lengths[i] : 0, arena,
                                     &row[i], err);
        if (status < 0)
            return status;
        s->output.bytes += lengths[i];
    }
    return emit_values(s, row, err);
}

static kc_status begin_hold_emit(struct kc_source *s, struct kc_error *err)
{
    struct kc_snapshot *sn = &s->snapshot;
    char *sql = kc_chunk_select(sn->queue[0]->table, NULL, 0);
    kc_status status;

    if (sql == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for reading %s", sn->queue[0]->table->name);
    status = kc_connection_send(s->query, sql, "read a table", err);
    if (status == KC_OK)
        status = kc_connection_wait(s->query, "read a table", s->stop_fd, err);
    free(sql);
    if (err->vendor_code == 1412 && status < 0) { /* changed since the consistent read was opened */
        kc_source_query_drop(s);
        sn->phase = KC_SNAPSHOT_HOLD;
        return KC_OK;
    }
    if (status < 0)
        return status;
    sn->result = mysql_use_result(s->query);
    if (sn->result == NULL)
        return kc_connection_fail(s->query, "read a table", err);
    sn->phase = KC_SNAPSHOT_HOLD_EMIT;
    return KC_OK;
}

static kc_status emit_hold(struct kc_source *s, struct kc_error *err)
{
    struct kc_snapshot *sn = &s->snapshot;
    kc_status status = set_facts(s, err);
    MYSQL_ROW row;

    while (status == KC_OK && !kc_output_full(&s->output)) {
        row = mysql_fetch_row(sn->result);
        if (row == NULL) {
            if (mysql_errno(s->query) != 0)
                return kc_connection_fail(s->query, "read a table", err);
            mysql_free_result(sn->result);
            sn->result = NULL;
            status = kc_connection_query(s->query, "COMMIT", "end a consistent read", NULL, err);
            return status < 0 ? status : finish_table(s, err);
        }
        status = emit_fetched(s, row, mysql_fetch_lengths(sn->result), err);
        if (status == KC_OK)
            status = mark_sometimes(s, err);
    }
    report_progress(s);
    return status;
}

/* The stream has come to the consistent read's place, or the read was in vain. */
static kc_status hold_passed(struct kc_source *s, struct kc_error *err)
{
    struct kc_snapshot *sn = &s->snapshot;
    kc_status status;

    if (!sn->touched || s->server.flavor == KC_FLAVOR_MARIADB)
        return begin_hold_emit(s, err);
    if (++sn->attempts % SPOILT_WARNING == 0)
        kc_logf(s->ctx, KC_LOG_WARN,
                "table %s.%s has no key of integers and changes so often that no consistent read of it came "
                "to stand "
                "between two changes, after %u attempts; trying on",
                sn->queue[0]->table->database, sn->queue[0]->table->name, sn->attempts);
    status = kc_connection_query(s->query, "COMMIT", "end a consistent read", NULL, err);
    sn->phase = KC_SNAPSHOT_HOLD;
    return status;
}

/* The current table was changed since its definition was read. */
static kc_status settle(struct kc_source *s, struct kc_error *err)
{
    struct kc_snapshot *sn = &s->snapshot;
    const struct kc_table *t = sn->queue[0]->table;
    bool gone;
    kc_status status = kc_change_settle(s, sn->queue[0], &gone, err);

    if (status == KC_NOTHING) /* changed again, which the stream has not come to */
        sn->not_before_ms = kc_source_clock() + CHANGED_AGAIN_MS;
    if (status != KC_OK || !gone)
        return status;
    kc_logf(s->ctx, KC_LOG_WARN, "table %s.%s does not exist any more; the rest of its snapshot is left out",
            t->database, t->name);
    return finish_table(s, err);
}

kc_status kc_snapshot_step(struct kc_source *s, struct kc_error *err)
{
    struct kc_snapshot *sn = &s->snapshot;
    kc_status status;

    if (sn->phase == KC_SNAPSHOT_EMIT)
        return emit_chunk(s, err);
    if (sn->phase == KC_SNAPSHOT_HOLD_EMIT)
        return emit_hold(s, err);
    /* In the middle of a transaction "everything delivered" has no name. */
    if (sn->phase == KC_SNAPSHOT_DONE || !kc_stream_at_boundary(&s->stream))
        return KC_NOTHING;
    if (sn->phase == KC_SNAPSHOT_TRACK || sn->phase == KC_SNAPSHOT_HOLD_TRACK) {
        if (!kc_snapshot_high_passed(s))
            return KC_NOTHING;
        if (sn->phase == KC_SNAPSHOT_HOLD_TRACK)
            return hold_passed(s, err);
        sn->phase = KC_SNAPSHOT_EMIT;
        kc_snapshot_send_ahead(s);
        return KC_OK;
    }
    if ((sn->borrowed && s->output.n > 0) || kc_source_clock() < sn->not_before_ms)
        return KC_NOTHING;
    if (sn->queue[0]->stale)
        return settle(s, err);
    if (sn->phase == KC_SNAPSHOT_READ) {
        status = kc_snapshot_read_chunk(s, err);
        if (status == KC_OK)
            sn->phase = KC_SNAPSHOT_TRACK;
        return status;
    }
    status = kc_snapshot_open_hold(s, err);
    if (status == KC_OK)
        sn->phase = KC_SNAPSHOT_HOLD_TRACK;
    return status;
}

bool kc_snapshot_must_return(const struct kc_source *s)
{
    const struct kc_snapshot *sn = &s->snapshot;

    return sn->borrowed && s->output.n > 0 && sn->phase == KC_SNAPSHOT_READ;
}

int kc_snapshot_wait_ms(const struct kc_source *s)
{
    const struct kc_snapshot *sn = &s->snapshot;
    int64_t ms;

    if ((sn->phase != KC_SNAPSHOT_READ && sn->phase != KC_SNAPSHOT_HOLD) ||
        !kc_stream_at_boundary(&s->stream))
        return -1;
    ms = sn->not_before_ms - kc_source_clock();
    return ms < 0 ? 0 : ms > 10000 ? 10000 : (int)ms;
}

kc_status kc_snapshot_touch(struct kc_source *s, const struct kc_captured *c, const struct kc_value *before,
                            const struct kc_value *after, struct kc_error *err)
{
    struct kc_snapshot *sn = &s->snapshot;
    bool current = sn->n_queue > 0 && sn->queue[0] == c, keyed = kc_chunk_possible(c->table);
    const struct kc_value *images[] = {before, after};
    int64_t now_ms = sn->use_window ? kc_source_clock() : 0;
    uint64_t key[KC_CHUNK_KEYS];

    if (current)
        sn->touched = true;
    for (int i = 0; i < 2; i++) {
        kc_status status = KC_OK;

        if (images[i] == NULL)
            continue;
        if (keyed)
            kc_chunk_key(c->table, images[i], key);
        if (keyed && current && sn->phase == KC_SNAPSHOT_TRACK)
            kc_chunk_drop(&sn->chunk, key);
        if (sn->use_window)
            status = kc_window_note(&sn->window, c->index, key, keyed ? c->table->n_key : 0, now_ms,
                                    now_ms - s->config.window_margin_ms - 1000, err);
        if (status < 0)
            return status;
    }
    return KC_OK;
}

void kc_snapshot_discard(struct kc_source *s, const struct kc_captured *c)
{
    struct kc_snapshot *sn = &s->snapshot;

    if (sn->n_queue == 0 || sn->queue[0] != c)
        return;
    if (sn->phase == KC_SNAPSHOT_TRACK) {
        kc_chunk_clear(&sn->chunk);
        sn->phase = KC_SNAPSHOT_READ;
    } else if (sn->phase == KC_SNAPSHOT_HOLD_TRACK) {
        kc_source_query_drop(s);
        sn->phase = KC_SNAPSHOT_HOLD;
    }
}

void kc_snapshot_changed(struct kc_source *s, const struct kc_captured *c, const struct kc_table *was)
{
    struct kc_snapshot *sn = &s->snapshot;

    if (sn->n_queue == 0 || sn->queue[0] != c)
        return;
    sn->chunk.table = NULL; /* its arrays are as wide as the old key */
    if (kc_table_same_key(was, c->table))
        return;
    if (sn->rows_done > 0)
        kc_logf(s->ctx, KC_LOG_WARN, "table %s.%s has another key now; its snapshot begins again",
                c->table->database, c->table->name);
    begin_table(s);
}

void kc_snapshot_key_text(const struct kc_source *s, char *out, size_t size)
{
    const struct kc_snapshot *sn = &s->snapshot;

    out[0] = '\0';
    if (sn->n_queue > 0 && sn->has_after)
        kc_chunk_key_print(sn->queue[0]->table, sn->after, out, size);
}
