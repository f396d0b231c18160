#include "task/control_link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/loggers.h"
#include "base/redact.h"
#include "supervisor/control.h"

enum {
    PROGRESS_ITEM_BYTES = 256,
    READ_BYTES = 64 << 10,
    MAX_QUEUED_BYTES = 256 << 10, /* a worker that is this far behind loses statistics, not memory */
    CLOSE_MS = 1000,
    ORPHAN_S = 10, /* a task whose worker is gone and that cannot end by itself is ended by the kernel */
};

struct kc_link {
    int fd;
    int stop_fd;   /* readable: stop */
    int wake_task; /* readable: a command changed */
    int wake_link; /* readable: something to write, or the end */
    struct kc_buf in;
    pthread_mutex_t lock; /* guards `out`, `interrupt` and `task` */
    struct kc_buf out;
    void (*interrupt)(void *task);
    void *task;
    atomic_int command;
    _Atomic int64_t stopped_at;
    atomic_bool ending;
    bool running;
    pthread_t thread;
};

static void raise_event(int fd)
{
    uint64_t one = 1;

    (void)!write(fd, &one, sizeof(one));
}

static void clear_event(int fd)
{
    uint64_t n;

    (void)!read(fd, &n, sizeof(n));
}

struct kc_link *kc_link_open(int fd, struct kc_error *err)
{
    struct kc_link *l = calloc(1, sizeof(*l));

    if (l == NULL) {
        (void)kc_fail(err, KC_ERR_NOMEM, "out of memory");
        return NULL;
    }
    l->fd = fd;
    (void)pthread_mutex_init(&l->lock, NULL);
    l->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    l->wake_task = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    l->wake_link = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (l->stop_fd < 0 || l->wake_task < 0 || l->wake_link < 0) {
        (void)kc_fail_errno(err, KC_ERR_FATAL, "cannot make an event descriptor");
    } else if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) {
        (void)kc_fail_errno(err, KC_ERR_FATAL, "descriptor %d is no connection to a worker", fd);
    } else {
        return l;
    }
    kc_link_close(l);
    return NULL;
}

/* Takes the worker's wish; a stop is final. Called on the link's thread, or before it runs. */
static void obey(struct kc_link *l, enum kc_command wish)
{
    if (atomic_load(&l->command) == KC_COMMAND_STOP)
        return;
    atomic_store(&l->command, wish);
    raise_event(l->wake_task);
    if (wish != KC_COMMAND_STOP)
        return;
    atomic_store(&l->stopped_at, kc_mono_ms());
    raise_event(l->stop_fd);
    (void)pthread_mutex_lock(&l->lock);
    if (l->interrupt != NULL)
        l->interrupt(l->task);
    (void)pthread_mutex_unlock(&l->lock);
}

static void obey_message(struct kc_link *l, const cJSON *message)
{
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(message, "type");
    const char *word = cJSON_GetStringValue(type);

    if (word == NULL)
        word = "";
    if (strcmp(word, "stop") == 0)
        obey(l, KC_COMMAND_STOP);
    else if (strcmp(word, "pause") == 0)
        obey(l, KC_COMMAND_PAUSE);
    else if (strcmp(word, "resume") == 0)
        obey(l, KC_COMMAND_RUN);
    else if (strcmp(word, "loggers") == 0)
        kc_loggers_take(cJSON_GetObjectItemCaseSensitive(message, "levels"));
    else
        kc_log(KC_WARN, "worker/task", "a command of the worker is not known here and ignored: %s", word);
}

