/*
 * fleet_driver.c - tries the fleet against a real Kafka, with two workers in one process: what two leaders at once,
 * two creates of one name and a change's way through Kafka really do. Not a unit test: tests/run gives it the
 * address of a broker. Prints what it measured; exit status 0 when everything held.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "fleet/fleet.h"

enum { WAIT_MS = 30000, ROUNDS = 50 };

static int failures;

#define CHECK(condition, ...)                                                                                \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            printf("FAILED line %d: ", __LINE__);                                                            \
            printf(__VA_ARGS__);                                                                             \
            printf("\n");                                                                                    \
            failures++;                                                                                      \
        }                                                                                                    \
    } while (0)

struct worker {
    struct kc_worker_config *config;
    struct kc_fleet *fleet;
    const char *id;
};

static void changed(void *arg)
{
    (void)arg;
}

static struct worker start_worker(const char *file, const char *id)
{
    struct worker w = {.id = id};
    struct kc_error err = KC_ERROR_INIT;

    if (kc_worker_config_load(file, NULL, &w.config, &err) < 0) {
        printf("FAILED: %s\n", err.message);
        exit(1);
    }
    kc_log_set_level(w.config->log_level);
    w.fleet = kc_fleet_start(w.config, id, changed, NULL, &err);
    if (w.fleet == NULL) {
        printf("FAILED: %s\n", err.message);
        exit(1);
    }
    return w;
}

static void stop_worker(struct worker *w)
{
    int64_t began = kc_mono_ms();

    CHECK(kc_fleet_stop(w->fleet), "a thread was not let go");
    printf("stopping %s took %" PRId64 " ms\n", w->id, kc_mono_ms() - began);
    CHECK(kc_mono_ms() - began < 4500, "stopping must not take longer than 4 s");
    kc_worker_config_destroy(w->config);
    w->fleet = NULL;
}

/* Waits until `test` holds for the worker's view. */
static bool wait_for(struct worker *w, bool (*test)(const struct kc_fleet_view *, const char *),
                     const char *name)
{
    int64_t until = kc_mono_ms() + WAIT_MS;
    bool good = false;

    while (!good && kc_mono_ms() < until) {
        const struct kc_fleet_view *v = kc_fleet_view_get(w->fleet);
        struct timespec slice = {.tv_nsec = 1000000};

        good = test(v, name);
        kc_fleet_view_put(v);
        if (!good)
            (void)nanosleep(&slice, NULL);
    }
    return good;
}

static bool is_ready(const struct kc_fleet_view *v, const char *name)
{
    (void)name;
    return v->caught_up && v->member && v->has_leader;
}

static bool is_assigned(const struct kc_fleet_view *v, const char *name)
{
    const struct kc_connector_view *c = kc_fleet_find(v, name);

    return c != NULL && c->assigned_worker[0] != '\0';
}

static bool is_unassigned(const struct kc_fleet_view *v, const char *name)
{
    const struct kc_connector_view *c = kc_fleet_find(v, name);

    return c != NULL && c->assigned_worker[0] == '\0';
}

static bool is_failed(const struct kc_fleet_view *v, const char *name)
{
    const struct kc_connector_view *c = kc_fleet_find(v, name);

    return c != NULL && c->task.state == KC_STATE_FAILED;
}

static bool is_gone(const struct kc_fleet_view *v, const char *name)
{
    return kc_fleet_find(v, name) == NULL;
}

