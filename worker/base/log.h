/*
 * log.h - one line per event on standard error: time, level, component, connector and task, text.
 *
 *   text: 2026-01-31T10:20:30.123Z INFO  [worker/fleet] [orders|task-0] joined the group
 *   json: {"time":"…","level":"INFO","component":"worker/fleet","connector":"orders","task":0,"message":"…"}
 *
 * A line is written with one write(2), so lines of several threads and processes never mix. [any thread]
 */
#ifndef KC_BASE_LOG_H
#define KC_BASE_LOG_H

#include <stdbool.h>

#include "base/error.h"

/* KC_LOG_ALL and KC_LOG_OFF are levels of loggers (loggers.h), not of lines. */
enum kc_log_level { KC_LOG_ALL = -1, KC_TRACE, KC_DEBUG, KC_INFO, KC_WARN, KC_ERROR, KC_FATAL, KC_LOG_OFF };
enum kc_log_format { KC_LOG_TEXT, KC_LOG_JSON };

/* Reads TRACE DEBUG INFO WARN ERROR FATAL OFF ALL, any case. False: none of them. */
bool kc_log_level_parse(const char *text, enum kc_log_level *out);
const char *kc_log_level_name(enum kc_log_level level);

/* Of all loggers, as at the start of a process. */
void kc_log_set_level(enum kc_log_level level);
/* Of the logger root. */
enum kc_log_level kc_log_get_level(void);
void kc_log_set_format(enum kc_log_format format);
/* What a task process says on each line; NULL connector: none. Copied. Call before there are threads. */
void kc_log_set_task(const char *connector, int task);

/* False: no line of this level is written by anybody, so there is no need to make one. */
bool kc_log_enabled(enum kc_log_level level);
/* `component` is the folder of the code that speaks, such as "worker/fleet", or "librdkafka", or a plugin's id. */
__attribute__((format(printf, 3, 4))) void kc_log(enum kc_log_level level, const char *component,
                                                  const char *fmt, ...);
/* As kc_log, about one connector, for code that serves many. */
__attribute__((format(printf, 4, 5))) void kc_log_for(enum kc_log_level level, const char *component,
                                                      const char *connector, const char *fmt, ...);

#endif
