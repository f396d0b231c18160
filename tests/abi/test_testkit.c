/* test_testkit.c - the host in memory: what it lends is gone afterwards, what it remembers comes back,
 * what it forbids is told. */
#include "../unit/cm.h"

#include <string.h>

#include <kconnect/testkit.h>

static const char *const choices[] = {"red", "blue", NULL};
static const struct kc_config_key keys[] = {
    {.name = "text",
     .type = KC_CFG_STRING,
     .default_value = "abc",
     .importance = KC_IMPORTANCE_LOW,
     .doc = "d"},
    {.name = "number", .type = KC_CFG_INT, .flags = KC_CFG_RANGE, .min = 1, .max = 9, .default_value = "5"},
    {.name = "list", .type = KC_CFG_LIST, .default_value = " a , b"},
    {.name = "colour", .type = KC_CFG_STRING, .flags = KC_CFG_ONE_OF, .choices = choices},
    {.name = "needed", .type = KC_CFG_BOOLEAN, .flags = KC_CFG_REQUIRED},
};
static const struct kc_config_def def = {sizeof(def), sizeof(keys[0]), keys, 5, 0};

static const struct kc_value *value_of(const struct kc_map *m, const char *key)
{
    for (uint32_t i = 0; i < m->len; i++)
        if (strcmp(m->kvs[i].key.ptr, key) == 0)
            return &m->kvs[i].value;
    return NULL;
}

static void settings_arrive_in_their_types_with_defaults(void **state)
{
    static const char *const settings[] = {"needed", "true", "number", "7", "other", "x", NULL};
    struct kc_kit *k = kc_kit_create(0);
    struct kc_map map;

    (void)state;
    assert_int_equal(kc_kit_config(k, &def, settings, &map, NULL), KC_OK);
    assert_string_equal(kc_kit_map_text(k, &map),
                        "{\"text\":\"abc\",\"number\":7,\"list\":[\"a\",\"b\"],\"colour\":null,"
                        "\"needed\":true,\"other\":\"x\"}");
    assert_int_equal(value_of(&map, "number")->type, KC_INT32);
    kc_kit_destroy(k);
}

static void each_wrong_setting_is_told(void **state)
{
    static const struct {
        const char *settings[5];
        const char *message;
    } cases[] = {
        {{NULL}, "Missing required configuration \"needed\" which has no default value."},
        {{"needed", "perhaps"},
         "Invalid value perhaps for configuration needed: it is neither true nor false"},
        {{"needed", "true", "number", "10"},
         "Invalid value 10 for configuration number: it is out of its range"},
        {{"needed", "true", "number", "1x"},
         "Invalid value 1x for configuration number: it is no number of its type"},
        {{"needed", "true", "colour", "green"},
         "Invalid value green for configuration colour: it is none of its choices"},
    };
    struct kc_kit *k = kc_kit_create(0);

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct kc_error err = {.struct_size = sizeof(err)};
        struct kc_map map;

        assert_int_equal(kc_kit_config(k, &def, cases[i].settings, &map, &err), KC_ERR_CONFIG);
        assert_string_equal(err.message, cases[i].message);
    }
    kc_kit_destroy(k);
}

static void lent_memory_is_overwritten_when_it_is_gone(void **state)
{
    static const char *const settings[] = {"needed", "true", NULL};
    struct kc_kit *k = kc_kit_create(0);
    struct kc_record sample;
    struct kc_batch *b;
    const char *text, *key;
    struct kc_map map;
    uint32_t n;

    (void)state;
    assert_int_equal(kc_kit_config(k, &def, settings, &map, NULL), KC_OK);
    text = value_of(&map, "text")->as.str;
    assert_string_equal(kc_kit_memory_label(text), "the configuration that open() was given");
    assert_int_equal(kc_kit_config(k, &def, settings, &map, NULL), KC_OK);
    assert_int_equal((unsigned char)text[0], 0xDD);
    sample = kc_kit_samples(k, &n)[0];
    b = kc_kit_lend(k, &sample, 1, 0);
    key = b->records->key.as.str;
    assert_string_equal(key, "k-text");
    kc_kit_take_back(k);
    assert_int_equal((unsigned char)key[0], 0xDD);
    assert_null(kc_kit_memory_label(&sample));
    kc_kit_destroy(k);
}

