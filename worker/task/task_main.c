#include "task/task_main.h"

#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/loggers.h"
#include "supervisor/control.h"
#include "task/config_resolve.h"
#include "task/host_table.h"
#include "task/session.h"
#include "task/sink_session.h"

enum {
    PAUSED_WAIT_MS = 60000, /* a command ends it earlier */
    EXIT_STOPPED = 0,
    EXIT_FAILED = 1,
    EXIT_FENCED = 3,
    START_MS = 30000,
    QUICK_TRIES = 3, /* sessions in a row, before the supervisor's growing pauses are better */
    QUICK_RESET_MS = 60000,
    QUICK_PAUSE_MS = 500,
};

/*
 * The kernel ends this process when the worker's thread that started it ends. The worker may have died before the
 * request was made: then the peer of the socketpair is not the parent any more.
 */
static kc_status die_with_worker(struct kc_error *err)
{
    struct ucred peer = {0};
    socklen_t len = sizeof(peer);

    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        return kc_fail_errno(err, KC_ERR_FATAL, "cannot follow the worker's end");
    if (getsockopt(KC_CONTROL_FD, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.pid > 0 &&
        peer.pid != getppid())
        return kc_fail(err, KC_ERR_FATAL, "the worker that started this task is gone");
    return KC_OK;
}

/* Sent to the whole process group by a terminal; a task obeys its worker only. */
static void ignore_signals(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    (void)sigaction(SIGINT, &ignore, NULL);
    (void)sigaction(SIGTERM, &ignore, NULL);
    (void)sigaction(SIGHUP, &ignore, NULL);
    (void)sigaction(SIGPIPE, &ignore, NULL);
}

static void set_up_log(const struct kc_start *s)
{
    enum kc_log_level level;

    if (s->log_level != NULL && kc_log_level_parse(s->log_level, &level))
        kc_log_set_level(level);
    kc_loggers_take(s->loggers);
    if (s->log_format != NULL)
        kc_log_set_format(strcmp(s->log_format, "json") == 0 ? KC_LOG_JSON : KC_LOG_TEXT);
    kc_log_set_task(s->connector, s->task);
}

static kc_status set_up_rooms(struct kc_task *t, struct kc_error *err)
{
    const char *support = kc_props_or(t->start.config, "exactly.once.support", "requested");
    struct kc_topics_setup topics = {.worker = t->start.topic_creation,
                                     .connector = t->start.config,
                                     .admin = t->start.admin,
                                     .client_id = "kconnect-task-admin"};

    t->exactly_once = strcmp(support, "disabled") != 0;
    if (t->exactly_once && strcmp(support, "requested") != 0 && strcmp(support, "required") != 0)
        return kc_fail(err, KC_ERR_CONFIG,
                       "exactly.once.support: the value must be requested, required or disabled");
    if (kc_failures_init(&t->failures, t->start.config, err) < 0)
        return err->status;
    if (kc_retry_init(&t->retry, t->start.config, err) < 0)
        return err->status;
    t->schemas = kc_schemas_create();
    t->topics = kc_topics_create(&topics);
    return t->schemas == NULL || t->topics == NULL ? kc_fail(err, KC_ERR_NOMEM, "out of memory") : KC_OK;
}

/* From here on every part of the task sees values only, never references to config providers. */
static kc_status resolve_config(struct kc_task *t, struct kc_error *err)
{
    struct kc_props *const props[] = {t->start.config, t->start.producer, t->start.consumer, t->start.admin};
    struct kc_resolver resolver = {
        .providers = t->start.providers, .host = kc_host_table(), .page = t->page, .task = t};

    return kc_config_resolve(&resolver, props, sizeof(props) / sizeof(props[0]), err);
}

static kc_status set_up(struct kc_task *t, struct kc_error *err)
{
    cJSON *first;
    kc_status status = die_with_worker(err);

    if (status < 0)
        return status;
    t->link = kc_link_open(KC_CONTROL_FD, err);
    if (t->link == NULL)
        return KC_ERR_FATAL;
    first = kc_link_first(t->link, START_MS, err);
    if (first == NULL)
        return KC_ERR_FATAL;
    status = kc_start_read(first, &t->start, err);
    if (status >= 0)
        set_up_log(&t->start); /* before the link's thread is there, which logs and takes newer levels */
    if (kc_link_run(t->link, t->start.paused, status < 0 ? NULL : err) < 0 && status == KC_OK)
        status = KC_ERR_FATAL; /* the link runs even after a bad start message, to tell of it */
    if (status < 0)
        return status;
    t->memory = kc_memory_plan(t->start.memory_max_mb);
    kc_memory_tune(&t->memory);
    t->page = kc_crash_page_attach(KC_CRASH_FD, err); /* before any plugin's code is there to crash */
    if (t->page == NULL || resolve_config(t, err) < 0)
        return err->status < 0 ? err->status : KC_ERR_FATAL;
    return set_up_rooms(t, err);
}

/* A task that is started paused touches neither the other system nor Kafka until it is resumed. */
static void wait_while_paused(struct kc_task *t)
{
    bool told = false;

    while (kc_link_command(t->link) == KC_COMMAND_PAUSE) {
        told = told || kc_link_state(t->link, "PAUSED");
        kc_link_wait(t->link, PAUSED_WAIT_MS);
    }
}

/* Sessions until a stop or a failure that a new session cannot mend. */
static kc_status run(struct kc_task *t, struct kc_error *err)
{
    int64_t began;
    kc_status status;
    int tries = 0;

    wait_while_paused(t);
    began = kc_mono_ms();
    for (;;) {
        *err = (struct kc_error)KC_ERROR_INIT;
        status = t->start.sink ? kc_sink_session_run(t, err) : kc_session_run(t, err);
        if (status >= 0 || kc_link_command(t->link) == KC_COMMAND_STOP)
            return KC_OK;
        if (kc_mono_ms() - began > QUICK_RESET_MS)
            tries = 0;
        if (!t->reopen || ++tries > QUICK_TRIES)
            return status;
        kc_log(KC_WARN, "worker/task", "%s; opening the connector again at the committed position",
               err->message);
        kc_link_wait(t->link, QUICK_PAUSE_MS);
        began = kc_mono_ms();
    }
}

static int finish(struct kc_task *t, kc_status status, struct kc_error *err)
{
    int result = t->fenced ? EXIT_FENCED : status < 0 ? EXIT_FAILED : EXIT_STOPPED;

    if (status < 0) {
        err->status = status;
        if (err->message[0] == '\0')
            (void)kc_fail(err, status, "the connector failed and gave no reason");
        kc_log(KC_ERROR, "worker/task", "%s", err->message);
        if (t->link != NULL)
            (void)kc_link_failed(t->link, err);
    }
    kc_link_close(t->link);
    kc_failures_finish(&t->failures);
    kc_topics_destroy(t->topics);
    kc_schemas_destroy(t->schemas);
    kc_crash_page_release(t->page);
    kc_start_finish(&t->start);
    (void)pthread_mutex_destroy(&t->lock);
    if (t->clients_left)
        _exit(result); /* what runs at exit() would take the ground from under its threads */
    return result;
}

int kc_task_main(void)
{
    struct kc_task task = {.lock = PTHREAD_MUTEX_INITIALIZER};
    struct kc_error err = KC_ERROR_INIT;
    kc_status status;

    (void)prctl(PR_SET_NAME, "kc-task");
    (void)mallopt(M_ARENA_MAX, 2); /* librdkafka's threads would each get an arena of their own */
    ignore_signals();
    status = set_up(&task, &err);
    if (status >= 0)
        status = run(&task, &err);
    return finish(&task, status, &err);
}

void kc_task_raise(struct kc_task *t, const struct kc_error *why)
{
    (void)pthread_mutex_lock(&t->lock);
    if (!atomic_load(&t->is_raised)) {
        t->raised = (struct kc_error)KC_ERROR_INIT;
        (void)kc_fail(&t->raised, why->status < 0 ? why->status : KC_ERR_FATAL, "%s", why->message);
        t->raised.retry_after_ms = why->retry_after_ms;
        atomic_store(&t->is_raised, true);
    }
    (void)pthread_mutex_unlock(&t->lock);
}

kc_status kc_task_raised(struct kc_task *t, struct kc_error *err)
{
    kc_status status = KC_OK;

    if (!atomic_load(&t->is_raised))
        return KC_OK;
    (void)pthread_mutex_lock(&t->lock);
    *err = t->raised;
    status = err->status;
    (void)pthread_mutex_unlock(&t->lock);
    return status;
}
