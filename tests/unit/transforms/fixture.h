/*
 * fixture.h - a transform or predicate run on one record: the real schemas, arena and configuration parser of the worker
 * behind a small host table; records in the notation of notation.h.
 */
#ifndef KC_TEST_TRANSFORMS_FIXTURE_H
#define KC_TEST_TRANSFORMS_FIXTURE_H

#include "../cm.h"

#include "components.h"

/* cmocka's setup and teardown of a test. run() checks that every schema reference was given back. */
int fixture_begin(void **state);
int fixture_end(void **state);

/*
 * Opens the component with a configuration of "key=value" lines, runs it on the record twice (the second time with
 * everything cached) and closes it. The answer is the record as text, or "dropped", "skipped", "failed: sentence",
 * "config: sentence". It lives until the next call.
 */
const char *run(const struct kc_component *c, const char *config, const char *record);

struct line {
    const char *config, *in, *out;
};

/* Runs every line and fails with the first that differs. */
void run_lines(const struct kc_component *c, const struct line *lines, size_t n);

#define RUN_LINES(component, lines) run_lines(&(component), (lines), sizeof(lines) / sizeof((lines)[0]))

#endif
