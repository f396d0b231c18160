/* Chunks: statements, keys, what the stream drops from them. */
#include "../cm.h"

#include <stdlib.h>

#include "chunk.h"
#include "source_host.h"
#include "window.h"

static const uint32_t first[] = {0}, first_two[] = {0, 1}, first_three[] = {2, 0, 1};

static void check_select(const struct kc_table *t, const char *after, uint32_t limit, const char *expected)
{
    uint64_t key[KC_CHUNK_KEYS];
    char *sql;

    if (after != NULL)
        assert_true(kc_chunk_key_parse(t, source_str(after), key));
    sql = kc_chunk_select(t, after != NULL ? key : NULL, limit);
    assert_string_equal(sql, expected);
    free(sql);
}

static void chunks_are_selected_by_the_primary_key(void **state)
{
    struct kc_table *t = source_table("id int(11)!, v varchar(10)", first, 1);

    (void)state;
    check_select(t, NULL, 10, "SELECT `id`, `v` FROM `shop`.`orders` ORDER BY `id` LIMIT 10");
    check_select(t, "-5", 10, "SELECT `id`, `v` FROM `shop`.`orders` WHERE `id` > -5 ORDER BY `id` LIMIT 10");
    check_select(t, NULL, 0, "SELECT `id`, `v` FROM `shop`.`orders`");
    kc_table_destroy(t);
}

static void a_key_of_several_columns_is_compared_column_by_column(void **state)
{
    struct kc_table *t = source_table("a int!, b bigint unsigned!, c smallint!", first_three, 3);

    (void)state;
    check_select(
        t, "1,-2,18446744073709551615", 7,
        "SELECT `a`, `b`, `c` FROM `shop`.`orders` WHERE `c` >= 1 AND (`c` > 1 OR (`c` = 1 AND `a` >= -2 AND "
        "(`a` > -2 OR (`a` = -2 AND `b` > 18446744073709551615)))) ORDER BY `c`, `a`, `b` LIMIT 7");
    kc_table_destroy(t);
}

static void keys_survive_their_text_form(void **state)
{
    static const char *const texts[] = {"0,0", "-9223372036854775808,18446744073709551615",
                                        "9223372036854775807,1"};
    static const char *const bad[] = {"", "1", "1,2,3", "x,1", "1,", "1 ,2", ",1"};
    struct kc_table *t = source_table("a bigint!, b bigint unsigned!", first_two, 2);
    uint64_t key[KC_CHUNK_KEYS];
    char text[KC_CHUNK_KEYS * 24];

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_true(kc_chunk_key_parse(t, source_str(texts[i]), key));
        kc_chunk_key_print(t, key, text, sizeof(text));
        assert_string_equal(text, texts[i]);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(kc_chunk_key_parse(t, source_str(bad[i]), key));
    kc_table_destroy(t);
}

static void the_order_of_keys_is_the_order_of_the_numbers(void **state)
{
    static const int64_t numbers[] = {INT64_MIN, -3, -1, 0, 1, 200, INT64_MAX};
    struct kc_table *t = source_table("id bigint!", first, 1);
    uint64_t key[KC_CHUNK_KEYS], before = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        const struct kc_value row = {KC_INT64, 0, 0, 0, {.i64 = numbers[i]}};

        kc_chunk_key(t, &row, key);
        assert_true(i == 0 || key[0] > before);
        before = key[0];
    }
    kc_table_destroy(t);
}

static void only_keys_of_integers_allow_chunks(void **state)
{
    static const uint32_t second[] = {1};
    static const char columns[] = "id int!, v varchar(10)!";
    struct kc_table *by_id = source_table(columns, first, 1), *by_text = source_table(columns, second, 1),
                    *without = source_table(columns, NULL, 0);

    (void)state;
    assert_true(kc_chunk_possible(by_id));
    assert_false(kc_chunk_possible(by_text));
    assert_false(kc_chunk_possible(without));
    kc_table_destroy(by_id);
    kc_table_destroy(by_text);
    kc_table_destroy(without);
}

/* A chunk of rows with the keys 0, 10, 20 ... */
static struct kc_chunk chunk_of(const struct kc_table *t, uint32_t n)
{
    struct kc_chunk c = {
        .table = t, .n_rows = n, .keys = calloc(n, sizeof(uint64_t)), .dropped = calloc(n, 1)};

    for (uint32_t i = 0; i < n; i++)
        c.keys[i] = i * 10;
    return c;
}

static void exactly_the_touched_row_is_dropped(void **state)
{
    struct kc_table *t = source_table("id int unsigned!", first, 1);
    struct kc_chunk c = chunk_of(t, 101);

    (void)state;
    for (uint64_t touched = 0; touched < 1100; touched++)
        if (touched % 20 != 0)
            kc_chunk_drop(&c, &touched);
    for (uint32_t i = 0; i < c.n_rows; i++)
        assert_int_equal(c.dropped[i], i % 2 == 1 ? 1 : 0);
    kc_chunk_finish(&c);
    kc_table_destroy(t);
}

static void the_window_drops_what_was_touched_in_time(void **state)
{
    struct kc_table *t = source_table("id int unsigned!", first, 1);
    struct kc_chunk c = chunk_of(t, 10);
    struct kc_error err = source_error();
    struct kc_window w = {0};

    (void)state;
    assert_int_equal(kc_window_note(&w, 1, &(uint64_t){10}, 1, 1000, 0, &err), KC_OK);
    assert_int_equal(kc_window_note(&w, 1, &(uint64_t){20}, 1, 2000, 0, &err), KC_OK);
    assert_int_equal(kc_window_note(&w, 2, &(uint64_t){30}, 1, 2000, 0, &err), KC_OK);
    kc_window_apply(&w, 1, 1500, &c);
    assert_int_equal(c.dropped[1], 0);
    assert_int_equal(c.dropped[2], 1);
    assert_int_equal(c.dropped[3], 0);
    assert_true(kc_window_touched(&w, 2, 2000));
    assert_false(kc_window_touched(&w, 2, 2001));
    kc_window_finish(&w);
    kc_chunk_finish(&c);
    kc_table_destroy(t);
}

static void a_window_that_overflows_says_what_it_lost(void **state)
{
    struct kc_error err = source_error();
    struct kc_window w = {0};

    (void)state;
    for (uint64_t i = 0; i < KC_WINDOW_ENTRIES + 5; i++)
        assert_int_equal(kc_window_note(&w, 0, &i, 1, (int64_t)i + 1, 0, &err), KC_OK);
    assert_int_equal(w.lost_ms, 5);
    assert_true(kc_window_touched(&w, 7, 5));
    assert_int_equal(kc_window_note(&w, 0, &(uint64_t){1}, 1, 1 << 20, (1 << 20) - 1, &err), KC_OK);
    assert_int_equal(w.n, 1);
    kc_window_finish(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunks_are_selected_by_the_primary_key),
        cmocka_unit_test(a_key_of_several_columns_is_compared_column_by_column),
        cmocka_unit_test(keys_survive_their_text_form),
        cmocka_unit_test(the_order_of_keys_is_the_order_of_the_numbers),
        cmocka_unit_test(only_keys_of_integers_allow_chunks),
        cmocka_unit_test(exactly_the_touched_row_is_dropped),
        cmocka_unit_test(the_window_drops_what_was_touched_in_time),
        cmocka_unit_test(a_window_that_overflows_says_what_it_lost),
    };

    return cmocka_run_group_tests_name("mysql chunk", tests, NULL, NULL);
}
