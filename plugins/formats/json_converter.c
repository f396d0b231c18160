#include "json_converter.h"

#include "json_decode.h"
#include "json_encode.h"
#include "side.h"

#include <kconnect/sdk.h>

#include <stdlib.h>
#include <strings.h>

struct json_converter {
    struct kc_side side;
    struct kc_json_heads heads;
    struct kc_json_decoder decoder;
};

static const char *const decimal_formats[] = {"BASE64", "NUMERIC", NULL};

static bool is_word(const struct kc_value *v, const char *word)
{
    return v->type == KC_STRING && v->len == strlen(word) && strncasecmp(v->as.str, word, v->len) == 0;
}

/* The value in any case, which a list of choices would not allow. */
static kc_status check_decimal_format(const char *name, const struct kc_value *value, struct kc_error *err)
{
    if (value->type == KC_NULL || is_word(value, "BASE64") || is_word(value, "NUMERIC"))
        return KC_OK;
    return kc_fail(err, KC_ERR_CONFIG, "%s must be BASE64 or NUMERIC", name);
}

static const struct kc_config_key keys[] = {
    {
        .name = "schemas.enable",
        .default_value = "true",
        .doc = "Whether each message is {\"schema\":...,\"payload\":...}, so that a reader knows the types, "
               "or the payload "
               "alone.",
        .group = "Schemas",
        .display_name = "Enable Schemas",
        .type = KC_CFG_BOOLEAN,
        .importance = KC_IMPORTANCE_HIGH,
        .width = KC_WIDTH_MEDIUM,
        .order = 0,
    },
    {
        .name = "schemas.cache.size",
        .default_value = "1000",
        .doc = "How many schemas this converter keeps between two batches.",
        .group = "Schemas",
        .display_name = "Schema Cache Size",
        .type = KC_CFG_INT,
        .flags = KC_CFG_RANGE,
        .importance = KC_IMPORTANCE_HIGH,
        .width = KC_WIDTH_MEDIUM,
        .order = 1,
        .min = 0,
        .max = INT32_MAX,
    },
    {
        .name = "schema.content",
        .doc = "For sinks, with schemas.enable=true: the schema, as JSON, of messages that bring none of "
               "their own.",
        .group = "Schemas",
        .display_name = "Schema Content",
        .type = KC_CFG_STRING,
        .importance = KC_IMPORTANCE_HIGH,
        .width = KC_WIDTH_MEDIUM,
        .order = 2,
    },
    {
        .name = "decimal.format",
        .default_value = "BASE64",
        .doc = "How Decimals are written: BASE64, their unscaled integer in base64, or NUMERIC, a JSON "
               "number. Both are "
               "read, whichever is chosen.",
        .group = "Serialization",
        .display_name = "Decimal Format",
        .type = KC_CFG_STRING,
        .importance = KC_IMPORTANCE_LOW,
        .width = KC_WIDTH_MEDIUM,
        .order = 0,
        .choices = decimal_formats,
        .check = check_decimal_format,
    },
    {
        .name = "replace.null.with.default",
        .default_value = "true",
        .doc = "Whether a field that is null and has a default value is written, and read, as that default.",
        .group = "Serialization",
        .display_name = "Replace null with default",
        .type = KC_CFG_BOOLEAN,
        .importance = KC_IMPORTANCE_LOW,
        .width = KC_WIDTH_MEDIUM,
        .order = 1,
    },
};

static const struct kc_config_def config_def = {
    .struct_size = sizeof(config_def),
    .key_size = sizeof(keys[0]),
    .keys = keys,
    .n_keys = sizeof(keys) / sizeof(keys[0]),
};

static bool flag(const struct kc_map *config, const char *name)
{
    const struct kc_value *v = kc_map_get(config, name);

    return v == NULL || v->type != KC_BOOLEAN || v->as.i64 != 0; /* both are on by default */
}

static kc_status put(void *self, struct kc_out *o, const struct kc_schema *schema, const struct kc_value *v,
                     bool *is_null, struct kc_error *err)
{
    return kc_json_encode(&((struct json_converter *)self)->heads, o, schema, v, is_null, err);
}

static kc_status get(void *self, struct kc_arena *a, const struct kc_schema **schema, struct kc_value *v,
                     struct kc_error *err)
{
    return kc_json_decode(&((struct json_converter *)self)->decoder, a, schema, v, err);
}

