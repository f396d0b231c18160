#include "fleet/mailbox.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "fleet/request.h"

enum { DEADLINE_MARGIN_MS = 2000 };

/* One caller of kc_mailbox_change(); lies on its stack. */
struct waiter {
    struct waiter *next;
    uint64_t number;
    bool answered;
    enum kc_change_outcome outcome;
    struct kc_error err;
    pthread_cond_t answer;
};

struct kc_mailbox {
    const struct kc_worker_config *config;
    char *worker_id;
    char *instance;
    struct kc_outbox *outbox;
    pthread_mutex_t lock;
    pthread_cond_t empty;
    struct waiter *waiters;
    uint64_t last_number;
    bool closed;
};

struct kc_mailbox *kc_mailbox_create(const struct kc_worker_config *config, const char *worker_id,
                                     const char *instance, struct kc_outbox *outbox)
{
    struct kc_mailbox *m = calloc(1, sizeof(*m));

    if (m == NULL)
        return NULL;
    m->config = config;
    m->outbox = outbox;
    (void)pthread_mutex_init(&m->lock, NULL);
    (void)pthread_cond_init(&m->empty, NULL);
    m->worker_id = strdup(worker_id);
    m->instance = strdup(instance);
    if (m->worker_id == NULL || m->instance == NULL) {
        kc_mailbox_destroy(m);
        return NULL;
    }
    return m;
}

void kc_mailbox_destroy(struct kc_mailbox *m)
{
    if (m == NULL)
        return;
    (void)pthread_mutex_destroy(&m->lock);
    (void)pthread_cond_destroy(&m->empty);
    free(m->worker_id);
    free(m->instance);
    free(m);
}

/* With the lock held. */
static struct waiter *find(struct kc_mailbox *m, uint64_t number)
{
    struct waiter *w = m->waiters;

    while (w != NULL && w->number != number)
        w = w->next;
    return w;
}

/* With the lock held. */
static void answer(struct waiter *w, enum kc_change_outcome outcome, const char *message)
{
    if (w->answered)
        return;
    w->answered = true;
    w->outcome = outcome;
    (void)kc_fail(&w->err, outcome == KC_CHANGE_TIMEOUT ? KC_ERR_RETRY : KC_ERR_CONFIG, "%s", message);
    (void)pthread_cond_signal(&w->answer);
}

static const char too_large[] =
    "the connector's configuration is larger than the brokers take (message.max.bytes)";
static const char no_answer[] = "no leader of the fleet answered in time; the change may have been applied";

static void on_sent(void *arg, uint64_t number, rd_kafka_resp_err_t code)
{
    struct kc_mailbox *m = arg;
    struct waiter *w;

    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    (void)pthread_mutex_lock(&m->lock);
    w = find(m, number);
    if (w != NULL && code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
        answer(w, KC_CHANGE_TOO_LARGE, too_large);
    else if (w != NULL)
        answer(w, KC_CHANGE_TIMEOUT, no_answer);
    (void)pthread_mutex_unlock(&m->lock);
}

/* Puts the waiter on the list and gives it its number; false: the mailbox is closed. */
static bool enter(struct kc_mailbox *m, struct waiter *w)
{
    pthread_condattr_t attributes;
    bool entered;

    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&w->answer, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    (void)pthread_mutex_lock(&m->lock);
    w->number = ++m->last_number;
    entered = !m->closed;
    if (entered) {
        w->next = m->waiters;
        m->waiters = w;
    }
    (void)pthread_mutex_unlock(&m->lock);
    return entered;
}

/* Waits until the answer or the time is there, and takes the waiter off the list. */
static void wait_and_leave(struct kc_mailbox *m, struct waiter *w, int64_t until_ms)
{
    struct timespec until = {.tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000};
    struct waiter **at = &m->waiters;

    (void)pthread_mutex_lock(&m->lock);
    while (!w->answered && pthread_cond_timedwait(&w->answer, &m->lock, &until) != ETIMEDOUT)
        continue;
    answer(w, KC_CHANGE_TIMEOUT, no_answer);
    while (*at != w)
        at = &(*at)->next;
    *at = w->next;
    if (m->waiters == NULL)
        (void)pthread_cond_signal(&m->empty);
    (void)pthread_mutex_unlock(&m->lock);
    (void)pthread_cond_destroy(&w->answer);
}

static void send_request(struct kc_mailbox *m, struct waiter *w, const struct kc_change *change)
{
    int64_t timeout = m->config->request_timeout_ms;
    int64_t margin = timeout / 4 < DEADLINE_MARGIN_MS ? timeout / 4 : DEADLINE_MARGIN_MS;
    struct kc_buf text = {0};
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR__FAIL;
    char id[64];

    (void)snprintf(id, sizeof(id), "%s/%" PRIu64, m->instance, w->number);
    kc_request_print(id, m->worker_id, (int32_t)(w->number % KC_REPLY_SLOTS), kc_now_ms() + timeout - margin,
                     change, &text);
    if (!text.failed)
        code = kc_outbox_send(m->outbox, m->config->request_storage_topic, NULL, text.data, text.len, on_sent,
                              m, w->number);
    kc_buf_finish(&text);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        (void)pthread_mutex_lock(&m->lock);
        if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
            answer(w, KC_CHANGE_TOO_LARGE, too_large);
        else
            answer(w, KC_CHANGE_TIMEOUT, rd_kafka_err2str(code));
        (void)pthread_mutex_unlock(&m->lock);
    }
}

enum kc_change_outcome kc_mailbox_change(struct kc_mailbox *m, const struct kc_change *change,
                                         struct kc_error *err)
{
    struct waiter w = {.err = KC_ERROR_INIT};
    int64_t until_ms = kc_mono_ms() + m->config->request_timeout_ms;

    if (!enter(m, &w)) {
        (void)pthread_cond_destroy(&w.answer);
        (void)kc_fail(err, KC_ERR_RETRY, "this worker is ending; ask another one");
        return KC_CHANGE_TIMEOUT;
    }
    send_request(m, &w, change);
    wait_and_leave(m, &w, until_ms);
    if (w.outcome == KC_CHANGE_REFUSED || w.outcome == KC_CHANGE_TIMEOUT || w.outcome == KC_CHANGE_TOO_LARGE)
        (void)kc_fail(err, w.err.status, "%s", w.err.message);
    return w.outcome;
}

void kc_mailbox_reply(struct kc_mailbox *m, const char *id, enum kc_change_outcome outcome,
                      const char *message)
{
    size_t n = strlen(m->instance);
    struct waiter *w;

    if (strncmp(id, m->instance, n) != 0 || id[n] != '/')
        return;
    (void)pthread_mutex_lock(&m->lock);
    w = find(m, strtoull(id + n + 1, NULL, 10));
    if (w != NULL)
        answer(w, outcome, message != NULL ? message : kc_outcome_name(outcome));
    (void)pthread_mutex_unlock(&m->lock);
}

void kc_mailbox_close(struct kc_mailbox *m)
{
    (void)pthread_mutex_lock(&m->lock);
    m->closed = true;
    for (struct waiter *w = m->waiters; w != NULL; w = w->next)
        answer(w, KC_CHANGE_TIMEOUT, "this worker is ending; the change may have been applied");
    while (m->waiters != NULL)
        (void)pthread_cond_wait(&m->empty, &m->lock);
    (void)pthread_mutex_unlock(&m->lock);
}
