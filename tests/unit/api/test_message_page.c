/* The best few of many messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "message_page.h"

static char *render(const void *message)
{
    return strdup(message);
}

static void offer(struct kc_message_page *p, int64_t rank, size_t part, int64_t offset, size_t payload)
{
    const struct kc_page_entry e = {.rank = rank, .part = part, .offset = offset, .payload = payload};
    char text[64];

    (void)snprintf(text, sizeof(text), "%d/%zu/%d", (int)rank, part, (int)offset);
    kc_message_page_offer(p, &e, render, text);
}

static void shows(const struct kc_message_page *p, size_t n, const char *const *expected)
{
    assert_int_equal(p->n, n);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(p->entries[i].json, expected[i]);
}

static void the_newest_are_kept_newest_first(void **state)
{
    static const char *const expected[] = {"9/0/5", "7/1/9", "7/1/8", "7/0/4"};
    struct kc_message_page p = {.limit = 4, .max_bytes = 1000, .newest_first = true};

    (void)state;
    offer(&p, 1, 0, 1, 10);
    offer(&p, 7, 1, 8, 10);
    offer(&p, 7, 0, 4, 10);
    offer(&p, 9, 0, 5, 10);
    offer(&p, 2, 1, 1, 10);
    offer(&p, 7, 1, 9, 10);
    shows(&p, 4, expected);
    assert_false(kc_message_page_cut(&p));
    kc_message_page_finish(&p);
}

static void forwards_the_oldest_are_kept_oldest_first(void **state)
{
    static const char *const expected[] = {"1/0/1", "2/1/1", "3/0/2"};
    struct kc_message_page p = {.limit = 3, .max_bytes = 1000};

    (void)state;
    offer(&p, 3, 0, 2, 10);
    offer(&p, 9, 0, 3, 10);
    offer(&p, 2, 1, 1, 10);
    offer(&p, 1, 0, 1, 10);
    shows(&p, 3, expected);
    kc_message_page_finish(&p);
}

static void bytes_are_bounded_without_holes(void **state)
{
    static const char *const expected[] = {"1/0/1", "2/0/2"};
    struct kc_message_page p = {.limit = 10, .max_bytes = 100};

    (void)state;
    offer(&p, 1, 0, 1, 40);
    offer(&p, 2, 0, 2, 40);
    offer(&p, 3, 0, 3, 40);
    offer(&p, 4, 0, 4, 1); /* would fit, but not behind one that is missing */
    shows(&p, 2, expected);
    assert_true(kc_message_page_cut(&p));
    kc_message_page_finish(&p);
}

static void a_better_message_pushes_out_worse_ones(void **state)
{
    static const char *const expected[] = {"9/0/9"};
    struct kc_message_page p = {.limit = 10, .max_bytes = 100, .newest_first = true};

    (void)state;
    offer(&p, 1, 0, 1, 60);
    offer(&p, 2, 0, 2, 30);
    offer(&p, 9, 0, 9, 500); /* alone it may be larger than the bound */
    shows(&p, 1, expected);
    assert_true(kc_message_page_cut(&p));
    kc_message_page_finish(&p);
}

static void a_full_page_is_not_called_cut(void **state)
{
    struct kc_message_page p = {.limit = 2, .max_bytes = 100, .newest_first = true};

    (void)state;
    offer(&p, 1, 0, 1, 60);
    offer(&p, 2, 0, 2, 60);
    assert_true(kc_message_page_cut(&p));
    offer(&p, 3, 0, 3, 20);
    assert_int_equal(p.n, 2);
    assert_false(kc_message_page_cut(&p));
    kc_message_page_finish(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_are_kept_newest_first),
        cmocka_unit_test(forwards_the_oldest_are_kept_oldest_first),
        cmocka_unit_test(bytes_are_bounded_without_holes),
        cmocka_unit_test(a_better_message_pushes_out_worse_ones),
        cmocka_unit_test(a_full_page_is_not_called_cut),
    };

    return cmocka_run_group_tests_name("message_page", tests, NULL, NULL);
}
