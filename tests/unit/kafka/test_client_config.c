/* test_client_config.c - worker/kafka/client_config.c */
#include <string.h>

#include "../cm.h"
#include "kafka/client_config.h"

static struct kc_props *make(const char *const *pairs)
{
    struct kc_props *p = kc_props_create();

    for (size_t i = 0; pairs[i] != NULL; i += 2)
        assert_int_equal(kc_props_set(p, pairs[i], pairs[i + 1]), KC_OK);
    return p;
}

static const char *const worker_pairs[] = {"bootstrap.servers",
                                           "a:1",
                                           "group.id",
                                           "fleet",
                                           "plugin.path",
                                           "/p",
                                           "sasl.mechanism",
                                           "PLAIN",
                                           "producer.linger.ms",
                                           "7",
                                           "consumer.fetch.min.bytes",
                                           "9",
                                           NULL};

static void a_kind_of_client_gets_the_bare_keys_and_its_own(void **state)
{
    struct kc_props *worker = make(worker_pairs), *p = kc_client_props(worker, "producer", NULL);

    (void)state;
    assert_string_equal(kc_props_get(p, "bootstrap.servers"), "a:1");
    assert_string_equal(kc_props_get(p, "sasl.mechanism"), "PLAIN");
    assert_string_equal(kc_props_get(p, "linger.ms"), "7");
    assert_null(kc_props_get(p, "fetch.min.bytes"));
    assert_null(kc_props_get(p, "plugin.path"));
    assert_null(kc_props_get(p, "group.id"));
    kc_props_destroy(p);
    kc_props_destroy(worker);
}

static void the_workers_own_clients_get_the_bare_keys_only(void **state)
{
    struct kc_props *worker = make(worker_pairs), *p = kc_client_props(worker, NULL, NULL);

    (void)state;
    assert_int_equal(kc_props_count(p), 2);
    kc_props_destroy(p);
    kc_props_destroy(worker);
}

static void a_connector_overrides_what_the_worker_says(void **state)
{
    static const char *const overrides[] = {"producer.override.linger.ms",
                                            "1",
                                            "producer.override.no.such.key",
                                            "x",
                                            "consumer.override.fetch.min.bytes",
                                            "2",
                                            NULL};
    struct kc_props *worker = make(worker_pairs), *connector = make(overrides);
    struct kc_props *p = kc_client_props(worker, "producer", connector);

    (void)state;
    assert_string_equal(kc_props_get(p, "linger.ms"), "1");
    assert_null(kc_props_get(p, "no.such.key"));
    assert_null(kc_props_get(p, "fetch.min.bytes"));
    kc_props_destroy(p);
    kc_props_destroy(connector);
    kc_props_destroy(worker);
}

static void a_wrong_value_is_named_but_a_secret_is_never_repeated(void **state)
{
    static const char *const wrong[] = {"linger.ms", "soon", NULL};
    static const char *const secret[] = {"ssl.key.password", "hunter2", "linger.ms", "-5", NULL};
    struct kc_error err = KC_ERROR_INIT;
    struct kc_props *p = make(wrong), *q = make(secret);

    (void)state;
    assert_null(kc_client_conf(p, NULL, &err));
    assert_non_null(strstr(err.message, "linger.ms"));
    assert_int_equal(err.status, KC_ERR_CONFIG);
    assert_null(kc_client_conf(q, NULL, &err));
    assert_null(strstr(err.message, "hunter2"));
    kc_props_destroy(p);
    kc_props_destroy(q);
}

static void what_is_fixed_wins_and_topics_are_never_made_by_accident(void **state)
{
    static const char *const props[] = {"linger.ms", "5", "allow.auto.create.topics", "true", NULL};
    static const char *const fixed[] = {"linger.ms", "0", NULL};
    struct kc_error err = KC_ERROR_INIT;
    struct kc_props *p = make(props);
    rd_kafka_conf_t *conf = kc_client_conf(p, fixed, &err);
    char value[32];
    size_t size = sizeof(value);

    (void)state;
    assert_int_equal(rd_kafka_conf_get(conf, "allow.auto.create.topics", value, &size), RD_KAFKA_CONF_OK);
    assert_string_equal(value, "false");
    size = sizeof(value);
    assert_int_equal(rd_kafka_conf_get(conf, "queue.buffering.max.ms", value, &size), RD_KAFKA_CONF_OK);
    assert_string_equal(value, "0");
    rd_kafka_conf_destroy(conf);
    kc_props_destroy(p);
}

static void what_java_calls_otherwise_is_translated(void **state)
{
    static const char *const pairs[] = {"consumer.override.fetch.max.wait.ms",
                                        "7",
                                        "consumer.override.auto.offset.reset",
                                        "none",
                                        "consumer.override.partition.assignment.strategy",
                                        "org.apache.kafka.clients.consumer.RoundRobinAssignor, "
                                        "org.apache.kafka.clients.consumer.RangeAssignor",
                                        NULL};
    static const char *const nothing[] = {NULL};
    struct kc_props *worker = make(nothing), *connector = make(pairs);
    struct kc_props *p = kc_client_props(worker, "consumer", connector);
    struct kc_error err = KC_ERROR_INIT;
    rd_kafka_conf_t *conf = kc_client_conf(p, NULL, &err);

    (void)state;
    assert_string_equal(kc_props_get(p, "fetch.wait.max.ms"), "7");
    assert_string_equal(kc_props_get(p, "auto.offset.reset"), "error");
    assert_string_equal(kc_props_get(p, "partition.assignment.strategy"), "roundrobin");
    assert_non_null(conf);
    rd_kafka_conf_destroy(conf);
    kc_props_destroy(p);
    kc_props_destroy(worker);
    kc_props_destroy(connector);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kind_of_client_gets_the_bare_keys_and_its_own),
        cmocka_unit_test(the_workers_own_clients_get_the_bare_keys_only),
        cmocka_unit_test(a_connector_overrides_what_the_worker_says),
        cmocka_unit_test(a_wrong_value_is_named_but_a_secret_is_never_repeated),
        cmocka_unit_test(what_java_calls_otherwise_is_translated),
        cmocka_unit_test(what_is_fixed_wins_and_topics_are_never_made_by_accident),
    };

    return cmocka_run_group_tests_name("kafka/client_config", tests, NULL, NULL);
}
