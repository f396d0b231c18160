#include "supervisor/task_slot.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "supervisor/memory_watch.h"
#include "supervisor/task_end.h"
#include "supervisor/task_quarantine.h"
#include "supervisor/task_stats.h"
#include "supervisor/task_watch.h"

enum {
    FENCED_PAUSE_FACTOR = 5, /* times the first pause: the leader's next word is likely to come meanwhile */
};

static const char log_name[] = "worker/supervisor";

static void start_process(struct kc_task_slot *s);

/* The longest pause that is set wins over a first one that is not. */
static void take_pauses(struct kc_task_slot *s)
{
    const struct kc_task_wish *w = &s->wish;

    s->policy.max_ms = w->restart_max_ms > 0 ? w->restart_max_ms : s->options->restart_max_ms;
    s->policy.first_ms = w->restart_first_ms > 0 ? w->restart_first_ms : s->options->restart_first_ms;
}

struct kc_task_slot *kc_task_slot_create(uv_loop_t *loop, const struct kc_supervisor_options *options,
                                         const char *connector, int32_t task, void (*changed)(void *arg),
                                         void *arg)
{
    struct kc_task_slot *s = calloc(1, sizeof(*s));

    if (s == NULL)
        return NULL;
    s->connector = strdup(connector);
    if (s->connector == NULL) {
        free(s);
        return NULL;
    }
    s->loop = loop;
    s->options = options;
    s->changed = changed;
    s->arg = arg;
    s->task = task;
    take_pauses(s);
    s->line = kc_task_board_add(options->board, connector, task);
    return s;
}

/* The start message holds passwords. */
static void free_secret(char *text)
{
    if (text != NULL)
        explicit_bzero(text, strlen(text));
    free(text);
}

static void clear_wish(struct kc_task_wish *w)
{
    free(w->plugin);
    free(w->version);
    free(w->plugins);
    free_secret(w->start);
    *w = (struct kc_task_wish){0};
}

void kc_task_slot_destroy(struct kc_task_slot *s)
{
    if (s == NULL)
        return;
    kc_child_release(s->child);
    kc_task_board_remove(s->line);
    clear_wish(&s->wish);
    kc_task_end_clear(&s->end);
    free(s->version);
    free(s->plugins);
    free(s->held);
    free(s->trace);
    free(s->progress);
    free(s->connector);
    free(s);
}

static bool has_process(const struct kc_task_slot *s)
{
    return s->child != NULL;
}

static void enter(struct kc_task_slot *s, enum kc_child_state from)
{
    s->kill_at_ms = 0;
    switch (s->state) {
    case KC_CHILD_STARTING: start_process(s); break;
    case KC_CHILD_RUNNING:
    case KC_CHILD_PAUSED:
        if (from == KC_CHILD_STARTING)
            s->up_since_ms = kc_mono_ms();
        free(s->trace);
        s->trace = NULL;
        break;
    case KC_CHILD_STOPPING:
        s->kill_at_ms = kc_mono_ms() + s->options->stop_grace_ms;
        kc_child_send(s->child, "{\"type\":\"stop\"}");
        break;
    default: break;
    }
}

static void step(struct kc_task_slot *s, enum kc_child_event event)
{
    enum kc_child_state from = s->state, to = kc_child_state_next(from, event);

    if (to == KC_CHILD_STATES) {
        kc_log_for(KC_ERROR, log_name, s->connector,
                   "event %d came while the task was %s: this is a fault of kconnect", (int)event,
                   kc_child_state_text(from));
        return;
    }
    if (to == from)
        return;
    kc_log_for(KC_DEBUG, log_name, s->connector, "task %" PRId32 ": %s, then %s", s->task,
               kc_child_state_text(from), kc_child_state_text(to));
    if (from == KC_CHILD_WAITING || from == KC_CHILD_FENCED)
        s->restart_at_ms = 0; /* restart_unix_ms stays, to be shown until the attempt has come to an end */
    s->state = to;
    enter(s, from);
}

/* The first line of the trace, for the log; the stack is for the status. */
static int headline_length(const struct kc_task_slot *s)
{
    return s->trace != NULL ? (int)strcspn(s->trace, "\n") : 0;
}