static void close_converter(void *self)
{
    struct json_converter *c = self;

    kc_json_heads_finish(&c->heads);
    kc_json_decoder_finish(&c->decoder);
    free(c);
}

static kc_status open_converter(struct kc_ctx *ctx, const struct kc_map *config, int32_t which, void **self,
                                struct kc_error *err)
{
    const struct kc_value *size = kc_map_get(config, "schemas.cache.size"),
                          *format = kc_map_get(config, "decimal.format"),
                          *content = kc_map_get(config, "schema.content");
    uint32_t most =
        size != NULL && size->type == KC_INT32 && size->as.i64 >= 0 ? (uint32_t)size->as.i64 : 1000;
    struct kc_json_options options = {.schemas = flag(config, "schemas.enable"),
                                      .null_with_default = flag(config, "replace.null.with.default")};
    struct json_converter *c;
    kc_status status;

    if (format != NULL && check_decimal_format("decimal.format", format, err) < 0)
        return KC_ERR_CONFIG;
    options.numeric_decimals = format != NULL && is_word(format, "NUMERIC");
    c = calloc(1, sizeof(*c));
    if (c == NULL)
        return kc_no_memory(err);
    c->side = (struct kc_side){.ctx = ctx, .which = which, .put = put, .get = get};
    kc_json_heads_init(&c->heads, &options, most);
    status = kc_json_decoder_init(&c->decoder, ctx, options.schemas, options.null_with_default, most,
                                  content != NULL && content->type == KC_STRING
                                      ? (struct kc_str){content->as.str, content->len, 0}
                                      : (struct kc_str){0},
                                  err);
    if (status < 0) {
        close_converter(c);
        return status;
    }
    *self = c;
    return KC_OK;
}

static kc_status encode(void *self, struct kc_batch *b, struct kc_bytes *out, struct kc_slices *slices,
                        struct kc_error *err)
{
    kc_json_heads_trim(&((struct json_converter *)self)->heads);
    return kc_side_encode(self, b, out, slices, err);
}

static kc_status decode(void *self, struct kc_batch *b, struct kc_error *err)
{
    kc_json_decoder_trim(&((struct json_converter *)self)->decoder);
    return kc_side_decode(self, b, err);
}

static const struct kc_converter_ops ops = {
    .struct_size = sizeof(ops),
    .open = open_converter,
    .encode = encode,
    .decode = decode,
    .close = close_converter,
};

static kc_status open_header(struct kc_ctx *ctx, const struct kc_map *config, void **self,
                             struct kc_error *err)
{
    kc_status status = open_converter(ctx, config, KC_FOR_VALUE, self, err);

    if (status >= 0)
        ((struct json_converter *)*self)->decoder.keeps = true;
    return status;
}

static kc_status encode_header(void *self, const struct kc_topic *topic, const struct kc_header *h,
                               struct kc_bytes *out, struct kc_error *err)
{
    kc_json_heads_trim(&((struct json_converter *)self)->heads);
    return kc_side_encode_header(self, topic, h, out, err);
}

static const struct kc_header_converter_ops header_ops = {
    .struct_size = sizeof(header_ops),
    .open = open_header,
    .encode = encode_header,
    .decode = kc_side_decode_header,
    .close = close_converter,
};

static const char *const aliases[] = {"org.apache.kafka.connect.json.JsonConverter", "JsonConverter", NULL};

const struct kc_component kc_json_converter = {
    .struct_size = sizeof(kc_json_converter),
    .kind = KC_KIND_CONVERTER,
    .id = "json",
    .version = KC_VERSION,
    .title = "JSON with or without schemas, as Kafka Connect's JsonConverter",
    .doc = "On the envelope of mysql-source this writes Debezium's messages.",
    .aliases = aliases,
    .config = &config_def,
    .ops = &ops,
};

const struct kc_component kc_json_header_converter = {
    .struct_size = sizeof(kc_json_header_converter),
    .kind = KC_KIND_HEADER_CONVERTER,
    .id = "json",
    .version = KC_VERSION,
    .title = "Headers as JSON, as Kafka Connect's JsonConverter",
    .aliases = aliases,
    .config = &config_def,
    .ops = &header_ops,
};
