/* The chain of transforms, and what the encoder makes of it, with the test plugins in this process: argv
 * has their files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/log.h"
#include "task/encoder.h"
#include "task/headers.h"
#include "task/pipeline.h"

enum { RECORDS = 10 };

static const char *counter_file, *stages_file;

/* A task with the stages that a test asks for, without Kafka. */
struct bench {
    struct kc_task task;
    struct kc_headers headers;
    struct kc_encoder encoder;
    struct kc_pipeline chain;
    struct kc_task_arena *arena;
    struct kc_memory memory;
    struct kc_out_pool pool;
    struct kc_out *out;
    struct kc_pairing pairs;
    struct kc_record records[RECORDS];
    struct kc_batch batch;
    struct kc_error err;
    int peer; /* the worker's end */
};

static void add_plugin(cJSON *list, const char *role, const char *id, const char *file)
{
    cJSON *item = cJSON_CreateObject();

    cJSON_AddStringToObject(item, "role", role);
    cJSON_AddStringToObject(item, "id", id);
    cJSON_AddStringToObject(item, "file", file);
    cJSON_AddItemToArray(list, item);
}

/* `aliases` are transforms, `config` pairs of key and value; both end with NULL. */
static cJSON *start_message(const char *const *aliases, const char *const *config)
{
    cJSON *message = cJSON_CreateObject(), *list, *keys = cJSON_CreateObject();
    char role[32];

    cJSON_AddStringToObject(message, "type", "start");
    cJSON_AddStringToObject(message, "kind", "source");
    cJSON_AddStringToObject(message, "connector", "c");
    cJSON_AddStringToObject(message, "worker_id", "w");
    cJSON_AddStringToObject(message, "group_id", "g");
    cJSON_AddStringToObject(message, "offset_topic", "offsets");
    cJSON_AddNumberToObject(message, "offset_partitions", 5);
    list = cJSON_AddArrayToObject(message, "plugins");
    add_plugin(list, "connector", "counter-source", counter_file);
    add_plugin(list, "key.converter", "text", counter_file);
    add_plugin(list, "value.converter", "text", counter_file);
    add_plugin(list, "header.converter", "brackets", stages_file);
    add_plugin(list, "predicates.odd", "Odd", stages_file);
    for (; *aliases != NULL; aliases++) {
        (void)snprintf(role, sizeof(role), "transforms.%s", *aliases);
        add_plugin(list, role, "Edit", stages_file);
    }
    for (; *config != NULL; config += 2)
        cJSON_AddStringToObject(keys, config[0], config[1]);
    cJSON_AddItemToObject(message, "config", keys);
    return message;
}

static void make_batch(struct bench *b)
{
    const struct kc_topic *topic = kc_topics_get(b->task.topics, (struct kc_str){"numbers", 7, 0}, 1);

    for (int i = 0; i < RECORDS; i++)
        b->records[i] = (struct kc_record){.partition = KC_ANY_PARTITION,
                                           .timestamp_ms = KC_NO_TIMESTAMP,
                                           .topic = topic,
                                           .key = {.type = KC_INT64, .as.i64 = i},
                                           .value = {.type = KC_INT64, .as.i64 = i},
                                           .cookie = 100 + (uint64_t)i};
    b->batch = (struct kc_batch){.struct_size = sizeof(b->batch),
                                 .record_size = sizeof(b->records[0]),
                                 .records = b->records,
                                 .n_records = RECORDS,
                                 .arena = &b->arena->pub};
}

static kc_status open_bench(struct bench *b, const char *const *aliases, const char *const *config)
{
    struct kc_topics_setup topics = {.client_id = "test"};
    struct kc_task *t = &b->task;
    int pair[2];

    *b = (struct bench){.task.lock = PTHREAD_MUTEX_INITIALIZER, .err = KC_ERROR_INIT};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    b->peer = pair[1];
    t->link = kc_link_open(pair[0], &b->err);
    assert_non_null(t->link);
    assert_int_equal(kc_link_run(t->link, false, &b->err), KC_OK);
    assert_int_equal(kc_start_read(start_message(aliases, config), &t->start, &b->err), KC_OK);
    topics.worker = topics.connector = topics.admin = t->start.config;
    b->memory = kc_memory_plan(64);
    b->arena = kc_arena_create(b->memory.rows_bytes);
    b->pool = (struct kc_out_pool){.limit_bytes = b->memory.encoded_bytes};
    b->out = kc_out_take(&b->pool);
    t->schemas = kc_schemas_create();
    t->topics = kc_topics_create(&topics);
    t->headers = &b->headers;
    make_batch(b);
    assert_int_equal(kc_failures_init(&t->failures, t->start.config, &b->err), KC_OK);
    assert_int_equal(kc_retry_init(&t->retry, t->start.config, &b->err), KC_OK);
    assert_int_equal(kc_headers_open(&b->headers, t, &b->err), KC_OK);
    assert_int_equal(kc_encoder_open(&b->encoder, t, &b->err), KC_OK);
    return kc_pipeline_open(&b->chain, t, &b->err);
}