/* Reads what is there. False: the worker is gone. */
static bool receive(struct kc_link *l)
{
    char bytes[READ_BYTES];

    for (;;) {
        ssize_t n = recv(l->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

        if (n > 0) {
            kc_buf_add(&l->in, bytes, (size_t)n);
            continue;
        }
        if (n < 0 && errno == EINTR)
            continue;
        return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    }
}

/* Writes what it can. False: the worker is gone. */
static bool transmit(struct kc_link *l)
{
    bool alive = true;

    (void)pthread_mutex_lock(&l->lock);
    while (l->out.len > 0) {
        ssize_t n = send(l->fd, l->out.data, l->out.len, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            alive = errno == EAGAIN || errno == EWOULDBLOCK;
            break;
        }
        memmove(l->out.data, l->out.data + n, l->out.len - (size_t)n);
        l->out.len -= (size_t)n;
    }
    (void)pthread_mutex_unlock(&l->lock);
    return alive;
}

static bool has_output(struct kc_link *l)
{
    bool any;

    (void)pthread_mutex_lock(&l->lock);
    any = l->out.len > 0;
    (void)pthread_mutex_unlock(&l->lock);
    return any;
}

cJSON *kc_link_first(struct kc_link *l, int timeout_ms, struct kc_error *err)
{
    int64_t deadline = kc_mono_ms() + timeout_ms;
    cJSON *message = NULL;
    bool alive = true;

    for (;;) {
        struct pollfd p = {.fd = l->fd, .events = POLLIN};
        int64_t left = deadline - kc_mono_ms();
        kc_status status = kc_control_take(&l->in, &message, err);

        if (status == KC_OK)
            return message;
        if (status < 0)
            return NULL;
        if (!alive || left <= 0 || (poll(&p, 1, (int)left) < 0 && errno != EINTR))
            break;
        alive = receive(l);
    }
    (void)kc_fail(err, KC_ERR_FATAL,
                  "no start message came over descriptor %d; `kconnect task` is started by "
                  "`kconnect worker`, not by hand",
                  KC_CONTROL_FD);
    return NULL;
}

/* The worker is gone: stop, and let the kernel end the process should it not manage to. */
static void orphaned(struct kc_link *l)
{
    (void)alarm(ORPHAN_S);
    obey(l, KC_COMMAND_STOP);
}

static void take_messages(struct kc_link *l)
{
    struct kc_error err = KC_ERROR_INIT;
    cJSON *message = NULL;
    kc_status status;

    while ((status = kc_control_take(&l->in, &message, &err)) == KC_OK) {
        obey_message(l, message);
        cJSON_Delete(message);
    }
    if (status < 0) {
        kc_log(KC_ERROR, "worker/task", "%s", err.message);
        orphaned(l);
    }
}

static void *link_thread(void *arg)
{
    struct kc_link *l = arg;
    bool alive = true;
    int64_t deadline = INT64_MAX;

    take_messages(l); /* what came together with the start message */
    while (alive || !atomic_load(&l->ending)) {
        struct pollfd p[2] = {{.fd = alive ? l->fd : -1, .events = POLLIN},
                              {.fd = l->wake_link, .events = POLLIN}};

        if (alive && has_output(l))
            p[0].events |= POLLOUT;
        else if (atomic_load(&l->ending))
            break;
        if (atomic_load(&l->ending) && deadline == INT64_MAX)
            deadline = kc_mono_ms() + CLOSE_MS;
        if (kc_mono_ms() >= deadline)
            break;
        (void)poll(p, 2, deadline == INT64_MAX ? -1 : CLOSE_MS);
        clear_event(l->wake_link);
        if (!alive)
            continue;
        alive = receive(l);
        take_messages(l);
        alive = alive && transmit(l);
        if (!alive)
            orphaned(l);
    }
    return NULL;
}

kc_status kc_link_run(struct kc_link *l, bool paused, struct kc_error *err)
{
    int status;

    atomic_store(&l->command, paused ? KC_COMMAND_PAUSE : KC_COMMAND_RUN);
    status = pthread_create(&l->thread, NULL, link_thread, l);
    if (status != 0) {
        errno = status;
        return kc_fail_errno(err, KC_ERR_FATAL, "cannot start a thread");
    }
    l->running = true;
    return KC_OK;
}

void kc_link_close(struct kc_link *l)
{
    if (l == NULL)
        return;
    kc_link_on_stop(l, NULL, NULL);
    if (l->running) {
        atomic_store(&l->ending, true);
        raise_event(l->wake_link);
        (void)pthread_join(l->thread, NULL);
    }
    int fds[] = {l->fd, l->stop_fd, l->wake_task, l->wake_link};

    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
        if (fds[i] >= 0)
            (void)close(fds[i]);
    }
    kc_buf_finish(&l->in);
    kc_buf_finish(&l->out);
    (void)pthread_mutex_destroy(&l->lock);
    free(l);
}

