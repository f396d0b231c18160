/*
 * bench_converter - CPU time of the converters alone: typed change events in, messages out, no Kafka; and back where a
 * converter reads too.
 *
 *     bench_converter PLUGIN.so [millions of records]
 *
 * Loads the plugin as a task does and encodes the same batch of 1000 inserts of a ten-column row again and again. `string` is
 * given one of the row's texts, so that it shows what a converter costs that has nearly nothing to do.
 */
#include <kconnect/sdk.h>

#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

enum { RECORDS = 1000, COLUMNS = 10, FIELDS = 5, ARENA_BYTES = 64 << 20 };

static kc_status grow_bytes(struct kc_bytes *b, uint64_t more)
{
    b->cap = (b->len + more) * 2;
    b->data = realloc(b->data, b->cap);
    return b->data != NULL ? KC_OK : KC_ERR_NOMEM;
}

static kc_status grow_slices(struct kc_slices *s, uint64_t more)
{
    s->cap = (s->len + more) * 2;
    s->list = realloc(s->list, s->cap * sizeof(*s->list));
    return s->list != NULL ? KC_OK : KC_ERR_NOMEM;
}

static void record_failed(struct kc_ctx *ctx, const struct kc_batch *b, uint32_t i,
                          const struct kc_error *why)
{
    (void)ctx;
    (void)b;
    fprintf(stderr, "record %u: %s\n", i, why->message);
    exit(1);
}

static struct kc_schema *made[256];
static size_t n_made;

/* Schemas that a converter makes when it reads; there are few, and they live until the end. */
static const struct kc_schema *schema_new(struct kc_ctx *ctx, const struct kc_schema *spec,
                                          struct kc_error *err)
{
    struct kc_field *fields = calloc(spec->n_fields + 1, sizeof(*fields));
    struct kc_schema *s = malloc(sizeof(*s));

    (void)ctx;
    if (fields == NULL || s == NULL || n_made == sizeof(made) / sizeof(*made)) {
        (void)kc_fail(err, KC_ERR_NOMEM, "no memory for a schema");
        return NULL;
    }
    *s = *spec;
    for (uint32_t i = 0; i < spec->n_fields; i++)
        fields[i] = (struct kc_field){
            {strndup(spec->fields[i].name.ptr, spec->fields[i].name.len), spec->fields[i].name.len, 0},
            spec->fields[i].schema};
    s->fields = fields;
    s->name = s->doc = (struct kc_str){0};
    s->params.len = 0;
    s->default_value = NULL;
    s->id = 1000 + n_made;
    return made[n_made++] = s;
}

static void schema_unref(const struct kc_schema *s)
{
    (void)s;
}

static kc_status arena_grow(struct kc_arena *a, uint64_t size)
{
    (void)a;
    (void)size;
    return KC_ERR_NOMEM;
}

static const struct kc_host host = {.struct_size = sizeof(host),
                                    .abi_major = KC_ABI_MAJOR,
                                    .abi_minor = KC_ABI_MINOR,
                                    .schema_new = schema_new,
                                    .schema_unref = schema_unref,
                                    .arena_grow = arena_grow,
                                    .record_failed = record_failed};
const struct kc_host *kc_host = &host;

static struct kc_kv scale_param;
static struct kc_schema column_schemas[COLUMNS], row_schema, key_schema, string_schema, source_schema,
    envelope_schema;
static struct kc_field row_fields[COLUMNS], source_fields[2], envelope_fields[FIELDS];
static struct kc_value rows[RECORDS][COLUMNS], values[RECORDS][FIELDS], source_values[2];
static struct kc_record records[RECORDS];
static char texts[RECORDS][4][96];

static void schema(struct kc_schema *s, uint8_t type, const char *name)
{
    static uint64_t id;

    *s = (struct kc_schema){.struct_size = sizeof(*s), .type = type, .id = ++id, .name = kc_str(name)};
}

