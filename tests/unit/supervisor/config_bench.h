/* config_bench.h - what tests of connectors' configurations share: a registry of real plugins, properties, problems. */
#ifndef KC_TEST_CONFIG_BENCH_H
#define KC_TEST_CONFIG_BENCH_H

#include "base/props.h"
#include "plugin/install.h"

/* What config_bench_scan() found; gone after config_bench_forget(). */
extern struct kc_registry *registry;

/* Scans plugins, paths that end with NULL; `helper` is the executable that looks into them. */
void config_bench_scan(const char *const *paths, const char *helper);
/* A tear-down for cmocka. */
int config_bench_forget(void **state);

/* Properties from pairs of key and value that end with NULL, to be destroyed. */
struct kc_props *props(const char *const *pairs);
#define PROPS(...) props((const char *const[]){__VA_ARGS__, NULL})

/* What a check has told; begins zeroed. */
struct problems {
    char key[8][64], text[8][600];
    size_t n;
};

/* Adds one to the struct problems `arg`. */
void note_problem(void *arg, const char *key, const char *sentence);

#endif
