#include "supervisor/memory_watch.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZER_FACTOR = 4 };
#else
enum { SANITIZER_FACTOR = 1 };
#endif

/* proc(5), /proc/pid/statm: the second field, in pages. 0: there is no such process. */
static int64_t resident_bytes(int32_t pid)
{
    char path[40], text[128];
    const char *second;
    ssize_t n;
    int fd;

    (void)snprintf(path, sizeof(path), "/proc/%" PRId32 "/statm", pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    n = read(fd, text, sizeof(text) - 1);
    (void)close(fd);
    text[n > 0 ? n : 0] = '\0';
    second = strchr(text, ' ');
    return second == NULL ? 0 : strtoll(second, NULL, 10) * sysconf(_SC_PAGESIZE);
}

bool kc_memory_over(int32_t pid, int64_t max_mb, int64_t *has_mb)
{
    *has_mb = resident_bytes(pid) >> 20;
    return max_mb > 0 && *has_mb > max_mb * SANITIZER_FACTOR;
}

void kc_memory_describe(int64_t has_mb, int64_t max_mb, const struct kc_crash_page *page, struct kc_buf *out)
{
    char component[KC_CRASH_TEXT_BYTES], call[KC_CRASH_TEXT_BYTES];

    /* The task may be writing them at this moment. */
    memcpy(component, page->component, sizeof(component));
    memcpy(call, page->call, sizeof(call));
    component[sizeof(component) - 1] = call[sizeof(call) - 1] = '\0';
    kc_buf_printf(out,
                  "the task's process had %" PRId64 " MB of memory and was ended, because task.memory.max.mb "
                  "is %" PRId64 ": raise it for this connector or its worker",
                  has_mb, max_mb);
    if (page->since_ms != 0 && call[0] != '\0')
        kc_buf_printf(out, "; it was in %s of %s", call, component);
    else
        kc_buf_str(out, "; it was in no plugin's call");
}
