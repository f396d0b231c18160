/* Table maps and rows events made by hand: what is damaged must be refused, never read as a row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_host.h"
#include "fixture.h"
#include "rows_event.h"

static struct kc_error err = {.struct_size = sizeof(err)};

/* test.t (id INT NOT NULL, name VARCHAR(20), n TINYINT) as table 7, without optional metadata. */
static const uint8_t map_body[] = {7, 0, 0,   0, 0, 0, 1,  0, 4, 't', 'e', 's', 't',
                                   0, 1, 't', 0, 3, 3, 15, 1, 2, 80,  0,   0x06};

/* (1, 'ab', -1), (2, NULL, NULL) */
static const uint8_t write_body[] = {7, 0, 0,    0, 0, 0, 1,   0,   2,
                                     0, 3, 0xff,                          /* head, three columns, all there */
                                     0, 1, 0,    0, 0, 2, 'a', 'b', 0xff, /* first row */
                                     6, 2, 0,    0, 0};                   /* second row */

struct fixture {
    struct kc_table *table;
    struct kc_table_maps *maps;
    struct kc_table_map *map;
    struct kc_arena arena;
};

static kc_status put(struct fixture *f, const uint8_t *body, size_t len, bool *fresh)
{
    const struct kc_event event = {.header.type = KC_EVENT_TABLE_MAP, .body = body, .body_len = len};

    return kc_table_maps_put(f->maps, &event, &f->map, fresh, &err);
}

static int begin(void **state)
{
    static struct fixture f;
    bool fresh;

    f = (struct fixture){
        .table = fixture_table("test", "t"), .maps = kc_table_maps_create(), .arena = fake_arena()};
    fixture_column(f.table, "id", "int", "int", NULL, 0);
    fixture_column(f.table, "name", "varchar(20)", "varchar", "utf8mb4", 1);
    fixture_column(f.table, "n", "tinyint", "tinyint", NULL, 1);
    *state = &f;
    return put(&f, map_body, sizeof(map_body), &fresh) == KC_OK && fresh ? 0 : -1;
}

static int end(void **state)
{
    struct fixture *f = *state;

    kc_table_maps_destroy(f->maps);
    fixture_table_free(f->table);
    fake_arena_reset(&f->arena);
    return 0;
}

static struct kc_event rows_of(uint8_t type, const uint8_t *body, size_t len)
{
    return (struct kc_event){.header.type = type, .body = body, .body_len = len};
}

static void an_unchanged_table_map_keeps_its_binding(void **state)
{
    struct fixture *f = *state;
    struct kc_table_map *first = f->map;
    bool fresh;

    assert_int_equal(f->map->n_columns, 3);
    assert_string_equal(f->map->database.ptr, "test");
    assert_string_equal(f->map->name.ptr, "t");
    assert_false(f->map->has_names);
    assert_int_equal(kc_table_map_bind(f->map, f->table, &err), KC_OK);
    assert_int_equal(put(f, map_body, sizeof(map_body), &fresh), KC_OK);
    assert_false(fresh);
    assert_ptr_equal(f->map, first);
    assert_non_null(f->map->binding);
    kc_table_maps_unbind(f->maps, f->table);
    assert_null(f->map->binding);
    assert_ptr_equal(kc_table_maps_get(f->maps, 7), first);
    assert_null(kc_table_maps_get(f->maps, 8));
}

static void a_changed_table_map_takes_the_place_of_the_old(void **state)
{
    struct fixture *f = *state;
    uint8_t other[sizeof(map_body)];
    bool fresh;

    memcpy(other, map_body, sizeof(other));
    other[sizeof(other) - 1] = 0x07;
    assert_int_equal(kc_table_map_bind(f->map, f->table, &err), KC_OK);
    assert_int_equal(put(f, other, sizeof(other), &fresh), KC_OK);
    assert_true(fresh);
    assert_null(f->map->binding);
}

static void many_tables_are_found_again(void **state)
{
    struct fixture *f = *state;
    uint8_t body[sizeof(map_body)];
    bool fresh;

    memcpy(body, map_body, sizeof(body));
    for (unsigned id = 100; id < 20100; id++) {
        body[0] = (uint8_t)id;
        body[1] = (uint8_t)(id >> 8);
        assert_int_equal(put(f, body, sizeof(body), &fresh), KC_OK);
        assert_true(fresh);
        assert_ptr_equal(kc_table_maps_get(f->maps, id), f->map);
        if (id > 200)
            assert_non_null(kc_table_maps_get(f->maps, id - 100));
    }
}

static void a_table_map_cut_short_is_refused(void **state)
{
    struct fixture *f = *state;
    bool fresh;

    for (size_t n = 0; n < sizeof(map_body); n++)
        assert_int_equal(put(f, map_body, n, &fresh), KC_ERR_FATAL);
}

