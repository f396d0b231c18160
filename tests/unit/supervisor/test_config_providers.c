/* test_config_providers.c - references to config providers, as far as the worker can tell: found, refused, shown, handed on. */
#include "../cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kconnect/plugin.h>

#include "base/json.h"
#include "config_bench.h"
#include "plugin/config_providers.h"
#include "plugin/install.h"
#include "scratch.h"

static const char *helper, *plugins, *providers;
static struct kc_props *worker;

#define GOOD "name", "orders", "connector.class", "good-source"

static int prepare(void **state)
{
    char *file = scratch_path(plugins, "good.so");
    const char *paths[] = {file, providers, NULL};

    (void)state;
    config_bench_scan(paths, helper);
    free(file);
    worker = PROPS("config.providers", "f, env ,gone", "config.providers.f.class", "FileConfigProvider",
                   "config.providers.f.param.allowed.paths", "/a,/b", "config.providers.env.class",
                   "org.apache.kafka.common.config.provider.EnvVarConfigProvider",
                   "config.providers.gone.class", "vault");
    return 0;
}

static int clean(void **state)
{
    kc_props_destroy(worker);
    return config_bench_forget(state);
}

static void note(void *arg, const char *key, const char *sentence)
{
    char *out = arg;
    size_t n = strlen(out);

    (void)snprintf(out + n, 2048 - n, "%s: %s\n", key, sentence);
}

/* `expected` NULL: nothing is wrong. */
static void expect(const char *key, const char *value, const char *expected)
{
    struct kc_props *config = PROPS(GOOD, key, value);
    char found[2048] = "";
    size_t n = kc_config_references_check(registry, worker, config, note, found);

    assert_int_equal(n, expected != NULL);
    if (expected != NULL && strstr(found, expected) == NULL)
        fail_msg("'%s' does not say '%s'", found, expected);
    kc_props_destroy(config);
}

static void what_the_worker_can_tell_is_said_by_key(void **state)
{
    (void)state;
    expect("host", "plain", NULL);
    expect("host", "${f:/a/x:y} and ${env:Z}", NULL);
    expect("host", "${topic} ${no name:x} ${:x}", NULL);
    expect("any.password", "${env:P}", NULL);
    expect("host", "${vault:x}",
           "host: Invalid value for configuration host: this worker has no config provider named "
           "vault; its config.providers are: f, env ,gone");
    expect("host", "${env:x} ${files:y}", "no config provider named files");
    expect("host", "${gone:x}",
           "host: Invalid value for configuration host: the worker's config.providers.gone.class "
           "names vault, and no config provider of that name is installed");
    expect("any.password", "se${cret:x}",
           "the value refers to a config provider that this worker does not have");
    expect("tasks.max", "${env:N}",
           "tasks.max: Invalid value for configuration tasks.max: the worker reads this key itself");
    expect("task.memory.max.mb", "${env:N}", "the worker reads this key itself");
    expect("value.converter", "${env:N}", "the worker reads this key itself");
    expect("transforms", "a,${env:N}", "the worker reads this key itself");
    expect("transforms.a.type", "${env:N}", "the worker reads this key itself");
    expect("transforms.a.predicate", "${env:N}", "the worker reads this key itself");
    expect("connector.plugin.version", "${env:N}", "the worker reads this key itself");
    expect("transforms.a.regex", "${env:N}", NULL);
    expect("value.converter.schemas.enable", "${env:N}", NULL);
    expect("producer.override.sasl.password", "${env:N}", NULL);
}

static void a_value_is_left_to_the_connectors_process_when_it_refers(void **state)
{
    struct kc_props *config = PROPS(GOOD, "a", "x${env:Y}", "b", "${vault:y}", "c", "plain");

    (void)state;
    assert_true(kc_config_refers(worker, config, "a"));
    assert_false(kc_config_refers(worker, config, "b"));
    assert_false(kc_config_refers(worker, config, "c"));
    assert_false(kc_config_refers(worker, config, "missing"));
    kc_props_destroy(config);
}

static void a_value_that_is_a_reference_is_shown(void **state)
{
    struct kc_props *config =
        PROPS(GOOD, "a.password", "${env:P}", "b.password", "x${env:P}", "c.password", "${env:P}x",
              "d.password", "${en v:P}", "producer.override.sasl.password", "${f:/a:b}");
    struct kc_props *masked = kc_connector_config_masked(registry, config);

    (void)state;
    assert_string_equal(kc_props_get(masked, "a.password"), "${env:P}");
    assert_string_equal(kc_props_get(masked, "b.password"), KC_PASSWORD_MASK);
    assert_string_equal(kc_props_get(masked, "c.password"), KC_PASSWORD_MASK);
    assert_string_equal(kc_props_get(masked, "d.password"), KC_PASSWORD_MASK);
    assert_string_equal(kc_props_get(masked, "producer.override.sasl.password"), "${f:/a:b}");
    kc_props_destroy(masked);
    kc_props_destroy(config);
}

static void a_process_is_told_of_the_providers_that_it_needs(void **state)
{
    struct kc_props *config = PROPS(GOOD, "a", "${f:/a:b}${f:/a:c}", "b", "${vault:x}${f:/b:c}");
    struct kc_error err = KC_ERROR_INIT;
    cJSON *list = kc_config_providers_json(registry, worker, config, &err);
    const cJSON *item = cJSON_GetArrayItem(list, 0);

    (void)state;
    assert_int_equal(cJSON_GetArraySize(list), 1);
    assert_string_equal(kc_json_text(item, "name"), "f");
    assert_string_equal(kc_json_text(item, "id"), "file");
    assert_non_null(strstr(kc_json_text(item, "file"), "kc-providers.so"));
    assert_string_equal(kc_json_text(kc_json_member(item, "config"), "allowed.paths"), "/a,/b");
    assert_int_equal(cJSON_GetArraySize(kc_json_member(item, "config")), 1);
    cJSON_Delete(list);
    assert_int_equal(kc_props_set(config, "c", "${gone:x}"), KC_OK);
    assert_null(kc_config_providers_json(registry, worker, config, &err));
    assert_memory_equal(err.message, "c: the worker's config.providers.gone.class names vault", 55);
    kc_props_destroy(config);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_worker_can_tell_is_said_by_key),
        cmocka_unit_test(a_value_is_left_to_the_connectors_process_when_it_refers),
        cmocka_unit_test(a_value_that_is_a_reference_is_shown),
        cmocka_unit_test(a_process_is_told_of_the_providers_that_it_needs),
    };

    assert_int_equal(argc, 4);
    helper = argv[1];
    plugins = argv[2];
    providers = argv[3];
    return cmocka_run_group_tests_name("config_providers", tests, prepare, clean);
}
