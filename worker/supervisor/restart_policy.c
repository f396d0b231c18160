#include "supervisor/restart_policy.h"

enum { JITTER_PERCENT = 20 };

static int64_t at_most(int64_t v, int64_t limit)
{
    return v < limit ? v : limit;
}

int64_t kc_restart_pause(struct kc_restart_policy *p, int64_t ran_ms, int64_t wish_ms, uint32_t dice)
{
    int64_t pause = at_most(p->first_ms, p->max_ms);

    if (ran_ms >= p->max_ms)
        p->attempt = 0;
    if (p->attempt < INT32_MAX)
        p->attempt++;
    for (int32_t i = 1; i < p->attempt && pause < p->max_ms; i++)
        pause = pause > p->max_ms / 2 ? p->max_ms : 2 * pause;
    /* Many tasks that lose one database must not all come back in the same instant. */
    pause = pause * (100 - JITTER_PERCENT + (int64_t)(dice % (2 * JITTER_PERCENT + 1))) / 100;
    if (pause < wish_ms)
        pause = wish_ms;
    return at_most(pause, p->max_ms);
}
