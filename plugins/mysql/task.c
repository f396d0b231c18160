#include "task.h"

#include <poll.h>
#include <string.h>

#include <kconnect/sdk.h>

#include "open.h"
#include "source.h"
#include "table_change.h"
#include "validate.h"

enum {
    POSITION_EVERY_MS = 5000, /* while only other tables change, their passing is put on record so often */
    CLOCK_EVERY = 64,         /* events without records between two looks at the clock */
};

static kc_status task_open(struct kc_ctx *ctx, const struct kc_map *config, void **task, struct kc_error *err)
{
    struct kc_source *s;
    kc_status status = kc_source_open(ctx, config, &s, err);

    if (status == KC_OK)
        *task = s;
    return status;
}

/* A definition that changed while the connector was away, and the stream has come to an end without saying how. */
static kc_status check_pending(struct kc_source *s, struct kc_error *err)
{
    if (s->end_passed || !kc_stream_at_boundary(&s->stream) ||
        kc_binlog_place_compare(s->stream.file, s->stream.pos, s->end_at_open.file, s->end_at_open.pos) < 0)
        return KC_OK;
    s->end_passed = true;
    for (uint32_t i = 0; i < s->n_tables; i++)
        if (s->tables[i].pending_change != NULL)
            return kc_fail(
                err, KC_ERR_CONFIG,
                "table %s.%s was changed while the connector did not run, and no statement in the "
                "binary log says when (sql_log_bin=0?): %s; stop the connector, DELETE its offsets and "
                "resume it, and it reads its tables anew",
                s->tables[i].table->database, s->tables[i].table->name, s->tables[i].pending_change);
    return KC_OK;
}

static int wait_ms(const struct kc_source *s, int64_t deadline_ms)
{
    int64_t left = s->output.n > 0 ? 0 : deadline_ms - kc_source_clock();
    int snapshot = left > 0 ? kc_snapshot_wait_ms(s) : -1;

    if (snapshot >= 0 && snapshot < left)
        left = snapshot;
    return left > 0 ? (int)left : 0;
}

/* One step of whoever's turn it is. KC_NOTHING: there is nothing to do at once. */
static kc_status step(struct kc_source *s, int64_t deadline_ms, struct kc_error *err)
{
    kc_status status;
    int wait;

    if (s->stream.rows_open)
        return kc_stream_rows(s, err);
    status = kc_snapshot_step(s, err);
    if (status != KC_NOTHING)
        return status;
    wait = wait_ms(s, deadline_ms);
    status = kc_stream_next(s, wait, err);
    if (status == KC_OK && !s->end_passed)
        status = check_pending(s, err);
    if (wait > 0)
        kc_output_tick(&s->output);
    return status;
}

static kc_status fill(struct kc_source *s, int64_t deadline_ms, struct kc_error *err)
{
    for (uint32_t turns = 1; !kc_output_full(&s->output); turns++) {
        kc_status status = step(s, deadline_ms, err);

        if (status < 0)
            return status;
        if (s->stream.rows_open && kc_output_room(&s->output) < 2u + s->config.tombstones)
            break; /* a changed key needs room for that many */
        if (status == KC_NOTHING && (s->output.n > 0 || kc_source_clock() >= deadline_ms))
            break;
        if (kc_snapshot_must_return(s))
            break;
        if (turns % CLOCK_EVERY == 0 && kc_source_clock() >= deadline_ms)
            break;
    }
    return KC_OK;
}

/*
 * Nothing but the place in the log has moved: a record that is not sent carries it, now and then, and before the end.
 * The very first one goes ahead of everything else.
 */
static bool position_is_due(const struct kc_source *s, kc_status status)
{
    return s->output.n == 0 && s->position_moved &&
           (status == KC_ERR_STOPPED || kc_change_unsaved(s) ||
            kc_source_clock() - s->marked_ms >= POSITION_EVERY_MS);
}

/* Of a table that is not there yet there is none. */
static const struct kc_topic *any_topic(const struct kc_source *s)
{
    const struct kc_topic *topic = NULL;

    for (uint32_t i = 0; i < s->n_tables && topic == NULL; i++)
        topic = s->tables[i].table->topic;
    return topic;
}

static void add_position(struct kc_source *s)
{
    kc_output_marker(&s->output, any_topic(s), s->stream.time_us != 0 ? s->stream.time_us : KC_NO_TIMESTAMP);
}

static kc_status wait_idle(const struct kc_source *s, uint32_t timeout_ms)
{
    struct pollfd stop = {s->stop_fd, POLLIN, 0};

    return poll(&stop, 1, (int)timeout_ms) > 0 ? KC_ERR_STOPPED : KC_NOTHING;
}

static kc_status task_poll(void *task, const struct kc_poll *how, struct kc_batch *out, struct kc_error *err)
{
    struct kc_source *s = task;
    kc_status status;

    if (s->failure.status != 0) {
        err->vendor_code = s->failure.vendor_code;
        return kc_fail(err, s->failure.status, "%s", s->failure.message);
    }
    if ((how->flags & KC_POLL_IDLE) != 0 || how->max_records == 0)
        return wait_idle(s, how->timeout_ms);
    s->snapshot.borrowed = false;
    kc_change_free_old(s);
    status = kc_output_begin(&s->output, how, out->arena, err);
    if (status == KC_OK)
        status = kc_stream_resume(s, err);
    if (status == KC_OK && s->fresh && !s->placed)
        add_position(s);
    else if (status == KC_OK)
        status = fill(s, kc_source_clock() + how->timeout_ms, err);
    kc_figures_tell(s);
    /* What came before a failure is delivered first; the failure is told by the next call. */
    if (status < 0 && status != KC_ERR_STOPPED) {
        if (s->output.n == 0 || status == KC_ERR_NOMEM)
            return status;
        memcpy(&s->failure, err, sizeof(s->failure));
        s->failure.status = status;
    }
    if (position_is_due(s, status))
        add_position(s);
    if (s->output.n == 0)
        return status == KC_ERR_STOPPED ? status : KC_NOTHING;
    s->placed = true;
    if (s->output.marked < s->output.n)
        status = kc_source_mark(s, err);
    else
        status = KC_OK;
    if (status == KC_OK)
        status = kc_change_store(s, err);
    kc_output_end(&s->output, out);
    return status;
}

static void task_close(void *task)
{
    kc_source_close(task);
}

/* No interrupt(): every wait for events has the host's stop descriptor in it. */
const struct kc_source_ops kc_mysql_source_ops = {
    .struct_size = sizeof(kc_mysql_source_ops),
    .planner = &kc_mysql_planner_ops,
    .open = task_open,
    .poll = task_poll,
    .close = task_close,
};
