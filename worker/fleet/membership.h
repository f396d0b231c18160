/*
 * membership.h - one thread that keeps this worker in the group `group.id` and, while it has the mailbox, leads.
 *
 * The group's members share the one partition of request.storage.topic by the cooperative-sticky assignor: whoever has
 * it is the leader, and a newcomer does not take it away. Nothing is read through the group's consumer.
 */
#ifndef KC_FLEET_MEMBERSHIP_H
#define KC_FLEET_MEMBERSHIP_H

#include "fleet/follower.h"

struct kc_membership;

/* All arguments outlive it. `client_id` names this process among the members. NULL: *err. */
struct kc_membership *kc_membership_create(const struct kc_worker_config *config, const char *client_id,
                                           struct kc_follower *follower,
                                           struct kc_status_report *status_report, struct kc_noise *noise,
                                           struct kc_error *err);
kc_status kc_membership_start(struct kc_membership *m, struct kc_error *err);
/*
 * Leaves the group and frees everything, within 3 s. False: librdkafka did not let the thread go (calls of a
 * transaction can take longer than their timeout while brokers are away); it still uses all it was given, so that none
 * of that may be freed: the process is about to end anyway.
 */
bool kc_membership_destroy(struct kc_membership *m);

/* True while this worker does the leader's work, as far as it knows. [any thread] */
bool kc_membership_leads(const struct kc_membership *m);

#endif
