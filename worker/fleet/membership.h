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
/* Leaves the group and joins the thread, within about 2 s; then frees it. */
void kc_membership_destroy(struct kc_membership *m);

#endif
