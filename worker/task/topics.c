#include "task/topics.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "kafka/admin.h"
#include "kafka/client_config.h"
#include "task/control_link.h"

enum {
    MAX_NAME = 249, /* Kafka's limit for a topic name */
    METADATA_MS = 10000,
    RULES_MS = 10000,
    APPEAR_MS = 15000, /* until a new topic has leaders that this client knows of */
    BUCKETS = 256,
    TELL_MS = 1000,
};

struct topic {
    struct kc_topic pub; /* first: a kc_topic leads to the rest */
    uint32_t wish;
    int32_t partitions; /* as the broker says; 0: not made yet */
    rd_kafka_topic_t *handle;
    struct kc_topic_rules rules;
    bool asked;          /* for its rules, since it was bound */
    bool plain;          /* made without topic.creation.default.* */
    int16_t replication; /* of a plain one */
    bool used;           /* since the worker was told */
    bool wanted;         /* something is to be written to it */
    struct topic *next;  /* in its bucket */
    struct topic *newer; /* in order of interning */
    char name[];
};

struct kc_topics {
    struct kc_topics_setup setup;
    rd_kafka_t *client;
    struct topic *buckets[BUCKETS];
    struct topic *first, **last;
    size_t count;
    bool lazy; /* only what is wanted is made */
    bool any_used;
    int64_t told_ms;
};

struct kc_topics *kc_topics_create(const struct kc_topics_setup *setup)
{
    struct kc_topics *t = calloc(1, sizeof(*t));

    if (t == NULL)
        return NULL;
    t->setup = *setup;
    t->last = &t->first;
    return t;
}

void kc_topics_destroy(struct kc_topics *t)
{
    if (t == NULL)
        return;
    kc_topics_unbind(t);
    while (t->first != NULL) {
        struct topic *next = t->first->newer;

        free(t->first);
        t->first = next;
    }
    free(t);
}

static bool is_legal(struct kc_str name)
{
    if (name.len == 0 || name.len > MAX_NAME || (name.len == 1 && name.ptr[0] == '.') ||
        (name.len == 2 && name.ptr[0] == '.' && name.ptr[1] == '.'))
        return false;
    for (uint32_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
              c == '_' || c == '-'))
            return false;
    }
    return true;
}

static bool is_missing(const struct kc_topics *t, const struct topic *topic)
{
    return topic->partitions == 0 && (topic->wanted || !t->lazy);
}

static void bind_one(struct kc_topics *t, struct topic *topic)
{
    if (t->client != NULL && topic->handle == NULL)
        topic->handle = rd_kafka_topic_new(t->client, topic->name, NULL);
}

static uint32_t hash_of(struct kc_str name)
{
    uint32_t hash = 2166136261u;

    for (uint32_t i = 0; i < name.len; i++)
        hash = (hash ^ (uint8_t)name.ptr[i]) * 16777619u;
    return hash % BUCKETS;
}

static struct topic *find(const struct kc_topics *t, struct kc_str name, uint32_t bucket)
{
    for (struct topic *topic = t->buckets[bucket]; topic != NULL; topic = topic->next) {
        if (topic->pub.name.len == name.len && memcmp(topic->name, name.ptr, name.len) == 0)
            return topic;
    }
    return NULL;
}

const struct kc_topic *kc_topics_get(struct kc_topics *t, struct kc_str name, uint32_t partitions)
{
    uint32_t bucket;
    struct topic *topic;

    if (!is_legal(name)) {
        kc_log(KC_ERROR, "worker/task",
               "\"%.*s\" is no legal topic name: 1 to %d of letters, digits, '.', '_' and '-'", (int)name.len,
               name.ptr, MAX_NAME);
        return NULL;
    }
    bucket = hash_of(name);
    topic = find(t, name, bucket);
    if (topic != NULL) {
        if (topic->wish == 0)
            topic->wish = partitions;
        return &topic->pub;
    }
    topic = calloc(1, sizeof(*topic) + name.len + 1);
    if (topic == NULL)
        return NULL;
    memcpy(topic->name, name.ptr, name.len);
    topic->pub = (struct kc_topic){.struct_size = sizeof(topic->pub), .name = {topic->name, name.len, 0}};
    topic->wish = partitions;
    topic->next = t->buckets[bucket];
    t->buckets[bucket] = topic;
    *t->last = topic;
    t->last = &topic->newer;
    t->count++;
    bind_one(t, topic);
    return &topic->pub;
}

