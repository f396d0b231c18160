#include "plugin/probe_check.h"

#include <ctype.h>
#include <string.h>

#include "plugin/config_value.h"
#include "plugin/probe_ops.h"

enum { MAX_COMPONENTS = 1000, MAX_KEYS = 10000, MAX_ID = 128, MAX_KEY_NAME = 256 };
/* Of minor 0: `recommend` is its last member. */
enum { LEAST_KEY_SIZE = offsetof(struct kc_config_key, recommend) + sizeof(kc_recommend_fn) };

static const char incompatible[] = "INCOMPATIBLE";
static const char malformed[] = "MALFORMED";

const struct kc_config_key *kc_probe_key(const struct kc_config_def *def, uint32_t i)
{
    return (const void *)((const uint8_t *)def->keys + (size_t)i * def->key_size);
}

struct kc_key_info kc_probe_key_info(const struct kc_config_key *key)
{
    return (struct kc_key_info){
        .name = key->name,
        .default_value = key->default_value,
        .doc = key->doc,
        .group = key->group,
        .display_name = key->display_name,
        .type = key->type,
        .flags = key->flags,
        .importance = key->importance,
        .width = key->width,
        .order = key->order,
        .min = key->min,
        .max = key->max,
        .choices = key->choices,
        .dependents = key->dependents,
    };
}

