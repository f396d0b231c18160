/*
 * short_tables.c - a source whose tables end before members of minor 0 that nobody has to have. Behind each end lies what no host may
 * use: calls that end the process. A planner without its calls, a source without command().
 */
#include <kconnect/sdk.h>

#include <poll.h>
#include <stdlib.h>

const struct kc_host *kc_host;

static int the_task;

static kc_status short_open(struct kc_ctx *ctx, const struct kc_map *config, void **task,
                            struct kc_error *err)
{
    (void)config;
    (void)err;
    the_task = kc_host->stop_fd(ctx);
    *task = &the_task;
    return KC_OK;
}

static kc_status short_poll(void *task, const struct kc_poll *how, struct kc_batch *out, struct kc_error *err)
{
    struct pollfd stop = {*(int *)task, POLLIN, 0};

    (void)out;
    (void)err;
    return poll(&stop, 1, (int)how->timeout_ms) > 0 ? KC_ERR_STOPPED : KC_NOTHING;
}

static void short_close(void *task)
{
    (void)task;
}

static kc_status not_there_validate(struct kc_ctx *ctx, const struct kc_map *config, struct kc_report *out,
                                    struct kc_error *err)
{
    (void)ctx;
    (void)config;
    (void)out;
    (void)err;
    abort();
}

static kc_status not_there_plan(struct kc_ctx *ctx, const struct kc_map *config, uint32_t max_tasks,
                                struct kc_task_plan *out, struct kc_error *err)
{
    (void)ctx;
    (void)config;
    (void)max_tasks;
    (void)out;
    (void)err;
    abort();
}

static int32_t not_there_exactly_once(struct kc_ctx *ctx, const struct kc_map *config)
{
    (void)ctx;
    (void)config;
    abort();
}

static kc_status not_there_command(void *task, struct kc_str name, const struct kc_map *args,
                                   struct kc_report *reply, struct kc_error *err)
{
    (void)task;
    (void)name;
    (void)args;
    (void)reply;
    (void)err;
    abort();
}

static const struct kc_planner_ops planner = {.struct_size = offsetof(struct kc_planner_ops, validate),
                                              .validate = not_there_validate,
                                              .plan_tasks = not_there_plan,
                                              .exactly_once = not_there_exactly_once};
static const struct kc_source_ops ops = {.struct_size = offsetof(struct kc_source_ops, command),
                                         .planner = &planner,
                                         .open = short_open,
                                         .poll = short_poll,
                                         .close = short_close,
                                         .command = not_there_command};
static const struct kc_component component = {.struct_size = sizeof(component),
                                              .kind = KC_KIND_SOURCE,
                                              .id = "short-source",
                                              .version = "1.0.0",
                                              .title = "Short",
                                              .ops = &ops};
static const struct kc_component *const components[] = {&component};
/* vendor and license are text that can't be read. */
static const struct kc_plugin plugin = {.magic = KC_ABI_MAGIC,
                                        .abi_major = KC_ABI_MAJOR,
                                        .abi_minor = KC_ABI_MINOR,
                                        .struct_size = offsetof(struct kc_plugin, vendor),
                                        .n_components = 1,
                                        .components = components,
                                        .name = "short",
                                        .version = "1.0.0",
                                        .vendor = (const char *)0x10,
                                        .license = (const char *)0x10};

const struct kc_plugin *kc_plugin_v0(const struct kc_host *host)
{
    kc_host = host;
    return &plugin;
}