static void close_bench(struct bench *b)
{
    kc_pipeline_close(&b->chain);
    kc_encoder_close(&b->encoder);
    kc_headers_close(&b->headers);
    kc_out_unref(b->out);
    kc_out_pool_finish(&b->pool);
    kc_arena_destroy(b->arena);
    kc_failures_finish(&b->task.failures);
    kc_topics_destroy(b->task.topics);
    kc_schemas_destroy(b->task.schemas);
    kc_start_finish(&b->task.start);
    kc_link_close(b->task.link);
    (void)close(b->peer);
}

#define OPEN(b, aliases, ...)                                                                                \
    assert_int_equal(                                                                                        \
        open_bench(b, (const char *const[]){aliases, NULL}, (const char *const[]){__VA_ARGS__, NULL}),       \
        KC_OK)
#define BOTH     "a", "b"
#define TOLERANT "errors.tolerance", "all"

static kc_status apply(struct bench *b)
{
    return kc_pipeline_apply(&b->chain, &b->batch, &b->err);
}

/* The values that would be sent, as text with blanks between. */
static const char *encoded(struct bench *b, char *text, size_t size)
{
    struct kc_pair pair;

    text[0] = '\0';
    assert_int_equal(kc_encoder_run(&b->encoder, &b->batch, b->out, &b->pairs, &b->err), KC_OK);
    while (kc_pairing_next(&b->pairs, &pair, &b->err) == KC_OK) {
        size_t n = strlen(text);

        if (!kc_failures_has(&b->task.failures, pair.index))
            (void)snprintf(text + n, size - n, "%s%.*s", n > 0 ? " " : "", (int)pair.value_len,
                           (const char *)pair.value);
    }
    return text;
}

static void stages_run_in_their_order_and_predicates_choose(void **state)
{
    struct bench b;
    char text[200];

    (void)state;
    OPEN(&b, BOTH, "transforms.a.times", "10", "transforms.a.predicate", "odd", "transforms.b.drop.every",
         "4", "transforms.b.topic.suffix", "-new", "transforms.b.predicate", "odd", "transforms.b.negate",
         "True");
    assert_int_equal(apply(&b), KC_OK);
    for (int i = 0; i < RECORDS; i++) {
        const struct kc_record *r = &b.records[i];

        assert_int_equal(r->flags & ~(uint32_t)KC_REC_DROPPED, 0); /* no mark of a predicate is left */
        assert_int_equal(r->cookie, 100 + i);
        assert_string_equal(r->topic->name.ptr, "numbers-new"); /* ten times an odd number is even */
    }
    assert_string_equal(encoded(&b, text, sizeof(text)), "10 2 30 50 6 70 90");
    close_bench(&b);
}

static void without_transforms_nothing_happens(void **state)
{
    struct bench b;
    const char *const none[] = {NULL};

    (void)state;
    assert_int_equal(open_bench(&b, none, none), KC_OK);
    assert_int_equal(b.chain.n_stages, 0);
    assert_int_equal(apply(&b), KC_OK);
    assert_int_equal(b.records[3].value.as.i64, 3);
    close_bench(&b);
}

static void a_failed_record_is_encoded_as_it_came_for_its_dead_letter_only(void **state)
{
    struct bench b;
    char text[200];
    const void *key;
    uint32_t len;

    (void)state;
    OPEN(&b, BOTH, TOLERANT, "transforms.a.times", "7", "transforms.a.no.key", "1", "transforms.b.fail.every",
         "21", "errors.log.include.messages", "true");
    assert_int_equal(apply(&b), KC_OK);
    assert_int_equal(b.task.failures.n, 4); /* 0, 21, 42, 63 */
    for (size_t i = 0; i < 4; i++) {
        const struct kc_failure *f = &b.task.failures.list[i];

        assert_int_equal(f->index, i * 3);
        assert_string_equal(f->stage, "TRANSFORMATION");
        assert_string_equal(f->component, "Edit 1.0.0");
        assert_int_equal(f->original->value.as.i64, i * 3);
    }
    assert_string_equal(b.task.failures.list[2].why, "Edit 1.0.0: the number 42 cannot be edited");
    assert_string_equal(encoded(&b, text, sizeof(text)), "7 14 28 35 49 56");
    assert_int_equal(b.pairs.late_values->len, 4);
    assert_int_equal(b.pairs.late_values->list[2].record, 6);
    assert_memory_equal(b.out->bytes.data + b.pairs.late_values->list[2].start, "6", 1);
    assert_true(kc_pairing_key(&b.pairs, 6, &key, &len));
    assert_int_equal(len, 1);
    assert_memory_equal(key, "6", 1);
    close_bench(&b);
}

