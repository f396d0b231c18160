/*
 * send_offsets.h - positions of a group, handed to the open transaction of a producer.
 */
#ifndef KC_KAFKA_SEND_OFFSETS_H
#define KC_KAFKA_SEND_OFFSETS_H

#include <librdkafka/rdkafka.h>

/*
 * rd_kafka_send_offsets_to_transaction(): same arguments, same answer (NULL, or an error that the caller destroys).
 * Blocks for `timeout_ms` at most. One transactional call of a producer at a time, as librdkafka asks.
 *
 * librdkafka 2.0.2 forgets the request when the producer is destroyed before the group's coordinator answered
 * (rd_kafka_txn_handle_TxnOffsetCommit returns early upon _DESTROY; later versions free it): some hundred bytes, once, of
 * a producer that was fenced or stopped in the middle of a commit. A build with AddressSanitizer does not count it.
 */
rd_kafka_error_t *kc_send_offsets(rd_kafka_t *producer, const rd_kafka_topic_partition_list_t *offsets,
                                  const rd_kafka_consumer_group_metadata_t *group, int timeout_ms);

#endif
