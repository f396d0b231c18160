/*
 * drive.c - runs the source plugin without a worker: loads the file, plays the host, prints records as JSON lines.
 *
 *   drive PLUGIN STATE key=value ...
 *
 * STATE keeps position and definitions from one run to the next, as a worker's offset topic would. Environment:
 *   DRIVE_MS      how long to run (default 3000)
 *   DRIVE_MAX     most records a poll (default 1000); with DRIVE_SEED a random number up to it
 *   DRIVE_SEED    ends the run at a random resume point, as if the process was killed: what is printed is what a
 *                 transaction would have committed
 *   DRIVE_QUIET   no records, only a summary on stderr, with the CPU time
 *   DRIVE_UNTIL   ends after so many records
 */
#include <dlfcn.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <time.h>

#include <kconnect/sdk.h>

const struct kc_host *kc_host;

enum { MAX_STATE = 256 };

static struct {
    char *key, *value;
} state[MAX_STATE];
static int n_state;
static struct kc_kv stored[64];
static uint32_t n_stored;
static int stop_fd;

/* ---- arena ---- */

static uint8_t *arena_memory[4096];
static uint64_t arena_sizes[4096];
static uint32_t arena_n, arena_at;

static kc_status arena_grow(struct kc_arena *a, uint64_t size)
{
    uint64_t room = size > (1 << 20) ? size : 1 << 20;

    for (; arena_at < arena_n; arena_at++)
        if (arena_sizes[arena_at] >= size)
            break;
    if (arena_at == 4096)
        return KC_ERR_NOMEM;
    if (arena_at == arena_n) {
        arena_memory[arena_n] = aligned_alloc(16, (room + 15) & ~UINT64_C(15));
        arena_sizes[arena_n++] = room;
    }
    a->cur = arena_memory[arena_at];
    a->end = a->cur + arena_sizes[arena_at++];
    return KC_OK;
}

/* Poisoned, so that a pointer kept too long shows. */
static void arena_reset(struct kc_arena *a, bool poison)
{
    for (uint32_t i = 0; poison && i < arena_at; i++)
        memset(arena_memory[i], 0xdd, arena_sizes[i]);
    arena_at = 0;
    a->cur = a->end = NULL;
}

/* ---- host ---- */

static int32_t log_enabled(struct kc_ctx *ctx, int32_t level)
{
    (void)ctx;
    return level >= KC_LOG_INFO;
}

static void log_line(struct kc_ctx *ctx, int32_t level, const char *file, int32_t line, struct kc_str msg)
{
    (void)ctx;
    (void)file;
    (void)line;
    fprintf(stderr, "log %d %.*s\n", level, (int)msg.len, msg.ptr);
}

static kc_status offset_get(struct kc_ctx *ctx, const struct kc_map *partition, struct kc_map *offset)
{
    (void)ctx;
    (void)partition;
    *offset = (struct kc_map){stored, n_stored, 0};
    return n_stored > 0 ? KC_OK : KC_NOTHING;
}

static kc_status state_get(struct kc_ctx *ctx, struct kc_str key, struct kc_str *value)
{
    (void)ctx;
    for (int i = 0; i < n_state; i++)
        if (strlen(state[i].key) == key.len && memcmp(state[i].key, key.ptr, key.len) == 0) {
            *value = kc_str(state[i].value);
            return KC_OK;
        }
    return KC_NOTHING;
}

static kc_status state_put(struct kc_ctx *ctx, struct kc_str key, struct kc_str value)
{
    int i = 0;

    (void)ctx;
    while (i < n_state && (strlen(state[i].key) != key.len || memcmp(state[i].key, key.ptr, key.len) != 0))
        i++;
    if (i == MAX_STATE)
        abort();
    if (i == n_state)
        state[n_state++].key = strndup(key.ptr, key.len);
    else
        free(state[i].value);
    state[i].value = strndup(value.ptr, value.len);
    return KC_OK;
}

