/* report.c - the lines of the report, and what the parts of the check share. */
#include "check.h"

#include <dirent.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void line(const struct check *c, const char *verdict, const char *fmt, va_list ap)
{
    char text[2048];

    (void)vsnprintf(text, sizeof(text), fmt, ap);
    (void)printf("%s  %s%s%s\n", verdict, c->component == NULL ? "" : c->component->id,
                 c->component == NULL ? "" : ": ", text);
    (void)fflush(stdout);
}

void check_pass(struct check *c, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    line(c, "PASS", fmt, ap);
    va_end(ap);
    c->page->passed++;
}

void check_fail(struct check *c, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    line(c, "FAIL", fmt, ap);
    va_end(ap);
    c->page->failed++;
}

void check_skip(struct check *c, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    line(c, "SKIP", fmt, ap);
    va_end(ap);
    c->page->skipped++;
}

static void watch(void *arg, const char *call)
{
    struct check_page *page = arg;

    if (call == NULL)
        memcpy(page->last, page->call, sizeof(page->last));
    (void)snprintf(page->call, sizeof(page->call), "%s", call == NULL ? "" : call);
}

struct kc_kit *check_kit(struct check *c)
{
    struct kc_kit *k = kc_kit_create(KC_KIT_LOCK);

    if (k == NULL) {
        check_fail(c, "out of memory");
        _exit(3);
    }
    kc_kit_watch(k, watch, c->page);
    return k;
}

bool check_kit_end(struct check *c, struct kc_kit *k)
{
    const char *text;
    uint32_t faults = 0;

    for (uint32_t i = 0; c->options->verbose && (text = kc_kit_log(k, i)) != NULL; i++)
        (void)printf("      log: %s\n", text);
    while ((text = kc_kit_fault(k, faults)) != NULL) {
        check_fail(c, "%s", text);
        faults++;
    }
    kc_kit_destroy(k);
    return faults == 0;
}

void check_complete(struct check *c)
{
    struct kc_kit *k = check_kit(c);
    struct kc_error err = {.struct_size = sizeof(err)};
    struct kc_map map;

    if (kc_kit_config(k, c->component->config, c->options->settings, &map, &err) < 0)
        check_skip(c,
                   "not run, because its configuration is not complete: %s Give it with --config or --set.",
                   err.message);
    kc_kit_destroy(k);
}

void check_open_failed(struct check *c, const char *side, kc_status status, const char *message)
{
    const char *space = side[0] == '\0' ? "" : " ";

    if (status == KC_ERR_CONFIG)
        check_skip(c, "open()%s%s refuses the configuration: %s. Give another with --config or --set.", space,
                   side, message);
    else
        check_fail(c, "open()%s%s failed with status %d: %s", space, side, status, message);
}

int64_t check_now_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* One wish to stop at a time: each part of the check is a process of its own. */
static struct {
    uint32_t delay_ms;
    void (*stop)(void *arg);
    void *arg;
    _Atomic int64_t at_ms; /* 0: not yet */
    pthread_t thread;
} wish;

static void *stop_thread(void *unused)
{
    (void)unused;
    (void)usleep(wish.delay_ms * 1000);
    atomic_store(&wish.at_ms, check_now_ms());
    wish.stop(wish.arg);
    return NULL;
}

void check_stop_later(struct check *c, uint32_t delay_ms, void (*stop)(void *arg), void *arg)
{
    wish.delay_ms = delay_ms;
    wish.stop = stop;
    wish.arg = arg;
    atomic_store(&wish.at_ms, 0);
    if (pthread_create(&wish.thread, NULL, stop_thread, NULL) != 0) {
        check_fail(c, "no thread could be made");
        _exit(3);
    }
}

void check_stop_join(void)
{
    (void)pthread_join(wish.thread, NULL);
}

int64_t check_stopped(void)
{
    int64_t at = atomic_load(&wish.at_ms);

    return at == 0 ? 0 : check_now_ms() - at;
}

unsigned check_open_files(void)
{
    DIR *dir = opendir("/proc/self/fd");
    unsigned n = 0;

    while (dir != NULL && readdir(dir) != NULL)
        n++;
    if (dir != NULL)
        closedir(dir);
    return n;
}
