#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "task/arena.h"
#include "task/out_buffer.h"

static void room_is_there_after_growing(void **state)
{
    struct kc_task_arena *a = kc_arena_create(256 << 20);

    (void)state;
    for (uint64_t size = 1; size < 3 << 20; size = size * 3 + 1) {
        assert_int_equal(kc_arena_more(&a->pub, size), KC_OK);
        assert_true((uint64_t)(a->pub.end - a->pub.cur) >= size);
        assert_int_equal((uintptr_t)a->pub.cur % 16, 0);
        memset(a->pub.cur, 1, size);
    }
    kc_arena_destroy(a);
}

static void chunks_are_used_again_after_a_reset(void **state)
{
    struct kc_task_arena *a = kc_arena_create(256 << 20);
    uint8_t *first;

    (void)state;
    assert_int_equal(kc_arena_more(&a->pub, 100), KC_OK);
    first = a->pub.cur;
    kc_arena_reset(a);
    assert_null(a->pub.cur);
    assert_int_equal(kc_arena_more(&a->pub, 100), KC_OK);
    assert_ptr_equal(a->pub.cur, first);
    kc_arena_destroy(a);
}

static void a_reset_keeps_little(void **state)
{
    struct kc_task_arena *a = kc_arena_create(256 << 20);

    (void)state;
    for (int i = 0; i < 100; i++)
        assert_int_equal(kc_arena_more(&a->pub, KC_ARENA_CHUNK_BYTES), KC_OK);
    kc_arena_reset(a);
    assert_true(a->spare_bytes <= KC_ARENA_KEEP_BYTES);
    kc_arena_destroy(a);
}

static void the_limit_holds(void **state)
{
    struct kc_task_arena *a = kc_arena_create(1 << 20);

    (void)state;
    assert_int_equal(kc_arena_more(&a->pub, (1 << 20) + 1), KC_ERR_NOMEM);
    assert_int_equal(kc_arena_more(&a->pub, UINT64_MAX), KC_ERR_NOMEM);
    for (int i = 0; i < 4; i++)
        assert_int_equal(kc_arena_more(&a->pub, KC_ARENA_CHUNK_BYTES), KC_OK);
    assert_int_equal(kc_arena_more(&a->pub, 1), KC_ERR_NOMEM);
    kc_arena_reset(a);
    assert_int_equal(kc_arena_more(&a->pub, 1), KC_OK);
    kc_arena_destroy(a);
}

static void a_buffer_returns_with_its_last_reference(void **state)
{
    struct kc_out_pool pool = {0};
    struct kc_out *o = kc_out_take(&pool), *again;

    (void)state;
    assert_int_equal(o->bytes.grow(&o->bytes, 100), KC_OK);
    kc_out_ref(o);
    kc_out_unref(o);
    assert_true(pool.in_use_bytes > 0);
    kc_out_unref(o);
    assert_int_equal(pool.in_use_bytes, 0);
    again = kc_out_take(&pool);
    assert_ptr_equal(again, o);
    assert_int_equal(again->bytes.len, 0);
    kc_out_unref(again);
    kc_out_pool_finish(&pool);
}

static void a_pool_keeps_no_more_than_it_says(void **state)
{
    struct kc_out_pool pool = {0};
    struct kc_out *list[8];

    (void)state;
    for (int i = 0; i < 8; i++) {
        list[i] = kc_out_take(&pool);
        assert_int_equal(list[i]->bytes.grow(&list[i]->bytes, 1 << 20), KC_OK);
    }
    for (int i = 0; i < 8; i++)
        kc_out_unref(list[i]);
    assert_true(pool.idle_bytes <= KC_OUT_KEEP_BYTES);
    assert_int_equal(pool.in_use_bytes, 0);
    kc_out_pool_finish(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(room_is_there_after_growing),
        cmocka_unit_test(chunks_are_used_again_after_a_reset),
        cmocka_unit_test(a_reset_keeps_little),
        cmocka_unit_test(the_limit_holds),
        cmocka_unit_test(a_buffer_returns_with_its_last_reference),
        cmocka_unit_test(a_pool_keeps_no_more_than_it_says),
    };

    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
