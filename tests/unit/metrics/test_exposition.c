/* The text format: escapes, numbers, cumulative buckets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>

#include <cmocka.h>

#include "metrics/exposition.h"

static void text_is(struct kc_buf *out, const char *expected)
{
    assert_false(out->failed);
    assert_string_equal(out->data, expected);
    kc_buf_finish(out);
    *out = (struct kc_buf){0};
}

static void a_family_has_help_and_type(void **state)
{
    struct kc_buf out = {0};

    (void)state;
    kc_expose_family(&out, "a_total", "counter", "One\nline, a \\ and a \".");
    kc_expose(&out, "a_total", NULL, 0, 3);
    text_is(&out, "# HELP a_total One\\nline, a \\\\ and a \".\n# TYPE a_total counter\na_total 3\n");
}

static void labels_are_escaped(void **state)
{
    const struct kc_label labels[] = {{"a", "x\\y\"z\n"}, {"b", ""}, {"c", "\xc3\xa9\xff{}"}};
    struct kc_buf out = {0};

    (void)state;
    kc_expose(&out, "m", labels, 3, 1);
    text_is(&out, "m{a=\"x\\\\y\\\"z\\n\",b=\"\",c=\"\xc3\xa9\xef\xbf\xbd{}\"} 1\n");
}

static void numbers_read_back_as_themselves(void **state)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "m 0\n"},           {0.1, "m 0.1\n"},        {9007199254740991.0, "m 9007199254740991\n"},
        {1e300, "m 1e+300\n"},  {-2.5, "m -2.5\n"},      {1700000000.123456, "m 1700000000.123456\n"},
        {INFINITY, "m +Inf\n"}, {-INFINITY, "m -Inf\n"}, {NAN, "m NaN\n"}};
    struct kc_buf out = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        kc_expose(&out, "m", NULL, 0, cases[i].value);
        text_is(&out, cases[i].text);
    }
}

static void buckets_are_cumulative_and_their_bounds_inclusive(void **state)
{
    static const struct kc_bounds bounds = {3, {0.5, 1, 2.5}};
    const struct kc_label labels[] = {{"task", "0"}};
    struct kc_histogram h = {0};
    struct kc_buf out = {0};

    (void)state;
    kc_histogram_observe(&h, &bounds, 0.5);
    kc_histogram_observe(&h, &bounds, 1);
    kc_histogram_observe(&h, &bounds, 0.75);
    kc_histogram_observe(&h, &bounds, 4);
    assert_int_equal(kc_histogram_count(&h, &bounds), 4);
    kc_expose_histogram(&out, "h", labels, 1, &h, &bounds);
    text_is(&out, "h_bucket{task=\"0\",le=\"0.5\"} 1\n"
                  "h_bucket{task=\"0\",le=\"1\"} 3\n"
                  "h_bucket{task=\"0\",le=\"2.5\"} 3\n"
                  "h_bucket{task=\"0\",le=\"+Inf\"} 4\n"
                  "h_sum{task=\"0\"} 6.25\n"
                  "h_count{task=\"0\"} 4\n");
}

static void a_histogram_without_labels_has_le_alone(void **state)
{
    static const struct kc_bounds bounds = {1, {1}};
    struct kc_histogram h = {0};
    struct kc_buf out = {0};

    (void)state;
    kc_expose_histogram(&out, "h", NULL, 0, &h, &bounds);
    text_is(&out, "h_bucket{le=\"1\"} 0\nh_bucket{le=\"+Inf\"} 0\nh_sum 0\nh_count 0\n");
}

static void bounds_ascend(void **state)
{
    const struct kc_bounds *all[] = {&kc_bounds_seconds, &kc_bounds_records, &kc_bounds_anything};

    (void)state;
    for (size_t k = 0; k < 3; k++) {
        assert_in_range(all[k]->n, 1, KC_HISTOGRAM_BOUNDS);
        for (size_t i = 1; i < all[k]->n; i++)
            assert_true(all[k]->upper[i] > all[k]->upper[i - 1]);
        assert_int_equal(kc_histogram_bucket(all[k], NAN), all[k]->n);
        assert_int_equal(kc_histogram_bucket(all[k], -1), 0);
    }
}

static void names_are_letters_digits_and_underscores(void **state)
{
    (void)state;
    assert_true(kc_expose_name_ok("a"));
    assert_true(kc_expose_name_ok("_a9_Z"));
    assert_false(kc_expose_name_ok(""));
    assert_false(kc_expose_name_ok("9a"));
    assert_false(kc_expose_name_ok("a-b"));
    assert_false(kc_expose_name_ok("a b"));
    assert_false(kc_expose_name_ok("\xc3\xa9"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_family_has_help_and_type),
        cmocka_unit_test(labels_are_escaped),
        cmocka_unit_test(numbers_read_back_as_themselves),
        cmocka_unit_test(buckets_are_cumulative_and_their_bounds_inclusive),
        cmocka_unit_test(a_histogram_without_labels_has_le_alone),
        cmocka_unit_test(bounds_ascend),
        cmocka_unit_test(names_are_letters_digits_and_underscores),
    };

    return cmocka_run_group_tests_name("exposition", tests, NULL, NULL);
}
