/* secret.c - which values of a connector's configuration must never be shown, and how they are masked. */
#include <string.h>

#include <kconnect/config.h>

#include "base/reference.h"
#include "plugin/connector_config.h"
#include "plugin/key_lookup.h"

static bool has_word(const char *key, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcasestr(key, words[i]) != NULL)
            return true;
    return false;
}

/* By name alone, where nobody declares the key. */
static bool sounds_secret(const char *key)
{
    static const char *const words[] = {"password", "secret", "token", "credential"};

    return has_word(key, words, sizeof(words) / sizeof(words[0]));
}

/* librdkafka's properties with a secret in them, and those of Java clients that people paste. */
static bool is_client_secret(const char *property)
{
    static const char *const words[] = {"password",           "secret",      "credential",  "jaas.config",
                                        "oauthbearer.config", "ssl.key.pem", "keystore.key"};

    return has_word(property, words, sizeof(words) / sizeof(words[0]));
}

bool kc_connector_config_secret(const struct kc_registry *r, const struct kc_props *config, const char *key)
{
    const char *name = kc_props_get(config, "connector.class"), *property = kc_client_override(key);
    const struct kc_component_info *connector = kc_connector_component(r, config);
    const struct kc_key_info *declared;
    const char *value = kc_props_get(config, key);

    /* What a plugin declared secret stays so when its file is gone. */
    if (connector == NULL && name != NULL)
        connector = kc_registry_find_ever(r, 0, name);
    /* As in Kafka Connect: it says where the secret is, and only the connector's process follows it. */
    if (value != NULL && kc_reference_is_all(value))
        return false;
    if (property != NULL)
        return is_client_secret(property);
    declared = kc_key_lookup(r, connector, config, key);
    /* A misspelt or leftover key has no declaration, but its value may be just as secret. */
    return declared != NULL ? declared->type == KC_CFG_PASSWORD : sounds_secret(key);
}

struct kc_props *kc_connector_config_masked(const struct kc_registry *r, const struct kc_props *config)
{
    struct kc_props *copy = kc_props_copy(config);

    for (size_t i = 0; copy != NULL && i < kc_props_count(config); i++) {
        const char *key = kc_props_key(config, i);

        if (kc_connector_config_secret(r, config, key) && kc_props_set(copy, key, KC_PASSWORD_MASK) < 0) {
            kc_props_destroy(copy);
            return NULL;
        }
    }
    return copy;
}

kc_status kc_connector_config_unmask(const struct kc_registry *r, struct kc_props *config,
                                     const struct kc_props *stored, struct kc_error *err)
{
    for (size_t i = 0; i < kc_props_count(config); i++) {
        const char *key = kc_props_key(config, i);
        const char *kept = stored != NULL ? kc_props_get(stored, key) : NULL;

        if (strcmp(kc_props_value(config, i), KC_PASSWORD_MASK) != 0 ||
            !kc_connector_config_secret(r, config, key))
            continue;
        if (kept == NULL)
            return kc_fail(err, KC_ERR_CONFIG,
                           "%s: " KC_PASSWORD_MASK
                           " stands for the stored value, but none is stored; send the value itself",
                           key);
        /* Replaces a value in place: the order of keys stays. */
        if (kc_props_set(config, key, kept) < 0)
            return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    }
    return KC_OK;
}
