#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "task/offsets.h"

static const struct kc_kv where[] = {{{"p", 1, 0}, {.type = KC_STRING, .len = 1, .as.str = "a"}},
                                     {{"p", 1, 0}, {.type = KC_STRING, .len = 1, .as.str = "b"}}};
static const struct kc_map partitions[] = {{&where[0], 1, 0}, {&where[1], 1, 0}};

struct batch {
    struct kc_record records[8];
    struct kc_kv seq[8];
    struct kc_map offsets[8];
    struct kc_batch pub;
};

static void add(struct batch *b, uint32_t source, int64_t seq, bool resume, uint32_t flags)
{
    uint32_t i = b->pub.n_records++;

    b->seq[i] = (struct kc_kv){{"seq", 3, 0}, {.type = KC_INT64, .as.i64 = seq}};
    b->offsets[i] = (struct kc_map){&b->seq[i], 1, 0};
    b->records[i] = (struct kc_record){
        .source = source, .flags = flags, .offset = resume ? &b->offsets[i] : NULL, .cookie = (uint64_t)seq};
    b->pub.records = b->records;
    b->pub.record_size = sizeof(struct kc_record);
    b->pub.partitions = partitions;
    b->pub.n_partitions = 2;
}

struct written {
    int n;
    struct kc_buf keys; /* with a blank behind each */
};

static kc_status write_record(void *arg, const char *key, size_t key_len, const void *value, size_t value_len,
                              struct kc_error *err)
{
    struct written *w = arg;

    (void)value;
    (void)value_len;
    (void)err;
    w->n++;
    kc_buf_add(&w->keys, key, key_len);
    kc_buf_str(&w->keys, " ");
    return KC_OK;
}

static int64_t seq_of(struct kc_offsets *o, int which)
{
    struct kc_map offset;

    return kc_offsets_get(o, &partitions[which], &offset) == KC_OK ? offset.kvs[0].value.as.i64 : -1;
}

static void note(struct kc_offsets *o, struct batch *b)
{
    struct kc_error err = KC_ERROR_INIT;

    assert_int_equal(kc_offsets_note(o, &b->pub, &err), KC_OK);
}

static void the_newest_resume_point_of_each_partition_counts(void **state)
{
    struct kc_offsets *o = kc_offsets_create("c", "g", 5);
    struct batch b = {0};

    (void)state;
    add(&b, 0, 1, true, 0);
    add(&b, 1, 100, true, 0);
    add(&b, 0, 2, true, 0);
    add(&b, 0, 3, false, 0);
    note(o, &b);
    assert_int_equal(seq_of(o, 0), 2);
    assert_int_equal(seq_of(o, 1), 100);
    assert_false(kc_offsets_at_resume_point(o)); /* 3 came after 2 */
    b = (struct batch){0};
    add(&b, 1, 101, true, 0);
    note(o, &b);
    assert_false(kc_offsets_at_resume_point(o));
    b = (struct batch){0};
    add(&b, 0, 4, true, 0);
    note(o, &b);
    assert_true(kc_offsets_at_resume_point(o));
    kc_offsets_destroy(o);
}

static void dropped_records_move_the_position_and_are_no_tail(void **state)
{
    struct kc_offsets *o = kc_offsets_create("c", "g", 5);
    struct batch b = {0};
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(2);
    struct written w = {0};
    struct kc_error err = KC_ERROR_INIT;

    (void)state;
    add(&b, 0, 1, true, 0);
    add(&b, 0, 2, true, KC_REC_DROPPED);
    add(&b, 0, 3, false, KC_REC_DROPPED);
    note(o, &b);
    assert_int_equal(seq_of(o, 0), 2);
    assert_true(kc_offsets_at_resume_point(o));
    assert_int_equal(kc_offsets_prepare(o, false, "offsets", list, write_record, &w, &err), KC_OK);
    assert_int_equal(list->elems[0].offset, 1); /* one record was sent */
    kc_buf_finish(&w.keys);
    rd_kafka_topic_partition_list_destroy(list);
    kc_offsets_destroy(o);
}

static void told(void *arg, const struct kc_committed *changed)
{
    *(uint64_t *)arg += changed->cookie;
}

static void a_commit_writes_what_changed_and_only_that(void **state)
{
    struct kc_offsets *o = kc_offsets_create("c", "g", 5);
    struct kc_error err = KC_ERROR_INIT;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(2);
    struct written w = {0};
    struct batch b = {0};
    uint64_t cookies = 0;

    (void)state;
    add(&b, 0, 7, true, 0);
    note(o, &b);
    assert_int_equal(kc_state_put(o, (struct kc_str){"k", 1, 0}, (struct kc_str){"v", 1, 0}, false), KC_OK);
    assert_true(kc_offsets_changed(o));
    assert_int_equal(kc_offsets_prepare(o, false, "offsets", list, write_record, &w, &err), KC_OK);
    assert_int_equal(list->cnt, 1);
    assert_int_equal(list->elems[0].partition, 0);
    assert_memory_equal(list->elems[0].metadata, "{\"partition\":{\"p\":\"a\"},\"offset\":{\"seq\":7}}", 42);
    assert_string_equal(w.keys.data, "state/c/k position/c/0 ");
    kc_offsets_committed(o, told, &cookies);
    assert_int_equal(cookies, 7);
    assert_false(kc_offsets_changed(o));
    assert_int_equal(kc_offsets_record_due(o), INT64_MAX);

    /* Within a second the position goes to the group alone; before a rest the record is written, too. */
    b = (struct batch){0};
    add(&b, 0, 8, true, 0);
    note(o, &b);
    w.n = 0;
    assert_int_equal(kc_offsets_prepare(o, false, "offsets", list, write_record, &w, &err), KC_OK);
    assert_int_equal(w.n, 0);
    kc_offsets_committed(o, NULL, NULL);
    assert_int_not_equal(kc_offsets_record_due(o), INT64_MAX);
    assert_int_equal(kc_offsets_prepare(o, true, "offsets", list, write_record, &w, &err), KC_OK);
    assert_int_equal(w.n, 1);
    kc_offsets_committed(o, NULL, NULL);
    assert_int_equal(kc_offsets_record_due(o), INT64_MAX);
    kc_buf_finish(&w.keys);
    rd_kafka_topic_partition_list_destroy(list);
    kc_offsets_destroy(o);
}

