/*
 * logger_record.h - a level of a logger for all workers of the fleet, as a record of the status topic:
 *
 *   logger/<name>   {"level":s,"set_ms":n}
 *
 * It counts for the workers that run when it is written: who starts later has read past it and ignores it.
 */
#ifndef KC_FLEET_LOGGER_RECORD_H
#define KC_FLEET_LOGGER_RECORD_H

#include "base/buf.h"
#include "base/log.h"

#define KC_LOGGER_PREFIX "logger/"

void kc_logger_record_print(enum kc_log_level level, int64_t now_ms, struct kc_buf *out);
/* Sets the level that a record says. `name` is its key behind the prefix. What is not understood is logged. */
void kc_logger_record_take(const char *name, const char *value, size_t len);

#endif
