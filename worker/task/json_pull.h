/*
 * json_pull.h - reads JSON piece by piece without rounding a number: positions hold 64-bit integers, which cJSON
 * keeps as doubles. Objects of known depth only; anything unknown is skipped.
 */
#ifndef KC_TASK_JSON_PULL_H
#define KC_TASK_JSON_PULL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Walks over `text`, which is borrowed. After the first mistake `failed` is set and every call answers false. */
struct kc_json_pull {
    const char *at;
    const char *end;
    bool failed;
};

enum kc_json_kind {
    KC_JSON_NULL,
    KC_JSON_TRUE,
    KC_JSON_FALSE,
    KC_JSON_INTEGER,
    KC_JSON_UNSIGNED, /* an integer above INT64_MAX: its bits are in `integer` */
    KC_JSON_DOUBLE,
    KC_JSON_STRING,
};

/* One scalar. `text` belongs to the caller's struct kc_buf and is overwritten by the next call with it. */
struct kc_json_scalar {
    enum kc_json_kind kind;
    int64_t integer;
    double real;
    const char *text;
    size_t len;
};

/* Consumes white space and then `c`; false and no mistake when something else comes. */
bool kc_json_pull_try(struct kc_json_pull *p, char c);
/* The same, but something else is a mistake. */
bool kc_json_pull_expect(struct kc_json_pull *p, char c);
/*
 * The next member's name of an object whose '{' was consumed, with its colon. False at the closing '}' (consumed) or
 * on a mistake. `first` is true for the first call of an object and set to false.
 */
bool kc_json_pull_member(struct kc_json_pull *p, bool *first, struct kc_buf *name);
/* The next value, which must be a scalar; an object or array is a mistake. */
bool kc_json_pull_scalar(struct kc_json_pull *p, struct kc_buf *text, struct kc_json_scalar *out);
/* Steps over a value of any kind, nested at most 32 deep. */
bool kc_json_pull_skip(struct kc_json_pull *p);
/* True when only white space is left and no mistake was made. */
bool kc_json_pull_done(struct kc_json_pull *p);

#endif
