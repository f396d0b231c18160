/* topics.regex: what Java matches, this matches; what would mean something else is refused. */
#include <string.h>

#include "../cm.h"
#include "kafka/topic_pattern.h"

static void what_both_write_the_same_matches_whole_names(void **state)
{
    (void)state;
    assert_true(kc_topic_pattern_matches("orders", "orders"));
    assert_false(kc_topic_pattern_matches("orders", "orders2"));
    assert_false(kc_topic_pattern_matches("orders", "my-orders"));
    assert_true(kc_topic_pattern_matches("orders.*", "orders-eu"));
    assert_true(kc_topic_pattern_matches("^orders.*$", "orders"));
    assert_true(kc_topic_pattern_matches("a|b", "b"));
    assert_false(kc_topic_pattern_matches("a|b", "ab"));
    assert_true(kc_topic_pattern_matches("shop[12]\\.(orders|items)", "shop2.items"));
    assert_false(kc_topic_pattern_matches("shop[12]\\.(orders|items)", "shop2xitems"));
    assert_true(kc_topic_pattern_matches("x{2,3}", "xxx"));
    assert_false(kc_topic_pattern_matches("x{2,3}", "x"));
    assert_false(kc_topic_pattern_matches("[^a]b", "ab"));
}

static void what_java_writes_otherwise_is_rewritten(void **state)
{
    (void)state;
    assert_true(kc_topic_pattern_matches("t\\d+", "t42"));
    assert_false(kc_topic_pattern_matches("t\\d+", "td"));
    assert_true(kc_topic_pattern_matches("\\w+", "a_1"));
    assert_false(kc_topic_pattern_matches("\\w+", "a-1"));
    assert_true(kc_topic_pattern_matches("\\D\\W", "a-"));
    assert_true(kc_topic_pattern_matches("(?:a|b)c", "bc"));
    assert_true(kc_topic_pattern_matches("[\\w.\\-]+", "a.b-c"));
    assert_true(kc_topic_pattern_matches("[\\.\\d]+", "1.5"));
    assert_false(kc_topic_pattern_matches("[\\.\\d]+", "1\\5"));
    assert_true(kc_topic_pattern_matches("a\\-b", "a-b"));
}

static void what_posix_would_take_otherwise_is_refused_with_its_place(void **state)
{
    static const char *const refused[] = {"(?!a).*",     "(?i)a",   "a*?",    "a++", "a{2}?", "\\bfoo",
                                          "\\p{L}",      "\\Qa\\E", "(a)\\1", "a\\", "[a",    "[a&&[b]]",
                                          "[[:digit:]]", "[]a]",    "[\\s]",  "(a",  "a)",    "*a"};

    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct kc_error err = KC_ERROR_INIT;
        struct kc_buf out = {0};

        if (kc_topic_pattern(refused[i], &out, &err) == KC_OK)
            fail_msg("%s was taken as %s", refused[i], out.data);
        assert_true(strlen(err.message) > 20);
        assert_false(kc_topic_pattern_matches(refused[i], "a"));
        kc_buf_finish(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_both_write_the_same_matches_whole_names),
        cmocka_unit_test(what_java_writes_otherwise_is_rewritten),
        cmocka_unit_test(what_posix_would_take_otherwise_is_refused_with_its_place),
    };

    return cmocka_run_group_tests_name("kafka/topic_pattern", tests, NULL, NULL);
}
