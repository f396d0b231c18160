/*
 * allowed_paths.h - the key allowed.paths: which files and folders a provider may read.
 *
 * Kafka Connect compares texts; here what counts is where a path leads to, all symbolic links followed. So neither ".."
 * nor a link leads out of an allowed folder, and a folder whose files are links within it (as Kubernetes mounts them) works.
 */
#ifndef KC_PROVIDERS_ALLOWED_PATHS_H
#define KC_PROVIDERS_ALLOWED_PATHS_H

#include <kconnect/host.h>

/* Without a list everything is allowed. */
struct kc_allowed_paths {
    char **list; /* resolved, absolute */
    uint32_t n;
};

/* The declaration of the key. */
#define KC_ALLOWED_PATHS_KEY                                                                                 \
    {                                                                                                        \
        .name = "allowed.paths", .type = KC_CFG_LIST, .importance = KC_IMPORTANCE_HIGH,                      \
        .doc = "Files and folders that may be read, absolute, by comma; default: all. A path counts as the " \
               "file that it leads to once symbolic links are followed.",                                    \
    }

/*
 * open() and close() of a provider that has no other key: its *self is a struct kc_allowed_paths. KC_ERR_CONFIG: a path
 * is not absolute, or does not exist.
 */
kc_status kc_allowed_paths_open(struct kc_ctx *ctx, const struct kc_map *config, void **self,
                                struct kc_error *err);
void kc_allowed_paths_close(void *self);

/* Whether the open file or folder `fd` may be read. False as well when the system does not tell where it is. */
int32_t kc_allowed_paths_permit(const struct kc_allowed_paths *a, int fd);

#endif
