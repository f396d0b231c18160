/* Content-Type and Accept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "media.h"

static void json_is_json_with_any_parameters_and_in_any_case(void **state)
{
    (void)state;
    assert_true(kc_media_is_json("application/json"));
    assert_true(kc_media_is_json("application/json; charset=utf-8"));
    assert_true(kc_media_is_json(" APPLICATION/JSON ;x=y"));
    assert_false(kc_media_is_json("application/jsonx"));
    assert_false(kc_media_is_json("text/plain; application/json"));
    assert_false(kc_media_is_json(""));
    assert_false(kc_media_is_json(NULL));
}

static void a_header_that_lets_json_through_is_accepted(void **state)
{
    static const char *const accepted[] = {"*/*",
                                           "application/*",
                                           "application/json",
                                           "text/html, */*;q=0.8",
                                           "text/html,application/json;q=0.1",
                                           "",
                                           " ",
                                           "application/json;v=1",
                                           "application/*;q=0, application/json"};

    (void)state;
    assert_true(kc_media_accepts_json(NULL));
    for (size_t i = 0; i < sizeof(accepted) / sizeof(*accepted); i++)
        assert_true(kc_media_accepts_json(accepted[i]));
}

static void a_header_that_excludes_json_is_refused(void **state)
{
    static const char *const refused[] = {"text/html", "application/xml, text/*", "application/json;q=0, */*",
                                          "*/*;q=0",   "application/jsonx",       "application/json; q=0.0"};

    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
        assert_false(kc_media_accepts_json(refused[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_json_with_any_parameters_and_in_any_case),
        cmocka_unit_test(a_header_that_lets_json_through_is_accepted),
        cmocka_unit_test(a_header_that_excludes_json_is_refused),
    };

    return cmocka_run_group_tests_name("media", tests, NULL, NULL);
}
