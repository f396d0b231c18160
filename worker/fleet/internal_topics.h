/* internal_topics.h - the four topics of a fleet: made when missing, checked when there. */
#ifndef KC_FLEET_INTERNAL_TOPICS_H
#define KC_FLEET_INTERNAL_TOPICS_H

#include <librdkafka/rdkafka.h>

#include "config/worker_config.h"

/*
 * One attempt, a few seconds at most. KC_OK: all four are as they must be, *status_partitions says how many the
 * status topic has. KC_ERR_RETRY: Kafka could not be asked. KC_ERR_CONFIG: one of them is wrong or may not be made,
 * *err says which, why, and what to do: this will not mend itself.
 */
kc_status kc_internal_topics_ensure(rd_kafka_t *client, const struct kc_worker_config *config,
                                    int32_t *status_partitions, struct kc_error *err);

#endif
