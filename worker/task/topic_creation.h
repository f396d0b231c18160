/*
 * topic_creation.h - makes topics that do not exist yet, as far as topic.creation.* allow it: all of a list or,
 * as far as can be known beforehand, none.
 *
 * The keys are the connector's first, else the worker's, except the limits, which are the worker's alone and
 * hold for the cluster's totals, as far as the user may see its topics (those of Kafka's own, "__...", do not
 * count):
 *   topic.creation.default.replication.factor   -1: the broker's default
 *   topic.creation.default.partitions           for topics without a wish; -1: the broker's default
 *   topic.creation.default.<key>                configuration of the new topic, such as retention.ms
 *   topic.creation.max.topics                   how many topics the cluster may have with the new ones
 *   topic.creation.max.partitions               how many partitions they may have in all
 *   topic.creation.enable                       false: a missing topic is an error
 */
#ifndef KC_TASK_TOPIC_CREATION_H
#define KC_TASK_TOPIC_CREATION_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/props.h"

struct kc_topics_setup {
    const struct kc_props *worker;    /* topic.creation.* of the worker */
    const struct kc_props *connector; /* the connector's whole configuration */
    const struct kc_props *admin;     /* librdkafka properties of the client that makes topics */
    const char *client_id;
};

struct kc_missing_topic {
    const char *name;
    uint32_t wish;       /* partitions; 0: as topic.creation.default.partitions says */
    bool plain;          /* without topic.creation.default.*, with this replication: */
    int16_t replication; /* -1: the broker's default */
};

/*
 * Checks the limits for the whole list, has the broker try the list (validate_only), then makes it with a
 * client of its own that lives as long as the call. `client` is only asked what the cluster has, if there are
 * limits (up to 10 s). Blocks, up to 30 s for each of the other two requests. When it is done, other clients
 * may not see the topics yet. Task thread only; nothing is kept.
 * KC_ERR_CONFIG: not allowed, above a limit, or refused by the broker; the sentence names the topic or key.
 * KC_ERR_RETRY: Kafka cannot be reached.
 */
kc_status kc_topic_creation_run(const struct kc_topics_setup *setup, rd_kafka_t *client,
                                const struct kc_missing_topic *list, size_t n, struct kc_error *err);

#endif
