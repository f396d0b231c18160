/*
 * transaction.h - Kafka transactions of one task, as calls that say which of three things happened: it worked, the
 * transaction must be given up and the connector opened again (KC_ERR_RETRY), or the task must end (KC_ERR_FATAL or
 * KC_ERR_CONFIG; p->fenced tells the one case that is not a failure of anything).
 */
#ifndef KC_TASK_TRANSACTION_H
#define KC_TASK_TRANSACTION_H

#include "task/control_link.h"
#include "task/producer.h"

/*
 * Waits for a broker and takes the transactional id: ends a predecessor's open transaction and fences it. Blocks up to
 * KC_BROKER_WAIT_MS. KC_ERR_STOPPED: the worker said stop meanwhile.
 */
kc_status kc_txn_init(struct kc_producer *p, struct kc_link *link, const char *offset_topic,
                      struct kc_error *err);

kc_status kc_txn_begin(struct kc_producer *p, struct kc_error *err);

/*
 * Commits the open transaction with the positions in `offsets` (may be empty) for the group. Everything it needs is in
 * its arguments, and it touches no state of the source loop, so that it can run on a thread of its own one day. Blocks
 * until the brokers answered, at most the transaction's timeout, and at most a few seconds after a stop.
 */
kc_status kc_txn_commit(struct kc_producer *p, struct kc_link *link,
                        const rd_kafka_topic_partition_list_t *offsets,
                        const rd_kafka_consumer_group_metadata_t *group, struct kc_error *err);

/* Gives the open transaction up. Best effort: the next kc_txn_init() ends what this could not. */
void kc_txn_abort(struct kc_producer *p);

#endif
