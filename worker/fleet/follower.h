/*
 * follower.h - one thread that reads config.storage.topic and status.storage.topic from the beginning, committed
 * records only, keeps the fleet's state and shows it as views. It also serves the outbox.
 */
#ifndef KC_FLEET_FOLLOWER_H
#define KC_FLEET_FOLLOWER_H

#include "fleet/clients.h"
#include "fleet/fleet_state.h"
#include "fleet/mailbox.h"
#include "fleet/outbox.h"
#include "fleet/status_report.h"

struct kc_follower;

/* What it works with; all outlive it. */
struct kc_follower_parts {
    const struct kc_worker_config *config;
    const char *worker_id;
    const char *instance;
    struct kc_noise *noise;
    struct kc_outbox *outbox;
    struct kc_status_report *status_report;
    struct kc_mailbox *mailbox;
    void (*changed)(void *arg); /* after each new view, on the follower's thread */
    void *arg;
};

struct kc_follower *kc_follower_create(const struct kc_follower_parts *parts, struct kc_error *err);
/* Starts the thread: first the internal topics, then reading. */
kc_status kc_follower_start(struct kc_follower *f, struct kc_error *err);
void kc_follower_stop(struct kc_follower *f); /* joins the thread; harmless when it was never started */
void kc_follower_destroy(struct kc_follower *f);

const struct kc_fleet_view *kc_follower_view(struct kc_follower *f);
char *kc_follower_trouble(struct kc_follower *f);
/* Sets or, with NULL, clears what kc_fleet_trouble() says on behalf of `source`: one of the threads. */
enum kc_trouble_source { KC_TROUBLE_TOPICS, KC_TROUBLE_MEMBER, KC_TROUBLE_LEADER, KC_TROUBLE_SOURCES };
void kc_follower_set_trouble(struct kc_follower *f, enum kc_trouble_source source, const char *text);

/* Has the follower's thread call `watch` every tenth of a second; NULL ends that, and no call is under way any more. */
void kc_follower_set_watch(struct kc_follower *f, void (*watch)(void *arg), void *arg);

/* Says what is known of the group; a new view follows at once when that is news. Any thread. */
void kc_follower_set_membership(struct kc_follower *f, bool member, bool has_leader);

/* True once the internal topics are there and as they must be. */
bool kc_follower_topics_ready(struct kc_follower *f);

/*
 * Waits up to `timeout_ms` until the end that the config topic has now has been read, then copies the state into
 * *copy (zero-initialised). KC_ERR_RETRY: not in time.
 */
kc_status kc_follower_copy_at_end(struct kc_follower *f, int timeout_ms, struct kc_fleet_state *copy,
                                  struct kc_error *err);
/* Brings statuses and workers of `state` up to date. KC_ERR_NOMEM. */
kc_status kc_follower_take_statuses(struct kc_follower *f, struct kc_fleet_state *state);
/* Shows the state of now to `look`, which is brief and calls nothing of the follower. Any thread. */
void kc_follower_look(struct kc_follower *f, void (*look)(void *arg, const struct kc_fleet_state *state),
                      void *arg);

/* The consumer, for others' reading and asking; lives as long as the follower. */
rd_kafka_t *kc_follower_client(struct kc_follower *f);

#endif
