#include "dataworks.h"

#include "dataworks_value.h"

#include <kconnect/sdk.h>

#include <stdlib.h>

static const char *const update_modes[] = {"split", "single", NULL};
static const char *const decimal_modes[] = {"double", "string", NULL};
static const char *const time_modes[] = {"ms", "string", NULL};

static const struct kc_config_key keys[] = {
    {
        .name = "dataworks.update.mode",
        .default_value = "split",
        .doc = "How an update is written: `split` writes two messages with one sequenceId, UPDATE_BEFOR with "
               "the old row and "
               "UPDATE_AFTER with the new one; `single` writes one message, UPDATE, with both.",
        .group = "Format",
        .display_name = "Form of updates",
        .type = KC_CFG_STRING,
        .flags = KC_CFG_ONE_OF,
        .importance = KC_IMPORTANCE_MEDIUM,
        .width = KC_WIDTH_SHORT,
        .order = 1,
        .choices = update_modes,
    },
    {
        .name = "decimal.handling.mode",
        .default_value = "double",
        .doc = "How DECIMAL columns are written: `double` as a JSON number with all its digits, type DOUBLE; "
               "`string` as the "
               "same digits in a string, type STRING, for readers that would round the number.",
        .group = "Format",
        .display_name = "Form of decimals",
        .type = KC_CFG_STRING,
        .flags = KC_CFG_ONE_OF,
        .importance = KC_IMPORTANCE_MEDIUM,
        .width = KC_WIDTH_SHORT,
        .order = 2,
        .choices = decimal_modes,
    },
    {
        .name = "dataworks.time.mode",
        .default_value = "ms",
        .doc = "How TIME columns are written: `ms` as type DATE, the milliseconds of 1970-01-01 in the "
               "connection's time zone "
               "plus the signed duration; `string` as text such as -12:30:00, type STRING.",
        .group = "Format",
        .display_name = "Form of times",
        .type = KC_CFG_STRING,
        .flags = KC_CFG_ONE_OF,
        .importance = KC_IMPORTANCE_LOW,
        .width = KC_WIDTH_SHORT,
        .order = 3,
        .choices = time_modes,
    },
};

static const struct kc_config_def config_def = {
    .struct_size = sizeof(config_def),
    .key_size = sizeof(keys[0]),
    .keys = keys,
    .n_keys = sizeof(keys) / sizeof(keys[0]),
};

/* Reads an option with two choices, of which the first is the default; false: neither of them. */
static kc_status option(const struct kc_map *config, const char *name, const char *const *choices,
                        bool *second, struct kc_error *err)
{
    const struct kc_value *v = kc_map_get(config, name);

    *second = false;
    if (v == NULL || v->type == KC_NULL)
        return KC_OK;
    for (int i = 0; i < 2; i++)
        if (v->type == KC_STRING && v->len == strlen(choices[i]) &&
            memcmp(v->as.str, choices[i], v->len) == 0) {
            *second = i == 1;
            return KC_OK;
        }
    return kc_fail(err, KC_ERR_CONFIG, "%s must be %s or %s", name, choices[0], choices[1]);
}

static kc_status open_converter(struct kc_ctx *ctx, const struct kc_map *config, int32_t which, void **self,
                                struct kc_error *err)
{
    struct kc_dw_options options;
    struct kc_dataworks *d;

    if (which != KC_FOR_KEY && which != KC_FOR_VALUE)
        return kc_fail(err, KC_ERR_UNSUPPORTED, "dataworks-json converts keys and values, nothing else");
    if (option(config, "dataworks.update.mode", update_modes, &options.single_update, err) < 0 ||
        option(config, "decimal.handling.mode", decimal_modes, &options.decimal_as_text, err) < 0 ||
        option(config, "dataworks.time.mode", time_modes, &options.time_as_text, err) < 0)
        return KC_ERR_CONFIG;
    d = calloc(1, sizeof(*d));
    if (d == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory while opening dataworks-json");
    d->ctx = ctx;
    kc_dw_cache_init(&d->cache, &options, which);
    *self = d;
    return KC_OK;
}

static kc_status encode(void *self, struct kc_batch *b, struct kc_bytes *out, struct kc_slices *slices,
                        struct kc_error *err)
{
    struct kc_dataworks *d = self;

    if (d->cache.which == KC_FOR_KEY)
        return kc_dw_encode_keys(d, b, out, slices, err);
    return kc_dw_encode_values(d, b, out, slices, err);
}

static void close_converter(void *self)
{
    struct kc_dataworks *d = self;

    kc_dw_cache_finish(&d->cache);
    free(d);
}

static const struct kc_converter_ops ops = {
    .struct_size = sizeof(ops),
    .open = open_converter,
    .encode = encode,
    .close = close_converter,
};

const struct kc_component kc_dataworks_json = {
    .struct_size = sizeof(kc_dataworks_json),
    .kind = KC_KIND_CONVERTER,
    .id = "dataworks-json",
    .version = KC_VERSION,
    .title = "Documents of Aliyun DataWorks' real-time synchronisation, message format 0.0.1",
    .doc = "Writes change events (Debezium's envelope) as the JSON documents that DataWorks' MySQL "
           "synchronisation puts into "
           "Kafka. A key of one column is written as bare text, a key of several as a JSON array.",
    .config = &config_def,
    .ops = &ops,
};
