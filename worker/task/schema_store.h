/*
 * schema_store.h - schemas, made once: two equal ones are the same pointer, so converters cache by id.
 *
 * A schema lives as long as somebody holds a reference; a parent holds one on each child. An id is never used again.
 */
#ifndef KC_TASK_SCHEMA_STORE_H
#define KC_TASK_SCHEMA_STORE_H

#include <kconnect/schema.h>

#include "base/error.h"

struct kc_schemas;

struct kc_schemas *kc_schemas_create(void); /* NULL: out of memory */
/* Frees the store and every schema, referenced or not. NULL is ignored. */
void kc_schemas_destroy(struct kc_schemas *s);

/*
 * The schema equal to *spec with one more reference, the caller's. Children must come from the same store. NULL: *err.
 * [any thread]
 */
const struct kc_schema *kc_schemas_get(struct kc_schemas *s, const struct kc_schema *spec,
                                       struct kc_error *err);
void kc_schema_ref(const struct kc_schema *s);   /* NULL is ignored. [any thread] */
void kc_schema_unref(const struct kc_schema *s); /* NULL is ignored. [any thread] */
/* How many schemas are alive. */
size_t kc_schemas_count(struct kc_schemas *s);

#endif
