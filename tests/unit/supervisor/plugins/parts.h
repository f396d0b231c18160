/* parts.h - a sound source and its description, for test plugins to take apart. */
#ifndef KC_TEST_PARTS_H
#define KC_TEST_PARTS_H

#include <kconnect/plugin.h>

static kc_status parts_open(struct kc_ctx *ctx, const struct kc_map *config, void **task,
                            struct kc_error *err)
{
    (void)ctx;
    (void)config;
    (void)task;
    (void)err;
    return KC_OK;
}

static kc_status parts_poll(void *task, const struct kc_poll *how, struct kc_batch *out, struct kc_error *err)
{
    (void)task;
    (void)how;
    (void)out;
    (void)err;
    return KC_NOTHING;
}

static void parts_close(void *task)
{
    (void)task;
}

/* A sound source; a test plugin may set members again. */
#define PARTS_OPS                                                                                            \
    .struct_size = sizeof(struct kc_source_ops), .open = parts_open, .poll = parts_poll, .close = parts_close
#define PARTS(the_id, the_ops, the_config)                                                                   \
    .struct_size = sizeof(struct kc_component), .kind = KC_KIND_SOURCE, .id = (the_id), .version = "1.0.0",  \
    .title = "A test", .config = (the_config), .ops = (the_ops)
#define PARTS_DEF(keys_array)                                                                                \
    .struct_size = sizeof(struct kc_config_def), .key_size = sizeof(struct kc_config_key),                   \
    .keys = (keys_array), .n_keys = sizeof(keys_array) / sizeof((keys_array)[0])

/* The entry function of a plugin of one component. */
#define PARTS_PLUGIN(...)                                                                                    \
    static const struct kc_component *const components[] = {&component};                                     \
    static const struct kc_plugin plugin = {KC_PLUGIN_HEADER(components, 1), .name = "test",                 \
                                            .version = "1.0.0", ##__VA_ARGS__};                              \
    const struct kc_plugin *kc_plugin_v0(const struct kc_host *host)                                         \
    {                                                                                                        \
        return host != NULL ? &plugin : NULL;                                                                \
    }

static const struct kc_source_ops parts_ops __attribute__((unused)) = {PARTS_OPS};

#endif
