#include "plugin/file_mark.h"

#include <dirent.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

/* FNV-1a: a mark is compared with the one before it, nobody chooses what is hashed against us. */
static uint64_t mix(uint64_t hash, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;

    for (size_t i = 0; i < n; i++)
        hash = (hash ^ p[i]) * 0x100000001b3u;
    return hash;
}

static uint64_t mark_of(const char *name, const struct stat *st)
{
    uint64_t hash = mix(0xcbf29ce484222325u, name, strlen(name));

    hash = mix(hash, &st->st_ino, sizeof(st->st_ino));
    hash = mix(hash, &st->st_size, sizeof(st->st_size));
    hash = mix(hash, &st->st_mtim.tv_sec, sizeof(st->st_mtim.tv_sec));
    hash = mix(hash, &st->st_mtim.tv_nsec, sizeof(st->st_mtim.tv_nsec));
    hash = mix(hash, &st->st_ctim.tv_sec, sizeof(st->st_ctim.tv_sec));
    hash = mix(hash, &st->st_ctim.tv_nsec, sizeof(st->st_ctim.tv_nsec));
    return hash | 1;
}

uint64_t kc_file_mark(const char *file, const char *folder)
{
    const struct dirent *e;
    uint64_t sum = 1;
    struct stat st;
    DIR *dir;

    if (stat(file, &st) < 0 && lstat(file, &st) < 0) /* a link that leads to nothing looks like itself */
        return 0;
    if (folder == NULL)
        return mark_of("", &st);
    dir = opendir(folder);
    if (dir == NULL)
        return 0;
    /* Added up, since the order of a folder's entries means nothing. */
    while ((e = readdir(dir)) != NULL)
        if (e->d_name[0] != '.' && fstatat(dirfd(dir), e->d_name, &st, 0) == 0 && S_ISREG(st.st_mode))
            sum += mark_of(e->d_name, &st);
    (void)closedir(dir);
    return sum | 1;
}
