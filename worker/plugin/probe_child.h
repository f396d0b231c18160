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

enum { KC_PROBE_DEADLINE_MS = 10000, KC_PROBE_MEMORY_MAX_MB = 512 };

struct kc_probe_limits {
    int64_t deadline_ms;     /* KC_PROBE_DEADLINE_MS */
    int64_t memory_max_mb;   /* KC_PROBE_MEMORY_MAX_MB */
    const atomic_bool *stop; /* when it becomes true the child is killed, as at its deadline; may be NULL */
};

/*
 * The description of probe_json.h; the caller deletes it. NULL: *reason (a constant, the registry's word: CRASHED,
 * TIMEOUT, UNLOADABLE, DECLINED, INCOMPATIBLE, MALFORMED, WRONG_FILE) and a sentence appended to `detail`: of a crash, a
 * hang and an exit it names the call, dlopen or the entry function.
 */
cJSON *kc_probe_child(const char *self, const char *file, const struct kc_probe_limits *limits,
                      const char **reason, struct kc_buf *detail);

#endif
