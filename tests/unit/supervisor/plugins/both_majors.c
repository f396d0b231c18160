/* Serves two majors of the ABI: ours, and one that does not exist yet. */
#include "parts.h"

static const struct kc_component component = {PARTS("test-source", &parts_ops, NULL)};

PARTS_PLUGIN()

KC_EXPORT const void *kc_plugin_v9(const void *host);

const void *kc_plugin_v9(const void *host)
{
    return host;
}
