/*
 * bench_producer - writes as many messages as a task did, of the same sizes and keys, and does nothing else.
 *
 *     bench_producer BOOTSTRAP SAMPLE-TOPIC TARGET-TOPIC COUNT
 *
 * Reads some thousand messages of SAMPLE-TOPIC first, evenly over its partitions, and then sends them round and round
 * to TARGET-TOPIC until COUNT were sent: with an idempotent transactional producer that has a task's settings, out of
 * its own buffers (no copy), a commit every 500 ms. The floor for every task that writes these bytes. Reading the
 * sample is not counted. Prints one line of JSON, see figures.h; items are messages.
 */
#include "figures.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <librdkafka/rdkafka.h>

enum {
    SAMPLE_MESSAGES = 8192, /* about what a task has in its queue, so that the caches see the same */
    COMMIT_EVERY_MS = 500,
    WAIT_MS = 30000,
    FULL_QUEUE_MS = 5,
    CHECK_CLOCK_EVERY = 1000, /* messages */
};

struct sample {
    rd_kafka_message_t *messages[SAMPLE_MESSAGES]; /* owned by the consumer that is still open */
    int n;
};

static uint64_t failed;

static void die(const char *what, const char *why)
{
    fprintf(stderr, "bench_producer: %s: %s\n", what, why);
    exit(1);
}

static void die_of(rd_kafka_error_t *error, const char *what)
{
    if (error != NULL)
        die(what, rd_kafka_error_string(error));
}

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *m, void *opaque)
{
    (void)client;
    (void)opaque;
    failed += m->err != RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_t *new_client(rd_kafka_type_t type, const char *const *settings)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_t *client;
    char why[512];

    for (; *settings != NULL; settings += 2)
        if (rd_kafka_conf_set(conf, settings[0], settings[1], why, sizeof(why)) != RD_KAFKA_CONF_OK)
            die(settings[0], why);
    if (type == RD_KAFKA_PRODUCER)
        rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    client = rd_kafka_new(type, conf, why, sizeof(why));
    if (client == NULL)
        die("cannot make a client", why);
    return client;
}

/* Takes up to `most` messages from the start of a partition. */
static void read_partition(rd_kafka_t *consumer, const char *topic, int32_t partition, int most,
                           struct sample *s)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    int taken = 0;

    rd_kafka_topic_partition_list_add(list, topic, partition)->offset = RD_KAFKA_OFFSET_BEGINNING;
    if (rd_kafka_assign(consumer, list) != RD_KAFKA_RESP_ERR_NO_ERROR)
        die(topic, "cannot be read");
    rd_kafka_topic_partition_list_destroy(list);
    while (taken < most && s->n < SAMPLE_MESSAGES) {
        rd_kafka_message_t *m = rd_kafka_consumer_poll(consumer, WAIT_MS);

        if (m == NULL)
            die(topic, "no message came in time");
        if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
            rd_kafka_message_destroy(m);
            break;
        }
        if (m->err != RD_KAFKA_RESP_ERR_NO_ERROR)
            die(topic, rd_kafka_message_errstr(m));
        s->messages[s->n++] = m;
        taken++;
    }
}

static rd_kafka_t *read_sample(const char *bootstrap, const char *topic, struct sample *s)
{
    const char *const settings[] = {
        "bootstrap.servers",    bootstrap, "group.id", "bench-producer-sample", "enable.auto.commit", "false",
        "enable.partition.eof", "true",    NULL};
    rd_kafka_t *consumer = new_client(RD_KAFKA_CONSUMER, settings);
    const struct rd_kafka_metadata *metadata;
    rd_kafka_topic_t *handle = rd_kafka_topic_new(consumer, topic, NULL);
    int partitions;

    if (rd_kafka_metadata(consumer, 0, handle, &metadata, WAIT_MS) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        metadata->topic_cnt != 1 || metadata->topics[0].partition_cnt == 0)
        die(topic, "the broker does not know this topic");
    partitions = metadata->topics[0].partition_cnt;
    rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_destroy(handle);
    for (int32_t i = 0; i < partitions; i++)
        read_partition(consumer, topic, i, SAMPLE_MESSAGES / partitions, s);
    (void)rd_kafka_assign(consumer, NULL); /* stops fetching; the messages taken stay */
    if (s->n == 0)
        die(topic, "is empty");
    return consumer;
}

static rd_kafka_t *new_producer(const char *bootstrap)
{
    const char *const settings[] = {"bootstrap.servers",
                                    bootstrap,
                                    "transactional.id",
                                    "bench-producer",
                                    "enable.idempotence",
                                    "true",
                                    "queue.buffering.max.kbytes",
                                    "8192",
                                    "batch.size",
                                    "400000",
                                    "linger.ms",
                                    "0",
                                    "retry.backoff.ms",
                                    "10",
                                    "partitioner",
                                    "murmur2_random",
                                    "socket.nagle.disable",
                                    "true",
                                    "transaction.timeout.ms",
                                    "15000",
                                    NULL};
    rd_kafka_t *producer = new_client(RD_KAFKA_PRODUCER, settings);

    die_of(rd_kafka_init_transactions(producer, WAIT_MS), "init_transactions");
    return producer;
}

static int64_t now_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

static uint64_t send_all(rd_kafka_t *producer, const char *topic, const struct sample *s, uint64_t count)
{
    rd_kafka_topic_t *handle = rd_kafka_topic_new(producer, topic, NULL);
    int64_t began = now_ms();
    uint64_t bytes = 0;

    die_of(rd_kafka_begin_transaction(producer), "begin_transaction");
    for (uint64_t i = 0; i < count; i++) {
        const rd_kafka_message_t *m = s->messages[i % (uint64_t)s->n];

        while (rd_kafka_produce(handle, RD_KAFKA_PARTITION_UA, 0, m->payload, m->len, m->key, m->key_len,
                                NULL) != 0) {
            if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL)
                die(topic, rd_kafka_err2str(rd_kafka_last_error()));
            (void)rd_kafka_poll(producer, FULL_QUEUE_MS);
        }
        bytes += m->len + m->key_len;
        if (i % CHECK_CLOCK_EVERY != CHECK_CLOCK_EVERY - 1)
            continue;
        (void)rd_kafka_poll(producer, 0);
        if (now_ms() - began < COMMIT_EVERY_MS)
            continue;
        die_of(rd_kafka_commit_transaction(producer, WAIT_MS), "commit_transaction");
        die_of(rd_kafka_begin_transaction(producer), "begin_transaction");
        began = now_ms();
    }
    die_of(rd_kafka_commit_transaction(producer, WAIT_MS), "commit_transaction");
    rd_kafka_topic_destroy(handle);
    return bytes;
}

int main(int argc, char **argv)
{
    static struct sample sample;
    rd_kafka_t *consumer, *producer;
    struct figures f;
    uint64_t count, bytes;

    if (argc != 5) {
        fprintf(stderr, "usage: bench_producer BOOTSTRAP SAMPLE-TOPIC TARGET-TOPIC COUNT\n");
        return 2;
    }
    count = strtoull(argv[4], NULL, 10);
    consumer = read_sample(argv[1], argv[2], &sample);
    producer = new_producer(argv[1]);
    figures_start(&f);
    bytes = send_all(producer, argv[3], &sample, count);
    figures_print(&f, count, bytes);
    if (failed > 0)
        die(argv[3], "some messages were not delivered");
    rd_kafka_destroy(producer);
    for (int i = 0; i < sample.n; i++)
        rd_kafka_message_destroy(sample.messages[i]);
    rd_kafka_destroy(consumer);
    return 0;
}
