/* Takes memory in its entry function, 16 MB every 10 ms up to 2 GB, and keeps it. */
#include "parts.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { STEP = 16 << 20 };

const struct kc_plugin *kc_plugin_v0(const struct kc_host *host)
{
    const struct timespec pause_10_ms = {.tv_nsec = 10 * 1000 * 1000};

    for (int i = 0; host != NULL && i < 128; i++) {
        volatile char *p = malloc(STEP);

        for (size_t at = 0; p != NULL && at < STEP; at += 4096)
            p[at] = 1; /* in use, so that it is resident */
        (void)nanosleep(&pause_10_ms, NULL);
    }
    for (;;)
        (void)pause();
}
