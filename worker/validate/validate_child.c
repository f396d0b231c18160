#include "validate/validate_child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "supervisor/control.h"
#include "supervisor/crash_page.h"
#include "supervisor/memory_watch.h"

enum {
    SLICE_MS = 100, /* how late a stop is noticed */
    MAX_ANSWER_BYTES = 4 << 20,
    FIRST_FREE_FD = 16, /* spawning moves descriptors to 3 and 4: the originals must lie elsewhere */
};

enum end { END_ANSWERED, END_DEADLINE, END_STOPPED, END_FLOOD, END_MEMORY };

struct process {
    pid_t pid;
    int pidfd;
    int socket;
    int64_t deadline;
    struct kc_crash_page *page;
    struct kc_buf in;
    size_t taken; /* bytes of it that are dealt with */
    bool done;    /* it said that it came to its end */
};

/* A copy of `fd` out of the way of 3 and 4; takes over `fd`. */
static int out_of_the_way(int fd)
{
    int copy = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FREE_FD);

    if (fd >= 0)
        (void)close(fd);
    return copy;
}

/* Standard input empty, output and errors to our standard error, a process group of its own, nothing else inherited. */
static int spawn(const char *executable, int socket_fd, int page_fd, pid_t *pid)
{
    char *const argv[] = {(char *)"kconnect", (char *)"validate", NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t none;
    int rc;

    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    (void)posix_spawn_file_actions_adddup2(&actions, socket_fd, KC_CONTROL_FD);
    (void)posix_spawn_file_actions_adddup2(&actions, page_fd, KC_CRASH_FD);
    (void)posix_spawn_file_actions_addclosefrom_np(&actions, KC_CRASH_FD + 1);
    (void)posix_spawnattr_init(&attr);
    (void)sigemptyset(&none);
    (void)posix_spawnattr_setsigmask(&attr, &none);
    (void)posix_spawnattr_setpgroup(&attr, 0);
    (void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    rc = posix_spawn(pid, executable, &actions, &attr, argv, environ);
    (void)posix_spawnattr_destroy(&attr);
    (void)posix_spawn_file_actions_destroy(&actions);
    return rc;
}

static kc_status start(const char *executable, struct process *p, struct kc_error *err)
{
    int ends[2] = {-1, -1}, page_fd, rc;

    page_fd = out_of_the_way(kc_crash_page_create(&p->page, err));
    if (page_fd < 0)
        return kc_fail(err, KC_ERR_RETRY, "cannot make the page shared with a checking process");
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
        (void)close(page_fd);
        return kc_fail_errno(err, KC_ERR_RETRY, "cannot make the connection to a checking process");
    }
    p->socket = ends[0];
    ends[1] = out_of_the_way(ends[1]);
    rc = ends[1] < 0 ? errno : spawn(executable, ends[1], page_fd, &p->pid);
    (void)close(page_fd);
    if (ends[1] >= 0)
        (void)close(ends[1]);
    if (rc != 0) {
        p->pid = 0;
        return kc_fail(err, KC_ERR_RETRY, "cannot start a checking process: %s", strerror(rc));
    }
    p->pidfd = pidfd_open(p->pid, 0);
    return KC_OK;
}

/* One line of the answer. What is no line of ours is ignored: the missing end will tell. */
static void take_line(const struct kc_validate_child *c, struct process *p, const char *line, size_t n)
{
    struct kc_error err = KC_ERROR_INIT;
    cJSON *json = kc_json_parse(line, n, &err);
    const char *message = kc_json_text(json, "message"), *key = kc_json_text(json, "key"),
               *choice = kc_json_text(json, "choice");

    if (message != NULL && c->problem != NULL)
        c->problem(c->arg, key, message);
    else if (key != NULL && choice != NULL && c->advice != NULL)
        c->advice(c->arg, key, choice, true);
    else if (key != NULL && kc_json_member(json, "visible") != NULL && c->advice != NULL)
        c->advice(c->arg, key, NULL, kc_json_bool(json, "visible", true));
    p->done = p->done || kc_json_bool(json, "done", false);
    cJSON_Delete(json);
}

/* Every whole line that came since the last time. */
static void take_lines(const struct kc_validate_child *c, struct process *p)
{
    for (;;) {
        const char *line = p->in.data + p->taken;
        const char *end = p->in.data == NULL ? NULL : memchr(line, '\n', p->in.len - p->taken);

        if (end == NULL)
            return;
        take_line(c, p, line, (size_t)(end - line));
        p->taken = (size_t)(end + 1 - p->in.data);
    }
}

/* Sends what is left of the request, and reads what came. False: the child closed its end. */
static bool exchange(struct process *p, short events, const char **request, size_t *n)
{
    char bytes[4096];
    ssize_t got;

    if ((events & POLLOUT) != 0 && *n > 0) {
        ssize_t sent = send(p->socket, *request, *n, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (sent > 0) {
            *request += sent;
            *n -= (size_t)sent;
        } else if (errno != EAGAIN && errno != EINTR) {
            *n = 0; /* it will not read: its end tells why */
        }
        if (*n == 0)
            (void)shutdown(p->socket, SHUT_WR);
    }
    if ((events & (POLLIN | POLLHUP | POLLERR)) == 0)
        return true;
    got = recv(p->socket, bytes, sizeof(bytes), MSG_DONTWAIT);
    if (got > 0)
        kc_buf_add(&p->in, bytes, (size_t)got);
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

/* Waits for `fd`, in slices, so that a stop of the worker is seen. True: the end of waiting is in *end. */
static bool wait_for(const struct kc_validate_child *c, const struct process *p, struct pollfd *fd,
                     enum end *end)
{
    int64_t left = p->deadline - kc_mono_ms(), has_mb;

    if (c->stopping != NULL && atomic_load(c->stopping)) {
        *end = END_STOPPED;
        return true;
    }
    if (left <= 0) {
        *end = END_DEADLINE;
        return true;
    }
    if (kc_memory_over(p->pid, c->memory_max_mb, &has_mb)) {
        *end = END_MEMORY;
        return true;
    }
    fd->revents = 0;
    (void)poll(fd, 1, left < SLICE_MS ? (int)left : SLICE_MS);
    return false;
}

/* Until the answer is complete or the child has closed its end, of which a process that it started may have a copy. */
static enum end converse(const struct kc_validate_child *c, struct process *p, const char *request, size_t n)
{
    struct pollfd socket = {.fd = p->socket};
    enum end end;

    while (!p->done) {
        socket.events = (short)(POLLIN | (n > 0 ? POLLOUT : 0));
        if (wait_for(c, p, &socket, &end))
            return end;
        if (p->in.len > MAX_ANSWER_BYTES)
            return END_FLOOD;
        if (socket.revents != 0 && !exchange(p, socket.revents, &request, &n))
            break;
        take_lines(c, p);
    }
    return END_ANSWERED;
}

/* A process that closed its end without an answer is about to end; how it ends is what has to be told. */
static enum end wait_for_exit(const struct kc_validate_child *c, const struct process *p)
{
    struct pollfd ended = {.fd = p->pidfd, .events = POLLIN};
    enum end end;

    while (ended.revents == 0)
        if (wait_for(c, p, &ended, &end))
            return end;
    return END_ANSWERED;
}

static void tell(const struct kc_validate_child *c, const struct kc_buf *sentence)
{
    kc_log(KC_WARN, "worker/validate", "%s", sentence->failed ? "out of memory" : sentence->data);
    if (c->problem != NULL)
        c->problem(c->arg, NULL, sentence->failed ? "out of memory" : sentence->data);
}

/* How the check ended other than with an answer, as one more problem. */
static void tell_end(const struct kc_validate_child *c, const struct process *p, enum end end, int status)
{
    const struct kc_component_info *component = c->component;
    const char *subject = c->subject != NULL ? c->subject : "this configuration";
    struct kc_buf sentence = {0};

    kc_buf_printf(&sentence, "%s %s ", component->id, component->version);
    if (end == END_DEADLINE) {
        kc_buf_printf(&sentence, "did not end its check of %s within %lld ms", subject,
                      (long long)c->deadline_ms);
        if (p->page->since_ms != 0) {
            kc_buf_str(&sentence, "; it was");
            kc_crash_page_call(p->page, &sentence);
        }
    } else if (end == END_MEMORY) {
        kc_buf_printf(&sentence, "took more than %lld MB of memory (task.memory.max.mb) while it checked %s",
                      (long long)c->memory_max_mb, subject);
    } else if (end == END_FLOOD) {
        kc_buf_str(&sentence, "reported more problems than can be shown");
    } else if (WIFSIGNALED(status) && p->page->signal != 0) {
        struct kc_buf crash = {0};

        kc_crash_page_describe(p->page, &crash);
        kc_buf_printf(&sentence, "crashed while it checked %s: ", subject);
        if (!crash.failed)
            kc_buf_add(&sentence, crash.data, strcspn(crash.data, "\n")); /* the frames below are for logs */
        kc_buf_finish(&crash);
    } else if (WIFSIGNALED(status)) {
        const char *name = sigabbrev_np(WTERMSIG(status));

        kc_buf_printf(&sentence, "crashed while it checked %s: SIG%s", subject, name ? name : "?");
    } else {
        kc_buf_printf(&sentence, "ended its process with status %d instead of answering a check",
                      WEXITSTATUS(status));
        kc_crash_page_call(p->page, &sentence);
    }
    if (c->subject == NULL)
        kc_buf_str(&sentence, "; validateOnly=declared leaves this check out");
    tell(c, &sentence);
    kc_buf_finish(&sentence);
}

/* The whole group, before its leader is collected: until then nobody else can have its number. */
static int collect(struct process *p)
{
    int status = 0;

    (void)kill(-p->pid, SIGKILL);
    (void)kill(p->pid, SIGKILL);
    while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

static void release(struct process *p)
{
    if (p->socket >= 0)
        (void)close(p->socket);
    if (p->pidfd >= 0)
        (void)close(p->pidfd);
    kc_crash_page_release(p->page);
    kc_buf_finish(&p->in);
}

kc_status kc_validate_child_run(const struct kc_validate_child *c, const char *request, size_t n,
                                struct kc_error *err)
{
    struct process p = {.pidfd = -1, .socket = -1, .deadline = kc_mono_ms() + c->deadline_ms};
    kc_status status = start(c->executable, &p, err);

    if (status == KC_OK) {
        enum end end = converse(c, &p, request, n);
        int how;

        take_lines(c, &p);
        if (end == END_ANSWERED && !p.done)
            end = wait_for_exit(c, &p);
        how = collect(&p);
        if (end == END_STOPPED)
            status = kc_fail(err, KC_ERR_RETRY, "The worker is stopping.");
        else if (!p.done)
            tell_end(c, &p, end, how);
    }
    release(&p);
    return status;
}
