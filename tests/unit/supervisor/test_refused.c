/* Plugins that are bad in one way each, and damaged files: refused in real children, each with its own reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "plugin/elf_check.h"
#include "plugin/probe_child.h"
#include "registry_bench.h"
#include "scratch.h"

/* Scans one file and expects exactly this refusal. */
static void expect_refused(const char *name, long most, const char *reason, const char *words)
{
    struct place p = place_make();
    const struct kc_refused_info *refused;
    struct kc_registry *r;

    place_install(&p, name, "bad.so", most);
    r = place_scan(&p);
    if (refused_count(r) != 1)
        fail_msg("%s was not refused", name);
    refused = refused_at(r, 0);
    print_message("%s: %s: %s\n", name, refused->reason, refused->detail);
    assert_int_equal(component_count(r), 0);
    assert_string_equal(refused->reason, reason);
    assert_non_null(strstr(refused->detail, words));
    assert_non_null(strstr(refused->file, "/plugins/bad.so"));
    kc_registry_destroy(r);
    place_remove(&p);
}

static void each_bad_plugin_is_refused_with_its_own_reason(void **state)
{
    (void)state;
    expect_refused("no_symbol.so", -1, "WRONG_FILE", "does not export kc_plugin_v0");
    expect_refused("good.so", 3000, "WRONG_FILE", "truncated");
    expect_refused("good.so", 40, "WRONG_FILE", "truncated");
    expect_refused("good.so", 0, "WRONG_FILE", "empty");
    expect_refused("other_major.so", -1, "INCOMPATIBLE", "built for ABI 9");
    expect_refused("wrong_magic.so", -1, "INCOMPATIBLE", "0x12345678");
    expect_refused("wrong_major.so", -1, "INCOMPATIBLE", "built for kconnect ABI 7.3, this worker has 0.0");
    expect_refused("newer_host.so", -1, "INCOMPATIBLE", "needs kconnect ABI 0.5, this worker has 0.0");
    expect_refused("high_flag.so", -1, "INCOMPATIBLE", "flags 0x00100000");
    expect_refused("no_component.so", -1, "MALFORMED", "no component");
    expect_refused("unknown_kind.so", -1, "MALFORMED", "component test-source is of the unknown kind 99");
    expect_refused("missing_op.so", -1, "MALFORMED",
                   "component test-source does not have the mandatory operation poll");
    expect_refused("twice.so", -1, "MALFORMED", "component test-source 1.0.0 is there twice");
    expect_refused(
        "bad_default.so", -1, "MALFORMED",
        "component test-source, key port: Invalid value 0 for configuration port: Value must be at least 1");
    expect_refused("bad_dependent.so", -1, "MALFORMED", "key port: a dependent of it is not declared");
    expect_refused("crash_in_constructor.so", -1, "CRASHED",
                   "loading it ended with SIGSEGV in dlopen of bad.so at ");
    expect_refused("exit_in_constructor.so", -1, "CRASHED",
                   "ended the process in dlopen of bad.so with exit status 3");
    expect_refused("decline.so", -1, "DECLINED", "the licence has run out");
    expect_refused("missing_library.so", -1, "UNLOADABLE", "no_symbol.so");
    expect_refused("undefined_symbol.so", -1, "UNLOADABLE", "kc_nowhere_defined");
    expect_refused("null_component.so", -1, "MALFORMED", "component number 1 is not there");
    expect_refused("bad_table.so", -1, "MALFORMED",
                   "component test-source: its table of keys is not well-formed");
}

