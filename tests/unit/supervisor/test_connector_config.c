/* Configurations of connectors, checked against real plugins' declarations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <kconnect/plugin.h>

#include "base/log.h"
#include "config_bench.h"
#include "plugin/config_value.h"
#include "plugin/connector_config.h"
#include "plugin/install.h"
#include "scratch.h"

static const char *helper, *plugins;

static int scan_plugins(void **state)
{
    char *file = scratch_path(plugins, "good.so");
    const char *paths[] = {file, NULL};

    (void)state;
    config_bench_scan(paths, helper);
    free(file);
    return 0;
}

#define GOOD "name", "orders", "connector.class", "good-source", "host", "here"

/* Takes over `config`. */
static void expect_problem(struct kc_props *config, const char *key, const char *sentence)
{
    struct problems p = {0};

    assert_int_equal(kc_connector_config_check(registry, config, note_problem, &p), 1);
    assert_int_equal(p.n, 1);
    assert_string_equal(p.key[0], key);
    assert_string_equal(p.text[0], sentence);
    kc_props_destroy(config);
}

static void expect_fine(struct kc_props *config)
{
    struct problems p = {0};
    size_t n = kc_connector_config_check(registry, config, note_problem, &p);

    if (n != 0)
        fail_msg("%s", p.text[0]);
    kc_props_destroy(config);
}

static void a_sound_configuration_has_no_problem(void **state)
{
    (void)state;
    expect_fine(PROPS(GOOD));
    expect_fine(PROPS("name", "a", "connector.class", "org.example.GoodSource", "host", "x", "port", " 8080 ",
                      "big", "-9223372036854775808", "ratio", "1e3", "fast", "TRUE", "names", "", "colour",
                      "green", "value.converter", "good-converter", "value.converter.depth", "9",
                      "whatever.else", "is kept", "producer.override.compression.type", "zstd", "transforms",
                      " "));
}

static void each_rule_has_its_sentence(void **state)
{
    (void)state;
    expect_problem(PROPS("name", "orders", "connector.class", "good-source"), "host",
                   "Missing required configuration \"host\" which has no default value.");
    expect_problem(PROPS(GOOD, "tasks.max", "0"), "tasks.max",
                   "Invalid value 0 for configuration tasks.max: Value must be at least 1");
    expect_problem(PROPS(GOOD, "tasks.max", "abc"), "tasks.max",
                   "Invalid value abc for configuration tasks.max: Not a number of type INT");
    expect_problem(PROPS(GOOD, "port", "65536"), "port",
                   "Invalid value 65536 for configuration port: Value must be no more than 65535");
    expect_problem(PROPS(GOOD, "port", "2147483648"), "port",
                   "Invalid value 2147483648 for configuration port: Not a number of type INT");
    expect_problem(PROPS(GOOD, "fast", "yes"), "fast",
                   "Invalid value yes for configuration fast: Expected value to be either true or false");
    expect_problem(PROPS(GOOD, "ratio", "1,5"), "ratio",
                   "Invalid value 1,5 for configuration ratio: Not a number of type DOUBLE");
    expect_problem(PROPS(GOOD, "colour", "blue"), "colour",
                   "Invalid value blue for configuration colour: String must be one of: red, green");
    expect_problem(PROPS(GOOD, "value.converter.depth", "10"), "value.converter.depth",
                   "Invalid value 10 for configuration value.converter.depth: Value must be no more than 9");
    expect_problem(
        PROPS(GOOD, "key.converter", "nope"), "key.converter",
        "Invalid value nope for configuration key.converter: Class nope could not be found; installed "
        "converters are: good-converter.");
    expect_problem(PROPS(GOOD, "producer.override.no.such", "1"), "producer.override.no.such",
                   "Unknown configuration producer.override.no.such: librdkafka has no property no.such.");
    expect_problem(PROPS(GOOD, "transforms", "unwrap"), "transforms.unwrap.type",
                   "Missing required configuration \"transforms.unwrap.type\" which has no default value.");
    expect_problem(PROPS(GOOD, "errors.retry.timeout", "-2"), "errors.retry.timeout",
                   "Invalid value -2 for configuration errors.retry.timeout: Value must be at least -1");
    expect_problem(
        PROPS("name", "orders", "connector.class", "nope"), "connector.class",
        "Failed to find any connector whose id or alias is nope; installed on this worker are: good-source. "
        "Put its plugin into plugin.path of every worker.");
    expect_problem(PROPS("name", "orders"), "connector.class",
                   "Missing required configuration \"connector.class\" which has no default value.");
    expect_problem(PROPS("connector.class", "good-source", "host", "x"), "name",
                   "Missing required configuration \"name\" which has no default value.");
}

