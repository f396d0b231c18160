#include "supervisor/child_state.h"

#include <stdint.h>

#define IDLE     KC_CHILD_IDLE
#define STARTING KC_CHILD_STARTING
#define RUNNING  KC_CHILD_RUNNING
#define PAUSED   KC_CHILD_PAUSED
#define STOPPING KC_CHILD_STOPPING
#define WAITING  KC_CHILD_WAITING
#define FENCED   KC_CHILD_FENCED
#define FAILED   KC_CHILD_FAILED
#define NO       KC_CHILD_STATES

/* clang-format off */
static const uint8_t next_state[KC_CHILD_STATES][KC_EVENTS] = {
    /*                      START     SAYS_RUNNING SAYS_PAUSED STOP      EXIT_RETRY EXIT_FATAL EXIT_FENCED PAUSE_OVER */
    [KC_CHILD_IDLE]     = {STARTING, NO,          NO,         IDLE,     NO,        NO,        NO,         NO},
    [KC_CHILD_STARTING] = {NO,       RUNNING,     PAUSED,     STOPPING, WAITING,   FAILED,    FENCED,     NO},
    [KC_CHILD_RUNNING]  = {NO,       RUNNING,     PAUSED,     STOPPING, WAITING,   FAILED,    FENCED,     NO},
    [KC_CHILD_PAUSED]   = {NO,       RUNNING,     PAUSED,     STOPPING, WAITING,   FAILED,    FENCED,     NO},
    [KC_CHILD_STOPPING] = {NO,       STOPPING,    STOPPING,   STOPPING, IDLE,      IDLE,      IDLE,       NO},
    [KC_CHILD_WAITING]  = {STARTING, NO,          NO,         IDLE,     NO,        NO,        NO,         STARTING},
    [KC_CHILD_FENCED]   = {STARTING, NO,          NO,         IDLE,     NO,        NO,        NO,         STARTING},
    [KC_CHILD_FAILED]   = {STARTING, NO,          NO,         IDLE,     NO,        NO,        NO,         NO},
};
/* clang-format on */

enum kc_child_state kc_child_state_next(enum kc_child_state state, enum kc_child_event event)
{
    return (enum kc_child_state)next_state[state][event];
}

const char *kc_child_state_text(enum kc_child_state state)
{
    static const char *const texts[] = {"idle",     "starting", "running", "paused",
                                        "stopping", "waiting",  "fenced",  "failed"};

    return state < KC_CHILD_STATES ? texts[state] : "?";
}
