/*
 * client_end.h - the end of a librdkafka client that may not come: after a topic was deleted and made again
 * while a consumer read it, rd_kafka_destroy() of librdkafka 2.0.2 waits for ever, for a broker's thread that keeps
 * the old topic's partition.
 */
#ifndef KC_KAFKA_CLIENT_END_H
#define KC_KAFKA_CLIENT_END_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>

/*
 * rd_kafka_destroy() for at most timeout_ms. False: the client is left as it is to the end of the process, which has
 * to be by _exit(), because its threads run on. A consumer must be closed. Nothing may use the client any more.
 */
bool kc_client_end(rd_kafka_t *client, int timeout_ms);

#endif
