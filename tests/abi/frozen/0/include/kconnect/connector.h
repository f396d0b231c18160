/* connector.h - the two connector kinds: source and sink. */
#ifndef KC_CONNECTOR_H
#define KC_CONNECTOR_H

#include <kconnect/host.h>

KC_BEGIN_DECLS

enum { KC_EOS_UNSUPPORTED = 0, KC_EOS_SUPPORTED = 1, KC_EOS_OWN_BOUNDARIES = 2 /* and KC_REC_TXN_* */ };

struct kc_offset_change {
    struct kc_map partition;
    struct kc_map offset; /* len 0: remove */
};
KC_SEALED(struct kc_offset_change, 32);

/*
 * What a connector knows before any task runs. Called in a child process with a deadline, each call on its
 * own; may connect to the external system. NULL members are allowed: no extra checks, one task with the same
 * configuration, exactly-once unsupported, any offset accepted. There is no instance: ctx is NULL.
 *
 * validate: KC_OK with all that is wrong in `out`; a negative status only when the check itself could not be
 * made. plan_tasks: 1 to max_tasks calls of kc_host.plan_add(), each with the keys that the task has beside,
 * or instead of, the connector's; the same ones for the same configuration. check_offsets: what a user wants
 * to store by hand; negative: refused.
 */
struct kc_planner_ops {
    uint32_t struct_size;
    uint32_t reserved;
    kc_status (*validate)(struct kc_ctx *ctx, const struct kc_map *config, struct kc_report *out,
                          struct kc_error *err);
    kc_status (*plan_tasks)(struct kc_ctx *ctx, const struct kc_map *config, uint32_t max_tasks,
                            struct kc_task_plan *out, struct kc_error *err);
    int32_t (*exactly_once)(struct kc_ctx *ctx, const struct kc_map *config); /* KC_EOS_* */
    kc_status (*check_offsets)(struct kc_ctx *ctx, const struct kc_map *config,
                               const struct kc_offset_change *changes, uint32_t n, struct kc_error *err);
};

enum { KC_POLL_IDLE = 1 << 0 /* paused or held back: return no record, only keep the connection alive */ };

struct kc_poll {
    uint32_t struct_size;
    uint32_t flags;       /* KC_POLL_* */
    uint32_t timeout_ms;  /* return by then, with or without records */
    uint32_t max_records; /* room downstream; returning more is a fault */
    uint64_t max_bytes;   /* wish, not a limit: one record may be larger */
};

struct kc_committed { /* one source partition */
    struct kc_map partition;
    struct kc_map offset; /* durable in Kafka, as is everything before it */
    uint64_t cookie;      /* of the record that carried it */
};
KC_SEALED(struct kc_committed, 40);

/* Order: open, (poll | committed)*, close, all on one thread for life. interrupt() is the only exception. */
struct kc_source_ops {
    uint32_t struct_size;
    uint32_t flags;
    const struct kc_planner_ops *planner; /* may be NULL */
    /* Connects and finds the resume point with kc_host.offset_get. Each declared key is in `config`, in
     * its type, KC_NULL where there is neither a value nor a default; undeclared ones are STRING. The map
     * is gone when open() returns. On failure nothing is left behind, and close() is not called. */
    kc_status (*open)(struct kc_ctx *ctx, const struct kc_map *config, void **task, struct kc_error *err);
    /* Fills *out (zeroed by the host but for struct_size and arena). The memory stays valid until
     * release(), or where release is NULL until the next poll() or close(). KC_NOTHING: none within the
     * timeout. KC_ERR_RETRY: asked again after a pause. With an error nothing of the batch is sent, but
     * its release() is called. */
    kc_status (*poll)(void *task, const struct kc_poll *how, struct kc_batch *out, struct kc_error *err);
    /* Offsets now durable; for sources that confirm to the other system. After a commit, for source
     * partitions that moved, not per record; `parts` is gone when it returns. A failure is logged and
     * changes nothing. NULL allowed. */
    kc_status (*committed)(void *task, const struct kc_committed *parts, uint32_t n, struct kc_error *err);
    /* Makes a blocked poll() return KC_ERR_STOPPED soon. Must not block, take a lock that poll() holds, or
     * free anything; may be called more than once. NULL allowed when every wait includes kc_host.stop_fd,
     * which is also the only way to be woken inside open(). [any] */
    void (*interrupt)(void *task);
    void (*close)(void *task);
    /* A command to the running task (start a snapshot of ..., stop it), as text for a person in `reply`.
     * NULL: none known. */
    kc_status (*command)(void *task, struct kc_str name, const struct kc_map *args, struct kc_report *reply,
                         struct kc_error *err);
};

struct kc_topic_partition {
    const struct kc_topic *topic;
    int64_t offset; /* next to consume; -1: none */
    int32_t partition;
    uint32_t reserved;
};
KC_SEALED(struct kc_topic_partition, 24);

/* Order: open, (assigned | put | pre_commit | revoked)*, close, on one thread; interrupt() as for a
 * source. */
struct kc_sink_ops {
    uint32_t struct_size;
    uint32_t flags;
    const struct kc_planner_ops *planner;
    kc_status (*open)(struct kc_ctx *ctx, const struct kc_map *config, void **task, struct kc_error *err);
    kc_status (*assigned)(void *task, const struct kc_topic_partition *parts, uint32_t n,
                          struct kc_error *err);
    kc_status (*revoked)(void *task, const struct kc_topic_partition *parts, uint32_t n,
                         struct kc_error *err);
    /* Borrowed until it returns. KC_ERR_RETRY: the host pauses consumption and gives the very same batch
     * again. */
    kc_status (*put)(void *task, const struct kc_batch *batch, struct kc_error *err);
    /* In: consumed so far, original coordinates. Out: lower `offset` to what is durable; -1: do not
     * commit. */
    kc_status (*pre_commit)(void *task, struct kc_topic_partition *parts, uint32_t n, struct kc_error *err);
    void (*interrupt)(void *task); /* [any] */
    void (*close)(void *task);
};

/* Host extension for sinks: get_extension(KC_EXT_SINK_CONTROL). */
#define KC_EXT_SINK_CONTROL "kc.sink-control/1"
struct kc_sink_control {
    uint32_t struct_size;
    uint32_t reserved;
    void (*pause)(struct kc_ctx *ctx, const struct kc_topic_partition *parts, uint32_t n);  /* [task] */
    void (*resume)(struct kc_ctx *ctx, const struct kc_topic_partition *parts, uint32_t n); /* [task] */
    void (*seek)(struct kc_ctx *ctx, const struct kc_topic_partition *parts, uint32_t n);   /* [task] */
    void (*request_commit)(struct kc_ctx *ctx);                                             /* [any] */
};

KC_END_DECLS
#endif
