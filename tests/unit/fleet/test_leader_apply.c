/* test_leader_apply.c - the rules of each change, and who gets what runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka needs the first three */
#include <cmocka.h>

#include "fleet/assign.h"
#include "fleet/leader_apply.h"

enum { NOW_MS = 1000 };

static struct kc_fleet_state fleet;
static struct kc_fleet_records records;
static struct kc_error why;

static int empty_fleet(void **state)
{
    (void)state;
    kc_fleet_state_finish(&fleet);
    kc_fleet_records_finish(&records);
    return 0;
}

/* Sends the change the long way round: as the text that goes through the mailbox. */
static enum kc_change_outcome apply_late(const struct kc_change *change, int64_t deadline_ms)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_buf text = {0};
    struct kc_request request;
    enum kc_change_outcome outcome = KC_CHANGE_TIMEOUT;

    why = (struct kc_error)KC_ERROR_INIT;
    kc_request_print("inst/1", "w:1", 1, deadline_ms, change, &text);
    assert_int_equal(kc_request_parse(text.data, text.len, &request, &err), KC_OK);
    assert_int_equal(kc_leader_apply(&fleet, &request, "connect-taken", NOW_MS, 0, &records, &outcome, &why),
                     KC_OK);
    kc_request_finish(&request);
    kc_buf_finish(&text);
    return outcome;
}

static enum kc_change_outcome apply(const struct kc_change *change)
{
    return apply_late(change, NOW_MS);
}

static enum kc_change_outcome with_config(enum kc_change_kind kind, const char *name, enum kc_target target,
                                          const char *value)
{
    struct kc_props *config = kc_props_create();
    struct kc_change change = {
        .kind = kind, .name = name, .type = "source", .config = config, .target = target};
    enum kc_change_outcome outcome;

    assert_int_equal(kc_props_set(config, "key", value), KC_OK);
    outcome = apply(&change);
    kc_props_destroy(config);
    return outcome;
}

static enum kc_change_outcome simple(enum kc_change_kind kind, const char *name)
{
    struct kc_change change = {.kind = kind, .name = name};

    return apply(&change);
}

static enum kc_change_outcome aim(const char *name, enum kc_target target)
{
    struct kc_change change = {.kind = KC_CHANGE_TARGET, .name = name, .target = target};

    return apply(&change);
}

static const struct kc_connector_doc *connector(const char *name)
{
    const struct kc_fleet_entry *e = kc_fleet_state_find(&fleet, name);

    return e != NULL ? e->connector : NULL;
}

static void place(void)
{
    const struct kc_placement_worker worker = {"w:1", "inst"};

    assert_int_equal(kc_assign(&fleet, &worker, 1, &records), KC_OK);
}

static void fail_task(const char *name)
{
    const struct kc_fleet_entry *e = kc_fleet_state_find(&fleet, name);
    struct kc_task_view view = {.state = KC_STATE_FAILED, .worker_id = "w:1", .trace = "broken"};
    struct kc_buf text = {0};
    char key[64];

    (void)snprintf(key, sizeof(key), "status/%s/0", name);
    kc_status_doc_print(&view, e->assignment->revision, "inst", &text);
    assert_int_equal(kc_fleet_state_apply(&fleet, key, text.data, text.len, NULL), KC_OK);
    kc_buf_finish(&text);
}

static void a_name_can_be_created_once(void **state)
{
    (void)state;
    assert_int_equal(with_config(KC_CHANGE_CREATE, "c", KC_TARGET_PAUSED, "1"), KC_CHANGE_CREATED);
    assert_int_equal(connector("c")->target, KC_TARGET_PAUSED);
    assert_int_equal(connector("c")->revision, 1);
    assert_int_equal(connector("c")->generation, 1);
    assert_int_equal(with_config(KC_CHANGE_CREATE, "c", KC_TARGET_RUNNING, "2"), KC_CHANGE_EXISTS);
    assert_string_equal(kc_props_get(connector("c")->config, "key"), "1");
    assert_int_equal(records.n, 1);
}

static void a_revision_is_never_given_twice(void **state)
{
    (void)state;
    assert_int_equal(with_config(KC_CHANGE_CREATE, "c", KC_TARGET_STOPPED, "1"), KC_CHANGE_CREATED);
    assert_int_equal(simple(KC_CHANGE_DELETE, "c"), KC_CHANGE_APPLIED);
    assert_null(connector("c"));
    assert_int_equal(with_config(KC_CHANGE_CREATE, "c", KC_TARGET_STOPPED, "1"), KC_CHANGE_CREATED);
    assert_int_equal(connector("c")->revision, 2);
    assert_int_equal(kc_assign_note_revision(&fleet, 0, &records), KC_OK);
    assert_string_equal(records.items[records.n - 1].key, "revision");
    assert_string_equal(records.items[records.n - 1].value, "{\"last\":2}");
}

