#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "task/parse_config.h"

static const char *const modes[] = {"initial", "no_data", NULL};
static const struct kc_config_key keys[] = {
    {.name = "host", .type = KC_CFG_STRING, .flags = KC_CFG_REQUIRED},
    {.name = "port",
     .type = KC_CFG_INT,
     .default_value = "3306",
     .flags = KC_CFG_RANGE,
     .min = 1,
     .max = 65535},
    {.name = "small", .type = KC_CFG_SHORT},
    {.name = "long", .type = KC_CFG_LONG},
    {.name = "ratio", .type = KC_CFG_DOUBLE},
    {.name = "on", .type = KC_CFG_BOOLEAN, .default_value = "false"},
    {.name = "tables", .type = KC_CFG_LIST, .default_value = ""},
    {.name = "mode",
     .type = KC_CFG_STRING,
     .default_value = "initial",
     .flags = KC_CFG_ONE_OF,
     .choices = modes},
    {.name = "secret", .type = KC_CFG_PASSWORD},
    {.name = "class", .type = KC_CFG_CLASS},
    {.name = "name", .type = KC_CFG_STRING, .flags = KC_CFG_NON_EMPTY},
};
static const struct kc_config_def def = {sizeof(def), sizeof(keys[0]), keys, sizeof(keys) / sizeof(keys[0]),
                                         0};

static const struct kc_value *find(const struct kc_parsed *p, const char *key)
{
    const struct kc_map *m = kc_parsed_map(p);

    for (uint32_t i = 0; i < m->len; i++) {
        if (m->kvs[i].key.len == strlen(key) && strcmp(m->kvs[i].key.ptr, key) == 0)
            return &m->kvs[i].value;
    }
    fail_msg("no key %s", key);
    return NULL;
}

/* Parses pairs of key and value; NULL: refused, and the sentence names the key. */
static struct kc_parsed *parse(const char *key, const char *value)
{
    struct kc_props *p = kc_props_create();
    struct kc_error err = KC_ERROR_INIT;
    struct kc_parsed *parsed;

    if (strcmp(key, "host") != 0)
        assert_int_equal(kc_props_set(p, "host", "db"), KC_OK);
    assert_int_equal(kc_props_set(p, key, value), KC_OK);
    parsed = kc_config_parse(&def, p, &err);
    if (parsed == NULL) {
        assert_int_equal(err.status, KC_ERR_CONFIG);
        assert_memory_equal(err.message, key, strlen(key));
    }
    kc_props_destroy(p);
    return parsed;
}

static void values_get_their_declared_type(void **state)
{
    static const struct {
        const char *key, *text;
        uint8_t type;
        int64_t value;
    } cases[] = {
        {"port", " 3307 ", KC_INT32, 3307},
        {"small", "-32768", KC_INT16, -32768},
        {"long", "9223372036854775807", KC_INT64, INT64_MAX},
        {"on", "TRUE", KC_BOOLEAN, 1},
        {"on", " false", KC_BOOLEAN, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct kc_parsed *p = parse(cases[i].key, cases[i].text);

        assert_non_null(p);
        assert_int_equal(find(p, cases[i].key)->type, cases[i].type);
        assert_int_equal(find(p, cases[i].key)->as.i64, cases[i].value);
        kc_parsed_destroy(p);
    }
}

static void wrong_values_are_refused_by_the_keys_name(void **state)
{
    static const char *const cases[][2] = {
        {"port", "0"},
        {"port", "65536"},
        {"port", ""},
        {"port", "1x"},
        {"port", "99999999999999999999"},
        {"small", "32768"},
        {"ratio", "much"},
        {"on", "yes"},
        {"mode", "sometimes"},
        {"name", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_null(parse(cases[i][0], cases[i][1]));
}

static void defaults_fill_in_and_the_rest_is_null(void **state)
{
    struct kc_parsed *p = parse("host", "db");

    (void)state;
    assert_int_equal(find(p, "port")->as.i64, 3306);
    assert_int_equal(find(p, "long")->type, KC_NULL);
    assert_int_equal(find(p, "tables")->type, KC_ARRAY);
    assert_int_equal(find(p, "tables")->len, 0);
    assert_string_equal(find(p, "mode")->as.str, "initial");
    kc_parsed_destroy(p);
}

static void lists_are_split_at_commas(void **state)
{
    struct kc_parsed *p = parse("tables", " a , b.c ,,d");
    const struct kc_value *v = find(p, "tables");
    static const char *const wanted[] = {"a", "b.c", "", "d"};

    (void)state;
    assert_int_equal(v->len, 4);
    for (uint32_t i = 0; i < 4; i++)
        assert_string_equal(v->as.items[i].as.str, wanted[i]);
    kc_parsed_destroy(p);
}

static void text_keeps_its_blanks_and_a_class_does_not(void **state)
{
    struct kc_parsed *p = parse("secret", " s ");

    (void)state;
    assert_string_equal(find(p, "secret")->as.str, " s ");
    kc_parsed_destroy(p);
    p = parse("class", " json ");
    assert_string_equal(find(p, "class")->as.str, "json");
    kc_parsed_destroy(p);
}

static void a_missing_required_key_is_named(void **state)
{
    struct kc_props *p = kc_props_create();
    struct kc_error err = KC_ERROR_INIT;

    (void)state;
    assert_null(kc_config_parse(&def, p, &err));
    assert_int_equal(err.status, KC_ERR_CONFIG);
    assert_string_equal(err.message, "host is missing: it is required and has no default");
    kc_props_destroy(p);
}

static void what_is_not_declared_comes_as_text(void **state)
{
    struct kc_parsed *p = parse("extra", " 1 ");

    (void)state;
    assert_int_equal(find(p, "extra")->type, KC_STRING);
    assert_string_equal(find(p, "extra")->as.str, " 1 ");
    kc_parsed_destroy(p);
}

static void a_prefix_is_taken_off(void **state)
{
    struct kc_props *p = kc_props_create(), *under;

    (void)state;
    assert_int_equal(kc_props_set(p, "value.converter", "json"), KC_OK);
    assert_int_equal(kc_props_set(p, "value.converter.schemas.enable", "false"), KC_OK);
    under = kc_config_under(p, "value.converter.");
    assert_int_equal(kc_props_count(under), 1);
    assert_string_equal(kc_props_get(under, "schemas.enable"), "false");
    kc_props_destroy(p);
    kc_props_destroy(under);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_get_their_declared_type),
        cmocka_unit_test(wrong_values_are_refused_by_the_keys_name),
        cmocka_unit_test(defaults_fill_in_and_the_rest_is_null),
        cmocka_unit_test(lists_are_split_at_commas),
        cmocka_unit_test(text_keeps_its_blanks_and_a_class_does_not),
        cmocka_unit_test(a_missing_required_key_is_named),
        cmocka_unit_test(what_is_not_declared_comes_as_text),
        cmocka_unit_test(a_prefix_is_taken_off),
    };

    return cmocka_run_group_tests_name("parse_config", tests, NULL, NULL);
}
