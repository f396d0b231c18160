/*
 * journal.c - a sink: one line per record, "topic-partition@offset<TAB>value", in a file that is safe on disk
 * before the offsets are committed.
 *
 * What a sink of your own replaces is write_line(). What it keeps: put() may collect, pre_commit() makes
 * durable; a record that can't be written is refused by itself; after a crash records come again from the
 * last commit, so lines may come twice.
 */
#include <kconnect/sdk.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

const struct kc_host *kc_host; /* sdk.h's helpers use it; the entry function sets it */

struct journal {
    struct kc_ctx *ctx;
    struct kc_metric *lines;
    FILE *file;
};

static kc_status io_error(struct kc_error *err, const char *what)
{
    /* The disk may have room again soon: the host gives the same batch again after a pause. */
    kc_status status = errno == ENOSPC || errno == EDQUOT ? KC_ERR_RETRY : KC_ERR_FATAL;

    err->retry_after_ms = 1000;
    return kc_fail(err, status, "the journal can't be %s: %s", what, strerror(errno));
}

/* The configuration is gone when this returns: what is needed later is copied. */
static kc_status journal_open(struct kc_ctx *ctx, const struct kc_map *config, void **task,
                              struct kc_error *err)
{
    const char *file =
        kc_map_get(config, "file")->as.str; /* declared as required; the host's text ends with a zero */
    struct journal *j = calloc(1, sizeof(*j));

    if (j == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    j->file = fopen(file, "ae");
    if (j->file == NULL) {
        free(j);
        return kc_fail(err, KC_ERR_CONFIG, "file: %s can't be opened for writing: %s", file, strerror(errno));
    }
    j->ctx = ctx;
    j->lines = kc_host->metric(ctx, KC_METRIC_COUNTER, "lines_written_total", NULL);
    *task = j;
    return KC_OK;
}

static kc_status assigned(void *task, const struct kc_topic_partition *parts, uint32_t n,
                          struct kc_error *err)
{
    struct journal *j = task;

    (void)err;
    for (uint32_t i = 0; i < n; i++)
        kc_logf(j->ctx, KC_LOG_INFO, "writes %.*s-%" PRId32, (int)parts[i].topic->name.len,
                parts[i].topic->name.ptr, parts[i].partition);
    return KC_OK;
}

/* One line; false for a value that is no line of text. */
static int write_line(FILE *f, const struct kc_record *r)
{
    const struct kc_value *v = &r->value;
    const struct kc_origin *o = r->origin; /* where it came from, whatever transforms made of it */

    if (v->type == KC_ARRAY || v->type == KC_MAP || v->type == KC_STRUCT || v->type == KC_BYTES)
        return 0;
    if (v->type == KC_STRING && v->len > 0 && memchr(v->as.str, '\n', v->len) != NULL)
        return 0;
    (void)fprintf(f, "%.*s-%" PRId32 "@%" PRId64 "\t", (int)o->topic->name.len, o->topic->name.ptr,
                  o->partition, o->offset);
    if (v->type == KC_STRING)
        (void)fwrite(v->as.str, 1, v->len, f);
    else if (v->type == KC_FLOAT32 || v->type == KC_FLOAT64)
        (void)fprintf(f, "%.17g", v->as.f64);
    else if (v->type != KC_NULL)
        (void)fprintf(f, "%" PRId64, v->as.i64);
    (void)fputc('\n', f);
    return 1;
}

/* The batch is gone when this returns; the lines are in the file's buffer by then. */
static kc_status put(void *task, const struct kc_batch *batch, struct kc_error *err)
{
    struct journal *j = task;

    for (uint32_t i = 0; i < batch->n_records; i++) {
        struct kc_error why = {.struct_size = sizeof(why)};

        if (write_line(j->file, kc_batch_at(batch, i))) {
            kc_host->metric_add(j->lines, 1);
            continue;
        }
        /* Only this record is bad: errors.tolerance and the dead letter queue decide what becomes of it. */
        (void)kc_fail(&why, KC_ERR_RECORD, "the value is no line of text");
        kc_host->record_failed(j->ctx, batch, i, &why);
    }
    return ferror(j->file) ? io_error(err, "written") : KC_OK;
}

/* Called before offsets are committed. All that was put is durable now, so the offsets stay as they are. */
static kc_status pre_commit(void *task, struct kc_topic_partition *parts, uint32_t n, struct kc_error *err)
{
    struct journal *j = task;

    (void)parts;
    (void)n;
    if (fflush(j->file) != 0 || fdatasync(fileno(j->file)) != 0)
        return io_error(err, "made durable");
    return KC_OK;
}

static void journal_close(void *task)
{
    struct journal *j = task;

    (void)fclose(j->file);
    free(j);
}

static const struct kc_config_key keys[] = {
    {.name = "file",
     .type = KC_CFG_STRING,
     .flags = KC_CFG_REQUIRED | KC_CFG_NON_EMPTY,
     .importance = KC_IMPORTANCE_HIGH,
     .order = 1,
     .doc = "The file that lines are appended to; it is made when it is missing."}};
static const struct kc_config_def config = {sizeof(config), sizeof(keys[0]), keys, 1, 0};

/* Nothing here waits for long, so interrupt() isn't needed; a partition that goes needs no farewell, so
 * revoked() neither. */
static const struct kc_sink_ops ops = {.struct_size = sizeof(ops),
                                       .open = journal_open,
                                       .assigned = assigned,
                                       .put = put,
                                       .pre_commit = pre_commit,
                                       .close = journal_close};

static const struct kc_component journal_sink = {.struct_size = sizeof(journal_sink),
                                                 .kind = KC_KIND_SINK,
                                                 .id = "journal-sink",
                                                 .version = "1.0.0",
                                                 .title = "Journal",
                                                 .doc = "Writes a line for each record.",
                                                 .config = &config,
                                                 .ops = &ops};
static const struct kc_component *const components[] = {&journal_sink};
static const struct kc_plugin plugin = {KC_PLUGIN_HEADER(components, 1), .name = "journal",
                                        .version = "1.0.0", .license = "Apache-2.0"};

const struct kc_plugin *kc_plugin_v0(const struct kc_host *host)
{
    kc_host = host;
    return &plugin;
}
