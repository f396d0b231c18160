/*
 * quarantine.h - which plugin files have crashed how often, and which are not started again until somebody says so. Pure
 * bookkeeping: the caller has the clock. The loop's thread only.
 *
 * A file is its staged copy, whose name is its content: a repaired file is another one and starts with nothing against it.
 */
#ifndef KC_SUPERVISOR_QUARANTINE_H
#define KC_SUPERVISOR_QUARANTINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kc_quarantine;

/* `crashes` within `window_ms` are one too many; 0: nothing is ever put into quarantine. NULL: out of memory. */
struct kc_quarantine *kc_quarantine_create(int32_t crashes, int64_t window_ms);
void kc_quarantine_destroy(struct kc_quarantine *q);

/* A task of `connector`, started as `generation`, crashed in `file`. True: the file is in quarantine now. */
bool kc_quarantine_crashed(struct kc_quarantine *q, const char *file, const char *connector,
                           int64_t generation, int64_t now_ms);
/* "5 crashes in 10 min": the limit, in words. */
void kc_quarantine_describe(const struct kc_quarantine *q, char *out, size_t size);

enum kc_quarantine_answer {
    KC_QUARANTINE_FREE,   /* nothing is known against the file */
    KC_QUARANTINE_LIFTED, /* it was in quarantine and is no longer, with nothing against it */
    KC_QUARANTINE_HELD,   /* it stays there */
};

/*
 * May a task with this file be started? A quarantine is lifted by whoever starts it by hand: that is another generation
 * of the connector whose crash was the last one, or another connector. The same generation coming back, after this worker
 * had lost its group for a moment, is nobody's wish.
 */
enum kc_quarantine_answer kc_quarantine_start(struct kc_quarantine *q, const char *file,
                                              const char *connector, int64_t generation);

#endif
