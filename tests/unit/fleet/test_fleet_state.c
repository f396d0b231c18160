/* test_fleet_state.c - records in, state and views out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
/* cmocka needs the first three */
#include <cmocka.h>

#include "fleet/view.h"

static const struct kc_view_facts facts = {.self = "w:1",
                                           .instance = "new",
                                           .cluster_id = "c",
                                           .caught_up = true,
                                           .member = true,
                                           .has_leader = true};

static kc_status put(struct kc_fleet_state *s, const char *key, const char *value)
{
    struct kc_error err = KC_ERROR_INIT;

    return kc_fleet_state_apply(s, key, value, value != NULL ? strlen(value) : 0, &err);
}

static void put_connector(struct kc_fleet_state *s, const char *name, const char *target, int revision)
{
    char key[64], value[256];

    (void)snprintf(key, sizeof(key), "connector/%s", name);
    (void)snprintf(value, sizeof(value),
                   "{\"type\":\"source\",\"target\":\"%s\",\"revision\":%d,\"generation\":%d,"
                   "\"config\":{\"name\":\"%s\",\"n\":\"1\"}}",
                   target, revision, revision, name);
    assert_int_equal(put(s, key, value), KC_OK);
}

static struct kc_connector_view see(const struct kc_fleet_state *s, const char *name,
                                    const struct kc_fleet_view **v)
{
    const struct kc_connector_view *c;

    *v = kc_view_build(s, &facts);
    assert_non_null(*v);
    c = kc_fleet_find(*v, name);
    assert_non_null(c);
    return *c;
}

static void connectors_are_sorted_and_found(void **state)
{
    static const char *const names[] = {"m", "a", "z", "b-1", "b"};
    struct kc_fleet_state s = {0};
    const struct kc_fleet_view *v;

    (void)state;
    for (int i = 0; i < 5; i++)
        put_connector(&s, names[i], "STOPPED", i + 1);
    v = kc_view_build(&s, &facts);
    assert_int_equal(v->n_connectors, 5);
    for (size_t i = 1; i < 5; i++)
        assert_true(strcmp(v->connectors[i - 1].name, v->connectors[i].name) < 0);
    for (int i = 0; i < 5; i++)
        assert_string_equal(kc_fleet_find(v, names[i])->name, names[i]);
    assert_null(kc_fleet_find(v, "c"));
    assert_int_equal(s.last_revision, 5);
    kc_fleet_view_put(v);
    kc_fleet_state_finish(&s);
}

static void the_connector_state_follows_target_and_assignment(void **state)
{
    struct kc_fleet_state s = {0};
    const struct kc_fleet_view *v;

    (void)state;
    put_connector(&s, "c", "STOPPED", 1);
    assert_int_equal(see(&s, "c", &v).state, KC_STATE_STOPPED);
    assert_false(kc_fleet_find(v, "c")->has_task);
    kc_fleet_view_put(v);
    put_connector(&s, "c", "RUNNING", 2);
    assert_int_equal(see(&s, "c", &v).state, KC_STATE_UNASSIGNED);
    kc_fleet_view_put(v);
    assert_int_equal(put(&s, "assignment/c", "{\"worker\":\"w:1\",\"instance\":\"new\",\"revision\":3}"),
                     KC_OK);
    assert_int_equal(see(&s, "c", &v).state, KC_STATE_RUNNING);
    assert_int_equal(kc_fleet_find(v, "c")->task.state, KC_STATE_UNASSIGNED);
    assert_string_equal(kc_fleet_find(v, "c")->assigned_worker, "w:1");
    kc_fleet_view_put(v);
    put_connector(&s, "c", "PAUSED", 4);
    assert_int_equal(see(&s, "c", &v).state, KC_STATE_PAUSED);
    kc_fleet_view_put(v);
    assert_int_equal(s.last_revision, 4);
    kc_fleet_state_finish(&s);
}

