/*
 * task_helper.c - plays the role of a task for the supervisor's tests: a real process with a real socket and crash page,
 * that behaves as "behaviour" in the configuration of its start message says.
 */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "supervisor/control.h"
#include "supervisor/crash_page.h"

static struct kc_buf in;
static struct kc_crash_page *page;
static int *volatile nowhere = NULL;

static void put(const char *json)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_buf out = {0};

    if (kc_control_frame_text(json, strlen(json), &out, &err) < 0 ||
        write(KC_CONTROL_FD, out.data, out.len) != (ssize_t)out.len)
        _exit(90);
    kc_buf_finish(&out);
}

/* Waits for the next message. The end of the connection means stop. */
static cJSON *get(void)
{
    struct kc_error err = KC_ERROR_INIT;
    cJSON *message = NULL;
    char bytes[4096];

    while (kc_control_take(&in, &message, &err) == KC_NOTHING) {
        ssize_t n = read(KC_CONTROL_FD, bytes, sizeof(bytes));

        if (n <= 0)
            _exit(0);
        kc_buf_add(&in, bytes, (size_t)n);
    }
    if (message == NULL)
        _exit(91);
    return message;
}

static void say_state(bool paused)
{
    put(paused ? "{\"type\":\"state\",\"state\":\"PAUSED\"}" : "{\"type\":\"state\",\"state\":\"RUNNING\"}");
}

static void obey(void)
{
    for (;;) {
        cJSON *message = get();
        const char *type = kc_json_text(message, "type");

        if (strcmp(type, "stop") == 0)
            _exit(0);
        if (strcmp(type, "pause") == 0 || strcmp(type, "resume") == 0)
            say_state(strcmp(type, "pause") == 0);
        cJSON_Delete(message);
    }
}

__attribute__((noinline)) static void wait_for_ever(void)
{
    for (;;)
        (void)pause();
}

__attribute__((noinline, no_sanitize("undefined"))) static void kc_helper_crash(void)
{
    kc_crash_page_enter(page, "helper-source 1.0.0", "poll");
    *nowhere = 1;
}

/* Uses up the stack, call by call. */
__attribute__((noinline, no_sanitize("undefined"))) static int fall(volatile char *above)
{
    static volatile long depth;
    volatile char room[4096];

    room[0] = above != NULL ? above[0] : 0;
    return depth++ < 0 ? 0 : fall(room) + room[0];
}

/* The ways to die in a plugin's call. */
static void die_in_put(const char *how)
{
    kc_crash_page_enter(page, "helper-sink 2.0.0", "put");
    if (strcmp(how, "exit-in-put") == 0)
        _exit(3); /* the number by which a task itself says that it is fenced */
    if (strcmp(how, "abort-in-put") == 0)
        abort();
    if (strcmp(how, "killed-in-put") == 0)
        (void)kill(getpid(), SIGKILL);
    if (strcmp(how, "overflow-in-put") == 0)
        _exit(fall(NULL));
}

/* The numbers of open descriptors beyond those a task is given, as the item of a progress. */
static void say_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    const struct dirent *e;
    struct kc_buf out = {0};

    kc_buf_str(&out, "{\"type\":\"progress\",\"phase\":\"fds\",\"done\":1,\"item\":\"");
    while (dir != NULL && (e = readdir(dir)) != NULL)
        if (atoi(e->d_name) > KC_CRASH_FD && atoi(e->d_name) != dirfd(dir))
            kc_buf_printf(&out, "%s ", e->d_name);
    if (dir != NULL)
        (void)closedir(dir);
    kc_buf_str(&out, "\"}");
    put(out.data);
    kc_buf_finish(&out);
}

/* 16 MB every 10 ms, up to 2 GB: in use, so that it is resident. */
static void grow_for_ever(void)
{
    enum { STEP = 16 << 20 };
    struct timespec pause_10_ms = {.tv_nsec = 10 * 1000 * 1000};

    for (int i = 0; i < 128; i++) {
        volatile char *p = malloc(STEP);

        for (size_t at = 0; p != NULL && at < STEP; at += 4096)
            p[at] = 1;
        (void)nanosleep(&pause_10_ms, NULL);
    }
    wait_for_ever();
}

/* As a plugin that forks: its number is told as the item of a progress. */
static void start_another(void)
{
    char message[128];
    pid_t pid = fork();

    if (pid == 0)
        wait_for_ever();
    (void)snprintf(message, sizeof(message),
                   "{\"type\":\"progress\",\"phase\":\"fork\",\"item\":\"%d\",\"done\":1}", (int)pid);
    put(message);
}

static void flood(int last)
{
    char message[128];

    for (int i = 1; i <= last; i++) {
        (void)snprintf(
            message, sizeof(message),
            "{\"type\":\"progress\",\"phase\":\"snapshot\",\"item\":\"t\",\"done\":%d,\"total\":500}", i);
        put(message);
    }
}

/* True the first time this is asked in the life of the file `marker`. */
static bool is_first_time(const char *marker)
{
    bool first = access(marker, F_OK) != 0;
    FILE *f = fopen(marker, "w");

    if (f != NULL)
        (void)fclose(f);
    return first;
}

static void fail_retriable(void)
{
    put("{\"type\":\"failed\",\"status\":-2,\"message\":\"the database is away\",\"retry_after_ms\":0}");
    _exit(1);
}

static void fail_for_good(void)
{
    put("{\"type\":\"failed\",\"status\":-4,\"message\":\"database.password: access denied; set the right "
        "one\"}");
    _exit(1);
}

static void behave(const char *how, bool paused, const char *marker)
{
    if (strcmp(how, "retry") == 0)
        fail_retriable();
    if (strcmp(how, "config") == 0)
        fail_for_good();
    if (strcmp(how, "fenced") == 0)
        _exit(3);
    if (strcmp(how, "leave") == 0)
        _exit(0);
    if (strcmp(how, "garbage") == 0) {
        (void)!write(KC_CONTROL_FD, "\x02\0\0\0no", 6);
        wait_for_ever();
    }
    if (strcmp(how, "crash-once") == 0 && is_first_time(marker))
        kc_helper_crash();
    if (strcmp(how, "finished") == 0)
        flood(500);
    say_state(paused);
    if (strcmp(how, "crash") == 0)
        kc_helper_crash();
    if (strstr(how, "-in-put") != NULL)
        die_in_put(how);
    if (strcmp(how, "killed") == 0)
        (void)kill(getpid(), SIGKILL);
    if (strcmp(how, "deaf") == 0)
        wait_for_ever();
    if (strcmp(how, "hang") == 0) {
        kc_crash_page_enter(page, "helper-source 1.0.0", "poll");
        wait_for_ever();
    }
    if (strcmp(how, "greedy") == 0) {
        kc_crash_page_enter(page, "helper-source 1.0.0", "put"); /* which may take longest */
        grow_for_ever();
    }
    if (strcmp(how, "descriptors") == 0)
        say_descriptors();
    if (strcmp(how, "fork") == 0)
        start_another();
    if (strcmp(how, "flood") == 0)
        flood(499);
    obey();
}

int main(void)
{
    struct kc_error err = KC_ERROR_INIT;
    const cJSON *config;
    cJSON *start;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    page = kc_crash_page_attach(KC_CRASH_FD, &err);
    if (page == NULL) {
        (void)fprintf(stderr, "%s\n", err.message);
        return 92;
    }
    start = get();
    config = kc_json_member(start, "config");
    behave(kc_json_text(config, "behaviour"), kc_json_bool(start, "paused", false),
           kc_json_text(config, "marker"));
    return 93;
}
