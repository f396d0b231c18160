#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "task/record_size.h"

static const struct kc_topic topic = {.name = {"mysql_orders", 12, 0}};

static struct kc_message message(size_t key_len, size_t value_len)
{
    return (struct kc_message){.key = "", .key_len = key_len, .value = "", .value_len = value_len};
}

static void assert_says(const struct kc_misfit *misfit, const char *words)
{
    struct kc_error err = KC_ERROR_INIT;

    assert_int_equal(kc_misfit_explain(misfit, &topic, &err), KC_ERR_CONFIG);
    if (strstr(err.message, words) == NULL || strstr(err.message, "mysql_orders") == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.message, words);
}

/* 61 of the batch, length, attributes, two deltas, then length and bytes of each field, and the number of headers. */
static void a_batch_is_counted_as_the_broker_counts_it(void **state)
{
    struct kc_message m = message(1, 1);

    (void)state;
    assert_int_equal(kc_record_batch_bytes(&m), 61 + 1 + 3 + 2 + 2 + 1);
    m.value = NULL;
    m.value_len = 0;
    assert_int_equal(kc_record_batch_bytes(&m), 61 + 1 + 3 + 2 + 1 + 1); /* null is a length of one byte */
    m = message(0, 0);
    assert_int_equal(kc_record_batch_bytes(&m), 61 + 1 + 3 + 1 + 1 + 1);
    m = message(0, 64); /* zig-zag: 63 is the last length of one byte */
    assert_int_equal(kc_record_batch_bytes(&m), 61 + 2 + 3 + 1 + 2 + 64 + 1);
    m = message(0, 1 << 20);
    assert_int_equal(kc_record_batch_bytes(&m), 61 + 4 + 3 + 1 + 4 + (1 << 20) + 1);
}

static void headers_count(void **state)
{
    struct kc_message m = message(1, 1);

    (void)state;
    m.headers = rd_kafka_headers_new(2);
    assert_int_equal(rd_kafka_header_add(m.headers, "name", -1, "value", 5), RD_KAFKA_RESP_ERR_NO_ERROR);
    assert_int_equal(rd_kafka_header_add(m.headers, "none", -1, NULL, 0), RD_KAFKA_RESP_ERR_NO_ERROR);
    assert_int_equal(kc_record_batch_bytes(&m), 61 + 1 + 3 + 2 + 2 + 1 + (5 + 6) + (5 + 1));
    rd_kafka_headers_destroy(m.headers);
}

static void each_limit_is_found_and_named(void **state)
{
    struct kc_producer p = {.message_max_bytes = 2000, .queue_max_bytes = 5000};
    struct kc_topic_rules rules = {.max_bytes = 1000};
    struct kc_message m = message(10, 900);
    struct kc_misfit misfit;

    (void)state;
    assert_int_equal(kc_record_check(&m, &rules, &p).kind, KC_FITS);
    m.value_len = 1000 - (61 + 2 + 3 + 11 + 2 + 1); /* to the byte */
    assert_int_equal(kc_record_check(&m, &rules, &p).kind, KC_FITS);
    m.value_len++;
    misfit = kc_record_check(&m, &rules, &p);
    assert_int_equal(misfit.kind, KC_OVER_TOPIC);
    assert_int_equal(misfit.bytes, 1001);
    assert_says(&misfit, "a record of 1001 bytes");
    assert_says(&misfit, "max.message.bytes is 1000): raise it on the topic");
    assert_says(&misfit, "errors.tolerance=all");
    rules.max_bytes = 0; /* not known: the producer's limits count */
    assert_int_equal(kc_record_check(&m, &rules, &p).kind, KC_FITS);
    m.value_len = 2000;
    misfit = kc_record_check(&m, &rules, &p);
    assert_int_equal(misfit.kind, KC_OVER_MESSAGE);
    assert_says(&misfit, "producer.override.message.max.bytes");
    p.message_max_bytes = 100000;
    m.value_len = 5000;
    misfit = kc_record_check(&m, &rules, &p);
    assert_int_equal(misfit.kind, KC_OVER_QUEUE);
    assert_says(&misfit, "producer.override.queue.buffering.max.kbytes");
    assert_string_equal(kc_misfit_exception(&misfit),
                        "org.apache.kafka.common.errors.RecordTooLargeException");
}

static void a_compacted_topic_takes_no_record_without_a_key(void **state)
{
    struct kc_producer p = {.message_max_bytes = 2000, .queue_max_bytes = 5000};
    struct kc_topic_rules rules = {.needs_key = true};
    struct kc_message m = message(0, 10);
    struct kc_misfit misfit;

    (void)state;
    assert_int_equal(kc_record_check(&m, &rules, &p).kind, KC_FITS); /* an empty key is a key */
    m.key = NULL;
    misfit = kc_record_check(&m, &rules, &p);
    assert_int_equal(misfit.kind, KC_LACKS_KEY);
    assert_says(&misfit, "cleanup.policy");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_is_counted_as_the_broker_counts_it),
        cmocka_unit_test(headers_count),
        cmocka_unit_test(each_limit_is_found_and_named),
        cmocka_unit_test(a_compacted_topic_takes_no_record_without_a_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
