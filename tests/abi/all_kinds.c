/*
 * all_kinds.c - a plugin with one component of each kind, each as small as the rules allow: what is frozen
 * with the headers to tell later whether old plugins still run.
 */
#include <kconnect/sdk.h>

#include <poll.h>
#include <stdlib.h>

const struct kc_host *kc_host;

/*
 * Built with the headers that tests/abi/grow makes, this is a plugin of a later minor: it fills members that no host of today
 * knows, and uses those of the host only where they are. `added` of all that is filled here says ADDED.
 */
#ifdef KC_GROWN
#define ADDED         UINT64_C(0xaddedaddedaddeda)
#define FILLS_ADDED   .added = {ADDED, ADDED},
#define HAS(type, p)  KC_HAS(struct type, p, added)
#define WRITE(member) ((member).added[0] = (member).added[1] = ADDED)
#else
#define FILLS_ADDED
#define HAS(type, p)  0
#define WRITE(member) ((void)0)
#endif

/* What a host of the later minor lends has the new members, and an earlier one's has not. */
static void use_added(struct kc_batch *out, struct kc_error *err)
{
    (void)out;
    (void)err;
    if (HAS(kc_batch, out))
        WRITE(*out);
    if (HAS(kc_arena, out->arena))
        WRITE(*out->arena);
    if (HAS(kc_error, err))
        WRITE(*err);
}

/* ---- source: numbers without end ---- */

struct numbers {
    const struct kc_topic *topic;
    int64_t next;
    int stop_fd;
};

struct number {
    struct kc_kv seq;
    struct kc_map offset;
};

static const struct kc_kv where = {{"numbers", 7, 0}, {.type = KC_BOOLEAN, .as = {.i64 = 1}}};
static const struct kc_map partition = {&where, 1, 0};

static kc_status numbers_open(struct kc_ctx *ctx, const struct kc_map *config, void **task,
                              struct kc_error *err)
{
    const struct kc_value *topic = kc_map_get(config, "topic"), *seq;
    struct numbers *n = calloc(1, sizeof(*n));
    struct kc_map stored;

    if (n == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    n->topic = kc_host->topic(ctx, (struct kc_str){topic->as.str, topic->len, 0}, 1);
    n->stop_fd = kc_host->stop_fd(ctx);
    if (kc_host->offset_get(ctx, &partition, &stored) == KC_OK && (seq = kc_map_get(&stored, "seq")) != NULL)
        n->next = seq->as.i64 + 1;
    kc_logf(ctx, KC_LOG_INFO, "the members of the later minor %s",
            HAS(kc_host, kc_host) ? "are there" : "are not there");
    *task = n;
    return KC_OK;
}

static kc_status numbers_poll(void *task, const struct kc_poll *how, struct kc_batch *out,
                              struct kc_error *err)
{
    struct numbers *n = task;
    struct pollfd stop = {n->stop_fd, POLLIN, 0};
    uint32_t count = (how->flags & KC_POLL_IDLE) != 0 ? 0 : how->max_records < 10 ? how->max_records : 10;
    struct kc_record *records;
    struct number *numbers;

