/* regex_java.h - a pattern of java.util.regex as PCRE2 reads it. */
#ifndef KC_TRANSFORMS_REGEX_JAVA_H
#define KC_TRANSFORMS_REGEX_JAVA_H

#include <kconnect/sdk.h>

/*
 * Translates a pattern; *out is NUL-terminated and freed by the caller. KC_ERR_CONFIG: it uses something that PCRE2
 * reads differently from Java, which *err names; KC_ERR_NOMEM.
 */
kc_status kc_regex_from_java(struct kc_str pattern, char **out, struct kc_error *err);

#endif
