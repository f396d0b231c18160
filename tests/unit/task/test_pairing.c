#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "task/pairing.h"

enum { N = 4 };

struct fixture {
    struct kc_record records[N];
    struct kc_batch batch;
    struct kc_slice keys[8], values[8];
    struct kc_slices key_slices, value_slices;
    struct kc_bytes key_bytes, value_bytes;
    struct kc_pairing pairing;
};

/* Four records with the keys k0..k3; value slices are added by the tests. */
static void set_up(struct fixture *f)
{
    *f =
        (struct fixture){.batch = {.struct_size = sizeof(f->batch), .record_size = sizeof(struct kc_record)}};
    f->batch.records = f->records;
    f->batch.n_records = N;
    f->key_bytes.data = (uint8_t *)(uintptr_t) "k0k1k2k3";
    f->key_bytes.len = 8;
    f->value_bytes.data = (uint8_t *)(uintptr_t) "abcdefgh";
    f->value_bytes.len = 8;
    for (uint32_t i = 0; i < N; i++)
        f->keys[i] = (struct kc_slice){.start = i * 2, .len = 2, .record = i};
    f->key_slices = (struct kc_slices){.list = f->keys, .len = N};
    f->value_slices = (struct kc_slices){.list = f->values};
    f->pairing = (struct kc_pairing){.batch = &f->batch,
                                     .key_bytes = &f->key_bytes,
                                     .value_bytes = &f->value_bytes,
                                     .keys = &f->key_slices,
                                     .values = &f->value_slices};
}

static void value(struct fixture *f, uint32_t record, uint64_t start, uint32_t len)
{
    f->values[f->value_slices.len++] = (struct kc_slice){.start = start, .len = len, .record = record};
}

static void expect(struct fixture *f, uint32_t record, const char *key, const char *text)
{
    struct kc_error err = {.struct_size = sizeof(err)};
    struct kc_pair pair;

    assert_int_equal(kc_pairing_next(&f->pairing, &pair, &err), KC_OK);
    assert_ptr_equal(pair.record, &f->records[record]);
    if (key == NULL)
        assert_null(pair.key);
    else
        assert_memory_equal(pair.key, key, pair.key_len);
    assert_int_equal(pair.value_len, text == NULL ? 0 : strlen(text));
    if (text == NULL)
        assert_null(pair.value);
    else
        assert_memory_equal(pair.value, text, pair.value_len);
}

static void expect_end(struct fixture *f)
{
    struct kc_error err = {.struct_size = sizeof(err)};
    struct kc_pair pair;

    assert_int_equal(kc_pairing_next(&f->pairing, &pair, &err), KC_NOTHING);
}

static void expect_fault(struct fixture *f, const char *words)
{
    struct kc_error err = {.struct_size = sizeof(err)};
    struct kc_pair pair;
    kc_status status;

    do {
        status = kc_pairing_next(&f->pairing, &pair, &err);
    } while (status == KC_OK);
    assert_int_equal(status, KC_ERR_FATAL);
    assert_non_null(strstr(err.message, words));
}

static void one_value_each(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f);
    for (uint32_t i = 0; i < N; i++)
        value(&f, i, i, 1);
    expect(&f, 0, "k0", "a");
    expect(&f, 1, "k1", "b");
    expect(&f, 2, "k2", "c");
    expect(&f, 3, "k3", "d");
    expect_end(&f);
}

static void two_values_of_one_record_share_its_key(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f);
    value(&f, 1, 0, 2);
    value(&f, 1, 2, 2);
    value(&f, 3, 4, 1);
    expect(&f, 1, "k1", "ab");
    expect(&f, 1, "k1", "cd");
    expect(&f, 3, "k3", "e");
    expect_end(&f);
}

static void no_value_is_no_message(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f);
    expect_end(&f);
}

static void dropped_and_failed_records_have_no_key_slice(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f);
    f.records[0].flags = KC_REC_DROPPED;
    f.records[2].flags = KC_REC_FAILED;
    f.keys[0] = f.keys[1];
    f.keys[1] = f.keys[3];
    f.key_slices.len = 2;
    value(&f, 1, 0, 1);
    value(&f, 3, 1, 1);
    expect(&f, 1, "k1", "a");
    expect(&f, 3, "k3", "b");
    expect_end(&f);
}

/* The key converter ran before the value converter refused the record. */
static void a_record_without_a_value_still_has_its_key(void **state)
{
    struct fixture f;
    const void *key;
    uint32_t len;

    (void)state;
    set_up(&f);
    f.records[1].flags = KC_REC_FAILED;
    value(&f, 0, 0, 1);
    value(&f, 3, 1, 1);
    expect(&f, 0, "k0", "a");
    expect(&f, 3, "k3", "b");
    expect_end(&f);
    assert_true(kc_pairing_key(&f.pairing, 1, &key, &len));
    assert_int_equal(len, 2);
    assert_memory_equal(key, "k1", 2);
    assert_false(kc_pairing_key(&f.pairing, 4, &key, &len));
}

static void null_and_empty_are_different(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f);
    f.keys[0].is_null = 1;
    value(&f, 0, 0, 0);
    f.values[0].is_null = 1;
    value(&f, 1, 8, 0);
    expect(&f, 0, NULL, NULL);
    expect(&f, 1, "k1", "");
    expect_end(&f);
}

static void faults_of_converters_are_found(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f);
    value(&f, 2, 0, 1);
    value(&f, 1, 1, 1);
    expect_fault(&f, "order");
    set_up(&f);
    value(&f, N, 0, 1);
    expect_fault(&f, "not there");
    set_up(&f);
    f.records[1].flags = KC_REC_DROPPED;
    value(&f, 1, 0, 1);
    expect_fault(&f, "not there");
    set_up(&f);
    value(&f, 1, 7, 2);
    expect_fault(&f, "outside");
    set_up(&f);
    f.key_slices.len = 1;
    value(&f, 1, 0, 1);
    expect_fault(&f, "key converter");
    set_up(&f);
    f.keys[1].record = 2;
    value(&f, 1, 0, 1);
    expect_fault(&f, "key converter");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_value_each),
        cmocka_unit_test(two_values_of_one_record_share_its_key),
        cmocka_unit_test(no_value_is_no_message),
        cmocka_unit_test(dropped_and_failed_records_have_no_key_slice),
        cmocka_unit_test(a_record_without_a_value_still_has_its_key),
        cmocka_unit_test(null_and_empty_are_different),
        cmocka_unit_test(faults_of_converters_are_found),
    };

    return cmocka_run_group_tests_name("pairing", tests, NULL, NULL);
}
