/*
 * redact.h - values that no line of the log and no sentence for the worker may hold: what config providers answered.
 *
 * A net under the rule that nobody writes a secret: a plugin, or a library of it, may put into a sentence whatever it was
 * configured with. Values of fewer than KC_REDACT_MIN_BYTES are let through, since they are found in half of all words.
 */
#ifndef KC_BASE_REDACT_H
#define KC_BASE_REDACT_H

#include "base/error.h"

enum { KC_REDACT_MIN_BYTES = 6 };

/*
 * From now on `instead` is written where `value` would be, without the white space around it. For the life of the process.
 * One thread may add; any may write meanwhile.
 */
kc_status kc_redact_add(const char *value, const char *instead);

/* Replaces the values in a text of `size` bytes with its NUL. One that does not fit any more is cut. Any thread. */
void kc_redact(char *text, size_t size);

#endif
