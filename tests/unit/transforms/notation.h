/*
 * notation.h - records as text, so that a test is a table of lines: read into real values and schemas, and written back.
 *
 *   record   TOPIC[:PARTITION][@TIMESTAMP][#OFFSET] ; KEY ; VALUE [; NAME: SIDE, NAME: SIDE ...]
 *   side     null | VALUE (no schema) | SCHEMA = VALUE
 *   schema   int8 int16 int32 int64 float32 float64 boolean string bytes uint64 [SCHEMA] map(SCHEMA,SCHEMA)
 *            or NAME{field SCHEMA, ...}, then in this order: <logical name>, @version, ? (optional), !default
 *   value    null 'text' x'hex' true 5 (int64) 5b 5s 5i (int8, 16, 32) 5u 1.5 1.5f [v,v] {'k':v} {v,v} (a struct's)
 *
 * With a schema, numbers take its type. Timestamps in ms; #OFFSET makes it a sink's record.
 */
#ifndef KC_TEST_TRANSFORMS_NOTATION_H
#define KC_TEST_TRANSFORMS_NOTATION_H

#include <kconnect/plugin.h>

/* Reads a record; everything in it lives in `arena` or belongs to `ctx`'s schemas. Fails the test at a mistake. */
struct kc_record read_record(const struct kc_host *host, struct kc_ctx *ctx, struct kc_arena *arena,
                             const char *text);

/* Writes a record as above, at most `cap` bytes. */
void write_record(const struct kc_record *r, char *out, size_t cap);

#endif
