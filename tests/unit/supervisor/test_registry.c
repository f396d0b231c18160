/* Real plugins, good and bad in one way each, scanned, staged and probed in real children. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include <kconnect/plugin.h>

#include "base/clock.h"
#include "base/log.h"
#include "plugin/elf_check.h"
#include "plugin/install.h"
#include "plugin/probe_child.h"
#include "plugin/version_order.h"
#include "plugin/version_range.h"
#include "scratch.h"

static const char *helper, *plugins;

/* Fresh folders for one test: `path` is its plugin.path. */
struct place {
    char *root, *path, *state;
};

static struct place make_place(void)
{
    char *root = scratch_make();

    return (struct place){root, scratch_folder(root, "plugins"), scratch_path(root, "state")};
}

static void remove_place(struct place *p)
{
    free(p->path);
    free(p->state);
    scratch_remove(p->root);
}

/* Installs one of the test plugins as `as`, relative to plugin.path. */
static void install(const struct place *p, const char *name, const char *as, long most)
{
    char *file = scratch_path(plugins, name), *to = scratch_path(p->path, as);

    scratch_copy(file, to, most);
    free(file);
    free(to);
}

static struct kc_registry *scan(const struct place *p)
{
    const char *paths[] = {p->path, NULL};
    struct kc_error err = KC_ERROR_INIT;
    struct kc_registry *r = kc_registry_scan(paths, p->state, helper, &err);

    if (r == NULL)
        fail_msg("%s", err.message);
    return r;
}

static size_t count(const struct kc_registry *r)
{
    size_t n;

    free(kc_registry_list(r, &n));
    return n;
}

static const struct kc_component_info *at(const struct kc_registry *r, size_t i)
{
    const struct kc_component_info **list, *c;
    size_t n;

    list = kc_registry_list(r, &n);
    assert_true(i < n);
    c = list[i];
    free(list);
    return c;
}

struct counter {
    size_t n, wanted;
    const struct kc_refused_info *found;
    struct kc_refused_info copy;
};

static void count_refused(void *arg, const struct kc_refused_info *f)
{
    struct counter *c = arg;

    if (c->n++ == c->wanted) {
        c->copy = *f;
        c->found = &c->copy;
    }
}

static size_t refused_count(const struct kc_registry *r)
{
    struct counter c = {0};

    kc_registry_each_refused(r, count_refused, &c);
    return c.n;
}

/* Valid until the next call, and while nothing is published. */
static const struct kc_refused_info *refused_at(const struct kc_registry *r, size_t i)
{
    static struct counter c;

    c = (struct counter){.wanted = i};
    kc_registry_each_refused(r, count_refused, &c);
    assert_non_null(c.found);
    return c.found;
}

static const struct kc_key_info *key_of(const struct kc_component_info *c, const char *name)
{
    for (size_t i = 0; i < c->n_keys; i++)
        if (strcmp(c->keys[i].name, name) == 0)
            return &c->keys[i];
    fail_msg("no key %s", name);
    return NULL;
}

static void a_good_plugin_is_described_completely(void **state)
{
    struct place p = make_place();
    const struct kc_component_info *c;
    struct kc_registry *r;

    (void)state;
    install(&p, "good.so", "good.so", -1);
    r = scan(&p);
    assert_int_equal(count(r), 2);
    assert_int_equal(refused_count(r), 0);
    assert_string_equal(at(r, 0)->id, "good-converter");
    c = kc_registry_find(r, KC_KIND_SOURCE, "good-source");
    assert_non_null(c);
    assert_ptr_equal(kc_registry_find(r, 0, "org.example.GoodSource"), c);
    assert_null(kc_registry_find(r, KC_KIND_SINK, "good-source"));
    assert_null(kc_registry_find(r, 0, "good-converter"));
    assert_non_null(kc_registry_find(r, KC_KIND_CONVERTER, "good-converter"));
    assert_string_equal(c->version, "1.0.0");
    assert_int_equal(c->n_keys, 9);
    assert_string_equal(key_of(c, "host")->doc, "Where \"it\" is, caf\xc3\xa9");
    assert_string_equal(key_of(c, "host")->dependents[0], "colour");
    assert_null(key_of(c, "host")->default_value);
    assert_int_equal(key_of(c, "port")->max, 65535);
    assert_string_equal(key_of(c, "colour")->choices[1], "green");
    assert_true(key_of(c, "big")->min == INT64_MIN && key_of(c, "big")->max == INT64_MAX);
    kc_registry_destroy(r);
    remove_place(&p);
}

