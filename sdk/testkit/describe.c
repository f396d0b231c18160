/* describe.c - a plugin's description against the rules of plugin.h and config.h. */
#include "kit.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct op {
    const char *name;
    size_t offset;
};

#define OP(type, member)                                                                                     \
    {                                                                                                        \
#member, offsetof(struct type, member)                                                               \
    }

/* The operations each kind must have; of the last two of a converter, one is enough. */
static const struct op must[][3] = {
    [KC_KIND_SOURCE] = {OP(kc_source_ops, open), OP(kc_source_ops, poll), OP(kc_source_ops, close)},
    [KC_KIND_SINK] = {OP(kc_sink_ops, open), OP(kc_sink_ops, put), OP(kc_sink_ops, close)},
    [KC_KIND_TRANSFORM] = {OP(kc_transform_ops, open), OP(kc_transform_ops, apply),
                           OP(kc_transform_ops, close)},
    [KC_KIND_PREDICATE] = {OP(kc_predicate_ops, open), OP(kc_predicate_ops, test),
                           OP(kc_predicate_ops, close)},
    [KC_KIND_CONVERTER] = {OP(kc_converter_ops, open), OP(kc_converter_ops, close)},
    [KC_KIND_HEADER_CONVERTER] = {OP(kc_header_converter_ops, open), OP(kc_header_converter_ops, close)},
    [KC_KIND_CONFIG_PROVIDER] = {OP(kc_config_provider_ops, open), OP(kc_config_provider_ops, get),
                                 OP(kc_config_provider_ops, close)},
};

static const struct op either[][2] = {
    [KC_KIND_CONVERTER] = {OP(kc_converter_ops, encode), OP(kc_converter_ops, decode)},
    [KC_KIND_HEADER_CONVERTER] = {OP(kc_header_converter_ops, encode), OP(kc_header_converter_ops, decode)},
};

static bool has(const void *ops, const struct op *op)
{
    uint32_t size;
    void (*call)(void);

    memcpy(&size, ops, sizeof(size));
    if (size < op->offset + sizeof(call))
        return false;
    memcpy(&call, (const uint8_t *)ops + op->offset, sizeof(call));
    return call != NULL;
}

static bool is_word(const char *text, size_t max, const char *allowed)
{
    size_t n = text == NULL ? 0 : strnlen(text, max + 1);

    if (n == 0 || n > max || !isalnum((unsigned char)text[0]))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!isalnum((unsigned char)text[i]) && strchr(allowed, text[i]) == NULL)
            return false;
    return true;
}

static const struct kc_config_key *key_at(const struct kc_config_def *def, uint32_t i)
{
    return (const void *)((const uint8_t *)(const void *)def->keys + (size_t)i * def->key_size);
}

static bool is_declared(const struct kc_config_def *def, const char *name, uint32_t before)
{
    for (uint32_t i = 0; i < before; i++)
        if (key_at(def, i)->name != NULL && strcmp(key_at(def, i)->name, name) == 0)
            return true;
    return false;
}

static void check_default(struct kc_kit *k, const struct kc_component *c, const struct kc_config_key *key,
                          FILE *f)
{
    const char *const setting[] = {key->name, key->default_value, NULL};
    const struct kc_config_def alone = {
        .struct_size = sizeof(alone), .key_size = c->config->key_size, .keys = key, .n_keys = 1};
    struct kc_error err = {.struct_size = sizeof(err)};
    struct kc_map map;

    if ((key->flags & KC_CFG_REQUIRED) != 0)
        (void)fprintf(f, "%s: key %s is required and has a default: it is one or the other\n", c->id,
                      key->name);
    else if (kc_kit_config(k, &alone, setting, &map, &err) < 0)
        (void)fprintf(f, "%s: key %s: its default is not legal: %s\n", c->id, key->name, err.message);
}

