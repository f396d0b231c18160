#include "metrics/process_figures.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 64, TEXT_BYTES = 4096 };

/* A whole small file of /proc/<pid>, terminated; false: not there. */
static bool read_file(int32_t pid, const char *name, char text[TEXT_BYTES])
{
    char path[PATH_BYTES];
    size_t n;
    FILE *f;

    (void)snprintf(path, sizeof(path), "/proc/%" PRId32 "/%s", pid, name);
    f = fopen(path, "re");
    if (f == NULL)
        return false;
    n = fread(text, 1, TEXT_BYTES - 1, f);
    (void)fclose(f);
    text[n] = '\0';
    return n > 0;
}

/*
 * Unix time at which this machine was started; 0: not known. The kernel's own figure, which stays the same: the start of
 * a process must not seem to move from one look to the next.
 */
static double boot_unix_seconds(void)
{
    static const char name[] = "btime ";
    FILE *f = fopen("/proc/stat", "re");
    char *line = NULL;
    size_t size = 0;
    double at = 0;

    while (f != NULL && at == 0 && getline(&line, &size, f) > 0)
        if (strncmp(line, name, sizeof(name) - 1) == 0)
            at = strtod(line + sizeof(name) - 1, NULL);
    free(line);
    if (f != NULL)
        (void)fclose(f);
    return at;
}

/* proc(5), /proc/pid/stat: fields behind the name in parentheses, which may itself hold any character. */
static bool read_stat(int32_t pid, struct kc_process_figures *out)
{
    enum { UTIME = 14, STIME = 15, THREADS = 20, START = 22, VSIZE = 23, RSS = 24, AFTER_NAME = 3 };
    double tick = (double)sysconf(_SC_CLK_TCK);
    uint64_t field[RSS + 1] = {0};
    char text[TEXT_BYTES], *p;

    if (!read_file(pid, "stat", text))
        return false;
    p = strrchr(text, ')');
    for (int i = AFTER_NAME; p != NULL && i <= RSS; i++) {
        p = strchr(p, ' ');
        if (p == NULL)
            break;
        field[i] = strtoull(++p, NULL, 10);
    }
    if (p == NULL)
        return false;
    out->cpu_seconds = (double)(field[UTIME] + field[STIME]) / tick;
    out->start_unix_seconds = boot_unix_seconds() + (double)field[START] / tick;
    out->threads = field[THREADS];
    out->virtual_bytes = field[VSIZE];
    out->resident_bytes = field[RSS] * (uint64_t)sysconf(_SC_PAGESIZE);
    return true;
}

static uint64_t count_fds(int32_t pid)
{
    char path[PATH_BYTES];
    const struct dirent *entry;
    uint64_t n = 0;
    DIR *folder;

    (void)snprintf(path, sizeof(path), "/proc/%" PRId32 "/fd", pid);
    folder = opendir(path);
    if (folder == NULL)
        return 0;
    while ((entry = readdir(folder)) != NULL)
        n += entry->d_name[0] != '.';
    (void)closedir(folder);
    return pid == getpid() && n > 0 ? n - 1 : n; /* not the one that was just read through */
}

static uint64_t fd_limit(int32_t pid)
{
    static const char name[] = "Max open files";
    char text[TEXT_BYTES], *line;

    if (!read_file(pid, "limits", text))
        return 0;
    line = strstr(text, name);
    return line != NULL ? strtoull(line + sizeof(name) - 1, NULL, 10) : 0;
}

bool kc_process_figures(int32_t pid, struct kc_process_figures *out)
{
    *out = (struct kc_process_figures){0};
    if (pid <= 0 || !read_stat(pid, out))
        return false;
    out->open_fds = count_fds(pid);
    out->max_fds = fd_limit(pid);
    return true;
}
