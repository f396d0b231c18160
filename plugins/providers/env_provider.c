/* env_provider.c - ${env:NAME}: an environment variable of the worker, which its children inherit. */
#include <regex.h>
#include <stdlib.h>
#include <unistd.h>

#include <kconnect/sdk.h>

#include "name_pattern.h"
#include "providers.h"

struct provider {
    regex_t allowed;
};

static kc_status provider_open(struct kc_ctx *ctx, const struct kc_map *config, void **self,
                               struct kc_error *err)
{
    struct provider *p = calloc(1, sizeof(*p));
    kc_status status;

    (void)ctx;
    if (p == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    status = kc_name_pattern_compile(&p->allowed, kc_map_get(config, "allowlist.pattern")->as.str, err);
    if (status < 0) {
        free(p);
        return status;
    }
    *self = p;
    return KC_OK;
}

static void provider_close(void *self)
{
    struct provider *p = self;

    regfree(&p->allowed);
    free(p);
}

static void report_all(const struct provider *p, struct kc_report *out)
{
    for (char *const *entry = environ; *entry != NULL; entry++) {
        const char *value = strchr(*entry, '=');
        char name[1024];
        size_t n = value == NULL ? 0 : (size_t)(value - *entry);

        if (n == 0 || n >= sizeof(name))
            continue;
        memcpy(name, *entry, n);
        name[n] = '\0';
        if (kc_name_pattern_matches(&p->allowed, name))
            kc_host->report_value(out, name, kc_str(value + 1), -1);
    }
}

static kc_status provider_get(void *self, const char *path, const char *const *keys, uint32_t n_keys,
                              struct kc_report *out, struct kc_error *err)
{
    const struct provider *p = self;

    if (path != NULL && path[0] != '\0')
        return kc_fail(err, KC_ERR_CONFIG,
                       "a reference to an environment variable has no path: ${provider:NAME}");
    if (n_keys == 0)
        report_all(p, out);
    for (uint32_t i = 0; i < n_keys; i++) {
        const char *value = getenv(keys[i]);

        if (!kc_name_pattern_matches(&p->allowed, keys[i]))
            return kc_fail(
                err, KC_ERR_CONFIG,
                "the environment variable %s is not one that the provider's allowlist.pattern permits",
                keys[i]);
        if (value != NULL)
            kc_host->report_value(out, keys[i], kc_str(value), -1);
    }
    return KC_OK;
}

static const struct kc_config_key keys[] = {{
    .name = "allowlist.pattern",
    .type = KC_CFG_STRING,
    .default_value = ".*",
    .importance = KC_IMPORTANCE_LOW,
    .doc = "A regular expression that the whole name of a variable must match.",
}};
static const struct kc_config_def def = {sizeof(def), sizeof(keys[0]), keys, 1, 0};
static const struct kc_config_provider_ops ops = {
    .struct_size = sizeof(ops), .open = provider_open, .get = provider_get, .close = provider_close};
static const char *const aliases[] = {"EnvVarConfigProvider",
                                      "org.apache.kafka.common.config.provider.EnvVarConfigProvider", NULL};

const struct kc_component kc_env_provider = {
    .struct_size = sizeof(kc_env_provider),
    .kind = KC_KIND_CONFIG_PROVIDER,
    .id = "env",
    .version = KC_VERSION,
    .title = "Environment variables of the worker",
    .doc = "`${env:NAME}` is the environment variable `NAME` of the worker's process.",
    .aliases = aliases,
    .config = &def,
    .ops = &ops,
};
