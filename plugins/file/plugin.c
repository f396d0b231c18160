/* plugin.c - what the file exports: connectors for files of lines. */
#include <kconnect/sdk.h>

#include "file_sink.h"
#include "file_source.h"

const struct kc_host *kc_host;

static const struct kc_component *const components[] = {&kc_file_source, &kc_file_sink};

static const struct kc_plugin plugin = {
    KC_PLUGIN_HEADER(components, sizeof(components) / sizeof(components[0])),
    .name = "kc-file",
    .version = KC_VERSION,
    .vendor = "kconnect",
    .license = "Apache-2.0",
};

const struct kc_plugin *kc_plugin_v0(const struct kc_host *host)
{
    kc_host = host;
    return &plugin;
}
