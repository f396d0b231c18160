/*
 * A position on its way when the producer is fenced. The moment is a matter of microseconds with real brokers, so the
 * cluster here is librdkafka's own, which answers when it is told to. AddressSanitizer counts what is left.
 */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <string.h>
#include <unistd.h>

#include "../cm.h"
#include "kafka/send_offsets.h"

enum {
    PRODUCE = 0, /* ApiKeys of the protocol */
    TXN_OFFSET_COMMIT = 28,
    ANSWER_MS = 600,
    LATER_MS = 1200,
    PATIENCE_MS = 20000,
};

static rd_kafka_t *make_producer(void)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char why[256];
    rd_kafka_t *producer;

    assert_int_equal(rd_kafka_conf_set(conf, "test.mock.num.brokers", "2", why, sizeof(why)),
                     RD_KAFKA_CONF_OK);
    assert_int_equal(rd_kafka_conf_set(conf, "transactional.id", "t", why, sizeof(why)), RD_KAFKA_CONF_OK);
    assert_int_equal(rd_kafka_conf_set(conf, "log_level", "0", why, sizeof(why)), RD_KAFKA_CONF_OK);
    producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
    assert_non_null(producer);
    return producer;
}

/* The topic's leader is broker 1, both coordinators are broker 2: the answers of one do not wait for the other's. */
static rd_kafka_mock_cluster_t *make_cluster(rd_kafka_t *producer)
{
    rd_kafka_mock_cluster_t *cluster = rd_kafka_handle_mock_cluster(producer);

    assert_non_null(cluster);
    assert_int_equal(rd_kafka_mock_topic_create(cluster, "topic", 1, 1), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_mock_partition_set_leader(cluster, "topic", 0, 1);
    rd_kafka_mock_coordinator_set(cluster, "transaction", "t", 2);
    rd_kafka_mock_coordinator_set(cluster, "group", "group", 2);
    return cluster;
}

static void produce(rd_kafka_t *producer)
{
    assert_int_equal(rd_kafka_producev(producer, RD_KAFKA_V_TOPIC("topic"), RD_KAFKA_V_PARTITION(0),
                                       RD_KAFKA_V_VALUE("x", 1), RD_KAFKA_V_END),
                     RD_KAFKA_RESP_ERR_NO_ERROR);
}

static void a_position_on_its_way_is_not_counted_as_a_leak(void **state)
{
    rd_kafka_t *producer = make_producer();
    rd_kafka_mock_cluster_t *cluster = make_cluster(producer);
    rd_kafka_consumer_group_metadata_t *group = rd_kafka_consumer_group_metadata_new("group");
    rd_kafka_topic_partition_list_t *offsets = rd_kafka_topic_partition_list_new(1);
    rd_kafka_error_t *error;
    char why[256];

    (void)state;
    rd_kafka_topic_partition_list_add(offsets, "topic", 0)->offset = 1;
    assert_null(rd_kafka_init_transactions(producer, PATIENCE_MS));
    assert_null(rd_kafka_begin_transaction(producer));
    assert_null(kc_send_offsets(producer, offsets, group, PATIENCE_MS));
    produce(producer);
    assert_int_equal(rd_kafka_flush(producer, PATIENCE_MS), RD_KAFKA_RESP_ERR_NO_ERROR);

    rd_kafka_mock_broker_push_request_error_rtts(cluster, 2, TXN_OFFSET_COMMIT, (size_t)1,
                                                 RD_KAFKA_RESP_ERR_NO_ERROR, LATER_MS);
    rd_kafka_mock_broker_push_request_error_rtts(cluster, 1, PRODUCE, (size_t)1,
                                                 RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, ANSWER_MS);
    produce(producer);
    error = kc_send_offsets(producer, offsets, group, PATIENCE_MS);
    assert_non_null(error);
    rd_kafka_error_destroy(error);
    assert_int_equal(rd_kafka_fatal_error(producer, why, sizeof(why)), RD_KAFKA_RESP_ERR__FENCED);

    rd_kafka_topic_partition_list_destroy(offsets);
    rd_kafka_consumer_group_metadata_destroy(group);
    rd_kafka_destroy(producer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_position_on_its_way_is_not_counted_as_a_leak),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
