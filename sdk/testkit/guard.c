#include "guard.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

enum { REGIONS = 256, KEEP_RETIRED = 64, STEP_BYTES = 64 * 1024 };
static const size_t region_bytes = (size_t)256 << 20; /* address space only; pages come as they are taken */

struct kc_guard {
    uint8_t *base;     /* NULL: this place is free */
    size_t used;       /* bytes handed out */
    size_t open;       /* bytes that are writable */
    const char *label; /* a literal */
    uint64_t retired;  /* when, as a running number; 0: it is lent */
};

static struct kc_guard regions[REGIONS];
static uint64_t clock_of_retirements;

static struct kc_guard *oldest_retired(void)
{
    struct kc_guard *oldest = NULL;
    size_t n = 0;

    for (size_t i = 0; i < REGIONS; i++) {
        if (regions[i].base == NULL || regions[i].retired == 0)
            continue;
        n++;
        if (oldest == NULL || regions[i].retired < oldest->retired)
            oldest = &regions[i];
    }
    return n > KEEP_RETIRED ? oldest : NULL;
}

static void forget(struct kc_guard *g)
{
    (void)munmap(g->base, region_bytes);
    *g = (struct kc_guard){0};
}

struct kc_guard *kc_guard_open(const char *label)
{
    struct kc_guard *g = oldest_retired();
    void *base;

    if (g != NULL)
        forget(g);
    for (size_t i = 0; i < REGIONS && g == NULL; i++)
        if (regions[i].base == NULL)
            g = &regions[i];
    if (g == NULL)
        return NULL;
    base = mmap(NULL, region_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED)
        return NULL;
    *g = (struct kc_guard){.base = base, .label = label};
    return g;
}

void *kc_guard_take(struct kc_guard *g, size_t n)
{
    uint8_t *p = g->base + g->used;

    if (n > region_bytes / 2)
        return NULL;
    n = (n + 15) & ~(size_t)15;
    if (n > region_bytes - g->used)
        return NULL;
    if (g->used + n > g->open) {
        size_t open = (g->used + n + STEP_BYTES - 1) / STEP_BYTES * STEP_BYTES;

        if (mprotect(g->base, open, PROT_READ | PROT_WRITE) < 0)
            return NULL;
        g->open = open;
    }
    g->used += n;
    return p;
}

void kc_guard_seal(struct kc_guard *g)
{
    if (g->open > 0)
        (void)mprotect(g->base, g->open, PROT_READ);
}

void kc_guard_retire(struct kc_guard *g, bool lock)
{
    if (g == NULL)
        return;
    g->retired = ++clock_of_retirements;
    if (g->open == 0)
        return;
    (void)mprotect(g->base, g->open, PROT_READ | PROT_WRITE);
    memset(g->base, 0xDD, g->open);
    if (lock)
        (void)mprotect(g->base, g->open, PROT_NONE);
}

const char *kc_guard_label(const void *address, bool *gone)
{
    for (size_t i = 0; i < REGIONS; i++) {
        const uint8_t *base = regions[i].base;

        if (base == NULL || (const uint8_t *)address < base ||
            (const uint8_t *)address >= base + region_bytes)
            continue;
        *gone = regions[i].retired != 0;
        return regions[i].label;
    }
    return NULL;
}
