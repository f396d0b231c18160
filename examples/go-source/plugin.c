/*
 * plugin.c - the description of the plugin, and the step from C's calls into Go's functions. Go can't call
 * through C's function pointers, nor make constant C data, so both are here; what the source does is in
 * ticks.go.
 */
#include "plugin.h"

#include "_cgo_export.h"

#include <poll.h>

const struct kc_host *kc_host;

static kc_status ticks_open(struct kc_ctx *ctx, const struct kc_map *config, void **task,
                            struct kc_error *err)
{
    uintptr_t handle = 0;
    kc_status status = goOpen(ctx, (struct kc_map *)(uintptr_t)config, &handle, err);

    *task = (void *)handle; /* a number: C may not keep a pointer of Go's */
    return status;
}

static kc_status ticks_poll(void *task, const struct kc_poll *how, struct kc_batch *out, struct kc_error *err)
{
    return goPoll((uintptr_t)task, (struct kc_poll *)(uintptr_t)how, out, err);
}

static void ticks_close(void *task)
{
    goClose((uintptr_t)task);
}

int wait_for_stop(int32_t stop_fd, int32_t wait_ms)
{
    struct pollfd stop = {stop_fd, POLLIN, 0};

    return poll(&stop, 1, wait_ms) > 0;
}

const struct kc_schema *make_schema(struct kc_ctx *ctx, struct kc_error *err)
{
    const struct kc_schema int64 = {.struct_size = sizeof(int64), .type = KC_INT64};
    const struct kc_schema string = {.struct_size = sizeof(string), .type = KC_STRING};
    struct kc_field fields[] = {{kc_str("seq"), kc_host->schema_new(ctx, &int64, err)},
                                {kc_str("text"), kc_host->schema_new(ctx, &string, err)}};
    const struct kc_schema spec = {.struct_size = sizeof(spec),
                                   .type = KC_STRUCT,
                                   .name = {"Tick", 4, 0},
                                   .n_fields = 2,
                                   .fields = fields};
    const struct kc_schema *made = NULL;

    if (fields[0].schema != NULL && fields[1].schema != NULL)
        made = kc_host->schema_new(ctx, &spec, err);
    kc_host->schema_unref(fields[0].schema);
    kc_host->schema_unref(fields[1].schema);
    return made;
}

/* The source partition {"source": "ticks"}. */
static const struct kc_kv where = {{"source", 6, 0}, {.type = KC_STRING, .len = 5, .as = {.str = "ticks"}}};
const struct kc_map ticks_partition = {&where, 1, 0};

int64_t stored_seq(struct kc_ctx *ctx)
{
    const struct kc_value *seq;
    struct kc_map stored;

    if (kc_host->offset_get(ctx, &ticks_partition, &stored) != KC_OK ||
        (seq = kc_map_get(&stored, "seq")) == NULL)
        return -1;
    return seq->as.i64;
}

static const struct kc_config_key keys[] = {
    {.name = "topic",
     .type = KC_CFG_STRING,
     .flags = KC_CFG_REQUIRED | KC_CFG_NON_EMPTY,
     .importance = KC_IMPORTANCE_HIGH,
     .order = 1,
     .doc = "The topic that the records go to."},
    {.name = "interval.ms",
     .type = KC_CFG_INT,
     .default_value = "1000",
     .flags = KC_CFG_RANGE,
     .min = 0,
     .max = 3600000,
     .importance = KC_IMPORTANCE_MEDIUM,
     .order = 2,
     .doc = "Milliseconds between two records; 0: as fast as they are taken."},
    {.name = "count",
     .type = KC_CFG_LONG,
     .default_value = "0",
     .flags = KC_CFG_RANGE,
     .min = 0,
     .max = INT64_MAX,
     .importance = KC_IMPORTANCE_LOW,
     .order = 3,
     .doc = "The number of records to send in all, restarts included; 0: no end."},
    {.name = "text",
     .type = KC_CFG_STRING,
     .default_value = "tick",
     .importance = KC_IMPORTANCE_LOW,
     .order = 4,
     .doc = "What each record says before its number."},
};
static const struct kc_config_def config = {sizeof(config), sizeof(keys[0]), keys,
                                            sizeof(keys) / sizeof(keys[0]), 0};
static const struct kc_source_ops ops = {
    .struct_size = sizeof(ops), .open = ticks_open, .poll = ticks_poll, .close = ticks_close};
static const struct kc_component ticks_source = {.struct_size = sizeof(ticks_source),
                                                 .kind = KC_KIND_SOURCE,
                                                 .id = "go-ticks-source",
                                                 .version = "1.0.0",
                                                 .title = "Ticks, in Go",
                                                 .doc = "Sends a numbered record at each interval.",
                                                 .config = &config,
                                                 .ops = &ops};
static const struct kc_component *const components[] = {&ticks_source};
static const struct kc_plugin plugin = {KC_PLUGIN_HEADER(components, 1), .name = "go-ticks",
                                        .version = "1.0.0", .license = "Apache-2.0"};

const struct kc_plugin *kc_plugin_v0(const struct kc_host *host)
{
    kc_host = host;
    return &plugin;
}