static struct kc_position_text read_text(const char *text)
{
    struct kc_position_text t;

    assert_true(kc_position_read(text, strlen(text), &t));
    return t;
}

static const char full[] = "{\"partition\":{\"p\":\"a\"},\"offset\":{\"seq\":5}}";
static const char record[] =
    "{\"group.id\":\"g\",\"count\":9,\"partition\":{\"p\":\"a\"},\"offset\":{\"seq\":4}}";

/* What is known at a start, and the position that follows; -1: none, -2: refused. */
static int64_t settle(const char *metadata, const char *in_record)
{
    struct kc_offsets *o = kc_offsets_create("c", "g", 5);
    struct kc_error err = KC_ERROR_INIT;
    struct kc_position_text t;
    kc_status status = KC_OK;
    int64_t result;

    if (metadata != NULL) {
        t = read_text(metadata);
        assert_int_equal(kc_offsets_found_metadata(o, 0, 6, &t, &err), KC_OK);
    }
    if (in_record != NULL) {
        t = read_text(in_record);
        status = kc_offsets_found_record(o, 0, &t, &err);
        if (status < 0)
            kc_position_text_finish(&t);
    }
    if (status == KC_OK)
        status = kc_offsets_settle(o, &err);
    result = status < 0 ? -2 : seq_of(o, 0);
    if (status < 0)
        assert_int_equal(status, KC_ERR_CONFIG);
    kc_offsets_destroy(o);
    return result;
}

static void the_group_comes_first_and_the_record_where_it_has_nothing(void **state)
{
    (void)state;
    assert_int_equal(settle(NULL, NULL), -1);
    assert_int_equal(settle(full, NULL), 5);
    assert_int_equal(settle(full, record), 5);
    assert_int_equal(settle(NULL, record), 4);
    assert_int_equal(settle("{\"see\":\"record\"}", record), 4);
    assert_int_equal(settle("{\"see\":\"record\"}", NULL), -2);
    assert_int_equal(settle(full, "{\"group.id\":\"other\",\"partition\":{},\"offset\":{}}"), -2);
}

static void state_is_put_got_and_removed(void **state)
{
    struct kc_offsets *o = kc_offsets_create("c", "g", 5);
    struct kc_str value;
    char key[16];

    (void)state;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 2000; i++) {
            struct kc_str k = {key, (uint32_t)snprintf(key, sizeof(key), "table-%d", i), 0};

            assert_int_equal(kc_state_put(o, k, (struct kc_str){key, k.len - (uint32_t)round, 0}, false),
                             KC_OK);
        }
    }
    assert_int_equal(kc_state_get(o, (struct kc_str){"table-77", 8, 0}, &value), KC_OK);
    assert_int_equal(value.len, 7);
    assert_memory_equal(value.ptr, "table-7", 7);
    assert_int_equal(kc_state_put(o, (struct kc_str){"table-77", 8, 0}, (struct kc_str){0}, false), KC_OK);
    assert_int_equal(kc_state_get(o, (struct kc_str){"table-77", 8, 0}, &value), KC_NOTHING);
    assert_int_equal(kc_state_get(o, (struct kc_str){"absent", 6, 0}, &value), KC_NOTHING);
    kc_offsets_destroy(o);
}

static void more_partitions_than_slots_are_refused(void **state)
{
    struct kc_offsets *o = kc_offsets_create("c", "g", 1);
    struct kc_error err = KC_ERROR_INIT;
    struct batch b = {0};

    (void)state;
    add(&b, 0, 1, true, 0);
    assert_int_equal(kc_offsets_note(o, &b.pub, &err), KC_ERR_CONFIG);
    assert_non_null(strstr(err.message, "several connectors"));
    kc_offsets_destroy(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_resume_point_of_each_partition_counts),
        cmocka_unit_test(dropped_records_move_the_position_and_are_no_tail),
        cmocka_unit_test(a_commit_writes_what_changed_and_only_that),
        cmocka_unit_test(the_group_comes_first_and_the_record_where_it_has_nothing),
        cmocka_unit_test(state_is_put_got_and_removed),
        cmocka_unit_test(more_partitions_than_slots_are_refused),
    };

    return cmocka_run_group_tests_name("offsets", tests, NULL, NULL);
}
