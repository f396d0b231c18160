/*
 * memory_watch.h - the memory of a task's process, held against task.memory.max.mb.
 *
 * What counts is the resident set (VmRSS), the figure that ps and top show. Sampled, because a limit of the kernel on the
 * address space (RLIMIT_AS) counts what is only reserved: librdkafka's thread stacks, a Go plugin's heap, everything
 * of a sanitizer. So a process may be above its cap for up to KC_MEMORY_LOOK_MS before it is ended.
 */
#ifndef KC_SUPERVISOR_MEMORY_WATCH_H
#define KC_SUPERVISOR_MEMORY_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "supervisor/crash_page.h"

enum { KC_MEMORY_LOOK_MS = 250 };

/* True when the process has more than `max_mb` (times 4 in a build with sanitizers, whose shadow counts); *has_mb is how much. */
bool kc_memory_over(int32_t pid, int64_t max_mb, int64_t *has_mb);

/* The sentence for `trace`: how much, which key to raise, and the call that the page says it was in. */
void kc_memory_describe(int64_t has_mb, int64_t max_mb, const struct kc_crash_page *page, struct kc_buf *out);

#endif
