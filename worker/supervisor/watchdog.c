#include "supervisor/watchdog.h"

#include <stddef.h>
#include <string.h>

enum { ENOUGH_OBSERVATIONS = 2 };

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { USUAL_PERCENT = 1000 };
#else
enum { USUAL_PERCENT = 100 };
#endif

int32_t kc_watchdog_usual_percent(void)
{
    return USUAL_PERCENT;
}

static int64_t deadline_of(const char *call, int64_t put_ms)
{
    static const struct {
        const char *call;
        int64_t ms;
        bool puts;
    } deadlines[] = {
        {"open", 60000, false},       {"poll", 70000, false},   {"put", 300000, true},
        {"pre_commit", 300000, true}, {"apply", 30000, false},  {"test", 30000, false},
        {"encode", 30000, false},     {"decode", 30000, false}, {"committed", 30000, false},
        {"close", 5000, false},       {"get", 10000, false},
    };

    for (size_t i = 0; i < sizeof(deadlines) / sizeof(deadlines[0]); i++)
        if (strcmp(deadlines[i].call, call) == 0)
            return deadlines[i].puts && put_ms > deadlines[i].ms ? put_ms : deadlines[i].ms;
    return 60000;
}

/* A text that the task may be writing at this moment: cut at its room, never unterminated. */
static void take(char *to, const char *from)
{
    memcpy(to, from, KC_CRASH_TEXT_BYTES);
    to[KC_CRASH_TEXT_BYTES - 1] = '\0';
}

enum kc_watch_verdict kc_watchdog_look(struct kc_watchdog *w, const struct kc_crash_page *page,
                                       int64_t mono_ms, int32_t percent, struct kc_watch_call *call)
{
    uint64_t sequence = page->sequence;
    int64_t since = page->since_ms;

    take(call->component, page->component);
    take(call->call, page->call);
    if (since == 0 || page->sequence != sequence || page->since_ms != since) {
        *w = (struct kc_watchdog){.put_ms = w->put_ms};
        return KC_WATCH_FINE;
    }
    if (sequence != w->sequence || since != w->since_ms)
        *w = (struct kc_watchdog){.sequence = sequence, .since_ms = since, .put_ms = w->put_ms};
    call->ms = mono_ms - since;
    call->deadline_ms = deadline_of(call->call, w->put_ms) * percent / 100;
    if (call->ms >= call->deadline_ms)
        return ++w->late >= ENOUGH_OBSERVATIONS ? KC_WATCH_HUNG : KC_WATCH_FINE;
    if (call->ms >= call->deadline_ms / 2 && !w->warned) {
        w->warned = true;
        return KC_WATCH_SLOW;
    }
    return KC_WATCH_FINE;
}
