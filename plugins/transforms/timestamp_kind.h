/* timestamp_kind.h - the forms of a time that TimestampConverter knows, and the way from each to each by ms. */
#ifndef KC_TRANSFORMS_TIMESTAMP_KIND_H
#define KC_TRANSFORMS_TIMESTAMP_KIND_H

#include "date_format.h"

enum kc_time_kind {
    KC_TIME_STRING,
    KC_TIME_UNIX,
    KC_TIME_DATE,
    KC_TIME_TIME,
    KC_TIME_TIMESTAMP,
    KC_TIME_KINDS
};

extern const char *const kc_time_kind_names[]; /* in the order above, ends with NULL */
extern const char *const kc_time_precisions[]; /* ends with NULL */

struct kc_time_settings {
    struct kc_date_format format; /* pattern.len 0: none */
    int precision;                /* of unix times: position in kc_time_precisions */
    enum kc_time_kind target;
};

/* What a schema says; KC_TIME_KINDS: no time. */
enum kc_time_kind kc_time_kind_of(const struct kc_schema *s);
/* What a value without schema is taken to be; KC_TIME_KINDS: no time. */
enum kc_time_kind kc_time_kind_of_value(const struct kc_value *v);
/* The schema of a kind; one reference. NULL: *err. */
const struct kc_schema *kc_time_schema(struct kc_ctx *ctx, enum kc_time_kind kind, bool optional,
                                       struct kc_error *err);

/* Turns a value of `kind` into the target; null stays null. KC_ERR_RECORD: it does not fit kind or pattern. */
kc_status kc_time_convert(const struct kc_time_settings *t, struct kc_batch *b, enum kc_time_kind kind,
                          struct kc_value *v, struct kc_error *err);

#endif
