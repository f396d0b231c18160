#include "supervisor/quarantine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A file that has crashed lately, or is in quarantine. */
struct suspect {
    char *file, *connector; /* of the last crash */
    int64_t generation;
    int64_t *at_ms; /* the newest crashes, the oldest first; room for `limit` */
    int32_t n;
    bool held;
};

struct kc_quarantine {
    int32_t limit;
    int64_t window_ms;
    struct suspect *list;
    size_t n;
};

struct kc_quarantine *kc_quarantine_create(int32_t crashes, int64_t window_ms)
{
    struct kc_quarantine *q = calloc(1, sizeof(*q));

    if (q != NULL) {
        q->limit = crashes;
        q->window_ms = window_ms;
    }
    return q;
}

static void free_suspect(struct suspect *s)
{
    free(s->file);
    free(s->connector);
    free(s->at_ms);
}

void kc_quarantine_destroy(struct kc_quarantine *q)
{
    if (q == NULL)
        return;
    for (size_t i = 0; i < q->n; i++)
        free_suspect(&q->list[i]);
    free(q->list);
    free(q);
}

static struct suspect *find(const struct kc_quarantine *q, const char *file)
{
    for (size_t i = 0; i < q->n; i++)
        if (strcmp(q->list[i].file, file) == 0)
            return &q->list[i];
    return NULL;
}

static void forget(struct kc_quarantine *q, struct suspect *s)
{
    free_suspect(s);
    *s = q->list[--q->n];
}

/* What crashed long ago and never enough is nothing to remember: the list is as long as there are bad files now. */
static void forget_old(struct kc_quarantine *q, int64_t now_ms)
{
    for (size_t i = q->n; i-- > 0;) {
        struct suspect *s = &q->list[i];

        if (!s->held && s->at_ms[s->n - 1] <= now_ms - q->window_ms)
            forget(q, s);
    }
}

static struct suspect *add(struct kc_quarantine *q, const char *file)
{
    struct suspect *list = reallocarray(q->list, q->n + 1, sizeof(*list));
    struct suspect s = {.file = strdup(file), .at_ms = calloc((size_t)q->limit, sizeof(*s.at_ms))};

    if (list != NULL)
        q->list = list;
    if (list == NULL || s.file == NULL || s.at_ms == NULL) {
        free_suspect(&s);
        return NULL;
    }
    list[q->n] = s;
    return &list[q->n++];
}

static void count(const struct kc_quarantine *q, struct suspect *s, int64_t now_ms)
{
    int32_t old = 0;

    while (old < s->n && s->at_ms[old] <= now_ms - q->window_ms)
        old++;
    if (s->n - old == q->limit)
        old++;
    s->n -= old;
    memmove(s->at_ms, s->at_ms + old, (size_t)s->n * sizeof(*s->at_ms));
    s->at_ms[s->n++] = now_ms;
}

bool kc_quarantine_crashed(struct kc_quarantine *q, const char *file, const char *connector,
                           int64_t generation, int64_t now_ms)
{
    char *name = strdup(connector);
    struct suspect *s;

    if (q->limit <= 0 || name == NULL) {
        free(name);
        return false;
    }
    forget_old(q, now_ms);
    s = find(q, file);
    if (s == NULL)
        s = add(q, file);
    if (s == NULL) {
        free(name);
        return false;
    }
    count(q, s, now_ms);
    free(s->connector);
    s->connector = name;
    s->generation = generation;
    s->held = s->held || s->n >= q->limit;
    return s->held;
}

void kc_quarantine_describe(const struct kc_quarantine *q, char *out, size_t size)
{
    const char *unit = "ms";
    int64_t in = q->window_ms;

    if (in % 60000 == 0) {
        in /= 60000;
        unit = "min";
    } else if (in % 1000 == 0) {
        in /= 1000;
        unit = "s";
    }
    (void)snprintf(out, size, "%" PRId32 " crash%s in %" PRId64 " %s", q->limit, q->limit == 1 ? "" : "es",
                   in, unit);
}

enum kc_quarantine_answer kc_quarantine_start(struct kc_quarantine *q, const char *file,
                                              const char *connector, int64_t generation)
{
    struct suspect *s = find(q, file);
    bool held;

    if (s == NULL)
        return KC_QUARANTINE_FREE;
    if (s->generation == generation && strcmp(s->connector, connector) == 0)
        return s->held ? KC_QUARANTINE_HELD : KC_QUARANTINE_FREE;
    held = s->held;
    /* Another connector that merely starts says nothing about crashes that are still being counted. */
    if (held)
        forget(q, s);
    return held ? KC_QUARANTINE_LIFTED : KC_QUARANTINE_FREE;
}
