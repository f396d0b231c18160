/* child_state.h - the life of one task as its worker sees it: a table and nothing else. */
#ifndef KC_SUPERVISOR_CHILD_STATE_H
#define KC_SUPERVISOR_CHILD_STATE_H

enum kc_child_state {
    KC_CHILD_IDLE,     /* no process: not started yet, or gone for good */
    KC_CHILD_STARTING, /* a process that has not reported a state */
    KC_CHILD_RUNNING,
    KC_CHILD_PAUSED,
    KC_CHILD_STOPPING, /* asked to end, or being killed */
    KC_CHILD_WAITING,  /* no process: to be started again after a pause */
    KC_CHILD_FENCED,   /* no process: another instance has the task; to be tried again after a pause */
    KC_CHILD_FAILED,   /* no process: a person has to mend something */
    KC_CHILD_STATES,   /* how many; also "must not happen" */
};

enum kc_child_event {
    KC_EVENT_START,
    KC_EVENT_SAYS_RUNNING, /* reports of the process */
    KC_EVENT_SAYS_PAUSED,
    KC_EVENT_STOP,
    KC_EVENT_EXIT_RETRY, /* the process is gone: it failed in a way that may pass, or crashed */
    KC_EVENT_EXIT_FATAL, /* it failed in a way that only a person can mend */
    KC_EVENT_EXIT_FENCED,
    KC_EVENT_PAUSE_OVER,
    KC_EVENTS,
};

/* What follows; KC_CHILD_STATES: this event must not happen in this state, which is a fault of ours. */
enum kc_child_state kc_child_state_next(enum kc_child_state state, enum kc_child_event event);

const char *kc_child_state_text(enum kc_child_state state);

#endif
