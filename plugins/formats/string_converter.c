#include "string_converter.h"

#include "java_text.h"
#include "side.h"
#include "text_encoding.h"

#include <kconnect/sdk.h>

#include <stdlib.h>

struct string_converter {
    struct kc_side side;
    struct kc_text_encoding *encoding;
    const struct kc_schema *schema; /* what is read back: an optional string */
    struct kc_bytes text;           /* of a value that is no string, before it is encoded */
};

static const struct kc_config_key keys[] = {
    {
        .name = "converter.encoding",
        .default_value = "UTF-8",
        .doc = "The character set of the messages: UTF-8, ISO-8859-1, US-ASCII, UTF-16 or another name that "
               "the system's "
               "iconv knows. A character that it lacks is written as a question mark.",
        .display_name = "Encoding",
        .type = KC_CFG_STRING,
        .importance = KC_IMPORTANCE_HIGH,
        .width = KC_WIDTH_MEDIUM,
        .order = -1,
    },
};

static const struct kc_config_def config_def = {
    .struct_size = sizeof(config_def),
    .key_size = sizeof(keys[0]),
    .keys = keys,
    .n_keys = sizeof(keys) / sizeof(keys[0]),
};

static void close_converter(void *self)
{
    struct string_converter *c = self;

    kc_text_encoding_close(c->encoding);
    kc_host->schema_unref(c->schema);
    kc_heap_bytes_free(&c->text);
    free(c);
}

static kc_status put(void *self, struct kc_out *o, const struct kc_schema *schema, const struct kc_value *v,
                     bool *is_null, struct kc_error *err)
{
    struct string_converter *c = self;
    struct kc_out text;
    kc_status status;

    if (v->type == KC_NULL) {
        *is_null = true;
        return KC_OK;
    }
    if (v->type == KC_STRING)
        return kc_text_encode(c->encoding, o, v->as.str, v->len, err);
    if (kc_text_is_utf8(c->encoding))
        return kc_java_text(o, schema, v, err);
    c->text.len = 0;
    kc_out_begin(&text, &c->text);
    status = kc_java_text(&text, schema, v, err);
    kc_out_end(&text);
    return status < 0 ? status : kc_text_encode(c->encoding, o, (const char *)c->text.data, c->text.len, err);
}

static kc_status get(void *self, struct kc_arena *a, const struct kc_schema **schema, struct kc_value *v,
                     struct kc_error *err)
{
    struct string_converter *c = self;

    *schema = c->schema;
    if (v->type == KC_NULL)
        return KC_OK;
    return kc_text_decode(c->encoding, a, v->as.bytes, v->len, v, err);
}

static kc_status open_converter(struct kc_ctx *ctx, const struct kc_map *config, int32_t which, void **self,
                                struct kc_error *err)
{
    const struct kc_schema spec = {.struct_size = sizeof(spec), .type = KC_STRING, .optional = 1};
    const struct kc_value *name = kc_map_get(config, "converter.encoding");
    struct string_converter *c = calloc(1, sizeof(*c));

    if (c == NULL)
        return kc_no_memory(err);
    c->side = (struct kc_side){.ctx = ctx, .which = which, .put = put, .get = get};
    kc_heap_bytes_init(&c->text);
    c->encoding = kc_text_encoding_open(name != NULL && name->type == KC_STRING
                                            ? (struct kc_str){name->as.str, name->len, 0}
                                            : kc_str("UTF-8"),
                                        err);
    if (c->encoding != NULL)
        c->schema = kc_host->schema_new(ctx, &spec, err);
    if (c->schema == NULL) {
        close_converter(c);
        return err->status;
    }
    *self = c;
    return KC_OK;
}

KC_SIDE_OPS(string, open_converter, close_converter);

static const char *const aliases[] = {"org.apache.kafka.connect.storage.StringConverter", "StringConverter",
                                      NULL};

const struct kc_component kc_string_converter = {
    .struct_size = sizeof(kc_string_converter),
    .kind = KC_KIND_CONVERTER,
    .id = "string",
    .version = KC_VERSION,
    .title = "Text, as Kafka Connect's StringConverter",
    .aliases = aliases,
    .config = &config_def,
    .ops = &string_ops,
};

const struct kc_component kc_string_header_converter = {
    .struct_size = sizeof(kc_string_header_converter),
    .kind = KC_KIND_HEADER_CONVERTER,
    .id = "string",
    .version = KC_VERSION,
    .title = "Headers as text, as Kafka Connect's StringConverter",
    .aliases = aliases,
    .config = &config_def,
    .ops = &string_header_ops,
};
