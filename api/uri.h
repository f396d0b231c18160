/*
 * uri.h - the target of a request taken apart: path segments and query parameters, percent-decoded once.
 * Rules (rest-contract, general): UTF-8; `+` is a plus in the path and a space in the query; what follows `;`
 * in a segment is a path parameter and is cut off; one trailing slash does not count.
 */
#ifndef KC_API_URI_H
#define KC_API_URI_H

#include <stdbool.h>
#include <stddef.h>

#define KC_URI_SEGMENTS   8  /* no route is longer */
#define KC_URI_PARAMETERS 64 /* more are ignored */

struct kc_uri_parameter {
    const char *name, *value;
};

/* Owns one block of text that everything points into. */
struct kc_uri {
    char *text;
    const char *segments[KC_URI_SEGMENTS];
    size_t n_segments;
    bool too_deep; /* more segments than any route has, or an empty one: there is no such route */
    struct kc_uri_parameter parameters[KC_URI_PARAMETERS];
    size_t n_parameters;
};

enum kc_uri_result { KC_URI_OK, KC_URI_MALFORMED, KC_URI_NO_MEMORY };

/* Parses "/path?query" as it came over the wire. MALFORMED: a bad escape, "%00", or no UTF-8. */
enum kc_uri_result kc_uri_parse(struct kc_uri *u, const char *target);
void kc_uri_finish(struct kc_uri *u);

/* The first parameter of that name, or NULL; "" when it came without a value. */
const char *kc_uri_parameter(const struct kc_uri *u, const char *name);
/* True when some parameter `name` has this value: for those that may be repeated. */
bool kc_uri_has(const struct kc_uri *u, const char *name, const char *value);

#endif