static const struct kc_topic *topic(struct kc_ctx *ctx, struct kc_str name, uint32_t partitions)
{
    struct kc_topic *t = calloc(1, sizeof(*t));

    (void)ctx;
    t->struct_size = sizeof(*t);
    t->name = kc_str(strndup(name.ptr, name.len));
    fprintf(stderr, "topic %s %u\n", t->name.ptr, partitions);
    return t;
}

static kc_status topics_ensure(struct kc_ctx *ctx, struct kc_error *err)
{
    (void)ctx;
    (void)err;
    return KC_OK;
}

static const struct kc_schema *schema_new(struct kc_ctx *ctx, const struct kc_schema *spec,
                                          struct kc_error *err)
{
    struct kc_schema *s = malloc(sizeof(*s));
    struct kc_field *fields = calloc(spec->n_fields + 1, sizeof(*fields));

    (void)ctx;
    (void)err;
    *s = *spec;
    for (uint32_t i = 0; i < spec->n_fields; i++) {
        fields[i] = spec->fields[i];
        fields[i].name = kc_str(strndup(spec->fields[i].name.ptr, spec->fields[i].name.len));
    }
    s->fields = fields;
    s->name = kc_str(strndup(spec->name.ptr != NULL ? spec->name.ptr : "", spec->name.len));
    return s;
}

static void schema_ref(const struct kc_schema *s)
{
    (void)s;
}

static struct kc_metric *metric(struct kc_ctx *ctx, int32_t kind, const char *name, const char *labels)
{
    (void)ctx;
    (void)kind;
    (void)name;
    (void)labels;
    return NULL;
}

static void metric_value(struct kc_metric *m, double value)
{
    (void)m;
    (void)value;
}

static void progress(struct kc_ctx *ctx, const char *phase, const char *item, uint64_t done, uint64_t total)
{
    (void)ctx;
    if (getenv("DRIVE_PROGRESS") != NULL)
        fprintf(stderr, "progress %s %s %" PRIu64 "/%" PRIu64 "\n", phase, item, done, total);
}

static int32_t stop(struct kc_ctx *ctx)
{
    (void)ctx;
    return stop_fd;
}

static void report_error(struct kc_report *r, const char *key, const char *message)
{
    (void)r;
    printf("invalid %s: %s\n", key != NULL ? key : "-", message);
}

static const struct kc_host host = {.struct_size = sizeof(host),
                                    .name = "drive",
                                    .version = "0",
                                    .log_enabled = log_enabled,
                                    .log = log_line,
                                    .offset_get = offset_get,
                                    .state_get = state_get,
                                    .state_put = state_put,
                                    .topic = topic,
                                    .topics_ensure = topics_ensure,
                                    .schema_new = schema_new,
                                    .schema_ref = schema_ref,
                                    .schema_unref = schema_ref,
                                    .arena_grow = arena_grow,
                                    .metric = metric,
                                    .metric_add = metric_value,
                                    .metric_set = metric_value,
                                    .progress = progress,
                                    .stop_fd = stop,
                                    .report_error = report_error};

/* ---- state file: O key i|s value, S key value; a tab between ---- */

static void load(const char *path)
{
    FILE *f = fopen(path, "r");
    char *line = NULL;
    size_t size = 0;

    while (f != NULL && getline(&line, &size, f) > 0) {
        char *kind = strtok(line, "\t\n"), *key = strtok(NULL, "\t\n"), *value = strtok(NULL, "\n");

        if (kind[0] == 'S') {
            state_put(NULL, kc_str(key), kc_str(value));
            continue;
        }
        stored[n_stored].key = kc_str(strdup(key));
        stored[n_stored++].value =
            kind[1] == 'i' ? kc_int64(strtoll(value, NULL, 10))
                           : kc_string(strdup(value ? value : ""), value ? (uint32_t)strlen(value) : 0);
    }
    free(line);
    if (f != NULL)
        fclose(f);
}

