/* samples.c - records with one of each thing that flows. */
#include "kit.h"

#include <string.h>

enum { MAX_SAMPLES = 32 };

struct maker {
    struct kc_kit *kit;
    struct kc_record *list;
    uint32_t n;
};

static struct kc_value text(const char *s)
{
    return (struct kc_value){.type = KC_STRING, .len = (uint32_t)strlen(s), .as = {.str = s}};
}

static struct kc_value integer(uint8_t type, int64_t v)
{
    return (struct kc_value){.type = type, .as = {.i64 = v}};
}

static struct kc_str name(const char *s)
{
    return (struct kc_str){s, (uint32_t)strlen(s), 0};
}

static const struct kc_schema *schema(struct kc_kit *k, struct kc_schema spec)
{
    const struct kc_schema *s;

    spec.struct_size = sizeof(spec);
    s = kc_kit_schema_new(&k->ctx, &spec, NULL);
    kc_kit_schema_unref(s); /* lives as long as the kit */
    return s;
}

static struct kc_record *add(struct maker *m, struct kc_value key, struct kc_value value,
                             const struct kc_schema *s)
{
    struct kc_record *r = &m->list[m->n++];

    *r = (struct kc_record){.partition = KC_ANY_PARTITION,
                            .timestamp_ms = INT64_C(1700000000000) + m->n,
                            .topic = kc_kit_topic(m->kit, name("sample")),
                            .key = key,
                            .value = value,
                            .value_schema = s,
                            .cookie = 1000 + m->n,
                            .event_us = KC_NO_TIMESTAMP,
                            .checkpoint_ms = KC_NO_TIMESTAMP};
    return r;
}

/* {"id": 7, "name": "seven", "ok": true, "ratio": 0.5, "raw": ..., "tags": [...], "inner": {"n": 1},
 * "none": null} */
static struct kc_value structured(struct kc_kit *k, const struct kc_schema **s)
{
    static const uint8_t raw[] = {0, 1, 0xfe, 0xff};
    const struct kc_schema *string = schema(k, (struct kc_schema){.type = KC_STRING, .optional = 1});
    const struct kc_schema *int32 = schema(k, (struct kc_schema){.type = KC_INT32});
    const struct kc_field inner_fields[] = {{name("n"), int32}};
    const struct kc_schema *inner = schema(
        k,
        (struct kc_schema){.type = KC_STRUCT, .n_fields = 1, .fields = inner_fields, .name = name("Inner")});
    const struct kc_field fields[] = {
        {name("id"), int32},
        {name("name"), string},
        {name("ok"), schema(k, (struct kc_schema){.type = KC_BOOLEAN})},
        {name("ratio"), schema(k, (struct kc_schema){.type = KC_FLOAT64})},
        {name("raw"), schema(k, (struct kc_schema){.type = KC_BYTES})},
        {name("tags"), schema(k, (struct kc_schema){.type = KC_ARRAY, .item_schema = string})},
        {name("inner"), inner},
        {name("none"), string},
    };
    enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };
    struct kc_value *items = kc_kit_alloc(k, FIELDS * sizeof(*items));
    struct kc_value *tags = kc_kit_alloc(k, 2 * sizeof(*tags)), *n = kc_kit_alloc(k, sizeof(*n));

    *s = schema(k, (struct kc_schema){
                       .type = KC_STRUCT, .n_fields = FIELDS, .fields = fields, .name = name("Sample")});
    tags[0] = text("a");
    tags[1] = text("b \"quoted\"");
    *n = integer(KC_INT32, 1);
    items[0] = integer(KC_INT32, 7);
    items[1] = text("seven \xe2\x82\xac");
    items[2] = integer(KC_BOOLEAN, 1);
    items[3] = (struct kc_value){.type = KC_FLOAT64, .as = {.f64 = 0.5}};
    items[4] = (struct kc_value){.type = KC_BYTES, .len = sizeof(raw), .as = {.bytes = raw}};
    items[5] = (struct kc_value){.type = KC_ARRAY, .len = 2, .as = {.items = tags}};
    items[6] = (struct kc_value){.type = KC_STRUCT, .len = 1, .as = {.items = n}};
    return (struct kc_value){.type = KC_STRUCT, .len = FIELDS, .as = {.items = items}};
}

/* {"id": 8, "name": "eight"} as a schemaless map. */
static struct kc_value loose(struct kc_kit *k)
{
    struct kc_value *items = kc_kit_alloc(k, 4 * sizeof(*items));

    items[0] = text("id");
    items[1] = integer(KC_INT64, 8);
    items[2] = text("name");
    items[3] = text("eight");
    return (struct kc_value){.type = KC_MAP, .len = 2, .as = {.items = items}};
}

static void add_header(struct kc_kit *k, struct kc_record *r)
{
    struct kc_header *h = kc_kit_alloc(k, sizeof(*h));

    *h = (struct kc_header){.key = name("trace"), .value = text("t-1")};
    r->headers = h;
    r->n_headers = 1;
}

static void add_scalars(struct maker *m)
{
    static const uint8_t bytes[] = {'r', 'a', 'w', 0, 0xff};
    static const uint8_t types[] = {KC_INT8, KC_INT16, KC_INT32, KC_INT64};

    add(m, text("k-text"), text("plain text"), schema(m->kit, (struct kc_schema){.type = KC_STRING}));
    add(m, text("k-bytes"), (struct kc_value){.type = KC_BYTES, .len = sizeof(bytes), .as = {.bytes = bytes}},
        schema(m->kit, (struct kc_schema){.type = KC_BYTES}));
    for (size_t i = 0; i < sizeof(types); i++)
        add(m, text("k-integer"), integer(types[i], -5),
            schema(m->kit, (struct kc_schema){.type = types[i]}));
    add(m, text("k-float"), (struct kc_value){.type = KC_FLOAT32, .as = {.f64 = 1.25}},
        schema(m->kit, (struct kc_schema){.type = KC_FLOAT32}));
    add(m, text("k-double"), (struct kc_value){.type = KC_FLOAT64, .as = {.f64 = -0.125}},
        schema(m->kit, (struct kc_schema){.type = KC_FLOAT64}));
    add(m, text("k-boolean"), integer(KC_BOOLEAN, 1), schema(m->kit, (struct kc_schema){.type = KC_BOOLEAN}));
}

const struct kc_record *kc_kit_samples(struct kc_kit *k, uint32_t *n)
{
    static const uint32_t flags[] = {KC_REC_SKIP, KC_REC_DROPPED, KC_REC_FAILED};
    struct maker m = {k, kc_kit_alloc(k, MAX_SAMPLES * sizeof(*m.list)), 0};
    const struct kc_schema *s = NULL;
    struct kc_value v;
    bool inside = k->call != NULL;

    if (!inside)
        kc_kit_enter(k, "samples");
    v = structured(k, &s);
    add_scalars(&m);
    add_header(k, add(&m, text("k-struct"), v, s));
    add_header(k, add(&m, text("k-map"), loose(k), NULL));
    add(&m, text("k-loose-text"), text("no schema"), NULL);
    add(&m, (struct kc_value){0}, text("no key"), schema(k, (struct kc_schema){.type = KC_STRING}));
    add(&m, text("k-tombstone"), (struct kc_value){0}, NULL);
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        add(&m, text("k-left-alone"), v, s)->flags = flags[i];
    if (!inside)
        kc_kit_leave(k);
    *n = m.n;
    return m.list;
}
