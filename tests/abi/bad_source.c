/*
 * bad_source.c - a source that breaks one rule, chosen by the key `bad`; without it, a sound one. Each rule
 * is broken the way a plugin's author would: by a pointer kept, a call forgotten, an offset that is one off.
 */
#include <kconnect/sdk.h>

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

const struct kc_host *kc_host;

struct source {
    struct kc_ctx *ctx;
    const struct kc_topic *topic;
    const char *kept; /* a pointer into the configuration, which is gone after open() */
    char bad[40];
    int64_t next;
    int stop_fd;
};

struct one {
    struct kc_kv seq;
    struct kc_map offset;
    struct kc_record record;
};

static struct one shared; /* what a source that reuses its memory too early fills each time */
static const struct kc_kv where = {{"bad", 3, 0}, {.type = KC_BOOLEAN, .as = {.i64 = 1}}};
static const struct kc_map partition = {&where, 1, 0};

static int is(const struct source *s, const char *what)
{
    return strcmp(s->bad, what) == 0;
}

static void leak(const struct source *s, struct kc_ctx *ctx, struct kc_error *err)
{
    const struct kc_schema spec = {.struct_size = sizeof(spec), .type = KC_INT64};

    if (is(s, "leak-schema"))
        (void)kc_host->schema_new(ctx, &spec, err);
    for (int i = 0; i < 3 && is(s, "leak-files"); i++)
        (void)open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static kc_status source_open(struct kc_ctx *ctx, const struct kc_map *config, void **task,
                             struct kc_error *err)
{
    const struct kc_value *bad = kc_map_get(config, "bad"), *seq;
    struct source *s = calloc(1, sizeof(*s));
    struct kc_map stored;

    if (s == NULL || bad->len >= sizeof(s->bad))
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    memcpy(s->bad, bad->as.str, bad->len);
    s->ctx = ctx;
    s->kept = bad->as.str;
    s->topic = kc_host->topic(ctx, kc_str("t"), 1);
    s->stop_fd = kc_host->stop_fd(ctx);
    if (is(s, "config")) {
        free(s);
        return kc_fail(err, KC_ERR_CONFIG, "bad: name another rule");
    }
    if (is(s, "write-config"))
        *(char *)(uintptr_t)bad->as.str = 'x';
    leak(s, ctx, err);
    if (kc_host->offset_get(ctx, &partition, &stored) == KC_OK && (seq = kc_map_get(&stored, "seq")) != NULL)
        s->next = seq->as.i64 + (is(s, "gap") ? 2 : is(s, "repeat") ? 0 : 1);
    *task = s;
    return KC_OK;
}

/* A plugin of a later minor (tests/abi/grow) that does not ask which members the host has. */
static void ask_nothing(const struct source *s, struct kc_batch *out, struct kc_error *err)
{
    (void)s;
    (void)out;
    (void)err;
#ifdef KC_GROWN
    if (is(s, "unasked-call"))
        ((void (*)(void))(uintptr_t)kc_host->added[0])();
    if (is(s, "unasked-error"))
        err->added[0] = 1;
    if (is(s, "unasked-batch"))
        out->added[0] = 1;
    if (is(s, "unasked-arena"))
        out->arena->added[0] = 1;
#endif
}

/* What goes wrong before a record is made. */
static kc_status misbehave(struct source *s, struct kc_error *err)
{
    if (is(s, "crash"))
        *(volatile int *)0 = 1;
    if (is(s, "exit"))
        exit(3);
    if (is(s, "hang"))
        for (;;)
            (void)pause();
    if (is(s, "keep-config"))
        return kc_fail(err, KC_ERR_FATAL, "the first letter was %c", s->kept[0]);
    if (is(s, "late-metric"))
        (void)kc_host->metric(s->ctx, KC_METRIC_COUNTER, "late", NULL);
    return is(s, "silent") ? KC_ERR_FATAL : KC_OK;
}

static void fill(struct source *s, struct one *one)
{
    one->seq = (struct kc_kv){kc_str("seq"), kc_int64(s->next)};
    if (is(s, "nested-offset"))
        one->seq.value = (struct kc_value){.type = KC_ARRAY};
    one->offset = (struct kc_map){&one->seq, 1, 0};
    one->record = (struct kc_record){.partition = KC_ANY_PARTITION,
                                     .timestamp_ms = KC_NO_TIMESTAMP,
                                     .topic = is(s, "no-topic") ? NULL : s->topic,
                                     .value = kc_int64(s->next),
                                     .offset = &one->offset,
                                     .event_us = KC_NO_TIMESTAMP,
                                     .checkpoint_ms = KC_NO_TIMESTAMP};
    if (is(s, "wild-pointer"))
        one->record.value = kc_string((const char *)0x10, 5);
    if (is(s, "no-schema"))
        one->record.value = (struct kc_value){.type = KC_STRUCT};
    s->next++;
}

static kc_status source_poll(void *task, const struct kc_poll *how, struct kc_batch *out,
                             struct kc_error *err)
{
    struct source *s = task;
    struct pollfd stop = {s->stop_fd, POLLIN, 0};
    int idle = ((how->flags & KC_POLL_IDLE) != 0 && !is(s, "ignore-idle")) || s->next >= 40;
    uint32_t n = idle ? 0 : is(s, "too-many") ? how->max_records + 1 : 1;
    struct one *ones = &shared;
    kc_status status;

    if (poll(&stop, 1, n == 0 ? (int)how->timeout_ms : 0) > 0)
        return KC_ERR_STOPPED;
    if (n == 0)
        return KC_NOTHING;
    ask_nothing(s, out, err);
    status = misbehave(s, err);
    if (status < 0)
        return status;
    if (is(s, "reuse"))
        out->flags = KC_BATCH_DETACHED;
    else if ((ones = kc_arena_alloc(out->arena, n * sizeof(*ones))) == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    for (uint32_t i = 0; i < n; i++)
        fill(s, &ones[i]);
    out->records = &ones[0].record;
    out->n_records = n;
    out->record_size = sizeof(ones[0]);
    out->partitions = &partition;
    out->n_partitions = 1;
    return KC_OK;
}

static void source_close(void *task)
{
    free(task);
}

static kc_status validate(struct kc_ctx *ctx, const struct kc_map *map, struct kc_report *out,
                          struct kc_error *err)
{
    (void)ctx;
    (void)err;
    if (strcmp(kc_map_get(map, "bad")->as.str, "refused") == 0)
        kc_host->report_error(out, "bad", "it is refused");
    return KC_OK;
}

static kc_status plan_tasks(struct kc_ctx *ctx, const struct kc_map *map, uint32_t max_tasks,
                            struct kc_task_plan *out, struct kc_error *err)
{
    (void)ctx;
    (void)err;
    if (strcmp(kc_map_get(map, "bad")->as.str, "no-task") == 0)
        return KC_OK;
    for (uint32_t i = 0; i <= max_tasks && strcmp(kc_map_get(map, "bad")->as.str, "many-tasks") == 0; i++)
        (void)kc_host->plan_add(out, map);
    return kc_host->plan_add(out, map);
}

static const struct kc_config_key keys[] = {{.name = "bad",
                                             .type = KC_CFG_STRING,
                                             .default_value = "",
                                             .importance = KC_IMPORTANCE_LOW,
                                             .order = 1,
                                             .doc = "The rule to break."}};
static const struct kc_config_def config = {sizeof(config), sizeof(keys[0]), keys, 1, 0};
static const struct kc_planner_ops planner = {
    .struct_size = sizeof(planner), .validate = validate, .plan_tasks = plan_tasks};
static const struct kc_source_ops ops = {.struct_size = sizeof(ops),
                                         .planner = &planner,
                                         .open = source_open,
                                         .poll = source_poll,
                                         .close = source_close};
static const struct kc_component component = {.struct_size = sizeof(component),
                                              .kind = KC_KIND_SOURCE,
                                              .id = "bad-source",
                                              .version = "1.0.0",
                                              .title = "Bad",
                                              .config = &config,
                                              .ops = &ops};
static const struct kc_component *const components[] = {&component};
static const struct kc_plugin plugin = {KC_PLUGIN_HEADER(components, 1), .name = "bad", .version = "1.0.0"};

const struct kc_plugin *kc_plugin_v0(const struct kc_host *host)
{
    kc_host = host;
    return &plugin;
}
