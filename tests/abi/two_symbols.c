/* two_symbols.c - linked without the version script: what is not hidden is exported. */
#include <kconnect/sdk.h>

KC_EXPORT int one_too_many(void);

int one_too_many(void)
{
    return 2;
}

const struct kc_plugin *kc_plugin_v0(const struct kc_host *host)
{
    (void)host;
    return NULL;
}