static void several_problems_are_all_told(void **state)
{
    struct kc_props *config = PROPS("name", "Orders", "connector.class", "good-source", "port", "x");
    struct problems p = {0};

    (void)state;
    assert_int_equal(kc_connector_config_check(registry, config, note_problem, &p), 3);
    assert_int_equal(kc_connector_config_check(registry, config, NULL, NULL), 3);
    kc_props_destroy(config);
}

static void names_follow_the_rule(void **state)
{
    static const char *const good[] = {"a", "0", "a-", "mysql-orders-2",
                                       "123456789012345678901234567890123456789012345678"};
    static const char *const bad[] = {"",
                                      "-a",
                                      "A",
                                      "a_b",
                                      "a b",
                                      " a",
                                      "a.b",
                                      "caf\xc3\xa9",
                                      "a/b",
                                      "a\nb",
                                      "1234567890123456789012345678901234567890123456789"};

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct kc_error err = KC_ERROR_INIT;

        assert_int_equal(kc_connector_name_check(good[i], &err), KC_OK);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct kc_error err = KC_ERROR_INIT;

        assert_int_equal(kc_connector_name_check(bad[i], &err), KC_ERR_CONFIG);
        assert_non_null(strstr(err.message, "1 to 48 characters: digits, lower-case letters and hyphens"));
    }
}

static void secrets_are_masked_and_nothing_else(void **state)
{
    struct kc_props *config =
        PROPS(GOOD, "secret", "s1", "value.converter.passphrase", "s2", "value.converter.depth", "3",
              "producer.override.sasl.password", "s3", "producer.override.linger.ms", "5",
              "admin.override.sasl.oauthbearer.config", "s4", "Secret.of.nobody", "s5", "colour", "red");
    struct kc_props *masked = kc_connector_config_masked(registry, config);

    (void)state;
    for (size_t i = 0; i < kc_props_count(masked); i++) {
        bool secret = kc_props_value(config, i)[0] == 's' && kc_props_value(config, i)[2] == '\0';

        assert_string_equal(kc_props_key(masked, i), kc_props_key(config, i));
        assert_string_equal(kc_props_value(masked, i), secret ? KC_PASSWORD_MASK : kc_props_value(config, i));
    }
    kc_props_destroy(masked);
    kc_props_destroy(config);
}

static void without_its_plugin_a_secret_is_told_by_its_name(void **state)
{
    struct kc_props *config =
        PROPS("connector.class", "gone", "database.password", "s", "api.TOKEN", "s", "host", "h");

    (void)state;
    assert_true(kc_connector_config_secret(registry, config, "database.password"));
    assert_true(kc_connector_config_secret(registry, config, "api.TOKEN"));
    assert_false(kc_connector_config_secret(registry, config, "host"));
    kc_props_destroy(config);
}

static void a_secrets_value_is_in_no_sentence(void **state)
{
    struct kc_key_info key = {.name = "pin", .type = KC_CFG_PASSWORD, .flags = KC_CFG_ONE_OF};
    struct kc_buf problem = {0};

    (void)state;
    assert_false(kc_config_value_check(&key, "pin", "hunter2", &problem));
    assert_string_equal(problem.data,
                        "Invalid value [hidden] for configuration pin: String must be one of: ");
    kc_buf_finish(&problem);
}

