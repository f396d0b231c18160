#include "metrics_tasks.h"

#include <ctype.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "metrics/process_figures.h"

enum { TASK_BYTES = 12, OWN_LABELS = 2, STATE_BYTES = 16 };

/* One task and what the kernel says of its process. */
struct row {
    const struct kc_task_figures *f;
    bool has_process;
    struct kc_process_figures process;
    char task[TASK_BYTES];
    struct kc_label labels[OWN_LABELS];
};

struct rows {
    struct row *at;
    size_t n;
};

void kc_metrics_states(struct kc_buf *out, const char *family, const struct kc_label *labels, size_t n,
                       enum kc_state last, enum kc_state now)
{
    struct kc_label all[8];
    char word[STATE_BYTES];

    memcpy(all, labels, n * sizeof(*all));
    all[n] = (struct kc_label){"state", word};
    for (int s = KC_STATE_UNASSIGNED; s <= (int)last; s++) {
        const char *name = kc_state_name((enum kc_state)s);
        size_t i = 0;

        for (; name[i] != '\0' && i + 1 < sizeof(word); i++)
            word[i] = (char)tolower((unsigned char)name[i]);
        word[i] = '\0';
        kc_expose(out, family, all, n + 1, s == (int)now);
    }
}

/* ---- what the task told ---- */

#define COUNT(member) offsetof(struct kc_task_figures, counts.member)

enum whose { OF_ALL, OF_SOURCES, OF_SINKS };

static const struct {
    const char *name, *type, *help;
    size_t offset; /* of an int64_t; below 0: not known */
    enum whose whose;
} counts[] = {
    {"kconnect_source_record_poll_total", "counter", "Records that the source gave.", COUNT(polled),
     OF_SOURCES},
    {"kconnect_source_record_write_total", "counter", "Messages written to Kafka and committed.",
     COUNT(written), OF_SOURCES},
    {"kconnect_source_record_write_bytes_total", "counter",
     "Bytes of keys and values of the messages written and committed.", COUNT(bytes), OF_SOURCES},
    {"kconnect_source_record_active_count", "gauge", "Messages written and not yet committed.", COUNT(active),
     OF_SOURCES},
    {"kconnect_sink_record_read_total", "counter", "Records read from Kafka for the sink.", COUNT(polled),
     OF_SINKS},
    {"kconnect_sink_record_send_total", "counter", "Records put into the sink.", COUNT(written), OF_SINKS},
    {"kconnect_sink_record_send_bytes_total", "counter",
     "Bytes of keys and values of the records put into the sink, as they were read.", COUNT(bytes), OF_SINKS},
    {"kconnect_sink_record_active_count", "gauge", "Records read whose offsets are not yet committed.",
     COUNT(active), OF_SINKS},
    {"kconnect_sink_record_lag", "gauge",
     "Records between what was put and the ends of the task's partitions, of all of them together.",
     COUNT(lag), OF_SINKS},
    {"kconnect_sink_record_lag_max", "gauge", "The same of the partition with the most.", COUNT(lag_max),
     OF_SINKS},
    {"kconnect_sink_partition_count", "gauge", "Partitions that the task reads.", COUNT(partitions),
     OF_SINKS},
    {"kconnect_offset_commit_failures_total", "counter",
     "Transactions that were given up, their records are read again; of a sink, commits of offsets that "
     "Kafka "
     "did not take.",
     COUNT(commit_failures), OF_ALL},
    {"kconnect_task_record_errors_total", "counter", "Records that could not be converted or written.",
     COUNT(record_errors), OF_ALL},
    {"kconnect_task_records_skipped_total", "counter", "Records left out because errors.tolerance is all.",
     COUNT(skipped), OF_ALL},
    {"kconnect_task_retries_total", "counter", "Calls of poll or put that asked to be made again.",
     COUNT(retries), OF_ALL},
    {"kconnect_task_deadletterqueue_produce_total", "counter", "Notes written to the dead letter topic.",
     COUNT(dead_letters), OF_ALL},
};

/* Whether a task has told something, and is of the kind. */
static bool has_told(const struct kc_task_figures *f, enum whose whose)
{
    return f->told_mono_ms != 0 && (whose == OF_ALL || (whose == OF_SINKS) == f->counts.of_sink);
}

