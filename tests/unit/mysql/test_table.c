/* Definitions: their text form and their comparison. */
#include "../cm.h"

#include <stdlib.h>

#include <string.h>

#include "source_host.h"
#include "table.h"

static const uint32_t key[] = {1, 0};

static void a_definition_survives_its_text_form(void **state)
{
    struct kc_table *t = source_table("a int(10) unsigned!, b varchar(20)!, c decimal(10,2), d datetime(6)",
                                      key, 2),
                    *back;
    struct kc_error err = source_error();
    char *json = kc_table_to_json(t, KC_TABLE_TOLD), difference[200];
    enum kc_table_trust trust = KC_TABLE_RIGHT;

    (void)state;
    assert_int_equal(kc_table_from_json(json, strlen(json), &back, &trust, &err), KC_OK);
    assert_true(kc_table_equal(t, back, difference, sizeof(difference)));
    assert_string_equal(back->database, "shop");
    assert_string_equal(back->name, "orders");
    assert_int_equal(back->n_key, 2);
    assert_int_equal(back->key[0], 1);
    assert_int_equal(back->columns[0].family, KC_FAMILY_INTEGER);
    assert_true(back->columns[0].is_unsigned);
    assert_int_equal(back->columns[3].fsp, 6);
    free(json);
    kc_table_destroy(t);
    kc_table_destroy(back);
}

static void a_bad_text_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "{}",
        "[]",
        "{\"version\":2,\"database\":\"a\",\"name\":\"b\",\"columns\":[]}",
        "{\"version\":1,\"database\":\"a\",\"name\":\"b\",\"columns\":[]}",
        "{\"version\":1,\"database\":\"a\",\"name\":\"b\",\"columns\":[{}]}",
        "{\"version\":1,\"database\":\"a\",\"name\":\"b\",\"columns\":[{\"name\":\"c\",\"type\":\"int\","
        "\"data_type\":\"int\","
        "\"key\":7}]}",
    };
    struct kc_table *t = NULL;
    enum kc_table_trust trust;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct kc_error err = source_error();

        if (kc_table_from_json(bad[i], strlen(bad[i]), &t, &trust, &err) == KC_OK) {
            assert_int_equal(t->n_key, 0); /* a key that begins nowhere is none */
            kc_table_destroy(t);
        }
        assert_true(i == 6 || err.message[0] != '\0');
    }
}

static void check_difference(const char *was, const char *is, const char *expected)
{
    struct kc_table *a = source_table(was, NULL, 0), *b = source_table(is, NULL, 0);
    char difference[200] = "";

    assert_false(kc_table_equal(a, b, difference, sizeof(difference)));
    assert_string_equal(difference, expected);
    kc_table_destroy(a);
    kc_table_destroy(b);
}

static void a_difference_is_told_with_the_column(void **state)
{
    (void)state;
    check_difference("a int, b int", "a int", "column b is gone");
    check_difference("a int", "a int, b int", "column b is new");
    check_difference("a int, b int", "a int, c int", "column c stands where b stood");
    check_difference("a int", "a bigint", "column a is bigint now, it was int");
    check_difference("a int", "a int!", "column a is NOT NULL now");
}

static void another_key_is_a_difference(void **state)
{
    struct kc_table *a = source_table("a int!, b int!", key, 1), *b = source_table("a int!, b int!", key, 2);
    char difference[200];

    (void)state;
    assert_false(kc_table_equal(a, b, difference, sizeof(difference)));
    assert_string_equal(difference, "column a has another place in the key");
    kc_table_destroy(a);
    kc_table_destroy(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_definition_survives_its_text_form),
        cmocka_unit_test(a_bad_text_is_refused),
        cmocka_unit_test(a_difference_is_told_with_the_column),
        cmocka_unit_test(another_key_is_a_difference),
    };

    return cmocka_run_group_tests_name("mysql table", tests, NULL, NULL);
}