static void optional_metadata_is_read(void **state)
{
    static const uint8_t extra[] = {1,  1,  0x40, /* signs: n is unsigned */
                                    2,  1,  8,    /* all text is latin1 */
                                    4,  10, 2,    'i', 'd', 4, 'n', 'a', 'm', 'e', 1, 'n', /* names */
                                    99, 2,  1,    2}; /* from the future */
    struct fixture *f = *state;
    uint8_t body[sizeof(map_body) + sizeof(extra)];
    bool fresh;

    memcpy(body, map_body, sizeof(map_body));
    memcpy(body + sizeof(map_body), extra, sizeof(extra));
    assert_int_equal(put(f, body, sizeof(body), &fresh), KC_OK);
    assert_true(f->map->has_names);
    assert_int_equal(f->map->columns[1].collation, 8);
    assert_memory_equal(f->map->columns[1].name.ptr, "name", 4);
    assert_true(f->map->columns[2].has_sign && f->map->columns[2].is_unsigned);
    assert_int_equal(kc_table_map_bind(f->map, f->table, &err), KC_ERR_UNSUPPORTED);
    assert_non_null(strstr(err.message, "name"));
}

static void a_definition_of_another_time_is_not_bound(void **state)
{
    static const char *const types[][2] = {
        {"int unsigned", "int"}, {"bigint", "bigint"}, {"varchar(20)", "varchar"}, {"date", "date"}};
    struct fixture *f = *state;

    for (size_t i = 1; i < 4; i++) {
        struct kc_table *other = fixture_table("test", "t");

        fixture_column(other, "id", types[i][0], types[i][1], i == 2 ? "utf8mb4" : NULL, 0);
        fixture_column(other, "name", "varchar(20)", "varchar", "utf8mb4", 1);
        fixture_column(other, "n", "tinyint", "tinyint", NULL, 1);
        assert_int_equal(kc_table_map_bind(f->map, other, &err), KC_ERR_UNSUPPORTED);
        assert_non_null(strstr(err.message, "column id of table test.t"));
        fixture_column(other, "more", "int", "int", NULL, 1);
        assert_int_equal(kc_table_map_bind(f->map, other, &err), KC_ERR_UNSUPPORTED);
        assert_non_null(strstr(err.message, "3 columns"));
        fixture_table_free(other);
    }
    assert_null(f->map->binding);
}

static void rows_are_read_to_the_events_end(void **state)
{
    struct fixture *f = *state;
    struct kc_event event = rows_of(KC_EVENT_WRITE_ROWS, write_body, sizeof(write_body));
    struct kc_value after[3];
    struct kc_rows rows;

    assert_int_equal(kc_rows_open(&rows, &event, f->map, &f->arena, &err), KC_ERR_UNSUPPORTED);
    assert_int_equal(kc_table_map_bind(f->map, f->table, &err), KC_OK);
    assert_int_equal(kc_rows_open(&rows, &event, f->map, &f->arena, &err), KC_OK);
    assert_int_equal(rows.kind, KC_ROWS_INSERT);
    assert_true(kc_rows_ends_statement(&event));
    assert_int_equal(kc_rows_next(&rows, NULL, after, &err), KC_OK);
    assert_int_equal(after[0].type, KC_INT32);
    assert_int_equal(after[0].as.i64, 1);
    assert_int_equal(after[1].len, 2);
    assert_memory_equal(after[1].as.str, "ab", 2);
    assert_int_equal(after[2].as.i64, -1);
    assert_int_equal(rows.row, 1);
    assert_int_equal(kc_rows_next(&rows, NULL, after, &err), KC_OK);
    assert_int_equal(after[0].as.i64, 2);
    assert_int_equal(after[1].type, KC_NULL);
    assert_int_equal(after[2].type, KC_NULL);
    assert_int_equal(kc_rows_next(&rows, NULL, after, &err), KC_NOTHING);
}

static void an_update_has_both_images(void **state)
{
    static const uint8_t body[] = {7, 0, 0, 0, 0, 0, 0, 0, 3, 7, 7, /* version 1, two bitmaps */
                                   6, 1, 0, 0, 0, 4, 1, 0, 0, 0, 1, 'x'};
    struct fixture *f = *state;
    struct kc_event event = rows_of(KC_EVENT_UPDATE_ROWS_V1, body, sizeof(body));
    struct kc_value before[3], after[3];
    struct kc_rows rows;

    assert_int_equal(kc_table_map_bind(f->map, f->table, &err), KC_OK);
    assert_int_equal(kc_rows_open(&rows, &event, f->map, &f->arena, &err), KC_OK);
    assert_false(kc_rows_ends_statement(&event));
    assert_int_equal(kc_rows_next(&rows, before, after, &err), KC_OK);
    assert_int_equal(before[1].type, KC_NULL);
    assert_int_equal(after[1].type, KC_STRING);
    assert_int_equal(kc_rows_next(&rows, before, after, &err), KC_NOTHING);
}