static void expose_counts(struct kc_buf *out, const struct rows *rows)
{
    for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
        kc_expose_family(out, counts[c].name, counts[c].type, counts[c].help);
        for (size_t i = 0; i < rows->n; i++) {
            const struct row *r = &rows->at[i];
            int64_t value;

            memcpy(&value, (const char *)r->f + counts[c].offset, sizeof(value));
            if (has_told(r->f, counts[c].whose) && value >= 0)
                kc_expose(out, counts[c].name, r->labels, OWN_LABELS, (double)value);
        }
    }
}

static void expose_times(struct kc_buf *out, const struct rows *rows)
{
    static const char behind[] = "kconnect_behind_source_seconds",
                      error[] = "kconnect_task_last_error_timestamp_seconds";
    int64_t now = kc_mono_ms();

    kc_expose_family(
        out, behind, "gauge",
        "How old the newest change is up to which everything is committed to Kafka, or put into the "
        "sink; near 0 when there is no more.");
    for (size_t i = 0; i < rows->n; i++) {
        int64_t ms = kc_task_behind_ms(rows->at[i].f, now);

        if (ms >= 0)
            kc_expose(out, behind, rows->at[i].labels, OWN_LABELS, (double)ms / 1000);
    }
    kc_expose_family(out, error, "gauge",
                     "Unix time of the last transaction given up or call to be repeated.");
    for (size_t i = 0; i < rows->n; i++) {
        int64_t ms = rows->at[i].f->counts.last_error_unix_ms;

        if (ms > 0)
            kc_expose(out, error, rows->at[i].labels, OWN_LABELS, (double)ms / 1000);
    }
}

#define HISTOGRAM(member) offsetof(struct kc_task_figures, counts.member)

static const struct {
    const char *name, *help;
    size_t offset; /* of a struct kc_histogram */
    const struct kc_bounds *bounds;
    enum whose whose;
} histograms[] = {
    {"kconnect_offset_commit_time_seconds",
     "Time that committing records and position takes, one Kafka transaction each; of a sink, its offsets.",
     HISTOGRAM(commit_seconds), &kc_bounds_seconds, OF_ALL},
    {"kconnect_transaction_size_records",
     "Messages in a transaction; those of a position alone are left out.", HISTOGRAM(transaction_records),
     &kc_bounds_records, OF_SOURCES},
    {"kconnect_sink_put_batch_time_seconds", "Time that the sink takes for a batch.", HISTOGRAM(put_seconds),
     &kc_bounds_seconds, OF_SINKS},
};

static void expose_histograms(struct kc_buf *out, const struct rows *rows)
{
    for (size_t h = 0; h < sizeof(histograms) / sizeof(histograms[0]); h++) {
        kc_expose_family(out, histograms[h].name, "histogram", histograms[h].help);
        for (size_t i = 0; i < rows->n; i++) {
            const struct row *r = &rows->at[i];
            struct kc_histogram value;

            memcpy(&value, (const char *)r->f + histograms[h].offset, sizeof(value));
            if (has_told(r->f, histograms[h].whose))
                kc_expose_histogram(out, histograms[h].name, r->labels, OWN_LABELS, &value,
                                    histograms[h].bounds);
        }
    }
}

/* ---- progress ---- */

/* Of snapshots under Debezium's words, of other phases under words of no unit. */
static void expose_progress(struct kc_buf *out, const struct rows *rows, bool snapshot, bool total,
                            const char *family, const char *help)
{
    kc_expose_family(out, family, "gauge", help);
    for (size_t i = 0; i < rows->n; i++) {
        const struct row *r = &rows->at[i];

        for (size_t k = 0; k < r->f->n_items; k++) {
            const struct kc_progress_item *p = &r->f->items[k];
            const struct kc_label labels[] = {
                r->labels[0], r->labels[1], {snapshot ? "table" : "item", p->item}, {"phase", p->phase}};

            if ((strcmp(p->phase, "snapshot") == 0) == snapshot && (!total || p->total > 0))
                kc_expose(out, family, labels, snapshot ? 3 : 4, (double)(total ? p->total : p->done));
        }
    }
}