static void save(const char *path, const struct kc_map *offset)
{
    FILE *f = fopen(path, "w");

    for (uint32_t i = 0; i < offset->len; i++)
        if (offset->kvs[i].value.type == KC_STRING)
            fprintf(f, "Os\t%.*s\t%.*s\n", (int)offset->kvs[i].key.len, offset->kvs[i].key.ptr,
                    (int)offset->kvs[i].value.len, offset->kvs[i].value.as.str);
        else
            fprintf(f, "Oi\t%.*s\t%" PRId64 "\n", (int)offset->kvs[i].key.len, offset->kvs[i].key.ptr,
                    offset->kvs[i].value.as.i64);
    for (int i = 0; i < n_state; i++)
        fprintf(f, "S\t%s\t%s\n", state[i].key, state[i].value);
    fclose(f);
}

/* ---- printing ---- */

static void print_value(const struct kc_schema *schema, const struct kc_value *v)
{
    switch (v->type) {
    case KC_NULL: printf("null"); break;
    case KC_STRUCT:
        putchar('{');
        for (uint32_t i = 0; i < v->len; i++) {
            printf("%s\"%.*s\":", i > 0 ? "," : "", (int)schema->fields[i].name.len,
                   schema->fields[i].name.ptr);
            print_value(schema->fields[i].schema, &v->as.items[i]);
        }
        putchar('}');
        break;
    case KC_STRING:
        putchar('"');
        for (uint32_t i = 0; i < v->len; i++)
            if (v->as.str[i] == '"' || v->as.str[i] == '\\')
                printf("\\%c", v->as.str[i]);
            else if ((unsigned char)v->as.str[i] < 32)
                printf("\\u%04x", v->as.str[i]);
            else
                putchar(v->as.str[i]);
        putchar('"');
        break;
    case KC_BYTES:
        printf("\"0x");
        for (uint32_t i = 0; i < v->len; i++)
            printf("%02x", v->as.bytes[i]);
        putchar('"');
        break;
    case KC_FLOAT32:
    case KC_FLOAT64: printf("%.17g", v->as.f64); break;
    case KC_UINT64: printf("%" PRIu64, v->as.u64); break;
    default: printf("%" PRId64, v->as.i64); break;
    }
}

static void print_record(const struct kc_record *r)
{
    printf("{\"topic\":\"%s\",\"partition\":%d,\"sequence\":%" PRIu64 ",\"event_us\":%" PRId64 ",\"key\":",
           r->topic->name.ptr, r->partition, r->sequence, r->event_us);
    print_value(r->key_schema, &r->key);
    printf(",\"value\":");
    print_value(r->value_schema, &r->value);
    printf("}\n");
}

/* ---- run ---- */

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t env(const char *name, int64_t fallback)
{
    return getenv(name) != NULL ? strtoll(getenv(name), NULL, 10) : fallback;
}

/* Values by the declared type, defaults filled in. */
static struct kc_map parse_config(const struct kc_config_def *def, char **args, int n)
{
    struct kc_kv *kvs = calloc(def->n_keys + 1, sizeof(*kvs));
    uint32_t len = 0;

    for (uint32_t i = 0; i <= def->n_keys; i++) {
        const char *name = i < def->n_keys ? def->keys[i].name : "name",
                   *text = i < def->n_keys ? def->keys[i].default_value : "drive";
        uint32_t type = i < def->n_keys ? def->keys[i].type : KC_CFG_STRING;

        for (int a = 0; a < n; a++)
            if (strncmp(args[a], name, strlen(name)) == 0 && args[a][strlen(name)] == '=')
                text = args[a] + strlen(name) + 1;
        if (text == NULL)
            continue;
        kvs[len].key = kc_str(name);
        if (type == KC_CFG_INT || type == KC_CFG_LONG) {
            kvs[len++].value = kc_int64(strtoll(text, NULL, 10));
        } else if (type == KC_CFG_LIST) {
            struct kc_value *items = calloc(64, sizeof(*items)), list = {KC_ARRAY, 0, 0, 0, {0}};
            char *copy = strdup(text);

            for (char *p = strtok(copy, ","); p != NULL; p = strtok(NULL, ","))
                items[list.len++] = kc_string(p, (uint32_t)strlen(p));
            list.as.items = items;
            kvs[len++].value = list;
        } else {
            kvs[len++].value = kc_string(text, (uint32_t)strlen(text));
        }
    }
    return (struct kc_map){kvs, len, 0};
}

