/*
 * watch.h - keeps the registry in line with plugin.path while the worker runs. A thread of its own sleeps until the
 * folders, or the plugins' own folders in them, change (inotify), and looks at them every few seconds besides, since
 * network file systems tell nothing of what others do. It also restores staged copies that somebody has deleted.
 */
#ifndef KC_PLUGIN_WATCH_H
#define KC_PLUGIN_WATCH_H

#include "plugin/install.h"

/* How long a file has to stay as it is before it is looked at; together with the probe less than the 2 s that a plugin may
 * take from its drop to the list. */
enum { KC_PLUGIN_SETTLE_MS = 1000 };

struct kc_plugin_watch;

/*
 * `in` belongs to the thread until the stop; it, `r` and `plugin_path` are borrowed. `changed` is called on that thread
 * after each publication. NULL: *err.
 */
struct kc_plugin_watch *kc_plugin_watch_start(struct kc_installer *in, const struct kc_registry *r,
                                              const char *const *plugin_path, int64_t settle_ms,
                                              void (*changed)(void *arg), void *arg, struct kc_error *err);
/* Waits for the thread, which kills a probe that is under way. NULL is allowed. */
void kc_plugin_watch_stop(struct kc_plugin_watch *w);

#endif
