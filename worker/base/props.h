/* props.h - an ordered set of text keys and text values: a configuration, in every part of the worker. */
#ifndef KC_BASE_PROPS_H
#define KC_BASE_PROPS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Keeps the order of first insertion. Owns copies of everything. Not thread-safe unless nobody writes. */
struct kc_props;

struct kc_props *kc_props_create(void); /* NULL: out of memory */
void kc_props_destroy(struct kc_props *p);
struct kc_props *kc_props_copy(const struct kc_props *p);

/* Sets or replaces. KC_ERR_NOMEM changes nothing. */
kc_status kc_props_set(struct kc_props *p, const char *key, const char *value);
/* The value, borrowed until the key is changed; NULL: no such key. */
const char *kc_props_get(const struct kc_props *p, const char *key);
/* The value, or `fallback` when the key is not there. */
const char *kc_props_or(const struct kc_props *p, const char *key, const char *fallback);
bool kc_props_remove(struct kc_props *p, const char *key); /* false: was not there */

size_t kc_props_count(const struct kc_props *p);
const char *kc_props_key(const struct kc_props *p, size_t i);
const char *kc_props_value(const struct kc_props *p, size_t i);
bool kc_props_equal(const struct kc_props *a, const struct kc_props *b); /* in any order */

#endif
