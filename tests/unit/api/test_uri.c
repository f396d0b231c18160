/* The target of a request taken apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "uri.h"

static void segments_are_decoded_once_and_a_plus_stays_a_plus(void **state)
{
    struct kc_uri u;

    (void)state;
    assert_int_equal(kc_uri_parse(&u, "/connectors/a%20b+c%2Fd%2525"), KC_URI_OK);
    assert_int_equal(u.n_segments, 2);
    assert_string_equal(u.segments[0], "connectors");
    assert_string_equal(u.segments[1], "a b+c/d%25");
    assert_false(u.too_deep);
    kc_uri_finish(&u);
}

static void one_trailing_slash_does_not_count_but_an_empty_segment_is_no_route(void **state)
{
    struct kc_uri u;

    (void)state;
    assert_int_equal(kc_uri_parse(&u, "/connectors/"), KC_URI_OK);
    assert_int_equal(u.n_segments, 1);
    assert_false(u.too_deep);
    kc_uri_finish(&u);
    assert_int_equal(kc_uri_parse(&u, "//"), KC_URI_OK);
    assert_true(u.too_deep);
    kc_uri_finish(&u);
    assert_int_equal(kc_uri_parse(&u, "/a/b/c/d/e/f/g/h/i"), KC_URI_OK);
    assert_true(u.too_deep);
    kc_uri_finish(&u);
}

static void path_parameters_are_cut_off_unless_encoded(void **state)
{
    struct kc_uri u;

    (void)state;
    assert_int_equal(kc_uri_parse(&u, "/a;v=1/b%3Bc"), KC_URI_OK);
    assert_string_equal(u.segments[0], "a");
    assert_string_equal(u.segments[1], "b;c");
    kc_uri_finish(&u);
}

static void bad_escapes_nul_and_bad_utf8_are_malformed(void **state)
{
    static const char *const targets[] = {"/%",    "/%4",     "/%zz",    "/%00",      "/%ff",
                                          "/\xc3", "/a?b=%f", "/?%00=1", "/%ed%a0%80"};

    (void)state;
    for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++) {
        struct kc_uri u;

        assert_int_equal(kc_uri_parse(&u, targets[i]), KC_URI_MALFORMED);
        kc_uri_finish(&u);
    }
}

static void query_parameters_may_repeat_and_the_first_counts(void **state)
{
    struct kc_uri u;

    (void)state;
    assert_int_equal(kc_uri_parse(&u, "/c?expand=status&expand=info&x&y=a+b%26&=z#f"), KC_URI_OK);
    assert_string_equal(kc_uri_parameter(&u, "expand"), "status");
    assert_true(kc_uri_has(&u, "expand", "info"));
    assert_false(kc_uri_has(&u, "expand", "info,status"));
    assert_string_equal(kc_uri_parameter(&u, "x"), "");
    assert_string_equal(kc_uri_parameter(&u, "y"), "a b&");
    assert_null(kc_uri_parameter(&u, "z"));
    kc_uri_finish(&u);
}

static void a_whole_uri_counts_from_its_path_on(void **state)
{
    struct kc_uri u;

    (void)state;
    assert_int_equal(kc_uri_parse(&u, "http://host:8083/connectors/a"), KC_URI_OK);
    assert_int_equal(u.n_segments, 2);
    kc_uri_finish(&u);
    assert_int_equal(kc_uri_parse(&u, "http://host"), KC_URI_OK);
    assert_int_equal(u.n_segments, 0);
    kc_uri_finish(&u);
    assert_int_equal(kc_uri_parse(&u, "/x://y"), KC_URI_OK);
    assert_true(u.too_deep);
    kc_uri_finish(&u);
}

static void more_parameters_than_there_is_room_for_are_ignored(void **state)
{
    struct kc_uri u;
    char target[2048] = "/c?";

    (void)state;
    for (int i = 0; i < 200; i++)
        strcat(target, "a=1&");
    strcat(target, "last=1");
    assert_int_equal(kc_uri_parse(&u, target), KC_URI_OK);
    assert_int_equal(u.n_parameters, KC_URI_PARAMETERS);
    assert_null(kc_uri_parameter(&u, "last"));
    kc_uri_finish(&u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(segments_are_decoded_once_and_a_plus_stays_a_plus),
        cmocka_unit_test(one_trailing_slash_does_not_count_but_an_empty_segment_is_no_route),
        cmocka_unit_test(path_parameters_are_cut_off_unless_encoded),
        cmocka_unit_test(bad_escapes_nul_and_bad_utf8_are_malformed),
        cmocka_unit_test(query_parameters_may_repeat_and_the_first_counts),
        cmocka_unit_test(a_whole_uri_counts_from_its_path_on),
        cmocka_unit_test(more_parameters_than_there_is_room_for_are_ignored),
    };

    return cmocka_run_group_tests_name("uri", tests, NULL, NULL);
}
