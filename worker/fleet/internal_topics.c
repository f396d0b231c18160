#include "fleet/internal_topics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "kafka/admin.h"

enum { CALL_TIMEOUT_MS = 1500, CREATE_TIMEOUT_MS = 2500, SPREAD_TIMEOUT_MS = 1000, SPREAD_PAUSE_MS = 20 };

/* One internal topic; `family` is the prefix of its keys in the worker's configuration. */
struct internal_topic {
    const char *name;
    const char *family;
    int32_t partitions;
    bool exactly; /* no other number of partitions will do */
    int16_t replication;
    bool compacted;
};

/*
 * Small segments keep what must be read at a start short. Requests are worthless after their deadline and hold
 * configurations, so they are kept an hour only.
 */
static const char *const compacted_settings[] = {
    "cleanup.policy", "compact", "segment.bytes", "16777216", "min.cleanable.dirty.ratio", "0.1", NULL};
static const char *const request_settings[] = {"cleanup.policy", "delete",        "retention.ms",
                                               "3600000",        "segment.bytes", "16777216",
                                               "segment.ms",     "3600000",       NULL};

/* Keys of the family that are the worker's own; all others are settings of the topic. */
static bool is_own_setting(const char *setting)
{
    return strcmp(setting, "topic") == 0 || strcmp(setting, "partitions") == 0 ||
           strcmp(setting, "replication.factor") == 0 || strcmp(setting, "cleanup.policy") == 0;
}

static struct kc_props *settings_of(const struct internal_topic *topic, const struct kc_props *worker)
{
    const char *const *pairs = topic->compacted ? compacted_settings : request_settings;
    struct kc_props *p = kc_props_create();
    size_t n = strlen(topic->family);

    for (size_t i = 0; p != NULL && pairs[i] != NULL; i += 2)
        if (kc_props_set(p, pairs[i], pairs[i + 1]) < 0)
            goto failed;
    for (size_t i = 0; p != NULL && i < kc_props_count(worker); i++) {
        const char *key = kc_props_key(worker, i);

        if (strncmp(key, topic->family, n) == 0 && !is_own_setting(key + n) &&
            kc_props_set(p, key + n, kc_props_value(worker, i)) < 0)
            goto failed;
    }
    return p;

failed:
    kc_props_destroy(p);
    return NULL;
}

static kc_status create(rd_kafka_t *client, const struct internal_topic *topic,
                        const struct kc_worker_config *config, struct kc_error *err)
{
    struct kc_topic_spec spec = {
        .name = topic->name,
        .partitions = topic->partitions,
        .replication = topic->replication,
        .config = settings_of(topic, config->props),
    };
    kc_status status;

    if (spec.config == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    status = kc_admin_create_topics(client, &spec, 1, false, CREATE_TIMEOUT_MS, err);
    kc_props_destroy((struct kc_props *)spec.config);
    if (status >= 0)
        kc_log(KC_INFO, "worker/fleet", "internal topic %s is made, %d partition%s", topic->name,
               topic->partitions, topic->partitions == 1 ? "" : "s");
    return status;
}

static kc_status check_policy(rd_kafka_t *client, const struct internal_topic *topic, struct kc_error *err)
{
    const char *wanted = topic->compacted ? "compact" : "delete";
    char *policy = NULL;
    kc_status status =
        kc_admin_topic_config(client, topic->name, "cleanup.policy", CALL_TIMEOUT_MS, &policy, err);

    if (status < 0)
        return status;
    if (strcmp(policy, wanted) != 0)
        status = kc_fail(
            err, KC_ERR_CONFIG,
            "internal topic %s has cleanup.policy=%s and %s; set it with kafka-configs --alter --topic %s "
            "--add-config cleanup.policy=%s, or name another topic with %stopic",
            topic->name, policy,
            topic->compacted ? "would lose what must be kept" : "would not take requests", topic->name,
            wanted, topic->family);
    free(policy);
    return status;
}

/* A topic just made takes a moment to be known to every broker. */
static int32_t wait_until_known(rd_kafka_t *client, const char *topic, struct kc_error *err)
{
    struct timespec pause = {.tv_nsec = SPREAD_PAUSE_MS * 1000000L};
    int64_t until_ms = kc_mono_ms() + SPREAD_TIMEOUT_MS;
    int32_t partitions;

    while ((partitions = kc_admin_partitions(client, topic, CALL_TIMEOUT_MS, err)) == 0 &&
           kc_mono_ms() < until_ms)
        (void)nanosleep(&pause, NULL);
    return partitions;
}

/* Makes the topic when it is missing and sets *partitions to what it has. */
static kc_status ensure(rd_kafka_t *client, const struct internal_topic *topic,
                        const struct kc_worker_config *config, int32_t *partitions, struct kc_error *err)
{
    *partitions = kc_admin_partitions(client, topic->name, CALL_TIMEOUT_MS, err);
    if (*partitions == 0) {
        if (create(client, topic, config, err) < 0)
            return err->status;
        *partitions = wait_until_known(client, topic->name, err);
        if (*partitions == 0)
            return kc_fail(err, KC_ERR_RETRY, "internal topic %s is not yet known to every broker",
                           topic->name);
    }
    if (*partitions < 0)
        return err->status;
    if (topic->exactly && *partitions != topic->partitions)
        return kc_fail(
            err, KC_ERR_CONFIG,
            "internal topic %s has %d partitions but must have exactly %d; name another topic with %stopic",
            topic->name, *partitions, topic->partitions, topic->family);
    return check_policy(client, topic, err);
}

kc_status kc_internal_topics_ensure(rd_kafka_t *client, const struct kc_worker_config *config,
                                    int32_t *status_partitions, struct kc_error *err)
{
    const struct internal_topic topics[] = {
        {config->config_storage_topic, "config.storage.", 1, true, config->config_storage_replication, true},
        {config->request_storage_topic, "request.storage.", 1, true, config->request_storage_replication,
         false},
        {config->offset_storage_topic, "offset.storage.", config->offset_storage_partitions, false,
         config->offset_storage_replication, true},
        {config->status_storage_topic, "status.storage.", config->status_storage_partitions, false,
         config->status_storage_replication, true},
    };
    int32_t partitions = 0;

    for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++) {
        kc_status status = ensure(client, &topics[i], config, &partitions, err);

        if (status < 0)
            return status;
    }
    *status_partitions = partitions;
    return KC_OK;
}
