/* host.c - the host table: every call of host.h, answered from memory. */
#include "kit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_METRICS = 64, ARENA_STEP = 64 * 1024 };

static const void *get_extension(const char *id)
{
    (void)id;
    return NULL;
}

static int32_t log_enabled(struct kc_ctx *ctx, int32_t level)
{
    (void)ctx;
    (void)level;
    return 1;
}

static void log_line(struct kc_ctx *ctx, int32_t level, const char *file, int32_t line, struct kc_str msg)
{
    static const char *const levels[] = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR"};
    const char *name = level >= 0 && level <= KC_LOG_ERROR ? levels[level] : "ERROR";

    if (ctx == NULL) { /* before open(), e.g. why a plugin declines */
        (void)fprintf(stderr, "%s %.*s (%s:%d)\n", name, (int)msg.len, msg.ptr, file, line);
        return;
    }
    if (ctx->kit->logs.n < KC_KIT_MAX_LOGS)
        kc_kit_texts_add(ctx->kit, &ctx->kit->logs,
                         kc_kit_printf(ctx->kit, "%s %.*s", name, (int)msg.len, msg.ptr));
}

static struct kc_metric *metric(struct kc_ctx *ctx, int32_t kind, const char *name, const char *labels)
{
    struct kc_kit *k = ctx->kit;
    struct kc_metric *m;

    (void)labels;
    kc_kit_on_task(k, "metric()");
    if (k->call != NULL && strcmp(k->call, "open") != 0)
        kc_kit_note_fault(k, "metric(%s) was called in %s(): metrics are made in open() only", name, k->call);
    if (kind < KC_METRIC_COUNTER || kind > KC_METRIC_HISTOGRAM || name == NULL || name[0] == '\0' ||
        strlen(name) > 64)
        return NULL;
    m = kc_kit_alloc(k, sizeof(*m));
    *m = (struct kc_metric){
        .next = k->metrics, .kit = k, .name = kc_kit_strdup(k, name, strlen(name)), .kind = kind};
    k->metrics = m;
    return m;
}

static void metric_add(struct kc_metric *m, double delta)
{
    if (m == NULL)
        return;
    (void)pthread_mutex_lock(&m->kit->lock);
    m->value += delta;
    (void)pthread_mutex_unlock(&m->kit->lock);
}

static void metric_set(struct kc_metric *m, double value)
{
    if (m == NULL)
        return;
    (void)pthread_mutex_lock(&m->kit->lock);
    m->value = value;
    (void)pthread_mutex_unlock(&m->kit->lock);
}

const struct kc_topic *kc_kit_topic(struct kc_kit *k, struct kc_str name)
{
    struct kc_kit_topic *t;

    for (t = k->topics; t != NULL; t = t->next)
        if (t->pub.name.len == name.len && memcmp(t->pub.name.ptr, name.ptr, name.len) == 0)
            return &t->pub;
    t = kc_kit_alloc(k, sizeof(*t));
    t->pub.name = (struct kc_str){kc_kit_strdup(k, name.ptr, name.len), name.len, 0};
    KC_KIT_LEND(kc_topic, &t->pub);
    t->next = k->topics;
    k->topics = t;
    return &t->pub;
}

/* Kafka's own rule for names of topics. */
static bool is_topic_name(struct kc_str name)
{
    static const char more[] = "._-";

    if (name.len == 0 || name.len > 249 || (name.len == 1 && name.ptr[0] == '.') ||
        (name.len == 2 && memcmp(name.ptr, "..", 2) == 0))
        return false;
    for (uint32_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) &&
            (c == '\0' || strchr(more, c) == NULL))
            return false;
    }
    return true;
}

static const struct kc_topic *topic(struct kc_ctx *ctx, struct kc_str name, uint32_t partitions)
{
    (void)partitions;
    kc_kit_on_task(ctx->kit, "topic()");
    return is_topic_name(name) ? kc_kit_topic(ctx->kit, name) : NULL;
}

static kc_status topics_ensure(struct kc_ctx *ctx, struct kc_error *err)
{
    (void)err;
    kc_kit_on_task(ctx->kit, "topics_ensure()");
    return KC_OK;
}

struct kc_kit_arena *kc_kit_arena_open(struct kc_kit *k)
{
    struct kc_kit_arena *a = kc_kit_alloc(k, sizeof(*a));

    KC_KIT_LEND(kc_arena, &a->pub);
    a->guard = kc_guard_open("a batch's arena, until the batch was released");
    if (a->guard == NULL)
        abort();
    return a;
}

void kc_kit_arena_retire(struct kc_kit *k, struct kc_kit_arena *a)
{
    if (a == NULL)
        return;
    KC_KIT_BACK(k, kc_arena, &a->pub);
    kc_guard_retire(a->guard, (k->flags & KC_KIT_LOCK) != 0);
    a->guard = NULL;
    a->pub.cur = a->pub.end = NULL;
}

