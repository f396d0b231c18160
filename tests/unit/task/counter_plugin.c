/*
 * counter_plugin.c - a plugin for the tests of the task process: a source that counts, and a converter that writes what
 * it is given as text. The source can be told to do what sources do badly.
 */
#include <inttypes.h>
#include <kconnect/sdk.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

const struct kc_host *kc_host;

struct counter {
    struct kc_ctx *ctx;
    const struct kc_topic *topic;
    int64_t next, limit;   /* count from `next` up to and without `limit` */
    int64_t batch, keys;   /* records in one poll; how many different keys */
    int64_t resume_every;  /* a resume point after each so many records */
    int64_t bad_every;     /* a record that the source calls bad each so many; 0: none */
    int64_t drop_every;    /* a dropped record each so many; 0: none */
    int64_t pad;           /* bytes added to each value */
    int64_t rate;          /* records a second; 0: as fast as it goes */
    int64_t long_position; /* bytes added to the position */
    const char *misbehave;
    int64_t at;
    bool misbehaved;
    char *padding;
    int stop_fd;
};

struct one {
    struct kc_record rec;
    struct kc_map offset;
    struct kc_kv seq[2];
};

static const struct kc_kv where = {{"counter", 7, 0}, {KC_STRING, 0, 0, 1, {.str = "a"}}};
static const struct kc_map partition = {&where, 1, 0};

static int64_t number(const struct kc_map *config, const char *key)
{
    return kc_map_get(config, key)->as.i64;
}

/* More metrics than there may be, and ones that there may not be. */
static void make_metrics(struct kc_ctx *ctx)
{
    static const double sizes[] = {0.5, 3, 20000};
    struct kc_metric *size = kc_host->metric(ctx, KC_METRIC_HISTOGRAM, "size", NULL);
    char name[16];

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        kc_host->metric_add(size, sizes[i]);
    kc_host->metric_add(kc_host->metric(ctx, KC_METRIC_COUNTER, "rows", "table=a b,op=c"), 2);
    kc_host->metric_add(kc_host->metric(ctx, KC_METRIC_COUNTER, "rows", "table=a b,op=c"), 3);
    kc_host->metric_set(kc_host->metric(ctx, KC_METRIC_GAUGE, "nothing", NULL), 0.0 / 0.0);
    kc_host->metric_set(kc_host->metric(ctx, KC_METRIC_GAUGE, "rows", "table=b"), 1);
    kc_host->metric_set(kc_host->metric(ctx, KC_METRIC_GAUGE, "bad-name", NULL), 1);
    kc_host->metric_set(kc_host->metric(ctx, KC_METRIC_GAUGE, "x", "table=\xff"), 1);
    for (int i = 0; i < 100; i++) {
        (void)snprintf(name, sizeof(name), "g%d", i);
        kc_host->metric_set(kc_host->metric(ctx, KC_METRIC_GAUGE, name, NULL), i);
    }
    kc_host->progress(ctx, "phase", "\xff", 1, 2);
    kc_host->progress(ctx, "phase", "item", 1, 2);
}

static kc_status counter_open(struct kc_ctx *ctx, const struct kc_map *config, void **task,
                              struct kc_error *err)
{
    const struct kc_value *name = kc_map_get(config, "topic");
    struct kc_map stored;
    struct kc_str state;
    struct counter *c;

