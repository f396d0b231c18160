/* test_redact.c - what config providers answered is in no text. */
#include "../cm.h"

#include <string.h>

#include "base/redact.h"

static void assert_becomes(const char *text, size_t size, const char *expected)
{
    size_t n = strlen(text) < size ? strlen(text) : size - 1;
    char copy[256];

    memcpy(copy, text, n);
    copy[n] = '\0';
    kc_redact(copy, size);
    assert_string_equal(copy, expected);
}

static void values_are_replaced_wherever_they_are(void **state)
{
    (void)state;
    assert_becomes("nothing is known yet: hunter2-x", 256, "nothing is known yet: hunter2-x");
    assert_int_equal(kc_redact_add("  hunter2\n", "${f:/x:p}"), KC_OK);
    assert_int_equal(kc_redact_add("hunter2-longer", "${f:/x:q}"), KC_OK);
    assert_int_equal(kc_redact_add("hunter2", "${again}"), KC_OK);
    assert_int_equal(kc_redact_add("short", "${f:/x:s}"), KC_OK);
    assert_int_equal(kc_redact_add("", "${f:/x:e}"), KC_OK);
    assert_becomes("", 256, "");
    assert_becomes("plain", 256, "plain");
    assert_becomes("hunter2", 256, "${f:/x:p}");
    assert_becomes("<hunter2hunter2>", 256, "<${f:/x:p}${f:/x:p}>");
    assert_becomes("hunter2-longer and hunter2-long", 256, "${f:/x:q} and ${f:/x:p}-long");
    assert_becomes("a short word", 256, "a short word");
}

static void a_text_that_was_cut_ends_before_the_value(void **state)
{
    (void)state;
    assert_becomes("pass hunter2", 12, "pass "); /* "pass hunter" was left of it */
    assert_becomes("pass hunter2", 9, "pass ");  /* "pass hun" */
    assert_becomes("pass hunter2 was wrong", 14, "pass ${f:/x:p");
    assert_becomes("\xc3\xa9\xc3\xa9hunter2", 256, "\xc3\xa9\xc3\xa9${f:/x:p}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_replaced_wherever_they_are),
        cmocka_unit_test(a_text_that_was_cut_ends_before_the_value),
    };

    return cmocka_run_group_tests_name("redact", tests, NULL, NULL);
}
