/*
 * supervisor.h - one child process per task: starts, watches, pauses, restarts and stops them. Everything runs on the
 * libuv loop's thread, which must be the process's main thread (PDEATHSIG fires when the spawning thread ends).
 */
#ifndef KC_SUPERVISOR_SUPERVISOR_H
#define KC_SUPERVISOR_SUPERVISOR_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "base/error.h"
#include "base/state.h"
#include "metrics/task_board.h"

struct kc_supervisor;
struct kc_quarantine;

/* A task this worker should run. Borrowed for the call. */
struct kc_task_spec {
    const char *connector;
    int32_t task;
    int64_t assignment;    /* handed back with every status */
    int64_t generation;    /* another one: stop the child gracefully and start anew, forgetting attempts */
    bool paused;           /* a change is told to the running child; it needs no other generation */
    const char *plugin;    /* id of the connector component, for sentences */
    const char *version;   /* of that component */
    int64_t memory_max_mb; /* of its process; 0: no limit */
    int64_t put_max_ms;    /* how long a sink's put may take, if more than 5 min; watchdog.h */
    int64_t restart_first_ms, restart_max_ms; /* errors.restart.delay.* of its own; 0: the supervisor's */
    const char *start;                        /* the "start" message of control.h, complete JSON text */
    const char
        *plugins; /* its "plugins" alone, JSON text, for the quarantine; NULL: crashes are not counted */
};

struct kc_task_status {
    const char *connector;
    int32_t task;
    int64_t assignment;
    enum kc_state state; /* RUNNING PAUSED FAILED RESTARTING UNASSIGNED */
    const char *version;
    const char *trace; /* NULL: none */
    int32_t attempt;
    int64_t next_attempt_ms;
    const char *progress; /* JSON object or NULL */
    int32_t pid;          /* 0: no child now */
};

/* Told when something has changed, progress alone at most once a second. A task that is no longer wanted is told once
 * more, UNASSIGNED, when its process is gone. Must not call the supervisor. */
typedef void kc_task_status_fn(void *arg, const struct kc_task_status *status);

struct kc_supervisor_options {
    const char *executable;   /* ours, for `kconnect task` */
    int64_t stop_grace_ms;    /* how long a child may take to finish its transaction before SIGKILL */
    int64_t restart_first_ms; /* errors.restart.* : first pause, doubled up to the longest, with jitter */
    int64_t restart_max_ms;
    struct kc_task_board *board; /* where the figures of tasks go; outlives the supervisor; NULL: nowhere */
    /* A task says that it has used a topic; NULL: nobody wants to know. */
    void (*on_topic)(void *arg, const char *connector, int64_t assignment, const char *topic);
    void *topic_arg;
    /* plugin.quarantine.*: so many crashes of one plugin file within so long, and its task is FAILED; 0: never. */
    int32_t quarantine_crashes;
    int64_t quarantine_window_ms;
    /* A file went into quarantine, with the sentence, or came out of it, NULL. May be NULL. */
    void (*on_quarantine)(void *arg, const char *file, const char *detail);
    void (*before_start)(void *arg);  /* a task's process is about to be started; may be NULL */
    void *hook_arg;                   /* of both */
    struct kc_quarantine *quarantine; /* the supervisor's own */
    int32_t watchdog_percent; /* of watchdog.h's deadlines; 0: 100, and 1000 in a build with sanitizers */
};

struct kc_supervisor *kc_supervisor_create(uv_loop_t *loop, const struct kc_supervisor_options *options,
                                           kc_task_status_fn *on_status, void *arg);

/* Makes the running children match `specs`: starts what is new, stops what is gone, pauses and resumes, restarts what has
 * another generation (or FAILED and a new generation). Idempotent, returns at once. */
void kc_supervisor_apply(struct kc_supervisor *s, const struct kc_task_spec *specs, size_t n);

/*
 * For the next kc_supervisor_apply() alone: what runs for `connector` in this generation is to stay though it is not among
 * its specs, because what it was started from is not installed any more. False: nothing does.
 */
bool kc_supervisor_keep(struct kc_supervisor *s, const char *connector, int64_t assignment,
                        int64_t generation, bool paused);

/* Sends a message of control.h to every running child. */
void kc_supervisor_tell(struct kc_supervisor *s, const char *json);

/* Stops every child; `done` is called on the loop when none is left, at the latest stop_grace_ms + 1 s later. */
void kc_supervisor_stop(struct kc_supervisor *s, void (*done)(void *arg), void *arg);
/* After `done`, or when nothing was ever applied. The loop must run once more, to finish closing handles. */
void kc_supervisor_destroy(struct kc_supervisor *s);

#endif