static void check_key(struct kc_kit *k, const struct kc_component *c, uint32_t i, FILE *f)
{
    const struct kc_config_key *key = key_at(c->config, i);
    bool integer = key->type == KC_CFG_INT || key->type == KC_CFG_SHORT || key->type == KC_CFG_LONG;

    if (!is_word(key->name, 256, "._-")) {
        (void)fprintf(f, "%s: key number %u has no legal name\n", c->id, i);
        return;
    }
    if (is_declared(c->config, key->name, i))
        (void)fprintf(f, "%s: key %s is declared twice\n", c->id, key->name);
    if (key->type < KC_CFG_BOOLEAN || key->type > KC_CFG_PASSWORD)
        (void)fprintf(f, "%s: key %s has an unknown type\n", c->id, key->name);
    if (key->importance < KC_IMPORTANCE_HIGH || key->importance > KC_IMPORTANCE_LOW)
        (void)fprintf(f, "%s: key %s has an unknown importance\n", c->id, key->name);
    if (key->width > KC_WIDTH_LONG)
        (void)fprintf(f, "%s: key %s has an unknown width\n", c->id, key->name);
    if ((key->flags & KC_FLAGS_MUST_UNDERSTAND) != 0)
        (void)fprintf(f, "%s: key %s has flags that no host of this ABI knows\n", c->id, key->name);
    if ((key->flags & KC_CFG_RANGE) != 0 && (!integer || key->min > key->max))
        (void)fprintf(f, "%s: key %s has an empty range, or is no integer\n", c->id, key->name);
    if ((key->flags & KC_CFG_ONE_OF) != 0 && (key->choices == NULL || key->choices[0] == NULL))
        (void)fprintf(f, "%s: key %s must be one of its choices, but has none\n", c->id, key->name);
    if ((key->doc == NULL || key->doc[0] == '\0') && (key->flags & KC_CFG_INTERNAL) == 0)
        (void)fprintf(f, "%s: key %s has no doc: say what it does, and its unit\n", c->id, key->name);
    for (size_t d = 0; key->dependents != NULL && key->dependents[d] != NULL; d++)
        if (!is_declared(c->config, key->dependents[d], c->config->n_keys))
            (void)fprintf(f, "%s: key %s has the dependent %s, which is not declared\n", c->id, key->name,
                          key->dependents[d]);
    if (key->default_value != NULL && key->type >= KC_CFG_BOOLEAN && key->type <= KC_CFG_PASSWORD)
        check_default(k, c, key, f);
}

static void check_ops(const struct kc_component *c, FILE *f)
{
    uint32_t flags;

    if (c->kind < KC_KIND_SOURCE || c->kind > KC_KIND_CONFIG_PROVIDER) {
        (void)fprintf(f, "%s: its kind %u is unknown\n", c->id, c->kind);
        return;
    }
    if (c->ops == NULL) {
        (void)fprintf(f, "%s: it has no operations\n", c->id);
        return;
    }
    for (size_t i = 0; i < 3 && must[c->kind][i].name != NULL; i++)
        if (!has(c->ops, &must[c->kind][i]))
            (void)fprintf(f, "%s: the mandatory operation %s is missing\n", c->id, must[c->kind][i].name);
    if (c->kind < sizeof(either) / sizeof(either[0]) && either[c->kind][0].name != NULL &&
        !has(c->ops, &either[c->kind][0]) && !has(c->ops, &either[c->kind][1]))
        (void)fprintf(f, "%s: it has neither %s nor %s\n", c->id, either[c->kind][0].name,
                      either[c->kind][1].name);
    memcpy(&flags, (const uint8_t *)c->ops + sizeof(uint32_t), sizeof(flags));
    if ((flags & KC_FLAGS_MUST_UNDERSTAND) != 0)
        (void)fprintf(f, "%s: its operations have flags that no host of this ABI knows\n", c->id);
}

