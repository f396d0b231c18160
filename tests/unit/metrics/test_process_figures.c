/* What /proc says of this very process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "metrics/process_figures.h"

static void our_own_figures_move_with_what_we_do(void **state)
{
    enum { MEMORY = 32 << 20, FDS = 5 };
    struct kc_process_figures before, after;
    int fds[FDS];
    char *memory;

    (void)state;
    assert_true(kc_process_figures(getpid(), &before));
    memory = malloc(MEMORY);
    assert_non_null(memory);
    explicit_bzero(memory, MEMORY); /* unlike memset() it is not left out: nobody reads what it wrote */
    for (int i = 0; i < FDS; i++)
        fds[i] = dup(STDERR_FILENO);
    assert_true(kc_process_figures(getpid(), &after));
    assert_int_equal(after.open_fds, before.open_fds + FDS);
    assert_true(after.resident_bytes >= before.resident_bytes + MEMORY / 2);
    assert_true(after.virtual_bytes >= after.resident_bytes);
    assert_true(after.cpu_seconds >= before.cpu_seconds && after.cpu_seconds < 60);
    assert_true(after.max_fds > 0);
    assert_int_equal(after.threads, 1);
    assert_true(after.start_unix_seconds == before.start_unix_seconds);
    assert_true(after.start_unix_seconds <= (double)time(NULL) + 1);
    assert_true(after.start_unix_seconds > (double)time(NULL) - 600);
    for (int i = 0; i < FDS; i++)
        (void)close(fds[i]);
    free(memory);
}

static void a_name_with_a_parenthesis_does_not_confuse(void **state)
{
    struct kc_process_figures f;

    (void)state;
    assert_int_equal(prctl(PR_SET_NAME, "a) R 1 (b"), 0);
    assert_true(kc_process_figures(getpid(), &f));
    assert_int_equal(f.threads, 1);
    assert_true(f.resident_bytes > 0);
}

static void no_process_is_told_from_one(void **state)
{
    struct kc_process_figures f;

    (void)state;
    assert_false(kc_process_figures(0, &f));
    assert_false(kc_process_figures(INT32_MAX, &f));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_own_figures_move_with_what_we_do),
        cmocka_unit_test(a_name_with_a_parenthesis_does_not_confuse),
        cmocka_unit_test(no_process_is_told_from_one),
    };

    return cmocka_run_group_tests_name("process_figures", tests, NULL, NULL);
}
