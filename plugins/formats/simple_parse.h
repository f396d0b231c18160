/*
 * simple_parse.h - from text to a typed value by what it looks like, as Kafka Connect's Values.parseString does.
 *
 *   null true false     those; a number: the smallest of int8 .. int64 that holds it (1.0 and 1e3 too), otherwise a float32, a
 *                       float64 beyond its range, and a Decimal for integers beyond int64
 *   2021-03-03          a Date; 05:21:10.000Z a Time; 2021-03-03T05:21:10.000Z a Timestamp
 *   [1,2000] {"k":1}    a list and a map whose members get the widest of their types; texts inside have quotation marks
 *   everything else     a string
 *
 * Where Connect forgets what it read we do not: text behind a list or a number makes it all a string, and \" and \\ inside
 * of quotation marks are one character. A list or map without members, or whose members have no common type, is schemaless;
 * it stays a string when that would lose what a date or Decimal in it means, and when it has more than KC_SIMPLE_ENTRIES
 * entries or KC_MAX_DEPTH levels.
 */
#ifndef KC_FORMATS_SIMPLE_PARSE_H
#define KC_FORMATS_SIMPLE_PARSE_H

#include <kconnect/host.h>

#include <locale.h>
#include <stdbool.h>

enum {
    KC_SIMPLE_ENTRIES = 1000, /* of a map */
    KC_SIMPLE_SCHEMAS = 1000, /* of lists and maps, kept; one that would need another is a string */
    KC_SIMPLE_SCALARS =
        256, /* more than there can be: plain types, dates and times, a Decimal of each scale */
};

/* The schemas that values were given, kept until the end because a header does not say when it is done with. */
struct kc_simple_schemas {
    struct kc_ctx *ctx;
    locale_t c_locale; /* numbers have a point, whatever the locale of the process is */
    uint32_t n;
    uint32_t n_nested; /* lists and maps among them */
    const struct kc_schema *list[KC_SIMPLE_SCHEMAS + KC_SIMPLE_SCALARS];
};

/* Finish it in every case. */
kc_status kc_simple_schemas_init(struct kc_simple_schemas *s, struct kc_ctx *ctx, struct kc_error *err);
void kc_simple_schemas_finish(struct kc_simple_schemas *s);

/*
 * Reads well-formed UTF-8. *schema is NULL for null and for what is schemaless. Strings are in the text itself or in the
 * arena. Fails for want of memory only.
 */
kc_status kc_simple_parse(struct kc_simple_schemas *s, struct kc_arena *a, const char *text, size_t n,
                          const struct kc_schema **schema, struct kc_value *v, struct kc_error *err);

#endif