    if (strcmp(kc_map_get(config, "misbehave")->as.str, "open-config") == 0)
        return kc_fail(err, KC_ERR_CONFIG, "the password is wrong: set another one");
    if (strcmp(kc_map_get(config, "misbehave")->as.str, "open-hang") == 0) {
        struct pollfd stop = {kc_host->stop_fd(ctx), POLLIN, 0};

        (void)poll(&stop, 1, 60000);
        return KC_ERR_STOPPED;
    }
    c = calloc(1, sizeof(*c));
    if (c == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    c->ctx = ctx;
    c->topic = kc_host->topic(ctx, (struct kc_str){name->as.str, name->len, 0},
                              (uint32_t)number(config, "partitions"));
    c->limit = number(config, "limit");
    c->batch = number(config, "batch");
    c->keys = number(config, "keys");
    c->resume_every = number(config, "resume.every");
    c->bad_every = number(config, "bad.every");
    c->drop_every = number(config, "drop.every");
    c->pad = number(config, "pad");
    c->rate = number(config, "rate");
    c->long_position = number(config, "long.position");
    c->misbehave = strdup(kc_map_get(config, "misbehave")->as.str);
    c->at = number(config, "at");
    c->padding = malloc((size_t)(c->pad > c->long_position ? c->pad : c->long_position) + 1);
    memset(c->padding, 'x', (size_t)(c->pad > c->long_position ? c->pad : c->long_position) + 1);
    c->stop_fd = kc_host->stop_fd(ctx);
    if (kc_host->offset_get(ctx, &partition, &stored) == KC_OK)
        c->next = kc_map_get(&stored, "seq")->as.i64 + 1;
    if (c->topic == NULL || kc_host->topics_ensure(ctx, err) < 0) {
        free(c->padding);
        free((void *)(uintptr_t)c->misbehave);
        free(c);
        return err->status;
    }
    /* State and position are of one transaction, so they must never disagree. */
    if (kc_host->state_get(ctx, kc_str("last"), &state) == KC_OK &&
        strtoll(state.ptr, NULL, 10) != c->next - 1)
        return kc_fail(err, KC_ERR_FATAL, "state says %s and the position %" PRId64, state.ptr, c->next - 1);
    if (strcmp(c->misbehave, "metrics") == 0)
        make_metrics(ctx);
    kc_logf(ctx, KC_LOG_INFO, "counting from %" PRId64, c->next);
    *task = c;
    return KC_OK;
}

static kc_status misbehave(struct counter *c, struct kc_error *err)
{
    if (c->misbehaved || c->next < c->at || c->misbehave[0] == '\0')
        return KC_OK;
    c->misbehaved = true;
    if (strcmp(c->misbehave, "crash") == 0)
        (void)raise(SIGSEGV);
    if (strcmp(c->misbehave, "retry") == 0)
        return kc_fail(err, KC_ERR_RETRY, "the database is away for a moment");
    if (strcmp(c->misbehave, "config") == 0)
        return kc_fail(err, KC_ERR_CONFIG, "the binlog was purged");
    return KC_OK;
}

static void fill(struct counter *c, struct one *m)
{
    m->seq[0] = (struct kc_kv){{"seq", 3, 0}, kc_int64(c->next)};
    m->seq[1] = (struct kc_kv){{"long", 4, 0}, kc_string(c->padding, (uint32_t)c->long_position)};
    m->offset = (struct kc_map){m->seq, c->long_position > 0 ? 2 : 1, 0};
    m->rec = (struct kc_record){.partition = KC_ANY_PARTITION,
                                .timestamp_ms = KC_NO_TIMESTAMP,
                                .event_us = 1700000000000000 + c->next,
                                .topic = c->topic,
                                .key = kc_int64(c->next % c->keys),
                                .value = kc_int64(c->next)};
    if ((c->next + 1) % c->resume_every == 0)
        m->rec.offset = &m->offset;
    if (c->drop_every > 0 && c->next % c->drop_every == 0)
        m->rec.flags |= KC_REC_DROPPED;
    c->next++;
}

static void mark_bad(struct counter *c, struct kc_batch *b)
{
    struct kc_error why = {.struct_size = sizeof(why), .status = KC_ERR_RECORD};

    for (uint32_t i = 0; c->bad_every > 0 && i < b->n_records; i++) {
        const struct kc_record *r = kc_batch_at(b, i);

        (void)snprintf(why.message, sizeof(why.message), "the number %" PRId64 " is bad", r->value.as.i64);
        if (r->value.as.i64 % c->bad_every == 0)
            kc_host->record_failed(c->ctx, b, i, &why);
    }
}

static kc_status counter_poll(void *task, const struct kc_poll *how, struct kc_batch *out,
                              struct kc_error *err)
{
    struct counter *c = task;
    struct pollfd stop = {c->stop_fd, POLLIN, 0};
    int64_t n = c->batch < how->max_records ? c->batch : how->max_records;
    struct one *list;
    char text[24];
    kc_status status;

    if (c->next + n > c->limit)
        n = c->limit - c->next;
    if ((how->flags & KC_POLL_IDLE) != 0 || n <= 0)
        return poll(&stop, 1, (int)how->timeout_ms) > 0 ? KC_ERR_STOPPED : KC_NOTHING;
    status = misbehave(c, err);
    if (status < 0)
        return status;
    if (c->rate > 0 && poll(&stop, 1, (int)(n * 1000 / c->rate)) > 0)
        return KC_ERR_STOPPED;
    list = kc_arena_alloc(out->arena, (uint64_t)n * sizeof(*list));
    if (list == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "no room for a batch");
    for (int64_t i = 0; i < n; i++)
        fill(c, &list[i]);
    if (list[n - 1].rec.offset != NULL) {
        (void)snprintf(text, sizeof(text), "%" PRId64, c->next - 1);
        (void)kc_host->state_put(c->ctx, kc_str("last"), kc_str(text));
    }
    out->records = &list[0].rec;
    out->n_records = (uint32_t)n;
    out->record_size = sizeof(*list);
    out->partitions = &partition;
    out->n_partitions = 1;
    mark_bad(c, out);
    return KC_OK;
}

static void counter_close(void *task)
{
    struct counter *c = task;

    free(c->padding);
    free((void *)(uintptr_t)c->misbehave);
    free(c);
}

/* A converter's instance is the padding it adds to values, so that records can be made large. */
struct text {
    struct kc_ctx *ctx;
    int32_t which;
    int64_t pad;
    int64_t pad_every;    /* only each so many is padded */
    int64_t refuse_every; /* each so many is refused; 0: none */
    int64_t no_key;       /* 1: every slice is null */
    int64_t retry_at;     /* asks once, at this number, to be called again; -1: never */
};

static kc_status text_open(struct kc_ctx *ctx, const struct kc_map *config, int32_t which, void **self,
                           struct kc_error *err)
{
    struct text *t = calloc(1, sizeof(*t));

