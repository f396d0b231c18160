/*
 * busy_plugin.c - a source and a sink with a thread of their own each, which calls whatever host.h allows any thread to
 * call. The source's thread makes the numbers that poll() hands over; interrupt() wakes poll() up.
 */
#include <inttypes.h>
#include <kconnect/sdk.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { PAUSE_NS = 5000000, NUMBERS_AT_ONCE = 5 };

const struct kc_host *kc_host;

struct busy {
    struct kc_ctx *ctx;
    const struct kc_topic *topic;
    const struct kc_sink_control *control; /* of a sink */
    struct kc_metric *rounds, *taken;
    int64_t limit, next; /* numbers before `next` were handed over */
    int wake;            /* readable: there are numbers, or poll() is to return */
    _Atomic int64_t made;
    atomic_bool interrupted, ending;
    pthread_t thread;
};

static void raise_event(int fd)
{
    uint64_t one = 1;

    (void)!write(fd, &one, sizeof(one));
}

static void *work(void *arg)
{
    struct busy *b = arg;
    const struct timespec pause = {.tv_nsec = PAUSE_NS};

    while (!atomic_load(&b->ending)) {
        int64_t made = atomic_load(&b->made) + NUMBERS_AT_ONCE; /* only this thread makes any */

        atomic_store(&b->made, made < b->limit ? made : b->limit);
        raise_event(b->wake);
        kc_host->metric_add(b->rounds, 1);
        kc_host->alive(b->ctx, "busy");
        kc_host->progress(b->ctx, "count", "numbers", (uint64_t)atomic_load(&b->made), (uint64_t)b->limit);
        if (b->control != NULL)
            b->control->request_commit(b->ctx);
        kc_logf(b->ctx, KC_LOG_DEBUG, "%" PRId64 " numbers", atomic_load(&b->made));
        (void)nanosleep(&pause, NULL);
    }
    return NULL;
}

static kc_status start(struct kc_ctx *ctx, struct busy *b, struct kc_error *err)
{
    b->ctx = ctx;
    b->rounds = kc_host->metric(ctx, KC_METRIC_COUNTER, "rounds", NULL);
    b->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (b->wake < 0 || pthread_create(&b->thread, NULL, work, b) != 0) {
        free(b);
        return kc_fail(err, KC_ERR_FATAL, "cannot start a thread");
    }
    return KC_OK;
}

static void busy_close(void *task)
{
    struct busy *b = task;

    atomic_store(&b->ending, true);
    (void)pthread_join(b->thread, NULL);
    (void)close(b->wake);
    free(b);
}

/* ---- the source ---- */

static const struct kc_kv where = {{"busy", 4, 0}, {KC_STRING, 0, 0, 1, {.str = "a"}}};
static const struct kc_map partition = {&where, 1, 0};

struct one {
    struct kc_record rec;
    struct kc_map offset;
    struct kc_kv next;
};

static kc_status source_open(struct kc_ctx *ctx, const struct kc_map *config, void **task,
                             struct kc_error *err)
{
    const struct kc_value *name = kc_map_get(config, "topic");
    struct busy *b = calloc(1, sizeof(*b));
    struct kc_map stored;

    if (b == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    b->limit = kc_map_get(config, "limit")->as.i64;
    b->topic = kc_host->topic(ctx, (struct kc_str){name->as.str, name->len, 0}, 1);
    if (kc_host->offset_get(ctx, &partition, &stored) == KC_OK)
        b->next = kc_map_get(&stored, "next")->as.i64;
    atomic_store(&b->made, b->next);
    if (b->topic == NULL || kc_host->topics_ensure(ctx, err) < 0) {
        free(b);
        return err->status;
    }
    *task = b;
    return start(ctx, b, err);
}

/* The numbers that there are, up to `room`. */
static kc_status take(struct busy *b, int64_t room, struct kc_batch *out, struct kc_error *err)
{
    int64_t n = atomic_load(&b->made) - b->next;
    struct one *list;

    n = n < room ? n : room;
    if (n <= 0)
        return KC_NOTHING;
    list = kc_arena_alloc(out->arena, (uint64_t)n * sizeof(*list));
    if (list == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "no room for a batch");
    for (int64_t i = 0; i < n; i++) {
        list[i].rec = (struct kc_record){.partition = KC_ANY_PARTITION,
                                         .timestamp_ms = KC_NO_TIMESTAMP,
                                         .topic = b->topic,
                                         .key = kc_int64(b->next),
                                         .value = kc_int64(b->next),
                                         .offset = &list[i].offset};
        list[i].next = (struct kc_kv){{"next", 4, 0}, kc_int64(++b->next)};
        list[i].offset = (struct kc_map){&list[i].next, 1, 0};
    }
    out->records = &list[0].rec;
    out->n_records = (uint32_t)n;
    out->record_size = sizeof(*list);
    out->partitions = &partition;
    out->n_partitions = 1;
    return KC_OK;
}

static kc_status source_poll(void *task, const struct kc_poll *how, struct kc_batch *out,
                             struct kc_error *err)
{
    struct busy *b = task;
    struct pollfd wake = {b->wake, POLLIN, 0};
    uint64_t n;

