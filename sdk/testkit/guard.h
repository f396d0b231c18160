/* guard.h - memory that is lent: writable while it is filled, read-only while it is lent, gone afterwards. */
#ifndef KC_TESTKIT_GUARD_H
#define KC_TESTKIT_GUARD_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A region of whole pages of its own. Not thread-safe. A retired region stays reserved for a while, so that
 * whoever kept a pointer into it finds 0xDD or a fault, not somebody else's memory.
 */
struct kc_guard;

/* An empty region; `label` is a literal that says what is lent in it. NULL: out of memory or too many of
 * them. */
struct kc_guard *kc_guard_open(const char *label);
/* n zeroed bytes, aligned to 16; NULL: more than a region can hold. */
void *kc_guard_take(struct kc_guard *g, size_t n);
/* From now on nobody may write to it. */
void kc_guard_seal(struct kc_guard *g);
/* The loan has ended: filled with 0xDD, or no longer readable where `lock`. NULL is ignored. */
void kc_guard_retire(struct kc_guard *g, bool lock);
/* The label of the region that the address is in, NULL: in none. Async-signal-safe. *gone: it was retired. */
const char *kc_guard_label(const void *address, bool *gone);

#endif