static void check_component(struct kc_kit *k, const struct kc_plugin *p, uint32_t i, FILE *f)
{
    const struct kc_component *c = p->components[i];

    if (c == NULL || !KC_HAS(struct kc_component, c, get_extension) || !is_word(c->id, 128, "._-$")) {
        (void)fprintf(f, "component number %u is not there, too short, or has no legal id\n", i);
        return;
    }
    if (!is_word(c->version, 128, "._-+~"))
        (void)fprintf(f, "%s: it has no legal version\n", c->id);
    for (uint32_t other = 0; other < i; other++)
        if (p->components[other] != NULL && p->components[other]->kind == c->kind &&
            p->components[other]->id != NULL && strcmp(p->components[other]->id, c->id) == 0)
            (void)fprintf(f, "%s: it is there twice\n", c->id);
    for (size_t a = 0; c->aliases != NULL && c->aliases[a] != NULL; a++)
        if (!is_word(c->aliases[a], 256, "._-$"))
            (void)fprintf(f, "%s: alias number %zu is no legal name\n", c->id, a);
    if (c->title == NULL || c->title[0] == '\0')
        (void)fprintf(f, "%s: it has no title, which lists of plugins show\n", c->id);
    check_ops(c, f);
    if (c->config == NULL)
        return;
    if (!KC_HAS(struct kc_config_def, c->config, reserved) ||
        (c->config->n_keys > 0 && c->config->keys == NULL) ||
        c->config->key_size < KC_KIT_UPTO(struct kc_config_key, recommend) ||
        c->config->key_size % sizeof(void *) != 0) {
        (void)fprintf(f, "%s: its table of keys is not well-formed\n", c->id);
        return;
    }
    for (uint32_t key = 0; key < c->config->n_keys; key++)
        check_key(k, c, key, f);
}

static void check_head(const struct kc_plugin *p, FILE *f)
{
    if (p->magic != KC_ABI_MAGIC)
        (void)fprintf(f, "its magic is 0x%08x, not 0x%08x\n", p->magic, KC_ABI_MAGIC);
    /* While the ABI is a draft only the very same version will do; from 1.0 on a newer minor is welcome. */
    if (p->abi_major != KC_ABI_MAJOR || (KC_ABI_MAJOR == 0 && p->abi_minor != KC_ABI_MINOR))
        (void)fprintf(f, "it was built for ABI %u.%u, this is the check of %d.%d\n", p->abi_major,
                      p->abi_minor, KC_ABI_MAJOR, KC_ABI_MINOR);
    if (p->struct_size < offsetof(struct kc_plugin, vendor))
        (void)fprintf(f, "its struct_size is %u, too few\n", p->struct_size);
    if (p->min_minor > KC_ABI_MINOR)
        (void)fprintf(f, "its min_minor is %u, there is only %d\n", p->min_minor, KC_ABI_MINOR);
    if ((p->flags & KC_FLAGS_MUST_UNDERSTAND) != 0)
        (void)fprintf(f, "its flags 0x%08x are unknown to every host of this ABI\n", p->flags);
    if (p->name == NULL || p->name[0] == '\0' || p->version == NULL || p->version[0] == '\0')
        (void)fprintf(f, "it has no name or no version\n");
    if (p->n_components == 0 || p->components == NULL)
        (void)fprintf(f, "it has no component\n");
}

const char *kc_kit_check_plugin(struct kc_kit *k, const struct kc_plugin *plugin)
{
    char *bytes = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&bytes, &len);
    const char *kept;

    if (f == NULL)
        abort();
    check_head(plugin, f);
    for (uint32_t i = 0;
         plugin->magic == KC_ABI_MAGIC && plugin->components != NULL && i < plugin->n_components; i++)
        check_component(k, plugin, i, f);
    if (fclose(f) != 0)
        abort();
    kept = kc_kit_strdup(k, bytes, len);
    free(bytes);
    return kept;
}

static bool answers_to(const struct kc_component *c, const char *id)
{
    if (strcmp(c->id, id) == 0)
        return true;
    for (size_t a = 0; c->aliases != NULL && c->aliases[a] != NULL; a++)
        if (strcmp(c->aliases[a], id) == 0)
            return true;
    return false;
}

const struct kc_component *kc_kit_component(const struct kc_plugin *plugin, const char *id)
{
    for (uint32_t i = 0; plugin != NULL && i < plugin->n_components; i++)
        if (plugin->components[i] != NULL && (id == NULL || answers_to(plugin->components[i], id)))
            return plugin->components[i];
    return NULL;
}
