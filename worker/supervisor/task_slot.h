/*
 * task_slot.h - one task of one connector on this worker: what is wanted of it, the process that does it, and what
 * became of the ones before. There is never more than one process. The loop's thread only.
 */
#ifndef KC_SUPERVISOR_TASK_SLOT_H
#define KC_SUPERVISOR_TASK_SLOT_H

#include "metrics/task_board.h"
#include "supervisor/child.h"
#include "supervisor/child_state.h"
#include "supervisor/restart_policy.h"
#include "supervisor/supervisor.h"
#include "supervisor/watchdog.h"

/* The newest specification; texts are owned. */
struct kc_task_wish {
    bool present; /* false: the task is to go */
    bool paused;
    int64_t assignment, generation;
    int64_t memory_max_mb, put_max_ms;
    int64_t restart_first_ms, restart_max_ms; /* 0: the supervisor's */
    char *plugin, *version, *start;
    char *plugins; /* NULL: not told */
};

/* The "failed" message of a process, and what else is known of its end before it comes. */
struct kc_task_end {
    bool failed;
    int32_t status; /* a kc_status */
    int64_t retry_after_ms;
    char *message;
    char *hang;     /* why it was ended from here: a call that hung, too much memory; NULL: it was not */
    bool too_large; /* ... for its memory, not for a call */
};

struct kc_task_slot {
    uv_loop_t *loop;
    const struct kc_supervisor_options *options;
    void (*changed)(void *arg); /* something happened outside of a call: report, sweep, set timers */
    void *arg;

    char *connector;
    int32_t task;
    struct kc_task_wish wish;
    bool gone; /* idle and no longer wished for: to be reported and removed */

    enum kc_child_state state;
    struct kc_child *child;
    int64_t generation; /* of the process, or of its last one */
    char *version;      /* of the plugin that the process runs */
    char *plugins;      /* all that it runs, as in kc_task_spec */
    char *held; /* why what is wished for is not to be started: its plugin is in quarantine; else NULL */
    bool told_paused;    /* what the process was last told */
    int64_t up_since_ms; /* monotonic, of its first report; 0: none yet */
    struct kc_task_end end;

    struct kc_task_line *line; /* on the board of figures; NULL: there is none */

    struct kc_restart_policy policy;
    struct kc_watchdog watchdog;
    char *trace;             /* of the last failure; NULL once it runs again */
    char *progress;          /* JSON object or NULL */
    int64_t restart_at_ms;   /* monotonic; 0: none due */
    int64_t restart_unix_ms; /* the same for people */
    int64_t kill_at_ms;      /* monotonic; 0: none due */
    int64_t look_at_ms;      /* monotonic: the next look of the watchdog; 0: no process */
    int64_t memory_at_ms;    /* monotonic: the next look at its memory; 0: no process, or no limit */
    int64_t memory_max_mb;   /* of the process */
};

/* NULL: out of memory. `options` is borrowed for its life. */
struct kc_task_slot *kc_task_slot_create(uv_loop_t *loop, const struct kc_supervisor_options *options,
                                         const char *connector, int32_t task, void (*changed)(void *arg),
                                         void *arg);
void kc_task_slot_destroy(struct kc_task_slot *s);

/* Takes over what is wished for and does what follows from it. Out of memory: the task keeps what it had, false. */
bool kc_task_slot_wish(struct kc_task_slot *s, const struct kc_task_spec *spec);
/*
 * Nothing is known of what the task would be started with by now, since its plugin's file is gone: what runs in this
 * generation, or waits to be tried again, goes on with what it had. False: there is nothing of this generation.
 */
bool kc_task_slot_keep(struct kc_task_slot *s, int64_t assignment, int64_t generation, bool paused);
/* The task is to go: ends the process, if there is one. */
void kc_task_slot_dismiss(struct kc_task_slot *s);

/* The next instant (monotonic) at which kc_task_slot_tick() has something to do; INT64_MAX: none. */
int64_t kc_task_slot_due(const struct kc_task_slot *s);
void kc_task_slot_tick(struct kc_task_slot *s, int64_t mono_ms);

#endif