const struct kc_topic *kc_topics_get_plain(struct kc_topics *t, struct kc_str name, int16_t replication)
{
    struct topic *topic = (struct topic *)(uintptr_t)kc_topics_get(t, name, 1);

    if (topic == NULL)
        return NULL;
    topic->plain = topic->wanted = true;
    topic->replication = replication;
    return &topic->pub;
}

void kc_topics_bind(struct kc_topics *t, rd_kafka_t *client)
{
    t->client = client;
    for (struct topic *topic = t->first; topic != NULL; topic = topic->newer)
        bind_one(t, topic);
}

void kc_topics_unbind(struct kc_topics *t)
{
    for (struct topic *topic = t->first; topic != NULL; topic = topic->newer) {
        if (topic->handle != NULL)
            rd_kafka_topic_destroy(topic->handle);
        topic->handle = NULL;
        topic->partitions = 0;                     /* looked up anew: it may have been deleted meanwhile */
        topic->rules = (struct kc_topic_rules){0}; /* or its configuration was changed */
        topic->asked = false;
    }
    t->client = NULL;
}

/* Asks for all topics that have a handle, in one request. *missing: how many do not exist or have no leader yet. */
static kc_status look(struct kc_topics *t, size_t *missing, struct kc_error *err)
{
    const struct rd_kafka_metadata *m;
    rd_kafka_resp_err_t code = rd_kafka_metadata(t->client, 0, NULL, &m, METADATA_MS);

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return kc_fail(err, kc_client_retriable(code) ? KC_ERR_RETRY : KC_ERR_CONFIG,
                       "the topics cannot be looked up: %s", rd_kafka_err2str(code));
    *missing = 0;
    for (struct topic *topic = t->first; topic != NULL; topic = topic->newer) {
        const struct rd_kafka_metadata_topic *found = NULL;

        for (int i = 0; i < m->topic_cnt && found == NULL; i++) {
            if (strcmp(m->topics[i].topic, topic->name) == 0)
                found = &m->topics[i];
        }
        if (found != NULL && found->err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
            rd_kafka_metadata_destroy(m);
            return kc_fail(
                err, KC_ERR_CONFIG,
                "topic %s: the broker does not let this user see it; grant DESCRIBE, WRITE and CREATE",
                topic->name);
        }
        topic->partitions =
            found == NULL || found->err != RD_KAFKA_RESP_ERR_NO_ERROR ? 0 : found->partition_cnt;
        *missing += is_missing(t, topic);
    }
    rd_kafka_metadata_destroy(m);
    return KC_OK;
}

static kc_status wait_for_all(struct kc_topics *t, struct kc_error *err)
{
    int64_t deadline = kc_mono_ms() + APPEAR_MS;
    struct timespec pause = {.tv_nsec = 50 * 1000 * 1000};
    size_t missing;
    kc_status status;

    for (;;) {
        status = look(t, &missing, err);
        if (status < 0 || missing == 0)
            return status;
        if (kc_mono_ms() >= deadline)
            return kc_fail(err, KC_ERR_RETRY, "%zu new topics have not appeared within %d ms", missing,
                           APPEAR_MS);
        (void)nanosleep(&pause, NULL);
    }
}

static void take_rule(void *arg, const char *name, const char *key, const char *value)
{
    struct kc_str text = {name, (uint32_t)strlen(name), 0};
    struct topic *topic = find(arg, text, hash_of(text));

    if (topic == NULL)
        return;
    if (strcmp(key, "max.message.bytes") == 0)
        topic->rules.max_bytes = value == NULL ? 0 : (int32_t)strtol(value, NULL, 10);
    else if (strcmp(key, "cleanup.policy") == 0)
        topic->rules.needs_key = strstr(value, "compact") != NULL;
}

