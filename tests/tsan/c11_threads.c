/*
 * c11_threads.c - C11's threads, mutexes and conditions by way of POSIX's, for ThreadSanitizer, which knows only these.
 * Debian's librdkafka uses <threads.h>: without this its threads are unknown to the sanitizer, which dies when one of
 * them calls us, and what we hand over through its queues looks as if nobody had locked anything.
 *
 * A shared object for LD_PRELOAD: it stands before the C library's own functions, and calls the POSIX ones that the
 * sanitizer watches. mtx_t and cnd_t of the GNU C library have the size of pthread_mutex_t and pthread_cond_t; all
 * functions that touch one are here, so nobody sees that it is the other.
 */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

_Static_assert(sizeof(mtx_t) >= sizeof(pthread_mutex_t), "a mutex of C11 has room for one of POSIX");
_Static_assert(sizeof(cnd_t) >= sizeof(pthread_cond_t), "a condition of C11 has room for one of POSIX");
_Static_assert(sizeof(thrd_t) == sizeof(pthread_t), "a thread of C11 is one of POSIX");
_Static_assert(sizeof(once_flag) == sizeof(pthread_once_t), "a once_flag of C11 is one of POSIX");

/* The sanitizer's own, when the program has it. */
__attribute__((weak)) void AnnotateIgnoreWritesBegin(const char *file, int line);
__attribute__((weak)) void AnnotateIgnoreWritesEnd(const char *file, int line);

/*
 * Around the end of a mutex or condition: librdkafka counts references by atomic operations that the sanitizer does not
 * see, so destroying one looks like a race with whoever locked it last.
 */
static void ignore_begin(void)
{
    if (AnnotateIgnoreWritesBegin != NULL)
        AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
}

static void ignore_end(void)
{
    if (AnnotateIgnoreWritesEnd != NULL)
        AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
}

static int result(int code)
{
    switch (code) {
    case 0: return thrd_success;
    case EBUSY: return thrd_busy;
    case ENOMEM: return thrd_nomem;
    case ETIMEDOUT: return thrd_timedout;
    default: return thrd_error;
    }
}

int mtx_init(mtx_t *m, int type)
{
    pthread_mutexattr_t attributes;
    int code;

    (void)pthread_mutexattr_init(&attributes);
    if ((type & mtx_recursive) != 0)
        (void)pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    code = pthread_mutex_init((pthread_mutex_t *)m, &attributes);
    (void)pthread_mutexattr_destroy(&attributes);
    return result(code);
}

void mtx_destroy(mtx_t *m)
{
    ignore_begin();
    (void)pthread_mutex_destroy((pthread_mutex_t *)m);
    ignore_end();
}

int mtx_lock(mtx_t *m)
{
    return result(pthread_mutex_lock((pthread_mutex_t *)m));
}

int mtx_trylock(mtx_t *m)
{
    return result(pthread_mutex_trylock((pthread_mutex_t *)m));
}

int mtx_timedlock(mtx_t *restrict m, const struct timespec *restrict until)
{
    return result(pthread_mutex_timedlock((pthread_mutex_t *)m, until));
}

int mtx_unlock(mtx_t *m)
{
    return result(pthread_mutex_unlock((pthread_mutex_t *)m));
}

int cnd_init(cnd_t *c)
{
    return result(pthread_cond_init((pthread_cond_t *)c, NULL));
}

void cnd_destroy(cnd_t *c)
{
    ignore_begin();
    (void)pthread_cond_destroy((pthread_cond_t *)c);
    ignore_end();
}

int cnd_signal(cnd_t *c)
{
    return result(pthread_cond_signal((pthread_cond_t *)c));
}

int cnd_broadcast(cnd_t *c)
{
    return result(pthread_cond_broadcast((pthread_cond_t *)c));
}

int cnd_wait(cnd_t *c, mtx_t *m)
{
    return result(pthread_cond_wait((pthread_cond_t *)c, (pthread_mutex_t *)m));
}

int cnd_timedwait(cnd_t *restrict c, mtx_t *restrict m, const struct timespec *restrict until)
{
    return result(pthread_cond_timedwait((pthread_cond_t *)c, (pthread_mutex_t *)m, until));
}

/* What a new thread is to do; it frees this. */
struct start {
    thrd_start_t function;
    void *arg;
};

static void *run(void *arg)
{
    struct start start = *(struct start *)arg;

    free(arg);
    return (void *)(intptr_t)start.function(start.arg);
}

int thrd_create(thrd_t *thread, thrd_start_t function, void *arg)
{
    struct start *start = malloc(sizeof(*start));
    int code;

    if (start == NULL)
        return thrd_nomem;
    *start = (struct start){function, arg};
    code = pthread_create((pthread_t *)thread, NULL, run, start);
    if (code != 0)
        free(start);
    return result(code);
}

int thrd_detach(thrd_t thread)
{
    return result(pthread_detach((pthread_t)thread));
}

int thrd_join(thrd_t thread, int *value)
{
    void *returned = NULL;
    int code = pthread_join((pthread_t)thread, &returned);

    if (code == 0 && value != NULL)
        *value = (int)(intptr_t)returned;
    return result(code);
}

void call_once(once_flag *flag, void (*function)(void))
{
    (void)pthread_once((pthread_once_t *)flag, function);
}
