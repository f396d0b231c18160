/*
 * regex.h - Java's regular expressions and replacement texts, by PCRE2.
 *
 * What PCRE2 would understand differently from java.util.regex without saying so (nested character classes, &&, some
 * inline flags) is refused when the pattern is compiled; the README lists it. A match gives up after a limited number of
 * steps, so that no pattern can hang a task.
 */
#ifndef KC_TRANSFORMS_REGEX_H
#define KC_TRANSFORMS_REGEX_H

#include <stdbool.h>

#include <kconnect/sdk.h>

struct kc_regex;

/* NULL: *err is KC_ERR_CONFIG and says what is wrong with the pattern, or KC_ERR_NOMEM. */
struct kc_regex *kc_regex_open(struct kc_str pattern, struct kc_error *err);
void kc_regex_close(struct kc_regex *re); /* NULL is ignored */

/* Matcher.matches(): 1 when the whole text matches, 0 when not, KC_ERR_RECORD when it takes too many steps. */
kc_status kc_regex_matches(struct kc_regex *re, struct kc_str text, struct kc_error *err);

/* KC_ERR_CONFIG: the replacement is none in Java, or names a group that the pattern does not have. */
kc_status kc_regex_check_replacement(const struct kc_regex *re, struct kc_str replacement,
                                     struct kc_error *err);

/*
 * Matcher.replaceFirst(): writes the text with its first match replaced to out[0..cap] and its length to *len.
 * KC_ERR_RECORD: too many steps, or more than `cap` bytes. The replacement must have passed the check.
 */
kc_status kc_regex_replace_first(struct kc_regex *re, struct kc_str text, struct kc_str replacement,
                                 char *out, uint32_t cap, uint32_t *len, struct kc_error *err);

/* kc_check_fn for keys that hold a pattern. */
kc_status kc_check_regex(const char *name, const struct kc_value *v, struct kc_error *err);

#endif
