#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "task/position_text.h"

#define TEXT(s)                                                                                              \
    {                                                                                                        \
        (s), sizeof(s) - 1, 0                                                                                \
    }

static const struct kc_kv where[] = {{TEXT("server"), {.type = KC_STRING, .len = 2, .as.str = "m1"}}};
static const struct kc_map partition = {where, 1, 0};

static struct kc_kv kv_text(const char *key, const char *value)
{
    return (struct kc_kv){{key, (uint32_t)strlen(key), 0},
                          {.type = KC_STRING, .len = (uint32_t)strlen(value), .as.str = value}};
}

static void every_type_comes_back(void **state)
{
    const struct kc_kv kvs[] = {
        {TEXT("int8"), {.type = KC_INT8, .as.i64 = -128}},
        {TEXT("int64"), {.type = KC_INT64, .as.i64 = INT64_MAX}},
        {TEXT("least"), {.type = KC_INT64, .as.i64 = INT64_MIN}},
        {TEXT("beyond 2^53"), {.type = KC_INT64, .as.i64 = (INT64_C(1) << 53) + 1}},
        {TEXT("unsigned"), {.type = KC_UINT64, .as.u64 = UINT64_MAX}},
        {TEXT("real"), {.type = KC_FLOAT64, .as.f64 = 0.1}},
        {TEXT("whole real"), {.type = KC_FLOAT64, .as.f64 = 3}},
        {TEXT("yes"), {.type = KC_BOOLEAN, .as.i64 = 1}},
        {TEXT("no"), {.type = KC_BOOLEAN, .as.i64 = 0}},
        {TEXT("null"), {.type = KC_NULL}},
        {TEXT("empty"), {.type = KC_STRING, .len = 0, .as.str = ""}},
        {TEXT("text"),
         {.type = KC_STRING, .len = 17, .as.str = "a\"\\\n\t\x01/\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z"}},
        {TEXT("with\0nul"), {.type = KC_STRING, .len = 3, .as.str = "a\0b"}},
    };
    const struct kc_map offset = {kvs, sizeof(kvs) / sizeof(kvs[0]), 0};
    struct kc_buf out = {0};
    struct kc_position_text read;

    (void)state;
    assert_false(kc_position_metadata(&partition, &offset, &out));
    assert_true(kc_position_read(out.data, out.len, &read));
    assert_true(kc_flat_equal(&read.partition->map, &partition));
    assert_true(kc_flat_equal(&read.offset->map, &offset));
    assert_int_equal(read.offset->map.kvs[6].value.type, KC_FLOAT64);
    assert_int_equal(read.offset->map.kvs[4].value.type, KC_UINT64);
    assert_null(memchr(out.data, '\0', out.len));
    kc_position_text_finish(&read);
    kc_buf_finish(&out);
}

/* Metadata whose length is exactly `units` UTF-16 units, made of `unit_bytes`-byte characters where it fits. */
static bool is_short(size_t units, const char *character, size_t char_units)
{
    static char value[4 * KC_METADATA_MAX_UNITS + 8];
    struct kc_kv kv = kv_text("gtid", "");
    const struct kc_map empty = {&kv, 1, 0};
    struct kc_map offset = {&kv, 1, 0};
    struct kc_buf out = {0};
    size_t left, n = 0;
    bool result;

    (void)kc_position_metadata(&partition, &empty, &out);
    left = units - out.len;
    for (; left >= char_units; left -= char_units) {
        memcpy(value + n, character, strlen(character));
        n += strlen(character);
    }
    memset(value + n, 'x', left);
    kv.value.as.str = value;
    kv.value.len = (uint32_t)(n + left);
    result = kc_position_metadata(&partition, &offset, &out);
    assert_true(kc_utf16_units(out.data, out.len) <= KC_METADATA_MAX_UNITS);
    if (result)
        assert_string_equal(out.data, "{\"see\":\"record\"}");
    else
        assert_int_equal(kc_utf16_units(out.data, out.len), units);
    kc_buf_finish(&out);
    return result;
}

static void the_limit_is_4096_utf16_units(void **state)
{
    static const struct {
        const char *character;
        size_t units;
    } cases[] = {{"x", 1}, {"\xc3\xa9", 1}, {"\xe2\x82\xac", 1}, {"\xf0\x9f\x98\x80", 2}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_false(is_short(4096, cases[i].character, cases[i].units));
        assert_true(is_short(4097, cases[i].character, cases[i].units));
    }
}

