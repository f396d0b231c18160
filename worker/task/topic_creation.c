#include "task/topic_creation.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "kafka/admin.h"
#include "kafka/client_config.h"

enum {
    METADATA_MS = 10000,
    CREATE_MS = 30000,
};

static const char *setting(const struct kc_topics_setup *setup, const char *key)
{
    const char *value = kc_props_get(setup->connector, key);

    return value != NULL ? value : kc_props_get(setup->worker, key);
}

static long setting_number(const char *text, long fallback)
{
    return text == NULL ? fallback : strtol(text, NULL, 10);
}

static int32_t wanted_partitions(const struct kc_topics_setup *setup, const struct kc_missing_topic *topic)
{
    long fallback = setting_number(setting(setup, "topic.creation.default.partitions"), -1);

    return topic->wish > 0 ? (int32_t)topic->wish : (int32_t)fallback;
}

/* What the cluster has now, as far as this user may see it; topics of Kafka's own ("__...") do not count. */
static kc_status count_cluster(rd_kafka_t *client, long *topics, long *partitions, struct kc_error *err)
{
    const struct rd_kafka_metadata *m;
    rd_kafka_resp_err_t code = rd_kafka_metadata(client, 1, NULL, &m, METADATA_MS);

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return kc_fail(err, kc_client_retriable(code) ? KC_ERR_RETRY : KC_ERR_CONFIG,
                       "the cluster's topics cannot be counted: %s", rd_kafka_err2str(code));
    *topics = *partitions = 0;
    for (int i = 0; i < m->topic_cnt; i++) {
        if (strncmp(m->topics[i].topic, "__", 2) == 0)
            continue;
        ++*topics;
        *partitions += m->topics[i].partition_cnt;
    }
    rd_kafka_metadata_destroy(m);
    return KC_OK;
}

/* For the whole list, before the first topic is made. */
static kc_status check_limits(const struct kc_topics_setup *setup, rd_kafka_t *client,
                              const struct kc_missing_topic *list, size_t n, struct kc_error *err)
{
    long max_topics = setting_number(kc_props_get(setup->worker, "topic.creation.max.topics"), -1);
    long max_partitions = setting_number(kc_props_get(setup->worker, "topic.creation.max.partitions"), -1);
    long topics = 0, partitions = 0;
    kc_status status;

    if (max_topics < 0 && max_partitions < 0)
        return KC_OK;
    status = count_cluster(client, &topics, &partitions, err);
    for (size_t i = 0; status == KC_OK && i < n; i++) {
        int32_t wanted = wanted_partitions(setup, &list[i]);

        topics++;
        partitions += wanted > 0 ? wanted : 1;
        if (max_topics >= 0 && topics > max_topics)
            return kc_fail(err, KC_ERR_CONFIG,
                           "topic %s is not made: the cluster would have %ld topics with it, and "
                           "topic.creation.max.topics is %ld",
                           list[i].name, topics, max_topics);
        if (max_partitions >= 0 && partitions > max_partitions)
            return kc_fail(err, KC_ERR_CONFIG,
                           "topic %s is not made: the cluster would have %ld partitions with its %d, and "
                           "topic.creation.max.partitions is %ld",
                           list[i].name, partitions, wanted, max_partitions);
    }
    return status;
}

/* topic.creation.default.<key> of worker and connector, without those that are no configuration of a topic. */
static struct kc_props *creation_config(const struct kc_topics_setup *setup)
{
    static const char prefix[] = "topic.creation.default.";
    static const char *const ours[] = {"replication.factor", "partitions", "include", "exclude"};
    const struct kc_props *from[] = {setup->worker, setup->connector};
    struct kc_props *out = kc_props_create();

    for (size_t f = 0; out != NULL && f < 2; f++) {
        for (size_t i = 0; i < kc_props_count(from[f]); i++) {
            const char *key = kc_props_key(from[f], i);

            if (strncmp(key, prefix, sizeof(prefix) - 1) == 0)
                (void)kc_props_set(out, key + sizeof(prefix) - 1, kc_props_value(from[f], i));
        }
    }
    for (size_t i = 0; out != NULL && i < sizeof(ours) / sizeof(ours[0]); i++)
        (void)kc_props_remove(out, ours[i]);
    return out;
}

static rd_kafka_t *admin_client(const struct kc_topics_setup *setup, struct kc_error *err)
{
    const char *fixed[] = {"client.id", setup->client_id, NULL};
    rd_kafka_conf_t *conf = kc_client_conf(setup->admin, fixed, err);

    return conf == NULL ? NULL : kc_client_new(RD_KAFKA_PRODUCER, conf, err);
}

/* A dry run of the whole list first: all or none, as far as can be known. */
static kc_status create_all(const struct kc_topics_setup *setup, const struct kc_topic_spec *specs, size_t n,
                            struct kc_error *err)
{
    rd_kafka_t *admin = admin_client(setup, err);
    kc_status status;

    if (admin == NULL)
        return KC_ERR_CONFIG;
    status = kc_admin_create_topics(admin, specs, n, true, CREATE_MS, err);
    if (status == KC_OK)
        status = kc_admin_create_topics(admin, specs, n, false, CREATE_MS, err);
    if (status == KC_OK)
        kc_log(KC_INFO, "worker/task", "made %zu topics, the first is %s", n, specs[0].name);
    rd_kafka_destroy(admin);
    return status;
}

static kc_status create_missing(const struct kc_topics_setup *setup, const struct kc_missing_topic *list,
                                size_t n, struct kc_error *err)
{
    struct kc_topic_spec *specs = calloc(n, sizeof(*specs));
    struct kc_props *config = creation_config(setup);
    int16_t replication =
        (int16_t)setting_number(setting(setup, "topic.creation.default.replication.factor"), -1);
    kc_status status;

    if (specs == NULL || config == NULL) {
        status = kc_fail(err, KC_ERR_NOMEM, "out of memory");
        goto done;
    }
    for (size_t i = 0; i < n; i++)
        specs[i] = (struct kc_topic_spec){
            .name = list[i].name,
            .partitions = wanted_partitions(setup, &list[i]),
            .replication = list[i].plain ? list[i].replication : replication,
            .config = list[i].plain ? NULL : config,
        };
    status = create_all(setup, specs, n, err);

done:
    kc_props_destroy(config);
    free(specs);
    return status;
}

kc_status kc_topic_creation_run(const struct kc_topics_setup *setup, rd_kafka_t *client,
                                const struct kc_missing_topic *list, size_t n, struct kc_error *err)
{
    const char *enabled = setting(setup, "topic.creation.enable");
    kc_status status;

    if (n == 0)
        return KC_OK;
    if (enabled != NULL && strcmp(enabled, "false") == 0)
        return kc_fail(err, KC_ERR_CONFIG, "topic %s does not exist, and topic.creation.enable is false",
                       list[0].name);
    status = check_limits(setup, client, list, n, err);
    return status < 0 ? status : create_missing(setup, list, n, err);
}
