#include "plugin/scan.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_library(const char *name)
{
    size_t n = strlen(name);

    return n > 3 && strcmp(name + n - 3, ".so") == 0;
}

static bool is_listed(const struct kc_candidates *c, const struct stat *st)
{
    for (size_t i = 0; i < c->n; i++) {
        struct stat other;

        if (stat(c->list[i].file, &other) == 0 && other.st_dev == st->st_dev && other.st_ino == st->st_ino)
            return true;
    }
    return false;
}

static kc_status add(struct kc_candidates *out, const char *file, const char *folder, struct kc_error *err)
{
    struct kc_candidate *list = reallocarray(out->list, out->n + 1, sizeof(*list));
    struct kc_candidate *c;

    if (list == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    out->list = list;
    c = &list[out->n];
    c->file = strdup(file);
    c->folder = folder != NULL ? strdup(folder) : NULL;
    out->n++;
    if (c->file == NULL || (folder != NULL && c->folder == NULL))
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    return KC_OK;
}

static kc_status add_unreadable(struct kc_candidates *out, const char *folder, const char *why,
                                struct kc_error *err)
{
    const char *before = out->unreadable != NULL ? out->unreadable : "";
    char *text = NULL;

    if (asprintf(&text, "%s%s%s: %s", before, before[0] != '\0' ? "; " : "", folder, why) < 0)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    free(out->unreadable);
    out->unreadable = text;
    return KC_OK;
}

static int is_visible(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

static kc_status scan_folder(const char *folder, bool is_top, struct kc_candidates *out,
                             struct kc_error *err);

static kc_status scan_entry(const char *folder, const char *name, bool is_top, struct kc_candidates *out,
                            struct kc_error *err)
{
    kc_status status = KC_OK;
    char *path = NULL;
    struct stat st;

    if (asprintf(&path, "%s/%s", folder, name) < 0)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    if (stat(path, &st) < 0) {
        if (is_library(name) &&
            lstat(path, &st) == 0) /* a link that leads to nothing: to be refused, not passed over */
            status = add(out, path, is_top ? NULL : folder, err);
    } else if (S_ISDIR(st.st_mode)) {
        status = is_top ? scan_folder(path, false, out, err) : KC_OK;
    } else if (is_library(name) && !is_listed(out, &st)) {
        status = add(out, path, is_top ? NULL : folder, err);
    }
    free(path);
    return status;
}

static kc_status scan_folder(const char *folder, bool is_top, struct kc_candidates *out, struct kc_error *err)
{
    struct dirent **names = NULL;
    int n = scandir(folder, &names, is_visible, alphasort);
    kc_status status = KC_OK;

    if (n < 0 && is_top)
        status = add_unreadable(out, folder, strerror(errno), err);
    else if (n < 0) /* what was dropped there can't be seen: refused by the folder's name */
        status = add(out, folder, NULL, err);
    for (int i = 0; i < n; i++) {
        if (status == KC_OK)
            status = scan_entry(folder, names[i]->d_name, is_top, out, err);
        free(names[i]);
    }
    free(names);
    return status;
}

kc_status kc_scan(const char *const *paths, struct kc_candidates *out, struct kc_error *err)
{
    kc_status status = KC_OK;

    *out = (struct kc_candidates){0};
    for (size_t i = 0; paths != NULL && paths[i] != NULL && status == KC_OK; i++) {
        struct stat st;

        if (is_library(paths[i]) && stat(paths[i], &st) == 0 && S_ISREG(st.st_mode))
            status = is_listed(out, &st) ? KC_OK : add(out, paths[i], NULL, err);
        else
            status = scan_folder(paths[i], true, out, err);
    }
    if (status < 0)
        kc_scan_finish(out);
    return status;
}

void kc_scan_finish(struct kc_candidates *c)
{
    for (size_t i = 0; i < c->n; i++) {
        free(c->list[i].file);
        free(c->list[i].folder);
    }
    free(c->list);
    free(c->unreadable);
    *c = (struct kc_candidates){0};
}
