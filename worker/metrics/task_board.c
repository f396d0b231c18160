#include "metrics/task_board.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOLD_EVERY_MS = 1500 }; /* a task that runs says something at least so often */

struct kc_task_line {
    struct kc_task_board *board;
    struct kc_task_line *next;
    struct kc_task_figures f;
    int64_t behind_ms, behind_mono_ms; /* the last that was known, of a former process too; -1: never */
};

struct kc_task_board {
    pthread_mutex_t lock;
    struct kc_task_line *lines;
};

struct kc_task_board *kc_task_board_create(void)
{
    struct kc_task_board *b = calloc(1, sizeof(*b));

    if (b != NULL)
        (void)pthread_mutex_init(&b->lock, NULL);
    return b;
}

static void forget_process(struct kc_task_figures *f)
{
    free(f->samples);
    free(f->items);
    f->samples = NULL;
    f->items = NULL;
    f->n_samples = f->n_items = 0;
    f->counts = (struct kc_task_counts){.behind_ms = -1};
    f->told_mono_ms = 0;
}

static void finish_figures(struct kc_task_figures *f)
{
    forget_process(f);
    free(f->connector);
    free(f->plugin);
    free(f->version);
}

void kc_task_board_destroy(struct kc_task_board *b)
{
    if (b == NULL)
        return;
    while (b->lines != NULL)
        kc_task_board_remove(b->lines);
    (void)pthread_mutex_destroy(&b->lock);
    free(b);
}

struct kc_task_line *kc_task_board_add(struct kc_task_board *b, const char *connector, int32_t task)
{
    struct kc_task_line *l = b != NULL ? calloc(1, sizeof(*l)) : NULL;

    if (l == NULL)
        return NULL;
    l->board = b;
    l->behind_ms = -1;
    l->f.task = task;
    l->f.counts.behind_ms = -1;
    l->f.connector = strdup(connector);
    l->f.plugin = strdup("");
    l->f.version = strdup("");
    if (l->f.connector == NULL || l->f.plugin == NULL || l->f.version == NULL) {
        finish_figures(&l->f);
        free(l);
        return NULL;
    }
    (void)pthread_mutex_lock(&b->lock);
    l->next = b->lines;
    b->lines = l;
    (void)pthread_mutex_unlock(&b->lock);
    return l;
}

void kc_task_board_remove(struct kc_task_line *l)
{
    struct kc_task_line **at;

    if (l == NULL)
        return;
    (void)pthread_mutex_lock(&l->board->lock);
    for (at = &l->board->lines; *at != l; at = &(*at)->next)
        ;
    *at = l->next;
    (void)pthread_mutex_unlock(&l->board->lock);
    finish_figures(&l->f);
    free(l);
}

static void replace(char **text, const char *with)
{
    char *copy = strdup(with != NULL ? with : "");

    if (copy == NULL)
        return;
    free(*text);
    *text = copy;
}

void kc_task_line_started(struct kc_task_line *l, const char *plugin, const char *version, bool again,
                          int64_t memory_max_bytes)
{
    if (l == NULL)
        return;
    (void)pthread_mutex_lock(&l->board->lock);
    forget_process(&l->f);
    replace(&l->f.plugin, plugin);
    replace(&l->f.version, version);
    l->f.memory_max_bytes = memory_max_bytes;
    l->f.starts++;
    l->f.restarts += again;
    (void)pthread_mutex_unlock(&l->board->lock);
}

void kc_task_line_failed(struct kc_task_line *l, enum kc_task_failure why)
{
    if (l == NULL)
        return;
    (void)pthread_mutex_lock(&l->board->lock);
    l->f.failures[why]++;
    (void)pthread_mutex_unlock(&l->board->lock);
}

void kc_task_line_state(struct kc_task_line *l, enum kc_state state, int32_t pid)
{
    if (l == NULL)
        return;
    (void)pthread_mutex_lock(&l->board->lock);
    l->f.state = state;
    l->f.pid = pid;
    (void)pthread_mutex_unlock(&l->board->lock);
}

void kc_task_line_counts(struct kc_task_line *l, const struct kc_task_counts *counts,
                         struct kc_plugin_sample *samples, size_t n, int64_t mono_ms)
{
    if (l == NULL) {
        free(samples);
        return;
    }
    (void)pthread_mutex_lock(&l->board->lock);
    free(l->f.samples);
    l->f.samples = samples;
    l->f.n_samples = n;
    l->f.counts = *counts;
    l->f.told_mono_ms = mono_ms;
    if (counts->behind_ms >= 0) {
        l->behind_ms = counts->behind_ms;
        l->behind_mono_ms = mono_ms;
    }
    (void)pthread_mutex_unlock(&l->board->lock);
}

