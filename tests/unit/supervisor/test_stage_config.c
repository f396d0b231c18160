/* Transforms, predicates and converters in a configuration, checked against a real plugin's declarations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <kconnect/plugin.h>

#include "config_bench.h"
#include "plugin/connector_config.h"
#include "plugin/install.h"
#include "plugin/stage_keys.h"
#include "scratch.h"
#include "task_plugins.h"

static const char *helper, *plugins;

static int scan_plugins(void **state)
{
    char *good = scratch_path(plugins, "good.so"), *stages = scratch_path(plugins, "stages.so");
    const char *paths[] = {good, stages, NULL};

    (void)state;
    config_bench_scan(paths, helper);
    free(good);
    free(stages);
    return 0;
}

#define GOOD "name", "orders", "connector.class", "good-source", "host", "here"
/* Version 1.0.0 is the one with keys. */
#define ROUTE                                                                                                \
    GOOD, "transforms", "a", "transforms.a.type", "org.example.Route$Value", "transforms.a.plugin.version",  \
        "1.0.0", "transforms.a.regex", "x"
#define MATCH "predicates", "p", "predicates.p.type", "Match", "predicates.p.pattern", ".*"

/* Takes over `config`. `sentence` may be a beginning. */
static void expect_problem(struct kc_props *config, const char *key, const char *sentence)
{
    struct problems p = {0};
    size_t n = kc_connector_config_check(registry, config, note_problem, &p);

    if (n != 1 || p.n != 1 || strcmp(p.key[0], key) != 0 ||
        strncmp(p.text[0], sentence, strlen(sentence)) != 0)
        fail_msg("%zu problems, the first with %s: %s", n, p.key[0], p.text[0]);
    kc_props_destroy(config);
}

static void expect_fine(struct kc_props *config)
{
    struct problems p = {0};

    if (kc_connector_config_check(registry, config, note_problem, &p) != 0)
        fail_msg("%s: %s", p.key[0], p.text[0]);
    kc_props_destroy(config);
}

static void sound_stages_have_no_problem(void **state)
{
    (void)state;
    expect_fine(PROPS(ROUTE, MATCH, "transforms.a.predicate", "p", "transforms.a.negate", "TRUE",
                      "header.converter", "simple", "header.converter.depth", "3"));
    expect_fine(PROPS(GOOD, "transforms", "a, b.c", "transforms.a.type", "Route", "transforms.b.c.type",
                      "Route", "transforms.left.over", "of an alias that is not listed"));
}

static void each_rule_has_its_sentence(void **state)
{
    (void)state;
    expect_problem(
        PROPS(GOOD, "transforms", "a", "transforms.a.type", "nope"), "transforms.a.type",
        "Invalid value nope for configuration transforms.a.type: Class nope could not be found; installed "
        "transforms are: Route.");
    expect_problem(PROPS(GOOD, "transforms", "a", "transforms.a.type", "Match"), "transforms.a.type",
                   "Invalid value Match for configuration transforms.a.type: Class Match could not be found");
    expect_problem(PROPS(GOOD, "predicates", "p", "predicates.p.type", "Route"), "predicates.p.type",
                   "Invalid value Route for configuration predicates.p.type: Class Route could not be found; "
                   "installed predicates are: Match.");
    expect_problem(PROPS(GOOD, "transforms", "a", "transforms.a.type", "Route", "transforms.a.plugin.version",
                         "[1.0,2.0)"),
                   "transforms.a.regex",
                   "Missing required configuration \"transforms.a.regex\" which has no default value.");
    expect_problem(PROPS(ROUTE, "transforms.a.times", "4"), "transforms.a.times",
                   "Invalid value 4 for configuration transforms.a.times: Value must be no more than 3");
    expect_problem(
        PROPS(ROUTE, "transforms.a.where", "up"), "transforms.a.where",
        "Invalid value up for configuration transforms.a.where: String must be one of: front, back");
    expect_problem(
        PROPS(GOOD, "transforms", "a", "transforms.a.type", "Route", "transforms.a.plugin.version", "[3.0,)"),
        "transforms.a.plugin.version", "transforms.a.plugin.version: ");
    expect_problem(
        PROPS(GOOD, "transforms", "a,b , a", "transforms.a.type", "Route", "transforms.b.type", "Route"),
        "transforms", "Invalid value [a,b , a] for configuration transforms: Duplicate alias provided.");
    expect_problem(
        PROPS(GOOD, "header.converter", "nope"), "header.converter",
        "Invalid value nope for configuration header.converter: Class nope could not be found; installed "
        "converters are: simple.");
    expect_problem(PROPS(GOOD, "header.converter", "simple", "header.converter.depth", "x"),
                   "header.converter.depth",
                   "Invalid value x for configuration header.converter.depth: Not a number of type INT");
    expect_problem(PROPS(GOOD, "connector.plugin.version", "7"), "connector.plugin.version",
                   "Invalid value 7 for configuration connector.plugin.version: ");
    expect_problem(PROPS(GOOD, "value.converter", "good-converter", "value.converter.plugin.version", "7"),
                   "value.converter.plugin.version",
                   "Invalid value 7 for configuration value.converter.plugin.version: ");
}