static void a_record_holds_group_and_count(void **state)
{
    struct kc_kv kv = kv_text("file", "binlog.000003");
    const struct kc_map offset = {&kv, 1, 0};
    struct kc_buf out = {0};
    struct kc_position_text read;

    (void)state;
    kc_position_record("fleet \"a\"", 2, 12345678901, 1700000000000, &partition, &offset, &out);
    assert_true(kc_position_read(out.data, out.len, &read));
    assert_string_equal(read.group_id, "fleet \"a\"");
    assert_int_equal(read.count, 12345678901);
    assert_false(read.see_record);
    assert_true(kc_flat_equal(&read.offset->map, &offset));
    kc_position_text_finish(&read);
    kc_buf_finish(&out);
}

static void what_later_versions_add_is_stepped_over(void **state)
{
    static const char text[] =
        " { \"new\" : [1,{\"a\":[]},\"x\"], \"partition\":{}, \"more\":{\"b\":null}, \"offset\":"
        "{\"a\":-1}} ";
    struct kc_position_text read;

    (void)state;
    assert_true(kc_position_read(text, sizeof(text) - 1, &read));
    assert_int_equal(read.partition->map.len, 0);
    assert_int_equal(read.offset->map.kvs[0].value.as.i64, -1);
    kc_position_text_finish(&read);
}

static void anything_cut_short_is_refused(void **state)
{
    static const char text[] = "{\"partition\":{\"a\":\"\\u00e9\"},\"offset\":{\"b\":1.5e3,\"c\":[false]}}";
    static const char good[] =
        "{\"partition\":{\"a\":\"\\ud83d\\ude00\"},\"offset\":{\"b\":1.5e3,\"c\":true}}";
    struct kc_position_text read;

    (void)state;
    assert_false(kc_position_read(text, sizeof(text) - 1, &read)); /* a position has no lists */
    for (size_t n = 0; n < sizeof(good) - 1; n++) {
        char *exact = malloc(n + 1); /* so that a sanitizer sees a byte too many */

        memcpy(exact, good, n);
        assert_false(kc_position_read(exact, n, &read));
        free(exact);
    }
    assert_true(kc_position_read(good, sizeof(good) - 1, &read));
    assert_memory_equal(read.partition->map.kvs[0].value.as.str, "\xf0\x9f\x98\x80", 4);
    kc_position_text_finish(&read);
    assert_false(kc_position_read("", 0, &read));
    assert_false(kc_position_read("{}", 2, &read));
}

static void keys_belong_to_one_connector(void **state)
{
    struct kc_buf key = {0};

    (void)state;
    kc_position_key("orders", 12, &key);
    assert_string_equal(key.data, "position/orders/12");
    assert_int_equal(kc_position_key_slot("orders", key.data, key.len), 12);
    assert_int_equal(kc_position_key_slot("order", key.data, key.len), -1);
    assert_int_equal(kc_position_key_slot("orders", "position/orders/", 16), -1);
    assert_int_equal(kc_position_key_slot("orders", NULL, 0), -1);
    kc_state_key("orders", "db/t", 4, &key);
    assert_string_equal(key.data, "state/orders/db/t");
    assert_string_equal(kc_state_key_tail("orders", key.data, key.len), "db/t");
    assert_null(kc_state_key_tail("orders-2", key.data, key.len));
    kc_buf_finish(&key);
}

static void what_is_no_flat_map_is_refused(void **state)
{
    struct kc_kv kvs[] = {kv_text("bad", "\xff\xfe")};
    const struct kc_map map = {kvs, 1, 0};
    struct kc_error err = KC_ERROR_INIT;

    (void)state;
    assert_null(kc_flat_copy(&map, &err));
    assert_non_null(strstr(err.message, "bad"));
    kvs[0].value = (struct kc_value){.type = KC_ARRAY};
    assert_null(kc_flat_copy(&map, &err));
    kvs[0].value = (struct kc_value){.type = KC_FLOAT64, .as.f64 = __builtin_inf()};
    assert_null(kc_flat_copy(&map, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_comes_back),
        cmocka_unit_test(the_limit_is_4096_utf16_units),
        cmocka_unit_test(a_record_holds_group_and_count),
        cmocka_unit_test(what_later_versions_add_is_stepped_over),
        cmocka_unit_test(anything_cut_short_is_refused),
        cmocka_unit_test(keys_belong_to_one_connector),
        cmocka_unit_test(what_is_no_flat_map_is_refused),
    };

    return cmocka_run_group_tests_name("position_text", tests, NULL, NULL);
}
