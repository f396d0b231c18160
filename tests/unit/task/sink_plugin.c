/*
 * sink_plugin.c - a plugin for the tests of a sink's task: a sink that writes into a file what it is called
 * with, and can be told to ask for retries, to refuse records and to let go of less than it was given; and a
 * converter that reads text and refuses what begins with "bad".
 *
 * Values that are orders: "refuse", "seek", "sleep" (for sleep.ms), "hang" (for ever) and "crash".
 *
 * A line for each call: "open", "assigned T P OFFSET", "put T P OFFSET KEY VALUE [HEADER=VALUE]", "again" (a
 * put() that ends with KC_ERR_RETRY), "commit T P OFFSET" (what pre_commit() lets go), "revoked T P OFFSET",
 * "close".
 */
#include <inttypes.h>
#include <kconnect/sdk.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

const struct kc_host *kc_host;

struct sink {
    struct kc_ctx *ctx;
    const struct kc_sink_control *control;
    FILE *out;
    int64_t retries; /* of the next put()s that end with KC_ERR_RETRY */
    int64_t retry_after_ms;
    int64_t hold;      /* pre_commit() lets go of so many less */
    int64_t seek;      /* where to go on, once, after the first record of a "seek" */
    int64_t pause;     /* pause a partition after its so manieth record */
    int64_t puts;      /* that came back */
    bool commit_often; /* asks for a commit with every put() */
    bool sought;
    int64_t fail_at;  /* fails at this put() */
    int64_t sleep_ms; /* how long a "sleep" takes */
};

static int64_t number(const struct kc_map *config, const char *key)
{
    return kc_map_get(config, key)->as.i64;
}

static kc_status sink_open(struct kc_ctx *ctx, const struct kc_map *config, void **task, struct kc_error *err)
{
    struct sink *s = calloc(1, sizeof(*s));

    s->ctx = ctx;
    s->control = kc_host->get_extension(KC_EXT_SINK_CONTROL);
    s->out = fopen(kc_map_get(config, "file")->as.str, "ae");
    s->retries = number(config, "retries");
    s->retry_after_ms = number(config, "retry.after.ms");
    s->hold = number(config, "hold");
    s->seek = number(config, "seek");
    s->pause = number(config, "pause");
    s->fail_at = number(config, "fail.at");
    s->sleep_ms = number(config, "sleep.ms");
    s->commit_often = number(config, "commit.often") != 0;
    if (s->out == NULL || s->control == NULL) {
        free(s);
        return kc_fail(err, KC_ERR_CONFIG, "no file, or no control of the sink");
    }
    (void)setvbuf(s->out, NULL, _IOLBF, 0);
    (void)fprintf(s->out, "open\n");
    *task = s;
    return KC_OK;
}

static void tell(struct sink *s, const char *what, const struct kc_topic_partition *parts, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        (void)fprintf(s->out, "%s %.*s %" PRId32 " %" PRId64 "\n", what, (int)parts[i].topic->name.len,
                      parts[i].topic->name.ptr, parts[i].partition, parts[i].offset);
}

static kc_status sink_assigned(void *task, const struct kc_topic_partition *parts, uint32_t n,
                               struct kc_error *err)
{
    (void)err;
    tell(task, "assigned", parts, n);
    return KC_OK;
}

static kc_status sink_revoked(void *task, const struct kc_topic_partition *parts, uint32_t n,
                              struct kc_error *err)
{
    (void)err;
    tell(task, "revoked", parts, n);
    return KC_OK;
}

static void print(FILE *out, const struct kc_value *v)
{
    if (v->type == KC_NULL)
        (void)fprintf(out, "null");
    else if (v->type == KC_STRING || v->type == KC_BYTES)
        (void)fprintf(out, "%.*s", (int)v->len, v->as.str);
    else
        (void)fprintf(out, "%" PRId64, v->as.i64);
}

static bool is(const struct kc_value *v, const char *text)
{
    return v->type == KC_STRING && v->len == strlen(text) && memcmp(v->as.str, text, v->len) == 0;
}

static void sleep_for(int64_t ms)
{
    const struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

    (void)nanosleep(&t, NULL);
}

static void put_one(struct sink *s, const struct kc_batch *b, uint32_t i)
{
    const struct kc_record *r = kc_batch_at(b, i);
    struct kc_topic_partition at = {r->origin->topic, r->origin->offset, r->origin->partition, 0};
    struct kc_error why = {.struct_size = sizeof(why), .status = KC_ERR_RECORD};

    (void)fprintf(s->out, "put %.*s %" PRId32 " %" PRId64 " ", (int)r->topic->name.len, r->topic->name.ptr,
                  r->origin->partition, r->origin->offset);
    print(s->out, &r->key);
    (void)fprintf(s->out, " ");
    print(s->out, &r->value);
    for (uint32_t h = 0; h < r->n_headers; h++) {
        (void)fprintf(s->out, " %.*s=", (int)r->headers[h].key.len, r->headers[h].key.ptr);
        print(s->out, &r->headers[h].value);
    }
    (void)fprintf(s->out, "\n");
    if (is(&r->value, "refuse")) {
        (void)kc_fail(&why, KC_ERR_RECORD, "the sink does not want this one");
        kc_host->record_failed(s->ctx, b, i, &why);
    }
    if (is(&r->value, "sleep"))
        sleep_for(s->sleep_ms);
    if (is(&r->value, "crash"))
        abort();
    while (is(&r->value, "hang"))
        sleep_for(1000);
    if (is(&r->value, "seek") && !s->sought) {
        s->sought = true;
        at.offset = s->seek;
        s->control->seek(s->ctx, &at, 1);
    }
    if (s->pause > 0 && --s->pause == 0)
        s->control->pause(s->ctx, &at, 1);
}

