#include "registry_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/log.h"
#include "scratch.h"

const char *probe_helper, *test_plugins;

struct place place_make(void)
{
    char *root = scratch_make();

    return (struct place){root, scratch_folder(root, "plugins"), scratch_path(root, "state")};
}

void place_remove(struct place *p)
{
    free(p->path);
    free(p->state);
    scratch_remove(p->root);
}

void place_install(const struct place *p, const char *name, const char *as, long most)
{
    char *file = scratch_path(test_plugins, name), *to = scratch_path(p->path, as);

    scratch_copy(file, to, most);
    free(file);
    free(to);
}

struct kc_registry *place_scan(const struct place *p)
{
    const char *paths[] = {p->path, NULL};
    struct kc_error err = KC_ERROR_INIT;
    struct kc_registry *r = registry_scan(paths, p->state, probe_helper, &err);

    if (r == NULL)
        fail_msg("%s", err.message);
    return r;
}

size_t component_count(const struct kc_registry *r)
{
    size_t n;

    free(kc_registry_list(r, &n));
    return n;
}

const struct kc_component_info *component_at(const struct kc_registry *r, size_t i)
{
    const struct kc_component_info **list, *c;
    size_t n;

    list = kc_registry_list(r, &n);
    assert_true(i < n);
    c = list[i];
    free(list);
    return c;
}

struct counter {
    size_t n, wanted;
    const struct kc_refused_info *found;
    struct kc_refused_info copy;
};

static void count_refused(void *arg, const struct kc_refused_info *f)
{
    struct counter *c = arg;

    if (c->n++ == c->wanted) {
        c->copy = *f;
        c->found = &c->copy;
    }
}

size_t refused_count(const struct kc_registry *r)
{
    struct counter c = {0};

    kc_registry_each_refused(r, count_refused, &c);
    return c.n;
}

const struct kc_refused_info *refused_at(const struct kc_registry *r, size_t i)
{
    static struct counter c;

    c = (struct counter){.wanted = i};
    kc_registry_each_refused(r, count_refused, &c);
    assert_non_null(c.found);
    return c.found;
}

bool registry_bench_start(int argc, char **argv)
{
    if (argc != 3) {
        (void)fprintf(stderr, "usage: %s PROBE-EXECUTABLE FOLDER-OF-TEST-PLUGINS\n", argv[0]);
        return false;
    }
    probe_helper = argv[1];
    test_plugins = argv[2];
    kc_log_set_level(KC_LOG_OFF);
    /* meson test points it at every library of the build, also the one that is to be missing. */
    (void)unsetenv("LD_LIBRARY_PATH");
    return true;
}
