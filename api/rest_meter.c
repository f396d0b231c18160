#include "rest_meter.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/exposition.h"

enum { LINES = 256, STATUSES = 16, STATUS_BYTES = 12 };

/* One method of one route. */
struct line {
    const char *method, *pattern;
    struct kc_histogram seconds;
    struct {
        unsigned status;
        uint64_t n;
    } answers[STATUSES];
    size_t n_answers;
};

struct kc_rest_meter {
    pthread_mutex_t lock;
    size_t n;
    struct line lines[LINES];
};

struct kc_rest_meter *kc_rest_meter_create(void)
{
    struct kc_rest_meter *m = calloc(1, sizeof(*m));

    if (m != NULL)
        (void)pthread_mutex_init(&m->lock, NULL);
    return m;
}

void kc_rest_meter_destroy(struct kc_rest_meter *m)
{
    if (m == NULL)
        return;
    (void)pthread_mutex_destroy(&m->lock);
    free(m);
}

/* A client may send any word as a method: only known ones make a series. */
static const char *known_method(const char *method)
{
    static const char *const known[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(known[i], method) == 0)
            return known[i];
    return "other";
}

/* With the lock held; NULL: no room. */
static struct line *find_line(struct kc_rest_meter *m, const char *method, const char *pattern)
{
    for (size_t i = 0; i < m->n; i++)
        if (strcmp(m->lines[i].method, method) == 0 && strcmp(m->lines[i].pattern, pattern) == 0)
            return &m->lines[i];
    if (m->n == LINES)
        return NULL;
    m->lines[m->n] = (struct line){.method = method, .pattern = pattern};
    return &m->lines[m->n++];
}

static void count_answer(struct line *l, unsigned status)
{
    size_t i = 0;

    while (i < l->n_answers && l->answers[i].status != status)
        i++;
    if (i == STATUSES)
        return;
    if (i == l->n_answers)
        l->n_answers++;
    l->answers[i].status = status;
    l->answers[i].n++;
}

void kc_rest_meter_note(struct kc_rest_meter *m, const char *method, const char *pattern, unsigned status,
                        int64_t ms)
{
    struct line *l;

    if (m == NULL)
        return;
    (void)pthread_mutex_lock(&m->lock);
    l = find_line(m, known_method(method), pattern != NULL ? pattern : "none");
    if (l != NULL) {
        count_answer(l, status);
        kc_histogram_observe(&l->seconds, &kc_bounds_seconds, (double)ms / 1000);
    }
    (void)pthread_mutex_unlock(&m->lock);
}

static void expose_answers(const struct line *l, const char *name, struct kc_buf *out)
{
    char status[STATUS_BYTES];
    const struct kc_label labels[] = {{"method", l->method}, {"path", l->pattern}, {"code", status}};

    for (size_t i = 0; i < l->n_answers; i++) {
        (void)snprintf(status, sizeof(status), "%u", l->answers[i].status);
        kc_expose(out, name, labels, 3, (double)l->answers[i].n);
    }
}

void kc_rest_meter_expose(struct kc_rest_meter *m, struct kc_buf *out)
{
    static const char requests[] = "kconnect_rest_requests_total",
                      seconds[] = "kconnect_rest_request_duration_seconds";

    if (m == NULL)
        return;
    (void)pthread_mutex_lock(&m->lock);
    kc_expose_family(out, requests, "counter", "Requests to the REST API by route and answer.");
    for (size_t i = 0; i < m->n; i++)
        expose_answers(&m->lines[i], requests, out);
    kc_expose_family(
        out, seconds, "histogram",
        "Time from a request's first byte to its answer, in seconds. Writes wait for the fleet's leader.");
    for (size_t i = 0; i < m->n; i++) {
        const struct kc_label labels[] = {{"method", m->lines[i].method}, {"path", m->lines[i].pattern}};

        kc_expose_histogram(out, seconds, labels, 2, &m->lines[i].seconds, &kc_bounds_seconds);
    }
    (void)pthread_mutex_unlock(&m->lock);
}
