#include "registry_scan.h"

struct kc_registry *registry_scan(const char *const *plugin_path, const char *state_dir, const char *self,
                                  struct kc_error *err)
{
    struct kc_registry *r = kc_registry_create();
    struct kc_installer *in = r == NULL ? NULL : kc_installer_create(r, plugin_path, state_dir, self, err);
    kc_status status = KC_ERR_FATAL;
    int64_t again_ms;
    bool changed;

    if (in != NULL)
        status = kc_installer_scan(in, 0, NULL, &again_ms, &changed, err);
    kc_installer_destroy(in);
    if (status == KC_OK)
        return r;
    kc_registry_destroy(r);
    return NULL;
}