    use_added(out, err);
    if (poll(&stop, 1, count == 0 ? (int)how->timeout_ms : 0) > 0)
        return KC_ERR_STOPPED;
    if (count == 0)
        return KC_NOTHING;
    records = kc_arena_alloc(out->arena, count * sizeof(*records));
    numbers = kc_arena_alloc(out->arena, count * sizeof(*numbers));
    if (records == NULL || numbers == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    for (uint32_t i = 0; i < count; i++) {
        numbers[i].seq = (struct kc_kv){kc_str("seq"), kc_int64(n->next)};
        numbers[i].offset = (struct kc_map){&numbers[i].seq, 1, 0};
        records[i] = (struct kc_record){.partition = KC_ANY_PARTITION,
                                        .timestamp_ms = KC_NO_TIMESTAMP,
                                        .topic = n->topic,
                                        .value = kc_int64(n->next++),
                                        .offset = &numbers[i].offset,
                                        .event_us = KC_NO_TIMESTAMP,
                                        .checkpoint_ms = KC_NO_TIMESTAMP,
                                        FILLS_ADDED};
    }
    out->records = records;
    out->n_records = count;
    out->record_size = sizeof(*records);
    out->partitions = &partition;
    out->n_partitions = 1;
    return KC_OK;
}

static void free_self(void *self)
{
    free(self);
}

static const struct kc_config_key topic_key[] = {{.name = "topic",
                                                  .type = KC_CFG_STRING,
                                                  .default_value = "numbers",
                                                  .importance = KC_IMPORTANCE_HIGH,
                                                  .order = 1,
                                                  .doc = "The topic of the records.",
                                                  FILLS_ADDED}};
static const struct kc_config_def topic_config = {.struct_size = sizeof(topic_config),
                                                  .key_size = sizeof(topic_key[0]),
                                                  .keys = topic_key,
                                                  .n_keys = 1,
                                                  FILLS_ADDED};

static kc_status numbers_plan(struct kc_ctx *ctx, const struct kc_map *config, uint32_t max_tasks,
                              struct kc_task_plan *out, struct kc_error *err)
{
    (void)ctx;
    (void)max_tasks;
    (void)err;
    return kc_host->plan_add(out, config);
}

static const struct kc_planner_ops numbers_planner = {
    .struct_size = sizeof(numbers_planner), .plan_tasks = numbers_plan, FILLS_ADDED};
static const struct kc_source_ops numbers_ops = {.struct_size = sizeof(numbers_ops),
                                                 .planner = &numbers_planner,
                                                 .open = numbers_open,
                                                 .poll = numbers_poll,
                                                 .close = free_self,
                                                 FILLS_ADDED};

/* ---- sink: counts what it is given ---- */

static kc_status open_count(struct kc_ctx *ctx, const struct kc_map *config, void **self,
                            struct kc_error *err)
{
    (void)ctx;
    (void)config;
    *self = calloc(1, sizeof(uint64_t));
    return *self == NULL ? kc_fail(err, KC_ERR_NOMEM, "out of memory") : KC_OK;
}

static kc_status count_put(void *self, const struct kc_batch *batch, struct kc_error *err)
{
    uint64_t *count = self;

    (void)err;
    *count += batch->n_records;
    return KC_OK;
}

static const struct kc_sink_ops count_ops = {
    .struct_size = sizeof(count_ops), .open = open_count, .put = count_put, .close = free_self, FILLS_ADDED};

/* ---- transform: drops tombstones; predicate: has a key ---- */

struct stage {
    struct kc_ctx *ctx;
};

static kc_status open_stage(struct kc_ctx *ctx, const struct kc_map *config, void **self,
                            struct kc_error *err)
{
    struct stage *s = calloc(1, sizeof(*s));

    (void)config;
    if (s == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    s->ctx = ctx;
    *self = s;
    return KC_OK;
}

static kc_status drop_tombstone(void *self, struct kc_batch *b, struct kc_record *r, struct kc_error *err)
{
    (void)self;
    (void)err;
    if (b->record_size >= sizeof(*r)) /* a record says its size by the stride */
        WRITE(*r);
    if (r->value.type == KC_NULL)
        r->flags |= KC_REC_DROPPED;
    return KC_OK;
}

static kc_status drop_apply(void *self, struct kc_batch *b, struct kc_error *err)
{
    return kc_transform_each(((struct stage *)self)->ctx, self, b, drop_tombstone, err);
}

static kc_status key_test(void *self, struct kc_batch *b, int32_t negate, struct kc_error *err)
{
    (void)self;
    (void)err;
    for (uint32_t i = 0; i < b->n_records; i++) {
        struct kc_record *r = kc_batch_at(b, i);
        int matches = r->key.type != KC_NULL;

        if ((r->flags & (KC_REC_DROPPED | KC_REC_FAILED)) == 0 && matches == (negate != 0))
            r->flags |= KC_REC_SKIP;
    }
    return KC_OK;
}

static const struct kc_transform_ops drop_ops = {.struct_size = sizeof(drop_ops),
                                                 .open = open_stage,
                                                 .apply = drop_apply,
                                                 .close = free_self,
                                                 FILLS_ADDED};
static const struct kc_predicate_ops key_ops = {
    .struct_size = sizeof(key_ops), .open = open_stage, .test = key_test, .close = free_self, FILLS_ADDED};

/* ---- converter and header converter: text as it is ---- */

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
    t->ctx = ctx;
    t->which = which;
    *self = t;
    return KC_OK;
}

static kc_status append(struct kc_bytes *out, const struct kc_value *v, struct kc_error *err)
{
    if (out->cap - out->len < v->len && out->grow(out, v->len) < 0)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    if (v->len > 0)
        memcpy(out->data + out->len, v->as.str, v->len);
    out->len += v->len;
    return KC_OK;
}

static kc_status text_encode(void *self, struct kc_batch *b, struct kc_bytes *out, struct kc_slices *slices,
                             struct kc_error *err)
{
    struct text *t = self;

