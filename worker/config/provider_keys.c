#include "config/provider_keys.h"

#include <stdio.h>
#include <string.h>

#include "base/reference.h"

enum { MAX_NAME_BYTES = 64 };

static const char blanks[] = " \t\r\n\f";
static const char prefix[] = "config.providers.";

/* The next name of the list, and where to go on; false: the list is over. Empty items are left out. */
static bool next_name(const char **list, const char **name, size_t *n)
{
    do {
        *list += strspn(*list, blanks);
        *name = *list;
        *n = strcspn(*list, ",");
        *list += *n + ((*list)[*n] == ',');
        while (*n > 0 && strchr(blanks, (*name)[*n - 1]) != NULL)
            (*n)--;
    } while (*n == 0 && **list != '\0');
    return *n > 0;
}

static bool is_listed(const char *list, const char *wanted, size_t len)
{
    const char *name;
    size_t n;

    while (next_name(&list, &name, &n))
        if (n == len && memcmp(name, wanted, n) == 0)
            return true;
    return false;
}

static kc_status check_name(const struct kc_props *worker, const char *name, size_t n, struct kc_error *err)
{
    const struct kc_reference as_reference = {.provider = name, .provider_len = n};
    char key[sizeof(prefix) + MAX_NAME_BYTES + 8];

    if (n > MAX_NAME_BYTES || !kc_reference_has_name(&as_reference))
        return kc_fail(
            err, KC_ERR_CONFIG,
            "config.providers: a name has at most %d letters, digits, '_', '-' and '.'; %.*s is none",
            MAX_NAME_BYTES, (int)(n > MAX_NAME_BYTES ? MAX_NAME_BYTES : n), name);
    (void)snprintf(key, sizeof(key), "%s%.*s.class", prefix, (int)n, name);
    if (kc_props_or(worker, key, "")[0] == '\0')
        return kc_fail(err, KC_ERR_CONFIG,
                       "%s is missing: the id of a config provider, such as file, directory or env", key);
    return KC_OK;
}

/* A key config.providers.<name>.class or config.providers.<name>.param.<key>. */
static kc_status check_key(const char *list, const char *key, struct kc_error *err)
{
    const char *rest = key + sizeof(prefix) - 1, *end = strstr(rest, ".param.");
    size_t n = strlen(rest);

    if (end == NULL && n > 6 && strcmp(rest + n - 6, ".class") == 0)
        end = rest + n - 6;
    if (end == NULL)
        return kc_fail(err, KC_ERR_CONFIG,
                       "there is no key '%s': a provider has a class, and keys that begin with param.", key);
    if (!is_listed(list, rest, (size_t)(end - rest)))
        return kc_fail(err, KC_ERR_CONFIG, "%s: config.providers does not list this provider", key);
    return KC_OK;
}

static kc_status check_value(const char *list, const char *key, const char *value, struct kc_error *err)
{
    struct kc_reference r;

    for (; kc_reference_next(value, &r); value = r.text + r.len)
        if (is_listed(list, r.provider, r.provider_len))
            return kc_fail(
                err, KC_ERR_CONFIG,
                "%s refers to a config provider, which only connectors' configurations may: the worker "
                "itself runs no plugin code. Give the value itself, here or with --set",
                key);
    return KC_OK;
}

kc_status kc_provider_keys_check(const struct kc_props *worker, struct kc_error *err)
{
    const char *list = kc_props_or(worker, "config.providers", ""), *at = list, *name;
    kc_status status = KC_OK;
    size_t n;

    while (status == KC_OK && next_name(&at, &name, &n))
        status = check_name(worker, name, n, err);
    for (size_t i = 0; i < kc_props_count(worker) && status == KC_OK; i++) {
        const char *key = kc_props_key(worker, i);

        if (strncmp(key, prefix, sizeof(prefix) - 1) == 0)
            status = check_key(list, key, err);
        if (status == KC_OK)
            status = check_value(list, key, kc_props_value(worker, i), err);
    }
    return status;
}
