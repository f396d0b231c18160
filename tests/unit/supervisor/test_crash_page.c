/* Real processes crash in real ways; the page must tell where, and the parent must see the true signal. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "supervisor/crash_page.h"

static volatile int never = 0;
static int *volatile nowhere = NULL;

__attribute__((noinline, no_sanitize("undefined"))) static void write_nowhere(void)
{
    *nowhere = 1;
}

__attribute__((noinline)) static void give_up(void)
{
    abort();
}

__attribute__((noinline)) static int descend(int depth)
{
    volatile char room[4096];

    room[0] = (char)depth;
    if (never)
        return 0;
    return descend(depth + 1) + room[0];
}

__attribute__((noinline)) static void sink_deep(void)
{
    (void)descend(0);
}

__attribute__((noinline)) static void be_aborted(void)
{
    (void)kill(getpid(), SIGABRT);
    never = 0; /* no tail call: this function is to be on the stack */
}

__attribute__((noinline)) static void jump_nowhere(void)
{
    void (*volatile wild)(void) = (void (*)(void))(uintptr_t)8;

    wild();
    never = 0;
}

static struct kc_crash_page *page_of_task;

/* As a plugin that forks and returns from its call twice. */
__attribute__((noinline)) static void return_twice(void)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        kc_crash_page_enter(page_of_task, NULL, NULL);
        _exit(0);
    }
    (void)waitpid(pid, &status, 0);
    _exit(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV ? 55 : 56);
}

/* Runs `crash` in a child as a call of a plugin; gives the description and the wait status. */
static int crash_in_child(void (*crash)(void), const char *call, struct kc_buf *text,
                          struct kc_crash_page *copy)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_crash_page *page;
    int fd = kc_crash_page_create(&page, &err), status = 0;
    pid_t pid;

    assert_true(fd >= 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct kc_crash_page *mine = kc_crash_page_attach(fd, &err);

        if (mine == NULL)
            _exit(99);
        page_of_task = mine;
        kc_crash_page_enter(mine, "bad-source 1.2.3", "open");
        kc_crash_page_enter(mine, NULL, NULL);
        if (call != NULL)
            kc_crash_page_enter(mine, "bad-source 1.2.3", call);
        crash();
        _exit(98);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    kc_crash_page_describe(page, text);
    if (copy != NULL)
        *copy = *page;
    kc_crash_page_release(page);
    close(fd);
    print_message("%s\n", text->data);
    return status;
}

static void expect(void (*crash)(void), const char *call, int sig, const char *start, const char *place)
{
    struct kc_buf text = {0};
    int status = crash_in_child(crash, call, &text, NULL);

    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), sig);
    assert_int_equal(strncmp(text.data, start, strlen(start)), 0);
    if (place != NULL)
        assert_non_null(strstr(text.data, place));
    kc_buf_finish(&text);
}

static void a_write_through_null_is_told_with_the_static_function_it_was_in(void **state)
{
    (void)state;
    expect(write_nowhere, "poll", SIGSEGV, "SIGSEGV in poll of bad-source 1.2.3 at test_crash_page+0x",
           " write_nowhere\n");
}

static void abort_is_told_with_the_first_function_outside_the_c_library(void **state)
{
    struct kc_buf text = {0};
    int status = crash_in_child(give_up, "open", &text, NULL);
    char *end = strchr(text.data, '\n');

    (void)state;
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    assert_non_null(end);
    *end = '\0';
    assert_non_null(strstr(text.data, "SIGABRT in open of bad-source 1.2.3 at test_crash_page+0x"));
    assert_non_null(strstr(text.data, " give_up"));
    kc_buf_finish(&text);
}

static void a_stack_overflow_is_caught_on_the_other_stack(void **state)
{
    (void)state;
    expect(sink_deep, "poll", SIGSEGV, "SIGSEGV in poll of bad-source 1.2.3 at ", " descend");
}