    (void)poll(&wake, 1, (int)how->timeout_ms);
    (void)!read(b->wake, &n, sizeof(n));
    if (atomic_load(&b->interrupted))
        return KC_ERR_STOPPED;
    return (how->flags & KC_POLL_IDLE) != 0 ? KC_NOTHING : take(b, how->max_records, out, err);
}

static void busy_interrupt(void *task)
{
    struct busy *b = task;

    atomic_store(&b->interrupted, true);
    raise_event(b->wake);
}

/* ---- the sink: takes everything and keeps nothing ---- */

static kc_status sink_open(struct kc_ctx *ctx, const struct kc_map *config, void **task, struct kc_error *err)
{
    struct busy *b = calloc(1, sizeof(*b));

    (void)config;
    if (b == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    b->control = kc_host->get_extension(KC_EXT_SINK_CONTROL);
    b->taken = kc_host->metric(ctx, KC_METRIC_GAUGE, "taken", NULL);
    *task = b;
    return start(ctx, b, err);
}

static kc_status sink_put(void *task, const struct kc_batch *batch, struct kc_error *err)
{
    struct busy *b = task;

    (void)err;
    b->next += batch->n_records;
    kc_host->metric_set(b->taken, (double)b->next);
    return KC_OK;
}

static const struct kc_config_key keys[] = {{.name = "topic",
                                             .type = KC_CFG_STRING,
                                             .flags = KC_CFG_REQUIRED,
                                             .importance = KC_IMPORTANCE_HIGH,
                                             .doc = "Topic of the numbers."},
                                            {.name = "limit",
                                             .type = KC_CFG_LONG,
                                             .default_value = "1000000",
                                             .importance = KC_IMPORTANCE_LOW,
                                             .doc = "How many numbers there are."}};
static const struct kc_config_def source_config = {sizeof(source_config), sizeof(keys[0]), keys, 2, 0};
static const struct kc_source_ops source_ops = {.struct_size = sizeof(source_ops),
                                                .open = source_open,
                                                .poll = source_poll,
                                                .interrupt = busy_interrupt,
                                                .close = busy_close};
static const struct kc_sink_ops sink_ops = {.struct_size = sizeof(sink_ops),
                                            .open = sink_open,
                                            .put = sink_put,
                                            .interrupt = busy_interrupt,
                                            .close = busy_close};
static const struct kc_component source = {.struct_size = sizeof(source),
                                           .kind = KC_KIND_SOURCE,
                                           .id = "busy-source",
                                           .version = "1.0.0",
                                           .title = "Numbers of a thread",
                                           .config = &source_config,
                                           .ops = &source_ops};
static const struct kc_component sink = {.struct_size = sizeof(sink),
                                         .kind = KC_KIND_SINK,
                                         .id = "busy-sink",
                                         .version = "1.0.0",
                                         .title = "Takes everything",
                                         .ops = &sink_ops};
static const struct kc_component *const components[] = {&source, &sink};
static const struct kc_plugin plugin = {KC_PLUGIN_HEADER(components, 2), .name = "busy", .version = "1.0.0"};

const struct kc_plugin *kc_plugin_v0(const struct kc_host *host)
{
    kc_host = host;
    return &plugin;
}
