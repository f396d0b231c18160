/* test_config_resolve.c - references replaced by what the real plugin of plugins/providers answers. */
#include "../cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "task/config_resolve.h"
#include "task/host_table.h"

static const char *plugin;
static char file[] = "/tmp/kc-resolve-XXXXXX";

/* file and env, and one that calls itself env but permits nothing. */
static cJSON *providers(void)
{
    struct kc_error err = KC_ERROR_INIT;
    char text[2048];
    cJSON *json;

    (void)snprintf(
        text, sizeof(text),
        "[{\"name\":\"f\",\"id\":\"org.apache.kafka.common.config.provider.FileConfigProvider\","
        "\"file\":\"%s\",\"config\":{}},"
        "{\"name\":\"env\",\"id\":\"env\",\"file\":\"%s\",\"config\":{\"allowlist.pattern\":\"KC_T.*\"}},"
        "{\"name\":\"bad\",\"id\":\"file\",\"file\":\"%s\",\"config\":{\"allowed.paths\":\"nowhere\"}},"
        "{\"name\":\"gone\",\"id\":\"no-such\",\"file\":\"%s\",\"config\":{}}]",
        plugin, plugin, plugin, plugin);
    json = kc_json_parse(text, strlen(text), &err);
    assert_non_null(json);
    return json;
}

static kc_status resolve(struct kc_props *const *props, size_t n, struct kc_error *err)
{
    struct kc_resolver resolver = {.providers = providers(), .host = kc_host_table()};
    kc_status status = kc_config_resolve(&resolver, props, n, err);

    cJSON_Delete((cJSON *)(uintptr_t)resolver.providers);
    return status;
}

/* One value; what becomes of it is in `out`, or the sentence. */
static kc_status resolve_one(const char *value, char *out, size_t size)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_props *props = kc_props_create();
    kc_status status;

    assert_int_equal(kc_props_set(props, "database.password", value), KC_OK);
    status = resolve(&props, 1, &err);
    (void)snprintf(out, size, "%s", status < 0 ? err.message : kc_props_get(props, "database.password"));
    if (status < 0)
        assert_string_equal(kc_props_get(props, "database.password"), value);
    kc_props_destroy(props);
    return status;
}