static void a_dead_letter_that_the_converter_refuses_too_counts_once(void **state)
{
    struct bench b;
    char text[200];

    (void)state;
    OPEN(&b, "a", TOLERANT, "transforms.a.fail.every", "5", "value.converter.refuse.every", "3",
         "errors.log.include.messages", "true");
    assert_int_equal(apply(&b), KC_OK);
    assert_string_equal(encoded(&b, text, sizeof(text)), "1 2 4 7 8");
    assert_int_equal(b.task.failures.n, 5); /* 0 and 5 by the transform, 3 6 9 by the converter */
    assert_int_equal(b.pairs.late_values->len, 1);
    assert_int_equal(b.pairs.late_values->list[0].record, 5);
    close_bench(&b);
}

static void without_tolerance_a_failed_record_fails_the_task(void **state)
{
    struct bench b;

    (void)state;
    OPEN(&b, "a", "transforms.a.fail.every", "6");
    assert_int_equal(apply(&b), KC_ERR_FATAL);
    assert_string_equal(b.err.message, "Edit 1.0.0: the number 0 cannot be edited");
    close_bench(&b);
}

static void a_retry_is_made_again_until_it_works(void **state)
{
    struct bench b;

    (void)state;
    OPEN(&b, "a", "transforms.a.retries", "3", "transforms.a.times", "2", "errors.retry.timeout", "60000",
         "errors.retry.delay.max.ms", "2");
    assert_int_equal(apply(&b), KC_OK);
    assert_int_equal(b.records[4].value.as.i64, 8);
    assert_int_equal(b.task.meter.retries, 3);
    close_bench(&b);
}

static void a_retry_that_is_spent_is_a_failure(void **state)
{
    struct bench b;
    char text[200];

    (void)state;
    OPEN(&b, "a", "transforms.a.retries", "-1");
    assert_int_equal(apply(&b), KC_ERR_RETRY);
    assert_string_equal(b.err.message, "Edit 1.0.0: the lookup service is away for a moment");
    close_bench(&b);

    OPEN(&b, "a", TOLERANT, "transforms.a.retries", "-1", "errors.retry.timeout", "10",
         "errors.retry.delay.max.ms", "2", "transforms.a.predicate", "odd");
    assert_int_equal(apply(&b), KC_OK);
    assert_true(b.task.meter.retries > 1);
    assert_int_equal(b.task.failures.n, 5); /* those that it was to work upon */
    assert_string_equal(b.task.failures.list[0].exception,
                        "org.apache.kafka.connect.errors.RetriableException");
    assert_string_equal(encoded(&b, text, sizeof(text)), "0 2 4 6 8");
    close_bench(&b);
}

static void a_converter_that_asks_for_a_retry_begins_anew(void **state)
{
    struct bench b;
    char text[200];

    (void)state;
    OPEN(&b, "a", "value.converter.retry.at", "5", "errors.retry.timeout", "-1", "errors.retry.delay.max.ms",
         "1");
    assert_int_equal(apply(&b), KC_OK);
    assert_string_equal(encoded(&b, text, sizeof(text)), "0 1 2 3 4 5 6 7 8 9");
    close_bench(&b);
}

static void waiting_ends_where_the_callers_patience_does(void **state)
{
    struct bench b;

    (void)state;
    OPEN(&b, "a", "transforms.a.retries", "-1", "errors.retry.timeout", "-1");
    b.task.retry.patience_until_ms = 1; /* long ago */
    assert_int_equal(apply(&b), KC_ERR_STOPPED);
    assert_int_equal(b.task.failures.n, 0);
    close_bench(&b);
}

static void a_batch_that_needs_too_much_memory_says_so(void **state)
{
    struct bench b;

    (void)state;
    OPEN(&b, "a", "transforms.a.memory", "10000000");
    assert_int_equal(kc_memory_explain(&b.memory, apply(&b), b.arena, &b.pool, &b.err), KC_ERR_NOMEM);
    assert_non_null(strstr(b.err.message, "raise task.memory.max.mb"));
    close_bench(&b);
}