static void predicates_must_be_there_and_have_none_themselves(void **state)
{
    (void)state;
    expect_problem(PROPS(ROUTE, "transforms.a.predicate", "p"), "transforms.a.predicate",
                   "Invalid value p for configuration transforms.a.predicate: no predicate has this alias");
    expect_problem(
        PROPS(ROUTE, MATCH, "transforms.a.negate", "true"), "transforms.a.negate",
        "Config 'transforms.a.negate' was provided but there is no config 'transforms.a.predicate' "
        "defining a predicate to be negated.");
    expect_problem(
        PROPS(ROUTE, MATCH, "transforms.a.predicate", "p", "transforms.a.negate", "no"),
        "transforms.a.negate",
        "Invalid value no for configuration transforms.a.negate: Expected value to be either true or false");
    expect_problem(
        PROPS(ROUTE, MATCH, "predicates.p.predicate", "p"), "predicates.p.predicate",
        "Invalid value p for configuration predicates.p.predicate: a predicate cannot depend on a predicate");
    expect_problem(PROPS(GOOD, "predicates", "p", "predicates.p.type", "Match"), "predicates.p.pattern",
                   "Missing required configuration \"predicates.p.pattern\" which has no default value.");
}

static void secrets_of_stages_are_masked(void **state)
{
    struct kc_props *config = PROPS(ROUTE, MATCH, "transforms.a.lookup.phrase", "s1", "predicates.p.pin",
                                    "s2", "header.converter", "simple", "header.converter.pin", "s3",
                                    "transforms.b.type", "Route", "transforms.b.plugin.version", "1.0.0",
                                    "transforms.b.lookup.phrase", "s4", "transforms.c.password", "s5");
    struct kc_props *masked = kc_connector_config_masked(registry, config);

    (void)state;
    for (size_t i = 0; i < kc_props_count(masked); i++) {
        bool secret = kc_props_value(config, i)[0] == 's' && kc_props_value(config, i)[2] == '\0';

        assert_string_equal(kc_props_value(masked, i), secret ? KC_PASSWORD_MASK : kc_props_value(config, i));
    }
    kc_props_destroy(masked);
    kc_props_destroy(config);
}

static const struct kc_key_info *key_of(const struct kc_stage_keys *k, const char *name)
{
    for (size_t i = 0; i < k->n; i++)
        if (strcmp(k->keys[i].name, name) == 0)
            return &k->keys[i];
    return NULL;
}

static void keys_of_stages_are_in_kafka_connects_groups(void **state)
{
    static const char *const order[] = {
        "transforms.a.type",           "transforms.a.plugin.version", "transforms.a.predicate",
        "transforms.a.negate",         "transforms.a.regex",          "transforms.a.where",
        "transforms.a.times",          "transforms.a.lookup.phrase",  "predicates.p.type",
        "predicates.p.plugin.version", "predicates.p.pattern",        "predicates.p.pin"};
    struct kc_props *config = PROPS(ROUTE, MATCH);
    struct kc_stage_keys keys;

    (void)state;
    kc_stage_keys_make(&keys, registry, NULL, config);
    assert_false(keys.failed);
    assert_int_equal(keys.n, sizeof(order) / sizeof(order[0]));
    for (size_t i = 0; i < keys.n; i++)
        assert_string_equal(keys.keys[i].name, order[i]);
    assert_string_equal(keys.keys[0].group, "Transforms: a");
    assert_string_equal(keys.keys[0].display_name, "Transformation type for a");
    assert_string_equal(keys.keys[0].doc, "Class for the 'a' transformation.");
    assert_string_equal(keys.keys[0].choices[0], "Route");
    assert_null(keys.keys[0].choices[1]);
    assert_int_equal(keys.keys[4].order, 4);
    assert_string_equal(keys.keys[4].display_name, "regex");
    assert_string_equal(key_of(&keys, "transforms.a.where")->group, "Transforms: a: Place");
    assert_string_equal(key_of(&keys, "transforms.a.where")->dependents[0], "transforms.a.regex");
    assert_string_equal(key_of(&keys, "predicates.p.pattern")->group, "Predicates: p");
    kc_stage_keys_finish(&keys);
    kc_props_destroy(config);
}

