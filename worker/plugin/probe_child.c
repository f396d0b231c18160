#include "plugin/probe_child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "supervisor/control.h"
#include "supervisor/memory_watch.h"

enum { MAX_ANSWER_BYTES = 16 << 20, EXIT_PAUSE_MS = 2, SLICE_MS = 50, FIRST_FREE_FD = 16 };

struct child {
    pid_t pid;
    int out; /* what it prints */
    struct kc_crash_page *page;
};

/* Standard input empty, standard output a pipe, standard error ours, 4 the crash page; a process group of its own, to be
 * killed whole. */
static int spawn_with(const char *self, const char *file, int out, int page_fd, pid_t *pid)
{
    char *const argv[] = {(char *)"kconnect", (char *)"probe", (char *)file, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t none;
    int rc;

    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    (void)posix_spawn_file_actions_adddup2(&actions, page_fd, KC_CRASH_FD);
    (void)posix_spawn_file_actions_addclosefrom_np(&actions, KC_CRASH_FD + 1);
    (void)posix_spawnattr_init(&attr);
    (void)sigemptyset(&none);
    (void)posix_spawnattr_setsigmask(&attr, &none);
    (void)posix_spawnattr_setpgroup(&attr, 0);
    (void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    rc = posix_spawn(pid, self, &actions, &attr, argv, environ);
    (void)posix_spawnattr_destroy(&attr);
    (void)posix_spawn_file_actions_destroy(&actions);
    return rc;
}

/* A copy of `fd` out of the way of 1 and 4; takes over `fd`. */
static int out_of_the_way(int fd)
{
    int copy = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FREE_FD);

    if (fd >= 0)
        (void)close(fd);
    return copy;
}

static void close_if_open(int fd)
{
    if (fd >= 0)
        (void)close(fd);
}

static int spawn(const char *self, const char *file, struct child *c)
{
    struct kc_error err = KC_ERROR_INIT;
    int ends[2] = {-1, -1}, rc = EMFILE;
    int page_fd = out_of_the_way(kc_crash_page_create(&c->page, &err));

    if (page_fd >= 0 && pipe2(ends, O_CLOEXEC) == 0)
        ends[1] = out_of_the_way(ends[1]);
    if (ends[1] >= 0)
        rc = spawn_with(self, file, ends[1], page_fd, &c->pid);
    close_if_open(page_fd);
    close_if_open(ends[1]);
    c->out = ends[0];
    if (rc == 0)
        return 0;
    close_if_open(ends[0]);
    kc_crash_page_release(c->page);
    return rc;
}

enum watch_end {
    ENDED, /* it has, or its answer has */
    LATE,  /* the deadline has passed, or nobody wants to know any more */
    LARGE, /* its answer, or its memory, is absurdly large */
};

/* Reads to the end of the output. */
static enum watch_end read_answer(const struct child *c, int64_t deadline,
                                  const struct kc_probe_limits *limits, struct kc_buf *answer)
{
    char bytes[4096];

    for (;;) {
        int64_t left = deadline - kc_mono_ms(), has_mb;
        struct pollfd p = {.fd = c->out, .events = POLLIN};
        ssize_t n;

        if (left <= 0 || (limits->stop != NULL && atomic_load(limits->stop)))
            return LATE;
        if (answer->len > MAX_ANSWER_BYTES || kc_memory_over(c->pid, limits->memory_max_mb, &has_mb))
            return LARGE;
        if (poll(&p, 1, left < SLICE_MS ? (int)left : SLICE_MS) <= 0)
            continue;
        n = read(c->out, bytes, sizeof(bytes));
        if (n == 0 || (n < 0 && errno != EINTR))
            return ENDED;
        if (n > 0)
            kc_buf_add(answer, bytes, (size_t)n);
    }
}

static enum watch_end wait_exit(const struct child *c, int64_t deadline)
{
    const struct timespec pause = {.tv_nsec = EXIT_PAUSE_MS * 1000000L};
    siginfo_t info = {0};

    while (waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0) {
        if (kc_mono_ms() >= deadline)
            return LATE;
        (void)nanosleep(&pause, NULL);
    }
    return ENDED;
}

/* The whole group, before its leader is collected: until then nobody else can have its number. */
static int collect(const struct child *c)
{
    int status = 0;

    (void)kill(-c->pid, SIGKILL);
    (void)kill(c->pid, SIGKILL);
    while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return status;
}

static const char *known_reason(const char *text)
{
    static const char *const reasons[] = {"WRONG_FILE",   "UNLOADABLE", "CRASHED",  "TIMEOUT",
                                          "INCOMPATIBLE", "DECLINED",   "MALFORMED"};

    for (size_t i = 0; text != NULL && i < sizeof(reasons) / sizeof(reasons[0]); i++)
        if (strcmp(text, reasons[i]) == 0)
            return reasons[i];
    return "MALFORMED";
}

/* "SIGSEGV in dlopen of bad.so at bad.so+0x1139 init" */
static void describe_signal(const struct kc_crash_page *page, int signal_number, struct kc_buf *detail)
{
    const char *name = sigabbrev_np(signal_number);
    struct kc_buf crash = {0};

    if (page->signal != 0)
        kc_crash_page_describe(page, &crash);
    if (crash.len > 0 && !crash.failed) {
        kc_buf_add(detail, crash.data, strcspn(crash.data, "\n")); /* the frames below are for logs */
    } else {
        kc_buf_printf(detail, "SIG%s", name != NULL ? name : "?");
        kc_crash_page_call(page, detail);
    }
    kc_buf_finish(&crash);
}

static cJSON *read_outcome(const struct kc_buf *answer, const struct kc_crash_page *page, int status,
                           const char **reason, struct kc_buf *detail)
{
    struct kc_error err = KC_ERROR_INIT;
    const char *outcome, *said;
    cJSON *parsed;

    if (WIFSIGNALED(status)) {
        *reason = "CRASHED";
        kc_buf_str(detail, "loading it ended with ");
        describe_signal(page, WTERMSIG(status), detail);
        return NULL;
    }
    parsed =
        answer->failed ? NULL : kc_json_parse(answer->data == NULL ? "" : answer->data, answer->len, &err);
    outcome = kc_json_text(parsed, "outcome");
    if (outcome != NULL && strcmp(outcome, "loaded") == 0)
        return parsed;
    said = kc_json_text(parsed, "detail");
    if (outcome == NULL) {
        /* A constructor that calls exit(), for example. */
        *reason = "CRASHED";
        kc_buf_str(detail, "loading it ended the process");
        kc_crash_page_call(page, detail);
        kc_buf_printf(detail, " with exit status %d and without an answer", WEXITSTATUS(status));
    } else {
        *reason = known_reason(kc_json_text(parsed, "reason"));
        kc_buf_str(detail, said != NULL ? said : "no detail was given");
    }
    cJSON_Delete(parsed);
    return NULL;
}

/* Why a child has to be ended. */
static void give_up(const struct child *c, enum watch_end end, const struct kc_probe_limits *limits,
                    const char **reason, struct kc_buf *detail)
{
    *reason = end == LATE ? "TIMEOUT" : "CRASHED";
    if (end == LATE)
        kc_buf_printf(detail, "loading it did not end within %lld ms", (long long)limits->deadline_ms);
    else
        kc_buf_printf(detail, "loading it was ended, because it took more than %lld MB of memory",
                      (long long)limits->memory_max_mb);
    kc_crash_page_call(c->page, detail);
}

cJSON *kc_probe_child(const char *self, const char *file, const struct kc_probe_limits *limits,
                      const char **reason, struct kc_buf *detail)
{
    int64_t deadline = kc_mono_ms() + limits->deadline_ms;
    struct kc_buf answer = {0};
    cJSON *parsed = NULL;
    struct child c = {0};
    enum watch_end end;
    int rc = spawn(self, file, &c), status = 0;

    if (rc != 0) {
        *reason = "CRASHED";
        kc_buf_printf(detail, "the process that looks at it could not be started: %s", strerror(rc));
        return NULL;
    }
    end = read_answer(&c, deadline, limits, &answer);
    if (end == ENDED)
        end = wait_exit(&c, deadline);
    if (end != ENDED)
        give_up(&c, end, limits, reason, detail);
    status = collect(&c);
    if (end == ENDED)
        parsed = read_outcome(&answer, c.page, status, reason, detail);
    (void)close(c.out);
    kc_crash_page_release(c.page);
    kc_buf_finish(&answer);
    return parsed;
}
