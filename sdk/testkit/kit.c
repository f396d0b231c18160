#include "kit.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct kc_kit *kc_kit_create(uint32_t flags)
{
    struct kc_kit *k = calloc(1, sizeof(*k));

    if (k == NULL)
        return NULL;
    k->flags = flags;
    k->ctx.kit = k;
    k->report.kit = k;
    k->thread = pthread_self();
    (void)pthread_mutex_init(&k->lock, NULL);
    k->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (k->stop_fd < 0) {
        kc_kit_destroy(k);
        return NULL;
    }
    return k;
}

void kc_kit_destroy(struct kc_kit *k)
{
    bool lock;

    if (k == NULL)
        return;
    lock = (k->flags & KC_KIT_LOCK) != 0;
    kc_kit_take_back(k);
    kc_kit_leave(k);
    kc_guard_retire(k->config, lock);
    kc_kit_store_finish(k);
    while (k->blocks != NULL) {
        struct kc_kit_block *next = k->blocks->next;

        free(k->blocks);
        k->blocks = next;
    }
    free(k->logs.list);
    free(k->faults.list);
    free(k->failures.list);
    free(k->report.lines.list);
    free(k->out.data);
    free(k->slices.list);
    if (k->stop_fd >= 0)
        close(k->stop_fd);
    (void)pthread_mutex_destroy(&k->lock);
    free(k);
}

struct kc_ctx *kc_kit_ctx(struct kc_kit *k)
{
    return &k->ctx;
}

static void out_of_memory(void)
{
    (void)fprintf(stderr, "kconnect test kit: out of memory\n");
    abort();
}

void *kc_kit_alloc(struct kc_kit *k, size_t n)
{
    struct kc_kit_block *b = NULL;

    if (n > SIZE_MAX - sizeof(*b) - 16 ||
        (b = aligned_alloc(16, (sizeof(*b) + n + 15) & ~(size_t)15)) == NULL)
        out_of_memory();
    memset(b, 0, sizeof(*b) + n);
    (void)pthread_mutex_lock(&k->lock);
    b->next = k->blocks;
    k->blocks = b;
    (void)pthread_mutex_unlock(&k->lock);
    return b->bytes;
}

char *kc_kit_strdup(struct kc_kit *k, const char *text, size_t n)
{
    char *copy = kc_kit_alloc(k, n + 1);

    if (n > 0)
        memcpy(copy, text, n);
    return copy;
}

static char *format(struct kc_kit *k, const char *fmt, va_list ap)
{
    char *text = NULL, *kept;
    int n = vasprintf(&text, fmt, ap);

    if (n < 0)
        out_of_memory();
    kept = kc_kit_strdup(k, text, (size_t)n);
    free(text);
    return kept;
}

char *kc_kit_printf(struct kc_kit *k, const char *fmt, ...)
{
    va_list ap;
    char *text;

    va_start(ap, fmt);
    text = format(k, fmt, ap);
    va_end(ap);
    return text;
}

void kc_kit_texts_add(struct kc_kit *k, struct kc_kit_texts *t, char *text)
{
    char **list;

    (void)pthread_mutex_lock(&k->lock);
    list = reallocarray(t->list, t->n + 1, sizeof(*list));
    if (list == NULL)
        out_of_memory();
    t->list = list;
    t->list[t->n++] = text;
    (void)pthread_mutex_unlock(&k->lock);
}

void kc_kit_note_fault(struct kc_kit *k, const char *fmt, ...)
{
    va_list ap;
    char *text;

    va_start(ap, fmt);
    text = format(k, fmt, ap);
    va_end(ap);
    for (uint32_t i = 0; i < k->faults.n; i++)
        if (strcmp(k->faults.list[i], text) == 0)
            return;
    if (k->faults.n < KC_KIT_MAX_FAULTS)
        kc_kit_texts_add(k, &k->faults, text);
}

kc_status kc_kit_fail(struct kc_error *err, kc_status status, const char *fmt, ...)
{
    va_list ap;

    if (err == NULL)
        return status;
    err->status = status;
    va_start(ap, fmt);
    (void)vsnprintf(err->message, sizeof(err->message), fmt, ap);
    va_end(ap);
    return status;
}