    for (uint32_t i = 0; i < b->n_records; i++) {
        const struct kc_record *r = kc_batch_at(b, i);
        const struct kc_value *v = t->which == KC_FOR_KEY ? &r->key : &r->value;
        struct kc_slice slice = {.start = out->len, .record = i, .is_null = v->type == KC_NULL};

        if ((r->flags & (KC_REC_DROPPED | KC_REC_FAILED)) != 0)
            continue;
        if (v->type != KC_STRING && v->type != KC_NULL) {
            struct kc_error why = {.struct_size = sizeof(why)};

            (void)kc_fail(&why, KC_ERR_RECORD, "the value is no text");
            kc_host->record_failed(t->ctx, b, i, &why);
            continue;
        }
        if (v->type == KC_STRING && append(out, v, err) < 0)
            return KC_ERR_NOMEM;
        slice.len = (uint32_t)(out->len - slice.start);
        if (slices->len == slices->cap && slices->grow(slices, 1) < 0)
            return kc_fail(err, KC_ERR_NOMEM, "out of memory");
        slices->list[slices->len++] = slice;
    }
    return KC_OK;
}

static void to_text(struct kc_value *v)
{
    if (v->type == KC_BYTES)
        *v = kc_string((const char *)v->as.bytes, v->len);
}

static kc_status text_decode(void *self, struct kc_batch *b, struct kc_error *err)
{
    struct text *t = self;

    (void)err;
    for (uint32_t i = 0; i < b->n_records; i++) {
        struct kc_record *r = kc_batch_at(b, i);

        if ((r->flags & (KC_REC_DROPPED | KC_REC_FAILED)) == 0)
            to_text(t->which == KC_FOR_KEY ? &r->key : &r->value);
    }
    return KC_OK;
}

static kc_status header_encode(void *self, const struct kc_topic *topic, const struct kc_header *h,
                               struct kc_bytes *out, struct kc_error *err)
{
    (void)self;
    (void)topic;
    if (h->value.type != KC_STRING)
        return kc_fail(err, KC_ERR_RECORD, "the header is no text");
    return append(out, &h->value, err);
}

static kc_status header_decode(void *self, const struct kc_topic *topic, struct kc_header *h,
                               struct kc_arena *a, struct kc_error *err)
{
    (void)self;
    (void)topic;
    (void)a;
    (void)err;
    to_text(&h->value);
    return KC_OK;
}

static const struct kc_converter_ops text_ops = {.struct_size = sizeof(text_ops),
                                                 .open = text_open,
                                                 .encode = text_encode,
                                                 .decode = text_decode,
                                                 .close = free_self,
                                                 FILLS_ADDED};
static const struct kc_header_converter_ops header_ops = {.struct_size = sizeof(header_ops),
                                                          .open = open_stage,
                                                          .encode = header_encode,
                                                          .decode = header_decode,
                                                          .close = free_self,
                                                          FILLS_ADDED};

/* ---- config provider: the path is the value ---- */

static kc_status path_get(void *self, const char *path, const char *const *keys, uint32_t n_keys,
                          struct kc_report *out, struct kc_error *err)
{
    (void)self;
    (void)err;
    if (n_keys == 0)
        kc_host->report_value(out, "path", kc_str(path), -1);
    for (uint32_t i = 0; i < n_keys; i++)
        kc_host->report_value(out, keys[i], kc_str(path), -1);
    return KC_OK;
}

static const struct kc_config_provider_ops path_ops = {
    .struct_size = sizeof(path_ops), .open = open_stage, .get = path_get, .close = free_self, FILLS_ADDED};

/* ---- the plugin ---- */

#define COMPONENT(kind_, id_, config_, ops_)                                                                 \
    {                                                                                                        \
        .struct_size = sizeof(struct kc_component), .kind = (kind_), .id = (id_), .version = "1.0.0",        \
        .title = (id_), .config = (config_), .ops = (ops_), FILLS_ADDED                                      \
    }
static const struct kc_component list[] = {
    COMPONENT(KC_KIND_SOURCE, "numbers", &topic_config, &numbers_ops),
    COMPONENT(KC_KIND_SINK, "count", NULL, &count_ops),
    COMPONENT(KC_KIND_TRANSFORM, "drop-tombstones", NULL, &drop_ops),
    COMPONENT(KC_KIND_PREDICATE, "has-key", NULL, &key_ops),
    COMPONENT(KC_KIND_CONVERTER, "text", NULL, &text_ops),
    COMPONENT(KC_KIND_HEADER_CONVERTER, "text", NULL, &header_ops),
    COMPONENT(KC_KIND_CONFIG_PROVIDER, "path", NULL, &path_ops),
};
static const struct kc_component *const components[] = {&list[0], &list[1], &list[2], &list[3],
                                                        &list[4], &list[5], &list[6]};
static const struct kc_plugin plugin = {KC_PLUGIN_HEADER(components, 7), .name = "all-kinds",
                                        .version = "1.0.0", FILLS_ADDED};

const struct kc_plugin *kc_plugin_v0(const struct kc_host *host)
{
    kc_host = host;
    return &plugin;
}
