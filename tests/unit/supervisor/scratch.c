#include "scratch.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static void must(int ok, const char *what)
{
    if (!ok) {
        perror(what);
        abort();
    }
}

char *scratch_path(const char *folder, const char *name)
{
    char *path = NULL;

    must(asprintf(&path, "%s/%s", folder, name) > 0, name);
    return path;
}

char *scratch_make(void)
{
    const char *base = getenv("TMPDIR");
    char *path = scratch_path(base != NULL ? base : "/tmp", "kc-test-XXXXXX");

    must(mkdtemp(path) != NULL, path);
    return path;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

void scratch_remove(char *folder)
{
    (void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(folder);
}

char *scratch_folder(const char *folder, const char *name)
{
    char *path = scratch_path(folder, name);

    must(mkdir(path, 0700) == 0, path);
    return path;
}

void scratch_copy(const char *from, const char *to, long most)
{
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    long done = 0;
    int c;

    must(in != NULL, from);
    must(out != NULL, to);
    while ((most < 0 || done < most) && (c = fgetc(in)) != EOF) {
        (void)fputc(c, out);
        done++;
    }
    must(fclose(out) == 0, to);
    (void)fclose(in);
}

void scratch_write(const char *to, const char *text)
{
    FILE *out = fopen(to, "wb");

    must(out != NULL, to);
    (void)fputs(text, out);
    must(fclose(out) == 0, to);
}
