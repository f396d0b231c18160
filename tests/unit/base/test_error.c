/* test_error.c - worker/base/error.c */
#include <errno.h>
#include <string.h>

#include "../cm.h"
#include "base/error.h"

static void a_failure_carries_its_status_and_sentence(void **state)
{
    struct kc_error err = KC_ERROR_INIT;

    (void)state;
    assert_int_equal(kc_fail(&err, KC_ERR_RETRY, "no %s in %d", "luck", 7), KC_ERR_RETRY);
    assert_int_equal(err.status, KC_ERR_RETRY);
    assert_string_equal(err.message, "no luck in 7");
    assert_int_equal(kc_fail(NULL, KC_ERR_FATAL, "nobody listens"), KC_ERR_FATAL);
}

static void a_system_error_names_its_reason(void **state)
{
    struct kc_error err = KC_ERROR_INIT;

    (void)state;
    errno = ENOENT;
    (void)kc_fail_errno(&err, KC_ERR_CONFIG, "cannot open %s", "x");
    assert_string_equal(err.message, "cannot open x: No such file or directory");
    assert_int_equal(err.vendor_code, ENOENT);
}

static void context_is_put_before_the_sentence(void **state)
{
    struct kc_error err = KC_ERROR_INIT;

    (void)state;
    (void)kc_fail(&err, KC_ERR_CONFIG, "wrong");
    assert_int_equal(kc_wrap(&err, "task %d", 3), KC_ERR_CONFIG);
    assert_string_equal(err.message, "task 3: wrong");
}

static void a_long_sentence_is_cut_between_characters_and_has_no_newline(void **state)
{
    struct kc_error err = KC_ERROR_INIT;
    char text[1024];

    (void)state;
    for (size_t i = 0; i + 2 < sizeof(text); i += 2)
        memcpy(text + i, "\xc3\xbc", 2);
    text[sizeof(text) - 2] = '\0';
    text[1] = text[0] = 'a'; /* one more byte, so that the cut falls into a character either way */
    (void)kc_fail(&err, KC_ERR_FATAL, "a\n%s", text);
    assert_true(strlen(err.message) >= sizeof(err.message) - 3);
    assert_null(strchr(err.message, '\n'));
    assert_int_equal((unsigned char)err.message[strlen(err.message) - 1], 0xbc);
    (void)kc_wrap(&err, "abc");
    assert_int_equal((unsigned char)err.message[strlen(err.message) - 1], 0xbc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_carries_its_status_and_sentence),
        cmocka_unit_test(a_system_error_names_its_reason),
        cmocka_unit_test(context_is_put_before_the_sentence),
        cmocka_unit_test(a_long_sentence_is_cut_between_characters_and_has_no_newline),
    };

    return cmocka_run_group_tests_name("base/error", tests, NULL, NULL);
}
