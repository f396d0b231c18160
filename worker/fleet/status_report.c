#include "fleet/status_report.h"

#include <stdlib.h>
#include <string.h>

#include "fleet/logger_record.h"

struct line {
    struct line *next;
    uint64_t tag; /* names the line to delivery reports, which may come after its end */
    char *key;
    char *value;    /* what the key should have; NULL: nothing */
    bool sent;      /* `value` is stored, or on its way */
    bool in_flight; /* something is on its way */
};

struct kc_status_report {
    struct kc_outbox *outbox;
    char *topic;
    pthread_mutex_t lock;
    struct line *lines;
    uint64_t last_tag;
    bool started;
};

static void free_line(struct line *l)
{
    free(l->key);
    free(l->value);
    free(l);
}

struct kc_status_report *kc_status_report_create(struct kc_outbox *outbox, const char *topic)
{
    struct kc_status_report *s = calloc(1, sizeof(*s));

    if (s == NULL)
        return NULL;
    s->outbox = outbox;
    s->topic = strdup(topic);
    (void)pthread_mutex_init(&s->lock, NULL);
    if (s->topic == NULL) {
        kc_status_report_destroy(s);
        return NULL;
    }
    return s;
}

void kc_status_report_destroy(struct kc_status_report *s)
{
    if (s == NULL)
        return;
    while (s->lines != NULL) {
        struct line *l = s->lines;

        s->lines = l->next;
        free_line(l);
    }
    (void)pthread_mutex_destroy(&s->lock);
    free(s->topic);
    free(s);
}

static void on_done(void *arg, uint64_t tag, rd_kafka_resp_err_t code)
{
    struct kc_status_report *s = arg;

    (void)pthread_mutex_lock(&s->lock);
    for (struct line *l = s->lines; l != NULL; l = l->next) {
        if (l->tag != tag)
            continue;
        l->in_flight = false;
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR && code != RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
            l->sent = false;
        break;
    }
    (void)pthread_mutex_unlock(&s->lock);
    if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
        kc_log(KC_ERROR, "worker/fleet", "topic %s does not take a status: %s", s->topic,
               rd_kafka_err2str(code));
}

/* With the lock held. */
static void send_line(struct kc_status_report *s, struct line *l)
{
    if (!s->started || l->sent || l->in_flight)
        return;
    if (kc_outbox_send(s->outbox, s->topic, l->key, l->value, l->value != NULL ? strlen(l->value) : 0,
                       on_done, s, l->tag) == RD_KAFKA_RESP_ERR_NO_ERROR)
        l->sent = l->in_flight = true;
}

static bool same(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* The line of `key`, made when there is none; NULL: out of memory. */
static struct line *want_line(struct kc_status_report *s, const char *key)
{
    struct line *l = s->lines;

    while (l != NULL && strcmp(l->key, key) != 0)
        l = l->next;
    if (l != NULL)
        return l;
    l = calloc(1, sizeof(*l));
    if (l == NULL)
        return NULL;
    l->key = strdup(key);
    if (l->key == NULL) {
        free(l);
        return NULL;
    }
    l->tag = ++s->last_tag;
    l->next = s->lines;
    s->lines = l;
    return l;
}

void kc_status_report_set(struct kc_status_report *s, const char *key, const char *value)
{
    char *copy = value != NULL ? strdup(value) : NULL;
    struct line *l;

    if (value != NULL && copy == NULL)
        return;
    (void)pthread_mutex_lock(&s->lock);
    l = want_line(s, key);
    if (l == NULL || (l->sent && same(l->value, copy))) {
        free(copy);
    } else {
        free(l->value);
        l->value = copy;
        l->sent = false;
        send_line(s, l);
    }
    (void)pthread_mutex_unlock(&s->lock);
}

void kc_status_report_start(struct kc_status_report *s)
{
    (void)pthread_mutex_lock(&s->lock);
    s->started = true;
    for (struct line *l = s->lines; l != NULL; l = l->next)
        send_line(s, l);
    (void)pthread_mutex_unlock(&s->lock);
}

/* True for a key status/<name>/<task> whose connector is no more, and for what has been deleted. */
static bool is_done_with(const struct line *l, const struct kc_fleet_state *state)
{
    static const char prefix[] = "status/";
    const struct kc_fleet_entry *e;
    char name[256];
    const char *end;

    if (l->in_flight || (!l->sent && l->value == NULL))
        return false;
    if (l->value == NULL)
        return true;
    if (strncmp(l->key, KC_USED_TOPIC_PREFIX, sizeof(KC_USED_TOPIC_PREFIX) - 1) == 0 ||
        strncmp(l->key, KC_LOGGER_PREFIX, sizeof(KC_LOGGER_PREFIX) - 1) == 0)
        return l->sent; /* events: others may change the key, too */
    end = strrchr(l->key, '/');
    if (strncmp(l->key, prefix, sizeof(prefix) - 1) != 0 || end == NULL ||
        (size_t)(end - l->key) - (sizeof(prefix) - 1) >= sizeof(name) || end < l->key + sizeof(prefix))
        return false;
    memcpy(name, l->key + sizeof(prefix) - 1, (size_t)(end - l->key) - (sizeof(prefix) - 1));
    name[(size_t)(end - l->key) - (sizeof(prefix) - 1)] = '\0';
    e = kc_fleet_state_find(state, name);
    return e == NULL || e->connector == NULL;
}

void kc_status_report_tick(struct kc_status_report *s, const struct kc_fleet_state *state)
{
    struct line **at = &s->lines;

    (void)pthread_mutex_lock(&s->lock);
    while (*at != NULL) {
        struct line *l = *at;

        if (is_done_with(l, state)) {
            *at = l->next;
            free_line(l);
            continue;
        }
        send_line(s, l);
        at = &l->next;
    }
    (void)pthread_mutex_unlock(&s->lock);
}
