/*
 * control.h - what a worker and its task say to each other over their socketpair (the task's descriptor 3).
 *
 * A message is a 4-byte little-endian length and that many bytes of JSON, an object with "type". At most 16 MiB.
 * Secrets travel only here, never in argv or the environment. End of file means stop, to a task.
 *
 * worker -> task
 *   {"type":"start", "connector":s, "task":n, "kind":"source"|"sink", "worker_id":s, "group_id":s, "paused":b,
 *    "config":{s:s},                       the connector's, complete, with the worker's keys of the worker's converters
 *    "plugins":[{"role":s,"id":s,"version":s,"file":s}],   roles: connector, {key,value,header}.converter,
 *                                          transforms.<alias> in their order, predicates.<alias>
 *    "client":{"producer":{s:s},"consumer":{s:s},"admin":{s:s}},   librdkafka properties
 *    "offset_topic":s, "offset_partitions":n,
 *    "topic_creation":{s:s},               the worker's topic.creation.* keys
 *    "memory_max_mb":n,                    task.memory.max.mb; 0 or absent: the default
 *    "offset_flush_interval_ms":n,         of a sink: how often offsets are committed
 *    "log_level":s, "log_format":s,
 *    "loggers":{s:s}}                      levels of loggers (base/loggers.h); log_level is that of the configuration
 *   {"type":"loggers","levels":{s:s}}     levels of loggers (base/loggers.h) from now on
 *   {"type":"pause"}   {"type":"resume"}   {"type":"stop"}
 *
 * task -> worker
 *   {"type":"state","state":"RUNNING"|"PAUSED"}
 *   {"type":"failed","status":n,"message":s,"retry_after_ms":n}   status is a kc_status; the process then exits with 1
 *   {"type":"progress","phase":s,"item":s,"done":n,"total":n}
 *   {"type":"topics","names":[s]}         used since the last such message, at most once a second
 *   {"type":"stats", totals since the start of the process, about once a second:
 *    "polled":n,"records":n,"bytes":n,       given by the source; written and committed. Of a sink: read; put
 *    "active":n,                             written (put), not yet committed (a level, not a total)
 *    "commits":n,"commit_failures":n,"errors":n,"skipped":n,"retries":n,"dead_letters":n,
 *    "last_error_ms":n,                      Unix ms; left out while there was none
 *    "behind_ms":n,                          behind the source at this moment; left out while it is not known
 *    "commit_seconds":{"counts":[n],"sum":x},"transaction_records":{...}   metrics/histogram.h, not cumulative
 *    "sink":{"partitions":n,"lag":n,"lag_max":n,"put_seconds":{...}}   of a sink; a lag is left out while not known
 *    "plugin":[{"component":s,"name":s,"labels":"k=v,k=v","kind":n,"value":x,"counts":[n],"sum":x}]}
 *
 * Descriptor 4 of the task is the shared page of crash_page.h (a memfd). Exit status 0: stopped as asked.
 */
#ifndef KC_SUPERVISOR_CONTROL_H
#define KC_SUPERVISOR_CONTROL_H

#include <cjson/cJSON.h>

#include "base/buf.h"
#include "base/error.h"

enum { KC_CONTROL_FD = 3, KC_CRASH_FD = 4, KC_CONTROL_MAX_BYTES = 16 << 20 };

/* Appends one framed message to `out`. KC_ERR_NOMEM or too long. */
kc_status kc_control_frame(const cJSON *message, struct kc_buf *out, struct kc_error *err);
/* The same for a message that is JSON text already, such as kc_task_spec.start. */
kc_status kc_control_frame_text(const char *json, size_t len, struct kc_buf *out, struct kc_error *err);

/*
 * Takes the first complete message out of `in`. KC_OK: *message is the caller's to delete; KC_NOTHING: not complete
 * yet; negative: the peer is broken.
 */
kc_status kc_control_take(struct kc_buf *in, cJSON **message, struct kc_error *err);

#endif