static void make_schemas(void)
{
    static const struct {
        const char *name, *meaning;
        uint8_t type;
    } columns[COLUMNS] = {
        {"id", NULL, KC_INT64},
        {"customer_id", NULL, KC_INT32},
        {"status", NULL, KC_INT16},
        {"amount", "org.apache.kafka.connect.data.Decimal", KC_BYTES},
        {"title", NULL, KC_STRING},
        {"author", NULL, KC_STRING},
        {"address", NULL, KC_STRING},
        {"note", NULL, KC_STRING},
        {"created_at", "io.debezium.time.Timestamp", KC_INT64},
        {"updated_at", "io.debezium.time.ZonedTimestamp", KC_STRING},
    };
    static const char *const names[FIELDS] = {"before", "after", "source", "op", "ts_ms"};

    for (int i = 0; i < COLUMNS; i++) {
        schema(&column_schemas[i], columns[i].type, columns[i].meaning);
        row_fields[i] = (struct kc_field){kc_str(columns[i].name), &column_schemas[i]};
    }
    scale_param = (struct kc_kv){kc_str("scale"), kc_string("2", 1)};
    column_schemas[3].params = (struct kc_map){&scale_param, 1, 0};
    schema(&string_schema, KC_STRING, NULL);
    string_schema.optional = 1;
    schema(&row_schema, KC_STRUCT, "p.shop.orders.Value");
    row_schema.optional = 1;
    row_schema.fields = row_fields;
    row_schema.n_fields = COLUMNS;
    schema(&key_schema, KC_STRUCT, "p.shop.orders.Key");
    key_schema.fields = row_fields;
    key_schema.n_fields = 1;
    schema(&source_schema, KC_STRUCT, "io.debezium.connector.mysql.Source");
    source_fields[0] = (struct kc_field){kc_str("db"), &string_schema};
    source_fields[1] = (struct kc_field){kc_str("table"), &string_schema};
    source_schema.fields = source_fields;
    source_schema.n_fields = 2;
    schema(&envelope_schema, KC_STRUCT, "p.shop.orders.Envelope");
    for (int i = 0; i < FIELDS; i++)
        envelope_fields[i] = (struct kc_field){kc_str(names[i]), &string_schema};
    envelope_fields[0].schema = envelope_fields[1].schema = &row_schema;
    envelope_fields[2].schema = &source_schema;
    envelope_schema.fields = envelope_fields;
    envelope_schema.n_fields = FIELDS;
}

static struct kc_value whole(uint8_t type, int64_t v)
{
    struct kc_value r = {.type = type};

    r.as.i64 = v;
    return r;
}

static struct kc_value text_value(int record, int which, const char *format)
{
    int n = snprintf(texts[record][which], sizeof(texts[record][which]), format, record);

    return kc_string(texts[record][which], (uint32_t)n);
}

static void make_records(void)
{
    static const uint8_t amount[4] = {0, 0x12, 0xd6, 0x87};

    source_values[0] = kc_string("shop", 4);
    source_values[1] = kc_string("orders", 6);
    for (int i = 0; i < RECORDS; i++) {
        struct kc_value *row = rows[i], *value = values[i];
        struct kc_record *rec = &records[i];

        row[0] = whole(KC_INT64, 1000000 + i);
        row[1] = whole(KC_INT32, 54321 + i % 97);
        row[2] = whole(KC_INT16, i % 5);
        row[3] = (struct kc_value){.type = KC_BYTES, .len = 4, .as.bytes = amount};
        row[4] = text_value(i, 0, "the title of order %06d, plain text");
        row[5] = text_value(i, 1, "author-%04d");
        row[6] = text_value(i, 2, "%d Long Street, Some Town, Some Province, 200000");
        row[7] =
            text_value(i, 3, "a note with \"quotes\" that has to be escaped, number %06d, and a bit more");
        row[8] = whole(KC_INT64, 1614748870000 + i * 1000);
        row[9] = kc_string("2021-03-03T05:21:10Z", 20);
        value[1] = (struct kc_value){.type = KC_STRUCT, .len = COLUMNS, .as.items = row};
        value[2] = (struct kc_value){.type = KC_STRUCT, .len = 2, .as.items = source_values};
        value[3] = kc_string("c", 1);
        *rec = (struct kc_record){.partition = KC_ANY_PARTITION,
                                  .key_schema = &key_schema,
                                  .value_schema = &envelope_schema,
                                  .event_us = 1614748870000000 + i / 100 * 1000000,
                                  .checkpoint_ms = 1614748870000 + i / 100 * 1000,
                                  .sequence = 1614748790461000000u + (unsigned)i};
        rec->key = (struct kc_value){.type = KC_STRUCT, .len = 1, .as.items = row};
        rec->value = (struct kc_value){.type = KC_STRUCT, .len = FIELDS, .as.items = value};
    }
}