/* Sets the pause before the next attempt; the state is WAITING or FENCED. */
static void set_pause(struct kc_task_slot *s, int64_t ran_ms, int64_t wish_ms)
{
    uint32_t dice = 0;
    int64_t pause;

    (void)uv_random(NULL, NULL, &dice, sizeof(dice), 0, NULL);
    pause = kc_restart_pause(&s->policy, ran_ms, wish_ms, dice);
    s->restart_at_ms = kc_mono_ms() + pause;
    s->restart_unix_ms = kc_now_ms() + pause;
    kc_log_for(KC_WARN, log_name, s->connector,
               "task %" PRId32 " has failed, attempt %" PRId32 " follows in %" PRId64 " ms: %.*s", s->task,
               s->policy.attempt, pause, headline_length(s), s->trace != NULL ? s->trace : "");
}

/* `trace` is taken over. */
static void set_trace(struct kc_task_slot *s, char *trace)
{
    free(s->trace);
    s->trace = trace;
}

static enum kc_task_failure failure_of(const struct kc_task_slot *s, enum kc_child_event event)
{
    if (event == KC_EVENT_EXIT_FENCED)
        return KC_FAILURE_FENCED;
    if (s->end.too_large)
        return KC_FAILURE_MEMORY;
    if (s->end.hang != NULL)
        return KC_FAILURE_HANG;
    return s->end.failed ? KC_FAILURE_ERROR : KC_FAILURE_CRASH;
}

/* The process ended, or could not be started; nobody had asked for it. */
static void failed(struct kc_task_slot *s, enum kc_child_event event, char *trace)
{
    int64_t ran_ms = s->up_since_ms != 0 ? kc_mono_ms() - s->up_since_ms : 0;

    set_trace(s, trace);
    kc_task_line_failed(s->line, failure_of(s, event));
    step(s, event);
    if (s->state == KC_CHILD_WAITING)
        set_pause(s, ran_ms, s->end.retry_after_ms);
    else if (s->state == KC_CHILD_FENCED)
        set_pause(s, ran_ms, FENCED_PAUSE_FACTOR * s->options->restart_first_ms);
    else
        kc_log_for(KC_ERROR, log_name, s->connector,
                   "task %" PRId32 " has failed until somebody mends it: %.*s", s->task, headline_length(s),
                   s->trace != NULL ? s->trace : "");
}

/* Nothing runs and nothing is to come by itself: start what is wished for, from the beginning. */
static void start_anew(struct kc_task_slot *s)
{
    s->policy.attempt = 0;
    set_trace(s, NULL);
    free(s->held);
    s->held = kc_task_quarantine_start(s);
    step(s, KC_EVENT_START);
}

static void stopped(struct kc_task_slot *s, int64_t exit_status, int term_signal)
{
    if (exit_status != 0 || term_signal != 0)
        kc_log_for(KC_WARN, log_name, s->connector,
                   "task %" PRId32 " did not end cleanly: exit status %" PRId64 ", signal %d", s->task,
                   exit_status, term_signal);
    else
        kc_log_for(KC_INFO, log_name, s->connector, "task %" PRId32 " has stopped", s->task);
    set_trace(s, NULL);
    step(s, KC_EVENT_EXIT_RETRY);
    if (s->wish.present)
        start_anew(s); /* it was wished for again meanwhile, or with another generation */
    else
        s->gone = true;
}

static void on_exited(void *arg, int64_t exit_status, int term_signal)
{
    struct kc_task_slot *s = arg;
    const struct kc_crash_page *page = kc_child_page(s->child);
    char *trace = kc_task_end_trace(&s->end, page, exit_status, term_signal);
    enum kc_child_event event = kc_task_end_event(&s->end, page, exit_status, term_signal);
    bool held = false;

    if (s->state != KC_CHILD_STOPPING && kc_task_end_is_crash(&s->end, page, exit_status, term_signal))
        trace = kc_task_quarantine_crash(s, page, trace, &held);
    kc_child_release(s->child);
    s->child = NULL;
    s->look_at_ms = s->memory_at_ms = 0;
    if (s->state == KC_CHILD_STOPPING) {
        free(trace);
        stopped(s, exit_status, term_signal);
    } else {
        failed(s, held ? KC_EVENT_EXIT_FATAL : event, trace);
    }
    kc_task_end_clear(&s->end);
    s->changed(s->arg);
}

static void on_broken(void *arg, const struct kc_error *why)
{
    struct kc_task_slot *s = arg;

    free(s->end.hang);
    if (asprintf(&s->end.hang, "the task process sent something that is no message: %s", why->message) < 0)
        s->end.hang = NULL;
    kc_child_signal(s->child, SIGKILL);
}

