/* admin.h - topics: look, try, make. Each call blocks up to timeout_ms. Any thread. */
#ifndef KC_KAFKA_ADMIN_H
#define KC_KAFKA_ADMIN_H

#include <librdkafka/rdkafka.h>

#include "base/props.h"

struct kc_topic_spec {
    const char *name;
    int32_t partitions;            /* -1: the broker's default */
    int16_t replication;           /* -1: the broker's default */
    const struct kc_props *config; /* may be NULL */
};

/* How many partitions `topic` has; 0: there is no such topic. Negative: *err. */
int32_t kc_admin_partitions(rd_kafka_t *client, const char *topic, int timeout_ms, struct kc_error *err);

/*
 * Makes the topics, or with `validate_only` asks the broker whether it would. One that exists already is fine.
 * KC_ERR_CONFIG: *err names the topic and the broker's reason (limit, policy, authorisation); KC_ERR_RETRY: the
 * broker could not be asked.
 */
kc_status kc_admin_create_topics(rd_kafka_t *client, const struct kc_topic_spec *specs, size_t n,
                                 bool validate_only, int timeout_ms, struct kc_error *err);

/*
 * The values of `keys` (ends with NULL) of many topics in few requests; `told` gets those that the broker tells. A topic
 * that it does not tell of is left out, *err has why; the status is negative if the call itself failed.
 */
typedef void kc_topic_config_fn(void *arg, const char *topic, const char *key, const char *value);
kc_status kc_admin_topic_configs(rd_kafka_t *client, const char *const *topics, size_t n,
                                 const char *const *keys, int timeout_ms, kc_topic_config_fn *told, void *arg,
                                 struct kc_error *err);

/* One configuration value of a topic into *value (free() it). */
kc_status kc_admin_topic_config(rd_kafka_t *client, const char *topic, const char *key, int timeout_ms,
                                char **value, struct kc_error *err);

#endif
