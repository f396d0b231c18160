/* headers.h - a record's headers as Kafka's: text and bytes as they are, numbers and booleans as text. */
#ifndef KC_TASK_HEADERS_H
#define KC_TASK_HEADERS_H

#include <kconnect/record.h>
#include <librdkafka/rdkafka.h>

#include "base/error.h"

/* *out is NULL for a record without headers, else the caller's until a message takes it. */
kc_status kc_headers_make(const struct kc_record *r, rd_kafka_headers_t **out, struct kc_error *err);

#endif
