#include "supervisor/supervisor.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "supervisor/quarantine.h"
#include "supervisor/task_report.h"
#include "supervisor/task_slot.h"

enum { LAST_MARGIN_MS = 1000 }; /* how long after the grace period killed processes may take to be gone */

struct entry {
    struct kc_task_slot *slot;
    struct kc_task_report report;
    bool wanted; /* by the call to kc_supervisor_apply() that is under way */
    bool kept;   /* whatever the next such call wants */
};

struct kc_supervisor {
    uv_loop_t *loop;
    struct kc_supervisor_options options;
    char *executable;
    kc_task_status_fn *on_status;
    void *arg;
    struct entry **entries;
    size_t n;
    uv_timer_t timer; /* for whatever of all entries is due first */
    bool settling;    /* a report is on its way out: its receiver may call us */
    bool stopping;
    int64_t give_up_at_ms;
    void (*done)(void *arg);
    void *done_arg;
};

static void settle(struct kc_supervisor *s);

static void on_timer(uv_timer_t *timer)
{
    struct kc_supervisor *s = timer->data;
    int64_t now = kc_mono_ms();

    for (size_t i = 0; i < s->n; i++)
        kc_task_slot_tick(s->entries[i]->slot, now);
    settle(s);
}

static void on_slot_changed(void *arg)
{
    settle(arg);
}

struct kc_supervisor *kc_supervisor_create(uv_loop_t *loop, const struct kc_supervisor_options *options,
                                           kc_task_status_fn *on_status, void *arg)
{
    struct kc_supervisor *s = calloc(1, sizeof(*s));

    if (s == NULL)
        return NULL;
    s->executable = strdup(options->executable);
    if (s->executable == NULL || uv_timer_init(loop, &s->timer) < 0) {
        free(s->executable);
        free(s);
        return NULL;
    }
    s->loop = loop;
    s->options = *options;
    s->options.executable = s->executable;
    s->options.quarantine = kc_quarantine_create(options->quarantine_crashes, options->quarantine_window_ms);
    s->on_status = on_status;
    s->arg = arg;
    s->timer.data = s;
    return s;
}

static void destroy_entry(struct entry *e)
{
    kc_task_slot_destroy(e->slot);
    kc_task_report_finish(&e->report);
    free(e);
}

/* Tells what is news and forgets what is gone. Gives the instant at which something is due. */
static int64_t report_and_sweep(struct kc_supervisor *s, int64_t now)
{
    int64_t due = INT64_MAX;
    size_t kept = 0;

    for (size_t i = 0; i < s->n; i++) {
        struct entry *e = s->entries[i];
        int64_t held_back = kc_task_report(&e->report, e->slot, now, s->on_status, s->arg);
        int64_t slot_due = kc_task_slot_due(e->slot);

        kc_task_line_state(e->slot->line, e->report.state, e->report.pid);
        if (e->slot->gone) {
            destroy_entry(e);
            continue;
        }
        due = held_back < due ? held_back : due;
        due = slot_due < due ? slot_due : due;
        s->entries[kept++] = e;
    }
    s->n = kept;
    return due;
}

static void finish_stop(struct kc_supervisor *s)
{
    void (*done)(void *arg) = s->done;

    if (s->n > 0)
        kc_log(KC_ERROR, "worker/supervisor", "%zu task processes could not be ended", s->n);
    s->done = NULL;
    (void)uv_timer_stop(&s->timer);
    done(s->done_arg);
}

/* The one end of everything that happens: reports, removals, the timer, and `done`. */
static void settle(struct kc_supervisor *s)
{
    int64_t now = kc_mono_ms(), due;

    if (s->settling)
        return;
    s->settling = true;
    due = report_and_sweep(s, now);
    s->settling = false;
    if (s->done != NULL && (s->n == 0 || now >= s->give_up_at_ms)) {
        finish_stop(s);
        return;
    }
    if (s->done != NULL && s->give_up_at_ms < due)
        due = s->give_up_at_ms;
    if (due == INT64_MAX) {
        (void)uv_timer_stop(&s->timer);
        return;
    }
    now = kc_mono_ms();
    uv_update_time(s->loop);
    (void)uv_timer_start(&s->timer, on_timer, due > now ? (uint64_t)(due - now) : 0, 0);
}

static struct entry *find(const struct kc_supervisor *s, const char *connector, int32_t task)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->entries[i]->slot->task == task && strcmp(s->entries[i]->slot->connector, connector) == 0)
            return s->entries[i];
    return NULL;
}

static struct entry *add(struct kc_supervisor *s, const char *connector, int32_t task)
{
    struct entry **entries = reallocarray(s->entries, s->n + 1, sizeof(struct entry *));
    struct entry *e = calloc(1, sizeof(*e));

    if (entries != NULL)
        s->entries = entries;
    if (e != NULL)
        e->slot = kc_task_slot_create(s->loop, &s->options, connector, task, on_slot_changed, s);
    if (entries == NULL || e == NULL || e->slot == NULL) {
        kc_task_slot_destroy(e != NULL ? e->slot : NULL);
        free(e);
        return NULL;
    }
    entries[s->n++] = e;
    return e;
}

void kc_supervisor_apply(struct kc_supervisor *s, const struct kc_task_spec *specs, size_t n)
{
    if (s->stopping)
        return;
    for (size_t i = 0; i < s->n; i++) {
        s->entries[i]->wanted = s->entries[i]->kept;
        s->entries[i]->kept = false;
    }
    for (size_t i = 0; i < n; i++) {
        struct entry *e = find(s, specs[i].connector, specs[i].task);

        if (e == NULL)
            e = add(s, specs[i].connector, specs[i].task);
        if (e == NULL || !kc_task_slot_wish(e->slot, &specs[i])) {
            kc_log_for(KC_ERROR, "worker/supervisor", specs[i].connector, "out of memory for task %d",
                       (int)specs[i].task);
            if (e == NULL)
                continue;
        }
        e->wanted = true;
    }
    for (size_t i = 0; i < s->n; i++)
        if (!s->entries[i]->wanted)
            kc_task_slot_dismiss(s->entries[i]->slot);
    settle(s);
}

bool kc_supervisor_keep(struct kc_supervisor *s, const char *connector, int64_t assignment,
                        int64_t generation, bool paused)
{
    bool any = false;

    for (size_t i = 0; i < s->n; i++) {
        struct entry *e = s->entries[i];

        if (strcmp(e->slot->connector, connector) == 0 &&
            kc_task_slot_keep(e->slot, assignment, generation, paused))
            e->kept = any = true;
    }
    return any;
}

void kc_supervisor_tell(struct kc_supervisor *s, const char *json)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->entries[i]->slot->child != NULL)
            kc_child_send(s->entries[i]->slot->child, json);
}

void kc_supervisor_stop(struct kc_supervisor *s, void (*done)(void *arg), void *arg)
{
    s->stopping = true;
    s->done = done;
    s->done_arg = arg;
    s->give_up_at_ms = kc_mono_ms() + s->options.stop_grace_ms + LAST_MARGIN_MS;
    for (size_t i = 0; i < s->n; i++)
        kc_task_slot_dismiss(s->entries[i]->slot);
    settle(s);
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct kc_supervisor *s = handle->data;

    kc_quarantine_destroy(s->options.quarantine);
    free(s->executable);
    free(s);
}

void kc_supervisor_destroy(struct kc_supervisor *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->n; i++)
        destroy_entry(s->entries[i]);
    free(s->entries);
    s->entries = NULL;
    s->n = 0;
    uv_close((uv_handle_t *)&s->timer, on_timer_closed);
}