static void references_are_replaced_and_all_else_stays(void **state)
{
    static const char *const cases[][2] = {
        {"plain", "plain"},
        {"", ""},
        {"${env:KC_T_A}", "alpha"},
        {"${env::KC_T_A}", "alpha"},
        {"<${env:KC_T_A}${env:KC_T_B}> ${env:KC_T_A}", "<alphabe}ta> alpha"},
        {"${f:FILE:password}", "se cret"},
        {"${f:FILE:user}:${f:FILE:password}@${env:KC_T_A}", "me:se cret@alpha"},
        {"${f:FILE:a:b}", "colon"},
        {"${f:FILE:empty}", ""},
        {"${env:KC_T_NESTED}", "${env:KC_T_A}"}, /* an answer is not searched again */
        {"${other:KC_T_A}", "${other:KC_T_A}"},
        {"${other:x}${env:KC_T_A}${topic}", "${other:x}alpha${topic}"},
        {"${env:KC_T_A", "${env:KC_T_A"},
        {"${envs:KC_T_A}${:x}", "${envs:KC_T_A}${:x}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char value[512] = "", out[512];

        for (const char *p = cases[i][0]; *p != '\0'; p++) { /* FILE stands for the file */
            bool here = strncmp(p, "FILE", 4) == 0;
            size_t n = strlen(value);

            (void)snprintf(value + n, sizeof(value) - n, "%.*s", here ? (int)strlen(file) : 1,
                           here ? file : p);
            p += here ? 3 : 0;
        }
        assert_int_equal(resolve_one(value, out, sizeof(out)), KC_OK);
        assert_string_equal(out, cases[i][1]);
    }
}

static void failures_name_key_and_provider_and_no_value(void **state)
{
    static const char *const cases[][2] = {
        {"${f:/nowhere/x:password}",
         "database.password: config provider f: cannot read /nowhere/x: No such file or directory"},
        {"${f:FILE:missing}", "database.password: the config provider f has no key \"missing\" in FILE"},
        {"${f:FILE:password}${f:FILE:missing}", "the config provider f has no key \"missing\" in FILE"},
        {"${env:KC_T_MISSING}", "database.password: the config provider env has no key \"KC_T_MISSING\""},
        {"${env:PATH}", "config provider env: the environment variable PATH is not one"},
        {"${env:KC_T_A}${env:PATH}", "config provider env: the environment variable PATH is not one"},
        {"${env:/x:KC_T_A}", "config provider env: a reference to an environment variable has no path"},
        {"${bad:/x:y}",
         "database.password: config provider bad: allowed.paths: nowhere is not an absolute path"},
        {"${gone:y}", "database.password: config provider gone: the plugin "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[2][512], out[512];

        for (int side = 0; side < 2; side++) {
            const char *from = cases[i][side];

            text[side][0] = '\0';
            while (*from != '\0') {
                const char *next = strstr(from, "FILE");
                size_t n = strlen(text[side]), len = next == NULL ? strlen(from) : (size_t)(next - from);

                (void)snprintf(text[side] + n, sizeof(text[side]) - n, "%.*s%s", (int)len, from,
                               next == NULL ? "" : file);
                from += len + (next == NULL ? 0 : 4);
            }
        }
        assert_int_equal(resolve_one(text[0], out, sizeof(out)), KC_ERR_CONFIG);
        if (strstr(out, text[1]) == NULL)
            print_error("%s: %s\n", text[0], out);
        assert_non_null(strstr(out, text[1]));
        assert_null(strstr(out, "se cret"));
        assert_null(strstr(out, "alpha"));
    }
}

static void several_configurations_are_resolved_together_or_not_at_all(void **state)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_props *props[] = {kc_props_create(), NULL, kc_props_create()};

    (void)state;
    assert_int_equal(kc_props_set(props[0], "a", "${env:KC_T_A}"), KC_OK);
    assert_int_equal(kc_props_set(props[2], "b", "${env:KC_T_B}"), KC_OK);
    assert_int_equal(kc_props_set(props[2], "c", "${env:KC_T_MISSING}"), KC_OK);
    assert_int_equal(resolve(props, 3, &err), KC_ERR_CONFIG);
    assert_string_equal(kc_props_get(props[0], "a"), "${env:KC_T_A}");
    assert_memory_equal(err.message, "c: ", 3);
    assert_true(kc_props_remove(props[2], "c"));
    assert_int_equal(resolve(props, 3, &err), KC_OK);
    assert_string_equal(kc_props_get(props[0], "a"), "alpha");
    assert_string_equal(kc_props_get(props[2], "b"), "be}ta");
    kc_props_destroy(props[0]);
    kc_props_destroy(props[2]);
}

static void what_comes_of_references_is_bounded(void **state)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_props *props = kc_props_create();
    struct kc_buf many = {0}, different = {0};
    char big[1 << 12];

    (void)state;
    memset(big, 'x', sizeof(big) - 1);
    big[sizeof(big) - 1] = '\0';
    assert_int_equal(setenv("KC_T_BIG", big, 1), 0);
    for (int i = 0; i < 300; i++)
        kc_buf_str(&many, "${env:KC_T_BIG}");
    assert_int_equal(kc_props_set(props, "many", many.data), KC_OK);
    assert_int_equal(resolve(&props, 1, &err), KC_ERR_CONFIG);
    assert_non_null(strstr(err.message, "many: "));
    assert_non_null(strstr(err.message, "longer than 1 MiB"));
    for (int i = 0; i <= KC_RESOLVE_MAX_REFERENCES; i++)
        kc_buf_printf(&different, "${env:KC_T_%d}", i);
    assert_int_equal(kc_props_set(props, "many", different.data), KC_OK);
    assert_int_equal(resolve(&props, 1, &err), KC_ERR_CONFIG);
    assert_non_null(strstr(err.message, "more than 1000 different references"));
    kc_buf_finish(&many);
    kc_buf_finish(&different);
    kc_props_destroy(props);
}

static int prepare(void **state)
{
    static const char text[] = "user=me\npassword=se cret\na\\:b=colon\nempty=\n";
    int fd = mkstemp(file);

    (void)state;
    (void)setenv("KC_T_A", "alpha", 1);
    (void)setenv("KC_T_B", "be}ta", 1);
    (void)setenv("KC_T_NESTED", "${env:KC_T_A}", 1);
    if (fd < 0 || write(fd, text, sizeof(text) - 1) != (ssize_t)sizeof(text) - 1)
        return 1;
    return close(fd);
}

static int clean(void **state)
{
    (void)state;
    return unlink(file);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references_are_replaced_and_all_else_stays),
        cmocka_unit_test(failures_name_key_and_provider_and_no_value),
        cmocka_unit_test(several_configurations_are_resolved_together_or_not_at_all),
        cmocka_unit_test(what_comes_of_references_is_bounded),
    };

    assert_int_equal(argc, 2);
    plugin = argv[1];
    return cmocka_run_group_tests_name("config_resolve", tests, prepare, clean);
}
