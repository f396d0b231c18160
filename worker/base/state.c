#include "base/state.h"

#include <stddef.h>
#include <strings.h>

static const char *const targets[] = {
    [KC_TARGET_RUNNING] = "RUNNING",
    [KC_TARGET_PAUSED] = "PAUSED",
    [KC_TARGET_STOPPED] = "STOPPED",
};

static const char *const states[] = {
    [KC_STATE_UNASSIGNED] = "UNASSIGNED", [KC_STATE_RUNNING] = "RUNNING",
    [KC_STATE_PAUSED] = "PAUSED",         [KC_STATE_FAILED] = "FAILED",
    [KC_STATE_RESTARTING] = "RESTARTING", [KC_STATE_STOPPED] = "STOPPED",
};

/* The index of `text` in `words`, or -1. */
static int find(const char *const *words, size_t n, const char *text)
{
    for (size_t i = 0; i < n; i++) {
        if (strcasecmp(words[i], text) == 0)
            return (int)i;
    }
    return -1;
}

const char *kc_target_name(enum kc_target t)
{
    return targets[t];
}

bool kc_target_parse(const char *text, enum kc_target *out)
{
    int i = find(targets, sizeof(targets) / sizeof(targets[0]), text);

    if (i >= 0)
        *out = (enum kc_target)i;
    return i >= 0;
}

const char *kc_state_name(enum kc_state s)
{
    return states[s];
}

bool kc_state_parse(const char *text, enum kc_state *out)
{
    int i = find(states, sizeof(states) / sizeof(states[0]), text);

    if (i >= 0)
        *out = (enum kc_state)i;
    return i >= 0;
}
