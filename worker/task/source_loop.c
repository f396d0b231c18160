#include "task/source_loop.h"

#include "base/clock.h"
#include "base/log.h"
#include "task/dead_letter.h"
#include "task/messages.h"
#include "task/transaction.h"

enum {
    MAX_RECORDS = 2000,
    MAX_BATCH_BYTES = 1 << 20,
    POLL_MS = 500,               /* so that commands are seen */
    PAUSED_POLL_MS = 3000,       /* between two polls that keep a connection alive */
    POSITION_INTERVAL_MS = 1000, /* how often a position without records is committed */
    BACKLOG_FACTOR = 5,          /* how much longer a transaction may be while there is a backlog */
    UNIT_MAX_BYTES = 256 << 20,  /* a transaction ends at this size whatever the time */
    BUFFERS_MS = 5,              /* to wait for delivery reports when too many buffers are out */
    RETRY_FIRST_MS = 100,
    RETRY_MAX_MS = 5000,
    RETRY_GIVE_UP_MS = 1000, /* of a poll() that asks to be called again; then a new process connects anew */
    CAREFUL_MS = 60000,      /* after a stage that waited for longer than a transaction may be open */
    BATCH_MARGIN_BYTES = 1024, /* between a topic's limit and the batches made for it */
};

/* What was sent since the last commit, and when the next one is. */
struct loop {
    struct kc_source *s;
    struct kc_messages messages; /* of the batch in hand */
    bool txn_open;
    uint64_t unit_records;
    uint64_t unit_letters; /* dead letters */
    uint64_t unit_bytes;
    int64_t unit_began_ms;
    uint32_t polls, full_polls; /* in this unit: mostly full ones are a backlog */
    int64_t interval_ms;
    int64_t committed_ms;
    int64_t retry_since_ms; /* 0: the last poll did not ask for a retry */
    int64_t retry_ms;
    const char *state; /* last told to the worker */
};

static void tell_state(struct loop *l, const char *state)
{
    if (l->state == state)
        return;
    l->state = state;
    (void)kc_link_state(l->s->task->link, state);
}

static bool unit_is_empty(const struct loop *l)
{
    return l->unit_records == 0 && l->unit_letters == 0;
}

/* The transaction cannot go on; a new session may, at the committed position. */
static kc_status give_up(struct loop *l, kc_status status)
{
    struct kc_producer *p = l->s->producer;

    l->s->task->fenced = p->fenced;
    kc_meter_gave_up(&l->s->task->meter, l->txn_open && status < 0);
    if (l->txn_open && !p->fenced)
        kc_txn_abort(p);
    l->txn_open = false;
    l->s->task->reopen = status == KC_ERR_RETRY && !p->fenced;
    if (p->batch_too_big)
        l->s->task->batch_bytes = p->topic_limit > 2 * BATCH_MARGIN_BYTES
                                      ? p->topic_limit - BATCH_MARGIN_BYTES
                                      : BATCH_MARGIN_BYTES;
    return status;
}

static kc_status begin(struct loop *l, struct kc_error *err)
{
    kc_status status;

    if (l->txn_open)
        return KC_OK;
    status = kc_txn_begin(l->s->producer, err);
    if (status < 0)
        return give_up(l, status);
    l->txn_open = true;
    return KC_OK;
}

static kc_status write_position(void *arg, const char *key, size_t key_len, const void *value,
                                size_t value_len, struct kc_error *err)
{
    struct kc_source *s = arg;
    const struct kc_start *start = &s->task->start;

    return kc_producer_send_position(s->producer, s->offset_topic,
                                     kc_home_partition(start->connector, start->offset_partitions), key,
                                     key_len, value, value_len, err);
}

static void tell_committed(void *arg, const struct kc_committed *changed)
{
    struct loop *l = arg;
    struct kc_source *s = l->s;
    struct kc_error err = KC_ERROR_INIT;
    kc_status status;

    if (!KC_CAN(struct kc_source_ops, s->ops, committed))
        return;
    kc_ctx_enter(s->ctx, "committed");
    status = s->ops->committed(s->self, changed, 1, &err);
    kc_ctx_leave(s->ctx);
    if (status < 0)
        kc_log(KC_WARN, "worker/task", "%s did not take the news of a commit: %s", s->ctx->component.label,
               err.message);
}

/* While a stage may have to wait for long, each batch is committed, so that no transaction is open when it
 * has to. */
static int64_t usual_interval(const struct kc_source *s)
{
    return kc_mono_ms() < s->task->retry.careful_until_ms ? 0 : s->interval_ms;
}

