/* source_host.h - the part of a host that the source's own files need in a test: schemas that are nobody's, and a state that lasts. */
#ifndef KC_TEST_SOURCE_HOST_H
#define KC_TEST_SOURCE_HOST_H

#include <kconnect/sdk.h>

#include "table.h"

/* A table of a few columns, finished: "name type, name type, ..." with "!" behind a type for NOT NULL; keys as indexes. */
struct kc_table *source_table(const char *columns, const uint32_t *key, uint32_t n_key);

struct kc_str source_str(const char *text);

/* Empties the state. */
void source_forget(void);

/* An empty error to be filled. */
struct kc_error source_error(void);

#endif
