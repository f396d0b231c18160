#include "fixture.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/props.h"
#include "notation.h"
#include "task/arena.h"
#include "task/parse_config.h"
#include "task/schema_store.h"

enum { MAX_TOPICS = 64, ARENA_BYTES = 16 << 20 };

struct topic {
    struct kc_topic pub;
    char name[256];
};

static struct {
    struct kc_schemas *schemas;
    struct kc_task_arena *arena;
    struct topic topics[MAX_TOPICS];
    uint32_t n_topics;
    char why[512];
    char answer[8192];
} now;

static const struct kc_topic *topic(struct kc_ctx *ctx, struct kc_str name, uint32_t partitions)
{
    struct topic *t = now.topics;

    (void)ctx;
    (void)partitions;
    if (name.len == 0 || name.len > 249 || memchr(name.ptr, ' ', name.len) != NULL ||
        memchr(name.ptr, '/', name.len) != NULL || memchr(name.ptr, '$', name.len) != NULL)
        return NULL;
    for (; t < now.topics + now.n_topics; t++)
        if (t->pub.name.len == name.len && memcmp(t->name, name.ptr, name.len) == 0)
            return &t->pub;
    assert_true(now.n_topics < MAX_TOPICS);
    now.n_topics++;
    memcpy(t->name, name.ptr, name.len);
    t->name[name.len] = '\0';
    t->pub = (struct kc_topic){sizeof(t->pub), 0, {t->name, name.len, 0}};
    return &t->pub;
}

static const struct kc_schema *schema_new(struct kc_ctx *ctx, const struct kc_schema *spec,
                                          struct kc_error *err)
{
    (void)ctx;
    return kc_schemas_get(now.schemas, spec, err);
}

static void record_failed(struct kc_ctx *ctx, const struct kc_batch *b, uint32_t i,
                          const struct kc_error *why)
{
    (void)ctx;
    assert_int_equal(why->status, KC_ERR_RECORD);
    kc_batch_at(b, i)->flags |= KC_REC_FAILED;
    (void)snprintf(now.why, sizeof(now.why), "%s", why->message);
}

static const struct kc_host host = {.struct_size = sizeof(host),
                                    .topic = topic,
                                    .schema_new = schema_new,
                                    .schema_ref = kc_schema_ref,
                                    .schema_unref = kc_schema_unref,
                                    .arena_grow = kc_arena_more,
                                    .record_failed = record_failed};
const struct kc_host *kc_host = &host;

int fixture_begin(void **state)
{
    (void)state;
    now.schemas = kc_schemas_create();
    now.arena = kc_arena_create(ARENA_BYTES);
    now.n_topics = 0;
    return now.schemas == NULL || now.arena == NULL ? -1 : 0;
}

int fixture_end(void **state)
{
    (void)state;
    kc_schemas_destroy(now.schemas);
    kc_arena_destroy(now.arena);
    return 0;
}

static struct kc_parsed *parse(const struct kc_config_def *def, const char *lines, struct kc_error *err)
{
    struct kc_props *props = kc_props_create();
    struct kc_parsed *parsed;
    char *copy = strdup(lines), *rest = copy, *line;

    assert_non_null(props);
    while ((line = strsep(&rest, "\n")) != NULL) {
        char *value = strchr(line, '=');

        if (value == NULL)
            continue;
        *value = '\0';
        assert_int_equal(kc_props_set(props, line, value + 1), KC_OK);
    }
    parsed = kc_config_parse(def, props, err);
    kc_props_destroy(props);
    free(copy);
    return parsed;
}

static kc_status open_component(const struct kc_component *c, const struct kc_map *map, void **self,
                                struct kc_error *err)
{
    if (c->kind == KC_KIND_PREDICATE)
        return ((const struct kc_predicate_ops *)c->ops)->open(NULL, map, self, err);
    return ((const struct kc_transform_ops *)c->ops)->open(NULL, map, self, err);
}

static void apply(const struct kc_component *c, void *self, struct kc_batch *b)
{
    struct kc_error err = {.struct_size = sizeof(err)};
    kc_status status = c->kind == KC_KIND_PREDICATE
                           ? ((const struct kc_predicate_ops *)c->ops)->test(self, b, 0, &err)
                           : ((const struct kc_transform_ops *)c->ops)->apply(self, b, &err);

    if (status < 0)
        fail_msg("the batch failed: %s", err.message);
}

static void describe(const struct kc_record *r, char *out, size_t cap)
{
    if ((r->flags & KC_REC_FAILED) != 0)
        (void)snprintf(out, cap, "failed: %s", now.why);
    else if ((r->flags & KC_REC_DROPPED) != 0)
        (void)snprintf(out, cap, "dropped");
    else if ((r->flags & KC_REC_SKIP) != 0)
        (void)snprintf(out, cap, "skipped");
    else
        write_record(r, out, cap);
}

const char *run(const struct kc_component *c, const char *config, const char *record)
{
    static char second[sizeof(now.answer)];
    struct kc_error err = {.struct_size = sizeof(err)};
    struct kc_parsed *parsed = parse(c->config, config, &err);
    struct kc_record records[3], before;
    struct kc_batch b = {.struct_size = sizeof(b),
                         .record_size = sizeof(records[0]),
                         .records = records,
                         .n_records = 3,
                         .arena = &now.arena->pub};
    size_t schemas;
    void *self = NULL;

    for (int i = 0; i < 3; i++)
        records[i] = read_record(&host, NULL, &now.arena->pub, record);
    schemas = kc_schemas_count(now.schemas);
    if (parsed == NULL || open_component(c, kc_parsed_map(parsed), &self, &err) < 0) {
        (void)snprintf(now.answer, sizeof(now.answer), "config: %s", err.message);
        assert_int_equal(err.status, KC_ERR_CONFIG);
        kc_parsed_destroy(parsed);
        return now.answer;
    }
    kc_parsed_destroy(parsed);       /* open() had to copy what it needs */
    records[1].flags |= KC_REC_SKIP; /* must be left alone */
    before = records[1];
    apply(c, self, &b);
    assert_memory_equal(&before, &records[1], sizeof(before));
    describe(&records[0], now.answer, sizeof(now.answer));
    describe(&records[2], second, sizeof(second));
    assert_string_equal(now.answer, second);
    if (c->kind == KC_KIND_PREDICATE)
        ((const struct kc_predicate_ops *)c->ops)->close(self);
    else
        ((const struct kc_transform_ops *)c->ops)->close(self);
    assert_int_equal(kc_schemas_count(now.schemas), schemas);
    kc_arena_reset(now.arena);
    return now.answer;
}

void run_lines(const struct kc_component *c, const struct line *lines, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *out = run(c, lines[i].config, lines[i].in);

        if (strcmp(out, lines[i].out) != 0)
            fail_msg("%s, line %zu\n  config %s\n  in     %s\n  out    %s\n  wanted %s", c->id, i,
                     lines[i].config, lines[i].in, out, lines[i].out);
    }
}
