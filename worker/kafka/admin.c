#include "kafka/admin.h"

#include <stdlib.h>
#include <string.h>

#include "kafka/client_config.h"

enum { TOPICS_A_REQUEST = 200 };

/* A failure of the call itself, as opposed to the answer for one topic. */
static kc_status fail_code(struct kc_error *err, rd_kafka_resp_err_t code, const char *what,
                           const char *reason)
{
    kc_status status = kc_client_retriable(code) ? KC_ERR_RETRY : KC_ERR_CONFIG;

    status = kc_fail(err, status, "%s: %s", what, reason != NULL ? reason : rd_kafka_err2str(code));
    if (err != NULL)
        err->vendor_code = code;
    return status;
}

int32_t kc_admin_partitions(rd_kafka_t *client, const char *topic, int timeout_ms, struct kc_error *err)
{
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_topic_t *handle = rd_kafka_topic_new(client, topic, NULL);
    rd_kafka_resp_err_t code;
    int32_t result;

    if (handle == NULL)
        return fail_code(err, rd_kafka_last_error(), topic, NULL);
    code = rd_kafka_metadata(client, 0, handle, &metadata, timeout_ms);
    rd_kafka_topic_destroy(handle);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return fail_code(err, code, topic, NULL);
    code = metadata->topic_cnt == 1 ? metadata->topics[0].err : RD_KAFKA_RESP_ERR__BAD_MSG;
    if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
        result = 0;
    else if (code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE || code == RD_KAFKA_RESP_ERR_NO_ERROR)
        result = metadata->topics[0].partition_cnt;
    else
        result = fail_code(err, code, topic, NULL);
    rd_kafka_metadata_destroy(metadata);
    return result;
}

/* Waits for the one answer of an admin call. NULL: *err. */
static rd_kafka_event_t *wait_answer(rd_kafka_queue_t *queue, int timeout_ms, const char *what,
                                     struct kc_error *err)
{
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, timeout_ms + 1000);

    if (event == NULL) {
        (void)kc_fail(err, KC_ERR_RETRY, "%s: no answer from the brokers within %d ms", what, timeout_ms);
        return NULL;
    }
    if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        (void)fail_code(err, rd_kafka_event_error(event), what, rd_kafka_event_error_string(event));
        rd_kafka_event_destroy(event);
        return NULL;
    }
    return event;
}

static rd_kafka_AdminOptions_t *make_options(rd_kafka_t *client, rd_kafka_admin_op_t op, int timeout_ms)
{
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(client, op);
    char reason[128];

    (void)rd_kafka_AdminOptions_set_request_timeout(options, timeout_ms, reason, sizeof(reason));
    return options;
}

static rd_kafka_NewTopic_t *make_topic(const struct kc_topic_spec *spec, struct kc_error *err)
{
    char reason[256];
    rd_kafka_NewTopic_t *topic =
        rd_kafka_NewTopic_new(spec->name, spec->partitions, spec->replication, reason, sizeof(reason));

    if (topic == NULL) {
        (void)kc_fail(err, KC_ERR_CONFIG, "topic %s cannot be made: %s", spec->name, reason);
        return NULL;
    }
    for (size_t i = 0; spec->config != NULL && i < kc_props_count(spec->config); i++)
        (void)rd_kafka_NewTopic_set_config(topic, kc_props_key(spec->config, i),
                                           kc_props_value(spec->config, i));
    return topic;
}

/* The broker's answers, topic by topic: the first that is neither done nor already there is the error. */
static kc_status check_results(const rd_kafka_event_t *event, struct kc_error *err)
{
    const rd_kafka_CreateTopics_result_t *result =
        rd_kafka_event_CreateTopics_result((rd_kafka_event_t *)event);
    size_t n;
    const rd_kafka_topic_result_t **answers = rd_kafka_CreateTopics_result_topics(result, &n);

    for (size_t i = 0; i < n; i++) {
        rd_kafka_resp_err_t code = rd_kafka_topic_result_error(answers[i]);
        const char *reason = rd_kafka_topic_result_error_string(answers[i]);

        if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
            continue;
        return kc_fail(err, kc_client_retriable(code) ? KC_ERR_RETRY : KC_ERR_CONFIG,
                       "topic %s cannot be made: %s", rd_kafka_topic_result_name(answers[i]),
                       reason != NULL ? reason : rd_kafka_err2str(code));
    }
    return KC_OK;
}