/* "role=id version" of each, with blanks between. */
static char *roles(struct kc_props *worker, struct kc_props *config, struct kc_error *err)
{
    const struct kc_component_info *connector;
    cJSON *list = kc_task_plugins(registry, worker, config, &connector, err);
    struct kc_buf out = {0};
    const cJSON *item;

    kc_buf_str(&out, list == NULL ? "none" : "");
    cJSON_ArrayForEach(item, list)
    {
        kc_buf_printf(
            &out, "%s%s=%s %s", out.len > 0 ? ", " : "", cJSON_GetObjectItem(item, "role")->valuestring,
            cJSON_GetObjectItem(item, "id")->valuestring, cJSON_GetObjectItem(item, "version")->valuestring);
    }
    cJSON_Delete(list);
    kc_props_destroy(worker);
    kc_props_destroy(config);
    return kc_buf_take(&out);
}

static void a_task_loads_its_stages_in_their_order_and_versions(void **state)
{
    struct kc_error err = KC_ERROR_INIT;
    char *list = roles(PROPS("header.converter", "simple"),
                       PROPS(GOOD, MATCH, "transforms", "b,a", "transforms.a.type", "Route",
                             "transforms.a.predicate", "p", "transforms.b.type", "Route",
                             "transforms.b.predicate", "p", "transforms.b.plugin.version", "[1,2)"),
                       &err);

    (void)state;
    assert_string_equal(list, "connector=good-source 1.0.0, key.converter=good-converter 1.0.0, "
                              "value.converter=good-converter 1.0.0, header.converter=simple 1.0.0, "
                              "transforms.b=Route 1.0.0, predicates.p=Match 1.0.0, transforms.a=Route 2.0.0");
    free(list);
    list = roles(NULL, PROPS(GOOD, "transforms", "a", "transforms.a.type", "nope"), &err);
    assert_string_equal(list, "none");
    free(list);
    assert_non_null(strstr(err.message, "transforms.a.type"));
    list = roles(PROPS("key.converter", "gone"), PROPS(GOOD), &err);
    assert_string_equal(list, "none");
    free(list);
    assert_string_equal(
        err.message,
        "key.converter: the worker's gone is not installed on this worker, or not in a version that "
        "key.converter.plugin.version allows");
}

static void the_keys_of_a_converter_stand_where_its_name_stands(void **state)
{
    struct kc_props *worker = PROPS("key.converter", "good-converter", "key.converter.depth", "2",
                                    "value.converter", "good-converter", "value.converter.depth", "4");
    struct kc_props *config = PROPS(GOOD, "key.converter.depth", "7", "value.converter", "good-converter",
                                    "value.converter.passphrase", "p");
    struct kc_props *task = kc_task_config(worker, config);

    (void)state;
    assert_string_equal(kc_props_get(task, "key.converter.depth"), "2");
    assert_null(kc_props_get(task, "value.converter.depth"));
    assert_string_equal(kc_props_get(task, "value.converter.passphrase"), "p");
    kc_props_destroy(task);
    kc_props_destroy(worker);
    kc_props_destroy(config);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sound_stages_have_no_problem),
        cmocka_unit_test(each_rule_has_its_sentence),
        cmocka_unit_test(predicates_must_be_there_and_have_none_themselves),
        cmocka_unit_test(secrets_of_stages_are_masked),
        cmocka_unit_test(keys_of_stages_are_in_kafka_connects_groups),
        cmocka_unit_test(a_task_loads_its_stages_in_their_order_and_versions),
        cmocka_unit_test(the_keys_of_a_converter_stand_where_its_name_stands),
    };

    assert_int_equal(argc, 3);
    helper = argv[1];
    plugins = argv[2];
    return cmocka_run_group_tests_name("stage_config", tests, scan_plugins, config_bench_forget);
}