static void a_plugin_is_loaded_from_a_private_copy_named_by_its_content(void **state)
{
    struct place p = make_place();
    struct kc_registry *r, *again;
    const char *staged;
    struct stat st;

    (void)state;
    install(&p, "good.so", "good.so", -1);
    r = scan(&p);
    staged = at(r, 0)->file;
    assert_int_equal(strncmp(staged, p.state, strlen(p.state)), 0);
    assert_int_equal(strlen(staged), strlen(p.state) + strlen("/plugins/") + 64 + strlen("/good.so"));
    assert_non_null(strstr(at(r, 0)->origin, "/plugins/good.so"));
    assert_int_equal(stat(staged, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0500);
    again = scan(&p);
    assert_string_equal(at(again, 0)->file, staged);
    kc_registry_destroy(again);
    kc_registry_destroy(r);
    remove_place(&p);
}

static void of_two_versions_the_higher_one_is_found(void **state)
{
    struct place p = make_place();
    struct kc_registry *r;

    (void)state;
    install(&p, "good.so", "a.so", -1);
    install(&p, "newer.so", "b.so", -1);
    r = scan(&p);
    assert_int_equal(count(r), 3);
    assert_string_equal(kc_registry_find(r, 0, "good-source")->version, "1.0.10");
    assert_string_equal(at(r, 1)->version, "1.0.0");
    kc_registry_destroy(r);
    remove_place(&p);
}

static void a_range_chooses_among_the_versions_side_by_side(void **state)
{
    static const char alias[] = "org.example.GoodSource";
    struct place p = make_place();
    struct kc_error err = KC_ERROR_INIT;
    struct kc_registry *r;

    (void)state;
    install(&p, "good.so", "a.so", -1);
    install(&p, "newer.so", "b.so", -1);
    r = scan(&p);
    assert_string_equal(kc_registry_select(r, 0, "good-source", NULL, &err)->version, "1.0.10");
    assert_string_equal(kc_registry_select(r, 0, "good-source", "latest", &err)->version, "1.0.10");
    assert_string_equal(kc_registry_select(r, KC_KIND_SOURCE, alias, "1.0.0", &err)->version, "1.0.0");
    assert_string_equal(kc_registry_select(r, 0, "good-source", "[1.0,1.0.10)", &err)->version, "1.0.0");
    assert_null(kc_registry_select(r, 0, "good-source", "[2.0,)", &err));
    assert_int_equal(err.status, KC_ERR_CONFIG);
    assert_non_null(strstr(err.message, "in the range [2.0,); installed: 1.0.0, 1.0.10"));
    assert_null(kc_registry_select(r, 0, "good-source", "[2.0", &err));
    assert_non_null(strstr(err.message, "[2.0 is no range of versions: a bracket is not closed"));
    assert_null(kc_registry_select(r, 0, "bad-source", NULL, &err));
    assert_non_null(strstr(err.message, "no plugin named bad-source is installed"));
    kc_registry_destroy(r);
    remove_place(&p);
}

static void a_plugin_in_its_own_folder_finds_its_private_library(void **state)
{
    struct place p = make_place();
    char *folder = scratch_folder(p.path, "needy");
    struct kc_registry *r;

    (void)state;
    install(&p, "missing_library.so", "needy/missing_library.so", -1);
    install(&p, "no_symbol.so", "needy/no_symbol.so", -1);
    r = scan(&p);
    assert_int_equal(refused_count(r), 0); /* the library is not listed as a bad plugin */
    assert_non_null(kc_registry_find(r, 0, "test-source"));
    kc_registry_destroy(r);
    free(folder);
    remove_place(&p);
}

static void what_a_plugin_prints_is_not_taken_for_the_answer(void **state)
{
    struct place p = make_place();
    struct kc_registry *r;

    (void)state;
    install(&p, "talkative.so", "talkative.so", -1);
    r = scan(&p);
    assert_non_null(kc_registry_find(r, 0, "talkative-source"));
    kc_registry_destroy(r);
    remove_place(&p);
}

/* Scans one file and expects exactly this refusal. */
static void expect_refused(const char *name, long most, const char *reason, const char *words)
{
    struct place p = make_place();
    const struct kc_refused_info *refused;
    struct kc_registry *r;

    install(&p, name, "bad.so", most);
    r = scan(&p);
    if (refused_count(r) != 1)
        fail_msg("%s was not refused", name);
    refused = refused_at(r, 0);
    print_message("%s: %s: %s\n", name, refused->reason, refused->detail);
    assert_int_equal(count(r), 0);
    assert_string_equal(refused->reason, reason);
    assert_non_null(strstr(refused->detail, words));
    assert_non_null(strstr(refused->file, "/plugins/bad.so"));
    kc_registry_destroy(r);
    remove_place(&p);
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

static void of_two_majors_in_one_file_ours_is_taken(void **state)
{
    struct place p = make_place();
    struct kc_registry *r;

    (void)state;
    install(&p, "both_majors.so", "both_majors.so", -1);
    r = scan(&p);
    assert_int_equal(refused_count(r), 0);
    assert_non_null(kc_registry_find(r, 0, "test-source"));
    kc_registry_destroy(r);
    remove_place(&p);
}

/* A fixed sequence, so that a failure can be repeated. */
static uint32_t next_number(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void damaged_files_are_judged_without_harm(void **state)
{
    struct place p = make_place();
    char *good = scratch_path(plugins, "good.so"), *file = scratch_path(p.root, "damaged.so"), detail[256];
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
    remove_place(&p);
}

static void a_file_for_another_machine_or_no_elf_file_is_refused(void **state)
{
    struct place p = make_place();
    char *text = scratch_path(p.path, "text.so"), *other = scratch_path(p.path, "other.so");
    struct kc_registry *r;
    FILE *f;

    (void)state;
    scratch_write(text, "#!/bin/sh\n");
    install(&p, "good.so", "other.so", -1);
    f = fopen(other, "r+b");
    assert_non_null(f);
    assert_int_equal(fseek(f, 18, SEEK_SET), 0); /* e_machine */
    (void)fputc(8, f);                           /* MIPS */
    (void)fclose(f);
    r = scan(&p);
    assert_int_equal(refused_count(r), 2);
    assert_non_null(strstr(refused_at(r, 0)->detail, "another machine"));
    assert_non_null(strstr(refused_at(r, 1)->detail, "no ELF file"));
    kc_registry_destroy(r);
    free(text);
    free(other);
    remove_place(&p);
}

static void a_component_that_another_file_brought_is_a_duplicate(void **state)
{
    struct place p = make_place();
    struct kc_registry *r;

    (void)state;
    install(&p, "good.so", "a.so", -1);
    install(&p, "good.so", "b.so", -1);
    r = scan(&p);
    assert_int_equal(count(r), 2);
    assert_int_equal(refused_count(r), 1);
    assert_string_equal(refused_at(r, 0)->reason, "DUPLICATE");
    assert_non_null(strstr(refused_at(r, 0)->detail, "/plugins/a.so already"));
    kc_registry_destroy(r);
    remove_place(&p);
}

/* Probes one test plugin within limits and expects this refusal. */
static void expect_ended(const char *name, const struct kc_probe_limits *limits, const char *reason,
                         const char *words)
{
    char *file = scratch_path(plugins, name);
    struct kc_buf detail = {0};
    const char *got = NULL;

    assert_null(kc_probe_child(helper, file, limits, &got, &detail));
    print_message("%s: %s\n", name, detail.data);
    assert_string_equal(got, reason);
    assert_non_null(strstr(detail.data, words));
    kc_buf_finish(&detail);
    free(file);
}

static void a_plugin_that_hangs_is_killed_at_the_deadline(void **state)
{
    const struct kc_probe_limits limits = {.deadline_ms = 700};
    int64_t begun = kc_mono_ms();

    (void)state;
    expect_ended("hang_in_entry.so", &limits, "TIMEOUT",
                 "did not end within 700 ms in kc_plugin_v0 of hang_in_entry.so");
    assert_true(kc_mono_ms() - begun < KC_PROBE_DEADLINE_MS);
}

static void a_plugin_that_takes_too_much_memory_is_killed(void **state)
{
    const struct kc_probe_limits limits = {.deadline_ms = 60000, .memory_max_mb = 64};

    (void)state;
    expect_ended("greedy.so", &limits, "CRASHED",
                 "it took more than 64 MB of memory in kc_plugin_v0 of greedy.so");
}

static void a_missing_folder_and_hidden_files_are_passed_over(void **state)
{
    struct place p = make_place();
    const char *paths[] = {"/nowhere/at/all", p.path, p.path, NULL};
    struct kc_error err = KC_ERROR_INIT;
    struct kc_registry *r;

    (void)state;
    install(&p, "good.so", ".hidden.so", -1);
    install(&p, "good.so", "good.so", -1);
    install(&p, "good.so", "good.so.1", -1);
    r = kc_registry_scan(paths, p.state, helper, &err);
    assert_non_null(r);
    assert_int_equal(count(r), 2); /* the folder is given twice, its file counts once */
    assert_int_equal(refused_count(r), 0);
    kc_registry_destroy(r);
    remove_place(&p);
}

static void a_state_folder_that_can_not_be_made_is_an_error(void **state)
{
    const char *paths[] = {NULL};
    struct kc_error err = KC_ERROR_INIT;

    (void)state;
    assert_null(kc_registry_scan(paths, "/dev/null/x", helper, &err));
    assert_non_null(strstr(err.message, "/dev/null"));
}

static void versions_are_ordered_as_semantic_versioning_says(void **state)
{
    static const char *const order[] = {"0.9",          "1.0.0-alpha",   "1.0.0-alpha.1", "1.0.0-alpha.beta",
                                        "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0",         "1.0.9",
                                        "1.0.10",       "1.10.0",        "2.0.0"};

    (void)state;
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
        for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++) {
            int expected = (i > k) - (i < k), got = kc_version_compare(order[i], order[k]);

            assert_int_equal((got > 0) - (got < 0), expected);
        }
    assert_int_equal(kc_version_compare("1.0.0+a", "1.0.0+b"), 0);
    assert_int_equal(kc_version_compare("1.0", "1.0.0"), 0);
    assert_true(kc_version_compare("1.0-rc1", "1.0.0") < 0);
    assert_true(kc_version_compare("1", "1.0.1") < 0);
}

static void ranges_are_read_as_maven_reads_them(void **state)
{
    static const struct {
        const char *range, *inside, *outside;
    } cases[] = {
        {"1.2.3", "1.2.3", "1.2.4"},         {"1.2", "1.2.0", "1.2.1"},
        {" 1.2.3 ", "1.2.3", "1.2.2"},       {"[1.2.3]", "1.2.3", "1.2.4"},
        {"[1.0,2.0)", "1.0.0", "2.0.0"},     {"[1.0,2.0)", "1.99.1", "0.9"},
        {"[1.0,2.0)", "2.0-rc1", "1.0-rc1"}, {"(1.0,2.0]", "2.0", "1.0"},
        {"(,1.5]", "0.1", "1.5.1"},          {"[1.5,)", "99", "1.4.9"},
        {"[1.0,1.0]", "1.0", "1.0.1"},       {"[ 1.0 , 1.2 ] , [ 1.4 , )", "1.4", "1.3"},
        {"(,1.0],[1.2,)", "1.2", "1.1"},
    };
    static const char *const wrong[] = {
        "[1.0",          "[1.0,2.0", "(1.0)",      "[]",   "[1.0]]",        "[2.0,1.0]", "[1.0,1.0)",
        "[1.0,2.0,3.0]", "1.0,2.0",  "[1.0][2.0]", "1.0)", "[1.0,2.0),3.0", "[1.0,[2.0]"};
    struct kc_error err = KC_ERROR_INIT;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (kc_version_range_check(cases[i].range, &err) < 0)
            fail_msg("%s", err.message);
        if (!kc_version_in_range(cases[i].inside, cases[i].range))
            fail_msg("%s is not in %s", cases[i].inside, cases[i].range);
        if (kc_version_in_range(cases[i].outside, cases[i].range))
            fail_msg("%s is in %s", cases[i].outside, cases[i].range);
    }
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        if (kc_version_range_check(wrong[i], &err) == KC_OK)
            fail_msg("%s is taken for a range", wrong[i]);
        assert_non_null(strstr(err.message, wrong[i]));
        assert_false(kc_version_in_range("1.0", wrong[i]));
    }
    assert_true(kc_version_in_range("0.1", NULL) && kc_version_in_range("0.1", "") &&
                kc_version_in_range("0.1", "latest"));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_plugin_is_described_completely),
        cmocka_unit_test(a_plugin_is_loaded_from_a_private_copy_named_by_its_content),
        cmocka_unit_test(of_two_versions_the_higher_one_is_found),
        cmocka_unit_test(a_range_chooses_among_the_versions_side_by_side),
        cmocka_unit_test(ranges_are_read_as_maven_reads_them),
        cmocka_unit_test(a_plugin_in_its_own_folder_finds_its_private_library),
        cmocka_unit_test(what_a_plugin_prints_is_not_taken_for_the_answer),
        cmocka_unit_test(each_bad_plugin_is_refused_with_its_own_reason),
        cmocka_unit_test(of_two_majors_in_one_file_ours_is_taken),
        cmocka_unit_test(damaged_files_are_judged_without_harm),
        cmocka_unit_test(a_file_for_another_machine_or_no_elf_file_is_refused),
        cmocka_unit_test(a_component_that_another_file_brought_is_a_duplicate),
        cmocka_unit_test(a_plugin_that_hangs_is_killed_at_the_deadline),
        cmocka_unit_test(a_plugin_that_takes_too_much_memory_is_killed),
        cmocka_unit_test(a_missing_folder_and_hidden_files_are_passed_over),
        cmocka_unit_test(a_state_folder_that_can_not_be_made_is_an_error),
        cmocka_unit_test(versions_are_ordered_as_semantic_versioning_says),
    };

    if (argc != 3) {
        (void)fprintf(stderr, "usage: %s PROBE-EXECUTABLE FOLDER-OF-TEST-PLUGINS\n", argv[0]);
        return 2;
    }
    helper = argv[1];
    plugins = argv[2];
    kc_log_set_level(KC_LOG_OFF);
    /* meson test points it at every library of the build, also the one that is to be missing. */
    (void)unsetenv("LD_LIBRARY_PATH");
    return cmocka_run_group_tests_name("registry", tests, NULL, NULL);
}
