/*
 * payload_reader.h - the events inside MySQL's TRANSACTION_PAYLOAD event (zstd, binlog_transaction_compression).
 *
 * Unpacks one event at a time, so memory is bounded by the largest event and zstd's window, not by the transaction.
 * Events inside have no checksum of their own.
 */
#ifndef KC_MYSQL_PAYLOAD_READER_H
#define KC_MYSQL_PAYLOAD_READER_H

#include "event_header.h"

#include <kconnect/error.h>

struct kc_payload_reader;

/* NULL: out of memory. Destroy ignores NULL. */
struct kc_payload_reader *kc_payload_reader_create(void);
void kc_payload_reader_destroy(struct kc_payload_reader *reader);

/* Begins with the body of a TRANSACTION_PAYLOAD event, borrowed until the last event is read or open is called again. */
kc_status kc_payload_reader_open(struct kc_payload_reader *reader, const uint8_t *body, size_t len,
                                 struct kc_error *err);

/*
 * The next event's bytes, header included, valid until the next call. KC_NOTHING: no more. KC_ERR_FATAL: the stream
 * is damaged or does not end where an event ends. KC_ERR_NOMEM.
 */
kc_status kc_payload_reader_next(struct kc_payload_reader *reader, const uint8_t **bytes, size_t *len,
                                 struct kc_error *err);

#endif
