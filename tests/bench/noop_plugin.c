/* noop_plugin.c - a transform that looks at every record and changes none, and a predicate that matches all. */
#include <kconnect/sdk.h>

static kc_status noop_open(struct kc_ctx *ctx, const struct kc_map *config, void **self, struct kc_error *err)
{
    (void)ctx;
    (void)config;
    (void)err;
    *self = NULL;
    return KC_OK;
}

static uint64_t seen; /* so that the walk is not optimised away */

static kc_status noop_apply(void *self, struct kc_batch *b, struct kc_error *err)
{
    (void)self;
    (void)err;
    for (uint32_t i = 0; i < b->n_records; i++)
        seen += (kc_batch_at(b, i)->flags & (KC_REC_DROPPED | KC_REC_FAILED | KC_REC_SKIP)) == 0;
    return KC_OK;
}

static kc_status all_test(void *self, struct kc_batch *b, int32_t negate, struct kc_error *err)
{
    (void)negate;
    return noop_apply(self, b, err);
}

static void noop_close(void *self)
{
    (void)self;
}

static const struct kc_transform_ops noop_ops = {
    .struct_size = sizeof(noop_ops), .open = noop_open, .apply = noop_apply, .close = noop_close};
static const struct kc_predicate_ops all_ops = {
    .struct_size = sizeof(all_ops), .open = noop_open, .test = all_test, .close = noop_close};
static const struct kc_component noop = {.struct_size = sizeof(noop),
                                         .kind = KC_KIND_TRANSFORM,
                                         .id = "Noop",
                                         .version = "1.0.0",
                                         .title = "Changes nothing",
                                         .ops = &noop_ops};
static const struct kc_component all = {.struct_size = sizeof(all),
                                        .kind = KC_KIND_PREDICATE,
                                        .id = "All",
                                        .version = "1.0.0",
                                        .title = "Matches everything",
                                        .ops = &all_ops};
static const struct kc_component *const components[] = {&noop, &all};
static const struct kc_plugin plugin = {KC_PLUGIN_HEADER(components, 2), .name = "noop", .version = "1.0.0"};

const struct kc_plugin *kc_plugin_v0(const struct kc_host *host)
{
    (void)host;
    return &plugin;
}
