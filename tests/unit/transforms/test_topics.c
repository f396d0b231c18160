/* Transforms of the topic's name. */
#include "fixture.h"

static void regex_router(void **state)
{
    static const struct line lines[] = {
        {"regex=(.*)\nreplacement=foo-$1", "orders; null; 1", "foo-orders; null; 1"},
        {"regex=(?<db>\\w+)[.](\\w+)\nreplacement=${db}_$2", "shop.orders; null; 1", "shop_orders; null; 1"},
        {"regex=o\nreplacement=x", "orders; null; 1", "orders; null; 1"}, /* the whole name has to match */
        {"regex=a|ab\nreplacement=x", "ab; null; 1", "xb; null; 1"}, /* but the first match is replaced */
        {"regex=(a)(b)?\nreplacement=$1$2$10", "a; null; 1", "aa0; null; 1"},
        {"regex=orders\nreplacement=a\\$b", "orders; null; 1",
         "failed: "
         "RegexRouter makes \"a$b\" out of topic orders, which is no legal topic name: 1 to 249 of letters, "
         "digits, '.', '_' and '-'"},
        {"regex=\\Qa.b\\E\\u002d(.)\nreplacement=$1", "a.b-c; null; 1", "c; null; 1"},
        {"regex=(\nreplacement=x", "t; null; 1",
         "config: regex: the regular expression ( is not valid: missing closing parenthesis near index 1"},
        {"regex=[a&&b]\nreplacement=x", "t; null; 1",
         "config: regex: the regular expression [a&&b] uses the intersection of character classes, &&, which "
         "is not "
         "supported here"},
        {"regex=[a[b]]\nreplacement=x", "t; null; 1",
         "config: regex: the regular expression [a[b]] uses a character class within a character class, "
         "which is not "
         "supported here"},
        {"regex=(?U)a\nreplacement=x", "t; null; 1",
         "config: regex: the regular expression (?U)a uses an inline flag other than i, m, s and x, which is "
         "not "
         "supported here"},
        {"regex=(a)\nreplacement=$2", "t; null; 1",
         "config: the replacement $2 names group 2, but (a) has 1"},
        {"regex=a\nreplacement=${x}", "t; null; 1",
         "config: the replacement ${x} names the group x, which a does not have"},
        {"regex=a\nreplacement=x$", "t; null; 1",
         "config: the replacement x$ has a $ without a group: write \\$ for a dollar"},
        {"regex=a\nreplacement=x\\", "t; null; 1",
         "config: the replacement x\\ ends with a backslash: write \\\\ for one"},
        {"regex=(a+)+[bd]\nreplacement=x", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac; null; 1",
         "failed: the regular expression (a+)+[bd] cannot be matched against "
         "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac\": match limit exceeded"},
        {"replacement=x", "t; null; 1", "config: regex is missing: it is required and has no default"},
    };

    (void)state;
    RUN_LINES(kc_smt_regex_router, lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(regex_router, fixture_begin, fixture_end),
    };

    return cmocka_run_group_tests_name("topics", tests, NULL, NULL);
}
