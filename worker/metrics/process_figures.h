/* process_figures.h - what the kernel says about a process, from /proc: nothing that the process itself could misreport. */
#ifndef KC_METRICS_PROCESS_FIGURES_H
#define KC_METRICS_PROCESS_FIGURES_H

#include <stdbool.h>
#include <stdint.h>

struct kc_process_figures {
    double cpu_seconds; /* user and system, of all threads */
    double start_unix_seconds;
    uint64_t resident_bytes, virtual_bytes;
    uint64_t threads;
    uint64_t open_fds; /* 0: not known */
    uint64_t max_fds;  /* soft limit; 0: not known, or none */
};

/* False: there is no such process (any more). Some system calls; any thread. */
bool kc_process_figures(int32_t pid, struct kc_process_figures *out);

#endif