/* The next unit's length: it doubles while polls come back full. */
static void next_interval(struct loop *l)
{
    int64_t base = usual_interval(l->s), longest = base * BACKLOG_FACTOR;
    bool backlog = l->full_polls > 0 && l->full_polls * 2 >= l->polls;

    l->interval_ms = backlog && l->interval_ms > 0 ? l->interval_ms * 2 : base;
    if (l->interval_ms > longest)
        l->interval_ms = longest;
}

/* Commits what was sent, with the positions. `rest`: before the task stands still, so records are written
 * too. */
static kc_status commit(struct loop *l, bool rest, struct kc_error *err)
{
    struct kc_source *s = l->s;
    struct kc_task *t = s->task;
    rd_kafka_topic_partition_list_t *list;
    int64_t began_ms = kc_mono_ms();
    kc_status status = KC_OK;

    if (!t->exactly_once)
        status = kc_producer_flush(s->producer, (int)s->producer->txn_timeout_ms, err);
    if (status < 0)
        return give_up(l, status);
    status = begin(l, err);
    if (status < 0)
        return status;
    list = rd_kafka_topic_partition_list_new(4);
    status = kc_offsets_prepare(t->offsets, rest, t->start.offset_topic, list, write_position, s, err);
    if (status >= 0)
        status = kc_txn_commit(s->producer, t->link, list, s->group, err);
    rd_kafka_topic_partition_list_destroy(list);
    if (status < 0)
        return give_up(l, status);
    l->txn_open = false;
    l->committed_ms = kc_mono_ms();
    kc_meter_committed(&t->meter, l->committed_ms - began_ms, l->unit_records);
    next_interval(l);
    atomic_fetch_add(&t->records, l->unit_records);
    atomic_fetch_add(&t->bytes, l->unit_bytes);
    l->unit_records = l->unit_letters = l->unit_bytes = l->polls = l->full_polls = 0;
    atomic_fetch_add(&t->commits, 1);
    kc_offsets_committed(t->offsets, tell_committed, l);
    return KC_OK;
}

/* kc_mono_ms() of the next commit; INT64_MAX: there is nothing to commit, or no place to end at. */
static int64_t commit_due(const struct loop *l)
{
    const struct kc_offsets *o = l->s->task->offsets;
    int64_t due = kc_offsets_record_due(o);

    if (!kc_offsets_at_resume_point(o))
        return INT64_MAX;
    if (unit_is_empty(l)) {
        if (kc_offsets_changed(o) && l->committed_ms + POSITION_INTERVAL_MS < due)
            due = l->committed_ms + POSITION_INTERVAL_MS;
        return due;
    }
    if (l->unit_bytes >= UNIT_MAX_BYTES)
        return 0;
    return l->unit_began_ms + l->interval_ms;
}

static bool has_unit(const struct loop *l)
{
    return !unit_is_empty(l) || kc_offsets_changed(l->s->task->offsets) ||
           kc_offsets_record_due(l->s->task->offsets) != INT64_MAX;
}

static kc_status check_unit(struct loop *l, struct kc_error *err)
{
    int64_t limit = l->s->producer->txn_timeout_ms * 2 / 3;

    if (unit_is_empty(l) || !l->s->task->exactly_once || kc_mono_ms() - l->unit_began_ms < limit ||
        kc_offsets_at_resume_point(l->s->task->offsets))
        return KC_OK;
    (void)give_up(l, KC_ERR_FATAL);
    return kc_fail(err, KC_ERR_FATAL,
                   "%s has given no position for %lld ms, so a transaction cannot end: raise "
                   "producer.override.transaction.timeout.ms",
                   l->s->ctx->component.label, (long long)limit);
}

/* Makes the messages of a batch, and sends them once it is known that the broker takes each. */
static kc_status send_all(struct loop *l, struct kc_pairing *pairs, struct kc_out *out, struct kc_error *err)
{
    struct kc_task *t = l->s->task;
    struct kc_sent sent = {0};
    kc_status status = kc_messages_make(&l->messages, t, l->s->ctx, l->s->producer, *pairs, out, err);

    if (status == KC_ERR_STOPPED)
        return status; /* a header's converter waits for its next try */
    if (status < 0)
        return give_up(l, status);
    if (unit_is_empty(l) && (l->messages.n > 0 || t->failures.n > 0)) {
        l->unit_began_ms = kc_mono_ms();
        status = t->exactly_once ? begin(l, err) : KC_OK;
        if (status < 0)
            return status;
    }
    if (t->failures.n > 0) {
        l->unit_letters += t->failures.n;
        t->meter.skipped += t->failures.n;
        status = kc_dead_letters_send(t, l->s->producer, pairs, out, err);
    }
    if (status >= 0)
        status = kc_messages_send(&l->messages, &t->failures, l->s->producer, &sent, err);
    l->unit_records += sent.messages;
    l->unit_bytes += sent.bytes;
    return status < 0 ? give_up(l, status) : KC_OK;
}

