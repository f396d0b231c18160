/*
 * name_pattern.h - a regular expression for names of environment variables, with what Java's and POSIX's extended ones share.
 *
 * An allowlist that matches more than was meant gives secrets away, so what the two read differently is refused: \d and its
 * like, (?...), lazy and possessive quantifiers, [:classes:] and && in brackets.
 */
#ifndef KC_PROVIDERS_NAME_PATTERN_H
#define KC_PROVIDERS_NAME_PATTERN_H

#include <regex.h>

#include <kconnect/error.h>

/* KC_ERR_CONFIG: *err says what is wrong with it. Free with regfree(). */
kc_status kc_name_pattern_compile(regex_t *out, const char *pattern, struct kc_error *err);
/* Whether the whole of `name` matches. */
int32_t kc_name_pattern_matches(const regex_t *pattern, const char *name);

#endif
