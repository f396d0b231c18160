/*
 * registry.h - which components are installed, from which file, in which versions. Plugins are never loaded in the
 * worker: a child (`kconnect probe FILE`) loads each file once and describes it as JSON; this keeps the descriptions.
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
        *detail; /* reason: WRONG_FILE UNLOADABLE CRASHED TIMEOUT DECLINED INCOMPATIBLE MALFORMED DUPLICATE LIMIT
                    QUARANTINED */
};

/*
 * Empty; install.h fills it, at start and whenever plugin.path changes. It only grows: a component that was listed once
 * stays valid until the registry is destroyed, so that whoever has found one may keep the pointer, on any thread. What is
 * listed is the newest picture of plugin.path. NULL: out of memory.
 */
struct kc_registry *kc_registry_create(void);
void kc_registry_destroy(struct kc_registry *r);

/* By id or alias; kind 0: source or sink. The highest version. NULL: none. Any thread, like all that follow. */
const struct kc_component_info *kc_registry_find(const struct kc_registry *r, uint32_t kind,
                                                 const char *name);
/* As kc_registry_find(), but when none is listed any more, one that once was: what is known of a running connector. */
const struct kc_component_info *kc_registry_find_ever(const struct kc_registry *r, uint32_t kind,
                                                      const char *name);
/*
 * The highest version that the range of a `*.plugin.version` key allows (version_range.h; NULL or empty: any). NULL:
 * KC_ERR_CONFIG, and *err says that the name is not installed, or lists the versions that are.
 */
const struct kc_component_info *kc_registry_select(const struct kc_registry *r, uint32_t kind,
                                                   const char *name, const char *version_range,
                                                   struct kc_error *err);

/* All that is listed at this moment, sorted by id, then version: an array that the caller frees, of elements that live as
 * long as the registry. NULL when *n is 0 (or out of memory). */
const struct kc_component_info **kc_registry_list(const struct kc_registry *r, size_t *n);

/* Every file that was found but is not listed, and every quarantined one. `each` must not call the registry. */
typedef void kc_refused_fn(void *arg, const struct kc_refused_info *refused);
void kc_registry_each_refused(const struct kc_registry *r, kc_refused_fn *each, void *arg);

/*
 * A file that crashed too often is in quarantine: shown with `detail` among the refused ones (QUARANTINED). `staged` is
 * the file that tasks load. It stays listed as installed, since a restart by hand lifts the quarantine: detail NULL.
 */
void kc_registry_quarantine(struct kc_registry *r, const char *staged, const char *detail);

/* Copies from plugin.path anew what somebody has deleted from the folder of staged files; before a process starts. */
void kc_registry_restage(const struct kc_registry *r);

/* The role `kconnect probe FILE`: prints the description or the refusal as JSON on standard output. Exit status. */
int kc_probe_main(const char *file);

#endif