/* The item of these names, or room for it; NULL: there is none. With the lock held. */
static struct kc_progress_item *find_item(struct kc_task_figures *f, const char *phase, const char *item)
{
    struct kc_progress_item *done = NULL, *items;

    for (size_t i = 0; i < f->n_items; i++) {
        if (strcmp(f->items[i].phase, phase) == 0 && strcmp(f->items[i].item, item) == 0)
            return &f->items[i];
        if (done == NULL && f->items[i].total > 0 && f->items[i].done >= f->items[i].total)
            done = &f->items[i];
    }
    if (f->n_items == KC_PROGRESS_ITEMS) {
        if (done == NULL)
            return NULL;
        memmove(done, done + 1, (size_t)(&f->items[f->n_items] - done - 1) * sizeof(*done));
        return &f->items[f->n_items - 1];
    }
    items = reallocarray(f->items, f->n_items + 1, sizeof(*items));
    if (items == NULL)
        return NULL;
    f->items = items;
    return &items[f->n_items++];
}

void kc_task_line_progress(struct kc_task_line *l, const char *phase, const char *item, int64_t done,
                           int64_t total)
{
    struct kc_progress_item found = {.done = done, .total = total}, *place;

    if (l == NULL)
        return;
    (void)snprintf(found.phase, sizeof(found.phase), "%s", phase != NULL ? phase : "");
    (void)snprintf(found.item, sizeof(found.item), "%s", item != NULL ? item : "");
    (void)pthread_mutex_lock(&l->board->lock);
    place = find_item(&l->f, found.phase, found.item);
    if (place != NULL)
        *place = found;
    (void)pthread_mutex_unlock(&l->board->lock);
}

int64_t kc_task_behind_ms(const struct kc_task_figures *f, int64_t mono_ms)
{
    int64_t silent = mono_ms - f->told_mono_ms - TOLD_EVERY_MS;

    if (f->counts.behind_ms < 0)
        return -1;
    return f->counts.behind_ms + (silent > 0 ? silent : 0);
}

static void *copy_array(const void *from, size_t n, size_t size)
{
    void *to = n > 0 ? malloc(n * size) : NULL;

    if (to != NULL)
        memcpy(to, from, n * size);
    return to;
}

static bool copy_figures(struct kc_task_figures *to, const struct kc_task_line *l)
{
    *to = l->f;
    to->connector = strdup(l->f.connector);
    to->plugin = strdup(l->f.plugin);
    to->version = strdup(l->f.version);
    to->samples = copy_array(l->f.samples, l->f.n_samples, sizeof(*to->samples));
    to->items = copy_array(l->f.items, l->f.n_items, sizeof(*to->items));
    if (l->f.counts.behind_ms < 0 && l->behind_ms >= 0) { /* a process that has not found its place yet */
        to->counts.behind_ms = l->behind_ms;
        to->told_mono_ms = l->behind_mono_ms;
    }
    return to->connector != NULL && to->plugin != NULL && to->version != NULL &&
           (to->samples != NULL || to->n_samples == 0) && (to->items != NULL || to->n_items == 0);
}

static int by_name(const void *a, const void *b)
{
    const struct kc_task_figures *x = a, *y = b;
    int order = strcmp(x->connector, y->connector);

    return order != 0 ? order : (x->task > y->task) - (x->task < y->task);
}

struct kc_task_figures *kc_task_board_copy(struct kc_task_board *b, size_t *n)
{
    struct kc_task_figures *copy = NULL;
    size_t count = 0, done = 0;
    bool whole = true;

    (void)pthread_mutex_lock(&b->lock);
    for (const struct kc_task_line *l = b->lines; l != NULL; l = l->next)
        count++;
    if (count > 0)
        copy = calloc(count, sizeof(*copy));
    for (const struct kc_task_line *l = b->lines; l != NULL && copy != NULL && whole; l = l->next)
        whole = copy_figures(&copy[done++], l);
    (void)pthread_mutex_unlock(&b->lock);
    if (!whole) {
        kc_task_figures_free(copy, done);
        copy = NULL;
        done = 0;
    }
    if (done > 1)
        qsort(copy, done, sizeof(*copy), by_name);
    *n = done;
    return copy;
}

void kc_task_figures_free(struct kc_task_figures *figures, size_t n)
{
    for (size_t i = 0; i < n; i++)
        finish_figures(&figures[i]);
    free(figures);
}