static void expose_all_progress(struct kc_buf *out, const struct rows *rows)
{
    expose_progress(out, rows, true, false, "kconnect_snapshot_rows_scanned",
                    "Rows of a table that the snapshot has read since the task's process began.");
    expose_progress(out, rows, true, true, "kconnect_snapshot_rows_estimated",
                    "How many rows it will be, as far as the source can tell; exact once the table is done.");
    expose_progress(out, rows, false, false, "kconnect_task_progress_done", "Progress of another phase.");
    expose_progress(out, rows, false, true, "kconnect_task_progress_expected",
                    "What that is likely to come to.");
}

/* ---- the process ---- */

static const char *const failure_words[KC_FAILURES] = {
    [KC_FAILURE_ERROR] = "error",   [KC_FAILURE_CRASH] = "crash",   [KC_FAILURE_HANG] = "hang",
    [KC_FAILURE_MEMORY] = "memory", [KC_FAILURE_FENCED] = "fenced",
};

static void expose_life(struct kc_buf *out, const struct rows *rows)
{
    static const char status[] = "kconnect_task_status", info[] = "kconnect_task_info",
                      starts[] = "kconnect_task_startup_attempts_total",
                      restarts[] = "kconnect_task_restarts_total",
                      failures[] = "kconnect_task_failures_total";

    kc_expose_family(out, status, "gauge",
                     "1 for the state that a task of this worker is in, 0 for the others.");
    for (size_t i = 0; i < rows->n; i++)
        kc_metrics_states(out, status, rows->at[i].labels, OWN_LABELS, KC_STATE_RESTARTING,
                          rows->at[i].f->state);
    kc_expose_family(out, info, "gauge", "1, with the plugin that the task runs.");
    for (size_t i = 0; i < rows->n; i++) {
        const struct kc_label labels[] = {rows->at[i].labels[0],
                                          rows->at[i].labels[1],
                                          {"plugin", rows->at[i].f->plugin},
                                          {"version", rows->at[i].f->version}};

        kc_expose(out, info, labels, 4, 1);
    }
    kc_expose_family(out, starts, "counter", "Processes started for the task, for whatever reason.");
    for (size_t i = 0; i < rows->n; i++)
        kc_expose(out, starts, rows->at[i].labels, OWN_LABELS, (double)rows->at[i].f->starts);
    kc_expose_family(out, restarts, "counter", "Of those, the ones that followed a failure by themselves.");
    for (size_t i = 0; i < rows->n; i++)
        kc_expose(out, restarts, rows->at[i].labels, OWN_LABELS, (double)rows->at[i].f->restarts);
    kc_expose_family(out, failures, "counter", "Ends of the task's process that nobody had asked for.");
    for (size_t i = 0; i < rows->n; i++)
        for (int why = 0; why < KC_FAILURES; why++) {
            const struct kc_label labels[] = {
                rows->at[i].labels[0], rows->at[i].labels[1], {"reason", failure_words[why]}};

            kc_expose(out, failures, labels, 3, (double)rows->at[i].f->failures[why]);
        }
}

static void expose_process(struct kc_buf *out, const struct rows *rows)
{
    static const char limit[] = "kconnect_task_memory_limit_bytes";
    static const struct {
        const char *name, *type, *help;
    } families[] = {
        {"kconnect_task_process_cpu_seconds_total", "counter", "CPU time of the task's process."},
        {"kconnect_task_process_resident_memory_bytes", "gauge", "Resident memory of the task's process."},
        {"kconnect_task_process_open_fds", "gauge", "Open file descriptors of the task's process."},
        {"kconnect_task_process_threads", "gauge", "Threads of the task's process."},
        {"kconnect_task_process_start_time_seconds", "gauge", "Unix time at which the task's process began."},
    };

    for (size_t k = 0; k < sizeof(families) / sizeof(families[0]); k++) {
        kc_expose_family(out, families[k].name, families[k].type, families[k].help);
        for (size_t i = 0; i < rows->n; i++) {
            const struct row *r = &rows->at[i];
            const double values[] = {r->process.cpu_seconds, (double)r->process.resident_bytes,
                                     (double)r->process.open_fds, (double)r->process.threads,
                                     r->process.start_unix_seconds};

            if (r->has_process)
                kc_expose(out, families[k].name, r->labels, OWN_LABELS, values[k]);
        }
    }
    kc_expose_family(out, limit, "gauge", "task.memory.max.mb: above it the process is ended.");
    for (size_t i = 0; i < rows->n; i++)
        if (rows->at[i].f->memory_max_bytes > 0)
            kc_expose(out, limit, rows->at[i].labels, OWN_LABELS, (double)rows->at[i].f->memory_max_bytes);
}

