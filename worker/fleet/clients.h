/* clients.h - what the fleet's Kafka clients have in common: how they are made, and how their errors are told. */
#ifndef KC_FLEET_CLIENTS_H
#define KC_FLEET_CLIENTS_H

#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "config/worker_config.h"

/* Lets one line through per kind of trouble and half a minute, for all clients of the fleet together. */
struct kc_noise {
    pthread_mutex_t lock;
    int last_code;
    int64_t quiet_until_ms;
};

void kc_noise_init(struct kc_noise *n);
void kc_noise_finish(struct kc_noise *n);
/* Logs that `role` met an error: as a warning when it is news, else for debugging. Any thread. */
void kc_noise_tell(struct kc_noise *n, const char *role, int code, const char *reason);
/* Kafka answers: the next trouble is news again. */
void kc_noise_clear(struct kc_noise *n);

/* How a client of the fleet is made. */
struct kc_fleet_client {
    rd_kafka_type_t type;
    const char *client_id;
    const char *const *fixed; /* pairs that nobody may override, ends with NULL */
    void *opaque;             /* of every callback */
    void (*on_error)(rd_kafka_t *client, int code, const char *reason, void *opaque);
    void (*on_delivery)(rd_kafka_t *client, const rd_kafka_message_t *message,
                        void *opaque); /* may be NULL */
    void (*on_rebalance)(rd_kafka_t *client, rd_kafka_resp_err_t code,
                         rd_kafka_topic_partition_list_t *partitions, void *opaque); /* may be NULL */
};

/* Makes one with the worker's bare client keys. NULL: *err. */
rd_kafka_t *kc_fleet_client_new(const struct kc_worker_config *config, const struct kc_fleet_client *how,
                                struct kc_error *err);

/* Sleeps up to `ms`, in short pieces; false when *stop became true. */
bool kc_fleet_pause(const atomic_bool *stop, int64_t ms);

#endif