static void take_failure(struct kc_task_slot *s, const cJSON *message)
{
    const char *text = kc_json_text(message, "message");

    free(s->end.message);
    s->end.failed = true;
    s->end.status = (int32_t)kc_json_int(message, "status", KC_ERR_FATAL);
    s->end.retry_after_ms = kc_json_int(message, "retry_after_ms", 0);
    s->end.message = text != NULL ? strdup(text) : NULL;
}

/* What is done is no progress any more: a task that follows changes should not look as if it read its tables yet. */
static void take_progress(struct kc_task_slot *s, const cJSON *message)
{
    const char *phase = kc_json_text(message, "phase"), *item = kc_json_text(message, "item");
    int64_t done = kc_json_int(message, "done", 0), total = kc_json_int(message, "total", 0);
    struct kc_buf out = {0};

    kc_task_line_progress(s->line, phase, item, done, total);
    free(s->progress);
    s->progress = NULL;
    if (done == total)
        return;
    kc_buf_str(&out, "{\"phase\":");
    kc_buf_json(&out, phase != NULL ? phase : "", phase != NULL ? strlen(phase) : 0);
    kc_buf_str(&out, ",\"item\":");
    kc_buf_json(&out, item != NULL ? item : "", item != NULL ? strlen(item) : 0);
    kc_buf_printf(&out, ",\"done\":%" PRId64 ",\"total\":%" PRId64 "}", done, total);
    s->progress = kc_buf_take(&out);
}

static void take_state(struct kc_task_slot *s, const cJSON *message)
{
    const char *state = kc_json_text(message, "state");

    if (state != NULL && strcmp(state, "RUNNING") == 0)
        step(s, KC_EVENT_SAYS_RUNNING);
    else if (state != NULL && strcmp(state, "PAUSED") == 0)
        step(s, KC_EVENT_SAYS_PAUSED);
}

static void take_topics(struct kc_task_slot *s, const cJSON *message)
{
    const cJSON *item;

    if (s->options->on_topic == NULL)
        return;
    cJSON_ArrayForEach(item, kc_json_member(message, "names"))
    {
        if (cJSON_IsString(item))
            s->options->on_topic(s->options->topic_arg, s->connector, s->wish.assignment, item->valuestring);
    }
}

static void on_message(void *arg, const cJSON *message)
{
    struct kc_task_slot *s = arg;
    const char *type = kc_json_text(message, "type");

    if (strcmp(type, "stats") == 0) {
        kc_task_stats_take(message, kc_mono_ms(), s->line);
        return; /* nothing that a status shows: with a thousand tasks a settling for each would be work */
    }
    if (strcmp(type, "state") == 0)
        take_state(s, message);
    else if (strcmp(type, "failed") == 0)
        take_failure(s, message);
    else if (strcmp(type, "progress") == 0)
        take_progress(s, message);
    else if (strcmp(type, "topics") == 0)
        take_topics(s, message);
    else
        kc_log_for(KC_DEBUG, log_name, s->connector, "the task sent a message of the unknown type %s", type);
    s->changed(s->arg);
}

static void start_process(struct kc_task_slot *s)
{
    static const struct kc_child_handlers handlers = {on_message, on_broken, on_exited};
    struct kc_error err = KC_ERROR_INIT;

    s->generation = s->wish.generation;
    s->told_paused = s->wish.paused;
    s->up_since_ms = 0;
    s->watchdog = (struct kc_watchdog){.put_ms = s->wish.put_max_ms};
    kc_task_end_clear(&s->end);
    free(s->progress);
    s->progress = NULL;
    free(s->version);
    s->version = s->wish.version != NULL ? strdup(s->wish.version) : NULL;
    free(s->plugins);
    s->plugins = s->wish.plugins != NULL ? strdup(s->wish.plugins) : NULL;
    if (s->held != NULL) {
        set_trace(s, strdup(s->held));
        step(s, KC_EVENT_EXIT_FATAL);
        return;
    }
    if (s->options->before_start != NULL)
        s->options->before_start(s->options->hook_arg);
    s->child = kc_child_spawn(s->loop, s->options->executable, s->wish.start, &handlers, s, &err);
    if (s->child == NULL) {
        failed(s, KC_EVENT_EXIT_RETRY, strdup(err.message));
        return;
    }
    kc_task_watch_next(s);
    s->memory_max_mb = s->wish.memory_max_mb;
    s->memory_at_ms = s->memory_max_mb > 0 ? kc_mono_ms() + KC_MEMORY_LOOK_MS : 0;
    kc_task_line_started(s->line, s->wish.plugin, s->wish.version, s->policy.attempt > 0,
                         s->memory_max_mb << 20);
    kc_log_for(KC_INFO, log_name, s->connector, "task %" PRId32 " started: %s %s, process %" PRId32, s->task,
               s->wish.plugin, s->wish.version, kc_child_pid(s->child));
}