/* Without the right to ask, a record that is too large shows only when the broker has refused it. */
static kc_status learn_rules(struct kc_topics *t, struct kc_error *err)
{
    static const char *const keys[] = {"max.message.bytes", "cleanup.policy", NULL};
    const char **names = calloc(t->count + 1, sizeof(*names));
    struct kc_error why = KC_ERROR_INIT;
    size_t n = 0;

    if (names == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    for (struct topic *topic = t->first; topic != NULL; topic = topic->newer) {
        if (topic->partitions > 0 && !topic->asked)
            names[n++] = topic->name;
        topic->asked = topic->partitions > 0;
    }
    if (n > 0)
        (void)kc_admin_topic_configs(t->client, names, n, keys, RULES_MS, take_rule, t, &why);
    if (why.status < 0)
        kc_log(KC_WARN, "worker/task",
               "what the topics take is not known, so a record that is too large ends the task; grant "
               "DESCRIBE_CONFIGS: %s",
               why.message);
    free(names);
    return KC_OK;
}

/* Has what is missing made, and waits until this client sees it. */
static kc_status make(struct kc_topics *t, size_t missing, struct kc_error *err)
{
    struct kc_missing_topic *list = calloc(missing, sizeof(*list));
    kc_status status;
    size_t n = 0;

    if (list == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    for (const struct topic *topic = t->first; topic != NULL; topic = topic->newer) {
        if (is_missing(t, topic))
            list[n++] = (struct kc_missing_topic){
                .name = topic->name,
                .wish = topic->wish,
                .plain = topic->plain,
                .replication = topic->replication,
            };
    }
    status = kc_topic_creation_run(&t->setup, t->client, list, n, err);
    free(list);
    return status < 0 ? status : wait_for_all(t, err);
}

kc_status kc_topics_ensure(struct kc_topics *t, struct kc_error *err)
{
    size_t missing;
    kc_status status;

    if (t->client == NULL)
        return kc_fail(err, KC_ERR_UNSUPPORTED, "this task writes to no topics");
    status = look(t, &missing, err);
    if (status == KC_OK && missing > 0)
        status = make(t, missing, err);
    return status < 0 ? status : learn_rules(t, err);
}

void kc_topics_make_lazily(struct kc_topics *t)
{
    t->lazy = true;
}

kc_status kc_topics_ensure_for(struct kc_topics *t, const struct kc_batch *b, struct kc_error *err)
{
    bool missing = false;

    for (uint32_t i = 0; i < b->n_records; i++) {
        const struct kc_record *r = kc_batch_at(b, i);
        struct topic *topic = (struct topic *)(uintptr_t)r->topic;

        if (topic == NULL || (r->flags & (KC_REC_DROPPED | KC_REC_FAILED)) != 0)
            continue;
        topic->wanted = true;
        missing = missing || topic->partitions == 0;
    }
    return missing ? kc_topics_ensure(t, err) : KC_OK;
}

void kc_topics_mark_used(struct kc_topics *t, const struct kc_topic *pub)
{
    ((struct topic *)(uintptr_t)pub)->used = t->any_used = true;
}

struct kc_topic_rules kc_topics_rules(const struct kc_topic *pub)
{
    return ((const struct topic *)(const void *)pub)->rules;
}

int32_t kc_topics_partitions(const struct kc_topic *pub)
{
    return ((const struct topic *)(const void *)pub)->partitions;
}

rd_kafka_topic_t *kc_topics_handle(struct kc_topics *t, const struct kc_topic *pub, struct kc_error *err)
{
    struct topic *topic = (struct topic *)(uintptr_t)pub;

    topic->wanted = true;
    if (topic->partitions == 0 && kc_topics_ensure(t, err) < 0)
        return NULL;
    topic->used = t->any_used = true;
    return topic->handle;
}

void kc_topics_tell_used(struct kc_topics *t, struct kc_link *link, bool now)
{
    int64_t mono_ms = kc_mono_ms();
    cJSON *names;

    if (!t->any_used || (!now && mono_ms - t->told_ms < TELL_MS))
        return;
    t->told_ms = mono_ms;
    names = cJSON_CreateArray();
    for (const struct topic *topic = t->first; topic != NULL; topic = topic->newer)
        if (topic->used)
            (void)cJSON_AddItemToArray(names, cJSON_CreateString(topic->name));
    if (!kc_link_topics(link, names))
        return; /* the worker is behind: next time */
    for (struct topic *topic = t->first; topic != NULL; topic = topic->newer)
        topic->used = false;
    t->any_used = false;
}