static void headers_go_through_their_converter(void **state)
{
    struct bench b;
    rd_kafka_headers_t *headers;
    const void *value;
    size_t len;

    (void)state;
    OPEN(&b, "a", "transforms.a.header", "n", "header.converter.refuse", "6");
    assert_int_equal(apply(&b), KC_OK);
    assert_int_equal(kc_headers_make(&b.headers, &b.records[5], &headers, &b.err), KC_OK);
    assert_int_equal(rd_kafka_header_get_last(headers, "n", &value, &len), RD_KAFKA_RESP_ERR_NO_ERROR);
    assert_int_equal(len, 3);
    assert_memory_equal(value, "[5]", 3);
    rd_kafka_headers_destroy(headers);
    assert_int_equal(kc_headers_make(&b.headers, &b.records[6], &headers, &b.err), KC_ERR_RECORD);
    assert_null(headers);
    assert_string_equal(b.err.message, "the header n: the number 6 fits no brackets");
    assert_string_equal(kc_headers_failure(&b.headers, 6).stage, "HEADER_CONVERTER");
    close_bench(&b);
}

static void a_header_converter_that_asks_for_a_retry_is_called_again(void **state)
{
    struct bench b;
    rd_kafka_headers_t *headers;

    (void)state;
    OPEN(&b, "a", "transforms.a.header", "n", "header.converter.retries", "3", "errors.retry.timeout",
         "60000", "errors.retry.delay.max.ms", "2");
    assert_int_equal(apply(&b), KC_OK);
    assert_int_equal(kc_headers_make(&b.headers, &b.records[5], &headers, &b.err), KC_OK);
    rd_kafka_headers_destroy(headers);
    close_bench(&b);
    OPEN(&b, "a", TOLERANT, "transforms.a.header", "n", "header.converter.retries", "-1",
         "errors.retry.timeout", "10", "errors.retry.delay.max.ms", "2");
    assert_int_equal(apply(&b), KC_OK);
    assert_int_equal(kc_headers_make(&b.headers, &b.records[5], &headers, &b.err), KC_ERR_RECORD);
    assert_string_equal(b.err.message, "the header n: the brackets are not there yet");
    close_bench(&b);
}

static void a_stage_that_is_not_there_or_badly_set_is_named(void **state)
{
    struct bench b;

    (void)state;
    assert_int_equal(open_bench(&b, (const char *const[]){"a", NULL},
                                (const char *const[]){"transforms.a.predicate", "even", NULL}),
                     KC_ERR_CONFIG);
    assert_string_equal(b.err.message, "the start message names no plugin for \"predicates.even\"");
    close_bench(&b);
    assert_int_equal(open_bench(&b, (const char *const[]){"a", NULL},
                                (const char *const[]){"transforms.a.times", "many", NULL}),
                     KC_ERR_CONFIG);
    assert_memory_equal(b.err.message, "transforms.a: times: ", 21);
    close_bench(&b);
}

static void keys_for_retries_that_are_wrong_are_named(void **state)
{
    static const char *const bad[][2] = {{"errors.retry.timeout", "-2"},
                                         {"errors.retry.timeout", "soon"},
                                         {"errors.retry.delay.max.ms", "0"},
                                         {"errors.retry.delay.max.ms", "99999999999999999999"}};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct kc_props *config = kc_props_create();
        struct kc_error err = KC_ERROR_INIT;
        struct kc_retry retry;

        assert_int_equal(kc_props_set(config, bad[i][0], bad[i][1]), KC_OK);
        assert_int_equal(kc_retry_init(&retry, config, &err), KC_ERR_CONFIG);
        assert_memory_equal(err.message, bad[i][0], strlen(bad[i][0]));
        kc_props_destroy(config);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stages_run_in_their_order_and_predicates_choose),
        cmocka_unit_test(without_transforms_nothing_happens),
        cmocka_unit_test(a_failed_record_is_encoded_as_it_came_for_its_dead_letter_only),
        cmocka_unit_test(a_dead_letter_that_the_converter_refuses_too_counts_once),
        cmocka_unit_test(without_tolerance_a_failed_record_fails_the_task),
        cmocka_unit_test(a_retry_is_made_again_until_it_works),
        cmocka_unit_test(a_retry_that_is_spent_is_a_failure),
        cmocka_unit_test(a_converter_that_asks_for_a_retry_begins_anew),
        cmocka_unit_test(waiting_ends_where_the_callers_patience_does),
        cmocka_unit_test(a_batch_that_needs_too_much_memory_says_so),
        cmocka_unit_test(headers_go_through_their_converter),
        cmocka_unit_test(a_header_converter_that_asks_for_a_retry_is_called_again),
        cmocka_unit_test(a_stage_that_is_not_there_or_badly_set_is_named),
        cmocka_unit_test(keys_for_retries_that_are_wrong_are_named),
    };

    assert_int_equal(argc, 3);
    counter_file = argv[1];
    stages_file = argv[2];
    kc_log_set_level(KC_FATAL);
    return cmocka_run_group_tests_name("pipeline", tests, NULL, NULL);
}
