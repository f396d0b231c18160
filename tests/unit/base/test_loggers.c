/* test_loggers.c - worker/base/loggers.c: which name a line is judged by, and what setting a level changes. */
#include <stdio.h>
#include <string.h>

#include "../cm.h"
#include "base/loggers.h"

static struct kc_logger changed[KC_LOGGERS_MAX];

static size_t set(const char *name, enum kc_log_level level)
{
    struct kc_error err = KC_ERROR_INIT;
    size_t n;

    assert_int_equal(kc_loggers_set(name, level, changed, &n, &err), KC_OK);
    return n;
}

static int start(void **state)
{
    (void)state;
    kc_loggers_start(KC_INFO);
    return 0;
}

static void the_nearest_name_decides(void **state)
{
    (void)state;
    assert_int_equal(set("worker.task", KC_DEBUG), 1);
    assert_true(kc_loggers_pass(KC_DEBUG, "worker/task", ""));
    assert_true(kc_loggers_pass(KC_DEBUG, "worker/task/deeper", ""));
    assert_false(kc_loggers_pass(KC_DEBUG, "worker/tasks", ""));
    assert_false(kc_loggers_pass(KC_DEBUG, "worker", ""));
    assert_false(kc_loggers_pass(KC_DEBUG, "mysql-source", ""));
    assert_true(kc_loggers_pass(KC_INFO, "mysql-source", ""));
    assert_true(kc_loggers_may_pass(KC_DEBUG));
    assert_false(kc_loggers_may_pass(KC_TRACE));
    assert_int_equal(set("worker/task", KC_LOG_OFF), 1);
    assert_false(kc_loggers_pass(KC_FATAL, "worker/task", ""));
    assert_true(kc_loggers_pass(KC_ERROR, "worker/fleet", ""));
}

static void a_connectors_name_comes_first(void **state)
{
    (void)state;
    assert_int_equal(set("connector.orders", KC_DEBUG), 1);
    assert_true(kc_loggers_pass(KC_DEBUG, "worker/task", "orders"));
    assert_false(kc_loggers_pass(KC_DEBUG, "worker/task", "orders-2"));
    assert_int_equal(set("connector.orders", KC_ERROR), 1);
    assert_false(kc_loggers_pass(KC_INFO, "worker/task", "orders"));
    assert_true(kc_loggers_pass(KC_INFO, "worker/task", ""));
}

static void setting_a_level_changes_what_is_below(void **state)
{
    struct kc_logger found;
    uint64_t version;

    (void)state;
    assert_int_equal(set("a.b.c", KC_INFO), 0);
    assert_int_equal(set("a.bc", KC_INFO), 0);
    assert_true(kc_loggers_find("a.b.c", &found));
    assert_int_equal(found.modified_ms, 0);
    version = kc_loggers_version();
    assert_int_equal(set("a.b", KC_WARN), 2);
    assert_string_equal(changed[0].name, "a.b");
    assert_string_equal(changed[1].name, "a.b.c");
    assert_true(changed[0].modified_ms > 0);
    assert_true(kc_loggers_version() > version);
    assert_int_equal(set("a.b", KC_WARN), 0);
    assert_true(kc_loggers_find("a.bc", &found));
    assert_int_equal(found.level, KC_INFO);
    assert_true(set("root", KC_TRACE) > 10);
    assert_true(kc_loggers_find("a/b/c", &found));
    assert_int_equal(found.level, KC_TRACE);
    assert_int_equal(kc_log_get_level(), KC_TRACE);
}

static void levels_can_be_taken_to_another_process(void **state)
{
    struct kc_logger found;
    cJSON *json;

    (void)state;
    (void)set("connector.orders", KC_LOG_ALL);
    (void)set("worker.task", KC_LOG_OFF);
    json = kc_loggers_json();
    kc_loggers_start(KC_INFO);
    kc_loggers_take(json);
    assert_true(kc_loggers_find("connector.orders", &found));
    assert_int_equal(found.level, KC_LOG_ALL);
    assert_true(kc_loggers_pass(KC_TRACE, "api", "orders"));
    assert_false(kc_loggers_pass(KC_FATAL, "worker/task", ""));
    cJSON_Delete(json);
}

static void names_and_their_number_are_bounded(void **state)
{
    static const char *const bad[] = {"", "a b", "a\nb", "\xc3\xa4"};
    struct kc_error err = KC_ERROR_INIT;
    char name[200];
    size_t n;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(kc_loggers_set(bad[i], KC_INFO, NULL, &n, &err), KC_ERR_CONFIG);
    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    assert_int_equal(kc_loggers_set(name, KC_INFO, NULL, &n, &err), KC_ERR_CONFIG);
    for (int i = 0; i < KC_LOGGERS_MAX; i++) {
        (void)snprintf(name, sizeof(name), "many.%d", i);
        kc_loggers_know(name);
    }
    assert_int_equal(kc_loggers_list(changed), KC_LOGGERS_MAX);
    assert_int_equal(kc_loggers_set("one.more", KC_INFO, NULL, &n, &err), KC_ERR_CONFIG);
    assert_int_equal(kc_loggers_set("root", KC_WARN, NULL, &n, &err), KC_OK);
    assert_false(kc_loggers_pass(KC_INFO, "one/more", ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_nearest_name_decides, start),
        cmocka_unit_test_setup(a_connectors_name_comes_first, start),
        cmocka_unit_test_setup(setting_a_level_changes_what_is_below, start),
        cmocka_unit_test_setup(levels_can_be_taken_to_another_process, start),
        cmocka_unit_test_setup(names_and_their_number_are_bounded, start),
    };

    return cmocka_run_group_tests_name("base/loggers", tests, NULL, NULL);
}
