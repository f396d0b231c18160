#include "task/retry.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/log.h"
#include "task/host_table.h"

enum {
    FIRST_PAUSE_MS = 300,
    DEFAULT_MAX_DELAY_MS = 60000,
    DOUBLINGS = 30, /* 300 ms doubled so often is far above every longest pause */
    IDLE_MS = 1000,
};

static const char retriable[] = "org.apache.kafka.connect.errors.RetriableException";

static kc_status read_ms(const struct kc_props *config, const char *key, int64_t fallback, int64_t least,
                         int64_t *out, struct kc_error *err)
{
    const char *text = kc_props_or(config, key, "");
    char *rest = NULL;

    *out = fallback;
    if (text[0] == '\0')
        return KC_OK;
    errno = 0;
    *out = strtoll(text, &rest, 10);
    if (errno != 0 || *rest != '\0' || *out < least)
        return kc_fail(err, KC_ERR_CONFIG, "%s: the value must be a number of milliseconds, at least %lld",
                       key, (long long)least);
    return KC_OK;
}

kc_status kc_retry_init(struct kc_retry *r, const struct kc_props *config, struct kc_error *err)
{
    kc_status status;

    *r = (struct kc_retry){0};
    status = read_ms(config, "errors.retry.timeout", 0, -1, &r->timeout_ms, err);
    if (status == KC_OK)
        status = read_ms(config, "errors.retry.delay.max.ms", DEFAULT_MAX_DELAY_MS, 1, &r->max_delay_ms, err);
    return status;
}

static int64_t random_below(int64_t limit)
{
    uint64_t bits = 0;

    (void)getrandom(&bits, sizeof(bits), 0);
    return (int64_t)(bits % (uint64_t)limit);
}

static int64_t pause_of(const struct kc_retry *r, const struct kc_attempts *a, const struct kc_error *why)
{
    int64_t pause = (int64_t)FIRST_PAUSE_MS << (a->n < DOUBLINGS ? a->n : DOUBLINGS);

    if (why->retry_after_ms > 0)
        pause = why->retry_after_ms;
    return pause > r->max_delay_ms ? 1 + random_below(r->max_delay_ms) : pause;
}

/* Sleeps until `until_ms`; false: the task is to stop. */
static bool sleep_until(struct kc_task *t, int64_t until_ms)
{
    for (;;) {
        int64_t left = until_ms - kc_mono_ms();

        if (kc_link_command(t->link) == KC_COMMAND_STOP)
            return false;
        if (left <= 0)
            return true;
        if (t->retry.idle != NULL)
            t->retry.idle(t->retry.idle_arg);
        kc_link_wait(t->link, (int)(left < IDLE_MS ? left : IDLE_MS));
    }
}

static enum kc_retry_answer wait(struct kc_task *t, struct kc_attempts *a, const struct kc_error *why)
{
    const struct kc_retry *r = &t->retry;
    int64_t now = kc_mono_ms(), deadline = INT64_MAX, until;

    if (a->n == 0)
        a->since_ms = now;
    if (r->timeout_ms >= 0)
        deadline = a->since_ms + r->timeout_ms;
    if (now >= deadline)
        return KC_RETRY_SPENT;
    until = now + pause_of(r, a, why);
    until = until < deadline ? until : deadline;
    if (r->patience_until_ms != 0 && until > r->patience_until_ms)
        return KC_RETRY_LEAVE;
    if (a->n++ == 0)
        kc_log(KC_WARN, "worker/task", "%s; it is tried again (errors.retry.timeout is %lld ms)",
               why->message, (long long)r->timeout_ms);
    return sleep_until(t, until) ? KC_RETRY_AGAIN : KC_RETRY_LEAVE;
}

enum kc_retry_answer kc_retry_wait(struct kc_task *t, struct kc_attempts *a, struct kc_error *err)
{
    kc_meter_retry(&t->meter);
    a->last = wait(t, a, err);
    if (a->last == KC_RETRY_AGAIN)
        *err = (struct kc_error)KC_ERROR_INIT;
    return a->last;
}

kc_status kc_retry_settle(const struct kc_ctx *ctx, const struct kc_attempts *a, struct kc_batch *b,
                          struct kc_error *err)
{
    struct kc_failures *failures = &ctx->task->failures;
    struct kc_failure failure = {
        .stage = ctx->stage, .component = ctx->component.label, .exception = retriable};
    kc_status status = KC_OK;

    if (a->last == KC_RETRY_LEAVE)
        return KC_ERR_STOPPED;
    (void)kc_wrap(err, "%s", ctx->component.label);
    if (!failures->tolerated)
        return KC_ERR_RETRY;
    for (uint32_t i = 0; i < b->n_records && status >= 0; i++) {
        struct kc_record *r = kc_batch_at(b, i);

        if ((r->flags & (KC_REC_DROPPED | KC_REC_FAILED | KC_REC_SKIP)) != 0)
            continue;
        r->flags |= KC_REC_FAILED;
        failure.index = i;
        atomic_fetch_add(&ctx->task->errors, 1);
        status = kc_failures_add(failures, &failure, err);
    }
    return status;
}
