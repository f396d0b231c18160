#include "plugin/watch.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/log.h"

enum {
    RESCAN_MS = 5000,        /* between two looks when nothing is heard */
    BLIND_RESCAN_MS = 500,   /* the same where nothing can be heard */
    GATHER_MS = 100,         /* a copy is many events */
    MAX_SUBFOLDERS = 1000,   /* of one folder that are watched; the others are looked at every RESCAN_MS */
    PATH_BYTES = 4096 + 256, /* a folder and a name */
};

static const uint32_t interesting =
    IN_CREATE | IN_DELETE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_ONLYDIR;

static const char log_name[] = "worker/plugin";

struct kc_plugin_watch {
    struct kc_installer *installer;
    const struct kc_registry *registry;
    const char *const *plugin_path;
    int64_t settle_ms;
    void (*changed)(void *arg);
    void *arg;
    pthread_t thread;
    atomic_bool stop;
    int wake;   /* eventfd: stop is set */
    int events; /* inotify; -1: there is none */
    bool blind; /* not everything could be watched */
};

static void watch_folder(struct kc_plugin_watch *w, const char *folder)
{
    /* A folder that is watched already keeps its watch. One that isn't there (any more) is nothing to be told again. */
    if (inotify_add_watch(w->events, folder, interesting) >= 0 || errno == ENOENT || errno == ENOTDIR)
        return;
    if (!w->blind)
        kc_log(KC_WARN, log_name,
               "cannot watch the folder %s: %s; plugin.path is looked at every %d ms instead", folder,
               strerror(errno), BLIND_RESCAN_MS);
    w->blind = true;
}

static void watch_subfolders(struct kc_plugin_watch *w, const char *folder)
{
    DIR *dir = opendir(folder);
    const struct dirent *e;
    int n = 0;

    while (dir != NULL && n < MAX_SUBFOLDERS && (e = readdir(dir)) != NULL) {
        char path[PATH_BYTES];

        if (e->d_name[0] == '.' || (e->d_type != DT_DIR && e->d_type != DT_LNK && e->d_type != DT_UNKNOWN))
            continue;
        if (snprintf(path, sizeof(path), "%s/%s", folder, e->d_name) < (int)sizeof(path))
            watch_folder(w, path);
        n++;
    }
    if (dir != NULL)
        (void)closedir(dir);
}

/* Before each scan: what comes later than this is heard, what was there earlier the scan sees. */
static void watch_all(struct kc_plugin_watch *w)
{
    for (size_t i = 0; w->events >= 0 && w->plugin_path[i] != NULL; i++) {
        watch_folder(w, w->plugin_path[i]);
        watch_subfolders(w, w->plugin_path[i]);
    }
}

static void drain(int fd)
{
    char bytes[4096];

    while (read(fd, bytes, sizeof(bytes)) > 0)
        continue;
}

/* Sleeps until something is heard, or for `ms`. */
static void wait_for_news(struct kc_plugin_watch *w, int64_t ms)
{
    struct pollfd p[] = {{.fd = w->wake, .events = POLLIN}, {.fd = w->events, .events = POLLIN}};

    if (poll(p, 2, (int)ms) <= 0 || (p[1].revents & POLLIN) == 0)
        return;
    (void)poll(p, 1, GATHER_MS);
    drain(w->events);
}

static int64_t look(struct kc_plugin_watch *w)
{
    int64_t again_ms, pause = w->blind || w->events < 0 ? BLIND_RESCAN_MS : RESCAN_MS;
    struct kc_error err = KC_ERROR_INIT;
    bool changed;

    if (kc_installer_scan(w->installer, w->settle_ms, &w->stop, &again_ms, &changed, &err) < 0)
        kc_log(KC_ERROR, log_name, "cannot look for plugins: %s", err.message);
    if (changed)
        w->changed(w->arg);
    kc_registry_restage(w->registry);
    return again_ms < pause ? again_ms : pause;
}

static void *run(void *arg)
{
    struct kc_plugin_watch *w = arg;

    while (!atomic_load(&w->stop)) {
        watch_all(w);
        wait_for_news(w, look(w));
    }
    return NULL;
}

static void release(struct kc_plugin_watch *w)
{
    if (w->events >= 0)
        (void)close(w->events);
    if (w->wake >= 0)
        (void)close(w->wake);
    free(w);
}

/* Signals are for the main thread. */
static int start_thread(struct kc_plugin_watch *w)
{
    sigset_t all, before;
    int rc;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_BLOCK, &all, &before);
    rc = pthread_create(&w->thread, NULL, run, w);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}

struct kc_plugin_watch *kc_plugin_watch_start(struct kc_installer *in, const struct kc_registry *r,
                                              const char *const *plugin_path, int64_t settle_ms,
                                              void (*changed)(void *arg), void *arg, struct kc_error *err)
{
    struct kc_plugin_watch *w = calloc(1, sizeof(*w));

    if (w == NULL) {
        (void)kc_fail(err, KC_ERR_NOMEM, "out of memory");
        return NULL;
    }
    *w = (struct kc_plugin_watch){.installer = in,
                                  .registry = r,
                                  .plugin_path = plugin_path,
                                  .settle_ms = settle_ms,
                                  .changed = changed,
                                  .arg = arg};
    w->events = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (w->events < 0)
        kc_log(KC_WARN, log_name, "cannot watch plugin.path: %s; it is looked at every %d ms instead",
               strerror(errno), BLIND_RESCAN_MS);
    w->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (w->wake < 0 || start_thread(w) != 0) {
        (void)kc_fail(err, KC_ERR_FATAL, "cannot start the thread that watches plugin.path");
        release(w);
        return NULL;
    }
    return w;
}

void kc_plugin_watch_stop(struct kc_plugin_watch *w)
{
    uint64_t one = 1;

    if (w == NULL)
        return;
    atomic_store(&w->stop, true);
    if (write(w->wake, &one, sizeof(one)) < 0)
        kc_log(KC_WARN, log_name, "the thread that watches plugin.path ends with its next look");
    (void)pthread_join(w->thread, NULL);
    release(w);
}
