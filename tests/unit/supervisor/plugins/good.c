/* A plugin with nothing wrong: a source with keys of every type, and a converter. */
#include "parts.h"

static const char *const colours[] = {"red", "green", NULL};
static const char *const depends[] = {"colour", NULL};

static const struct kc_config_key keys[] = {
    {.name = "host",
     .type = KC_CFG_STRING,
     .flags = KC_CFG_REQUIRED,
     .importance = KC_IMPORTANCE_HIGH,
     .order = 1,
     .doc = "Where \"it\" is, caf\xc3\xa9",
     .dependents = depends},
    {.name = "port",
     .type = KC_CFG_INT,
     .default_value = "80",
     .flags = KC_CFG_RANGE,
     .min = 1,
     .max = 65535,
     .importance = KC_IMPORTANCE_HIGH,
     .order = 2},
    {.name = "secret",
     .type = KC_CFG_PASSWORD,
     .default_value = "",
     .importance = KC_IMPORTANCE_HIGH,
     .order = 3},
    {.name = "colour",
     .type = KC_CFG_STRING,
     .default_value = "red",
     .flags = KC_CFG_ONE_OF,
     .choices = colours,
     .importance = KC_IMPORTANCE_LOW,
     .order = 4},
    {.name = "big",
     .type = KC_CFG_LONG,
     .default_value = "9007199254740993",
     .flags = KC_CFG_RANGE,
     .min = INT64_MIN,
     .max = INT64_MAX,
     .importance = KC_IMPORTANCE_LOW,
     .order = 5},
    {.name = "ratio",
     .type = KC_CFG_DOUBLE,
     .default_value = "0.5",
     .importance = KC_IMPORTANCE_LOW,
     .order = 6},
    {.name = "fast",
     .type = KC_CFG_BOOLEAN,
     .default_value = "false",
     .importance = KC_IMPORTANCE_LOW,
     .order = 7},
    {.name = "names",
     .type = KC_CFG_LIST,
     .default_value = "a, b",
     .importance = KC_IMPORTANCE_LOW,
     .order = 8},
    {.name = "value.converter",
     .type = KC_CFG_CLASS,
     .default_value = "good-converter",
     .importance = KC_IMPORTANCE_LOW,
     .order = 9},
};
static const struct kc_config_def source_config = {PARTS_DEF(keys)};
static const char *const aliases[] = {"org.example.GoodSource", NULL};
static const struct kc_component source = {PARTS("good-source", &parts_ops, &source_config),
                                           .aliases = aliases};

static kc_status converter_open(struct kc_ctx *ctx, const struct kc_map *config, int32_t which, void **self,
                                struct kc_error *err)
{
    (void)which;
    return parts_open(ctx, config, self, err);
}

static kc_status encode(void *self, struct kc_batch *b, struct kc_bytes *out, struct kc_slices *slices,
                        struct kc_error *err)
{
    (void)self;
    (void)b;
    (void)out;
    (void)slices;
    (void)err;
    return KC_OK;
}

static const struct kc_config_key converter_keys[] = {
    {.name = "depth",
     .type = KC_CFG_INT,
     .default_value = "3",
     .flags = KC_CFG_RANGE,
     .min = 1,
     .max = 9,
     .importance = KC_IMPORTANCE_LOW,
     .order = 1},
    {.name = "passphrase",
     .type = KC_CFG_PASSWORD,
     .default_value = "",
     .importance = KC_IMPORTANCE_LOW,
     .order = 2},
};
static const struct kc_config_def converter_config = {PARTS_DEF(converter_keys)};
static const struct kc_converter_ops converter_ops = {
    .struct_size = sizeof(converter_ops), .open = converter_open, .encode = encode, .close = parts_close};
static const struct kc_component converter = {.struct_size = sizeof(converter),
                                              .kind = KC_KIND_CONVERTER,
                                              .id = "good-converter",
                                              .version = "1.0.0",
                                              .title = "A test",
                                              .config = &converter_config,
                                              .ops = &converter_ops};

static const struct kc_component *const components[] = {&source, &converter};
static const struct kc_plugin plugin = {KC_PLUGIN_HEADER(components, 2), .name = "good", .version = "1.0.0"};

const struct kc_plugin *kc_plugin_v0(const struct kc_host *host)
{
    static const char line[] = "looked at by a host";

    host->log(NULL, KC_LOG_INFO, __FILE__, __LINE__, (struct kc_str){line, sizeof(line) - 1, 0});
    return &plugin;
}
