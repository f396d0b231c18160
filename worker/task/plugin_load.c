#include "task/plugin_load.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static const char *kind_name(uint32_t kind)
{
    static const char *const names[] = {
        [KC_KIND_SOURCE] = "source",       [KC_KIND_SINK] = "sink",
        [KC_KIND_TRANSFORM] = "transform", [KC_KIND_PREDICATE] = "predicate",
        [KC_KIND_CONVERTER] = "converter", [KC_KIND_HEADER_CONVERTER] = "header converter",
    };

    return kind < sizeof(names) / sizeof(names[0]) && names[kind] != NULL ? names[kind] : "component";
}

static bool answers_to(const struct kc_component *c, const char *id)
{
    if (strcmp(c->id, id) == 0)
        return true;
    for (const char *const *alias = c->aliases; alias != NULL && *alias != NULL; alias++) {
        if (strcmp(*alias, id) == 0)
            return true;
    }
    return false;
}

static kc_status check(const struct kc_plugin *p, const char *file, struct kc_error *err)
{
    if (p == NULL)
        return kc_fail(err, KC_ERR_CONFIG, "the plugin %s declined to be loaded", file);
    if (p->magic != KC_ABI_MAGIC)
        return kc_fail(err, KC_ERR_CONFIG, "%s is not a kconnect plugin", file);
    if (p->abi_major != KC_ABI_MAJOR || p->abi_minor != KC_ABI_MINOR)
        return kc_fail(err, KC_ERR_CONFIG,
                       "the plugin %s was built for kconnect ABI %d.%d, this worker has %d.%d", file,
                       p->abi_major, p->abi_minor, KC_ABI_MAJOR, KC_ABI_MINOR);
    if ((p->flags & KC_FLAGS_MUST_UNDERSTAND) != 0 || p->min_minor > KC_ABI_MINOR)
        return kc_fail(err, KC_ERR_CONFIG, "the plugin %s needs a newer kconnect", file);
    return KC_OK;
}

kc_status kc_plugin_load_version(const char *file, uint32_t kind, const char *id, const char *version,
                                 const struct kc_host *host, struct kc_component_ref *out,
                                 struct kc_error *err)
{
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    const struct kc_plugin *plugin;
    kc_plugin_entry_fn entry;
    kc_status status;
    void *symbol;

    if (library == NULL)
        return kc_fail(err, KC_ERR_CONFIG, "cannot load the plugin of %s: %s", id, dlerror());
    symbol = dlsym(library, KC_PLUGIN_SYMBOL);
    if (symbol == NULL)
        return kc_fail(err, KC_ERR_CONFIG, "%s is not a plugin for this kconnect: it has no symbol %s", file,
                       KC_PLUGIN_SYMBOL);
    memcpy(&entry, &symbol, sizeof(entry));
    plugin = entry(host);
    status = check(plugin, file, err);
    if (status < 0)
        return status;
    for (uint32_t i = 0; i < plugin->n_components; i++) {
        const struct kc_component *c = plugin->components[i];

        if (c->kind != kind || !answers_to(c, id) || (version[0] != '\0' && strcmp(c->version, version) != 0))
            continue;
        out->def = c;
        (void)snprintf(out->label, sizeof(out->label), "%s %s", c->id, c->version);
        return KC_OK;
    }
    return kc_fail(err, KC_ERR_CONFIG, "the plugin %s has no %s called %s%s%s", file, kind_name(kind), id,
                   version[0] != '\0' ? " of version " : "", version);
}

kc_status kc_plugin_load(const char *file, uint32_t kind, const char *id, const struct kc_host *host,
                         struct kc_component_ref *out, struct kc_error *err)
{
    return kc_plugin_load_version(file, kind, id, "", host, out, err);
}