    if (t == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    t->which = which;
    t->ctx = ctx;
    t->pad = number(config, "pad");
    t->pad_every = number(config, "pad.every");
    t->no_key = number(config, "no.key");
    t->refuse_every = number(config, "refuse.every");
    t->retry_at = number(config, "retry.at");
    *self = t;
    return KC_OK;
}

static kc_status text_encode(void *self, struct kc_batch *b, struct kc_bytes *out, struct kc_slices *slices,
                             struct kc_error *err)
{
    struct text *t = self;
    struct kc_error why = {.struct_size = sizeof(why), .status = KC_ERR_RECORD};
    uint64_t room = 24 + (uint64_t)t->pad;

    for (uint32_t i = 0; i < b->n_records; i++) {
        const struct kc_record *r = kc_batch_at(b, i);
        const struct kc_value *v = t->which == KC_FOR_KEY ? &r->key : &r->value;
        struct kc_slice *s;
        int64_t pad = v->as.i64 % t->pad_every == 0 ? t->pad : 0;
        int n;

        if ((r->flags & (KC_REC_DROPPED | KC_REC_FAILED)) != 0)
            continue;
        if (v->as.i64 == t->retry_at) {
            t->retry_at = -1;
            return kc_fail(err, KC_ERR_RETRY, "the schema registry is away for a moment");
        }
        if (t->refuse_every > 0 && v->as.i64 % t->refuse_every == 0) {
            (void)snprintf(why.message, sizeof(why.message), "the number %" PRId64 " has no text", v->as.i64);
            kc_host->record_failed(t->ctx, b, i, &why);
            continue;
        }
        if ((out->cap - out->len < room && out->grow(out, room) < 0) ||
            (slices->cap == slices->len && slices->grow(slices, 1) < 0))
            return kc_fail(err, KC_ERR_NOMEM, "out of memory");
        n = snprintf((char *)out->data + out->len, 24, "%" PRId64, v->as.i64);
        memset(out->data + out->len + n, ' ', (size_t)pad);
        s = &slices->list[slices->len++];
        *s = (struct kc_slice){.start = out->len, .len = (uint32_t)n + (uint32_t)pad, .record = i};
        s->is_null = t->no_key != 0;
        out->len += s->len;
    }
    return KC_OK;
}

static void text_close(void *self)
{
    free(self);
}

#define NUMBER(key, text)                                                                                    \
    {                                                                                                        \
        .name = key, .type = KC_CFG_LONG, .default_value = text, .importance = KC_IMPORTANCE_LOW             \
    }
static const struct kc_config_key counter_keys[] = {
    {.name = "topic", .type = KC_CFG_STRING, .flags = KC_CFG_REQUIRED, .importance = KC_IMPORTANCE_HIGH},
    NUMBER("limit", "9000000000"),
    NUMBER("batch", "100"),
    NUMBER("keys", "10"),
    NUMBER("resume.every", "1"),
    NUMBER("bad.every", "0"),
    NUMBER("drop.every", "0"),
    NUMBER("pad", "0"),
    NUMBER("rate", "0"),
    NUMBER("partitions", "6"),
    NUMBER("long.position", "0"),
    NUMBER("at", "0"),
    {.name = "misbehave", .type = KC_CFG_STRING, .default_value = "", .importance = KC_IMPORTANCE_LOW},
};
static const struct kc_config_def counter_config = {sizeof(counter_config), sizeof(counter_keys[0]),
                                                    counter_keys,
                                                    sizeof(counter_keys) / sizeof(counter_keys[0]), 0};
static const struct kc_config_key text_keys[] = {NUMBER("pad", "0"), NUMBER("pad.every", "1"),
                                                 NUMBER("refuse.every", "0"), NUMBER("no.key", "0"),
                                                 NUMBER("retry.at", "-1")};
static const struct kc_config_def text_config = {sizeof(text_config), sizeof(text_keys[0]), text_keys, 5, 0};

static const struct kc_source_ops counter_ops = {
    .struct_size = sizeof(counter_ops), .open = counter_open, .poll = counter_poll, .close = counter_close};
static const struct kc_converter_ops text_ops = {
    .struct_size = sizeof(text_ops), .open = text_open, .encode = text_encode, .close = text_close};
static const struct kc_component counter = {.struct_size = sizeof(counter),
                                            .kind = KC_KIND_SOURCE,
                                            .id = "counter-source",
                                            .version = "1.0.0",
                                            .title = "Counts",
                                            .config = &counter_config,
                                            .ops = &counter_ops};
static const struct kc_component text = {.struct_size = sizeof(text),
                                         .kind = KC_KIND_CONVERTER,
                                         .id = "text",
                                         .version = "1.0.0",
                                         .title = "Numbers as text",
                                         .config = &text_config,
                                         .ops = &text_ops};
static const struct kc_component *const components[] = {&counter, &text};
static const struct kc_plugin plugin = {KC_PLUGIN_HEADER(components, 2), .name = "counter",
                                        .version = "1.0.0"};

const struct kc_plugin *kc_plugin_v0(const struct kc_host *host)
{
    kc_host = host;
    return &plugin;
}
