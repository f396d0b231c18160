/*
 * watched.c - a source that reads nothing and behaves as its configuration says; in two versions, for
 * tests/integration/test_plugin_path.py.
 */
#include <kconnect/plugin.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct task {
    int way; /* to die in the first poll: 0 not at all, 1 by a signal, 2 by exit() */
};

static kc_status watched_open(struct kc_ctx *ctx, const struct kc_map *config, void **out,
                              struct kc_error *err)
{
    struct task *t = calloc(1, sizeof(*t));

    (void)ctx;
    (void)err;
    if (t == NULL)
        return KC_ERR_NOMEM;
    for (uint32_t i = 0; i < config->len; i++) {
        const struct kc_kv *e = &config->kvs[i];

        if (e->key.len == 9 && memcmp(e->key.ptr, "behaviour", 9) == 0)
            t->way = e->value.len == 5 ? 1 : e->value.len == 4 ? 2 : 0; /* "crash", "exit", "run" */
    }
    *out = t;
    return KC_OK;
}

static kc_status watched_poll(void *task, const struct kc_poll *how, struct kc_batch *out,
                              struct kc_error *err)
{
    const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
    const struct task *t = task;

    (void)how;
    (void)out;
    (void)err;
    if (t->way == 1)
        abort();
    if (t->way == 2)
        _exit(7); /* as exit() is to the worker; but the leak checker of a test build may change its number */
    (void)nanosleep(&pause, NULL);
    return KC_NOTHING;
}

static void watched_close(void *task)
{
    free(task);
}

static const struct kc_source_ops ops = {.struct_size = sizeof(struct kc_source_ops),
                                         .open = watched_open,
                                         .poll = watched_poll,
                                         .close = watched_close};
static const struct kc_config_key keys[] = {{.name = "behaviour",
                                             .type = KC_CFG_STRING,
                                             .default_value = "run",
                                             .importance = KC_IMPORTANCE_LOW,
                                             .doc = "run, crash or exit. Version " WATCHED_VERSION "."}};
static const struct kc_config_def config_def = {.struct_size = sizeof(struct kc_config_def),
                                                .key_size = sizeof(struct kc_config_key),
                                                .keys = keys,
                                                .n_keys = 1};
static const struct kc_component component = {.struct_size = sizeof(struct kc_component),
                                              .kind = KC_KIND_SOURCE,
                                              .id = "watched-source",
                                              .version = WATCHED_VERSION,
                                              .title = "A test",
                                              .config = &config_def,
                                              .ops = &ops};
static const struct kc_component *const components[] = {&component};
static const struct kc_plugin plugin = {KC_PLUGIN_HEADER(components, 1), .name = "watched",
                                        .version = WATCHED_VERSION};

const struct kc_plugin *kc_plugin_v0(const struct kc_host *host)
{
    return host != NULL ? &plugin : NULL;
}
