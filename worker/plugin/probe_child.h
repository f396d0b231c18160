/*
 * probe_child.h - runs `self probe FILE` with a deadline and reads what it says. Blocking; any thread, which
 * must outlive the child.
 */
#ifndef KC_PLUGIN_PROBE_CHILD_H
#define KC_PLUGIN_PROBE_CHILD_H

#include <cjson/cJSON.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/buf.h"

enum { KC_PROBE_DEADLINE_MS = 10000 };

/*
 * The description of probe_json.h; the caller deletes it. NULL: *reason (a constant, the registry's word: CRASHED,
 * TIMEOUT, UNLOADABLE, DECLINED, INCOMPATIBLE, MALFORMED, WRONG_FILE) and a sentence appended to `detail`.
 * `stop` (may be NULL): when it becomes true the child is killed, as at its deadline.
 */
cJSON *kc_probe_child(const char *self, const char *file, int64_t deadline_ms, const atomic_bool *stop,
                      const char **reason, struct kc_buf *detail);

#endif
