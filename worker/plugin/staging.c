#include "plugin/staging.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nettle/sha2.h>

enum { CHUNK_BYTES = 64 * 1024, HASH_TEXT_BYTES = 2 * SHA256_DIGEST_SIZE + 1 };

static const char lock_name[] = ".lock";

/* A copy in the making: a folder of a temporary name, renamed to its hash once it is whole and on disk. */
struct copy {
    char path[4096];
    struct sha256_ctx hash;
};

static kc_status make_folders(char *path, struct kc_error *err)
{
    for (char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
        if (slash != NULL)
            *slash = '\0';
        if (mkdir(path, 0700) < 0 && errno != EEXIST)
            return kc_fail_errno(err, KC_ERR_FATAL, "cannot make the folder %s for staged plugins", path);
        if (slash == NULL)
            return KC_OK;
        *slash = '/';
    }
}

/* Removes a folder of regular files. */
static void remove_folder(const char *path)
{
    DIR *dir = opendir(path);
    const struct dirent *e;

    while (dir != NULL && (e = readdir(dir)) != NULL)
        (void)unlinkat(dirfd(dir), e->d_name, 0);
    if (dir != NULL)
        (void)closedir(dir);
    (void)rmdir(path);
}

/* Copies of earlier workers, whole or not. A plugin is staged anew when somebody needs it. */
static void remove_copies(const char *folder)
{
    DIR *dir = opendir(folder);
    const struct dirent *e;
    char path[4096];

    while (dir != NULL && (e = readdir(dir)) != NULL)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
            strcmp(e->d_name, lock_name) != 0 &&
            (size_t)snprintf(path, sizeof(path), "%s/%s", folder, e->d_name) < sizeof(path))
            remove_folder(path);
    if (dir != NULL)
        (void)closedir(dir);
}

/* Workers on one folder hold its lock together; who gets it alone is the only one. */
static int lock_folder(const char *folder)
{
    char path[4096];
    int lock;

    if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, lock_name) >= sizeof(path))
        return -1;
    lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0)
        return -1;
    if (flock(lock, LOCK_EX | LOCK_NB) == 0)
        remove_copies(folder);
    if (flock(lock, LOCK_SH) == 0)
        return lock;
    (void)close(lock);
    return -1;
}

kc_status kc_staging_open(const char *state_dir, char **folder, int *lock, struct kc_error *err)
{
    char *path = NULL;
    kc_status status;

    if (asprintf(&path, "%s/plugins", state_dir) < 0)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    status = make_folders(path, err);
    if (status < 0) {
        free(path);
        return status;
    }
    *folder = path;
    *lock = lock_folder(path);
    return KC_OK;
}

static kc_status copy_begin(const char *folder, struct copy *c, struct kc_error *err)
{
    int n = snprintf(c->path, sizeof(c->path), "%s", folder);
    static const char name[] = "/.new-XXXXXX";

    if (n < 0 || (size_t)n + sizeof(name) > sizeof(c->path))
        return kc_fail(err, KC_ERR_FATAL, "the path of the staging folder is too long: %s", folder);
    /* It was there at the start, but somebody may have cleaned up below /tmp. */
    if (make_folders(c->path, err) < 0)
        return err->status;
    memcpy(c->path + n, name, sizeof(name));
    if (mkdtemp(c->path) == NULL)
        return kc_fail_errno(err, KC_ERR_FATAL, "cannot make a folder in %s", folder);
    sha256_init(&c->hash);
    return KC_OK;
}

/* Name and length are part of the hash, so that content can not wander from one file to the next. */
static void hash_label(struct copy *c, const char *name, off_t size)
{
    char label[512];
    int n = snprintf(label, sizeof(label), "%s\n%lld\n", name, (long long)size);

    sha256_update(&c->hash, (size_t)n < sizeof(label) ? (size_t)n : sizeof(label) - 1,
                  (const uint8_t *)label);
}

static kc_status copy_bytes(struct copy *c, int in, int out, const char *from, struct kc_error *err)
{
    uint8_t bytes[CHUNK_BYTES];

    for (;;) {
        ssize_t n = read(in, bytes, sizeof(bytes));

        if (n < 0)
            return kc_fail_errno(err, KC_ERR_FATAL, "cannot read plugin file %s", from);
        if (n == 0)
            break;
        sha256_update(&c->hash, (size_t)n, bytes);
        for (ssize_t done = 0; done < n;) {
            ssize_t w = write(out, bytes + done, (size_t)(n - done));

            if (w < 0)
                return kc_fail_errno(err, KC_ERR_FATAL, "cannot write a staged copy of %s", from);
            done += w;
        }
    }
    /* The name will promise this content for ever: it must not be lost while the name stays. */
    return fsync(out) < 0 ? kc_fail_errno(err, KC_ERR_FATAL, "cannot write a staged copy of %s", from)
                          : KC_OK;
}