void kc_kit_enter(struct kc_kit *k, const char *call)
{
    k->call = call;
    k->thread = pthread_self();
    k->loans = kc_guard_open("what a call was given, or answered by the host, until it returned");
    if (k->loans == NULL)
        out_of_memory();
    if (k->watch != NULL)
        k->watch(k->watch_arg, call);
}

void kc_kit_leave(struct kc_kit *k)
{
    bool lock = (k->flags & KC_KIT_LOCK) != 0;

    if (k->call != NULL && k->watch != NULL)
        k->watch(k->watch_arg, NULL);
    if (k->error != NULL)
        KC_KIT_BACK(k, kc_error, k->error);
    k->error = NULL;
    k->call = NULL;
    kc_guard_retire(k->answer, lock);
    kc_guard_retire(k->loans, lock);
    k->answer = k->loans = NULL;
}

void kc_kit_lend_size(void *p, size_t size, size_t whole)
{
    uint32_t struct_size = (uint32_t)size;

    memcpy(p, &struct_size, sizeof(struct_size)); /* the first member of each that has one */
    memset((uint8_t *)p + size, 0xDD, whole - size);
}

void kc_kit_back(struct kc_kit *k, const char *name, const void *p, size_t size, size_t whole)
{
    for (size_t i = size; i < whole; i++) {
        if (((const uint8_t *)p)[i] == 0xDD)
            continue;
        kc_kit_note_fault(k, "the plugin wrote behind the struct_size of a struct %s: ask KC_HAS() first",
                          name);
        return;
    }
}

void *kc_kit_loan(struct kc_kit *k, size_t n)
{
    void *p = kc_guard_take(k->loans, n);

    if (p == NULL)
        out_of_memory();
    return p;
}

struct kc_error *kc_kit_error(struct kc_kit *k)
{
    struct kc_error *err = kc_kit_loan(k, sizeof(*err));

    KC_KIT_LEND(kc_error, err);
    k->error = err;
    return err;
}

void kc_kit_on_task(struct kc_kit *k, const char *what)
{
    if (!pthread_equal(k->thread, pthread_self()))
        kc_kit_note_fault(k, "%s was called on another thread than the task's", what);
    else if (k->call == NULL)
        kc_kit_note_fault(k, "%s was called outside any call of the host", what);
}

void kc_kit_watch(struct kc_kit *k, void (*watch)(void *arg, const char *call), void *arg)
{
    k->watch = watch;
    k->watch_arg = arg;
}

void kc_kit_stop(struct kc_kit *k)
{
    uint64_t one = 1;

    (void)!write(k->stop_fd, &one, sizeof(one));
}

const char *kc_kit_memory_label(const void *address)
{
    bool gone;

    return kc_guard_label(address, &gone);
}

static const char *nth(struct kc_kit *k, const struct kc_kit_texts *t, uint32_t i)
{
    const char *text;

    (void)pthread_mutex_lock(&k->lock);
    text = i < t->n ? t->list[i] : NULL;
    (void)pthread_mutex_unlock(&k->lock);
    return text;
}

const char *kc_kit_log(struct kc_kit *k, uint32_t i)
{
    return nth(k, &k->logs, i);
}

const char *kc_kit_fault(struct kc_kit *k, uint32_t i)
{
    return nth(k, &k->faults, i);
}

const char *kc_kit_record_failure(struct kc_kit *k, uint32_t i)
{
    return nth(k, &k->failures, i);
}

uint32_t kc_kit_reconfigurations(struct kc_kit *k)
{
    return k->reconfigurations;
}

const char *kc_kit_raised(struct kc_kit *k)
{
    return k->raised;
}

struct kc_report *kc_kit_report(struct kc_kit *k)
{
    k->report.lines.n = 0;
    return &k->report;
}

const char *kc_kit_report_line(struct kc_kit *k, uint32_t i)
{
    return nth(k, &k->report.lines, i);
}

double kc_kit_metric(struct kc_kit *k, const char *name)
{
    double value = 0;

    (void)pthread_mutex_lock(&k->lock);
    for (const struct kc_metric *m = k->metrics; m != NULL; m = m->next)
        if (strcmp(m->name, name) == 0)
            value += m->value;
    (void)pthread_mutex_unlock(&k->lock);
    return value;
}
