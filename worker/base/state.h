/* state.h - the words for what a connector should be and what its task is, as Kafka Connect's clients know them. */
#ifndef KC_BASE_STATE_H
#define KC_BASE_STATE_H

#include <stdbool.h>

/* What a person asked for. */
enum kc_target { KC_TARGET_RUNNING, KC_TARGET_PAUSED, KC_TARGET_STOPPED };

/* What is. STOPPED only ever as a connector's state, never as a task's. */
enum kc_state {
    KC_STATE_UNASSIGNED,
    KC_STATE_RUNNING,
    KC_STATE_PAUSED,
    KC_STATE_FAILED,
    KC_STATE_RESTARTING,
    KC_STATE_STOPPED,
};

const char *kc_target_name(enum kc_target t);
bool kc_target_parse(const char *text, enum kc_target *out); /* any case */
const char *kc_state_name(enum kc_state s);
bool kc_state_parse(const char *text, enum kc_state *out);

#endif