kc_status kc_admin_create_topics(rd_kafka_t *client, const struct kc_topic_spec *specs, size_t n,
                                 bool validate_only, int timeout_ms, struct kc_error *err)
{
    rd_kafka_NewTopic_t **topics = NULL;
    rd_kafka_AdminOptions_t *options = NULL;
    rd_kafka_queue_t *queue = NULL;
    rd_kafka_event_t *event = NULL;
    kc_status status = KC_OK;
    size_t made = 0;
    char reason[128];

    if (n == 0)
        return KC_OK;
    topics = calloc(n, sizeof(*topics));
    if (topics == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    for (; made < n; made++) {
        topics[made] = make_topic(&specs[made], err);
        if (topics[made] == NULL) {
            status = KC_ERR_CONFIG;
            goto done;
        }
    }
    options = make_options(client, RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout_ms);
    (void)rd_kafka_AdminOptions_set_operation_timeout(options, timeout_ms, reason, sizeof(reason));
    (void)rd_kafka_AdminOptions_set_validate_only(options, validate_only, reason, sizeof(reason));
    queue = rd_kafka_queue_new(client);
    rd_kafka_CreateTopics(client, topics, n, options, queue);
    event = wait_answer(queue, timeout_ms, "creating topics", err);
    status = event == NULL ? err->status : check_results(event, err);

done:
    if (event != NULL)
        rd_kafka_event_destroy(event);
    if (queue != NULL)
        rd_kafka_queue_destroy(queue);
    if (options != NULL)
        rd_kafka_AdminOptions_destroy(options);
    rd_kafka_NewTopic_destroy_array(topics, made);
    free(topics);
    return status;
}

/* Hands over what the broker told of each topic. */
static void tell_configs(const rd_kafka_event_t *event, kc_topic_config_fn *told, void *arg,
                         struct kc_error *err)
{
    const rd_kafka_DescribeConfigs_result_t *result =
        rd_kafka_event_DescribeConfigs_result((rd_kafka_event_t *)event);
    size_t n, n_entries;
    const rd_kafka_ConfigResource_t **resources = rd_kafka_DescribeConfigs_result_resources(result, &n);

    for (size_t i = 0; i < n; i++) {
        const char *topic = rd_kafka_ConfigResource_name(resources[i]);
        rd_kafka_resp_err_t code = rd_kafka_ConfigResource_error(resources[i]);
        const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(resources[i], &n_entries);

        if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
            (void)fail_code(err, code, topic, rd_kafka_ConfigResource_error_string(resources[i]));
            continue;
        }
        for (size_t k = 0; k < n_entries; k++) {
            const char *value = rd_kafka_ConfigEntry_value(entries[k]);

            if (value != NULL)
                told(arg, topic, rd_kafka_ConfigEntry_name(entries[k]), value);
        }
    }
}

kc_status kc_admin_topic_configs(rd_kafka_t *client, const char *const *topics, size_t n,
                                 const char *const *keys, int timeout_ms, kc_topic_config_fn *told, void *arg,
                                 struct kc_error *err)
{
    rd_kafka_ConfigResource_t *resources[TOPICS_A_REQUEST];
    rd_kafka_AdminOptions_t *options = make_options(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeout_ms);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
    kc_status status = KC_OK;

    for (size_t done = 0, some; status == KC_OK && done < n; done += some) {
        rd_kafka_event_t *event;

        some = n - done < TOPICS_A_REQUEST ? n - done : TOPICS_A_REQUEST;
        for (size_t i = 0; i < some; i++) {
            resources[i] = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topics[done + i]);
            for (size_t k = 0; keys[k] != NULL; k++) /* a name without a value is a question here */
                (void)rd_kafka_ConfigResource_set_config(resources[i], keys[k], "");
        }
        rd_kafka_DescribeConfigs(client, resources, some, options, queue);
        event = wait_answer(queue, timeout_ms, "the topics' configuration", err);
        if (event == NULL)
            status = err->status;
        else
            tell_configs(event, told, arg, err);
        if (event != NULL)
            rd_kafka_event_destroy(event);
        rd_kafka_ConfigResource_destroy_array(resources, some);
    }
    rd_kafka_queue_destroy(queue);
    rd_kafka_AdminOptions_destroy(options);
    return status;
}

/* Finds `key` in the answer for one topic. */
static kc_status find_value(const rd_kafka_event_t *event, const char *topic, const char *key, char **value,
                            struct kc_error *err)
{
    const rd_kafka_DescribeConfigs_result_t *result =
        rd_kafka_event_DescribeConfigs_result((rd_kafka_event_t *)event);
    size_t n, n_entries;
    const rd_kafka_ConfigResource_t **resources = rd_kafka_DescribeConfigs_result_resources(result, &n);
    const rd_kafka_ConfigEntry_t **entries;
    rd_kafka_resp_err_t code;

    if (n != 1)
        return kc_fail(err, KC_ERR_RETRY, "the broker told nothing about topic %s", topic);
    code = rd_kafka_ConfigResource_error(resources[0]);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return fail_code(err, code, topic, rd_kafka_ConfigResource_error_string(resources[0]));
    entries = rd_kafka_ConfigResource_configs(resources[0], &n_entries);
    for (size_t i = 0; i < n_entries; i++) {
        const char *text = rd_kafka_ConfigEntry_value(entries[i]);

        if (strcmp(rd_kafka_ConfigEntry_name(entries[i]), key) != 0)
            continue;
        *value = strdup(text != NULL ? text : "");
        return *value != NULL ? KC_OK : kc_fail(err, KC_ERR_NOMEM, "out of memory");
    }
    return kc_fail(err, KC_ERR_UNSUPPORTED, "topic %s has no configuration named %s", topic, key);
}

kc_status kc_admin_topic_config(rd_kafka_t *client, const char *topic, const char *key, int timeout_ms,
                                char **value, struct kc_error *err)
{
    rd_kafka_ConfigResource_t *resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
    rd_kafka_AdminOptions_t *options = make_options(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeout_ms);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
    rd_kafka_event_t *event;
    kc_status status;

    rd_kafka_DescribeConfigs(client, &resource, 1, options, queue);
    event = wait_answer(queue, timeout_ms, topic, err);
    status = event == NULL ? err->status : find_value(event, topic, key, value, err);
    if (event != NULL)
        rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_ConfigResource_destroy(resource);
    return status;
}
