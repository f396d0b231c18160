/*
 * seen_calls.c - calls of libraries that ThreadSanitizer would not see, passed on so that it does. In the same shared object
 * as c11_threads.c.
 *
 * Descriptors: libuv closes them by syscall(2). The sanitizer took the next file with that number for the old one, and
 * whoever had used it for a rival.
 *
 * Read-write locks of librdkafka: what is called from a library that tsan.supp names with called_from_lib counts for
 * nothing, locks included. From here they count; their ends still do not, as those of c11_threads.c.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ARGUMENTS = 6 }; /* at most, of any system call: syscall(2) */

typedef long syscall_fn(long number, ...);
typedef int rwlock_fn(pthread_rwlock_t *lock);

/* The function of this name behind this object: the sanitizer's, or the C library's. Constructors of libraries call, too. */
static void *next(_Atomic(void *) *known, const char *name)
{
    if (atomic_load(known) == NULL)
        atomic_store(known, dlsym(RTLD_NEXT, name));
    return atomic_load(known);
}

long syscall(long number, ...)
{
    static _Atomic(void *) known;
    long a[ARGUMENTS];
    va_list arguments;

    va_start(arguments, number);
    for (int i = 0; i < ARGUMENTS; i++)
        a[i] = va_arg(arguments, long);
    va_end(arguments);
    if (number == SYS_close)
        return close((int)a[0]);
    return ((syscall_fn *)next(&known, "syscall"))(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
    static _Atomic(void *) known;

    return ((rwlock_fn *)next(&known, "pthread_rwlock_rdlock"))(lock);
}

int pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
    static _Atomic(void *) known;

    return ((rwlock_fn *)next(&known, "pthread_rwlock_wrlock"))(lock);
}

int pthread_rwlock_unlock(pthread_rwlock_t *lock)
{
    static _Atomic(void *) known;

    return ((rwlock_fn *)next(&known, "pthread_rwlock_unlock"))(lock);
}