static void a_new_config_makes_a_new_generation(void **state)
{
    (void)state;
    assert_int_equal(with_config(KC_CHANGE_CONFIG, "c", KC_TARGET_STOPPED, "1"), KC_CHANGE_CREATED);
    assert_int_equal(connector("c")->target, KC_TARGET_RUNNING);
    assert_int_equal(with_config(KC_CHANGE_CONFIG, "c", 0, "1"), KC_CHANGE_UNCHANGED);
    assert_int_equal(connector("c")->revision, 1);
    assert_int_equal(aim("c", KC_TARGET_STOPPED), KC_CHANGE_APPLIED);
    assert_int_equal(with_config(KC_CHANGE_CONFIG, "c", 0, "2"), KC_CHANGE_APPLIED);
    assert_int_equal(connector("c")->generation, 3);
    assert_int_equal(connector("c")->target, KC_TARGET_STOPPED);
    assert_string_equal(kc_props_get(connector("c")->config, "key"), "2");
}

static void pausing_and_stopping_keep_the_generation(void **state)
{
    (void)state;
    assert_int_equal(with_config(KC_CHANGE_CREATE, "c", KC_TARGET_RUNNING, "1"), KC_CHANGE_CREATED);
    assert_int_equal(aim("c", KC_TARGET_PAUSED), KC_CHANGE_APPLIED);
    assert_int_equal(aim("c", KC_TARGET_PAUSED), KC_CHANGE_UNCHANGED);
    assert_int_equal(aim("c", KC_TARGET_RUNNING), KC_CHANGE_APPLIED);
    assert_int_equal(connector("c")->generation, 1);
    assert_int_equal(connector("c")->revision, 3);
}

static void deploy_starts_what_is_not_running(void **state)
{
    (void)state;
    assert_int_equal(with_config(KC_CHANGE_CREATE, "c", KC_TARGET_STOPPED, "1"), KC_CHANGE_CREATED);
    assert_int_equal(simple(KC_CHANGE_DEPLOY, "c"), KC_CHANGE_APPLIED);
    assert_int_equal(connector("c")->target, KC_TARGET_RUNNING);
    assert_int_equal(simple(KC_CHANGE_DEPLOY, "c"), KC_CHANGE_UNCHANGED);
    place();
    assert_int_equal(simple(KC_CHANGE_DEPLOY, "c"), KC_CHANGE_UNCHANGED);
    fail_task("c");
    assert_int_equal(simple(KC_CHANGE_DEPLOY, "c"), KC_CHANGE_APPLIED);
    assert_int_equal(connector("c")->generation, fleet.last_revision);
}

static void restart_can_be_for_failed_tasks_only(void **state)
{
    struct kc_change change = {.kind = KC_CHANGE_RESTART, .name = "c", .only_if_failed = true};

    (void)state;
    assert_int_equal(with_config(KC_CHANGE_CREATE, "c", KC_TARGET_RUNNING, "1"), KC_CHANGE_CREATED);
    place();
    assert_int_equal(apply(&change), KC_CHANGE_UNCHANGED);
    fail_task("c");
    assert_int_equal(apply(&change), KC_CHANGE_APPLIED);
    change.only_if_failed = false;
    assert_int_equal(apply(&change), KC_CHANGE_APPLIED);
    assert_int_equal(connector("c")->generation, connector("c")->revision);
}

static void what_is_not_there_is_unknown(void **state)
{
    (void)state;
    assert_int_equal(aim("c", KC_TARGET_PAUSED), KC_CHANGE_UNKNOWN);
    assert_int_equal(simple(KC_CHANGE_DEPLOY, "c"), KC_CHANGE_UNKNOWN);
    assert_int_equal(simple(KC_CHANGE_RESTART, "c"), KC_CHANGE_UNKNOWN);
    assert_int_equal(simple(KC_CHANGE_DELETE, "c"), KC_CHANGE_UNKNOWN);
    assert_int_equal(records.n, 0);
}

static void an_outdated_revision_is_a_conflict(void **state)
{
    struct kc_change change = {
        .kind = KC_CHANGE_TARGET, .name = "c", .target = KC_TARGET_STOPPED, .expected_revision = 1};

    (void)state;
    assert_int_equal(with_config(KC_CHANGE_CREATE, "c", KC_TARGET_RUNNING, "1"), KC_CHANGE_CREATED);
    assert_int_equal(aim("c", KC_TARGET_PAUSED), KC_CHANGE_APPLIED);
    assert_int_equal(apply(&change), KC_CHANGE_CONFLICT);
    change.expected_revision = 2;
    assert_int_equal(apply(&change), KC_CHANGE_APPLIED);
}