static void a_failed_task_leaves_its_connector_running(void **state)
{
    struct kc_fleet_state s = {0};
    const struct kc_fleet_view *v;
    struct kc_connector_view c;

    (void)state;
    put_connector(&s, "c", "RUNNING", 1);
    assert_int_equal(put(&s, "assignment/c", "{\"worker\":\"w:1\",\"instance\":\"new\",\"revision\":2}"),
                     KC_OK);
    assert_int_equal(put(&s, "status/c/0",
                         "{\"assignment\":2,\"instance\":\"new\",\"worker\":\"w:1\",\"state\":\"FAILED\","
                         "\"trace\":\"why\",\"attempt\":3,\"next_attempt_ms\":99,\"version\":\"1.0\"}"),
                     KC_OK);
    c = see(&s, "c", &v);
    assert_int_equal(c.state, KC_STATE_RUNNING);
    assert_int_equal(c.task.state, KC_STATE_FAILED);
    assert_string_equal(c.task.trace, "why");
    assert_string_equal(c.task.version, "1.0");
    assert_int_equal(c.task.attempt, 3);
    assert_int_equal(c.task.next_attempt_ms, 99);
    kc_fleet_view_put(v);
    kc_fleet_state_finish(&s);
}

static void a_status_of_an_older_assignment_does_not_count(void **state)
{
    struct kc_fleet_state s = {0};
    const struct kc_fleet_view *v;

    (void)state;
    put_connector(&s, "c", "RUNNING", 1);
    assert_int_equal(
        put(&s, "status/c/0",
            "{\"assignment\":2,\"instance\":\"other\",\"worker\":\"x:1\",\"state\":\"RUNNING\"}"),
        KC_OK);
    assert_int_equal(put(&s, "assignment/c", "{\"worker\":\"w:1\",\"instance\":\"new\",\"revision\":5}"),
                     KC_OK);
    assert_int_equal(see(&s, "c", &v).task.state, KC_STATE_UNASSIGNED);
    assert_string_equal(kc_fleet_find(v, "c")->task.worker_id, "w:1");
    kc_fleet_view_put(v);
    kc_fleet_state_finish(&s);
}

static void what_a_process_said_ends_with_it(void **state)
{
    struct kc_fleet_state s = {0};
    const struct kc_fleet_view *v;

    (void)state;
    put_connector(&s, "c", "RUNNING", 1);
    assert_int_equal(put(&s, "assignment/c", "{\"worker\":\"x:1\",\"instance\":\"one\",\"revision\":2}"),
                     KC_OK);
    assert_int_equal(put(&s, "status/c/0",
                         "{\"assignment\":2,\"instance\":\"one\",\"worker\":\"x:1\",\"state\":\"RUNNING\"}"),
                     KC_OK);
    assert_int_equal(put(&s, "worker/x:1", "{\"instance\":\"one\",\"client\":\"k-one\"}"), KC_OK);
    assert_int_equal(see(&s, "c", &v).task.state, KC_STATE_RUNNING);
    kc_fleet_view_put(v);
    assert_int_equal(put(&s, "worker/x:1", "{\"instance\":\"two\",\"client\":\"k-two\"}"), KC_OK);
    assert_int_equal(see(&s, "c", &v).task.state, KC_STATE_UNASSIGNED);
    kc_fleet_view_put(v);
    kc_fleet_state_finish(&s);
}

static void what_an_earlier_process_had_here_is_not_ours(void **state)
{
    struct kc_fleet_state s = {0};
    const struct kc_fleet_view *v;

    (void)state;
    put_connector(&s, "c", "RUNNING", 1);
    assert_int_equal(put(&s, "assignment/c", "{\"worker\":\"w:1\",\"instance\":\"old\",\"revision\":2}"),
                     KC_OK);
    assert_int_equal(see(&s, "c", &v).state, KC_STATE_UNASSIGNED);
    assert_string_equal(kc_fleet_find(v, "c")->assigned_worker, "");
    kc_fleet_view_put(v);
    kc_fleet_state_finish(&s);
}

