/* test_group_picture.c - the bytes of a member's assignment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
/* cmocka needs the first three */
#include <cmocka.h>

#include "fleet/group_picture.h"

/* Version 1, topic "ab" with partition 0, no user data. */
static const uint8_t one[] = {0, 1, 0, 0, 0, 1, 0, 2,    'a',  'b',  0,
                              0, 0, 1, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff};
static const uint8_t no_topic[] = {0, 1, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff};
static const uint8_t no_partition[] = {0, 1, 0, 0, 0, 1, 0, 2, 'a', 'b', 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff};

static void whoever_has_a_partition_holds_something(void **state)
{
    (void)state;
    assert_true(kc_group_assignment_holds(one, sizeof(one)));
    assert_false(kc_group_assignment_holds(no_topic, sizeof(no_topic)));
    assert_false(kc_group_assignment_holds(no_partition, sizeof(no_partition)));
}

static void an_assignment_cut_short_holds_nothing(void **state)
{
    (void)state;
    for (size_t n = 0; n < 14; n++) {
        uint8_t copy[14]; /* its end is where a sanitizer looks */

        memcpy(copy, one, n);
        assert_false(kc_group_assignment_holds(copy, n));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_has_a_partition_holds_something),
        cmocka_unit_test(an_assignment_cut_short_holds_nothing),
    };

    return cmocka_run_group_tests_name("group_picture", tests, NULL, NULL);
}
