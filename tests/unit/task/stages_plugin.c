/*
 * stages_plugin.c - what stands between source and converter, for the tests of the task process: a transform
 * that changes what it is told to and fails where it is told to, a predicate for odd numbers, and a header
 * converter. Values are numbers, as counter_plugin.c makes them.
 */
#include <inttypes.h>
#include <kconnect/sdk.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

const struct kc_host *kc_host;

struct edit {
    struct kc_ctx *ctx;
    char *suffix;       /* of the topic; "": as it is */
    char *header;       /* a header of this name with the number in it; "": none */
    int64_t partition;  /* -2: as it is */
    int64_t timestamp;  /* 0: as it is */
    int64_t times;      /* the value is multiplied by it */
    int64_t fail_every; /* 0: none */
    int64_t drop_every; /* 0: none */
    int64_t retries;    /* calls that ask to be made again, before the first that works; -1: all */
    int64_t retry_at;   /* from this number on it asks for retry_ms to be called again; -1: never */
    int64_t retry_ms;
    int64_t memory; /* bytes of the arena for each record */
    int64_t hang_ms;
    bool no_key;
};

static int64_t number(const struct kc_map *config, const char *key)
{
    return kc_map_get(config, key)->as.i64;
}

static kc_status edit_open(struct kc_ctx *ctx, const struct kc_map *config, void **self, struct kc_error *err)
{
    struct edit *e = calloc(1, sizeof(*e));

    if (e == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    *e = (struct edit){.ctx = ctx,
                       .suffix = strdup(kc_map_get(config, "topic.suffix")->as.str),
                       .header = strdup(kc_map_get(config, "header")->as.str),
                       .partition = number(config, "partition"),
                       .timestamp = number(config, "timestamp"),
                       .times = number(config, "times"),
                       .fail_every = number(config, "fail.every"),
                       .drop_every = number(config, "drop.every"),
                       .retries = number(config, "retries"),
                       .retry_at = number(config, "retry.at"),
                       .retry_ms = number(config, "retry.ms"),
                       .memory = number(config, "memory"),
                       .hang_ms = number(config, "hang.ms"),
                       .no_key = number(config, "no.key") != 0};
    *self = e;
    return KC_OK;
}

static const struct kc_topic *renamed(const struct edit *e, const struct kc_topic *topic)
{
    char name[256];

    (void)snprintf(name, sizeof(name), "%.*s%s", (int)topic->name.len, topic->name.ptr, e->suffix);
    return kc_host->topic(e->ctx, kc_str(name), 1);
}

/* Everything of a record that a transform may change. */
static kc_status edit_one(const struct edit *e, struct kc_batch *b, struct kc_record *r)
{
    if (e->memory > 0 && kc_arena_alloc(b->arena, (uint64_t)e->memory) == NULL)
        return KC_ERR_NOMEM;
    if (e->header[0] != '\0') {
        struct kc_header *h = kc_arena_alloc(b->arena, sizeof(*h));

        if (h == NULL)
            return KC_ERR_NOMEM;
        *h = (struct kc_header){.key = kc_str(e->header), .value = kc_int64(r->value.as.i64)};
        r->headers = h;
        r->n_headers = 1;
    }
    if (e->suffix[0] != '\0')
        r->topic = renamed(e, r->topic);
    if (e->partition != -2)
        r->partition = (int32_t)e->partition;
    if (e->timestamp != 0)
        r->timestamp_ms = e->timestamp;
    if (e->no_key)
        r->key = (struct kc_value){.type = KC_NULL};
    r->value.as.i64 *= e->times;
    return KC_OK;
}

/* As another system that is away for a while: it does not come back sooner because the connector is opened
 * again. */
static bool is_away(const struct edit *e, const struct kc_batch *b)
{
    static struct timespec since;
    struct timespec now;

    if (e->retry_at < 0 || kc_batch_at(b, b->n_records - 1)->value.as.i64 < e->retry_at)
        return false;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    if (since.tv_sec == 0)
        since = now;
    return (now.tv_sec - since.tv_sec) * 1000 + (now.tv_nsec - since.tv_nsec) / 1000000 < e->retry_ms;
}

static kc_status edit_apply(void *self, struct kc_batch *b, struct kc_error *err)
{
    struct edit *e = self;
    struct kc_error why = {.struct_size = sizeof(why), .status = KC_ERR_RECORD};

    if (e->hang_ms > 0)
        (void)usleep((useconds_t)e->hang_ms * 1000);
    if (e->retries != 0 || is_away(e, b)) {
        e->retries -= e->retries > 0;
        return kc_fail(err, KC_ERR_RETRY, "the lookup service is away for a moment");
    }
    for (uint32_t i = 0; i < b->n_records; i++) {
        struct kc_record *r = kc_batch_at(b, i);
        int64_t n = r->value.as.i64;

        if ((r->flags & (KC_REC_DROPPED | KC_REC_FAILED | KC_REC_SKIP)) != 0)
            continue;
        if (edit_one(e, b, r) < 0)
            return kc_fail(err, KC_ERR_NOMEM, "no memory for record %" PRIu32, i);
        if (e->drop_every > 0 && n % e->drop_every == 0)
            r->flags |= KC_REC_DROPPED;
        if (e->fail_every > 0 && n % e->fail_every == 0) { /* after the change, which must not be seen */
            (void)snprintf(why.message, sizeof(why.message), "the number %" PRId64 " cannot be edited", n);
            kc_host->record_failed(e->ctx, b, i, &why);
        }
    }
    return KC_OK;
}

static void edit_close(void *self)
{
    struct edit *e = self;

    free(e->suffix);
    free(e->header);
    free(e);
}

static kc_status odd_open(struct kc_ctx *ctx, const struct kc_map *config, void **self, struct kc_error *err)
{
    (void)ctx;
    (void)config;
    (void)err;
    *self = NULL;
    return KC_OK;
}

static kc_status odd_test(void *self, struct kc_batch *b, int32_t negate, struct kc_error *err)
{
    (void)self;
    (void)err;
    for (uint32_t i = 0; i < b->n_records; i++) {
        struct kc_record *r = kc_batch_at(b, i);

        if ((r->value.as.i64 % 2 != 0) == (negate != 0))
            r->flags |= KC_REC_SKIP;
    }
    return KC_OK;
}

static void odd_close(void *self)
{
    (void)self;
}

struct brackets {
    int64_t refuse;  /* this number */
    int64_t retries; /* before anything works; -1: for ever */
};

static kc_status brackets_open(struct kc_ctx *ctx, const struct kc_map *config, void **self,
                               struct kc_error *err)
{
    struct brackets *b = calloc(1, sizeof(*b));

    (void)ctx;
    if (b == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    b->refuse = number(config, "refuse");
    b->retries = number(config, "retries");
    *self = b;
    return KC_OK;
}

static kc_status brackets_encode(void *self, const struct kc_topic *topic, const struct kc_header *h,
                                 struct kc_bytes *out, struct kc_error *err)
{
    struct brackets *b = self;

    (void)topic;
    if (b->retries != 0) {
        b->retries -= b->retries > 0;
        return kc_fail(err, KC_ERR_RETRY, "the brackets are not there yet");
    }
    if (h->value.as.i64 == b->refuse)
        return kc_fail(err, KC_ERR_RECORD, "the number %" PRId64 " fits no brackets", b->refuse);
    if (out->cap - out->len < 32 && out->grow(out, 32) < 0)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    out->len += (uint64_t)snprintf((char *)out->data + out->len, 32, "[%" PRId64 "]", h->value.as.i64);
    return KC_OK;
}

static void brackets_close(void *self)
{
    free(self);
}

#define KEY(key, kind, text)                                                                                 \
    {                                                                                                        \
        .name = key, .type = kind, .default_value = text, .importance = KC_IMPORTANCE_LOW                    \
    }
static const struct kc_config_key edit_keys[] = {
    KEY("topic.suffix", KC_CFG_STRING, ""), KEY("header", KC_CFG_STRING, ""),
    KEY("partition", KC_CFG_LONG, "-2"),    KEY("timestamp", KC_CFG_LONG, "0"),
    KEY("times", KC_CFG_LONG, "1"),         KEY("fail.every", KC_CFG_LONG, "0"),
    KEY("drop.every", KC_CFG_LONG, "0"),    KEY("retries", KC_CFG_LONG, "0"),
    KEY("memory", KC_CFG_LONG, "0"),        KEY("hang.ms", KC_CFG_LONG, "0"),
    KEY("no.key", KC_CFG_LONG, "0"),        KEY("retry.at", KC_CFG_LONG, "-1"),
    KEY("retry.ms", KC_CFG_LONG, "0"),
};
static const struct kc_config_key brackets_keys[] = {KEY("refuse", KC_CFG_LONG, "-1"),
                                                     KEY("retries", KC_CFG_LONG, "0")};
static const struct kc_config_def edit_config = {sizeof(edit_config), sizeof(edit_keys[0]), edit_keys,
                                                 sizeof(edit_keys) / sizeof(edit_keys[0]), 0};
static const struct kc_config_def brackets_config = {sizeof(brackets_config), sizeof(brackets_keys[0]),
                                                     brackets_keys, 2, 0};
static const struct kc_transform_ops edit_ops = {
    .struct_size = sizeof(edit_ops), .open = edit_open, .apply = edit_apply, .close = edit_close};
static const struct kc_predicate_ops odd_ops = {
    .struct_size = sizeof(odd_ops), .open = odd_open, .test = odd_test, .close = odd_close};
static const struct kc_header_converter_ops brackets_ops = {.struct_size = sizeof(brackets_ops),
                                                            .open = brackets_open,
                                                            .encode = brackets_encode,
                                                            .close = brackets_close};
static const struct kc_component edit = {.struct_size = sizeof(edit),
                                         .kind = KC_KIND_TRANSFORM,
                                         .id = "Edit",
                                         .version = "1.0.0",
                                         .title = "Changes records",
                                         .config = &edit_config,
                                         .ops = &edit_ops};
static const struct kc_component odd = {.struct_size = sizeof(odd),
                                        .kind = KC_KIND_PREDICATE,
                                        .id = "Odd",
                                        .version = "1.0.0",
                                        .title = "Odd numbers",
                                        .ops = &odd_ops};
static const struct kc_component brackets = {.struct_size = sizeof(brackets),
                                             .kind = KC_KIND_HEADER_CONVERTER,
                                             .id = "brackets",
                                             .version = "1.0.0",
                                             .title = "Numbers in brackets",
                                             .config = &brackets_config,
                                             .ops = &brackets_ops};
static const struct kc_component *const components[] = {&edit, &odd, &brackets};
static const struct kc_plugin plugin = {KC_PLUGIN_HEADER(components, 3), .name = "stages",
                                        .version = "1.0.0"};

const struct kc_plugin *kc_plugin_v0(const struct kc_host *host)
{
    kc_host = host;
    return &plugin;
}