/* How long a stage may wait for its next try: a transaction that is open meanwhile must not time out. */
static int64_t patience_until(const struct loop *l)
{
    return l->txn_open ? l->unit_began_ms + l->s->producer->txn_timeout_ms / 2 : 0;
}

/* The batch in hand was given up while a stage waited for its next try; what is uncommitted is polled
 * again. */
static kc_status leave_batch(struct loop *l)
{
    bool stop = kc_link_command(l->s->task->link) == KC_COMMAND_STOP;

    l->s->task->retry.careful_until_ms = kc_mono_ms() + CAREFUL_MS;
    return give_up(l, stop ? KC_ERR_STOPPED : KC_ERR_RETRY);
}

/* Transforms, encodes and sends one batch, and takes in its positions. */
static kc_status deliver(struct loop *l, struct kc_batch *b, struct kc_error *err)
{
    struct kc_source *s = l->s;
    struct kc_out *out = kc_out_take(&s->producer->pool);
    struct kc_pairing pairs;
    kc_status status;

    if (out == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for a batch");
    s->task->retry.patience_until_ms = patience_until(l);
    status = kc_pipeline_apply(s->pipeline, b, err);
    if (status >= 0 && s->pipeline->n_stages > 0 && kc_topics_ensure_for(s->task->topics, b, err) < 0)
        status = give_up(l, err->status);
    if (status >= 0)
        status = kc_encoder_run(s->encoder, b, out, &pairs, err);
    status = kc_memory_explain(&s->task->memory, status, s->arena, &s->producer->pool, err);
    if (status >= 0)
        status = kc_task_raised(s->task, err); /* a converter may have refused a record */
    if (status >= 0)
        status = send_all(l, &pairs, out, err);
    if (status >= 0)
        status = kc_offsets_note(s->task->offsets, b, err);
    if (status == KC_ERR_STOPPED)
        status = leave_batch(l);
    l->polls++;
    l->full_polls += b->n_records * 2 >= MAX_RECORDS || out->bytes.len * 2 >= MAX_BATCH_BYTES;
    kc_out_unref(out);
    return status;
}

static kc_status call_poll(struct loop *l, uint32_t flags, int64_t timeout_ms, struct kc_batch *b,
                           struct kc_error *err)
{
    struct kc_source *s = l->s;
    struct kc_poll how = {.struct_size = sizeof(how),
                          .flags = flags,
                          .timeout_ms = (uint32_t)timeout_ms,
                          .max_records = MAX_RECORDS,
                          .max_bytes = MAX_BATCH_BYTES};
    kc_status status;

    kc_failures_clear(&s->task->failures);
    kc_arena_reset(s->arena);
    *b = (struct kc_batch){
        .struct_size = sizeof(*b), .record_size = sizeof(struct kc_record), .arena = &s->arena->pub};
    *err = (struct kc_error)KC_ERROR_INIT;
    kc_ctx_enter(s->ctx, "poll");
    status = s->ops->poll(s->self, &how, b, err);
    kc_ctx_leave(s->ctx);
    return kc_memory_explain(&s->task->memory, status, s->arena, NULL, err);
}

static void release(struct kc_source *s, struct kc_batch *b)
{
    if (b->release == NULL)
        return;
    kc_ctx_enter(s->ctx, "release");
    b->release(b);
    kc_ctx_leave(s->ctx);
}

/* poll() asked to be called again: what is complete is committed first, so that nothing stays open
 * meanwhile. */
static kc_status back_off(struct loop *l, struct kc_error *err)
{
    struct kc_task *t = l->s->task;
    struct kc_error why = *err;
    int64_t now = kc_mono_ms();
    kc_status status = KC_OK;

    kc_meter_retry(&t->meter);
    if (l->retry_since_ms == 0) {
        l->retry_since_ms = now;
        l->retry_ms = RETRY_FIRST_MS;
    }
    if (now - l->retry_since_ms >= RETRY_GIVE_UP_MS || !kc_offsets_at_resume_point(t->offsets)) {
        (void)give_up(l, KC_ERR_RETRY);
        t->reopen = false; /* the other system is away, not Kafka */
        *err = why;
        return KC_ERR_RETRY;
    }
    if (has_unit(l))
        status = commit(l, true, err);
    if (status < 0)
        return status;
    kc_log(KC_DEBUG, "worker/task", "%s asks for a pause: %s", l->s->ctx->component.label, why.message);
    kc_link_wait(t->link,
                 (int)(why.retry_after_ms > 0 && why.retry_after_ms < RETRY_MAX_MS ? why.retry_after_ms
                                                                                   : l->retry_ms));
    l->retry_ms = l->retry_ms * 2 < RETRY_MAX_MS ? l->retry_ms * 2 : RETRY_MAX_MS;
    return KC_OK;
}

/* poll() failed for good. What came before is whole, and would fail at the same place for ever if it were
 * given up. */
static kc_status commit_before_failing(struct loop *l, kc_status status, struct kc_error *err)
{
    struct kc_error why = *err;

    if (has_unit(l) && kc_offsets_at_resume_point(l->s->task->offsets))
        (void)commit(l, true, err);
    l->s->task->reopen = false;
    *err = why;
    return status;
}

static kc_status poll_once(struct loop *l, int64_t timeout_ms, struct kc_error *err)
{
    struct kc_batch b;
    kc_status status = call_poll(l, 0, timeout_ms, &b, err);

    if (status < 0) {
        release(l->s, &b);
        if (status == KC_ERR_RETRY)
            return back_off(l, err);
        if (status == KC_ERR_STOPPED && kc_link_command(l->s->task->link) == KC_COMMAND_STOP)
            return KC_OK;
        return commit_before_failing(l, status, err);
    }
    l->retry_since_ms = 0;
    kc_meter_took(&l->s->task->meter, &b);
    if (b.n_records > 0)
        status = deliver(l, &b, err);
    else
        l->polls++;
    if (status >= 0)
        kc_meter_polled(&l->s->task->meter, l->s->ctx, b.n_records > 0 ? &b : NULL, l->unit_records);
    release(l->s, &b);
    return status < 0 ? status : KC_OK;
}

/* One round of the loop: reports in, a commit if it is time, records out. */
static kc_status step(struct loop *l, struct kc_error *err)
{
    struct kc_producer *p = l->s->producer;
    kc_status status = kc_producer_serve(p, 0, err);
    int64_t due, timeout;

    while (status >= 0 && p->pool.in_use_bytes > l->s->task->memory.in_use_bytes)
        status = kc_producer_serve(p, BUFFERS_MS, err);
    if (status < 0)
        return give_up(l, status);
    status = kc_task_raised(l->s->task, err);
    if (status >= 0)
        status = check_unit(l, err);
    if (status < 0)
        return status;
    due = commit_due(l);
    timeout = due == INT64_MAX ? POLL_MS : due - kc_mono_ms();
    if (timeout <= 0)
        return commit(l, false, err);
    return poll_once(l, timeout < POLL_MS ? timeout : POLL_MS, err);
}

/* Stands still until resume or stop, with nothing open and every record written. */
static kc_status stand_still(struct loop *l, struct kc_error *err)
{
    struct kc_task *t = l->s->task;
    struct kc_batch b;
    kc_status status = has_unit(l) ? commit(l, true, err) : KC_OK;

    tell_state(l, "PAUSED");
    while (status >= 0 && kc_link_command(t->link) == KC_COMMAND_PAUSE) {
        status = call_poll(l, KC_POLL_IDLE, 0, &b, err);
        release(l->s, &b);
        if (status >= 0 && b.n_records > 0)
            return kc_fail(err, KC_ERR_FATAL, "%s gave records while it was paused",
                           l->s->ctx->component.label);
        if (status == KC_ERR_RETRY || status == KC_ERR_STOPPED)
            status = KC_OK; /* a connection that cannot be kept while paused is made again on resume */
        if (status >= 0)
            status = kc_producer_serve(l->s->producer, 0, err);
        if (status >= 0)
            status = kc_task_raised(t, err);
        kc_meter_tell(t, false);
        if (status >= 0)
            kc_link_wait(t->link, PAUSED_POLL_MS);
    }
    return status < 0 ? give_up(l, status) : KC_OK;
}

kc_status kc_source_run(struct kc_source *s, struct kc_error *err)
{
    struct loop l = {.s = s, .interval_ms = usual_interval(s), .committed_ms = kc_mono_ms()};
    struct kc_task *t = s->task;
    kc_status status = KC_OK;

    while (status >= 0) {
        enum kc_command command = kc_link_command(t->link);

        if (command == KC_COMMAND_STOP)
            break;
        if (command == KC_COMMAND_PAUSE && kc_offsets_at_resume_point(t->offsets)) {
            status = stand_still(&l, err);
            continue;
        }
        tell_state(&l, "RUNNING");
        status = step(&l, err);
        kc_meter_tell(t, false);
        kc_topics_tell_used(t->topics, t->link, false);
    }
    if (status >= 0 && has_unit(&l) && kc_offsets_at_resume_point(t->offsets))
        status = commit(&l, true, err);
    if (l.txn_open)
        (void)give_up(&l, KC_OK); /* behind the last resume point: sent again next time */
    kc_messages_finish(&l.messages);
    kc_meter_tell(t, true);
    kc_topics_tell_used(t->topics, t->link, true);
    return status < 0 ? status : KC_OK;
}
