/* directory_provider.c - ${directory:/path:name}: what is in the file `name` of a folder, as Kubernetes mounts secrets. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <kconnect/sdk.h>

#include "providers.h"
#include "text_file.h"

/* Reports the file `name`; one that is missing, or no regular file, is a key that is not there. */
static kc_status report_file(const struct kc_allowed_paths *allowed, int dir, const char *name,
                             struct kc_report *out, struct kc_error *err)
{
    struct kc_text_file file;
    struct stat info;
    kc_status status;

    if (fstatat(dir, name, &info, 0) != 0 || !S_ISREG(info.st_mode))
        return KC_OK;
    status = kc_text_file_read(dir, name, allowed, &file, err);
    if (status < 0)
        return status;
    kc_host->report_value(out, name, (struct kc_str){file.text, (uint32_t)file.len, 0}, -1);
    kc_text_file_finish(&file);
    return KC_OK;
}

static kc_status report_all(const struct kc_allowed_paths *allowed, int dir, struct kc_report *out,
                            struct kc_error *err)
{
    int copy = dup(dir);
    DIR *entries = copy < 0 ? NULL : fdopendir(copy);
    const struct dirent *entry;
    kc_status status = KC_OK;

    if (entries == NULL) {
        if (copy >= 0)
            (void)close(copy);
        return kc_fail(err, KC_ERR_CONFIG, "cannot list the folder: %s", strerror(errno));
    }
    while (status == KC_OK && (entry = readdir(entries)) != NULL)
        status = report_file(allowed, dir, entry->d_name, out, err);
    (void)closedir(entries);
    return status;
}

static kc_status report_wanted(const struct kc_allowed_paths *allowed, int dir, const char *const *keys,
                               uint32_t n_keys, struct kc_report *out, struct kc_error *err)
{
    if (n_keys == 0)
        return report_all(allowed, dir, out, err);
    for (uint32_t i = 0; i < n_keys; i++) {
        /* A key is a name in this folder, never a way to another. */
        if (keys[i][0] == '\0' || strchr(keys[i], '/') != NULL)
            continue;
        if (report_file(allowed, dir, keys[i], out, err) < 0)
            return err->status;
    }
    return KC_OK;
}

static kc_status provider_get(void *self, const char *path, const char *const *keys, uint32_t n_keys,
                              struct kc_report *out, struct kc_error *err)
{
    const struct kc_allowed_paths *allowed = self;
    kc_status status;
    int dir;

    if (path == NULL || path[0] == '\0')
        return kc_fail(err, KC_ERR_CONFIG,
                       "a reference to a folder needs its path: ${provider:/path:name of a file in it}");
    dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return kc_fail(err, KC_ERR_CONFIG, "cannot read the folder %s: %s", path, strerror(errno));
    status = kc_allowed_paths_permit(allowed, dir) ? report_wanted(allowed, dir, keys, n_keys, out, err)
                                                   : kc_text_file_not_allowed(path, err);
    (void)close(dir);
    return status;
}

static const struct kc_config_key keys[] = {KC_ALLOWED_PATHS_KEY};
static const struct kc_config_def def = {sizeof(def), sizeof(keys[0]), keys, 1, 0};
static const struct kc_config_provider_ops ops = {.struct_size = sizeof(ops),
                                                  .open = kc_allowed_paths_open,
                                                  .get = provider_get,
                                                  .close = kc_allowed_paths_close};
static const char *const aliases[] = {
    "DirectoryConfigProvider", "org.apache.kafka.common.config.provider.DirectoryConfigProvider", NULL};

const struct kc_component kc_directory_provider = {
    .struct_size = sizeof(kc_directory_provider),
    .kind = KC_KIND_CONFIG_PROVIDER,
    .id = "directory",
    .version = KC_VERSION,
    .title = "Files of a folder",
    .doc = "`${directory:/path:name}` is all that is in the file `name` of the folder `/path`.",
    .aliases = aliases,
    .config = &def,
    .ops = &ops,
};
