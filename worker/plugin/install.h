/*
 * install.h - from the files in plugin.path to what the registry lists: each new or changed file is judged by its bytes,
 * staged, and probed in a child. Bad files are listed as refused, never a failure. Blocking; one thread at a time.
 */
#ifndef KC_PLUGIN_INSTALL_H
#define KC_PLUGIN_INSTALL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "plugin/registry.h"

struct kc_installer;

/* `plugin_path` are folders and ends with NULL; `self` is our own executable for the probe child. Everything is borrowed,
 * for the installer's life. Makes the folder for staged copies below `state_dir`. NULL: *err. */
struct kc_installer *kc_installer_create(struct kc_registry *r, const char *const *plugin_path,
                                         const char *state_dir, const char *self, struct kc_error *err);
void kc_installer_destroy(struct kc_installer *in);

/*
 * Looks at every folder once and brings the registry in line. A file that is new, or looks other than the last time, is
 * left until it has looked the same for `settle_ms`: it may still be on its way. What was listed from it before stays so
 * meanwhile. *again_ms is how long to wait before such a file should be looked at again (INT64_MAX: there is none),
 * *changed whether the registry lists anything else now. When `stop` (may be NULL) becomes true it returns soon.
 * KC_ERR_NOMEM: nothing has changed.
 */
kc_status kc_installer_scan(struct kc_installer *in, int64_t settle_ms, const atomic_bool *stop,
                            int64_t *again_ms, bool *changed, struct kc_error *err);

#endif
