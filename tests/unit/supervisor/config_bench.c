#include "config_bench.h"

#include "../cm.h"

#include <stdio.h>

#include "registry_scan.h"
#include "scratch.h"

struct kc_registry *registry;
static char *folder;

void config_bench_scan(const char *const *paths, const char *helper)
{
    struct kc_error err = KC_ERROR_INIT;

    folder = scratch_make();
    registry = registry_scan(paths, folder, helper, &err);
    assert_non_null(registry);
}

int config_bench_forget(void **state)
{
    (void)state;
    kc_registry_destroy(registry);
    scratch_remove(folder);
    return 0;
}

struct kc_props *props(const char *const *pairs)
{
    struct kc_props *p = kc_props_create();

    for (size_t i = 0; pairs[i] != NULL; i += 2)
        assert_int_equal(kc_props_set(p, pairs[i], pairs[i + 1]), KC_OK);
    return p;
}

void note_problem(void *arg, const char *key, const char *sentence)
{
    struct problems *p = arg;

    assert_true(p->n < 8);
    (void)snprintf(p->key[p->n], sizeof(p->key[0]), "%s", key != NULL ? key : "");
    (void)snprintf(p->text[p->n++], sizeof(p->text[0]), "%s", sentence);
}
