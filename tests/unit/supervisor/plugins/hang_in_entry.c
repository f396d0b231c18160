/* Never comes back from its entry function. */
#include "parts.h"

#include <unistd.h>

const struct kc_plugin *kc_plugin_v0(const struct kc_host *host)
{
    while (host != NULL)
        (void)pause();
    return NULL;
}
