/*
 * registry.h - which components are installed, from which file. Plugins are never loaded in the worker: a child
 * (`kconnect probe FILE`) loads each file once and describes it as JSON; this keeps the descriptions.
 */
#ifndef KC_PLUGIN_REGISTRY_H
#define KC_PLUGIN_REGISTRY_H

#include <cjson/cJSON.h>

#include "base/props.h"

struct kc_registry;

/* One configuration key of a component; enumerations are those of <kconnect/config.h>. Owned by the registry. */
struct kc_key_info {
    const char *name;
    const char *default_value;              /* NULL: none */
    const char *doc, *group, *display_name; /* may be NULL */
    uint32_t type, flags, importance, width;
    int32_t order;
    int64_t min, max;
    const char *const *choices;    /* ends with NULL; NULL: none */
    const char *const *dependents; /* likewise */
};

struct kc_component_info {
    uint32_t kind; /* KC_KIND_* */
    const char *id, *version, *title, *doc;
    const char *const *aliases; /* ends with NULL; NULL: none */
    const struct kc_key_info *keys;
    size_t n_keys;
    const char *file;   /* the staged copy that a task loads */
    const char *origin; /* the file in plugin.path */
};

struct kc_refused_info {
    const char *file, *reason,
        *detail; /* reason: WRONG_FILE UNLOADABLE CRASHED TIMEOUT DECLINED INCOMPATIBLE MALFORMED DUPLICATE */
};

/* Scans the folders (files, and folders with a plugin and its libraries), stages and probes every .so; `self` is our own
 * executable for the probe child. Bad files are listed as refused, never a failure. NULL: *err. Blocking: start-up only. */
struct kc_registry *kc_registry_scan(const char *const *plugin_path, const char *state_dir, const char *self,
                                     struct kc_error *err);
void kc_registry_destroy(struct kc_registry *r);

/* Read-only after the scan; any thread. Sorted by id, then version. */
size_t kc_registry_count(const struct kc_registry *r);
const struct kc_component_info *kc_registry_at(const struct kc_registry *r, size_t i);
size_t kc_registry_refused_count(const struct kc_registry *r);
const struct kc_refused_info *kc_registry_refused_at(const struct kc_registry *r, size_t i);
/* By id or alias; kind 0: source or sink. The highest version. NULL: none. */
const struct kc_component_info *kc_registry_find(const struct kc_registry *r, uint32_t kind,
                                                 const char *name);
/*
 * The highest version that the range of a `*.plugin.version` key allows (version_range.h; NULL or empty: any). NULL:
 * KC_ERR_CONFIG, and *err says that the name is not installed, or lists the versions that are.
 */
const struct kc_component_info *kc_registry_select(const struct kc_registry *r, uint32_t kind,
                                                   const char *name, const char *version_range,
                                                   struct kc_error *err);

/* All installed components at this moment, sorted by id, then version: an array that the caller frees, of elements that
 * live as long as the registry. NULL when *n is 0 (or out of memory). */
const struct kc_component_info **kc_registry_list(const struct kc_registry *r, size_t *n);

/* The role `kconnect probe FILE`: prints the description or the refusal as JSON on standard output. Exit status. */
int kc_probe_main(const char *file);

#endif
