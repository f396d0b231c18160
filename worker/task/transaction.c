#include "task/transaction.h"

#include "base/clock.h"
#include "base/log.h"
#include "kafka/client_config.h"
#include "kafka/send_offsets.h"

enum {
    SLICE_MS = 1000,       /* one blocking call, so that a stop is seen between two */
    STOP_COMMIT_MS = 4000, /* of the 5 s that a stop may take */
    ABORT_MS = 2000,
};

static bool is_fenced(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH ||
           code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED;
}

/* What an error of a transactional call means; `error` is destroyed. *again: the same call may be repeated. */
static kc_status judge(struct kc_producer *p, rd_kafka_error_t *error, const char *what, bool *again,
                       struct kc_error *err)
{
    rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    kc_status status;

    *again = false;
    if (error == NULL)
        return KC_OK;
    if (code == RD_KAFKA_RESP_ERR__FATAL)
        code = rd_kafka_fatal_error(p->txn, NULL, 0);
    if (is_fenced(code)) {
        p->fenced = true;
        rd_kafka_error_destroy(error);
        return kc_fail(err, KC_ERR_FATAL, "fenced by another instance of this task");
    }
    if (rd_kafka_error_txn_requires_abort(error)) {
        kc_status cause = kc_producer_cause(p, err); /* a failed delivery says more */

        if (cause == KC_OK) {
            cause = kc_fail(err, KC_ERR_RETRY, "%s: %s", what, rd_kafka_error_string(error));
            err->vendor_code = code;
        }
        rd_kafka_error_destroy(error);
        return cause;
    }
    *again = rd_kafka_error_is_retriable(error) != 0;
    status = kc_client_fail(err, error, what);
    return status;
}

static bool stopping(struct kc_link *link)
{
    return kc_link_command(link) == KC_COMMAND_STOP;
}

/*
 * librdkafka 2.0.2 delays the first message of a new producer by up to a second unless it has met the cluster before
 * init_transactions.
 */
static kc_status meet_cluster(struct kc_producer *p, struct kc_link *link, const char *offset_topic,
                              int64_t deadline, struct kc_error *err)
{
    const struct rd_kafka_metadata *metadata;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(p->txn, offset_topic, NULL);
    rd_kafka_resp_err_t code;

    do {
        code = rd_kafka_metadata(p->txn, 0, topic, &metadata, SLICE_MS);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
            rd_kafka_metadata_destroy(metadata);
    } while (code != RD_KAFKA_RESP_ERR_NO_ERROR && !stopping(link) && kc_mono_ms() < deadline);
    rd_kafka_topic_destroy(topic);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return KC_OK;
    if (stopping(link))
        return kc_fail(err, KC_ERR_STOPPED, "stopped");
    return kc_fail(err, KC_ERR_RETRY, "no Kafka broker answers: %s", rd_kafka_err2str(code));
}

kc_status kc_txn_init(struct kc_producer *p, struct kc_link *link, const char *offset_topic,
                      struct kc_error *err)
{
    int64_t deadline = kc_mono_ms() + KC_BROKER_WAIT_MS;
    kc_status status = meet_cluster(p, link, offset_topic, deadline, err);
    bool again;

    if (status < 0)
        return status;
    do {
        status = judge(p, rd_kafka_init_transactions(p->txn, SLICE_MS),
                       "the transactional id was not granted", &again, err);
    } while (again && !stopping(link) && kc_mono_ms() < deadline);
    return again && stopping(link) ? kc_fail(err, KC_ERR_STOPPED, "stopped") : status;
}

kc_status kc_txn_begin(struct kc_producer *p, struct kc_error *err)
{
    bool again;

    return judge(p, rd_kafka_begin_transaction(p->txn), "a transaction cannot begin", &again, err);
}

static bool time_is_up(struct kc_link *link, int64_t deadline)
{
    int64_t now = kc_mono_ms(), stopped_at = kc_link_stopped_at(link);

    return now >= deadline || (stopped_at != 0 && now >= stopped_at + STOP_COMMIT_MS);
}

kc_status kc_txn_commit(struct kc_producer *p, struct kc_link *link,
                        const rd_kafka_topic_partition_list_t *offsets,
                        const rd_kafka_consumer_group_metadata_t *group, struct kc_error *err)
{
    int64_t deadline = kc_mono_ms() + p->txn_timeout_ms;
    kc_status status = KC_OK;
    bool again = offsets->cnt > 0;

    while (again) {
        status = judge(p, kc_send_offsets(p->txn, offsets, group, SLICE_MS), "the position was not taken",
                       &again, err);
        if (again && time_is_up(link, deadline))
            return status;
    }
    if (status < 0)
        return status;
    do {
        status = judge(p, rd_kafka_commit_transaction(p->txn, SLICE_MS), "a transaction was not committed",
                       &again, err);
    } while (again && !time_is_up(link, deadline));
    return status;
}

void kc_txn_abort(struct kc_producer *p)
{
    struct kc_error ignored = KC_ERROR_INIT;
    int64_t deadline = kc_mono_ms() + ABORT_MS;
    kc_status status;
    bool again;

    do {
        status = judge(p, rd_kafka_abort_transaction(p->txn, ABORT_MS), "a transaction was not aborted",
                       &again, &ignored);
    } while (again && kc_mono_ms() < deadline);
    if (status < 0)
        kc_log(KC_DEBUG, "worker/task", "%s", ignored.message);
}
