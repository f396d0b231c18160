/*
 * converter.h - one converter under test, run value by value in both directions.
 *
 * The host table behind it keeps schemas as the real one does: deep copies, equal ones are one, counted. A schema that
 * a converter does not give back fails the test that closes it. What is made here lives until converter_free_all().
 */
#ifndef KC_TEST_FORMATS_CONVERTER_H
#define KC_TEST_FORMATS_CONVERTER_H

#include <kconnect/plugin.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

struct converter;

/* Opens a component for keys or values with options as "key", "value", ..., NULL, parsed as its keys declare them. */
struct converter *converter_open(const struct kc_component *c, int32_t which, const char *const *options);
/* The same, expected to be refused; gives the sentence. */
const char *converter_refused(const struct kc_component *c, const char *const *options);
/* Closes it; every schema that it took must be given back. */
void converter_close(struct converter *c);

/* Encodes one value. NULL: the message is null. A failed record gives its sentence with "! " in front. */
const char *encoded(struct converter *c, const struct kc_schema *schema, struct kc_value v);
/* Length of what encoded() gave last. */
size_t encoded_len(void);

/* What was read from one message, as text: "SCHEMA value", e.g. "int32? 5"; a failed record's sentence behind "! ". */
const char *decoded(struct converter *c, const char *bytes);
const char *decoded_bytes(struct converter *c, const void *bytes, size_t n);
/* The same without a text; false: the record failed. */
bool converter_decode(struct converter *c, const void *bytes, size_t n);
/* A message that fails the whole task: the sentence. */
const char *decoding_fails(struct converter *c, const char *bytes);
/* The schema and the value behind that text, valid until the next call. */
const struct kc_schema *decoded_schema(void);
const struct kc_value *decoded_value(void);

/* The same for header converters. */
const char *header_encoded(struct converter *c, const struct kc_schema *schema, struct kc_value v);
const char *header_decoded(struct converter *c, const char *text);
/* Without a text; false: refused. */
bool converter_decode_header(struct converter *c, const char *text);

/* Encodes several records in one batch, of which some may fail; gives how many slices there are. */
uint32_t encoded_batch(struct converter *c, struct kc_record *records, uint32_t n);
const char *batch_text(uint32_t slice);
bool batch_failed(uint32_t record);

/* Values and schemas. A schema's text form: type, '?' when optional, the name in <>, (members). */
struct kc_value v_null(void), v_absent(void), v_int(uint8_t type, int64_t v), v_u64(uint64_t v),
    v_real(uint8_t type, double v), v_bool(bool v), v_text(const char *s), v_text_n(const char *s, size_t n),
    v_bytes(const void *data, uint32_t n), v_items(uint8_t type, const struct kc_value *items, uint32_t n);
const struct kc_schema *s_plain(uint8_t type, bool optional);
const struct kc_schema *s_named(uint8_t type, bool optional, const char *name, int32_t version);
const struct kc_schema *s_decimal(const char *scale, bool optional);
const struct kc_schema *s_array(const struct kc_schema *item, bool optional);
const struct kc_schema *s_map(const struct kc_schema *key, const struct kc_schema *item, bool optional);
/* Fields as name, schema, ..., NULL. */
const struct kc_schema *s_struct(const char *name, int optional, ...);
/* A copy with something more. */
const struct kc_schema *s_default(const struct kc_schema *s, struct kc_value v);
const struct kc_schema *s_doc(const struct kc_schema *s, const char *doc);
const struct kc_schema *s_param(const struct kc_schema *s, const char *key, const char *value);

int converter_free_all(void **state);

#endif
