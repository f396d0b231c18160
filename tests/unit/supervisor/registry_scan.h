/*
 * registry_scan.h - a registry of what is in plugin.path now, for tests that need no watching.
 */
#ifndef KC_TEST_REGISTRY_SCAN_H
#define KC_TEST_REGISTRY_SCAN_H

#include "plugin/install.h"

/* Arguments as those of kc_installer_create(). To be destroyed; NULL: *err. */
struct kc_registry *registry_scan(const char *const *plugin_path, const char *state_dir, const char *self,
                                  struct kc_error *err);

#endif
