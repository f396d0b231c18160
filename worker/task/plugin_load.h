/* plugin_load.h - opens a staged plugin file inside the task and finds the component that the task runs. */
#ifndef KC_TASK_PLUGIN_LOAD_H
#define KC_TASK_PLUGIN_LOAD_H

#include <kconnect/plugin.h>
#include <stdbool.h>

#include "base/error.h"

enum { KC_LABEL_BYTES = 96 };

/* A component ready for use. Lives until the process ends: plugins are never unloaded. */
struct kc_component_ref {
    const struct kc_component *def;
    char label[KC_LABEL_BYTES]; /* "mysql-source 0.1.0", for errors and the crash page */
};

/*
 * dlopen()s `file` (the same file twice is one library), calls its entry once, and looks for the component of
 * `kind` that is called `id`, or has it among its aliases. KC_ERR_CONFIG: *err names the file and what is
 * wrong with it.
 */
kc_status kc_plugin_load(const char *file, uint32_t kind, const char *id, const struct kc_host *host,
                         struct kc_component_ref *out, struct kc_error *err);
/* The same for a file that may have several versions of a component; "": whichever comes first. */
kc_status kc_plugin_load_version(const char *file, uint32_t kind, const char *id, const char *version,
                                 const struct kc_host *host, struct kc_component_ref *out,
                                 struct kc_error *err);

#endif