static void deletions_leave_nothing_but_the_revision(void **state)
{
    struct kc_fleet_state s = {0};

    (void)state;
    put_connector(&s, "c", "RUNNING", 7);
    assert_int_equal(put(&s, "assignment/c", "{\"worker\":\"w:1\",\"instance\":\"new\",\"revision\":8}"),
                     KC_OK);
    assert_int_equal(put(&s, "worker/x:1", "{\"instance\":\"one\",\"client\":\"k-one\"}"), KC_OK);
    assert_int_equal(put(&s, "status/c/0", NULL), KC_OK);
    assert_int_equal(put(&s, "assignment/c", NULL), KC_OK);
    assert_int_equal(put(&s, "connector/c", NULL), KC_OK);
    assert_int_equal(put(&s, "connector/c", NULL), KC_OK);
    assert_int_equal(put(&s, "worker/x:1", NULL), KC_OK);
    assert_int_equal(s.n_entries, 0);
    assert_int_equal(s.n_workers, 0);
    assert_int_equal(s.last_revision, 8);
    assert_int_equal(put(&s, "revision", "{\"last\":20}"), KC_OK);
    assert_int_equal(s.last_revision, 20);
    kc_fleet_state_finish(&s);
}

static void strange_records_are_refused_and_change_nothing(void **state)
{
    static const char *const bad[][2] = {
        {"connector/c", "{"},
        {"connector/c", "[]"},
        {"connector/c", "{\"type\":\"source\",\"target\":\"SLEEPING\",\"config\":{}}"},
        {"connector/c", "{\"type\":\"source\",\"target\":\"RUNNING\"}"},
        {"connector/c", "{\"type\":\"source\",\"target\":\"RUNNING\",\"config\":{\"a\":[]}}"},
        {"assignment/c", "{\"worker\":1}"},
        {"status/c/0", "{\"state\":\"RUNNING\"}"},
        {"status/c", "{}"},
        {"worker/x", "{}"},
        {"revision", "x"},
    };
    struct kc_fleet_state s = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(put(&s, bad[i][0], bad[i][1]), KC_ERR_CONFIG);
    assert_int_equal(s.n_entries, 0);
    assert_int_equal(put(&s, "something/else", "?"), KC_OK);
    assert_int_equal(put(&s, "status/c/1", "{}"), KC_OK);
    kc_fleet_state_finish(&s);
}

static void a_view_outlives_the_state(void **state)
{
    struct kc_fleet_state s = {0}, copy = {0};
    const struct kc_fleet_view *v;

    (void)state;
    put_connector(&s, "c", "STOPPED", 1);
    v = kc_view_build(&s, &facts);
    assert_int_equal(kc_fleet_state_copy(&s, &copy), KC_OK);
    put_connector(&copy, "c", "RUNNING", 2);
    kc_fleet_state_finish(&s);
    assert_string_equal(kc_props_get(kc_fleet_find(v, "c")->config, "n"), "1");
    assert_int_equal(kc_fleet_find(v, "c")->target, KC_TARGET_STOPPED);
    kc_fleet_view_put(v);
    assert_int_equal(kc_fleet_state_find(&copy, "c")->connector->target, KC_TARGET_RUNNING);
    kc_fleet_state_finish(&copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connectors_are_sorted_and_found),
        cmocka_unit_test(the_connector_state_follows_target_and_assignment),
        cmocka_unit_test(a_failed_task_leaves_its_connector_running),
        cmocka_unit_test(a_status_of_an_older_assignment_does_not_count),
        cmocka_unit_test(what_a_process_said_ends_with_it),
        cmocka_unit_test(what_an_earlier_process_had_here_is_not_ours),
        cmocka_unit_test(deletions_leave_nothing_but_the_revision),
        cmocka_unit_test(strange_records_are_refused_and_change_nothing),
        cmocka_unit_test(a_view_outlives_the_state),
    };

    return cmocka_run_group_tests_name("fleet_state", tests, NULL, NULL);
}
