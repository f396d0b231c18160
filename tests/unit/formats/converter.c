#include "converter.h"

#include "test_schemas.h"

#include <kconnect/sdk.h>

#include <stdlib.h>

enum { MAX_BATCH = 64 };

struct converter {
    const struct kc_component *component;
    int32_t which;
    void *self;
};

const struct kc_host *kc_host;

static void *owned[1 << 18];
static size_t n_owned;
static bool failed[MAX_BATCH];
static char why[MAX_BATCH][512];
static char *texts[MAX_BATCH];
static size_t last_len;
static const struct kc_schema *last_schema;
static struct kc_value last_value;
static uint8_t *arena_blocks[1 << 17];
static size_t n_arena_blocks;

void *test_own(size_t n)
{
    void *p = calloc(1, n > 0 ? n : 1);

    assert_true(p != NULL && n_owned < sizeof(owned) / sizeof(*owned));
    return owned[n_owned++] = p;
}

/* A block of its own for every request, so that each step beyond one is found. */
static kc_status arena_grow(struct kc_arena *a, uint64_t size)
{
    assert_true(n_arena_blocks < sizeof(arena_blocks) / sizeof(*arena_blocks));
    a->cur = malloc(size > 0 ? size : 1);
    a->end = a->cur + size;
    arena_blocks[n_arena_blocks++] = a->cur;
    return KC_OK;
}

static void arena_reset(void)
{
    while (n_arena_blocks > 0)
        free(arena_blocks[--n_arena_blocks]);
}

static void record_failed(struct kc_ctx *ctx, const struct kc_batch *b, uint32_t i,
                          const struct kc_error *error)
{
    (void)ctx;
    assert_int_equal(error->status, KC_ERR_RECORD);
    kc_batch_at(b, i)->flags |= KC_REC_FAILED;
    failed[i] = true;
    (void)snprintf(why[i], sizeof(why[i]), "! %s", error->message);
}

static const struct kc_host host = {
    .struct_size = sizeof(host),
    .name = "test",
    .version = "0",
    .schema_new = test_schema_new,
    .schema_ref = test_schema_ref,
    .schema_unref = test_schema_unref,
    .arena_grow = arena_grow,
    .record_failed = record_failed,
};

static const struct kc_config_key *find_key(const struct kc_component *c, const char *name)
{
    for (uint32_t i = 0; c->config != NULL && i < c->config->n_keys; i++)
        if (strcmp(c->config->keys[i].name, name) == 0)
            return &c->config->keys[i];
    return NULL;
}

static struct kc_value parsed(const struct kc_component *c, const char *name, const char *text)
{
    const struct kc_config_key *key = find_key(c, name);

    assert_non_null(key);
    if (text == NULL)
        return v_null();
    if (key->type == KC_CFG_BOOLEAN)
        return v_bool(strcmp(text, "true") == 0);
    if (key->type == KC_CFG_INT)
        return v_int(KC_INT32, atoi(text));
    return v_text(text);
}

/* The options, behind the defaults of the keys that are not among them. */
static struct kc_map config_of(const struct kc_component *c, const char *const *options)
{
    struct kc_kv *kvs = test_own(sizeof(*kvs) * 32);
    struct kc_map m = {kvs, 0, 0};

    for (uint32_t i = 0; options != NULL && options[i] != NULL; i += 2)
        kvs[m.len++] = (struct kc_kv){kc_str(options[i]), parsed(c, options[i], options[i + 1])};
    for (uint32_t i = 0; c->config != NULL && i < c->config->n_keys; i++) {
        const struct kc_config_key *key = &c->config->keys[i];

        if (kc_map_get(&m, key->name) == NULL)
            kvs[m.len++] = (struct kc_kv){kc_str(key->name), parsed(c, key->name, key->default_value)};
    }
    return m;
}

static kc_status open_one(struct converter *c, int32_t which, const char *const *options,
                          struct kc_error *err)
{
    const struct kc_map config = config_of(c->component, options);

