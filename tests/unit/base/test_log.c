/* test_log.c - worker/base/log.c: what really arrives on standard error. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../cm.h"
#include "base/json.h"
#include "base/log.h"

/* Runs `speak` with standard error on a pipe and returns what came out. */
static void capture(void (*speak)(void), char *out, size_t size)
{
    int pipes[2], saved = dup(STDERR_FILENO);
    ssize_t n;

    assert_int_equal(pipe(pipes), 0);
    (void)fcntl(pipes[0], F_SETFL, O_NONBLOCK);
    (void)dup2(pipes[1], STDERR_FILENO);
    speak();
    (void)dup2(saved, STDERR_FILENO);
    n = read(pipes[0], out, size - 1);
    out[n > 0 ? n : 0] = '\0';
    close(saved);
    close(pipes[0]);
    close(pipes[1]);
}

static void speak_text(void)
{
    kc_log_set_format(KC_LOG_TEXT);
    kc_log(KC_INFO, "worker/fleet", "joined %s\nas member", "kconnect");
}

static void speak_about_one(void)
{
    kc_log_for(KC_WARN, "worker/supervisor", "orders", "ended");
}

static void speak_json(void)
{
    kc_log_set_format(KC_LOG_JSON);
    kc_log_set_task("orders", 0);
    kc_log(KC_ERROR, "mysql-source", "said \"no\"");
    kc_log_set_task(NULL, 0);
    kc_log_set_format(KC_LOG_TEXT);
}

static void speak_below_the_level(void)
{
    kc_log(KC_DEBUG, "worker", "too quiet");
}

static void a_text_line_has_time_level_component_and_no_line_break(void **state)
{
    char line[512];

    (void)state;
    capture(speak_text, line, sizeof(line));
    assert_int_equal(line[10], 'T');
    assert_int_equal(line[23], 'Z');
    assert_string_equal(line + 24, " INFO  [worker/fleet] joined kconnect as member\n");
    capture(speak_about_one, line, sizeof(line));
    assert_string_equal(line + 24, " WARN  [worker/supervisor] [orders] ended\n");
}

static void a_json_line_is_one_object_with_connector_and_task(void **state)
{
    struct kc_error err = KC_ERROR_INIT;
    char line[512];
    cJSON *value;

    (void)state;
    capture(speak_json, line, sizeof(line));
    value = kc_json_parse(line, strlen(line), &err);
    assert_non_null(value);
    assert_string_equal(kc_json_text(value, "level"), "ERROR");
    assert_string_equal(kc_json_text(value, "component"), "mysql-source");
    assert_string_equal(kc_json_text(value, "connector"), "orders");
    assert_int_equal(kc_json_int(value, "task", -1), 0);
    assert_string_equal(kc_json_text(value, "message"), "said \"no\"");
    cJSON_Delete(value);
}

static void a_line_below_the_level_is_not_written(void **state)
{
    enum kc_log_level level;
    char line[64];

    (void)state;
    capture(speak_below_the_level, line, sizeof(line));
    assert_string_equal(line, "");
    assert_true(kc_log_level_parse("warn", &level));
    assert_int_equal(level, KC_WARN);
    assert_false(kc_log_level_parse("loud", &level));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_line_has_time_level_component_and_no_line_break),
        cmocka_unit_test(a_json_line_is_one_object_with_connector_and_task),
        cmocka_unit_test(a_line_below_the_level_is_not_written),
    };

    return cmocka_run_group_tests_name("base/log", tests, NULL, NULL);
}
