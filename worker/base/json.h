/*
 * json.h - reading JSON that other people wrote, strictly. cJSON does the parsing; this refuses what cJSON would
 * alter without a word: integers beyond 2^53, "\u0000", text after the value, nesting beyond 100 levels.
 * Of duplicate members the last one counts (rest-contract: as Kafka Connect). Member names are case-sensitive.
 * Never used for row data.
 */
#ifndef KC_BASE_JSON_H
#define KC_BASE_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/props.h"

/* Parses exactly one JSON value out of `len` bytes of UTF-8. NULL: *err says where and what; KC_ERR_CONFIG. */
cJSON *kc_json_parse(const char *text, size_t len, struct kc_error *err);

/* The member, or NULL. `obj` may be NULL or no object. */
const cJSON *kc_json_member(const cJSON *obj, const char *name);
/* The text of a string member, or NULL (absent, or another type). Borrowed from `obj`. */
const char *kc_json_text(const cJSON *obj, const char *name);
/* The integer of a number member, or `fallback`. */
int64_t kc_json_int(const cJSON *obj, const char *name, int64_t fallback);
bool kc_json_bool(const cJSON *obj, const char *name, bool fallback);

/*
 * A configuration object: every member a string, number or boolean, numbers and booleans turned into their text as
 * Kafka Connect does (1, true, 1.5); null is refused with the key's name, unless `nulls` is given: then the names
 * of null members are added to it with an empty value. NULL: *err, KC_ERR_CONFIG.
 */
struct kc_props *kc_json_to_props(const cJSON *obj, struct kc_props *nulls, struct kc_error *err);
/* An object of strings; NULL: out of memory. The caller deletes it, or adds it to another object. */
cJSON *kc_json_from_props(const struct kc_props *p);

#endif
