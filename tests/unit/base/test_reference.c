/* test_reference.c - what is a reference to a config provider, and what only looks like one. */
#include "../cm.h"

#include <stdio.h>
#include <string.h>

#include "base/reference.h"

static const struct {
    const char *value, *found; /* "provider|path|key" of each, with a blank behind it */
    bool all;
} cases[] = {
    {"", "", false},
    {"plain", "", false},
    {"${env:X}", "env||X ", true},
    {"${file:/a/b.properties:key}", "file|/a/b.properties|key ", true},
    {"${file:/a:b:c}", "file|/a|b:c ", true},
    {"${file::key}", "file||key ", true},
    {"${file:/a:}", "file|/a| ", true},
    {"${env:}", "env|| ", true},
    {" ${env:X}", "env||X ", false},
    {"${env:X} ", "env||X ", false},
    {"a${env:X}b${env:Y}c", "env||X env||Y ", false},
    {"${env:X}${env:Y}", "env||X env||Y ", false},
    {"${topic}-${timestamp}", "", false},
    {"${1}:x", "", false},
    {"${", "", false},
    {"${env:X", "", false},
    {"${env:X${env:Y}", "env|X${env|Y ", true},
    {"${env:${env:X}}", "env|${env|X ", false},
    {"${a${env:X}", "a${env||X ", false},
    {"$${env:X}", "env||X ", false},
    {"$ {env:X}", "", false},
    {"{env:X}", "", false},
    {"${a}${env:X}", "env||X ", false},
    {"${env:a\nb}", "env||a\nb ", true},
    {"${:X}", "||X ", false},
    {"${no name:X}", "no name||X ", false},
    {"${env:\xc3\xa9}", "env||\xc3\xa9 ", true},
};

static void references_are_found_as_kafka_finds_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *at = cases[i].value;
        struct kc_reference r;
        char found[256] = "";

        while (kc_reference_next(at, &r)) {
            size_t n = strlen(found);

            (void)snprintf(found + n, sizeof(found) - n, "%.*s|%.*s|%.*s ", (int)r.provider_len, r.provider,
                           (int)r.path_len, r.path, (int)r.key_len, r.key);
            assert_memory_equal(r.text, "${", 2);
            assert_int_equal(r.text[r.len - 1], '}');
            at = r.text + r.len;
        }
        assert_string_equal(found, cases[i].found);
        assert_int_equal(kc_reference_is_all(cases[i].value), cases[i].all);
    }
}

static void a_name_is_compared_whole(void **state)
{
    struct kc_reference r;

    (void)state;
    assert_true(kc_reference_next("${env:X}", &r));
    assert_true(kc_reference_is_of(&r, "env"));
    assert_false(kc_reference_is_of(&r, "en"));
    assert_false(kc_reference_is_of(&r, "envs"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references_are_found_as_kafka_finds_them),
        cmocka_unit_test(a_name_is_compared_whole),
    };

    return cmocka_run_group_tests_name("reference", tests, NULL, NULL);
}