/* A fixed sequence, so that a failure can be repeated. */
static uint32_t next_number(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void damaged_files_are_judged_without_harm(void **state)
{
    struct place p = place_make();
    char *good = scratch_path(test_plugins, "good.so"), *file = scratch_path(p.root, "damaged.so"),
         detail[256];
    uint32_t seed = 1;

    (void)state;
    for (int round = 0; round < 400; round++) {
        FILE *f;
        long size;

        scratch_copy(good, file, -1);
        f = fopen(file, "r+b");
        assert_non_null(f);
        assert_int_equal(fseek(f, 0, SEEK_END), 0);
        size = ftell(f);
        for (int i = 0; i < 4; i++) {
            /* Headers are at both ends of the file. */
            long at = (long)(next_number(&seed) % 1024);

            assert_int_equal(fseek(f, round % 2 == 0 ? at : size - 1 - at, SEEK_SET), 0);
            (void)fputc((int)(next_number(&seed) & 0xff), f);
        }
        assert_int_equal(fclose(f), 0);
        (void)kc_elf_check(file, detail, sizeof(detail), NULL);
    }
    free(good);
    free(file);
    place_remove(&p);
}

static void a_file_for_another_machine_or_no_elf_file_is_refused(void **state)
{
    struct place p = place_make();
    char *text = scratch_path(p.path, "text.so"), *other = scratch_path(p.path, "other.so");
    struct kc_registry *r;
    FILE *f;

    (void)state;
    scratch_write(text, "#!/bin/sh\n");
    place_install(&p, "good.so", "other.so", -1);
    f = fopen(other, "r+b");
    assert_non_null(f);
    assert_int_equal(fseek(f, 18, SEEK_SET), 0); /* e_machine */
    (void)fputc(8, f);                           /* MIPS */
    (void)fclose(f);
    r = place_scan(&p);
    assert_int_equal(refused_count(r), 2);
    assert_non_null(strstr(refused_at(r, 0)->detail, "another machine"));
    assert_non_null(strstr(refused_at(r, 1)->detail, "no ELF file"));
    kc_registry_destroy(r);
    free(text);
    free(other);
    place_remove(&p);
}

static void a_component_that_another_file_brought_is_a_duplicate(void **state)
{
    struct place p = place_make();
    struct kc_registry *r;

    (void)state;
    place_install(&p, "good.so", "a.so", -1);
    place_install(&p, "good.so", "b.so", -1);
    r = place_scan(&p);
    assert_int_equal(component_count(r), 2);
    assert_int_equal(refused_count(r), 1);
    assert_string_equal(refused_at(r, 0)->reason, "DUPLICATE");
    assert_non_null(strstr(refused_at(r, 0)->detail, "/plugins/a.so already"));
    kc_registry_destroy(r);
    place_remove(&p);
}

/* Probes one test plugin within limits and expects this refusal. */
static void expect_ended(const char *name, const struct kc_probe_limits *limits, const char *reason,
                         const char *words)
{
    char *file = scratch_path(test_plugins, name);
    struct kc_buf detail = {0};
    const char *got = NULL;

    assert_null(kc_probe_child(probe_helper, file, limits, &got, &detail));
    print_message("%s: %s\n", name, detail.data);
    assert_string_equal(got, reason);
    assert_non_null(strstr(detail.data, words));
    kc_buf_finish(&detail);
    free(file);
}

static void a_plugin_that_hangs_is_killed_at_the_deadline(void **state)
{
    const struct kc_probe_limits limits = {.deadline_ms = 3000};
    int64_t begun = kc_mono_ms();

    (void)state;
    expect_ended("hang_in_entry.so", &limits, "TIMEOUT",
                 "did not end within 3000 ms in kc_plugin_v0 of hang_in_entry.so");
    assert_true(kc_mono_ms() - begun < KC_PROBE_DEADLINE_MS);
}

static void a_plugin_that_takes_too_much_memory_is_killed(void **state)
{
    const struct kc_probe_limits limits = {.deadline_ms = 60000, .memory_max_mb = 64};

    (void)state;
    expect_ended("greedy.so", &limits, "CRASHED",
                 "it took more than 64 MB of memory in kc_plugin_v0 of greedy.so");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_bad_plugin_is_refused_with_its_own_reason),
        cmocka_unit_test(damaged_files_are_judged_without_harm),
        cmocka_unit_test(a_file_for_another_machine_or_no_elf_file_is_refused),
        cmocka_unit_test(a_component_that_another_file_brought_is_a_duplicate),
        cmocka_unit_test(a_plugin_that_hangs_is_killed_at_the_deadline),
        cmocka_unit_test(a_plugin_that_takes_too_much_memory_is_killed),
    };

    if (!registry_bench_start(argc, argv))
        return 2;
    return cmocka_run_group_tests_name("refused", tests, NULL, NULL);
}
