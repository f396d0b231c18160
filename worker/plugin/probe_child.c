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

enum { MAX_ANSWER_BYTES = 16 << 20, EXIT_PAUSE_MS = 2, STOP_LOOK_MS = 50 };

struct child {
    pid_t pid;
    int out; /* what it prints */
};

/* Standard input empty, standard output a pipe, standard error ours; a process group of its own, to be killed whole. */
static int spawn(const char *self, const char *file, struct child *c)
{
    char *const argv[] = {(char *)"kconnect", (char *)"probe", (char *)file, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t none;
    int ends[2], rc;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return errno;
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    (void)posix_spawnattr_init(&attr);
    (void)sigemptyset(&none);
    (void)posix_spawnattr_setsigmask(&attr, &none);
    (void)posix_spawnattr_setpgroup(&attr, 0);
    (void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    rc = posix_spawn(&c->pid, self, &actions, &attr, argv, environ);
    (void)posix_spawnattr_destroy(&attr);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)close(ends[1]);
    c->out = ends[0];
    if (rc != 0)
        (void)close(ends[0]);
    return rc;
}

/* Reads to the end of the output. False: the deadline passed, or the answer is absurdly long. */
static bool read_answer(const struct child *c, int64_t deadline, const atomic_bool *stop,
                        struct kc_buf *answer)
{
    char bytes[4096];

    for (;;) {
        int64_t left = deadline - kc_mono_ms();
        struct pollfd p = {.fd = c->out, .events = POLLIN};
        ssize_t n;

        if (left <= 0 || answer->len > MAX_ANSWER_BYTES || (stop != NULL && atomic_load(stop)))
            return false;
        if (poll(&p, 1, left < STOP_LOOK_MS ? (int)left : STOP_LOOK_MS) <= 0)
            continue;
        n = read(c->out, bytes, sizeof(bytes));
        if (n == 0 || (n < 0 && errno != EINTR))
            return true;
        if (n > 0)
            kc_buf_add(answer, bytes, (size_t)n);
    }
}

/* Waits for the end. False: still there at the deadline. */
static bool wait_exit(const struct child *c, int64_t deadline, int *status)
{
    const struct timespec pause = {.tv_nsec = EXIT_PAUSE_MS * 1000000L};

    while (waitpid(c->pid, status, WNOHANG) == 0) {
        if (kc_mono_ms() >= deadline)
            return false;
        (void)nanosleep(&pause, NULL);
    }
    return true;
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

static cJSON *read_outcome(const struct kc_buf *answer, int status, const char **reason,
                           struct kc_buf *detail)
{
    struct kc_error err = KC_ERROR_INIT;
    const char *outcome, *said;
    cJSON *parsed;

    if (WIFSIGNALED(status)) {
        const char *name = sigabbrev_np(WTERMSIG(status));

        *reason = "CRASHED";
        kc_buf_printf(detail, "loading it ended with SIG%s", name != NULL ? name : "?");
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
        kc_buf_printf(detail, "loading it ended the process with exit status %d and without an answer",
                      WEXITSTATUS(status));
    } else {
        *reason = known_reason(kc_json_text(parsed, "reason"));
        kc_buf_str(detail, said != NULL ? said : "no detail was given");
    }
    cJSON_Delete(parsed);
    return NULL;
}

cJSON *kc_probe_child(const char *self, const char *file, int64_t deadline_ms, const atomic_bool *stop,
                      const char **reason, struct kc_buf *detail)
{
    int64_t deadline = kc_mono_ms() + deadline_ms;
    struct kc_buf answer = {0};
    cJSON *parsed = NULL;
    struct child c;
    int rc = spawn(self, file, &c), status = 0;

    if (rc != 0) {
        *reason = "CRASHED";
        kc_buf_printf(detail, "the process that looks at it could not be started: %s", strerror(rc));
        return NULL;
    }
    if (read_answer(&c, deadline, stop, &answer) && wait_exit(&c, deadline, &status)) {
        parsed = read_outcome(&answer, status, reason, detail);
    } else {
        *reason = "TIMEOUT";
        kc_buf_printf(detail, "loading it did not end within %lld ms", (long long)deadline_ms);
        (void)kill(-c.pid, SIGKILL);
        (void)kill(c.pid, SIGKILL);
        (void)waitpid(c.pid, &status, 0);
    }
    (void)close(c.out);
    kc_buf_finish(&answer);
    return parsed;
}
