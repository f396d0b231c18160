#include "config/private_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Between making its folder and locking it a worker has no lock yet: younger folders are left alone. */
enum { GRACE_S = 60, PATH_BYTES = 4096 };

static const char prefix[] = "kconnect-";
static const char pattern[] = "kconnect-XXXXXX";

struct kc_private_folder {
    int fd; /* holds the lock */
    char path[PATH_BYTES];
};

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path) != 0 && errno != ENOENT;
}

/* True with the lock of a folder of ours whose process is gone; *fd holds it. */
static bool is_orphan(const char *path, int *fd)
{
    struct stat info;

    *fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return *fd >= 0 && fstat(*fd, &info) == 0 && info.st_uid == geteuid() && (info.st_mode & 077) == 0 &&
           info.st_mtime + GRACE_S < time(NULL) && flock(*fd, LOCK_EX | LOCK_NB) == 0;
}

static int is_named_so(const struct dirent *e)
{
    return strncmp(e->d_name, prefix, sizeof(prefix) - 1) == 0 && strlen(e->d_name) == sizeof(pattern) - 1;
}

static void remove_orphans(const char *below)
{
    struct dirent **names = NULL;
    int n = scandir(below, &names, is_named_so, NULL);

    for (int i = 0; i < n; i++) {
        char path[PATH_BYTES];
        int fd = -1;

        if ((size_t)snprintf(path, sizeof(path), "%s/%s", below, names[i]->d_name) < sizeof(path) &&
            is_orphan(path, &fd))
            (void)nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
        if (fd >= 0)
            (void)close(fd);
        free(names[i]);
    }
    free(names);
}

struct kc_private_folder *kc_private_folder_make(const char *below, struct kc_error *err)
{
    struct kc_private_folder *f = malloc(sizeof(*f));

    if (f == NULL) {
        (void)kc_fail(err, KC_ERR_NOMEM, "out of memory");
        return NULL;
    }
    remove_orphans(below);
    (void)snprintf(f->path, sizeof(f->path), "%s/%s", below, pattern);
    if (mkdtemp(f->path) == NULL) {
        (void)kc_fail_errno(err, KC_ERR_CONFIG, "cannot make a private folder below %s; set state.dir",
                            below);
        free(f);
        return NULL;
    }
    /* Without the lock, on a file system that has none, the folder would only be removed too early or too late. */
    f->fd = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (f->fd >= 0)
        (void)flock(f->fd, LOCK_EX | LOCK_NB);
    return f;
}

const char *kc_private_folder_path(const struct kc_private_folder *f)
{
    return f->path;
}

void kc_private_folder_remove(struct kc_private_folder *f)
{
    if (f == NULL)
        return;
    (void)nftw(f->path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    if (f->fd >= 0)
        (void)close(f->fd);
    free(f);
}
