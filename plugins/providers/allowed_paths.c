#include "allowed_paths.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include <kconnect/sdk.h>

static kc_status add(struct kc_allowed_paths *a, const char *path, struct kc_error *err)
{
    if (path[0] != '/')
        return kc_fail(err, KC_ERR_CONFIG, "allowed.paths: %s is not an absolute path", path);
    a->list[a->n] = realpath(path, NULL);
    if (a->list[a->n] == NULL)
        return kc_fail(err, KC_ERR_CONFIG, "allowed.paths: %s cannot be found: %s", path, strerror(errno));
    a->n++;
    return KC_OK;
}

static kc_status read_paths(struct kc_allowed_paths *a, const struct kc_map *config, struct kc_error *err)
{
    const struct kc_value *paths = kc_map_get(config, "allowed.paths");
    kc_status status = KC_OK;

    if (paths == NULL || paths->type != KC_ARRAY || paths->len == 0)
        return KC_OK;
    a->list = calloc(paths->len, sizeof(*a->list));
    if (a->list == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    for (uint32_t i = 0; i < paths->len && status == KC_OK; i++)
        status = add(a, paths->as.items[i].as.str, err);
    return status;
}

kc_status kc_allowed_paths_open(struct kc_ctx *ctx, const struct kc_map *config, void **self,
                                struct kc_error *err)
{
    struct kc_allowed_paths *a = calloc(1, sizeof(*a));
    kc_status status;

    (void)ctx;
    if (a == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    status = read_paths(a, config, err);
    if (status < 0) {
        kc_allowed_paths_close(a);
        return status;
    }
    *self = a;
    return KC_OK;
}

void kc_allowed_paths_close(void *self)
{
    struct kc_allowed_paths *a = self;

    for (uint32_t i = 0; i < a->n; i++)
        free(a->list[i]);
    free(a->list);
    free(a);
}

/* True when `path` is `allowed` or something below it. */
static bool is_below(const char *path, const char *allowed)
{
    size_t n = strlen(allowed);

    if (strncmp(path, allowed, n) != 0)
        return false;
    return path[n] == '\0' || path[n] == '/' || (n > 0 && allowed[n - 1] == '/');
}

int32_t kc_allowed_paths_permit(const struct kc_allowed_paths *a, int fd)
{
    char link[64], path[PATH_MAX];
    ssize_t n;

    if (a->list == NULL)
        return 1;
    (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    n = readlink(link, path, sizeof(path));
    if (n <= 0 || n >= (ssize_t)sizeof(path))
        return 0;
    path[n] = '\0';
    for (uint32_t i = 0; i < a->n; i++)
        if (is_below(path, a->list[i]))
            return 1;
    return 0;
}