    kc_host = &host;
    *err = (struct kc_error){.struct_size = sizeof(*err)};
    if (c->component->kind == KC_KIND_HEADER_CONVERTER)
        return ((const struct kc_header_converter_ops *)c->component->ops)
            ->open(NULL, &config, &c->self, err);
    return ((const struct kc_converter_ops *)c->component->ops)->open(NULL, &config, which, &c->self, err);
}

struct converter *converter_open(const struct kc_component *component, int32_t which,
                                 const char *const *options)
{
    struct converter *c = test_own(sizeof(*c));
    struct kc_error err;

    c->component = component;
    c->which = which;
    if (open_one(c, which, options, &err) < 0)
        fail_msg("%s", err.message);
    return c;
}

const char *converter_refused(const struct kc_component *component, const char *const *options)
{
    struct converter *c = test_own(sizeof(*c));
    struct kc_error *err = test_own(sizeof(*err));

    c->component = component;
    assert_int_equal(open_one(c, KC_FOR_VALUE, options, err), KC_ERR_CONFIG);
    assert_int_equal(err->status, KC_ERR_CONFIG);
    return err->message;
}

void converter_close(struct converter *c)
{
    if (c->component->kind == KC_KIND_HEADER_CONVERTER)
        ((const struct kc_header_converter_ops *)c->component->ops)->close(c->self);
    else
        ((const struct kc_converter_ops *)c->component->ops)->close(c->self);
    assert_int_equal(test_schemas_taken(), 0);
}

/* Grows by as little as it may, and moves, so that every place that forgets to reserve is found. */
static kc_status grow_bytes(struct kc_bytes *b, uint64_t more)
{
    uint8_t *data = malloc(b->len + more);

    if (b->len > 0)
        memcpy(data, b->data, b->len);
    free(b->data);
    b->data = data;
    b->cap = b->len + more;
    return KC_OK;
}

static kc_status grow_slices(struct kc_slices *s, uint64_t more)
{
    s->list = realloc(s->list, (s->len + more) * sizeof(*s->list));
    s->cap = s->len + more;
    return KC_OK;
}

static char *copy_text(const uint8_t *data, size_t n)
{
    char *s = test_own(n + 1);

    if (n > 0)
        memcpy(s, data, n);
    return s;
}

uint32_t encoded_batch(struct converter *c, struct kc_record *records, uint32_t n)
{
    const struct kc_converter_ops *ops = c->component->ops;
    struct kc_batch batch = {
        .struct_size = sizeof(batch), .record_size = sizeof(*records), .records = records, .n_records = n};
    struct kc_bytes out = {.struct_size = sizeof(out), .grow = grow_bytes};
    struct kc_slices slices = {.struct_size = sizeof(slices), .grow = grow_slices};
    struct kc_error err = {.struct_size = sizeof(err)};

    assert_true(n <= MAX_BATCH);
    memset(failed, 0, sizeof(failed));
    assert_int_equal(ops->encode(c->self, &batch, &out, &slices, &err), KC_OK);
    for (uint64_t i = 0; i < slices.len; i++) {
        const struct kc_slice *s = &slices.list[i];

        assert_true(s->start + s->len <= out.len);
        texts[i] = s->is_null ? NULL : copy_text(out.data + s->start, s->len);
        last_len = s->len;
    }
    if (slices.len == 0)
        assert_int_equal(out.len, 0); /* a record that failed leaves nothing behind */
    free(out.data);
    free(slices.list);
    return (uint32_t)slices.len;
}

const char *batch_text(uint32_t slice)
{
    return texts[slice];
}

bool batch_failed(uint32_t record)
{
    return failed[record];
}

const char *encoded(struct converter *c, const struct kc_schema *schema, struct kc_value v)
{
    struct kc_record rec = {.key_schema = schema, .value_schema = schema, .key = v, .value = v};
    uint32_t n = encoded_batch(c, &rec, 1);

    assert_int_equal(n, failed[0] ? 0 : 1);
    return failed[0] ? why[0] : texts[0];
}

size_t encoded_len(void)
{
    return last_len;
}