static kc_status sink_put(void *task, const struct kc_batch *b, struct kc_error *err)
{
    struct sink *s = task;

    if (s->retries > 0) {
        struct kc_error why = {.struct_size = sizeof(why), .status = KC_ERR_RECORD};

        s->retries--;
        (void)fprintf(s->out, "again %" PRIu32 "\n", b->n_records);
        if (s->retries == 0) { /* does not count, since the batch comes again */
            (void)kc_fail(&why, KC_ERR_RECORD, "refused by a call that did not count");
            kc_host->record_failed(s->ctx, b, 0, &why);
        }
        err->retry_after_ms = (uint32_t)s->retry_after_ms;
        return kc_fail(err, KC_ERR_RETRY, "the other system is away");
    }
    if (++s->puts == s->fail_at)
        return kc_fail(err, KC_ERR_FATAL, "the other system is broken");
    for (uint32_t i = 0; i < b->n_records; i++)
        put_one(s, b, i);
    if (s->commit_often)
        s->control->request_commit(s->ctx);
    return KC_OK;
}

static kc_status sink_pre_commit(void *task, struct kc_topic_partition *parts, uint32_t n,
                                 struct kc_error *err)
{
    struct sink *s = task;

    (void)err;
    for (uint32_t i = 0; i < n; i++)
        parts[i].offset = parts[i].offset >= s->hold ? parts[i].offset - s->hold : -1;
    tell(s, "commit", parts, n);
    return KC_OK;
}

static void sink_close(void *task)
{
    struct sink *s = task;

    (void)fprintf(s->out, "close\n");
    (void)fclose(s->out);
    free(s);
}

static const struct kc_sink_ops sink_ops = {.struct_size = sizeof(sink_ops),
                                            .open = sink_open,
                                            .assigned = sink_assigned,
                                            .revoked = sink_revoked,
                                            .put = sink_put,
                                            .pre_commit = sink_pre_commit,
                                            .close = sink_close};

#define NUMBER(key)                                                                                          \
    {                                                                                                        \
        .name = (key), .type = KC_CFG_LONG, .importance = KC_IMPORTANCE_LOW, .default_value = "0"            \
    }
static const struct kc_config_key keys[] = {
    {.name = "file", .type = KC_CFG_STRING, .importance = KC_IMPORTANCE_HIGH, .flags = KC_CFG_REQUIRED},
    NUMBER("retries"),
    NUMBER("retry.after.ms"),
    NUMBER("hold"),
    NUMBER("seek"),
    NUMBER("pause"),
    NUMBER("fail.at"),
    NUMBER("sleep.ms"),
    NUMBER("commit.often")};
static const struct kc_config_def sink_def = {.struct_size = sizeof(sink_def),
                                              .key_size = sizeof(struct kc_config_key),
                                              .keys = keys,
                                              .n_keys = sizeof(keys) / sizeof(keys[0])};

/* ---- the converter ---- */

struct text {
    struct kc_ctx *ctx;
    int32_t which;
};

static kc_status text_open(struct kc_ctx *ctx, const struct kc_map *config, int32_t which, void **self,
                           struct kc_error *err)
{
    struct text *t = calloc(1, sizeof(*t));

    (void)config;
    if (t == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    *t = (struct text){ctx, which};
    *self = t;
    return KC_OK;
}

static kc_status text_decode(void *self, struct kc_batch *b, struct kc_error *err)
{
    struct text *t = self;

    (void)err;
    for (uint32_t i = 0; i < b->n_records; i++) {
        struct kc_record *r = kc_batch_at(b, i);
        struct kc_value *v = t->which == KC_FOR_KEY ? &r->key : &r->value;
        struct kc_error why = {.struct_size = sizeof(why)};

        if ((r->flags & (KC_REC_DROPPED | KC_REC_FAILED)) != 0 || v->type != KC_BYTES)
            continue;
        v->type = KC_STRING;
        if (v->len < 3 || memcmp(v->as.str, "bad", 3) != 0)
            continue;
        (void)kc_fail(&why, KC_ERR_RECORD, "this is bad");
        kc_host->record_failed(t->ctx, b, i, &why);
    }
    return KC_OK;
}

static const struct kc_converter_ops text_ops = {
    .struct_size = sizeof(text_ops), .open = text_open, .decode = text_decode, .close = free};

static const struct kc_component recorder = {.struct_size = sizeof(recorder),
                                             .kind = KC_KIND_SINK,
                                             .id = "recorder-sink",
                                             .version = "1.0.0",
                                             .config = &sink_def,
                                             .ops = &sink_ops};
static const struct kc_component text = {.struct_size = sizeof(text),
                                         .kind = KC_KIND_CONVERTER,
                                         .id = "text-reader",
                                         .version = "1.0.0",
                                         .ops = &text_ops};
static const struct kc_component *const components[] = {&recorder, &text};
static const struct kc_plugin plugin = {KC_PLUGIN_HEADER(components, 2), .name = "kc-recorder",
                                        .version = "1.0.0"};

const struct kc_plugin *kc_plugin_v0(const struct kc_host *host)
{
    kc_host = host;
    return &plugin;
}
