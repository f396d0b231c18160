/* Good plugins, scanned, staged and probed in real children; which of their versions is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include <kconnect/plugin.h>

#include "plugin/version_order.h"
#include "plugin/version_range.h"
#include "registry_bench.h"
#include "scratch.h"

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
    struct place p = place_make();
    const struct kc_component_info *c;
    struct kc_registry *r;

    (void)state;
    place_install(&p, "good.so", "good.so", -1);
    r = place_scan(&p);
    assert_int_equal(component_count(r), 2);
    assert_int_equal(refused_count(r), 0);
    assert_string_equal(component_at(r, 0)->id, "good-converter");
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
    place_remove(&p);
}

static void a_plugin_is_loaded_from_a_private_copy_named_by_its_content(void **state)
{
    struct place p = place_make();
    struct kc_registry *r, *again;
    const char *staged;
    struct stat st;

    (void)state;
    place_install(&p, "good.so", "good.so", -1);
    r = place_scan(&p);
    staged = component_at(r, 0)->file;
    assert_int_equal(strncmp(staged, p.state, strlen(p.state)), 0);
    assert_int_equal(strlen(staged), strlen(p.state) + strlen("/plugins/") + 64 + strlen("/good.so"));
    assert_non_null(strstr(component_at(r, 0)->origin, "/plugins/good.so"));
    assert_int_equal(stat(staged, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0500);
    again = place_scan(&p);
    assert_string_equal(component_at(again, 0)->file, staged);
    kc_registry_destroy(again);
    kc_registry_destroy(r);
    place_remove(&p);
}

static void of_two_versions_the_higher_one_is_found(void **state)
{
    struct place p = place_make();
    struct kc_registry *r;

    (void)state;
    place_install(&p, "good.so", "a.so", -1);
    place_install(&p, "newer.so", "b.so", -1);
    r = place_scan(&p);
    assert_int_equal(component_count(r), 3);
    assert_string_equal(kc_registry_find(r, 0, "good-source")->version, "1.0.10");
    assert_string_equal(component_at(r, 1)->version, "1.0.0");
    kc_registry_destroy(r);
    place_remove(&p);
}

static void a_range_chooses_among_the_versions_side_by_side(void **state)
{
    static const char alias[] = "org.example.GoodSource";
    struct place p = place_make();
    struct kc_error err = KC_ERROR_INIT;
    struct kc_registry *r;

    (void)state;
    place_install(&p, "good.so", "a.so", -1);
    place_install(&p, "newer.so", "b.so", -1);
    r = place_scan(&p);
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
    place_remove(&p);
}

static void a_plugin_in_its_own_folder_finds_its_private_library(void **state)
{
    struct place p = place_make();
    char *folder = scratch_folder(p.path, "needy");
    struct kc_registry *r;

    (void)state;
    place_install(&p, "missing_library.so", "needy/missing_library.so", -1);
    place_install(&p, "no_symbol.so", "needy/no_symbol.so", -1);
    r = place_scan(&p);
    assert_int_equal(refused_count(r), 0); /* the library is not listed as a bad plugin */
    assert_non_null(kc_registry_find(r, 0, "test-source"));
    kc_registry_destroy(r);
    free(folder);
    place_remove(&p);
}

static void what_a_plugin_prints_is_not_taken_for_the_answer(void **state)
{
    struct place p = place_make();
    struct kc_registry *r;

    (void)state;
    place_install(&p, "talkative.so", "talkative.so", -1);
    r = place_scan(&p);
    assert_non_null(kc_registry_find(r, 0, "talkative-source"));
    kc_registry_destroy(r);
    place_remove(&p);
}

static void of_two_majors_in_one_file_ours_is_taken(void **state)
{
    struct place p = place_make();
    struct kc_registry *r;

    (void)state;
    place_install(&p, "both_majors.so", "both_majors.so", -1);
    r = place_scan(&p);
    assert_int_equal(refused_count(r), 0);
    assert_non_null(kc_registry_find(r, 0, "test-source"));
    kc_registry_destroy(r);
    place_remove(&p);
}

static void a_missing_folder_and_hidden_files_are_passed_over(void **state)
{
    struct place p = place_make();
    const char *paths[] = {"/nowhere/at/all", p.path, p.path, NULL};
    struct kc_error err = KC_ERROR_INIT;
    struct kc_registry *r;

    (void)state;
    place_install(&p, "good.so", ".hidden.so", -1);
    place_install(&p, "good.so", "good.so", -1);
    place_install(&p, "good.so", "good.so.1", -1);
    r = registry_scan(paths, p.state, probe_helper, &err);
    assert_non_null(r);
    assert_int_equal(component_count(r), 2); /* the folder is given twice, its file counts once */
    assert_int_equal(refused_count(r), 0);
    kc_registry_destroy(r);
    place_remove(&p);
}

static void a_state_folder_that_can_not_be_made_is_an_error(void **state)
{
    const char *paths[] = {NULL};
    struct kc_error err = KC_ERROR_INIT;

    (void)state;
    assert_null(registry_scan(paths, "/dev/null/x", probe_helper, &err));
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
        cmocka_unit_test(a_plugin_in_its_own_folder_finds_its_private_library),
        cmocka_unit_test(what_a_plugin_prints_is_not_taken_for_the_answer),
        cmocka_unit_test(of_two_majors_in_one_file_ours_is_taken),
        cmocka_unit_test(a_missing_folder_and_hidden_files_are_passed_over),
        cmocka_unit_test(a_state_folder_that_can_not_be_made_is_an_error),
        cmocka_unit_test(versions_are_ordered_as_semantic_versioning_says),
        cmocka_unit_test(ranges_are_read_as_maven_reads_them),
    };

    if (!registry_bench_start(argc, argv))
        return 2;
    return cmocka_run_group_tests_name("registry", tests, NULL, NULL);
}
