#include "fleet/fleet.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "fleet/follower.h"
#include "fleet/logger_record.h"
#include "fleet/membership.h"

enum { INSTANCE_BYTES = 6, FLUSH_MS = 500 };

struct kc_fleet {
    const struct kc_worker_config *config;
    char *worker_id;
    char worker_key[300];
    char instance[INSTANCE_BYTES * 2 + 1];
    char client_id[128]; /* Kafka's limit is 255; group members are listed with it */
    struct kc_noise noise;
    struct kc_outbox *outbox;
    struct kc_status_report *status_report;
    struct kc_mailbox *mailbox;
    struct kc_follower *follower;
    struct kc_membership *membership;
};

static kc_status name_this_process(struct kc_fleet *f, struct kc_error *err)
{
    unsigned char bytes[INSTANCE_BYTES];

    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return kc_fail_errno(err, KC_ERR_FATAL, "cannot get random bytes");
    for (size_t i = 0; i < sizeof(bytes); i++)
        (void)snprintf(f->instance + 2 * i, 3, "%02x", bytes[i]);
    (void)snprintf(f->client_id, sizeof(f->client_id), "%s-%s-%s", f->config->client_id_prefix, f->instance,
                   f->worker_id);
    (void)snprintf(f->worker_key, sizeof(f->worker_key), "worker/%s", f->worker_id);
    return KC_OK;
}

/* The first thing others learn of this process: whatever was said from this address before is history. */
static void announce(struct kc_fleet *f)
{
    struct kc_buf text = {0};

    kc_worker_doc_print(f->instance, f->client_id, kc_now_ms(), &text);
    if (!text.failed)
        kc_status_report_set(f->status_report, f->worker_key, text.data);
    kc_buf_finish(&text);
}

static bool release(struct kc_fleet *f)
{
    if (!kc_membership_destroy(f->membership))
        return false; /* its thread goes on using the rest until the process ends */
    if (f->follower != NULL)
        kc_follower_stop(f->follower);
    kc_outbox_destroy(f->outbox, FLUSH_MS);
    kc_follower_destroy(f->follower);
    kc_mailbox_destroy(f->mailbox);
    kc_status_report_destroy(f->status_report);
    kc_noise_finish(&f->noise);
    free(f->worker_id);
    free(f);
    return true;
}