enum kc_command kc_link_command(struct kc_link *l)
{
    return (enum kc_command)atomic_load(&l->command);
}

int64_t kc_link_stopped_at(struct kc_link *l)
{
    return atomic_load(&l->stopped_at);
}

int kc_link_stop_fd(const struct kc_link *l)
{
    return l->stop_fd;
}

void kc_link_wait(struct kc_link *l, int timeout_ms)
{
    struct pollfd p[2] = {{.fd = l->wake_task, .events = POLLIN}, {.fd = l->stop_fd, .events = POLLIN}};

    if (timeout_ms > 0)
        (void)poll(p, 2, timeout_ms);
    clear_event(l->wake_task);
}

void kc_link_on_stop(struct kc_link *l, void (*interrupt)(void *task), void *task)
{
    (void)pthread_mutex_lock(&l->lock);
    l->interrupt = interrupt;
    l->task = task;
    if (interrupt != NULL && atomic_load(&l->command) == KC_COMMAND_STOP)
        interrupt(task);
    (void)pthread_mutex_unlock(&l->lock);
}

/* Queues `message` and deletes it. What must not be lost has `important` set. */
static bool queue(struct kc_link *l, cJSON *message, bool important)
{
    struct kc_error err = KC_ERROR_INIT;
    bool queued = false;

    (void)pthread_mutex_lock(&l->lock);
    if (message != NULL && (important || l->out.len < MAX_QUEUED_BYTES))
        queued = kc_control_frame(message, &l->out, &err) == KC_OK;
    (void)pthread_mutex_unlock(&l->lock);
    cJSON_Delete(message);
    raise_event(l->wake_link);
    return queued;
}

cJSON *kc_link_message(const char *type)
{
    cJSON *m = cJSON_CreateObject();

    (void)cJSON_AddStringToObject(m, "type", type);
    return m;
}

bool kc_link_state(struct kc_link *l, const char *state)
{
    cJSON *m = kc_link_message("state");

    (void)cJSON_AddStringToObject(m, "state", state);
    return queue(l, m, true);
}

bool kc_link_failed(struct kc_link *l, const struct kc_error *why)
{
    cJSON *m = kc_link_message("failed");
    char sentence[sizeof(why->message)];

    (void)snprintf(sentence, sizeof(sentence), "%s", why->message);
    kc_redact(sentence, sizeof(sentence));
    (void)cJSON_AddNumberToObject(m, "status", why->status);
    (void)cJSON_AddStringToObject(m, "message", sentence);
    (void)cJSON_AddNumberToObject(m, "retry_after_ms", why->retry_after_ms);
    return queue(l, m, true);
}

bool kc_link_progress(struct kc_link *l, const char *phase, const char *item, uint64_t done, uint64_t total)
{
    cJSON *m = kc_link_message("progress");
    char shown[PROGRESS_ITEM_BYTES];

    (void)snprintf(shown, sizeof(shown), "%s", item);
    kc_redact(shown, sizeof(shown));
    (void)cJSON_AddStringToObject(m, "phase", phase);
    (void)cJSON_AddStringToObject(m, "item", shown);
    (void)cJSON_AddNumberToObject(m, "done", (double)done);
    (void)cJSON_AddNumberToObject(m, "total", (double)total);
    return queue(l, m, false);
}

bool kc_link_stats(struct kc_link *l, cJSON *stats)
{
    return queue(l, stats, false);
}

bool kc_link_topics(struct kc_link *l, cJSON *names)
{
    cJSON *m = kc_link_message("topics");

    (void)cJSON_AddItemToObject(m, "names", names);
    return queue(l, m, false);
}
