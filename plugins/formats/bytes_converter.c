#include "bytes_converter.h"

#include "side.h"
#include "type_word.h"

#include <kconnect/sdk.h>

#include <stdlib.h>

struct bytes_converter {
    struct kc_side side;
    const struct kc_schema *schema; /* what is read back: optional bytes */
};

static kc_status put(void *self, struct kc_out *o, const struct kc_schema *schema, const struct kc_value *v,
                     bool *is_null, struct kc_error *err)
{
    (void)self;
    if (schema != NULL && schema->type != KC_BYTES)
        return kc_fail(
            err, KC_ERR_RECORD,
            "the bytes converter (ByteArrayConverter) writes bytes only, and this schema is %s; choose "
            "another converter, such as json",
            kc_type_name(schema->type));
    *is_null = v->type == KC_NULL;
    if (*is_null)
        return KC_OK;
    if (v->type != KC_BYTES)
        return kc_fail(
            err, KC_ERR_RECORD,
            "the bytes converter (ByteArrayConverter) writes bytes only, and this value is %s; choose "
            "another converter, such as json",
            kc_type_name(v->type));
    return v->len == 0 || kc_out_put(o, v->as.bytes, v->len) ? KC_OK : kc_no_memory(err);
}

static kc_status get(void *self, struct kc_arena *a, const struct kc_schema **schema, struct kc_value *v,
                     struct kc_error *err)
{
    struct bytes_converter *c = self;

    (void)a, (void)v, (void)err;
    *schema = c->schema;
    return KC_OK;
}

static kc_status open_converter(struct kc_ctx *ctx, const struct kc_map *config, int32_t which, void **self,
                                struct kc_error *err)
{
    const struct kc_schema spec = {.struct_size = sizeof(spec), .type = KC_BYTES, .optional = 1};
    struct bytes_converter *c = calloc(1, sizeof(*c));

    (void)config;
    if (c == NULL)
        return kc_no_memory(err);
    c->side = (struct kc_side){.ctx = ctx, .which = which, .put = put, .get = get};
    c->schema = kc_host->schema_new(ctx, &spec, err);
    if (c->schema == NULL) {
        free(c);
        return err->status;
    }
    *self = c;
    return KC_OK;
}

static void close_converter(void *self)
{
    struct bytes_converter *c = self;

    kc_host->schema_unref(c->schema);
    free(c);
}

KC_SIDE_OPS(bytes, open_converter, close_converter);

static const char *const aliases[] = {"org.apache.kafka.connect.converters.ByteArrayConverter",
                                      "ByteArrayConverter", NULL};

const struct kc_component kc_bytes_converter = {
    .struct_size = sizeof(kc_bytes_converter),
    .kind = KC_KIND_CONVERTER,
    .id = "bytes",
    .version = KC_VERSION,
    .title = "Bytes as they are, as Kafka Connect's ByteArrayConverter",
    .aliases = aliases,
    .ops = &bytes_ops,
};

const struct kc_component kc_bytes_header_converter = {
    .struct_size = sizeof(kc_bytes_header_converter),
    .kind = KC_KIND_HEADER_CONVERTER,
    .id = "bytes",
    .version = KC_VERSION,
    .title = "Headers as bytes, as Kafka Connect's ByteArrayConverter",
    .aliases = aliases,
    .ops = &bytes_header_ops,
};
