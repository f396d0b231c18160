/* A plugin with nothing wrong: a transform with an alias, a predicate and a header converter. */
#include "parts.h"

static const char *const wheres[] = {"front", "back", NULL};
static const char *const depends[] = {"regex", NULL};

static const struct kc_config_key route_keys[] = {
    {.name = "regex",
     .type = KC_CFG_STRING,
     .flags = KC_CFG_REQUIRED,
     .importance = KC_IMPORTANCE_HIGH,
     .doc = "What to look for"},
    {.name = "where",
     .type = KC_CFG_STRING,
     .default_value = "back",
     .flags = KC_CFG_ONE_OF,
     .choices = wheres,
     .dependents = depends,
     .group = "Place",
     .importance = KC_IMPORTANCE_LOW},
    {.name = "times",
     .type = KC_CFG_INT,
     .default_value = "1",
     .flags = KC_CFG_RANGE,
     .min = 1,
     .max = 3,
     .importance = KC_IMPORTANCE_LOW},
    {.name = "lookup.phrase", .type = KC_CFG_PASSWORD, .default_value = "", .importance = KC_IMPORTANCE_LOW},
};
static const struct kc_config_key match_keys[] = {
    {.name = "pattern", .type = KC_CFG_STRING, .flags = KC_CFG_REQUIRED, .importance = KC_IMPORTANCE_HIGH},
    {.name = "pin", .type = KC_CFG_PASSWORD, .default_value = "", .importance = KC_IMPORTANCE_LOW},
};
static const struct kc_config_key plain_keys[] = {
    {.name = "depth", .type = KC_CFG_INT, .default_value = "1", .importance = KC_IMPORTANCE_LOW},
    {.name = "pin", .type = KC_CFG_PASSWORD, .default_value = "", .importance = KC_IMPORTANCE_LOW},
};
static const struct kc_config_def route_config = {PARTS_DEF(route_keys)};
static const struct kc_config_def match_config = {PARTS_DEF(match_keys)};
static const struct kc_config_def plain_config = {PARTS_DEF(plain_keys)};

static kc_status apply(void *self, struct kc_batch *b, struct kc_error *err)
{
    (void)self;
    (void)b;
    (void)err;
    return KC_OK;
}

static kc_status test(void *self, struct kc_batch *b, int32_t negate, struct kc_error *err)
{
    (void)self;
    (void)b;
    (void)negate;
    (void)err;
    return KC_OK;
}

static kc_status encode(void *self, const struct kc_topic *topic, const struct kc_header *h,
                        struct kc_bytes *out, struct kc_error *err)
{
    (void)self;
    (void)topic;
    (void)h;
    (void)out;
    (void)err;
    return KC_OK;
}

static const struct kc_transform_ops route_ops = {
    .struct_size = sizeof(route_ops), .open = parts_open, .apply = apply, .close = parts_close};
static const struct kc_predicate_ops match_ops = {
    .struct_size = sizeof(match_ops), .open = parts_open, .test = test, .close = parts_close};
static const struct kc_header_converter_ops plain_ops = {
    .struct_size = sizeof(plain_ops), .open = parts_open, .encode = encode, .close = parts_close};
static const char *const aliases[] = {"org.example.Route$Value", NULL};
static const struct kc_component route = {.struct_size = sizeof(route),
                                          .kind = KC_KIND_TRANSFORM,
                                          .id = "Route",
                                          .version = "1.0.0",
                                          .title = "A test",
                                          .aliases = aliases,
                                          .config = &route_config,
                                          .ops = &route_ops};
static const struct kc_component newer = {.struct_size = sizeof(newer),
                                          .kind = KC_KIND_TRANSFORM,
                                          .id = "Route",
                                          .version = "2.0.0",
                                          .title = "A test that needs no regex",
                                          .aliases = aliases,
                                          .ops = &route_ops};
static const struct kc_component match = {.struct_size = sizeof(match),
                                          .kind = KC_KIND_PREDICATE,
                                          .id = "Match",
                                          .version = "1.0.0",
                                          .title = "A test",
                                          .config = &match_config,
                                          .ops = &match_ops};
static const struct kc_component plain = {.struct_size = sizeof(plain),
                                          .kind = KC_KIND_HEADER_CONVERTER,
                                          .id = "simple",
                                          .version = "1.0.0",
                                          .title = "A test",
                                          .config = &plain_config,
                                          .ops = &plain_ops};
static const struct kc_component *const components[] = {&route, &newer, &match, &plain};
static const struct kc_plugin plugin = {KC_PLUGIN_HEADER(components, 4), .name = "stages",
                                        .version = "1.0.0"};

const struct kc_plugin *kc_plugin_v0(const struct kc_host *host)
{
    (void)host;
    return &plugin;
}