kc_status kc_kit_arena_grow(struct kc_arena *pub, uint64_t size)
{
    struct kc_kit_arena *a = (struct kc_kit_arena *)(void *)pub;
    uint8_t *p;

    if (a->guard == NULL) /* a batch that has ended */
        return KC_ERR_NOMEM;
    if (size < ARENA_STEP)
        size = ARENA_STEP;
    p = size > SIZE_MAX / 2 ? NULL : kc_guard_take(a->guard, size);
    if (p == NULL)
        return KC_ERR_NOMEM;
    pub->cur = p;
    pub->end = p + size;
    return KC_OK;
}

static void record_failed(struct kc_ctx *ctx, const struct kc_batch *b, uint32_t i,
                          const struct kc_error *why)
{
    struct kc_kit *k = ctx->kit;

    kc_kit_on_task(k, "record_failed()");
    if (i >= b->n_records) {
        kc_kit_note_fault(k, "record_failed() was called for record %u of a batch of %u", i, b->n_records);
        return;
    }
    while (k->failures.n <= i)
        kc_kit_texts_add(k, &k->failures, NULL);
    k->failures.list[i] = kc_kit_printf(k, "%.*s", (int)sizeof(why->message), why->message);
    if (b != k->batch || !k->read_only)
        kc_batch_at(b, i)->flags |= KC_REC_FAILED;
}

static void request_reconfiguration(struct kc_ctx *ctx)
{
    (void)pthread_mutex_lock(&ctx->kit->lock);
    ctx->kit->reconfigurations++;
    (void)pthread_mutex_unlock(&ctx->kit->lock);
}

static void raise_failure(struct kc_ctx *ctx, const struct kc_error *why)
{
    char *text = kc_kit_printf(ctx->kit, "%.*s", (int)sizeof(why->message), why->message);

    (void)pthread_mutex_lock(&ctx->kit->lock);
    ctx->kit->raised = text;
    (void)pthread_mutex_unlock(&ctx->kit->lock);
}

static void alive(struct kc_ctx *ctx, const char *progress)
{
    (void)ctx;
    (void)progress;
}

static void progress(struct kc_ctx *ctx, const char *phase, const char *item, uint64_t done, uint64_t total)
{
    if (total != 0 && done > total)
        kc_kit_note_fault(ctx->kit, "progress(%s, %s) is beyond its total", phase == NULL ? "" : phase,
                          item == NULL ? "" : item);
}

static int32_t stop_fd(struct kc_ctx *ctx)
{
    return ctx->kit->stop_fd;
}

static void report_error(struct kc_report *r, const char *key, const char *message)
{
    kc_kit_texts_add(r->kit, &r->lines,
                     kc_kit_printf(r->kit, "error %s: %s", key == NULL ? "" : key, message));
}

static void report_choice(struct kc_report *r, const char *key, const char *value)
{
    kc_kit_texts_add(r->kit, &r->lines, kc_kit_printf(r->kit, "choice %s: %s", key, value));
}

static void report_visible(struct kc_report *r, const char *key, int32_t visible)
{
    kc_kit_texts_add(r->kit, &r->lines, kc_kit_printf(r->kit, "%s %s", visible ? "visible" : "hidden", key));
}

static void report_value(struct kc_report *r, const char *key, struct kc_str value, int64_t ttl_ms)
{
    (void)ttl_ms;
    kc_kit_texts_add(r->kit, &r->lines,
                     kc_kit_printf(r->kit, "value %s: %.*s", key, (int)value.len, value.ptr));
}

/* Tasks are planned into a report, too: nothing runs them. */
static kc_status plan_add(struct kc_task_plan *plan, const struct kc_map *config)
{
    struct kc_report *r = (struct kc_report *)(void *)plan;

    kc_kit_texts_add(r->kit, &r->lines, kc_kit_printf(r->kit, "task %s", kc_kit_map_text(r->kit, config)));
    return KC_OK;
}

const struct kc_host *kc_kit_host(void)
{
    static const struct kc_host table = {
        .abi_major = KC_ABI_MAJOR,
        .abi_minor = KC_ABI_MINOR,
        .name = "kconnect test kit",
        .version = "0",
        .get_extension = get_extension,
        .log_enabled = log_enabled,
        .log = log_line,
        .metric = metric,
        .metric_add = metric_add,
        .metric_set = metric_set,
        .offset_get = kc_kit_offset_get,
        .offset_each = kc_kit_offset_each,
        .state_get = kc_kit_state_get,
        .state_put = kc_kit_state_put,
        .topic = topic,
        .topics_ensure = topics_ensure,
        .schema_new = kc_kit_schema_new,
        .schema_ref = kc_kit_schema_ref,
        .schema_unref = kc_kit_schema_unref,
        .arena_grow = kc_kit_arena_grow,
        .record_failed = record_failed,
        .request_reconfiguration = request_reconfiguration,
        .raise = raise_failure,
        .alive = alive,
        .progress = progress,
        .stop_fd = stop_fd,
        .report_error = report_error,
        .report_choice = report_choice,
        .report_visible = report_visible,
        .report_value = report_value,
        .plan_add = plan_add,
    };

    static struct kc_host lent;

    lent = table;
    KC_KIT_LEND(kc_host, &lent);
    return &lent;
}
