#include "supervisor/task_watch.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "supervisor/memory_watch.h"

enum {
    LOOK_MS = 1000, /* between two looks of the watchdog, at 100 percent */
    LOOK_LEAST_MS = 10,
    ABORT_GRACE_MS = 5000, /* from SIGABRT, which leaves a trace, to SIGKILL */
};

static const char log_name[] = "worker/supervisor";

static int32_t watchdog_percent(const struct kc_task_slot *s)
{
    return s->options->watchdog_percent > 0 ? s->options->watchdog_percent : kc_watchdog_usual_percent();
}

void kc_task_watch_next(struct kc_task_slot *s)
{
    int64_t ms = (int64_t)LOOK_MS * watchdog_percent(s) / 100;

    ms = ms > LOOK_MS ? LOOK_MS : ms < LOOK_LEAST_MS ? LOOK_LEAST_MS : ms;
    s->look_at_ms = kc_mono_ms() + ms;
}

static void abort_hung(struct kc_task_slot *s, const struct kc_watch_call *call, int64_t mono_ms)
{
    if (s->end.hang != NULL)
        return; /* done already; SIGKILL is on its way */
    if (asprintf(&s->end.hang, "%s did not return from %s for %" PRId64 " s", call->component, call->call,
                 call->ms / 1000) < 0)
        s->end.hang = NULL;
    kc_log_for(KC_ERROR, log_name, s->connector, "%s; ending its process",
               s->end.hang != NULL ? s->end.hang : "the task hangs");
    kc_child_signal(s->child, SIGABRT);
    s->kill_at_ms = mono_ms + ABORT_GRACE_MS;
}

void kc_task_watch_look(struct kc_task_slot *s, int64_t mono_ms)
{
    struct kc_watch_call call;

    kc_task_watch_next(s);
    if (s->state == KC_CHILD_STOPPING)
        return; /* the grace period decides */
    switch (kc_watchdog_look(&s->watchdog, kc_child_page(s->child), mono_ms, watchdog_percent(s), &call)) {
    case KC_WATCH_SLOW:
        kc_log_for(KC_WARN, log_name, s->connector,
                   "%s has been in %s for %" PRId64 " s; after %" PRId64 " s its process is ended",
                   call.component, call.call, call.ms / 1000, call.deadline_ms / 1000);
        break;
    case KC_WATCH_HUNG: abort_hung(s, &call, mono_ms); break;
    case KC_WATCH_FINE: break;
    }
}

void kc_task_watch_memory(struct kc_task_slot *s, int64_t mono_ms)
{
    struct kc_buf why = {0};
    int64_t has_mb;

    s->memory_at_ms = mono_ms + KC_MEMORY_LOOK_MS;
    if (s->end.hang != NULL || !kc_memory_over(kc_child_pid(s->child), s->memory_max_mb, &has_mb))
        return;
    kc_memory_describe(has_mb, s->memory_max_mb, kc_child_page(s->child), &why);
    s->end.hang = kc_buf_take(&why);
    s->end.too_large = true;
    kc_log_for(KC_ERROR, log_name, s->connector, "%s",
               s->end.hang != NULL ? s->end.hang : "the task has more memory than task.memory.max.mb");
    kc_child_signal(s->child, SIGKILL);
}
