/*
 * task_board.h - the newest figures of every task of this worker, for whoever wants to show them.
 *
 * The supervisor writes from the loop's thread, the REST API reads copies from its own threads; a lock is in between and
 * never held while a file is read or text is written. A line lives as long as the task is this worker's: figures of its
 * process begin anew with each process, what is counted about its processes goes on.
 */
#ifndef KC_METRICS_TASK_BOARD_H
#define KC_METRICS_TASK_BOARD_H

#include "base/state.h"
#include "metrics/plugin_metric.h"

enum {
    KC_PROGRESS_ITEMS = 200, /* of one task: tables, say. One that is done makes room for the next */
    KC_PROGRESS_TEXT_BYTES = 200,
};

/* Totals since the start of the process, as it tells them about once a second. */
struct kc_task_counts {
    int64_t polled, written, bytes, active, commit_failures;
    int64_t record_errors, skipped, retries, dead_letters;
    int64_t last_error_unix_ms;              /* 0: none */
    int64_t behind_ms;                       /* as of that moment; -1: not known */
    struct kc_histogram commit_seconds;      /* kc_bounds_seconds */
    struct kc_histogram transaction_records; /* kc_bounds_records; commits without records are not in it */
    bool of_sink;                            /* the next four are known of sinks alone */
    int64_t partitions, lag, lag_max;        /* lag in records; -1: not known */
    struct kc_histogram put_seconds;         /* kc_bounds_seconds */
};

/* One metric of a plugin. */
struct kc_plugin_sample {
    char component[KC_PLUGIN_LABEL_BYTES], name[KC_PLUGIN_NAME_BYTES + 1];
    char labels[KC_PLUGIN_LABELS * (2 * KC_PLUGIN_LABEL_BYTES + 2)];
    int32_t kind;                  /* KC_METRIC_* of host.h: 1 counter, 2 gauge, 3 histogram */
    double value;                  /* of a counter or gauge */
    struct kc_histogram histogram; /* kc_bounds_anything */
};

/* How far a phase is with one of its items, such as a snapshot with a table. */
struct kc_progress_item {
    char phase[32], item[KC_PROGRESS_TEXT_BYTES];
    int64_t done, total; /* total 0: not known */
};

/* Why a process ended that nobody had asked to end. */
enum kc_task_failure {
    KC_FAILURE_ERROR,  /* it said why */
    KC_FAILURE_CRASH,  /* a signal, or an exit without a word */
    KC_FAILURE_HANG,   /* the watchdog ended it */
    KC_FAILURE_MEMORY, /* it had more than task.memory.max.mb */
    KC_FAILURE_FENCED,
    KC_FAILURES,
};

struct kc_task_figures {
    char *connector;
    int32_t task;
    char *plugin, *version; /* "" before the first process */
    enum kc_state state;
    int32_t pid;              /* 0: no process */
    int64_t memory_max_bytes; /* 0: no limit */
    int64_t starts, restarts, failures[KC_FAILURES];
    int64_t told_mono_ms; /* when `counts` came; 0: not yet */
    struct kc_task_counts counts;
    struct kc_plugin_sample *samples;
    size_t n_samples;
    struct kc_progress_item *items;
    size_t n_items;
};

struct kc_task_board;
struct kc_task_line; /* one task's, from kc_task_board_add() to kc_task_board_remove() */

struct kc_task_board *kc_task_board_create(void);
void kc_task_board_destroy(struct kc_task_board *b); /* NULL is ignored; no line may be left in use */

/* A board of NULL gives NULL, and every function below ignores a line of NULL: figures are never worth a failure. */
struct kc_task_line *kc_task_board_add(struct kc_task_board *b, const char *connector, int32_t task);
void kc_task_board_remove(struct kc_task_line *l);

/* A new process was started. `again`: by ourselves, after a failure. Figures of the former one are forgotten. */
void kc_task_line_started(struct kc_task_line *l, const char *plugin, const char *version, bool again,
                          int64_t memory_max_bytes);
void kc_task_line_failed(struct kc_task_line *l, enum kc_task_failure why);
void kc_task_line_state(struct kc_task_line *l, enum kc_state state, int32_t pid);
/* `samples` (malloc, n of them) are taken over. */
void kc_task_line_counts(struct kc_task_line *l, const struct kc_task_counts *counts,
                         struct kc_plugin_sample *samples, size_t n, int64_t mono_ms);
void kc_task_line_progress(struct kc_task_line *l, const char *phase, const char *item, int64_t done,
                           int64_t total);

/*
 * How far the task is behind its source at `mono_ms`, or -1: not known. What a task said last grows older while it says
 * nothing, so a task that hangs, waits for its next attempt or is paused falls behind.
 */
int64_t kc_task_behind_ms(const struct kc_task_figures *f, int64_t mono_ms);

/* A copy of every line, sorted by connector and task; NULL when there is none or no memory. Free with ..._free(). */
struct kc_task_figures *kc_task_board_copy(struct kc_task_board *b, size_t *n);
void kc_task_figures_free(struct kc_task_figures *figures, size_t n);

#endif