static const char *check_versions(const struct kc_plugin *p, struct kc_buf *detail)
{
    if (p->magic != KC_ABI_MAGIC) {
        kc_buf_printf(detail,
                      "its description does not begin with the mark of kconnect plugins (0x%08x, not 0x%08x)",
                      (unsigned)p->magic, (unsigned)KC_ABI_MAGIC);
        return incompatible;
    }
    /* While the ABI is a draft only the very same version will do; from 1.0 on a newer minor is welcome. */
    if (p->abi_major != KC_ABI_MAJOR || (KC_ABI_MAJOR == 0 && p->abi_minor != KC_ABI_MINOR)) {
        kc_buf_printf(detail, "it was built for kconnect ABI %u.%u, this worker has %d.%d",
                      (unsigned)p->abi_major, (unsigned)p->abi_minor, KC_ABI_MAJOR, KC_ABI_MINOR);
        return incompatible;
    }
    if (p->struct_size < offsetof(struct kc_plugin, vendor)) {
        kc_buf_printf(detail, "its description has %u bytes, fewer than ABI %d.%d begins with",
                      (unsigned)p->struct_size, KC_ABI_MAJOR, KC_ABI_MINOR);
        return malformed;
    }
    if (p->min_minor > KC_ABI_MINOR) {
        kc_buf_printf(detail, "it needs kconnect ABI %d.%u, this worker has %d.%d", KC_ABI_MAJOR,
                      (unsigned)p->min_minor, KC_ABI_MAJOR, KC_ABI_MINOR);
        return incompatible;
    }
    if ((p->flags & KC_FLAGS_MUST_UNDERSTAND) != 0) {
        kc_buf_printf(detail,
                      "it asks for abilities (flags 0x%08x) that this worker's ABI %d.%d does not have",
                      (unsigned)p->flags, KC_ABI_MAJOR, KC_ABI_MINOR);
        return incompatible;
    }
    return NULL;
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

/* Prefix of a sentence about one key. */
static const char *bad_key(const struct kc_component *c, const char *key, struct kc_buf *detail,
                           const char *what)
{
    kc_buf_printf(detail, "component %s, key %s: %s", c->id, key, what);
    return malformed;
}

static bool is_declared(const struct kc_config_def *def, const char *name, uint32_t before)
{
    for (uint32_t i = 0; i < before; i++)
        if (strcmp(kc_probe_key(def, i)->name, name) == 0)
            return true;
    return false;
}

static const char *check_default(const struct kc_component *c, const struct kc_config_key *key,
                                 struct kc_buf *detail)
{
    struct kc_key_info info = kc_probe_key_info(key);
    struct kc_buf problem = {0};
    const char *reason = NULL;

    if (key->default_value == NULL)
        return NULL;
    if ((key->flags & KC_CFG_REQUIRED) != 0)
        return bad_key(c, key->name, detail, "a required key has no default");
    if (!kc_config_value_check(&info, key->name, key->default_value, &problem))
        reason = bad_key(c, key->name, detail, problem.failed ? "its default is not legal" : problem.data);
    kc_buf_finish(&problem);
    return reason;
}

static const char *check_key(const struct kc_component *c, uint32_t i, struct kc_buf *detail)
{
    const struct kc_config_key *key = kc_probe_key(c->config, i);
    bool integer = key->type == KC_CFG_INT || key->type == KC_CFG_SHORT || key->type == KC_CFG_LONG;

    if (!is_word(key->name, MAX_KEY_NAME, "._-")) {
        kc_buf_printf(detail, "component %s: key number %u has no legal name", c->id, (unsigned)i);
        return malformed;
    }
    if (is_declared(c->config, key->name, i))
        return bad_key(c, key->name, detail, "it is declared twice");
    if (kc_config_type_name(key->type) == NULL)
        return bad_key(c, key->name, detail, "its type is unknown");
    if (key->importance < KC_IMPORTANCE_HIGH || key->importance > KC_IMPORTANCE_LOW)
        return bad_key(c, key->name, detail, "its importance is unknown");
    if (key->width > KC_WIDTH_LONG)
        return bad_key(c, key->name, detail, "its width is unknown");
    if ((key->flags & KC_FLAGS_MUST_UNDERSTAND) != 0) {
        (void)bad_key(c, key->name, detail, "its flags ask for something that this worker does not know");
        return incompatible;
    }
    if ((key->flags & KC_CFG_RANGE) != 0 && (!integer || key->min > key->max))
        return bad_key(c, key->name, detail, "its range is empty, or it is no integer");
    if ((key->flags & KC_CFG_ONE_OF) != 0 && (key->choices == NULL || key->choices[0] == NULL))
        return bad_key(c, key->name, detail, "it must be one of its choices, but has none");
    return check_default(c, key, detail);
}

static const char *check_dependents(const struct kc_component *c, struct kc_buf *detail)
{
    for (uint32_t i = 0; i < c->config->n_keys; i++) {
        const struct kc_config_key *key = kc_probe_key(c->config, i);

        for (size_t d = 0; key->dependents != NULL && key->dependents[d] != NULL; d++)
            if (!is_declared(c->config, key->dependents[d], c->config->n_keys))
                return bad_key(c, key->name, detail, "a dependent of it is not declared");
    }
    return NULL;
}

static const char *check_config(const struct kc_component *c, struct kc_buf *detail)
{
    const struct kc_config_def *def = c->config;
    const char *reason = NULL;

    if (def == NULL)
        return NULL;
    if (!KC_HAS(struct kc_config_def, def, reserved) || def->n_keys > MAX_KEYS ||
        (def->n_keys > 0 &&
         (def->keys == NULL || def->key_size < LEAST_KEY_SIZE || def->key_size % sizeof(void *) != 0))) {
        kc_buf_printf(detail, "component %s: its table of keys is not well-formed", c->id);
        return malformed;
    }
    for (uint32_t i = 0; i < def->n_keys && reason == NULL; i++)
        reason = check_key(c, i, detail);
    return reason != NULL ? reason : check_dependents(c, detail);
}

static const char *check_ops(const struct kc_component *c, struct kc_buf *detail)
{
    const char *missing = NULL;

    if (!kc_probe_ops_known(c->kind)) {
        kc_buf_printf(detail, "component %s is of the unknown kind %u", c->id, (unsigned)c->kind);
        return malformed;
    }
    if (!kc_probe_ops_complete(c->kind, c->ops, &missing)) {
        kc_buf_printf(detail, "component %s does not have the mandatory operation %s", c->id, missing);
        return malformed;
    }
    if ((kc_probe_ops_flags(c->ops) & KC_FLAGS_MUST_UNDERSTAND) != 0) {
        kc_buf_printf(detail, "component %s asks for abilities that this worker's ABI does not have", c->id);
        return incompatible;
    }
    return NULL;
}

static const char *check_component(const struct kc_plugin *p, uint32_t i, struct kc_buf *detail)
{
    const struct kc_component *c = p->components[i];
    const char *reason;

    if (c == NULL || !KC_HAS(struct kc_component, c, get_extension) || !is_word(c->id, MAX_ID, "._-$")) {
        kc_buf_printf(detail, "component number %u is not there, too short, or has no legal id", (unsigned)i);
        return malformed;
    }
    if (!is_word(c->version, MAX_ID, "._-+~")) {
        kc_buf_printf(detail, "component %s has no legal version", c->id);
        return malformed;
    }
    for (uint32_t k = 0; k < i; k++) {
        const struct kc_component *other = p->components[k];

        if (other->kind == c->kind && strcmp(other->id, c->id) == 0 &&
            strcmp(other->version, c->version) == 0) {
            kc_buf_printf(detail, "component %s %s is there twice", c->id, c->version);
            return malformed;
        }
    }
    for (size_t a = 0; c->aliases != NULL && c->aliases[a] != NULL; a++)
        if (!is_word(c->aliases[a], MAX_KEY_NAME, "._-$")) {
            kc_buf_printf(detail, "component %s has an alias that is no legal name", c->id);
            return malformed;
        }
    reason = check_ops(c, detail);
    return reason != NULL ? reason : check_config(c, detail);
}

const char *kc_probe_check(const struct kc_plugin *plugin, struct kc_buf *detail)
{
    const char *reason = check_versions(plugin, detail);

    if (reason != NULL)
        return reason;
    if (plugin->n_components == 0 || plugin->n_components > MAX_COMPONENTS || plugin->components == NULL) {
        kc_buf_str(detail, "it has no component");
        return malformed;
    }
    for (uint32_t i = 0; i < plugin->n_components && reason == NULL; i++)
        reason = check_component(plugin, i, detail);
    return reason;
}
