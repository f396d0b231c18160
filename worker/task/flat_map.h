/*
 * flat_map.h - copies, comparison and JSON of flat maps: the source partitions and offsets of connectors.
 *
 * A flat map holds NULL, integers, floats, BOOLEAN and STRING. In JSON an integer has no '.' and no exponent, a float
 * always has one, so that each comes back with its type: INT64, UINT64 above INT64_MAX, FLOAT64.
 */
#ifndef KC_TASK_FLAT_MAP_H
#define KC_TASK_FLAT_MAP_H

#include <kconnect/value.h>

#include "base/buf.h"
#include "base/error.h"
#include "task/json_pull.h"

/* One map in one block of memory. */
struct kc_flat {
    struct kc_map map;
};

/* A copy that borrows nothing. NULL: *err, because of a nested value, text that is not UTF-8, or memory. */
struct kc_flat *kc_flat_copy(const struct kc_map *m, struct kc_error *err);
/* Frees a copy. NULL is ignored. */
void kc_flat_destroy(struct kc_flat *f);

/* The same keys with the same values, in any order; integers of different widths are equal when their values are. */
bool kc_flat_equal(const struct kc_map *a, const struct kc_map *b);

/* Appends the map as a JSON object. Only what kc_flat_copy() accepts may be given. */
void kc_flat_json(const struct kc_map *m, struct kc_buf *out);
/* Reads an object at `p`. NULL: p->failed, or out of memory. */
struct kc_flat *kc_flat_parse(struct kc_json_pull *p);

/* The length of UTF-8 text in UTF-16 units, which is how the broker measures an offset's metadata. */
size_t kc_utf16_units(const char *text, size_t len);
#endif