/* Copies everything first: out of memory changes nothing. */
static bool take_wish(struct kc_task_wish *w, const struct kc_task_spec *spec)
{
    struct kc_task_wish next = {
        .present = true,
        .paused = spec->paused,
        .assignment = spec->assignment,
        .generation = spec->generation,
        .memory_max_mb = spec->memory_max_mb,
        .put_max_ms = spec->put_max_ms,
        .restart_first_ms = spec->restart_first_ms,
        .restart_max_ms = spec->restart_max_ms,
        .plugin = strdup(spec->plugin != NULL ? spec->plugin : ""),
        .version = strdup(spec->version != NULL ? spec->version : ""),
        .start = strdup(spec->start),
        .plugins = spec->plugins != NULL ? strdup(spec->plugins) : NULL,
    };

    if (next.plugin == NULL || next.version == NULL || next.start == NULL) {
        clear_wish(&next);
        return false;
    }
    clear_wish(w);
    *w = next;
    return true;
}

static void tell_paused(struct kc_task_slot *s)
{
    if (!has_process(s) || s->wish.paused == s->told_paused)
        return;
    s->told_paused = s->wish.paused;
    kc_child_send(s->child, s->wish.paused ? "{\"type\":\"pause\"}" : "{\"type\":\"resume\"}");
}

bool kc_task_slot_wish(struct kc_task_slot *s, const struct kc_task_spec *spec)
{
    if (!take_wish(&s->wish, spec))
        return false;
    take_pauses(s);
    s->gone = false;
    if (s->state == KC_CHILD_IDLE) {
        start_anew(s);
    } else if (s->state == KC_CHILD_STOPPING) {
        return true; /* what is wished for now starts when this process is gone */
    } else if (s->wish.generation != s->generation) {
        if (has_process(s))
            step(s, KC_EVENT_STOP);
        else
            start_anew(s);
    } else {
        tell_paused(s);
    }
    return true;
}

bool kc_task_slot_keep(struct kc_task_slot *s, int64_t assignment, int64_t generation, bool paused)
{
    if (!s->wish.present || s->wish.generation != generation || s->state == KC_CHILD_IDLE)
        return false;
    s->wish.assignment = assignment;
    s->wish.paused = paused;
    if (s->state != KC_CHILD_STOPPING)
        tell_paused(s);
    return true;
}

void kc_task_slot_dismiss(struct kc_task_slot *s)
{
    s->wish.present = false;
    step(s, KC_EVENT_STOP);
    if (s->state != KC_CHILD_IDLE)
        return;
    set_trace(s, NULL);
    s->gone = true;
}

static int64_t sooner(int64_t a, int64_t b)
{
    return b != 0 && b < a ? b : a;
}

int64_t kc_task_slot_due(const struct kc_task_slot *s)
{
    int64_t due = sooner(sooner(sooner(INT64_MAX, s->restart_at_ms), s->kill_at_ms), s->look_at_ms);

    return sooner(due, s->memory_at_ms);
}

void kc_task_slot_tick(struct kc_task_slot *s, int64_t mono_ms)
{
    if (s->restart_at_ms != 0 && mono_ms >= s->restart_at_ms)
        step(s, KC_EVENT_PAUSE_OVER);
    if (s->kill_at_ms != 0 && mono_ms >= s->kill_at_ms) {
        s->kill_at_ms = 0;
        kc_log_for(KC_WARN, log_name, s->connector,
                   "task %" PRId32 " did not end in time; killing its process", s->task);
        kc_child_signal(s->child, SIGKILL);
    }
    if (has_process(s) && s->look_at_ms != 0 && mono_ms >= s->look_at_ms)
        kc_task_watch_look(s, mono_ms);
    if (has_process(s) && s->memory_at_ms != 0 && mono_ms >= s->memory_at_ms)
        kc_task_watch_memory(s, mono_ms);
}
