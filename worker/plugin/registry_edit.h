/*
 * registry_edit.h - the registry's writing side, for install.c: one thread at a time. Contents are added once and for
 * all; a publication says which of them are listed now.
 */
#ifndef KC_PLUGIN_REGISTRY_EDIT_H
#define KC_PLUGIN_REGISTRY_EDIT_H

#include "plugin/registry.h"

/* One file's content as it was probed; owned by the registry, never changed, never freed before it. */
struct kc_plugin_content {
    cJSON *description; /* what the components' texts point into */
    char *origin;       /* the file in plugin.path */
    char *folder;       /* its own folder, staged as a whole; NULL: a single file */
    char *staged;       /* the copy that tasks load: <state>/plugins/<hash>/<file> */
    size_t n_staged;    /* files there, with its libraries */
    struct kc_component_info *components;
    size_t n;
};

/*
 * Every content that a worker ever met stays in memory, some 100 KB for a large connector; one more than this is
 * refused until the worker is restarted. The same content again is no new one.
 */
enum { KC_REGISTRY_MAX_CONTENTS = 1000 };

/* The content that was staged as `staged` from `origin` before. NULL: none. */
const struct kc_plugin_content *kc_registry_content(const struct kc_registry *r, const char *origin,
                                                    const char *staged);
/* Takes over `description` whatever comes of it. NULL: *err is KC_ERR_NOMEM, or KC_ERR_UNSUPPORTED: too many contents, or
 * KC_ERR_FATAL: the description is not as promised. */
const struct kc_plugin_content *kc_registry_add(struct kc_registry *r, const char *origin, const char *folder,
                                                const char *staged, cJSON *description, struct kc_error *err);

/* Lists exactly these contents and refusals from now on; copies them. KC_ERR_NOMEM: what was listed still is. */
kc_status kc_registry_publish(struct kc_registry *r, const struct kc_plugin_content *const *contents,
                              size_t n_contents, const struct kc_refused_info *refused, size_t n_refused,
                              struct kc_error *err);

#endif
