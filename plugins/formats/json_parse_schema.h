/* json_parse_schema.h - Kafka Connect's description of a schema in JSON as a schema of the host. */
#ifndef KC_FORMATS_JSON_PARSE_SCHEMA_H
#define KC_FORMATS_JSON_PARSE_SCHEMA_H

#include "json_parse_value.h"

/*
 * Makes the schema that a node describes; the caller gets one reference. A JSON null is no schema: *out NULL and KC_OK.
 * KC_ERR_RECORD: it describes none, and why.
 */
kc_status kc_json_get_schema(struct kc_ctx *ctx, const struct kc_json_context *c,
                             const struct kc_json_node *node, const struct kc_schema **out,
                             struct kc_error *err);

/* The value of a member of an object; the last one of the name, or NULL. */
const struct kc_json_node *kc_json_member(const struct kc_json_node *object, const char *name);

#endif