static kc_status copy_file(struct copy *c, const char *from, const char *name, struct kc_error *err)
{
    kc_status status = KC_OK;
    char to[4096 + 256];
    struct stat st;
    int in, out = -1;

    in = open(from, O_RDONLY | O_CLOEXEC);
    if (in < 0 || fstat(in, &st) < 0) {
        status = kc_fail_errno(err, KC_ERR_FATAL, "cannot read plugin file %s", from);
        goto done;
    }
    (void)snprintf(to, sizeof(to), "%s/%s", c->path, name);
    out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0500);
    if (out < 0) {
        status = kc_fail_errno(err, KC_ERR_FATAL, "cannot stage plugin file %s as %s", from, to);
        goto done;
    }
    hash_label(c, name, st.st_size);
    status = copy_bytes(c, in, out, from, err);

done:
    if (out >= 0)
        (void)close(out);
    if (in >= 0)
        (void)close(in);
    return status;
}

/* The copy is there already, but somebody may have deleted files of it: those are moved there from the new one. */
static void complete(const char *from, const char *to)
{
    DIR *dir = opendir(from);
    int target = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const struct dirent *e;
    struct stat st;

    while (dir != NULL && target >= 0 && (e = readdir(dir)) != NULL)
        if (fstatat(target, e->d_name, &st, 0) < 0)
            (void)renameat(dirfd(dir), e->d_name, target, e->d_name);
    if (target >= 0)
        (void)close(target);
    if (dir != NULL)
        (void)closedir(dir);
}

/* Gives the copy its name for good; another worker on the same folder may have been first. */
static kc_status copy_end(const char *folder, struct copy *c, char **staged, struct kc_error *err)
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    char hash[HASH_TEXT_BYTES];
    char *path = NULL;

    sha256_digest(&c->hash, sizeof(digest), digest);
    for (size_t i = 0; i < sizeof(digest); i++)
        (void)snprintf(hash + 2 * i, 3, "%02x", digest[i]);
    if (asprintf(&path, "%s/%s", folder, hash) < 0)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    if (rename(c->path, path) < 0) {
        if (errno != EEXIST && errno != ENOTEMPTY) {
            (void)kc_fail_errno(err, KC_ERR_FATAL, "cannot stage a plugin as %s", path);
            free(path);
            return KC_ERR_FATAL;
        }
        complete(c->path, path);
        remove_folder(c->path);
    }
    *staged = path;
    return KC_OK;
}

kc_status kc_staging_add_file(const char *folder, const char *file, char **staged, struct kc_error *err)
{
    const char *slash = strrchr(file, '/');
    struct copy c;
    kc_status status = copy_begin(folder, &c, err);

    if (status < 0)
        return status;
    status = copy_file(&c, file, slash == NULL ? file : slash + 1, err);
    if (status == KC_OK)
        status = copy_end(folder, &c, staged, err);
    if (status < 0)
        remove_folder(c.path);
    return status;
}

/* Static libraries and hidden files are never loaded; a build folder is full of them. */
static int is_wanted(const struct dirent *e)
{
    size_t n = strlen(e->d_name);

    return e->d_name[0] != '.' && !(n > 2 && strcmp(e->d_name + n - 2, ".a") == 0);
}

static kc_status copy_entries(struct copy *c, const char *from, struct dirent **names, int n,
                              struct kc_error *err)
{
    for (int i = 0; i < n; i++) {
        kc_status status;
        char *path = NULL;
        struct stat st;

        if (asprintf(&path, "%s/%s", from, names[i]->d_name) < 0)
            return kc_fail(err, KC_ERR_NOMEM, "out of memory");
        status =
            stat(path, &st) == 0 && S_ISREG(st.st_mode) ? copy_file(c, path, names[i]->d_name, err) : KC_OK;
        free(path);
        if (status < 0)
            return status;
    }
    return KC_OK;
}

kc_status kc_staging_add_folder(const char *folder, const char *from, char **staged, struct kc_error *err)
{
    struct dirent **names = NULL;
    int n = scandir(from, &names, is_wanted, alphasort);
    struct copy c;
    kc_status status;

    if (n < 0)
        return kc_fail_errno(err, KC_ERR_FATAL, "cannot read the plugin folder %s", from);
    status = copy_begin(folder, &c, err);
    if (status == KC_OK) {
        status = copy_entries(&c, from, names, n, err);
        if (status == KC_OK)
            status = copy_end(folder, &c, staged, err);
        if (status < 0)
            remove_folder(c.path);
    }
    for (int i = 0; i < n; i++)
        free(names[i]);
    free(names);
    return status;
}

size_t kc_staging_count(const char *staged_file)
{
    const char *slash = strrchr(staged_file, '/');
    const struct dirent *e;
    char folder[4096];
    struct stat st;
    size_t n = 0;
    DIR *dir;

    if (slash == NULL || (size_t)(slash - staged_file) >= sizeof(folder) || stat(staged_file, &st) < 0)
        return 0;
    (void)snprintf(folder, sizeof(folder), "%.*s", (int)(slash - staged_file), staged_file);
    dir = opendir(folder);
    while (dir != NULL && (e = readdir(dir)) != NULL)
        n += e->d_name[0] != '.';
    if (dir != NULL)
        (void)closedir(dir);
    return n;
}
