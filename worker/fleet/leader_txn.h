/*
 * leader_txn.h - the leader's transactional producer. One thread.
 *
 * While Kafka is slow its calls take up to half a second each and are repeated; in between `alive` is asked, and when
 * it says no they give up.
 */
#ifndef KC_FLEET_LEADER_TXN_H
#define KC_FLEET_LEADER_TXN_H

#include "fleet/clients.h"
#include "fleet/records.h"

struct kc_leader_txn;

/* Whether it is worth going on; also the moment for the caller to look after its other duties. */
typedef bool kc_leader_alive_fn(void *arg);

/* Not yet initialised. NULL: *err. */
struct kc_leader_txn *kc_leader_txn_create(const struct kc_worker_config *config, struct kc_noise *noise,
                                           kc_leader_alive_fn *alive, void *arg, struct kc_error *err);
/* Aborts what is open if that goes quickly. */
void kc_leader_txn_destroy(struct kc_leader_txn *t);

/* Fences whoever led before and ends its transaction. KC_ERR_RETRY: call again on the same object. */
kc_status kc_leader_txn_init(struct kc_leader_txn *t, struct kc_error *err);

/*
 * Writes all records into the config topic and, when `next_request` is not negative, commits it as the mailbox's
 * position with the live group metadata of `member`. KC_OK: all of it is there. KC_ERR_RECORD: nothing is, because
 * the brokers do not take a record of request *cause for its size. Other negatives: nothing is, or it is not known.
 * After any of them destroy the object.
 */
kc_status kc_leader_txn_write(struct kc_leader_txn *t, const struct kc_fleet_records *records,
                              rd_kafka_t *member, int64_t next_request, size_t *cause, struct kc_error *err);

#endif
