/* sink.c - drives a sink as the worker does. */
#include "kit.h"

#include <string.h>
#include <unistd.h>

enum { MAX_BACKOFF_MS = 1000 };

struct kc_kit_sink {
    struct kc_kit *kit;
    const struct kc_sink_ops *ops;
    void *task;
    const struct kc_topic *topic;
    int64_t next; /* offset of the next record */
};

static void keep_error(const struct kc_error *from, kc_status status, struct kc_error *to)
{
    if (status >= 0 || to == NULL)
        return;
    *to = *from;
    to->status = status;
    to->message[sizeof(to->message) - 1] = '\0';
}

/* assigned() or revoked() of the one partition. */
static kc_status tell(struct kc_kit_sink *s, const char *call,
                      kc_status (*op)(void *, const struct kc_topic_partition *, uint32_t, struct kc_error *),
                      struct kc_error *err)
{
    struct kc_topic_partition *part;
    struct kc_error *lent;
    kc_status status;

    kc_kit_enter(s->kit, call);
    part = kc_kit_loan(s->kit, sizeof(*part));
    *part = (struct kc_topic_partition){s->topic, s->next, 0, 0};
    lent = kc_kit_error(s->kit);
    status = op(s->task, part, 1, lent);
    keep_error(lent, status, err);
    kc_kit_leave(s->kit);
    return status;
}

struct kc_kit_sink *kc_kit_sink_open(struct kc_kit *k, const struct kc_component *c,
                                     const char *const *settings, const char *topic, struct kc_error *err)
{
    const struct kc_sink_ops *ops = c->ops;
    struct kc_kit_sink *s;
    struct kc_error *lent;
    struct kc_map *config;
    kc_status status;
    void *task = NULL;
    uint64_t drained;

    while (read(k->stop_fd, &drained, sizeof(drained)) > 0)
        ;
    kc_kit_enter(k, "open");
    config = kc_kit_loan(k, sizeof(*config));
    lent = kc_kit_error(k);
    status = kc_kit_config(k, c->config, settings, config, err);
    if (status >= 0) {
        status = ops->open(&k->ctx, config, &task, lent);
        keep_error(lent, status, err);
    }
    kc_kit_leave(k);
    kc_guard_retire(k->config, (k->flags & KC_KIT_LOCK) != 0);
    k->config = NULL;
    if (status < 0)
        return NULL;
    s = kc_kit_alloc(k, sizeof(*s));
    *s = (struct kc_kit_sink){.kit = k, .ops = ops, .task = task};
    s->topic = kc_kit_topic(k, (struct kc_str){topic, (uint32_t)strlen(topic), 0});
    if (KC_CAN(struct kc_sink_ops, ops, assigned) && tell(s, "assigned", ops->assigned, err) < 0) {
        kc_kit_sink_close(s);
        return NULL;
    }
    return s;
}

static kc_status put_once(struct kc_kit_sink *s, const struct kc_batch *b, struct kc_error *err)
{
    struct kc_error *lent;
    kc_status status;

    kc_kit_enter(s->kit, "put");
    lent = kc_kit_error(s->kit);
    status = s->ops->put(s->task, b, lent);
    keep_error(lent, status, err);
    kc_kit_leave(s->kit);
    return status;
}

kc_status kc_kit_sink_put(struct kc_kit_sink *s, const struct kc_record *records, uint32_t n, uint32_t tries,
                          struct kc_error *err)
{
    struct kc_record *copies = kc_kit_alloc(s->kit, (n + 1) * sizeof(*copies));
    struct kc_origin *origins = kc_kit_alloc(s->kit, (n + 1) * sizeof(*origins));
    struct kc_error why = {.struct_size = sizeof(why)};
    const struct kc_batch *b;
    kc_status status = KC_ERR_RETRY;

    for (uint32_t i = 0; i < n; i++) {
        origins[i] = (struct kc_origin){s->topic, s->next + i, 0, 0};
        copies[i] = records[i];
        copies[i].topic = s->topic;
        copies[i].partition = 0;
        copies[i].origin = &origins[i];
    }
    b = kc_kit_lend(s->kit, copies, n, KC_KIT_READ_ONLY);
    for (uint32_t i = 0; i < tries && status == KC_ERR_RETRY; i++) {
        if (i > 0)
            (void)usleep((why.retry_after_ms < MAX_BACKOFF_MS ? why.retry_after_ms : MAX_BACKOFF_MS) * 1000);
        status = put_once(s, b, &why);
    }
    kc_kit_take_back(s->kit);
    if (status >= 0)
        s->next += n;
    else if (err != NULL)
        *err = why;
    return status;
}

kc_status kc_kit_sink_commit(struct kc_kit_sink *s, int64_t *offset, struct kc_error *err)
{
    struct kc_topic_partition *part;
    struct kc_error *lent;
    kc_status status = KC_OK;
    int64_t durable;

    kc_kit_enter(s->kit, "pre_commit");
    part = kc_kit_loan(s->kit, sizeof(*part));
    *part = (struct kc_topic_partition){s->topic, s->next, 0, 0};
    lent = kc_kit_error(s->kit);
    if (KC_CAN(struct kc_sink_ops, s->ops, pre_commit))
        status = s->ops->pre_commit(s->task, part, 1, lent);
    keep_error(lent, status, err);
    durable = part->offset;
    kc_kit_leave(s->kit);
    if (status < 0)
        return status;
    if (durable > s->next || durable < -1)
        kc_kit_note_fault(s->kit, "pre_commit answered offset %lld, the sink was given those before %lld",
                          (long long)durable, (long long)s->next);
    *offset = durable;
    return status;
}

void kc_kit_sink_stop(struct kc_kit_sink *s)
{
    kc_kit_stop(s->kit);
    if (KC_CAN(struct kc_sink_ops, s->ops, interrupt))
        s->ops->interrupt(s->task);
}

void kc_kit_sink_close(struct kc_kit_sink *s)
{
    if (s == NULL)
        return;
    if (KC_CAN(struct kc_sink_ops, s->ops, revoked))
        (void)tell(s, "revoked", s->ops->revoked, NULL);
    kc_kit_enter(s->kit, "close");
    s->ops->close(s->task);
    kc_kit_leave(s->kit);
}
