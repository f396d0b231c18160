/* file_provider.c - ${file:/path/of/a.properties:key}: a value of a .properties file. */
#include <fcntl.h>
#include <stdbool.h>

#include <kconnect/sdk.h>

#include "properties.h"
#include "providers.h"
#include "text_file.h"

/* One call of get(). */
struct wanted {
    const char *const *keys;
    uint32_t n;
    struct kc_report *out;
};

/* A key that comes again is reported again: the last one counts for the host as it does for Java. */
static void take(void *arg, struct kc_str key, struct kc_str value)
{
    const struct wanted *w = arg;
    char name[1024];
    bool wanted = w->n == 0;

    for (uint32_t i = 0; i < w->n && !wanted; i++)
        wanted = strlen(w->keys[i]) == key.len && memcmp(w->keys[i], key.ptr, key.len) == 0;
    if (!wanted || key.len >= sizeof(name) || memchr(key.ptr, '\0', key.len) != NULL)
        return;
    memcpy(name, key.ptr, key.len);
    name[key.len] = '\0';
    kc_host->report_value(w->out, name, value, -1);
}

static kc_status provider_get(void *self, const char *path, const char *const *keys, uint32_t n_keys,
                              struct kc_report *out, struct kc_error *err)
{
    const struct kc_allowed_paths *allowed = self;
    struct wanted wanted = {keys, n_keys, out};
    struct kc_text_file file;
    kc_status status;

    if (path == NULL || path[0] == '\0')
        return kc_fail(err, KC_ERR_CONFIG,
                       "a reference to a file needs its path: ${provider:/path/of/a.properties:key}");
    status = kc_text_file_read(AT_FDCWD, path, allowed, &file, err);
    if (status < 0)
        return status;
    status = kc_properties_each(file.text, file.len, take, &wanted, err);
    if (status < 0) {
        char reason[sizeof(err->message)];

        memcpy(reason, err->message, sizeof(reason));
        (void)kc_fail(err, status, "%.200s: %.200s", path, reason);
    }
    kc_text_file_finish(&file);
    return status;
}

static const struct kc_config_key keys[] = {KC_ALLOWED_PATHS_KEY};
static const struct kc_config_def def = {sizeof(def), sizeof(keys[0]), keys, 1, 0};
static const struct kc_config_provider_ops ops = {.struct_size = sizeof(ops),
                                                  .open = kc_allowed_paths_open,
                                                  .get = provider_get,
                                                  .close = kc_allowed_paths_close};
static const char *const aliases[] = {"FileConfigProvider",
                                      "org.apache.kafka.common.config.provider.FileConfigProvider", NULL};

const struct kc_component kc_file_provider = {
    .struct_size = sizeof(kc_file_provider),
    .kind = KC_KIND_CONFIG_PROVIDER,
    .id = "file",
    .version = KC_VERSION,
    .title = "Values of .properties files",
    .doc = "`${file:/path:key}` is the value of `key` in the Java properties file `/path`.",
    .aliases = aliases,
    .config = &def,
    .ops = &ops,
};