static kc_status make_parts(struct kc_fleet *f, void (*changed)(void *arg), void *arg, struct kc_error *err)
{
    struct kc_follower_parts parts = {
        .config = f->config,
        .worker_id = f->worker_id,
        .instance = f->instance,
        .noise = &f->noise,
        .changed = changed,
        .arg = arg,
    };

    f->outbox = kc_outbox_create(f->config, &f->noise, err);
    if (f->outbox == NULL)
        return err->status;
    f->status_report = kc_status_report_create(f->outbox, f->config->status_storage_topic);
    f->mailbox = kc_mailbox_create(f->config, f->worker_id, f->instance, f->outbox);
    if (f->status_report == NULL || f->mailbox == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    parts.outbox = f->outbox;
    parts.status_report = f->status_report;
    parts.mailbox = f->mailbox;
    f->follower = kc_follower_create(&parts, err);
    if (f->follower == NULL)
        return err->status;
    f->membership =
        kc_membership_create(f->config, f->client_id, f->follower, f->status_report, &f->noise, err);
    return f->membership != NULL ? KC_OK : err->status;
}

struct kc_fleet *kc_fleet_start(const struct kc_worker_config *config, const char *worker_id,
                                void (*changed)(void *arg), void *arg, struct kc_error *err)
{
    struct kc_fleet *f = calloc(1, sizeof(*f));
    kc_status status;

    if (f == NULL) {
        (void)kc_fail(err, KC_ERR_NOMEM, "out of memory");
        return NULL;
    }
    kc_noise_init(&f->noise);
    f->config = config;
    f->worker_id = strdup(worker_id);
    status = f->worker_id != NULL ? name_this_process(f, err) : kc_fail(err, KC_ERR_NOMEM, "out of memory");
    if (status >= 0)
        status = make_parts(f, changed, arg, err);
    if (status >= 0) {
        announce(f);
        status = kc_follower_start(f->follower, err);
    }
    if (status >= 0)
        status = kc_membership_start(f->membership, err);
    if (status < 0) {
        (void)release(f);
        return NULL;
    }
    return f;
}

void kc_fleet_close(struct kc_fleet *f)
{
    kc_mailbox_close(f->mailbox);
}

bool kc_fleet_stop(struct kc_fleet *f)
{
    if (f == NULL)
        return true;
    kc_fleet_close(f);
    kc_status_report_set(f->status_report, f->worker_key, NULL);
    return release(f);
}

const struct kc_fleet_view *kc_fleet_view_get(struct kc_fleet *f)
{
    return kc_follower_view(f->follower);
}

bool kc_fleet_leads(const struct kc_fleet *f)
{
    return kc_membership_leads(f->membership);
}

char *kc_fleet_trouble(struct kc_fleet *f)
{
    return kc_follower_trouble(f->follower);
}

enum kc_change_outcome kc_fleet_change(struct kc_fleet *f, const struct kc_change *change,
                                       struct kc_error *err)
{
    return kc_mailbox_change(f->mailbox, change, err);
}

/* What is asked of the follower's state, and its answer. */
struct question {
    const char *connector;
    const char *topic;
    const char *instance;
    int64_t assignment;
    bool owns;   /* that assignment is this process's */
    bool has;    /* it is known that the connector has used the topic */
    char **list; /* the topics that it has used */
    size_t n;
};

static void look_for_owner(void *arg, const struct kc_fleet_state *state)
{
    struct question *q = arg;
    const struct kc_fleet_entry *e = kc_fleet_state_find(state, q->connector);

    q->owns = e != NULL && e->connector != NULL && e->assignment != NULL &&
              e->assignment->revision == q->assignment && strcmp(e->assignment->instance, q->instance) == 0;
    q->has = q->topic != NULL && kc_used_topics_have(&state->topics, q->connector, q->topic);
}

static void look_for_topics(void *arg, const struct kc_fleet_state *state)
{
    struct question *q = arg;

    q->list = kc_used_topics_of(&state->topics, q->connector, &q->n);
}

void kc_fleet_report(struct kc_fleet *f, const char *connector, int64_t assignment,
                     const struct kc_task_view *status)
{
    struct kc_task_view view = *status;
    struct kc_buf text = {0};
    char key[300];
    struct question q = {.connector = connector, .instance = f->instance, .assignment = assignment};

    /* A late word about a task that this process does not have any more could hide its new owner's. */
    kc_follower_look(f->follower, look_for_owner, &q);
    if (!q.owns)
        return;
    view.worker_id = f->worker_id;
    (void)snprintf(key, sizeof(key), "status/%s/0", connector);
    kc_status_doc_print(&view, assignment, f->instance, &text);
    if (!text.failed)
        kc_status_report_set(f->status_report, key, text.data);
    kc_buf_finish(&text);
}

static void set_topic(struct kc_fleet *f, const char *connector, const char *topic, const char *value)
{
    char key[512];

    if ((size_t)snprintf(key, sizeof(key), KC_USED_TOPIC_PREFIX "%s/%s", connector, topic) < sizeof(key))
        kc_status_report_set(f->status_report, key, value);
}

void kc_fleet_topic_used(struct kc_fleet *f, const char *connector, int64_t assignment, const char *topic)
{
    struct question q = {
        .connector = connector, .topic = topic, .instance = f->instance, .assignment = assignment};
    char value[64];

    kc_follower_look(f->follower, look_for_owner, &q);
    if (q.has || !q.owns)
        return;
    (void)snprintf(value, sizeof(value), "{\"discovered_ms\":%" PRId64 "}", kc_now_ms());
    set_topic(f, connector, topic, value);
}

char **kc_fleet_topics(struct kc_fleet *f, const char *connector, size_t *n)
{
    struct question q = {.connector = connector};

    kc_follower_look(f->follower, look_for_topics, &q);
    *n = q.n;
    return q.list;
}

void kc_fleet_topics_free(char **topics, size_t n)
{
    for (size_t i = 0; topics != NULL && i < n; i++)
        free(topics[i]);
    free(topics);
}

bool kc_fleet_topics_reset(struct kc_fleet *f, const char *connector)
{
    size_t n;
    char **topics = kc_fleet_topics(f, connector, &n);

    for (size_t i = 0; topics != NULL && i < n; i++)
        set_topic(f, connector, topics[i], NULL);
    kc_fleet_topics_free(topics, n);
    return topics != NULL;
}

void kc_fleet_logger(struct kc_fleet *f, const char *name, enum kc_log_level level)
{
    struct kc_buf value = {0};
    char key[300];

    kc_logger_record_print(level, kc_now_ms(), &value);
    if (!value.failed && (size_t)snprintf(key, sizeof(key), KC_LOGGER_PREFIX "%s", name) < sizeof(key))
        kc_status_report_set(f->status_report, key, value.data);
    kc_buf_finish(&value);
}
