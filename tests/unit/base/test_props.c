/* test_props.c - worker/base/props.c */
#include "../cm.h"
#include "base/props.h"

static struct kc_props *abc(void)
{
    struct kc_props *p = kc_props_create();

    assert_int_equal(kc_props_set(p, "a", "1"), KC_OK);
    assert_int_equal(kc_props_set(p, "b", "2"), KC_OK);
    assert_int_equal(kc_props_set(p, "c", "3"), KC_OK);
    return p;
}

static void keys_keep_their_order_and_the_last_value_counts(void **state)
{
    struct kc_props *p = abc();

    (void)state;
    assert_int_equal(kc_props_set(p, "a", "9"), KC_OK);
    assert_int_equal(kc_props_count(p), 3);
    assert_string_equal(kc_props_key(p, 0), "a");
    assert_string_equal(kc_props_value(p, 0), "9");
    assert_null(kc_props_get(p, "A"));
    assert_string_equal(kc_props_or(p, "d", "none"), "none");
    kc_props_destroy(p);
}

static void a_removed_key_is_gone_and_the_others_stay(void **state)
{
    struct kc_props *p = abc();

    (void)state;
    assert_true(kc_props_remove(p, "b"));
    assert_false(kc_props_remove(p, "b"));
    assert_int_equal(kc_props_count(p), 2);
    assert_string_equal(kc_props_get(p, "c"), "3");
    kc_props_destroy(p);
}

static void sets_are_equal_in_any_order(void **state)
{
    struct kc_props *p = abc(), *q = kc_props_copy(p);

    (void)state;
    assert_true(kc_props_equal(p, q));
    assert_true(kc_props_remove(q, "a"));
    assert_false(kc_props_equal(p, q));
    assert_int_equal(kc_props_set(q, "a", "1"), KC_OK);
    assert_true(kc_props_equal(p, q));
    assert_int_equal(kc_props_set(q, "a", "2"), KC_OK);
    assert_false(kc_props_equal(p, q));
    kc_props_destroy(p);
    kc_props_destroy(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_keep_their_order_and_the_last_value_counts),
        cmocka_unit_test(a_removed_key_is_gone_and_the_others_stay),
        cmocka_unit_test(sets_are_equal_in_any_order),
    };

    return cmocka_run_group_tests_name("base/props", tests, NULL, NULL);
}
