/* Built for an ABI that does not exist yet. */
#include "parts.h"

KC_EXPORT const void *kc_plugin_v9(const void *host);

const void *kc_plugin_v9(const void *host)
{
    return host;
}
