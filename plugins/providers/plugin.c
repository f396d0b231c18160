/* plugin.c - what the file exports: three config providers. */
#include <kconnect/sdk.h>

#include "providers.h"

const struct kc_host *kc_host;

static const struct kc_component *const components[] = {&kc_file_provider, &kc_directory_provider,
                                                        &kc_env_provider};

static const struct kc_plugin plugin = {
    KC_PLUGIN_HEADER(components, sizeof(components) / sizeof(components[0])),
    .name = "kc-providers",
    .version = KC_VERSION,
    .vendor = "kconnect",
    .license = "Apache-2.0",
};

const struct kc_plugin *kc_plugin_v0(const struct kc_host *host)
{
    kc_host = host;
    return &plugin;
}
