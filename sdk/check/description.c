/* description.c - what the plugin says about itself, judged and printed. */
#include "check.h"

#include <stdio.h>
#include <string.h>

static const char *kind_name(uint32_t kind)
{
    static const char *const names[] = {
        [KC_KIND_SOURCE] = "source",
        [KC_KIND_SINK] = "sink",
        [KC_KIND_TRANSFORM] = "transform",
        [KC_KIND_PREDICATE] = "predicate",
        [KC_KIND_CONVERTER] = "converter",
        [KC_KIND_HEADER_CONVERTER] = "header converter",
        [KC_KIND_CONFIG_PROVIDER] = "config provider",
    };

    return kind < sizeof(names) / sizeof(names[0]) && names[kind] != NULL ? names[kind] : "?";
}

static const char *type_name(uint32_t type)
{
    static const char *const names[] = {
        [KC_CFG_BOOLEAN] = "BOOLEAN", [KC_CFG_STRING] = "STRING", [KC_CFG_INT] = "INT",
        [KC_CFG_SHORT] = "SHORT",     [KC_CFG_LONG] = "LONG",     [KC_CFG_DOUBLE] = "DOUBLE",
        [KC_CFG_LIST] = "LIST",       [KC_CFG_CLASS] = "CLASS",   [KC_CFG_PASSWORD] = "PASSWORD",
    };

    return type < sizeof(names) / sizeof(names[0]) && names[type] != NULL ? names[type] : "?";
}

static void print_component(const struct kc_component *c)
{
    (void)printf("      %s %s %s: %s\n", kind_name(c->kind), c->id, c->version, c->title);
    for (size_t a = 0; c->aliases != NULL && c->aliases[a] != NULL; a++)
        (void)printf("        also %s\n", c->aliases[a]);
    for (uint32_t i = 0; c->config != NULL && i < c->config->n_keys; i++) {
        const struct kc_config_key *key =
            (const void *)((const uint8_t *)(const void *)c->config->keys + (size_t)i * c->config->key_size);
        const char *value = key->default_value == NULL ? "null" : key->default_value;

        if ((key->flags & KC_CFG_INTERNAL) == 0)
            (void)printf("        %-32s %-9s %s%s\n", key->name, type_name(key->type),
                         key->flags & KC_CFG_REQUIRED ? "required" : "default ",
                         key->flags & KC_CFG_REQUIRED ? "" : value);
    }
}

/* The worker reads the description at any time, so it must be the same whenever the entry function is
 * asked. */
void check_description(struct check *c)
{
    struct kc_kit *k = check_kit(c);
    const char *problems = kc_kit_check_plugin(k, c->plugin), *license;
    size_t n;

    license = KC_HAS(struct kc_plugin, c->plugin, license) ? c->plugin->license : NULL;
    for (const char *p = problems; *p != '\0'; p += n + 1) {
        n = strcspn(p, "\n");
        check_fail(c, "%.*s", (int)n, p);
    }
    if (problems[0] == '\0') {
        (void)printf("      plugin %s %s, ABI %u.%u%s%s\n", c->plugin->name, c->plugin->version,
                     c->plugin->abi_major, c->plugin->abi_minor, license == NULL ? "" : ", ",
                     license == NULL ? "" : license);
        for (uint32_t i = 0; i < c->plugin->n_components; i++)
            print_component(c->plugin->components[i]);
        check_pass(c, "its description obeys the rules (%u component%s)", c->plugin->n_components,
                   c->plugin->n_components == 1 ? "" : "s");
    }
    (void)check_kit_end(c, k);
}