static void an_abort_from_outside_is_told_the_same_way(void **state)
{
    (void)state;
    expect(be_aborted, "encode", SIGABRT, "SIGABRT in encode of bad-source 1.2.3 at ", " be_aborted");
}

static void a_jump_into_nothing_is_told_with_the_function_that_jumped(void **state)
{
    (void)state;
    expect(jump_nowhere, "poll", SIGSEGV, "SIGSEGV in poll of bad-source 1.2.3 at test_crash_page+0x",
           " jump_nowhere\n    at 0x8\n");
}

static void a_crash_between_two_calls_is_not_blamed_on_the_plugin(void **state)
{
    (void)state;
    expect(write_nowhere, NULL, SIGSEGV,
           "SIGSEGV in the task process, outside of a plugin's call, at test_crash_page+", " write_nowhere");
}

static void a_page_full_of_rubbish_is_described_without_harm(void **state)
{
    struct kc_crash_page page;
    struct kc_buf text = {0};

    (void)state;
    memset(&page, 0xff, sizeof(page));
    kc_crash_page_describe(&page, &text);
    assert_false(text.failed);
    for (size_t i = 0; i < text.len; i++)
        assert_true(text.data[i] == '\n' || (text.data[i] >= ' ' && text.data[i] < 0x7f));
    kc_buf_finish(&text);
}

static void alive_restarts_the_clock_of_a_call_and_only_of_a_call(void **state)
{
    struct kc_crash_page page = {0};
    uint64_t before;

    (void)state;
    kc_crash_page_alive(&page);
    assert_int_equal(page.since_ms, 0);
    kc_crash_page_enter(&page, "a 1", "poll");
    before = page.sequence;
    page.since_ms = 1;
    kc_crash_page_alive(&page);
    assert_true(page.since_ms > 1 && page.since_ms <= kc_mono_ms());
    assert_int_equal(page.sequence, before);
    kc_crash_page_enter(&page, NULL, NULL);
    kc_crash_page_alive(&page);
    assert_int_equal(page.since_ms, 0);
}

static void a_process_that_the_task_forks_ends_where_it_would_go_on_as_a_task(void **state)
{
    struct kc_crash_page copy;
    struct kc_buf text = {0};
    int status = crash_in_child(return_twice, "poll", &text, &copy);

    (void)state;
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 55);
    assert_int_equal(copy.signal, 0);
    assert_string_equal(copy.call, "poll");
    assert_true(copy.since_ms > 0);
    kc_buf_finish(&text);
}

static void a_descriptor_that_is_no_page_is_refused(void **state)
{
    struct kc_error err = KC_ERROR_INIT;
    int fd = memfd_create("small", MFD_CLOEXEC);

    (void)state;
    assert_null(kc_crash_page_attach(fd, &err));
    assert_true(strlen(err.message) > 0);
    close(fd);
    assert_null(kc_crash_page_attach(fd, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_write_through_null_is_told_with_the_static_function_it_was_in),
        cmocka_unit_test(abort_is_told_with_the_first_function_outside_the_c_library),
        cmocka_unit_test(a_stack_overflow_is_caught_on_the_other_stack),
        cmocka_unit_test(an_abort_from_outside_is_told_the_same_way),
        cmocka_unit_test(a_jump_into_nothing_is_told_with_the_function_that_jumped),
        cmocka_unit_test(a_crash_between_two_calls_is_not_blamed_on_the_plugin),
        cmocka_unit_test(a_page_full_of_rubbish_is_described_without_harm),
        cmocka_unit_test(alive_restarts_the_clock_of_a_call_and_only_of_a_call),
        cmocka_unit_test(a_process_that_the_task_forks_ends_where_it_would_go_on_as_a_task),
        cmocka_unit_test(a_descriptor_that_is_no_page_is_refused),
    };

    return cmocka_run_group_tests_name("crash_page", tests, NULL, NULL);
}
