#include "task/sink_loop.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "task/sink_lag.h"

enum {
    MAX_BATCH_BYTES = 1 << 20,
    POLL_MS = 500, /* so that commands are seen */
    RETRY_FIRST_MS = 100,
    RETRY_MAX_MS = 10000,
    COMMIT_MS = 5000,       /* for one commit to be answered, or dead letters to be acknowledged */
    LAST_COMMIT_MS = 2000,  /* the same when the task ends, which has to be within seconds */
    COMMIT_AGAIN_MS = 5000, /* after one that was not taken */
};

static const char log_name[] = "worker/task";

struct loop {
    struct kc_sink *s;
    struct kc_sink_batch batch;
    bool waiting;        /* put() has asked for the batch once more */
    int64_t retry_at;    /* kc_mono_ms() */
    int64_t retry_ms;    /* the last pause */
    int64_t commit_at;   /* kc_mono_ms() of the next one */
    struct kc_error why; /* a handler of the group failed; status 0: none did */
    const char *state;   /* last told to the worker */
};

static void tell_state(struct loop *l, const char *state)
{
    if (l->state == state)
        return;
    l->state = state;
    (void)kc_link_state(l->s->task->link, state);
}

/* ---- commit ---- */

/* What the plugin lets go of what is done, as a list for Kafka; NULL: nothing, or it failed with *err. */
static rd_kafka_topic_partition_list_t *ask_plugin(struct loop *l, struct kc_sink_part *const *parts,
                                                   size_t n, kc_status *status, struct kc_error *err)
{
    struct kc_topic_partition *asked = calloc(n + 1, sizeof(*asked));
    struct kc_sink_part **which = calloc(n + 1, sizeof(struct kc_sink_part *));
    rd_kafka_topic_partition_list_t *list = NULL;
    uint32_t count = 0;

    *status =
        asked == NULL || which == NULL ? kc_fail(err, KC_ERR_NOMEM, "out of memory for a commit") : KC_OK;
    if (*status == KC_OK)
        count = kc_sink_parts_ask(parts, n, asked, which);
    if (count > 0 && KC_CAN(struct kc_sink_ops, l->s->ops, pre_commit)) {
        kc_ctx_enter(l->s->ctx, "pre_commit");
        *status = l->s->ops->pre_commit(l->s->self, asked, count, err);
        kc_ctx_leave(l->s->ctx);
    }
    for (uint32_t i = 0; i < count && *status >= 0; i++) {
        bool beyond;
        int64_t offset = kc_sink_part_may_commit(which[i], asked[i].offset, &beyond);

        if (beyond)
            kc_log(KC_WARN, log_name,
                   "%s wants offset %" PRId64 " of %s-%" PRId32
                   " committed, which it was not given yet; it is not",
                   l->s->ctx->component.label, asked[i].offset, which[i]->topic->name.ptr,
                   which[i]->partition);
        if (offset < 0)
            continue;
        which[i]->agreed = offset;
        if (list == NULL)
            list = rd_kafka_topic_partition_list_new((int)count);
        rd_kafka_topic_partition_list_add(list, which[i]->topic->name.ptr, which[i]->partition)->offset =
            offset;
    }
    free(asked);
    free(which);
    return list;
}

static void note_committed(struct loop *l, const rd_kafka_topic_partition_list_t *list)
{
    for (int i = 0; i < list->cnt; i++) {
        struct kc_sink_part *part =
            kc_sink_parts_find(&l->s->consumer->parts, list->elems[i].topic, list->elems[i].partition);

        if (part != NULL)
            part->committed = list->elems[i].offset;
    }
}

static kc_status try_commit(struct loop *l, struct kc_sink_part *const *parts, size_t n, int timeout_ms,
                            struct kc_error *err)
{
    struct kc_task *t = l->s->task;
    int64_t began = kc_mono_ms();
    rd_kafka_topic_partition_list_t *list;
    kc_status status = kc_sink_letters_flush(l->s->letters, timeout_ms, err);

    if (status < 0)
        return status;
    list = ask_plugin(l, parts, n, &status, err);
    if (list == NULL)
        return status;
    status = kc_sink_consumer_commit(l->s->consumer, list, timeout_ms, err);
    if (status >= 0) {
        note_committed(l, list);
        kc_meter_committed(&t->meter, kc_mono_ms() - began, 0);
        atomic_fetch_add(&t->commits, 1);
    }
    rd_kafka_topic_partition_list_destroy(list);
    return status;
}

/*
 * Commits what is done of these partitions. One that was not taken loses nothing, and is made again later:
 * KC_OK, too. Negative: the task cannot go on.
 */
static kc_status commit(struct loop *l, struct kc_sink_part *const *parts, size_t n, int timeout_ms,
                        struct kc_error *err)
{
    kc_status status;

