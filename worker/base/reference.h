/*
 * reference.h - references to config providers in the values of a configuration: ${provider:key} and ${provider:path:key}.
 *
 * What is one, is decided as Kafka's ConfigTransformer decides it, by \$\{([^}]*?):(([^}]*?):)?([^}]*?)\}: from "${" to the
 * next "}", the provider up to the first colon, the path up to the second one if there is one, the key behind it, which
 * may hold colons. A "${" without colon or "}" is plain text, and so is "${a}".
 */
#ifndef KC_BASE_REFERENCE_H
#define KC_BASE_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>

/* Spans of the value that it was found in. */
struct kc_reference {
    const char *text; /* "${...}" */
    size_t len;
    const char *provider;
    size_t provider_len;
    const char *path; /* length 0 where there is none */
    size_t path_len;
    const char *key;
    size_t key_len;
};

/* The first reference at or behind `from`, a place in a value. False: there is none, and *out is as it was. */
bool kc_reference_next(const char *from, struct kc_reference *out);

/* True when the provider of the reference is called `name`. */
bool kc_reference_is_of(const struct kc_reference *r, const char *name);

/*
 * True when a value is one reference and nothing else, and its provider's name could be one: letters, digits, '_', '-', '.'.
 * Such a value says where a secret is, and is none.
 */
bool kc_reference_is_all(const char *value);
/* True when the provider's name could be one of config.providers. */
bool kc_reference_has_name(const struct kc_reference *r);

#endif
