/*
 * group_watch.h - asks Kafka every second who is in the workers' group. It is the one proof of membership that does
 * not depend on what a client library believes, and how the leader learns of workers that come and go. [one thread]
 */
#ifndef KC_FLEET_GROUP_WATCH_H
#define KC_FLEET_GROUP_WATCH_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>

#include "base/error.h"

struct kc_group_member {
    char *client; /* client.id */
    bool leads;   /* has the mailbox */
};

/* The answer that came last. */
struct kc_group_picture {
    bool stable; /* not in the middle of a rebalance */
    struct kc_group_member *members;
    size_t n;
    int64_t asked_ms; /* when the question was sent, kc_mono_ms() */
};

struct kc_group_watch;

/* `client` outlives it. NULL: out of memory. */
struct kc_group_watch *kc_group_watch_create(rd_kafka_t *client, const char *group,
                                             const char *mailbox_topic);
void kc_group_watch_destroy(struct kc_group_watch *w);

/*
 * Asks when `interval_ms` have passed since the last question, and takes an answer that has come; never blocks.
 * KC_OK: there is a new picture. KC_NOTHING: none yet. KC_ERR_RETRY or KC_ERR_CONFIG: the question failed, *err.
 */
kc_status kc_group_watch_poll(struct kc_group_watch *w, int64_t interval_ms, struct kc_error *err);
const struct kc_group_picture *kc_group_watch_picture(const struct kc_group_watch *w);

#endif