    atomic_store(&l->s->commit_wanted, false);
    l->commit_at = kc_mono_ms() + l->s->interval_ms;
    status = try_commit(l, parts, n, timeout_ms, err);
    if (l->s->letters->why.status < 0 || (status < 0 && status != KC_ERR_RETRY))
        return status;
    if (status < 0) {
        kc_log(KC_WARN, log_name, "%s; it is tried again", err->message);
        kc_meter_gave_up(&l->s->task->meter, true);
        if (l->s->interval_ms > COMMIT_AGAIN_MS)
            l->commit_at = kc_mono_ms() + COMMIT_AGAIN_MS;
    }
    return KC_OK;
}

static kc_status commit_all(struct loop *l, int timeout_ms, struct kc_error *err)
{
    struct kc_sink_parts *parts = &l->s->consumer->parts;

    if (!kc_sink_parts_behind(parts)) {
        atomic_store(&l->s->commit_wanted, false);
        l->commit_at = kc_mono_ms() + l->s->interval_ms;
        return KC_OK;
    }
    return commit(l, parts->list, parts->n, timeout_ms, err);
}

/* ---- the group ---- */

typedef kc_status (*tell_fn)(void *task, const struct kc_topic_partition *parts, uint32_t n,
                             struct kc_error *err);

static kc_status tell(struct loop *l, tell_fn call, const char *name, struct kc_sink_part *const *parts,
                      size_t n, struct kc_error *err)
{
    struct kc_topic_partition *list = calloc(n, sizeof(*list));
    kc_status status;

    if (list == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for partitions");
    for (size_t i = 0; i < n; i++)
        list[i] = (struct kc_topic_partition){
            .topic = parts[i]->topic, .offset = parts[i]->done, .partition = parts[i]->partition};
    kc_ctx_enter(l->s->ctx, name);
    status = call(l->s->self, list, (uint32_t)n, err);
    kc_ctx_leave(l->s->ctx);
    free(list);
    return status;
}

static void on_assigned(void *arg, struct kc_sink_part *const *parts, size_t n)
{
    struct loop *l = arg;
    struct kc_error err = KC_ERROR_INIT;

    if (KC_CAN(struct kc_sink_ops, l->s->ops, assigned) &&
        tell(l, l->s->ops->assigned, "assigned", parts, n, &err) < 0 && l->why.status == KC_OK)
        l->why = err;
    /* What could not be committed before they went: now, since the next batch may take too long, too. */
    for (size_t i = 0; i < n; i++) {
        if (parts[i]->done > parts[i]->committed)
            atomic_store(&l->s->commit_wanted, true);
    }
}

/* They are another member's already, so nothing can be committed: what could be is noted for their coming back. */
static void note_agreed(struct loop *l, struct kc_sink_part *const *parts, size_t n)
{
    struct kc_error ignored = KC_ERROR_INIT;
    rd_kafka_topic_partition_list_t *list;
    kc_status status;

    if (kc_sink_letters_flush(l->s->letters, LAST_COMMIT_MS, &ignored) < 0)
        return;
    list = ask_plugin(l, parts, n, &status, &ignored);
    if (list != NULL)
        rd_kafka_topic_partition_list_destroy(list);
}

static void on_revoked(void *arg, struct kc_sink_part *const *parts, size_t n, bool lost)
{
    struct loop *l = arg;
    struct kc_error err = KC_ERROR_INIT;
    kc_status status = lost ? KC_OK : commit(l, parts, n, COMMIT_MS, &err);

    if (lost)
        note_agreed(l, parts, n);
    if (status >= 0 && KC_CAN(struct kc_sink_ops, l->s->ops, revoked)) {
        err = (struct kc_error)KC_ERROR_INIT;
        status = tell(l, l->s->ops->revoked, "revoked", parts, n, &err);
    }
    if (status < 0 && l->why.status == KC_OK)
        l->why = err;
}

/* Reads, and lets the group do what it has to. */
static kc_status poll(struct loop *l, bool take, int timeout_ms, struct kc_error *err)
{
    kc_status status =
        kc_sink_consumer_poll(l->s->consumer, take ? l->s->max_records : 0, MAX_BATCH_BYTES, timeout_ms, err);

    if (status < 0 || l->why.status == KC_OK)
        return status;
    *err = l->why;
    return l->why.status;
}

/* A converter or transform waits for its next try. */
static void on_idle(void *arg)
{
    struct loop *l = arg;
    struct kc_error err = KC_ERROR_INIT;

    kc_sink_consumer_stand(l->s->consumer, true);
    if (poll(l, false, 0, &err) < 0)
        kc_task_raise(l->s->task, &err);
    kc_sink_lag_tell(l->s->consumer, false);
}

/* ---- one batch ---- */

/* Dead letters and log lines of what has failed since `from`. */
static kc_status report_failures(struct loop *l, size_t from, struct kc_error *err)
{
    struct kc_failures *f = &l->s->task->failures;
    kc_status status = KC_OK;

    for (size_t i = from; i < f->n && status >= 0; i++) {
        const rd_kafka_message_t *m = l->batch.messages.list[f->list[i].index].message;
        const struct kc_str key = {m->key, (uint32_t)m->key_len, 0},
                            value = {m->payload, (uint32_t)m->len, 0};

        kc_failure_log(f, &f->list[i], kc_batch_at(&l->batch.pub, f->list[i].index), &key, &value);
        status = kc_sink_letters_send(l->s->letters, &f->list[i], m, err);
        l->s->task->meter.skipped++;
    }
    return status;
}

static kc_status prepare(struct loop *l, struct kc_error *err)
{
    struct kc_task *t = l->s->task;
    kc_status status;

    kc_failures_clear(&t->failures);
    kc_sink_messages_drop(&l->s->consumer->next, true);
    kc_sink_parts_sweep(&l->s->consumer->parts);
    t->meter.polled += l->s->consumer->next.n;
    status = kc_sink_batch_make(&l->batch, &l->s->consumer->next, l->s->arena, err);
    for (size_t i = 0; i < l->batch.messages.n; i++)
        kc_topics_mark_used(t->topics, l->batch.messages.list[i].part->topic);
    if (status >= 0)
        status = kc_decoder_run(l->s->decoder, &l->batch.pub, err);
    if (status >= 0)
        status = kc_pipeline_apply(l->s->pipeline, &l->batch.pub, err);
    status = kc_memory_explain(&t->memory, status, l->s->arena, NULL, err);
    if (status >= 0)
        status = report_failures(l, 0, err);
    kc_failures_clear(&t->failures);
    l->waiting = false;
    return status;
}

/* The batch is where it belongs. */
static kc_status finish_batch(struct loop *l, struct kc_error *err)
{
    struct kc_task *t = l->s->task;
    const struct kc_sink_messages *m = &l->batch.messages;
    kc_status status = kc_task_raised(t, err);

    if (status >= 0)
        status = report_failures(l, 0, err);
    if (status < 0)
        return status;
    atomic_fetch_add(&t->records, m->n - t->failures.n);
    atomic_fetch_add(&t->bytes, m->bytes);
    if (m->n > 0) {
        int64_t written_ms = rd_kafka_message_timestamp(m->list[m->n - 1].message, NULL);

        kc_meter_put(&t->meter, written_ms);
    }
    kc_failures_clear(&t->failures);
    kc_sink_batch_clear(&l->batch);
    kc_sink_parts_put(&l->s->consumer->parts);
    l->waiting = false;
    l->retry_ms = 0;
    kc_sink_consumer_stand(l->s->consumer, false);
    return KC_OK;
}

/* put() wants the same batch once more: what it said of single records does not count. */
static void put_off(struct loop *l, const struct kc_error *why)
{
    for (uint32_t i = 0; i < l->batch.pub.n_records; i++)
        kc_batch_at(&l->batch.pub, i)->flags &= ~(uint32_t)KC_REC_FAILED;
    kc_failures_clear(&l->s->task->failures);
    kc_meter_retry(&l->s->task->meter);
    kc_log(l->retry_ms == 0 ? KC_WARN : KC_DEBUG, log_name, "%s asks for the same batch again later: %s",
           l->s->ctx->component.label, why->message);
    l->retry_ms = l->retry_ms == 0 ? RETRY_FIRST_MS : l->retry_ms * 2;
    if (l->retry_ms > RETRY_MAX_MS)
        l->retry_ms = RETRY_MAX_MS;
    l->retry_at = kc_mono_ms() + (why->retry_after_ms > 0 ? why->retry_after_ms : l->retry_ms);
    l->waiting = true;
    kc_sink_consumer_stand(l->s->consumer, true);
}

static kc_status put(struct loop *l, struct kc_error *err)
{
    struct kc_sink *s = l->s;
    int64_t began = kc_mono_ms();
    kc_status status = KC_OK;

    kc_sink_batch_compact(&l->batch);
    if (l->batch.pub.n_records > 0) {
        *err = (struct kc_error)KC_ERROR_INIT;
        kc_ctx_enter(s->ctx, "put");
        status = s->ops->put(s->self, &l->batch.pub, err);
        kc_ctx_leave(s->ctx);
        if (status >= 0)
            kc_histogram_observe(&s->task->meter.put_seconds, &kc_bounds_seconds,
                                 (double)(kc_mono_ms() - began) / 1000);
    }
    if (status == KC_ERR_RETRY) {
        put_off(l, err);
        return KC_OK;
    }
    return status < 0 ? status : finish_batch(l, err);
}

/* ---- the loop ---- */

static int shorter(int64_t a, int64_t b)
{
    int64_t least = a < b ? a : b;

    return least < 0 ? 0 : (int)least;
}

/* One round: a commit if it is time, the waiting batch if it is time, else new records. */
static kc_status step(struct loop *l, struct kc_error *err)
{
    struct kc_sink_messages *next = &l->s->consumer->next;
    int64_t now = kc_mono_ms();
    kc_status status = kc_task_raised(l->s->task, err);

    if (status >= 0 && (now >= l->commit_at || atomic_load(&l->s->commit_wanted)))
        status = commit_all(l, COMMIT_MS, err);
    if (status < 0)
        return status;
    if (l->waiting) {
        if (now >= l->retry_at)
            return put(l, err);
        return poll(l, false, shorter(POLL_MS, l->retry_at - now), err);
    }
    kc_sink_consumer_stand(l->s->consumer, false);
    status = poll(l, true, shorter(POLL_MS, l->commit_at - now), err);
    if (status < 0)
        return status;
    if (next->n == 0) {
        kc_sink_lag_note_caught_up(l->s->consumer);
        return KC_OK;
    }
    if (atomic_load(&l->s->commit_wanted))
        return KC_OK; /* first */
    status = prepare(l, err);
    return status < 0 ? status : put(l, err);
}

/* Stands still until resume or stop, in the group, with everything committed that was put. */
static kc_status stand_still(struct loop *l, struct kc_error *err)
{
    struct kc_task *t = l->s->task;
    kc_status status = commit_all(l, COMMIT_MS, err);

    tell_state(l, "PAUSED");
    kc_sink_consumer_stand(l->s->consumer, true);
    while (status >= 0 && kc_link_command(t->link) == KC_COMMAND_PAUSE) {
        status = poll(l, false, 0, err);
        if (status >= 0)
            status = kc_task_raised(t, err);
        if (status >= 0 && (kc_mono_ms() >= l->commit_at || atomic_load(&l->s->commit_wanted)))
            status = commit_all(l, COMMIT_MS, err);
        kc_sink_lag_tell(l->s->consumer, false);
        if (status >= 0)
            kc_link_wait(t->link, POLL_MS);
    }
    if (!l->waiting)
        kc_sink_consumer_stand(l->s->consumer, false);
    return status;
}

/*
 * The partitions go back as if the group had taken them. After a failure what was put before it is committed
 * all the same.
 */
static kc_status let_go(struct loop *l, kc_status status, struct kc_error *err)
{
    struct kc_sink_parts *parts = &l->s->consumer->parts;
    struct kc_error ignored = KC_ERROR_INIT;
    size_t n = 0;

    if (commit_all(l, LAST_COMMIT_MS, status < 0 ? &ignored : err) < 0 && status >= 0)
        status = err->status;
    l->s->consumer->closing = true; /* from here on the handlers are not called */
    for (size_t i = 0; i < parts->n; i++)
        n += !parts->list[i]->gone;
    if (n == 0 || !KC_CAN(struct kc_sink_ops, l->s->ops, revoked))
        return status;
    kc_sink_batch_clear(&l->batch);
    kc_sink_messages_drop(&l->s->consumer->next, false);
    kc_sink_parts_sweep(parts);
    ignored = (struct kc_error)KC_ERROR_INIT;
    if (tell(l, l->s->ops->revoked, "revoked", parts->list, parts->n, &ignored) < 0)
        kc_log(KC_WARN, log_name, "%s could not let its partitions go: %s", l->s->ctx->component.label,
               ignored.message);
    return status;
}

kc_status kc_sink_run(struct kc_sink *s, struct kc_error *err)
{
    struct loop l = {.s = s, .commit_at = kc_mono_ms() + s->interval_ms};
    struct kc_task *t = s->task;
    kc_status status = KC_OK;

    s->consumer->assigned = on_assigned;
    s->consumer->revoked = on_revoked;
    s->consumer->arg = &l;
    t->retry.idle = on_idle;
    t->retry.idle_arg = &l;
    while (status >= 0) {
        enum kc_command command = kc_link_command(t->link);

        if (command == KC_COMMAND_STOP)
            break;
        if (command == KC_COMMAND_PAUSE) {
            status = stand_still(&l, err);
            continue;
        }
        tell_state(&l, "RUNNING");
        status = step(&l, err);
        kc_sink_lag_tell(s->consumer, false);
        kc_topics_tell_used(t->topics, t->link, false);
    }
    if (status == KC_ERR_STOPPED && kc_link_command(t->link) == KC_COMMAND_STOP)
        status = KC_OK;
    status = let_go(&l, status, err);
    t->retry.idle = NULL;
    kc_sink_batch_finish(&l.batch);
    kc_sink_lag_tell(s->consumer, true);
    kc_topics_tell_used(t->topics, t->link, true);
    return status;
}