static void the_mask_stands_for_the_stored_value(void **state)
{
    struct kc_props *stored = PROPS(GOOD, "secret", "s1", "colour", KC_PASSWORD_MASK);
    struct kc_props *config = PROPS(GOOD, "secret", KC_PASSWORD_MASK, "colour", KC_PASSWORD_MASK);
    struct kc_error err = KC_ERROR_INIT;

    (void)state;
    assert_int_equal(kc_connector_config_unmask(registry, config, stored, &err), KC_OK);
    assert_string_equal(kc_props_get(config, "secret"), "s1");
    assert_string_equal(kc_props_get(config, "colour"), KC_PASSWORD_MASK); /* no secret: means itself */
    assert_int_equal(kc_props_set(config, "secret", KC_PASSWORD_MASK), KC_OK);
    assert_int_equal(kc_connector_config_unmask(registry, config, NULL, &err), KC_ERR_CONFIG);
    assert_int_equal(strncmp(err.message, "secret: ", 8), 0);
    kc_props_destroy(config);
    kc_props_destroy(stored);
}

static const char *converter_id(const struct kc_props *worker, struct kc_props *config, const char *side)
{
    const struct kc_component_info *c = kc_connector_converter(registry, worker, config, side);

    kc_props_destroy(config);
    return c != NULL ? c->id : "none";
}

static void a_converter_comes_from_connector_worker_or_default_in_this_order(void **state)
{
    struct kc_props *worker = PROPS("value.converter", "worker-converter");

    (void)state;
    assert_string_equal(converter_id(worker, PROPS(GOOD, "value.converter", "good-converter"), "value"),
                        "good-converter");
    assert_string_equal(converter_id(worker, PROPS(GOOD), "value"), "none");
    assert_string_equal(converter_id(NULL, PROPS(GOOD), "value"), "good-converter");
    assert_string_equal(converter_id(NULL, PROPS(GOOD, "key.converter", "nope"), "key"), "none");
    kc_props_destroy(worker);
}

static void the_only_converter_there_is_serves_when_nobody_names_one(void **state)
{
    (void)state;
    assert_string_equal(converter_id(NULL, PROPS(GOOD), "key"), "good-converter");
}

static void the_common_keys_are_well_formed(void **state)
{
    static const uint32_t kinds[] = {KC_KIND_SOURCE, KC_KIND_SINK};

    (void)state;
    for (size_t k = 0; k < 2; k++) {
        size_t n;
        const struct kc_key_info *keys = kc_common_keys(kinds[k], &n);

        assert_string_equal(keys[0].name, "name");
        for (size_t i = 0; i < n; i++) {
            assert_non_null(keys[i].doc);
            assert_non_null(keys[i].group);
            assert_in_range(keys[i].type, KC_CFG_BOOLEAN, KC_CFG_PASSWORD);
            assert_in_range(keys[i].importance, KC_IMPORTANCE_HIGH, KC_IMPORTANCE_LOW);
        }
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_configuration_has_no_problem),
        cmocka_unit_test(each_rule_has_its_sentence),
        cmocka_unit_test(several_problems_are_all_told),
        cmocka_unit_test(names_follow_the_rule),
        cmocka_unit_test(secrets_are_masked_and_nothing_else),
        cmocka_unit_test(without_its_plugin_a_secret_is_told_by_its_name),
        cmocka_unit_test(a_secrets_value_is_in_no_sentence),
        cmocka_unit_test(the_mask_stands_for_the_stored_value),
        cmocka_unit_test(a_converter_comes_from_connector_worker_or_default_in_this_order),
        cmocka_unit_test(the_only_converter_there_is_serves_when_nobody_names_one),
        cmocka_unit_test(the_common_keys_are_well_formed),
    };

    if (argc != 3) {
        (void)fprintf(stderr, "usage: %s PROBE-EXECUTABLE FOLDER-OF-TEST-PLUGINS\n", argv[0]);
        return 2;
    }
    helper = argv[1];
    plugins = argv[2];
    kc_log_set_level(KC_LOG_OFF);
    return cmocka_run_group_tests_name("connector_config", tests, scan_plugins, config_bench_forget);
}
