/*
 * ticks.c - a source: one record per interval, numbered, continuing after a restart where it stopped.
 *
 * Small, but whole: a schema, a resume point on each record, batches, the wish to stop. A source of your own
 * replaces what happens in ticks_open() and ticks_poll().
 */
#include <kconnect/sdk.h>

#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>

const struct kc_host *kc_host; /* sdk.h's helpers use it; the entry function sets it */

struct ticks {
    const struct kc_topic *topic;
    const struct kc_schema *schema; /* a reference of ours, given back in close() */
    char text[200];
    int64_t next;        /* number of the next record */
    int64_t count;       /* stop after this many; 0: never */
    int64_t interval_ms; /* 0: as fast as they are taken */
    int64_t left_ms;     /* of the current interval; a poll may end before it does */
    int stop_fd;
};

/* What one record points at. It all lives in the batch's arena, which the host empties when it needs it no
 * more. */
struct tick {
    struct kc_value fields[2];
    struct kc_kv seq;
    struct kc_map offset;
    char text[256];
};

/* There is one source partition, {"source": "ticks"}: constants may be lent for ever. */
static const struct kc_kv where = {{"source", 6, 0}, {.type = KC_STRING, .len = 5, .as = {.str = "ticks"}}};
static const struct kc_map partition = {&where, 1, 0};

/* {"seq": int64, "text": string}. The host keeps one copy of equal schemas, however often they are made. */
static const struct kc_schema *make_schema(struct kc_ctx *ctx, struct kc_error *err)
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
    kc_host->schema_unref(fields[0].schema); /* the struct's schema holds its own references */
    kc_host->schema_unref(fields[1].schema);
    return made;
}

static void ticks_close(void *task)
{
    struct ticks *t = task;

    kc_host->schema_unref(t->schema);
    free(t);
}

/* The configuration is gone when this returns: what is needed later is copied. */
static kc_status ticks_open(struct kc_ctx *ctx, const struct kc_map *config, void **task,
                            struct kc_error *err)
{
    const struct kc_value *topic = kc_map_get(config, "topic"); /* declared as required, so it is there */
    const struct kc_value *text = kc_map_get(config, "text");
    const struct kc_value *seq;
    struct kc_map stored;
    struct ticks *t = calloc(1, sizeof(*t));

    if (t == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    if (text->len >= sizeof(t->text)) {
        free(t);
        return kc_fail(err, KC_ERR_CONFIG, "text: it must be shorter than %zu bytes", sizeof(t->text));
    }
    memcpy(t->text, text->as.str, text->len);
    t->count = kc_map_get(config, "count")->as.i64;
    t->interval_ms = t->left_ms = kc_map_get(config, "interval.ms")->as.i64;
    t->stop_fd = kc_host->stop_fd(ctx);
    t->topic = kc_host->topic(ctx, (struct kc_str){topic->as.str, topic->len, 0}, 1);
    t->schema = make_schema(ctx, err);
    if (t->topic == NULL || t->schema == NULL) {
        kc_status status =
            t->topic == NULL
                ? kc_fail(err, KC_ERR_CONFIG, "topic: '%s' is no legal name of a topic", topic->as.str)
                : err->status;

        ticks_close(t);
        return status;
    }
    if (kc_host->offset_get(ctx, &partition, &stored) == KC_OK && (seq = kc_map_get(&stored, "seq")) != NULL)
        t->next = seq->as.i64 + 1;
    kc_logf(ctx, KC_LOG_INFO, "begins with number %" PRId64, t->next);
    *task = t;
    return KC_OK;
}

static void fill(struct ticks *t, struct tick *tick, struct kc_record *r)
{
    int n = snprintf(tick->text, sizeof(tick->text), "%s %" PRId64, t->text, t->next);

    tick->fields[0] = kc_int64(t->next);
    tick->fields[1] = kc_string(tick->text, (uint32_t)n);
    tick->seq = (struct kc_kv){kc_str("seq"), kc_int64(t->next)};
    tick->offset = (struct kc_map){&tick->seq, 1, 0};
    *r = (struct kc_record){
        .partition = KC_ANY_PARTITION,
        .timestamp_ms = KC_NO_TIMESTAMP,
        .topic = t->topic,
        .value_schema = t->schema,
        .value = {.type = KC_STRUCT, .len = 2, .as = {.items = tick->fields}},
        .offset = &tick->offset, /* a resume point: a restart continues behind this record */
        .event_us = KC_NO_TIMESTAMP,
        .checkpoint_ms = KC_NO_TIMESTAMP,
    };
    t->next++;
}

/* How many records are due now: one per interval, or as many as there is room for. */
static uint32_t due(const struct ticks *t, const struct kc_poll *how)
{
    uint32_t n = t->interval_ms > 0 ? 1 : how->max_records;

    if (how->max_records == 0 || (how->flags & KC_POLL_IDLE) != 0)
        return 0;
    if (t->count > 0 && t->next >= t->count)
        return 0;
    if (t->count > 0 && t->count - t->next < n)
        n = (uint32_t)(t->count - t->next);
    return n;
}

static kc_status ticks_poll(void *task, const struct kc_poll *how, struct kc_batch *out, struct kc_error *err)
{
    struct ticks *t = task;
    struct pollfd stop = {t->stop_fd, POLLIN, 0};
    uint32_t n = due(t, how);
    int64_t wait = n > 0 && t->left_ms < how->timeout_ms ? t->left_ms : how->timeout_ms;
    struct kc_record *records;
    struct tick *ticks;

    if (poll(&stop, 1, (int)wait) > 0) /* the one place where it waits, so interrupt() isn't needed */
        return KC_ERR_STOPPED;
    if (n == 0)
        return KC_NOTHING;
    t->left_ms -= wait;
    if (t->left_ms > 0)
        return KC_NOTHING;
    records = kc_arena_alloc(out->arena, n * sizeof(*records));
    ticks = kc_arena_alloc(out->arena, n * sizeof(*ticks));
    if (records == NULL || ticks == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "no room for %u records", n);
    for (uint32_t i = 0; i < n; i++)
        fill(t, &ticks[i], &records[i]);
    t->left_ms = t->interval_ms;
    out->records = records;
    out->n_records = n;
    out->record_size = sizeof(*records);
    out->partitions = &partition;
    out->n_partitions = 1;
    return KC_OK;
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
                                                 .id = "ticks-source",
                                                 .version = "1.0.0",
                                                 .title = "Ticks",
                                                 .doc = "Sends a numbered record at each interval.",
                                                 .config = &config,
                                                 .ops = &ops};
static const struct kc_component *const components[] = {&ticks_source};
static const struct kc_plugin plugin = {KC_PLUGIN_HEADER(components, 1), .name = "ticks", .version = "1.0.0",
                                        .license = "Apache-2.0"};

const struct kc_plugin *kc_plugin_v0(const struct kc_host *host)
{
    kc_host = host;
    return &plugin;
}
