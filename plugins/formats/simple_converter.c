#include "simple_converter.h"

#include "side.h"
#include "simple_parse.h"
#include "simple_text.h"
#include "utf8.h"

#include <kconnect/sdk.h>

#include <stdlib.h>

struct simple_converter {
    struct kc_side side;
    struct kc_simple_schemas schemas;
};

static kc_status put(void *self, struct kc_out *o, const struct kc_schema *schema, const struct kc_value *v,
                     bool *is_null, struct kc_error *err)
{
    (void)self;
    *is_null = v->type == KC_NULL;
    return *is_null ? KC_OK : kc_simple_text(o, schema, v, err);
}

static kc_status get(void *self, struct kc_arena *a, const struct kc_schema **schema, struct kc_value *v,
                     struct kc_error *err)
{
    struct simple_converter *c = self;
    const uint8_t *text = v->as.bytes;
    size_t n = v->len;

    *schema = NULL;
    if (v->type == KC_NULL)
        return KC_OK;
    if (!kc_utf8_valid(text, n)) {
        uint8_t *repaired = kc_arena_alloc(a, kc_utf8_repaired_len(text, n));

        if (repaired == NULL)
            return kc_no_memory(err);
        n = (size_t)(kc_utf8_repair(repaired, text, n) - repaired);
        text = repaired;
    }
    return kc_simple_parse(&c->schemas, a, (const char *)text, n, schema, v, err);
}

static void close_converter(void *self)
{
    struct simple_converter *c = self;

    kc_simple_schemas_finish(&c->schemas);
    free(c);
}

static kc_status open_converter(struct kc_ctx *ctx, const struct kc_map *config, void **self,
                                struct kc_error *err)
{
    struct simple_converter *c = calloc(1, sizeof(*c));
    kc_status status;

    (void)config;
    if (c == NULL)
        return kc_no_memory(err);
    c->side = (struct kc_side){.ctx = ctx, .put = put, .get = get};
    status = kc_simple_schemas_init(&c->schemas, ctx, err);
    if (status < 0) {
        close_converter(c);
        return status;
    }
    *self = c;
    return KC_OK;
}

static const struct kc_header_converter_ops ops = {
    .struct_size = sizeof(ops),
    .open = open_converter,
    .encode = kc_side_encode_header,
    .decode = kc_side_decode_header,
    .close = close_converter,
};

static const char *const aliases[] = {"org.apache.kafka.connect.storage.SimpleHeaderConverter",
                                      "SimpleHeaderConverter", NULL};

const struct kc_component kc_simple_header_converter = {
    .struct_size = sizeof(kc_simple_header_converter),
    .kind = KC_KIND_HEADER_CONVERTER,
    .id = "simple",
    .version = KC_VERSION,
    .title = "Headers as text that says their type, as Kafka Connect's SimpleHeaderConverter",
    .aliases = aliases,
    .ops = &ops,
};