static double cpu_seconds(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void check(kc_status status, const struct kc_error *err)
{
    if (status >= 0)
        return;
    fprintf(stderr, "%s\n", err->message);
    exit(1);
}

/* What is measured: a component by its id, a side, and an option that is set to false. */
struct measure {
    const char *id, *what;
    int32_t which;
    const char *off;
};

static const struct measure measures[] = {
    {"dataworks-json", "values", KC_FOR_VALUE, NULL},    {"dataworks-json", "keys", KC_FOR_KEY, NULL},
    {"json", "values with schemas", KC_FOR_VALUE, NULL}, {"json", "values", KC_FOR_VALUE, "schemas.enable"},
    {"json", "keys", KC_FOR_KEY, "schemas.enable"},      {"string", "text", KC_FOR_VALUE, NULL},
};

static struct kc_batch batch_of(struct kc_record *list)
{
    return (struct kc_batch){.struct_size = sizeof(struct kc_batch),
                             .record_size = sizeof(*list),
                             .records = list,
                             .n_records = RECORDS};
}

static void print(const struct measure *m, const char *direction, uint64_t bytes, double start, long batches)
{
    printf("%-14s %-19s %s %7.1f bytes a message, %.4f CPU-s per million messages\n", m->id, m->what,
           direction, (double)bytes / RECORDS, (cpu_seconds() - start) * 1e6 / ((double)batches * RECORDS));
}

/* Reads the messages that were written, in records that are made anew for each batch, as a consumer does. */
static void measure_decode(const struct kc_converter_ops *ops, void *self, const struct measure *m,
                           const struct kc_bytes *out, const struct kc_slices *slices, long batches)
{
    static struct kc_record copies[RECORDS];
    uint8_t *memory = malloc(ARENA_BYTES);
    struct kc_arena arena = {.struct_size = sizeof(arena), .end = memory + ARENA_BYTES};
    struct kc_batch batch = batch_of(copies);
    struct kc_error err = {.struct_size = sizeof(err)};
    double start = cpu_seconds();

    batch.arena = &arena;
    for (long i = 0; i < batches; i++) {
        arena.cur = memory;
        for (uint32_t k = 0; k < RECORDS; k++) {
            const struct kc_slice *s = &slices->list[k];
            struct kc_value bytes = {.type = KC_BYTES, .len = s->len, .as.bytes = out->data + s->start};

            copies[k] = (struct kc_record){.key = bytes, .value = bytes};
        }
        check(ops->decode(self, &batch, &err), &err);
    }
    print(m, "read   ", out->len, start, batches);
    free(memory);
}

static void run(const struct kc_converter_ops *ops, const struct measure *m, long batches)
{
    struct kc_batch batch = batch_of(records);
    struct kc_bytes out = {.struct_size = sizeof(out), .grow = grow_bytes};
    struct kc_slices slices = {.struct_size = sizeof(slices), .grow = grow_slices};
    struct kc_error err = {.struct_size = sizeof(err)};
    struct kc_kv off = {kc_str(m->off), {.type = KC_BOOLEAN}};
    struct kc_map config = {&off, m->off != NULL, 0};
    void *self = NULL;
    double start;

    check(ops->open(NULL, &config, m->which, &self, &err), &err);
    check(ops->encode(self, &batch, &out, &slices, &err), &err); /* makes the cached bytes and the buffers */
    start = cpu_seconds();
    for (long i = 0; i < batches; i++) {
        out.len = slices.len = 0;
        check(ops->encode(self, &batch, &out, &slices, &err), &err);
    }
    print(m, "written", out.len, start, batches);
    if (ops->decode != NULL)
        measure_decode(ops, self, m, &out, &slices, batches);
    ops->close(self);
    free(out.data);
    free(slices.list);
}

static const struct kc_converter_ops *find(const struct kc_plugin *plugin, const char *id)
{
    for (uint32_t i = 0; i < plugin->n_components; i++)
        if (plugin->components[i]->kind == KC_KIND_CONVERTER && strcmp(plugin->components[i]->id, id) == 0)
            return plugin->components[i]->ops;
    fprintf(stderr, "the plugin has no converter %s\n", id);
    exit(1);
}

/* The change events become plain texts. */
static void make_texts(void)
{
    for (int i = 0; i < RECORDS; i++) {
        records[i].value_schema = &string_schema;
        records[i].value = rows[i][6];
    }
}

int main(int argc, char **argv)
{
    long batches = argc > 2 ? strtol(argv[2], NULL, 10) * 1000 : 5000;
    kc_plugin_entry_fn entry;
    const struct kc_plugin *plugin;
    void *library;

    if (argc < 2 || batches <= 0) {
        fprintf(stderr, "usage: bench_converter PLUGIN.so [millions of records]\n");
        return 2;
    }
    library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    entry = (kc_plugin_entry_fn)(uintptr_t)dlsym(library, KC_PLUGIN_SYMBOL);
    plugin = entry(&host);
    make_schemas();
    make_records();
    for (size_t i = 0; i < sizeof(measures) / sizeof(*measures); i++) {
        if (strcmp(measures[i].id, "string") == 0)
            make_texts();
        run(find(plugin, measures[i].id), &measures[i], batches);
    }
    return 0;
}
