/*
 * registry_bench.h - fresh folders with test plugins in them, and what a scan of them found, for the tests of the
 * registry. Every failure is one of the running test.
 */
#ifndef KC_TEST_REGISTRY_BENCH_H
#define KC_TEST_REGISTRY_BENCH_H

#include <stdbool.h>
#include <stddef.h>

#include "registry_scan.h"

/* The program that probes, and the folder of the test plugins: from the command line, set by registry_bench_start(). */
extern const char *probe_helper, *test_plugins;

/* Fresh folders for one test: `path` is its plugin.path. */
struct place {
    char *root, *path, *state;
};

struct place place_make(void);
void place_remove(struct place *p);
/* Installs the test plugin `name` as `as`, relative to plugin.path; only its first `most` bytes unless that is
 * negative. */
void place_install(const struct place *p, const char *name, const char *as, long most);
/* To be destroyed. */
struct kc_registry *place_scan(const struct place *p);

/* Components in the order of kc_registry_list(). */
size_t component_count(const struct kc_registry *r);
const struct kc_component_info *component_at(const struct kc_registry *r, size_t i);

size_t refused_count(const struct kc_registry *r);
/* Valid until the next call, and while nothing is published. */
const struct kc_refused_info *refused_at(const struct kc_registry *r, size_t i);

/* Called by main(): takes the command line, turns the log off. false: it was wrong, which stderr says. */
bool registry_bench_start(int argc, char **argv);

#endif
