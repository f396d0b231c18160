/* test_schemas.h - the schemas, values and their text forms behind converter.h. */
#ifndef KC_TEST_FORMATS_TEST_SCHEMAS_H
#define KC_TEST_FORMATS_TEST_SCHEMAS_H

#include "converter.h"

/* Zeroed memory that lives until converter_free_all(). */
void *test_own(size_t n);

/* The host's calls for plugins: equal schemas are one, and each call takes a reference. */
const struct kc_schema *test_schema_new(struct kc_ctx *ctx, const struct kc_schema *spec,
                                        struct kc_error *err);
void test_schema_ref(const struct kc_schema *s);
void test_schema_unref(const struct kc_schema *s);
/* References that a plugin took and did not give back. */
int test_schemas_taken(void);
void test_schemas_free(void);

/* "int32?<name>(...) value" */
void test_describe(char *text, size_t room, const struct kc_schema *s, const struct kc_value *v);

#endif