static void offsets_and_state_survive_a_restart(void **state)
{
    const struct kc_kv where[] = {{{"p", 1, 0}, {.type = KC_INT32, .as = {.i64 = 3}}}, {{"a", 1, 0}, {0}}};
    const struct kc_kv turned[] = {where[1], where[0]}; /* the order of keys does not count */
    const struct kc_kv seq = {{"seq", 3, 0}, {.type = KC_INT64, .as = {.i64 = 8}}};
    const struct kc_map partition = {where, 2, 0}, same = {turned, 2, 0}, offset = {&seq, 1, 0},
                        none = {NULL, 0, 0};
    const struct kc_host *host = kc_kit_host();
    struct kc_kit *before = kc_kit_create(0), *after = kc_kit_create(0);
    struct kc_map stored;
    struct kc_str text;

    (void)state;
    kc_kit_enter(before, "poll");
    assert_int_equal(host->offset_get(kc_kit_ctx(before), &partition, &stored), KC_NOTHING);
    assert_int_equal(
        host->state_put(kc_kit_ctx(before), (struct kc_str){"k", 1, 0}, (struct kc_str){"v", 1, 0}), KC_OK);
    kc_kit_leave(before);
    kc_kit_offset_put(before, &partition, &offset);
    kc_kit_restart_from(after, before);
    kc_kit_destroy(before);
    kc_kit_enter(after, "open");
    assert_int_equal(host->offset_get(kc_kit_ctx(after), &same, &stored), KC_OK);
    assert_int_equal(stored.kvs[0].value.as.i64, 8);
    assert_int_equal(host->state_get(kc_kit_ctx(after), (struct kc_str){"k", 1, 0}, &text), KC_OK);
    assert_string_equal(text.ptr, "v");
    kc_kit_leave(after);
    assert_string_equal(kc_kit_offset(after, &partition), "{\"seq\":8}");
    kc_kit_offset_put(after, &partition, &none);
    assert_null(kc_kit_offset(after, &partition));
    kc_kit_destroy(after);
}

static void equal_schemas_are_one_and_references_are_counted(void **state)
{
    const struct kc_schema spec = {.struct_size = sizeof(spec), .type = KC_STRING, .optional = 1};
    const struct kc_schema array = {.struct_size = sizeof(array), .type = KC_ARRAY};
    struct kc_error err = {.struct_size = sizeof(err)};
    const struct kc_host *host = kc_kit_host();
    struct kc_kit *k = kc_kit_create(0);
    const struct kc_schema *a, *b;

    (void)state;
    kc_kit_enter(k, "open");
    a = host->schema_new(kc_kit_ctx(k), &spec, &err);
    b = host->schema_new(kc_kit_ctx(k), &spec, &err);
    assert_ptr_equal(a, b);
    assert_null(host->schema_new(kc_kit_ctx(k), &array, &err));
    assert_string_equal(err.message, "a schema of an array or map without one for its items");
    kc_kit_leave(k);
    assert_int_equal(kc_kit_schema_refs(k), 2);
    host->schema_unref(a);
    host->schema_unref(b);
    assert_int_equal(kc_kit_schema_refs(k), 0);
    assert_null(kc_kit_fault(k, 0));
    host->schema_unref(a);
    assert_string_equal(kc_kit_fault(k, 0), "a reference to a schema was given back twice");
    kc_kit_destroy(k);
}

static void a_call_outside_of_the_hosts_calls_is_a_fault(void **state)
{
    struct kc_kit *k = kc_kit_create(0);
    struct kc_str name = {"no such name!", 13, 0};

    (void)state;
    assert_null(kc_kit_host()->topic(kc_kit_ctx(k), name, 1));
    assert_string_equal(kc_kit_fault(k, 0), "topic() was called outside any call of the host");
    assert_null(kc_kit_fault(k, 1));
    kc_kit_destroy(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_arrive_in_their_types_with_defaults),
        cmocka_unit_test(each_wrong_setting_is_told),
        cmocka_unit_test(lent_memory_is_overwritten_when_it_is_gone),
        cmocka_unit_test(offsets_and_state_survive_a_restart),
        cmocka_unit_test(equal_schemas_are_one_and_references_are_counted),
        cmocka_unit_test(a_call_outside_of_the_hosts_calls_is_a_fault),
    };

    return cmocka_run_group_tests_name("testkit", tests, NULL, NULL);
}
