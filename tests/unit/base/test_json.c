/* test_json.c - worker/base/json.c */
#include <string.h>

#include "../cm.h"
#include "base/json.h"

static void assert_refused(const char *text, const char *why)
{
    struct kc_error err = KC_ERROR_INIT;
    cJSON *value = kc_json_parse(text, strlen(text), &err);

    if (value != NULL || strstr(err.message, why) == NULL)
        fail_msg("%s: expected a refusal with '%s', got '%s'", text, why, err.message);
    assert_int_equal(err.status, KC_ERR_CONFIG);
}

static cJSON *parse(const char *text)
{
    struct kc_error err = KC_ERROR_INIT;
    cJSON *value = kc_json_parse(text, strlen(text), &err);

    if (value == NULL)
        fail_msg("%s: %s", text, err.message);
    return value;
}

static void malformed_text_is_refused_with_its_place(void **state)
{
    (void)state;
    assert_refused("", "empty");
    assert_refused("{\"a\":}", "malformed at byte");
    assert_refused("{} x", "goes on after its end at byte 3");
    assert_refused("[1,2", "malformed");
    assert_refused("nul", "malformed");
}

static void what_the_parser_would_alter_is_refused(void **state)
{
    char deep[300];

    (void)state;
    assert_refused("{\"a\":\"x\\u0000y\"}", "\\u0000");
    assert_refused("{\"a\":9007199254740993}", "2^53");
    assert_refused("{\"a\":-9007199254740994}", "2^53");
    memset(deep, '[', sizeof(deep) - 1);
    deep[sizeof(deep) - 1] = '\0';
    assert_refused(deep, "100 levels");
}

static void an_escaped_backslash_before_u0000_is_just_text(void **state)
{
    cJSON *value = parse("{\"a\":\"x\\\\u0000y\"}");

    (void)state;
    assert_string_equal(kc_json_text(value, "a"), "x\\u0000y");
    cJSON_Delete(value);
}

static void of_duplicate_members_the_last_counts(void **state)
{
    cJSON *value = parse("{\"a\":\"1\",\"b\":{\"c\":1,\"c\":2},\"a\":\"2\",\"A\":\"3\"}");

    (void)state;
    assert_string_equal(kc_json_text(value, "a"), "2");
    assert_string_equal(kc_json_text(value, "A"), "3");
    assert_int_equal(kc_json_int(kc_json_member(value, "b"), "c", 0), 2);
    assert_int_equal(cJSON_GetArraySize(value), 3);
    cJSON_Delete(value);
}

static void a_configuration_turns_numbers_and_booleans_into_text(void **state)
{
    struct kc_error err = KC_ERROR_INIT;
    cJSON *value = parse("{\"a\":1,\"b\":true,\"c\":1.5,\"d\":\"x\",\"e\":false}");
    struct kc_props *p = kc_json_to_props(value, NULL, &err);

    (void)state;
    assert_non_null(p);
    assert_string_equal(kc_props_get(p, "a"), "1");
    assert_string_equal(kc_props_get(p, "b"), "true");
    assert_string_equal(kc_props_get(p, "c"), "1.5");
    assert_string_equal(kc_props_get(p, "d"), "x");
    assert_string_equal(kc_props_get(p, "e"), "false");
    kc_props_destroy(p);
    cJSON_Delete(value);
}

static void a_configuration_value_of_another_type_is_refused_by_name(void **state)
{
    static const char *const bad[][2] = {
        {"{\"my.key\":null}", "\"my.key\""}, {"{\"my.key\":[]}", "\"my.key\""}, {"[1]", "JSON object"}};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct kc_error err = KC_ERROR_INIT;
        cJSON *value = parse(bad[i][0]);

        assert_null(kc_json_to_props(value, NULL, &err));
        assert_non_null(strstr(err.message, bad[i][1]));
        cJSON_Delete(value);
    }
}

static void nulls_are_collected_for_who_asks(void **state)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_props *nulls = kc_props_create();
    cJSON *value = parse("{\"gone\":null,\"kept\":\"1\"}");
    struct kc_props *p = kc_json_to_props(value, nulls, &err);

    (void)state;
    assert_int_equal(kc_props_count(p), 1);
    assert_non_null(kc_props_get(nulls, "gone"));
    kc_props_destroy(p);
    kc_props_destroy(nulls);
    cJSON_Delete(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(malformed_text_is_refused_with_its_place),
        cmocka_unit_test(what_the_parser_would_alter_is_refused),
        cmocka_unit_test(an_escaped_backslash_before_u0000_is_just_text),
        cmocka_unit_test(of_duplicate_members_the_last_counts),
        cmocka_unit_test(a_configuration_turns_numbers_and_booleans_into_text),
        cmocka_unit_test(a_configuration_value_of_another_type_is_refused_by_name),
        cmocka_unit_test(nulls_are_collected_for_who_asks),
    };

    return cmocka_run_group_tests_name("base/json", tests, NULL, NULL);
}