static int failed(const char *call, kc_status status, const struct kc_error *err)
{
    fprintf(stderr, "%s: status %d: %s\n", call, status, err->message);
    return 10 - status;
}

static int run(const struct kc_source_ops *ops, const struct kc_map *config, const char *path)
{
    int64_t end_ms = now_ms() + env("DRIVE_MS", 3000), until = env("DRIVE_UNTIL", INT64_MAX), records = 0;
    uint32_t max = (uint32_t)env("DRIVE_MAX", 1000);
    bool random = getenv("DRIVE_SEED") != NULL, quiet = getenv("DRIVE_QUIET") != NULL, ended = false;
    struct kc_arena arena = {.struct_size = sizeof(arena)};
    struct kc_error err = {.struct_size = sizeof(err)};
    uint64_t sequence = 0, kill_after;
    struct rusage usage;
    void *task;
    kc_status status = ops->open(NULL, config, &task, &err);
    int rc = 0;

    if (status < 0)
        return failed("open", status, &err);
    srand((unsigned int)env("DRIVE_SEED", 1));
    kill_after = random ? (uint64_t)rand() % 3000 : UINT64_MAX;
    while (!ended && now_ms() < end_ms && records < until) {
        struct kc_poll how = {.struct_size = sizeof(how),
                              .timeout_ms = 200,
                              .max_records = random ? 2 + (uint32_t)rand() % max : max,
                              .max_bytes = 4 << 20};
        struct kc_batch batch = {.struct_size = sizeof(batch), .arena = &arena};
        uint32_t last = 0;

        arena_reset(&arena, random);
        status = ops->poll(task, &how, &batch, &err);
        if (status < 0) {
            rc = failed("poll", status, &err);
            break;
        }
        if (status == KC_NOTHING)
            continue;
        if (batch.n_records > how.max_records) {
            fprintf(stderr, "too many records\n");
            exit(3);
        }
        for (uint32_t i = 0; i < batch.n_records; i++) {
            const struct kc_record *r = kc_batch_at(&batch, i);

            if (r->sequence < sequence)
                fprintf(stderr, "sequence fell\n"), exit(3);
            sequence = r->sequence;
            last = r->offset != NULL ? i + 1 : last;
            if (random && r->offset != NULL && (uint64_t)records + i >= kill_after) {
                ended = true;
                break;
            }
        }
        for (uint32_t i = 0; i < last && !quiet; i++)
            if ((kc_batch_at(&batch, i)->flags & KC_REC_DROPPED) == 0)
                print_record(kc_batch_at(&batch, i));
        if (last > 0)
            save(path, kc_batch_at(&batch, last - 1)->offset);
        records += last;
    }
    ops->close(task);
    getrusage(RUSAGE_SELF, &usage);
    fprintf(stderr, "%" PRId64 " records, cpu %.3f s, rss %ld kB\n", records,
            (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
                (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
            usage.ru_maxrss);
    return rc;
}

int main(int argc, char **argv)
{
    struct kc_error err = {.struct_size = sizeof(err)};
    const struct kc_plugin *plugin;
    const struct kc_source_ops *ops;
    kc_plugin_entry_fn entry;
    struct kc_map config;
    void *file;

    if (argc < 3 || (file = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL)) == NULL) {
        fprintf(stderr, "usage: drive PLUGIN STATE key=value ... (%s)\n", argc > 1 ? dlerror() : "");
        return 2;
    }
    entry = (kc_plugin_entry_fn)(uintptr_t)dlsym(file, KC_PLUGIN_SYMBOL);
    plugin = entry(&host);
    ops = plugin->components[0]->ops;
    stop_fd = eventfd(0, 0);
    load(argv[2]);
    config = parse_config(plugin->components[0]->config, argv + 3, argc - 3);
    if (strcmp(argv[2], "validate") == 0)
        return ops->planner->validate(NULL, &config, NULL, &err) < 0 ? failed("validate", err.status, &err)
                                                                     : 0;
    return run(ops, &config, argv[2]);
}
