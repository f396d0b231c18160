/*
 * host.h - what the host does for a plugin. Reached only through this table: a plugin links to nothing of
 * ours.
 *
 * Marks: [any] any thread; [task] only inside a call from the host, on its thread; [start] only inside
 * open().
 *
 * ctx: the one that open() got. Before there is one (the entry function, a planner's calls) it is NULL, with
 * which only get_extension, log_enabled, log, report_* and plan_add may be called. Text and maps that the
 * host is given are copied; what it answers is lent: where nothing else is said until the plugin's call
 * returns. Timestamps are Unix time.
 */
#ifndef KC_HOST_H
#define KC_HOST_H

#include <kconnect/config.h>
#include <kconnect/record.h>

KC_BEGIN_DECLS

struct kc_ctx;       /* the host's side of one instance; valid from open() until close() returns */
struct kc_metric;    /* lives as long as its kc_ctx */
struct kc_task_plan; /* collects the configurations of tasks */

enum { KC_LOG_TRACE = 0, KC_LOG_DEBUG = 1, KC_LOG_INFO = 2, KC_LOG_WARN = 3, KC_LOG_ERROR = 4 };
enum { KC_METRIC_COUNTER = 1, KC_METRIC_GAUGE = 2, KC_METRIC_HISTOGRAM = 3 };

/*
 * A gauge of this name, without labels, is how a source says how far it is: the Unix time in seconds up to
 * which the polls that returned have handed over everything, e.g. "now" when the other system said that there
 * is no more. The host derives the lag behind the source from it. One without is taken to be as far as the
 * event_us of its last record, and to have caught up when a poll returns nothing.
 */
#define KC_METRIC_CAUGHT_UP "caught_up_timestamp_seconds"

struct kc_host {
    uint32_t struct_size;
    uint16_t abi_major;
    uint16_t abi_minor;
    const char *name; /* "kconnect" */
    const char *version;

    /* A table of an optional service, or NULL. Known until process end. [any] */
    const void *(*get_extension)(const char *id);

    /* True when a message of this level would be written; ask before formatting. [any] */
    int32_t (*log_enabled)(struct kc_ctx *ctx, int32_t level);
    /* Writes one line, already formatted. `msg` is copied. [any] */
    void (*log)(struct kc_ctx *ctx, int32_t level, const char *file, int32_t line, struct kc_str msg);

    /* Registers a metric; labels as "key=value,key=value", may be NULL. NULL: refused, the log says why
     * (64 metrics of a task, 4 labels of one, 64 bytes of a name or value; names of letters, digits and
     * '_'). [start] */
    struct kc_metric *(*metric)(struct kc_ctx *ctx, int32_t kind, const char *name, const char *labels);
    /* Adds to a counter or gauge, or observes a value of a histogram. NULL metric: ignored. [any] */
    void (*metric_add)(struct kc_metric *m, double delta);
    void (*metric_set)(struct kc_metric *m, double value);

    /* The stored offset of a source partition, which is found by equal contents, in any order of keys.
     * Borrowed until the next offset_* or state_* call; KC_NOTHING: none stored. Known before open():
     * nothing is waited for. [task] */
    kc_status (*offset_get)(struct kc_ctx *ctx, const struct kc_map *partition, struct kc_map *offset);
    /* Visits every stored (partition, offset) of this connector. The maps are borrowed until visit()
     * returns. [task] */
    void (*offset_each)(struct kc_ctx *ctx,
                        void (*visit)(void *arg, const struct kc_map *partition, const struct kc_map *offset),
                        void *arg);

    /* Small durable state of this connector: one value per key, written in the transaction of the next
     * offset commit. Borrowed until the next offset_* or state_* call; KC_NOTHING: no such key. put with
     * len 0 removes. [task] */
    kc_status (*state_get)(struct kc_ctx *ctx, struct kc_str key, struct kc_str *value);
    kc_status (*state_put)(struct kc_ctx *ctx, struct kc_str key, struct kc_str value);
    /* Interns a topic name. `partitions` is a wish for when the topic has to be made (6: it has a key, 1:
     * it has none; 0: the worker's default). The pointer is good for the life of the process. NULL: no
     * legal name of a topic. [task] */
    const struct kc_topic *(*topic)(struct kc_ctx *ctx, struct kc_str name, uint32_t partitions);
    /* Makes the interned topics that do not exist, all or none as far as limits can tell. KC_ERR_CONFIG
     * names topic and limit. [task] */
    kc_status (*topics_ensure)(struct kc_ctx *ctx, struct kc_error *err);
    /* Makes, or finds, the schema equal to *spec; the caller gets one reference, which schema_unref()
     * gives back. It holds its own references to the schemas of its fields and items. A record needs none
     * while its batch lives, as long as the plugin keeps one until the batch is released. NULL: see err.
     * [task] */
    const struct kc_schema *(*schema_new)(struct kc_ctx *ctx, const struct kc_schema *spec,
                                          struct kc_error *err);
    void (*schema_ref)(const struct kc_schema *s);   /* [any] */
    void (*schema_unref)(const struct kc_schema *s); /* NULL is ignored. [any] */
    /* Makes room for `size` bytes; afterwards end - cur >= size, or KC_ERR_NOMEM. cur moves, what was
     * taken before stays valid; what was left of the old piece is lost. [task] */
    kc_status (*arena_grow)(struct kc_arena *a, uint64_t size);

    /* Marks record i of the batch being processed as bad (KC_REC_FAILED) for the reason why->message;
     * errors.tolerance decides what follows. The call goes on with the other records. [task] */
    void (*record_failed)(struct kc_ctx *ctx, const struct kc_batch *b, uint32_t i,
                          const struct kc_error *why);
    /* Asks for new task configurations; the host calls plan_tasks() again. [any] */
    void (*request_reconfiguration)(struct kc_ctx *ctx);
    /* Fails the instance from a thread of the plugin's own. [any] */
    void (*raise)(struct kc_ctx *ctx, const struct kc_error *why);
    /* Resets the watchdog during a long call, with a word on progress for the status page (may be NULL).
     * [any] */
    void (*alive)(struct kc_ctx *ctx, const char *progress);
    /* Progress of a phase for status and metrics, e.g. ("snapshot", "orders", 5000, 20000): total 0 means
     * unknown. [any] */
    void (*progress)(struct kc_ctx *ctx, const char *phase, const char *item, uint64_t done, uint64_t total);
    /* Readable from the moment interrupt() is called, and from then on: put it into your poll(2) set,
     * never read or close it. The same descriptor for the whole life of the instance. [any] */
    int32_t (*stop_fd)(struct kc_ctx *ctx);

    /* Answers of validate(), recommend() and a config provider's get(). All text is copied. report_error:
     * key NULL is about the configuration as a whole; several errors of one key are all shown. ttl_ms: how
     * long the value holds, -1: no limit; it is asked for again when a task starts. [task] */
    void (*report_error)(struct kc_report *r, const char *key, const char *message);
    void (*report_choice)(struct kc_report *r, const char *key, const char *value);
    void (*report_visible)(struct kc_report *r, const char *key, int32_t visible);
    void (*report_value)(struct kc_report *r, const char *key, struct kc_str value, int64_t ttl_ms);
    /* Adds one task; the map is copied. [task] */
    kc_status (*plan_add)(struct kc_task_plan *plan, const struct kc_map *config);
};

KC_END_DECLS
#endif
