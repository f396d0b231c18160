/* The predicates, and Filter, which drops what a predicate leaves. */
#include "fixture.h"

static void has_header_key(void **state)
{
    static const struct line lines[] = {
        {"name=h", "t; null; 1; g:1,h:2", "t; null; 1; g:1,h:2"},
        {"name=h", "t; null; 1; g:1", "skipped"},
        {"name=h", "t; null; 1", "skipped"},
        {"name=", "t; null; 1", "config: name: the value must be not empty"},
    };

    (void)state;
    RUN_LINES(kc_predicate_has_header_key, lines);
}

static void record_is_tombstone(void **state)
{
    static const struct line lines[] = {
        {"", "t; 1; null", "t; 1; null"},
        {"", "t; null; int32?=null", "t; null; int32?=null"},
        {"", "t; null; 0", "skipped"},
    };

    (void)state;
    RUN_LINES(kc_predicate_record_is_tombstone, lines);
}

static void topic_name_matches(void **state)
{
    static const struct line lines[] = {
        {"pattern=a.*", "abc; null; 1", "abc; null; 1"},
        {"pattern=b", "abc; null; 1", "skipped"},
        {"pattern=*", "abc; null; 1",
         "config: pattern: the regular expression * is not valid: quantifier does not follow a repeatable "
         "item near "
         "index 0"},
    };

    (void)state;
    RUN_LINES(kc_predicate_topic_name_matches, lines);
}

static void a_negated_predicate_skips_those_that_match(void **state)
{
    const struct kc_predicate_ops *ops = kc_predicate_record_is_tombstone.ops;
    struct kc_record r[] = {{.value = {.type = KC_NULL}}, {.value = {.type = KC_BOOLEAN}}};
    struct kc_batch b = {.struct_size = sizeof(b), .record_size = sizeof(r[0]), .records = r, .n_records = 2};
    const struct kc_map none = {0};
    struct kc_error err = {.struct_size = sizeof(err)};
    void *self;

    (void)state;
    assert_int_equal(ops->open(NULL, &none, &self, &err), KC_OK);
    assert_int_equal(ops->test(self, &b, 1, &err), KC_OK);
    ops->close(self);
    assert_int_equal(r[0].flags, KC_REC_SKIP);
    assert_int_equal(r[1].flags, 0);
}

static void filter(void **state)
{
    static const struct line lines[] = {{"", "t; 1; 2", "dropped"}};

    (void)state;
    RUN_LINES(kc_smt_filter, lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(has_header_key, fixture_begin, fixture_end),
        cmocka_unit_test_setup_teardown(record_is_tombstone, fixture_begin, fixture_end),
        cmocka_unit_test_setup_teardown(topic_name_matches, fixture_begin, fixture_end),
        cmocka_unit_test_setup_teardown(a_negated_predicate_skips_those_that_match, fixture_begin,
                                        fixture_end),
        cmocka_unit_test_setup_teardown(filter, fixture_begin, fixture_end),
    };

    return cmocka_run_group_tests_name("predicates", tests, NULL, NULL);
}