static enum kc_change_outcome change(struct worker *w, enum kc_change_kind kind, const char *name,
                                     enum kc_target target, const char *value)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_props *config = kc_props_create();
    struct kc_change c = {.kind = kind, .name = name, .type = "source", .config = config, .target = target};
    enum kc_change_outcome outcome;

    (void)kc_props_set(config, "name", name);
    (void)kc_props_set(config, "connector.class", "mysql-source");
    (void)kc_props_set(config, "value", value);
    outcome = kc_fleet_change(w->fleet, &c, &err);
    if (outcome == KC_CHANGE_TIMEOUT || outcome == KC_CHANGE_REFUSED)
        printf("  %s\n", err.message);
    kc_props_destroy(config);
    return outcome;
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static int64_t now_us(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void measure_changes(struct worker *w)
{
    int64_t took[ROUNDS];

    for (int i = 0; i < ROUNDS; i++) {
        int64_t began = now_us();
        enum kc_change_outcome o =
            change(w, KC_CHANGE_TARGET, "one", i % 2 == 0 ? KC_TARGET_PAUSED : KC_TARGET_RUNNING, "");

        took[i] = now_us() - began;
        CHECK(o == KC_CHANGE_APPLIED, "change %d: %d", i, o);
    }
    qsort(took, ROUNDS, sizeof(took[0]), by_size);
    printf("a change over %s: median %.1f ms, p95 %.1f ms, longest %.1f ms\n", w->id,
           (double)took[ROUNDS / 2] / 1000, (double)took[ROUNDS * 95 / 100] / 1000,
           (double)took[ROUNDS - 1] / 1000);
}

static void one_connector(struct worker *w)
{
    const struct kc_fleet_view *v;
    const struct kc_connector_view *c;
    int64_t revision, began;

    CHECK(change(w, KC_CHANGE_DELETE, "one", 0, "") == KC_CHANGE_UNKNOWN, "delete of what is not there");
    CHECK(change(w, KC_CHANGE_CREATE, "one", KC_TARGET_STOPPED, "x\"\xc3\xa9\n") == KC_CHANGE_CREATED,
          "create");
    v = kc_fleet_view_get(w->fleet);
    c = kc_fleet_find(v, "one");
    CHECK(c != NULL && c->state == KC_STATE_STOPPED && !c->has_task, "it must be visible, and stopped");
    CHECK(c != NULL && strcmp(kc_props_get(c->config, "value"), "x\"\xc3\xa9\n") == 0,
          "its config must be whole");
    revision = c != NULL ? c->revision : 0;
    kc_fleet_view_put(v);
    CHECK(change(w, KC_CHANGE_CREATE, "one", KC_TARGET_STOPPED, "") == KC_CHANGE_EXISTS, "create again");
    CHECK(change(w, KC_CHANGE_DEPLOY, "one", 0, "") == KC_CHANGE_APPLIED, "deploy");
    began = kc_mono_ms();
    CHECK(wait_for(w, is_assigned, "one"), "it must get a worker");
    printf("assigned %" PRId64 " ms after deploy\n", kc_mono_ms() - began);
    CHECK(change(w, KC_CHANGE_DEPLOY, "one", 0, "") == KC_CHANGE_UNCHANGED, "deploy again");
    v = kc_fleet_view_get(w->fleet);
    c = kc_fleet_find(v, "one");
    CHECK(c->revision > revision, "the revision must grow");
    CHECK(c->task.state == KC_STATE_UNASSIGNED, "nobody has reported yet");
    kc_fleet_view_put(v);
    measure_changes(w);
}

static void report_and_restart(struct worker *w, struct worker *owner)
{
    const struct kc_fleet_view *v = kc_fleet_view_get(owner->fleet);
    const struct kc_connector_view *c = kc_fleet_find(v, "one");
    struct kc_task_view status = {.state = KC_STATE_FAILED, .worker_id = owner->id, .trace = "no such table"};
    int64_t generation = c->generation;

    kc_fleet_report(owner->fleet, "one", c->assignment + 1, &status);
    kc_fleet_report(owner->fleet, "one", c->assignment, &status);
    kc_fleet_view_put(v);
    CHECK(wait_for(w, is_failed, "one"), "the failure must be seen");
    CHECK(change(w, KC_CHANGE_DEPLOY, "one", 0, "") == KC_CHANGE_APPLIED, "deploy of a failed one");
    v = kc_fleet_view_get(w->fleet);
    c = kc_fleet_find(v, "one");
    CHECK(c->generation > generation, "deploy of a failed one must give a new generation");
    CHECK(c->state == KC_STATE_RUNNING, "the connector itself is RUNNING while its task is FAILED");
    kc_fleet_view_put(v);
    CHECK(change(w, KC_CHANGE_TARGET, "one", KC_TARGET_STOPPED, "") == KC_CHANGE_APPLIED, "stop");
    CHECK(wait_for(w, is_unassigned, "one"), "a stopped one has no worker");
    CHECK(change(w, KC_CHANGE_DELETE, "one", 0, "") == KC_CHANGE_APPLIED, "delete");
    v = kc_fleet_view_get(w->fleet);
    CHECK(kc_fleet_find(v, "one") == NULL, "it must be gone from the view at once");
    kc_fleet_view_put(v);
}

struct race {
    struct worker *worker;
    const char *name;
    enum kc_change_outcome outcome;
};

static void *create_racing(void *arg)
{
    struct race *r = arg;

    r->outcome = change(r->worker, KC_CHANGE_CREATE, r->name, KC_TARGET_RUNNING, r->worker->id);
    return NULL;
}

static void race_creates(struct worker *a, struct worker *b)
{
    for (int i = 0; i < 20; i++) {
        char name[32];
        struct race races[2] = {{.worker = a, .name = name}, {.worker = b, .name = name}};
        pthread_t threads[2];

        (void)snprintf(name, sizeof(name), "race-%d", i);
        for (int t = 0; t < 2; t++)
            (void)pthread_create(&threads[t], NULL, create_racing, &races[t]);
        for (int t = 0; t < 2; t++)
            (void)pthread_join(threads[t], NULL);
        CHECK((races[0].outcome == KC_CHANGE_CREATED && races[1].outcome == KC_CHANGE_EXISTS) ||
                  (races[1].outcome == KC_CHANGE_CREATED && races[0].outcome == KC_CHANGE_EXISTS),
              "two creates of %s: %d and %d", name, races[0].outcome, races[1].outcome);
    }
}

static void count_assignments(struct worker *w, const char *a, const char *b)
{
    const struct kc_fleet_view *v = kc_fleet_view_get(w->fleet);
    int n_a = 0, n_b = 0;

    for (size_t i = 0; i < v->n_connectors; i++) {
        n_a += strcmp(v->connectors[i].assigned_worker, a) == 0;
        n_b += strcmp(v->connectors[i].assigned_worker, b) == 0;
    }
    printf("%zu connectors: %d on %s, %d on %s\n", v->n_connectors, n_a, a, n_b, b);
    CHECK(v->n_connectors == (size_t)(n_a + n_b) && abs(n_a - n_b) <= 1, "the tasks must be balanced");
    kc_fleet_view_put(v);
}

static bool all_on_b(const struct kc_fleet_view *v, const char *name)
{
    size_t n = 0;

    for (size_t i = 0; i < v->n_connectors; i++)
        n += strcmp(v->connectors[i].assigned_worker, name) == 0;
    return n == v->n_connectors && v->has_leader;
}

int main(int argc, char **argv)
{
    struct worker a, b;
    int64_t began = kc_mono_ms();

    if (argc != 2) {
        printf("Usage: fleet_driver WORKER-PROPERTIES\n");
        return 2;
    }
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    a = start_worker(argv[1], "127.0.0.1:1");
    CHECK(wait_for(&a, is_ready, NULL), "the first worker must get ready");
    printf("ready after %" PRId64 " ms\n", kc_mono_ms() - began);
    one_connector(&a);
    report_and_restart(&a, &a);
    began = kc_mono_ms();
    b = start_worker(argv[1], "127.0.0.1:2");
    CHECK(wait_for(&b, is_ready, NULL), "the second worker must get ready");
    printf("second worker ready after %" PRId64 " ms\n", kc_mono_ms() - began);
    race_creates(&a, &b);
    sleep(3);
    count_assignments(&b, a.id, b.id);
    began = kc_mono_ms();
    stop_worker(&a);
    CHECK(change(&b, KC_CHANGE_DELETE, "race-0", 0, "") == KC_CHANGE_APPLIED,
          "a change while the leader is replaced");
    printf("the second worker leads after %" PRId64 " ms\n", kc_mono_ms() - began);
    CHECK(wait_for(&b, all_on_b, b.id), "the tasks of the first worker must move");
    printf("all tasks moved after %" PRId64 " ms\n", kc_mono_ms() - began);
    for (int i = 1; i < 20; i++) {
        char name[32];

        (void)snprintf(name, sizeof(name), "race-%d", i);
        CHECK(change(&b, KC_CHANGE_DELETE, name, 0, "") == KC_CHANGE_APPLIED, "delete of %s", name);
        CHECK(wait_for(&b, is_gone, name), "it must be gone");
    }
    stop_worker(&b);
    printf("%s\n", failures == 0 ? "all held" : "some checks failed");
    return failures != 0;
}
