/*
 * loggers.h - how much is logged, by name: what /admin/loggers shows and sets.
 *
 *   root              all
 *   worker.fleet      one part: what stands in a line as [worker/fleet]; below worker, which is below root
 *   mysql-source      what a plugin says
 *   connector.orders  every line about one connector, its task's among them; it comes before the names above
 *
 * A line is judged by the nearest name that has a level. The worker and each of its tasks have this table; the worker sends
 * its own to the tasks. Nothing survives a restart. [any thread]
 */
#ifndef KC_BASE_LOGGERS_H
#define KC_BASE_LOGGERS_H

#include <cjson/cJSON.h>

#include "base/log.h"

enum { KC_LOGGER_NAME_BYTES = 129, KC_LOGGERS_MAX = 256 };

struct kc_logger {
    char name[KC_LOGGER_NAME_BYTES];
    enum kc_log_level level;
    int64_t modified_ms; /* Unix ms; 0: not since the start */
};

/* Where a line goes: has `component` (with slashes or dots), about `connector` ("" for none), this level? */
bool kc_loggers_pass(enum kc_log_level level, const char *component, const char *connector);

/* Whether any logger lets this level pass. */
bool kc_loggers_may_pass(enum kc_log_level level);
/* Gives all loggers this level, which is no change: the configuration says so. */
void kc_loggers_start(enum kc_log_level level);

/* Adds a name to the list, with the level that it has already. */
void kc_loggers_know(const char *name);
/* Copies one logger. False: no such name is known. */
bool kc_loggers_find(const char *name, struct kc_logger *out);
/* Copies all of them, sorted by name; `out` has room for KC_LOGGERS_MAX. */
size_t kc_loggers_list(struct kc_logger *out);

/*
 * Gives `name` and the loggers below it a level; one that is not known is made. The names of those whose level changed, sorted,
 * go to `changed` (NULL, or room for KC_LOGGERS_MAX). KC_ERR_CONFIG: no legal name, or too many.
 */
kc_status kc_loggers_set(const char *name, enum kc_log_level level, struct kc_logger *changed,
                         size_t *n_changed, struct kc_error *err);

/* {"root":"INFO",...}, and taking that in, in another process. What is not understood is left out. */
cJSON *kc_loggers_json(void);
void kc_loggers_take(const cJSON *levels);

/* Has `changed` called after each change of a level, on the thread that made it; NULL ends that. */
void kc_loggers_on_change(void (*changed)(void *arg), void *arg);
/* Grows with each change; 0: none since the start. */
uint64_t kc_loggers_version(void);

#endif
