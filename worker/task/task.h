/* task.h - what the parts of one task process share. One per process; made by task_main.c. */
#ifndef KC_TASK_TASK_H
#define KC_TASK_TASK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "supervisor/crash_page.h"
#include "task/control_link.h"
#include "task/failures.h"
#include "task/memory.h"
#include "task/meter.h"
#include "task/offsets.h"
#include "task/retry.h"
#include "task/schema_store.h"
#include "task/start.h"
#include "task/topics.h"

struct kc_headers;

struct kc_sink;

struct kc_task {
    struct kc_start start;
    struct kc_link *link;
    struct kc_crash_page *page;
    struct kc_schemas *schemas;
    struct kc_topics *topics;
    struct kc_offsets *offsets;  /* of the current session; NULL between two, and in a sink */
    struct kc_sink *sink;        /* of the current session; NULL in a source */
    struct kc_failures failures; /* of the batch in hand */
    struct kc_retry retry;
    struct kc_headers *headers; /* of the current session */
    struct kc_memory memory;
    bool exactly_once;
    bool fenced;         /* the session ended because another process took over */
    bool reopen;         /* the session ended with a transaction given up: another one can go on */
    bool clients_left;   /* a client of librdkafka does not end: the process has to, by _exit() */
    int32_t batch_bytes; /* of the next session's producer; 0: the default */
    _Atomic uint64_t records, bytes, commits; /* records and bytes count once they are committed */
    _Atomic uint64_t errors;
    struct kc_meter meter;
    struct kc_metric *metrics; /* of all plugins */
    size_t n_metrics;
    bool metrics_refused; /* for they were too many, which was logged */
    atomic_bool is_raised;
    pthread_mutex_t lock;   /* guards the members below */
    struct kc_error raised; /* the first failure told from outside of the task's thread */
    int64_t progress_sent_ms;
    char progress_item[128];
};

/* Fails the task; the first failure counts. [any thread] */
void kc_task_raise(struct kc_task *t, const struct kc_error *why);
/* The failure raised, if any: KC_OK or its status with *err. [task thread] */
kc_status kc_task_raised(struct kc_task *t, struct kc_error *err);

#endif
