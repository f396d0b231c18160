#include "supervisor/task_report.h"

#include <stdlib.h>
#include <string.h>

enum { PROGRESS_MS = 1000 };

static enum kc_state state_of(const struct kc_task_report *last, const struct kc_task_slot *s)
{
    bool was_up = last->told && last->state != KC_STATE_UNASSIGNED;

    switch (s->state) {
    case KC_CHILD_RUNNING: return KC_STATE_RUNNING;
    case KC_CHILD_PAUSED: return KC_STATE_PAUSED;
    case KC_CHILD_FAILED: return KC_STATE_FAILED;
    case KC_CHILD_WAITING: return KC_STATE_RESTARTING;
    case KC_CHILD_STARTING: return was_up ? KC_STATE_RESTARTING : KC_STATE_UNASSIGNED;
    case KC_CHILD_STOPPING:
        /* A task on its way out is what it was, until it is gone. */
        return s->wish.present ? KC_STATE_RESTARTING : last->told ? last->state : KC_STATE_UNASSIGNED;
    default: return KC_STATE_UNASSIGNED;
    }
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static char *copy_text(const char *text)
{
    return text != NULL ? strdup(text) : NULL;
}

static void remember(struct kc_task_report *last, const struct kc_task_status *status, int64_t mono_ms)
{
    if (!same_text(last->progress, status->progress))
        last->progress_at_ms = mono_ms;
    kc_task_report_finish(last);
    last->told = true;
    last->state = status->state;
    last->assignment = status->assignment;
    last->next_attempt_ms = status->next_attempt_ms;
    last->attempt = status->attempt;
    last->pid = status->pid;
    last->trace = copy_text(status->trace);
    last->progress = copy_text(status->progress);
}

int64_t kc_task_report(struct kc_task_report *last, const struct kc_task_slot *s, int64_t mono_ms,
                       kc_task_status_fn *on_status, void *arg)
{
    bool up = s->state == KC_CHILD_RUNNING || s->state == KC_CHILD_PAUSED, news;
    int32_t attempt = s->state == KC_CHILD_WAITING || s->state == KC_CHILD_STARTING ? s->policy.attempt : 0;
    struct kc_task_status status = {
        .connector = s->connector,
        .task = s->task,
        .assignment = s->wish.assignment,
        .state = state_of(last, s),
        .version = s->version,
        .trace = s->trace,
        .attempt = attempt,
        .next_attempt_ms = attempt > 0 || s->state == KC_CHILD_FENCED ? s->restart_unix_ms : 0,
        .progress = up ? s->progress : NULL,
        .pid = s->child != NULL ? kc_child_pid(s->child) : 0,
    };

    news = !last->told || last->state != status.state || last->assignment != status.assignment ||
           last->next_attempt_ms != status.next_attempt_ms || last->attempt != status.attempt ||
           last->pid != status.pid || !same_text(last->trace, status.trace);
    if (!news && same_text(last->progress, status.progress))
        return INT64_MAX;
    if (!news && mono_ms < last->progress_at_ms + PROGRESS_MS)
        return last->progress_at_ms + PROGRESS_MS;
    on_status(arg, &status);
    remember(last, &status, mono_ms);
    return INT64_MAX;
}

void kc_task_report_finish(struct kc_task_report *r)
{
    free(r->trace);
    free(r->progress);
    r->trace = r->progress = NULL;
}