static void a_request_past_its_deadline_does_nothing(void **state)
{
    struct kc_change change = {.kind = KC_CHANGE_DELETE, .name = "c"};

    (void)state;
    assert_int_equal(with_config(KC_CHANGE_CREATE, "c", KC_TARGET_RUNNING, "1"), KC_CHANGE_CREATED);
    assert_int_equal(apply_late(&change, NOW_MS - 1), KC_CHANGE_TIMEOUT);
    assert_non_null(strstr(why.message, "deadline"));
    assert_non_null(connector("c"));
}

static void a_connector_named_like_the_group_is_refused(void **state)
{
    (void)state;
    assert_int_equal(with_config(KC_CHANGE_CREATE, "taken", KC_TARGET_STOPPED, "1"), KC_CHANGE_REFUSED);
    assert_non_null(strstr(why.message, "connect-taken"));
    assert_int_equal(with_config(KC_CHANGE_CONFIG, "taken", KC_TARGET_STOPPED, "1"), KC_CHANGE_REFUSED);
    assert_null(connector("taken"));
}

static void only_what_should_run_is_assigned(void **state)
{
    (void)state;
    assert_int_equal(with_config(KC_CHANGE_CREATE, "runs", KC_TARGET_RUNNING, "1"), KC_CHANGE_CREATED);
    assert_int_equal(with_config(KC_CHANGE_CREATE, "waits", KC_TARGET_PAUSED, "1"), KC_CHANGE_CREATED);
    assert_int_equal(with_config(KC_CHANGE_CREATE, "stands", KC_TARGET_STOPPED, "1"), KC_CHANGE_CREATED);
    place();
    assert_string_equal(kc_fleet_state_find(&fleet, "runs")->assignment->worker, "w:1");
    assert_non_null(kc_fleet_state_find(&fleet, "waits")->assignment);
    assert_null(kc_fleet_state_find(&fleet, "stands")->assignment);
    kc_fleet_records_finish(&records);
    place();
    assert_int_equal(records.n, 0);
    assert_int_equal(aim("runs", KC_TARGET_STOPPED), KC_CHANGE_APPLIED);
    place();
    assert_null(kc_fleet_state_find(&fleet, "runs")->assignment);
    assert_int_equal(simple(KC_CHANGE_DELETE, "waits"), KC_CHANGE_APPLIED);
    assert_null(kc_fleet_state_find(&fleet, "waits"));
}

static void a_reply_reads_as_it_was_written(void **state)
{
    struct kc_buf text = {0};
    enum kc_change_outcome outcome;
    char *id, *message;

    (void)state;
    kc_reply_print("inst/7", KC_CHANGE_REFUSED, "say \"please\"\n", &text);
    assert_true(kc_reply_parse(text.data, text.len, &id, &outcome, &message));
    assert_string_equal(id, "inst/7");
    assert_int_equal(outcome, KC_CHANGE_REFUSED);
    assert_string_equal(message, "say \"please\"\n");
    free(id);
    free(message);
    kc_buf_finish(&text);
    assert_false(kc_reply_parse("{}", 2, &id, &outcome, &message));
}

static void strange_requests_are_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "[]",
        "{\"id\":\"i/1\"}",
        "{\"id\":\"i/"
        "1\",\"worker\":\"w\",\"slot\":256,\"name\":\"c\",\"kind\":\"delete\",\"target\":\"RUNNING\"}",
        "{\"id\":\"i/"
        "1\",\"worker\":\"w\",\"slot\":0,\"name\":\"c\",\"kind\":\"dance\",\"target\":\"RUNNING\"}",
        "{\"id\":\"i/"
        "1\",\"worker\":\"w\",\"slot\":0,\"name\":\"c\",\"kind\":\"create\",\"target\":\"RUNNING\"}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct kc_error err = KC_ERROR_INIT;
        struct kc_request request;

        assert_int_equal(kc_request_parse(bad[i], strlen(bad[i]), &request, &err), KC_ERR_CONFIG);
        kc_request_finish(&request);
    }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, empty_fleet, empty_fleet)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_name_can_be_created_once),
        TEST(a_revision_is_never_given_twice),
        TEST(a_new_config_makes_a_new_generation),
        TEST(pausing_and_stopping_keep_the_generation),
        TEST(deploy_starts_what_is_not_running),
        TEST(restart_can_be_for_failed_tasks_only),
        TEST(what_is_not_there_is_unknown),
        TEST(an_outdated_revision_is_a_conflict),
        TEST(a_request_past_its_deadline_does_nothing),
        TEST(a_connector_named_like_the_group_is_refused),
        TEST(only_what_should_run_is_assigned),
        TEST(a_reply_reads_as_it_was_written),
        TEST(strange_requests_are_refused),
    };

    return cmocka_run_group_tests_name("leader_apply", tests, NULL, NULL);
}
