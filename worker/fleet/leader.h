/*
 * leader.h - the leader's work: takes over in the right order, reads requests, and writes changes, assignments,
 * replies and its position in the mailbox in one transaction each. Everything on the member thread.
 *
 * Whatever goes wrong in a transaction, the leader stands down and, while it still has the mailbox, takes over anew:
 * nothing in memory is trusted after a failure.
 */
#ifndef KC_FLEET_LEADER_H
#define KC_FLEET_LEADER_H

#include "fleet/follower.h"
#include "fleet/leader_txn.h"
#include "fleet/placement.h"

struct kc_leader;

/* All arguments outlive it. NULL: out of memory. */
struct kc_leader *kc_leader_create(const struct kc_worker_config *config, struct kc_follower *follower,
                                   struct kc_status_report *status_report, struct kc_noise *noise,
                                   kc_leader_alive_fn *alive, void *arg);
void kc_leader_destroy(struct kc_leader *l);

/*
 * A new producer that fences the predecessor's, the config topic to its end with the position in the mailbox, then
 * reading. To be called when this worker has the mailbox. KC_ERR_RETRY: call again soon. KC_ERR_CONFIG: it may not.
 * Takes a few seconds at most.
 */
kc_status kc_leader_take_over(struct kc_leader *l, struct kc_error *err);
bool kc_leader_active(const struct kc_leader *l);
/* Stops at once; a transaction that is open is aborted if Kafka answers. Harmless when not active. */
void kc_leader_stand_down(struct kc_leader *l);

/*
 * Answers what is in the mailbox, waiting up to `wait_ms` for the first request. Negative: it has stood down;
 * KC_ERR_RECORD: because of one request, which will be refused: take over again at once.
 */
kc_status kc_leader_serve(struct kc_leader *l, rd_kafka_t *member, int wait_ms, struct kc_error *err);

/*
 * Says which members the group has now (their client ids). When the workers behind them differ from before, tasks are
 * placed anew. KC_NOTHING: somebody's own record has not been read yet, ask again. Negative: it has stood down.
 */
kc_status kc_leader_set_members(struct kc_leader *l, rd_kafka_t *member, const char *const *clients, size_t n,
                                struct kc_error *err);

#endif
