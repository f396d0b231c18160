#include "figures.h"

#include <stdio.h>
#include <time.h>

static double clock_seconds(clockid_t id)
{
    struct timespec t;

    (void)clock_gettime(id, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void figures_start(struct figures *f)
{
    f->wall_s = clock_seconds(CLOCK_MONOTONIC);
    f->cpu_s = clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
}

/* Peak resident memory since the start of the process, in KiB. */
static long peak_kb(void)
{
    FILE *file = fopen("/proc/self/status", "re");
    char line[256];
    long kb = 0;

    while (file != NULL && fgets(line, sizeof(line), file) != NULL)
        if (sscanf(line, "VmHWM: %ld", &kb) == 1)
            break;
    if (file != NULL)
        (void)fclose(file);
    return kb;
}

void figures_print(const struct figures *f, uint64_t items, uint64_t bytes)
{
    printf("{\"items\":%llu,\"bytes\":%llu,\"seconds\":%.4f,\"cpu_s\":%.4f,\"vm_hwm_kb\":%ld}\n",
           (unsigned long long)items, (unsigned long long)bytes, clock_seconds(CLOCK_MONOTONIC) - f->wall_s,
           clock_seconds(CLOCK_PROCESS_CPUTIME_ID) - f->cpu_s, peak_kb());
}