/* ---- metrics of plugins ---- */

static const char *const kind_words[] = {"untyped", "counter", "gauge", "histogram"};

static void expose_sample(struct kc_buf *out, const char *family, const struct row *r,
                          const struct kc_plugin_sample *s)
{
    struct kc_label labels[OWN_LABELS + KC_PLUGIN_LABELS] = {r->labels[0], r->labels[1]};
    struct kc_plugin_labels own;

    if (kc_plugin_labels_parse(s->labels, &own) != NULL)
        return;
    for (size_t i = 0; i < own.n; i++)
        labels[OWN_LABELS + i] = (struct kc_label){own.names[i], own.values[i]};
    if (s->kind == 3)
        kc_expose_histogram(out, family, labels, OWN_LABELS + own.n, &s->histogram, &kc_bounds_anything);
    else
        kc_expose(out, family, labels, OWN_LABELS + own.n, s->value);
}

/* A sample, found by the name of its family. */
struct member {
    char family[KC_PLUGIN_FAMILY_BYTES];
    const struct row *row;
    const struct kc_plugin_sample *sample;
    size_t order; /* a family keeps the order in which its samples were found */
};

static int by_family(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    int order = strcmp(x->family, y->family);

    return order != 0 ? order : (x->order > y->order) - (x->order < y->order);
}

/* One family has one type: of two plugins' versions that disagree, the first one's is shown. */
static void expose_members(struct kc_buf *out, const struct member *m, size_t n)
{
    int32_t kind = 0;

    for (size_t i = 0; i < n; i++) {
        if (i == 0 || strcmp(m[i].family, m[i - 1].family) != 0) {
            char help[KC_PLUGIN_FAMILY_BYTES];

            kind = m[i].sample->kind;
            (void)snprintf(help, sizeof(help), "%s of the plugin %s.", m[i].sample->name,
                           m[i].sample->component);
            kc_expose_family(out, m[i].family, kind_words[kind], help);
        }
        if (m[i].sample->kind == kind)
            expose_sample(out, m[i].family, m[i].row, m[i].sample);
    }
}

static void expose_plugins(struct kc_buf *out, const struct rows *rows)
{
    struct member *members;
    size_t n = 0;

    for (size_t i = 0; i < rows->n; i++)
        n += rows->at[i].f->n_samples;
    if (n == 0)
        return;
    members = calloc(n, sizeof(*members));
    if (members == NULL) {
        out->failed = true;
        return;
    }
    n = 0;
    for (size_t i = 0; i < rows->n; i++)
        for (size_t k = 0; k < rows->at[i].f->n_samples; k++) {
            const struct kc_plugin_sample *s = &rows->at[i].f->samples[k];

            members[n] = (struct member){.row = &rows->at[i], .sample = s, .order = n};
            kc_plugin_family(s->component, s->name, s->kind == 1, members[n].family);
            n++;
        }
    qsort(members, n, sizeof(*members), by_family);
    expose_members(out, members, n);
    free(members);
}

void kc_metrics_tasks(struct kc_buf *out, const struct kc_task_figures *figures, size_t n)
{
    struct rows rows = {calloc(n + 1, sizeof(struct row)), n};

    if (rows.at == NULL) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct row *r = &rows.at[i];

        r->f = &figures[i];
        r->has_process = kc_process_figures(figures[i].pid, &r->process);
        (void)snprintf(r->task, sizeof(r->task), "%" PRId32, figures[i].task);
        r->labels[0] = (struct kc_label){"connector", figures[i].connector};
        r->labels[1] = (struct kc_label){"task", r->task};
    }
    expose_life(out, &rows);
    expose_counts(out, &rows);
    expose_times(out, &rows);
    expose_histograms(out, &rows);
    expose_all_progress(out, &rows);
    expose_process(out, &rows);
    expose_plugins(out, &rows);
    free(rows.at);
}
