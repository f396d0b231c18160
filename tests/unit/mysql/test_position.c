#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_host.h"
#include "position.h"

static struct kc_error err = {.struct_size = sizeof(err)};

static void a_position_survives_its_map(void **state)
{
    const struct kc_position in = {.server_uuid = kc_str("3e11fa47"),
                                   .file = kc_str("binlog.000003"),
                                   .pos = UINT64_C(5000000000),
                                   .gtids = kc_str("a:1-5"),
                                   .event = 3,
                                   .row = 9,
                                   .ts_sec = 1614748870,
                                   .sequence = UINT64_C(1614748790461000007)};
    struct kc_kv kvs[KC_POSITION_KEYS];
    struct kc_map map = {kvs, kc_position_to_map(&in, kvs), 0};
    struct kc_position out;

    (void)state;
    assert_int_equal(map.len, KC_POSITION_KEYS);
    assert_int_equal(kc_position_from_map(&map, &out, &err), KC_OK);
    assert_memory_equal(out.file.ptr, "binlog.000003", out.file.len);
    assert_memory_equal(out.gtids.ptr, "a:1-5", out.gtids.len);
    assert_memory_equal(out.server_uuid.ptr, "3e11fa47", out.server_uuid.len);
    assert_int_equal(out.pos, in.pos);
    assert_int_equal(out.event, 3);
    assert_int_equal(out.row, 9);
    assert_int_equal(out.ts_sec, in.ts_sec);
    assert_int_equal(out.sequence, in.sequence);
}

static void without_gtids_the_map_has_none(void **state)
{
    const struct kc_position in = {.file = kc_str("b.1"), .pos = 4};
    struct kc_kv kvs[KC_POSITION_KEYS];
    struct kc_map map = {kvs, kc_position_to_map(&in, kvs), 0};
    struct kc_position out;

    (void)state;
    assert_null(kc_map_get(&map, "gtids"));
    assert_int_equal(kc_position_from_map(&map, &out, &err), KC_OK);
    assert_null(out.gtids.ptr);
}

static void a_map_that_is_no_position_is_refused(void **state)
{
    struct kc_kv kvs[2] = {{.key = kc_str("file"), .value = kc_string("b.1", 3)},
                           {.key = kc_str("pos"), .value = kc_string("4", 1)}};
    struct kc_map map = {kvs, 2, 0};
    struct kc_position out;

    (void)state;
    assert_int_equal(kc_position_from_map(&map, &out, &err), KC_ERR_CONFIG);
    assert_non_null(strstr(err.message, "pos is not a number"));
    kvs[1].value = kc_int64(-4);
    assert_int_equal(kc_position_from_map(&map, &out, &err), KC_ERR_CONFIG);
    map.len = 1;
    assert_int_equal(kc_position_from_map(&map, &out, &err), KC_ERR_CONFIG);
    assert_non_null(strstr(err.message, "pos is missing"));
}

static void places_are_ordered_by_file_number_then_position(void **state)
{
    (void)state;
    assert_true(kc_binlog_place_compare("binlog.000009", 500, "binlog.000010", 4) < 0);
    assert_true(kc_binlog_place_compare("binlog.999999", 4, "binlog.1000000", 4) < 0);
    assert_true(kc_binlog_place_compare("b.000001", 5, "b.000001", 4) > 0);
    assert_int_equal(kc_binlog_place_compare("b.000001", 4, "b.000001", 4), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_position_survives_its_map),
        cmocka_unit_test(without_gtids_the_map_has_none),
        cmocka_unit_test(a_map_that_is_no_position_is_refused),
        cmocka_unit_test(places_are_ordered_by_file_number_then_position),
    };

    return cmocka_run_group_tests_name("position", tests, NULL, NULL);
}