/* Any byte less is an error, unless it falls between two rows; none may be read as a row that was not there. */
static void a_rows_event_cut_short_is_refused(void **state)
{
    struct fixture *f = *state;
    const size_t head = 12, one_row = 21;

    assert_int_equal(kc_table_map_bind(f->map, f->table, &err), KC_OK);
    for (size_t n = 0; n < sizeof(write_body); n++) {
        struct kc_event event = rows_of(KC_EVENT_WRITE_ROWS, write_body, n);
        struct kc_value after[3];
        struct kc_rows rows;
        kc_status status = kc_rows_open(&rows, &event, f->map, &f->arena, &err);
        unsigned count = 0;

        while (status == KC_OK && (status = kc_rows_next(&rows, NULL, after, &err)) == KC_OK)
            count++;
        assert_int_equal(status, n == head || n == one_row ? KC_NOTHING : KC_ERR_FATAL);
        assert_int_equal(count, n >= one_row);
    }
}

static void bytes_behind_the_last_row_are_an_error(void **state)
{
    struct fixture *f = *state;
    uint8_t body[sizeof(write_body) + 4] = {0}; /* as if a checksum was taken for a row */
    struct kc_event event = rows_of(KC_EVENT_WRITE_ROWS, body, sizeof(body));
    struct kc_value after[3];
    struct kc_rows rows;

    memcpy(body, write_body, sizeof(write_body));
    assert_int_equal(kc_table_map_bind(f->map, f->table, &err), KC_OK);
    assert_int_equal(kc_rows_open(&rows, &event, f->map, &f->arena, &err), KC_OK);
    assert_int_equal(kc_rows_next(&rows, NULL, after, &err), KC_OK);
    assert_int_equal(kc_rows_next(&rows, NULL, after, &err), KC_OK);
    assert_int_equal(kc_rows_next(&rows, NULL, after, &err), KC_ERR_FATAL);
    assert_non_null(strstr(err.message, "test.t"));
}

static void a_row_image_that_is_not_full_is_a_configuration_error(void **state)
{
    static const uint8_t body[] = {7, 0, 0, 0, 0, 0, 1, 0, 3, 5, 0, 1, 0, 0, 0, 1};
    struct fixture *f = *state;
    struct kc_event event = rows_of(KC_EVENT_WRITE_ROWS_V1, body, sizeof(body));
    struct kc_rows rows;

    assert_int_equal(kc_table_map_bind(f->map, f->table, &err), KC_OK);
    assert_int_equal(kc_rows_open(&rows, &event, f->map, &f->arena, &err), KC_ERR_CONFIG);
    assert_non_null(strstr(err.message, "binlog_row_image"));
    event = rows_of(KC_EVENT_PARTIAL_UPDATE_ROWS, write_body, sizeof(write_body));
    assert_int_equal(kc_rows_open(&rows, &event, f->map, &f->arena, &err), KC_ERR_CONFIG);
    assert_non_null(strstr(err.message, "binlog_row_value_options"));
}

static void rows_go_on_in_another_arena(void **state)
{
    struct fixture *f = *state;
    struct kc_event event = rows_of(KC_EVENT_WRITE_ROWS, write_body, sizeof(write_body));
    struct kc_value after[3];
    struct kc_rows rows;
    uint32_t skipped;

    assert_int_equal(kc_table_map_bind(f->map, f->table, &err), KC_OK);
    assert_int_equal(kc_rows_open(&rows, &event, f->map, &f->arena, &err), KC_OK);
    assert_int_equal(kc_rows_skip(&rows, 1, &skipped, &err), KC_OK);
    assert_int_equal(skipped, 1);
    fake_arena_reset(&f->arena);
    assert_int_equal(kc_rows_resume(&rows, &f->arena, &err), KC_OK);
    assert_int_equal(kc_rows_next(&rows, NULL, after, &err), KC_OK);
    assert_int_equal(after[0].as.i64, 2);
    assert_int_equal(kc_rows_skip(&rows, 9, &skipped, &err), KC_OK);
    assert_int_equal(skipped, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(an_unchanged_table_map_keeps_its_binding),
        TEST(a_changed_table_map_takes_the_place_of_the_old),
        TEST(many_tables_are_found_again),
        TEST(a_table_map_cut_short_is_refused),
        TEST(optional_metadata_is_read),
        TEST(a_definition_of_another_time_is_not_bound),
        TEST(rows_are_read_to_the_events_end),
        TEST(an_update_has_both_images),
        TEST(a_rows_event_cut_short_is_refused),
        TEST(bytes_behind_the_last_row_are_an_error),
        TEST(a_row_image_that_is_not_full_is_a_configuration_error),
        TEST(rows_go_on_in_another_arena),
    };

    return cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}