static const char *described(void)
{
    char *text = test_own(1 << 16);

    test_describe(text, 1 << 16, last_schema, &last_value);
    return text;
}

/* Decodes one message in a batch of its own, into last_schema and last_value. */
static kc_status decode_one(struct converter *c, const void *bytes, size_t n, struct kc_error *err)
{
    const struct kc_converter_ops *ops = c->component->ops;
    struct kc_arena arena = {.struct_size = sizeof(arena)};
    const struct kc_value message = bytes != NULL ? v_bytes(bytes, (uint32_t)n) : v_null();
    struct kc_record rec = {.key = message, .value = message};
    struct kc_batch batch = {.struct_size = sizeof(batch),
                             .record_size = sizeof(rec),
                             .records = &rec,
                             .n_records = 1,
                             .arena = &arena};
    kc_status status;

    *err = (struct kc_error){.struct_size = sizeof(*err)};
    arena_reset();
    memset(failed, 0, sizeof(failed));
    status = ops->decode(c->self, &batch, err);
    last_schema = c->which == KC_FOR_KEY ? rec.key_schema : rec.value_schema;
    last_value = c->which == KC_FOR_KEY ? rec.key : rec.value;
    return status;
}

bool converter_decode(struct converter *c, const void *bytes, size_t n)
{
    struct kc_error err;

    if (decode_one(c, bytes, n, &err) < 0)
        fail_msg("%s", err.message);
    return !failed[0];
}

const char *decoded_bytes(struct converter *c, const void *bytes, size_t n)
{
    return converter_decode(c, bytes, n) ? described() : why[0];
}

const char *decoding_fails(struct converter *c, const char *bytes)
{
    struct kc_error *err = test_own(sizeof(*err));

    assert_int_equal(decode_one(c, bytes, strlen(bytes), err), KC_ERR_CONFIG);
    return err->message;
}

const char *decoded(struct converter *c, const char *bytes)
{
    return decoded_bytes(c, bytes, bytes != NULL ? strlen(bytes) : 0);
}

const struct kc_schema *decoded_schema(void)
{
    return last_schema;
}

const struct kc_value *decoded_value(void)
{
    return &last_value;
}

const char *header_encoded(struct converter *c, const struct kc_schema *schema, struct kc_value v)
{
    const struct kc_header_converter_ops *ops = c->component->ops;
    const struct kc_header h = {{"h", 1, 0}, schema, v};
    struct kc_bytes out = {.struct_size = sizeof(out), .grow = grow_bytes};
    struct kc_error err = {.struct_size = sizeof(err)};
    kc_status status = ops->encode(c->self, NULL, &h, &out, &err);
    char *text = NULL;

    if (status < 0) {
        assert_int_equal(status, KC_ERR_RECORD);
        (void)snprintf(why[0], sizeof(why[0]), "! %s", err.message);
        text = why[0];
    } else if (status == KC_OK) {
        text = copy_text(out.data, out.len);
    }
    free(out.data);
    return text;
}

bool converter_decode_header(struct converter *c, const char *text)
{
    const struct kc_header_converter_ops *ops = c->component->ops;
    struct kc_arena arena = {.struct_size = sizeof(arena)};
    struct kc_header h = {{"h", 1, 0}, NULL, text != NULL ? v_bytes(text, (uint32_t)strlen(text)) : v_null()};
    struct kc_error err = {.struct_size = sizeof(err)};
    bool done;

    arena_reset();
    done = ops->decode(c->self, NULL, &h, &arena, &err) >= 0;
    (void)snprintf(why[0], sizeof(why[0]), "! %s", err.message);
    last_schema = h.schema;
    last_value = h.value;
    return done;
}

const char *header_decoded(struct converter *c, const char *text)
{
    return converter_decode_header(c, text) ? described() : why[0];
}

int converter_free_all(void **state)
{
    (void)state;
    arena_reset();
    test_schemas_free();
    while (n_owned > 0)
        free(owned[--n_owned]);
    return 0;
}
