#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "task/memory.h"

static void the_parts_follow_the_cap(void **state)
{
    struct kc_memory usual = kc_memory_plan(0), small = kc_memory_plan(64), large = kc_memory_plan(4096);

    (void)state;
    assert_int_equal(usual.max_mb, 256);
    assert_int_equal(usual.rows_bytes, 128 << 20);
    assert_int_equal(usual.in_use_bytes, 16 << 20);
    assert_int_equal(small.encoded_bytes, 32 << 20);
    assert_int_equal(small.in_use_bytes, 8 << 20);
    assert_int_equal(large.in_use_bytes, 16 << 20); /* more would only make commits longer */
    assert_true(large.rows_bytes > 1 << 30);
}

/* A buffer that cannot grow any more keeps what it has, and tells how much it would have needed. */
static void an_encoded_batch_ends_at_its_part(void **state)
{
    struct kc_memory m = kc_memory_plan(64);
    struct kc_out_pool pool = {.limit_bytes = m.encoded_bytes, .keep_bytes = m.in_use_bytes};
    struct kc_task_arena *arena = kc_arena_create(m.rows_bytes);
    struct kc_out *out = kc_out_take(&pool);
    struct kc_error err = KC_ERROR_INIT;
    uint64_t grown;

    (void)state;
    assert_int_equal(out->bytes.grow(&out->bytes, 9 << 20), KC_OK);
    grown = out->bytes.cap;
    assert_true(grown >= 9 << 20 && grown < 12 << 20); /* a large buffer is not doubled */
    out->bytes.len = 9 << 20;
    assert_int_equal(out->bytes.grow(&out->bytes, 22 << 20), KC_OK);
    assert_int_equal(kc_memory_explain(&m, KC_ERR_NOMEM, arena, &pool, &err), KC_ERR_NOMEM);
    assert_string_equal(err.message, ""); /* nothing was refused: another kind of failure */
    assert_int_equal(out->bytes.grow(&out->bytes, 24 << 20), KC_ERR_NOMEM);
    assert_int_equal(out->bytes.len, 9 << 20);
    assert_true(out->bytes.cap <= m.encoded_bytes);
    assert_int_equal(kc_memory_explain(&m, KC_ERR_NOMEM, arena, &pool, &err), KC_ERR_NOMEM);
    assert_non_null(strstr(err.message, "34 MB for its encoded records, and may have 32 MB"));
    assert_non_null(strstr(err.message, "task.memory.max.mb (64)"));
    kc_out_unref(out);
    assert_int_equal(pool.idle_bytes, 0); /* too large to be kept */
    kc_out_pool_finish(&pool);
    kc_arena_destroy(arena);
}

static void the_rows_of_a_batch_end_at_their_part(void **state)
{
    struct kc_memory m = kc_memory_plan(64);
    struct kc_task_arena *arena = kc_arena_create(m.rows_bytes);
    struct kc_error err = KC_ERROR_INIT;

    (void)state;
    assert_int_equal(kc_arena_more(&arena->pub, 20 << 20), KC_OK);
    assert_int_equal(kc_arena_more(&arena->pub, 20 << 20), KC_ERR_NOMEM);
    (void)kc_memory_explain(&m, KC_ERR_NOMEM, arena, NULL, &err);
    assert_non_null(strstr(err.message, "41 MB for its rows, and may have 32 MB"));
    assert_int_equal(kc_memory_explain(&m, KC_ERR_RETRY, arena, NULL, &err), KC_ERR_RETRY);
    kc_arena_reset(arena);
    assert_int_equal(kc_arena_more(&arena->pub, 20 << 20), KC_OK);
    assert_int_equal(arena->refused_bytes, 0);
    kc_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_parts_follow_the_cap),
        cmocka_unit_test(an_encoded_batch_ends_at_its_part),
        cmocka_unit_test(the_rows_of_a_batch_end_at_their_part),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
