#include "kafka/client_config.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

/* Keys that librdkafka knows but that would break how we use it; kept out of every client. */
static const char *const forbidden[] = {"plugin.library.paths", "client.id", "enable.auto.offset.store",
                                        NULL};

/* Kafka Connect's (Java's) names of properties that mean exactly what librdkafka has under another name. */
static const char *librdkafka_name(const char *key)
{
    if (strcmp(key, "max.request.size") == 0)
        return "message.max.bytes";
    return strcmp(key, "fetch.max.wait.ms") == 0 ? "fetch.wait.max.ms" : key;
}

/*
 * The value of a property in librdkafka's words, where Java has others: auto.offset.reset=none, and the classes of
 * partition.assignment.strategy, of which the first that librdkafka has counts. Borrowed.
 */
static const char *librdkafka_value(const char *key, const char *value)
{
    static const char *const assignors[][2] = {{"CooperativeStickyAssignor", "cooperative-sticky"},
                                               {"RoundRobinAssignor", "roundrobin"},
                                               {"RangeAssignor", "range"}};
    const char *first = NULL, *name = value;

    if (strcmp(key, "auto.offset.reset") == 0 && strcmp(value, "none") == 0)
        return "error";
    if (strcmp(key, "partition.assignment.strategy") != 0)
        return value;
    for (size_t i = 0; i < sizeof(assignors) / sizeof(assignors[0]); i++) {
        const char *at = strstr(value, assignors[i][0]);

        if (at == NULL || (first != NULL && at > first))
            continue;
        first = at;
        name = assignors[i][1];
    }
    return name;
}

bool kc_client_key_known(const char *key)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char reason[128];
    bool known;

    /* A value nothing accepts: a known key answers INVALID or OK, an unknown one UNKNOWN. */
    known =
        rd_kafka_conf_set(conf, librdkafka_name(key), "", reason, sizeof(reason)) != RD_KAFKA_CONF_UNKNOWN;
    rd_kafka_conf_destroy(conf);
    return known;
}

static bool is_forbidden(const char *key)
{
    for (size_t i = 0; forbidden[i] != NULL; i++) {
        if (strcmp(forbidden[i], key) == 0)
            return true;
    }
    return false;
}

/* Copies the keys of `from` that begin with `prefix` and that librdkafka knows without it. */
static kc_status add_prefixed(struct kc_props *to, const struct kc_props *from, const char *prefix)
{
    size_t n = strlen(prefix);

    for (size_t i = 0; i < kc_props_count(from); i++) {
        const char *key = kc_props_key(from, i);

        if (strncmp(key, prefix, n) != 0 || is_forbidden(key + n) || !kc_client_key_known(key + n))
            continue;
        if (kc_props_set(to, librdkafka_name(key + n), librdkafka_value(key + n, kc_props_value(from, i))) <
            0)
            return KC_ERR_NOMEM;
    }
    return KC_OK;
}

struct kc_props *kc_client_props(const struct kc_props *worker, const char *kind,
                                 const struct kc_props *connector)
{
    struct kc_props *p = kc_props_create();
    char prefix[64];

    if (p == NULL || add_prefixed(p, worker, "") < 0)
        goto failed;
    (void)kc_props_remove(p, "group.id"); /* the fleet's, never a client's by accident */
    if (kind == NULL)
        return p;
    (void)snprintf(prefix, sizeof(prefix), "%s.", kind);
    if (add_prefixed(p, worker, prefix) < 0)
        goto failed;
    (void)snprintf(prefix, sizeof(prefix), "%s.override.", kind);
    if (connector != NULL && add_prefixed(p, connector, prefix) < 0)
        goto failed;
    return p;

failed:
    kc_props_destroy(p);
    return NULL;
}

/* syslog's levels, as librdkafka uses them, in ours. librdkafka's chatter about connections is debug to a user. */
static enum kc_log_level level_of(int syslog_level)
{
    if (syslog_level <= 2)
        return KC_ERROR;
    if (syslog_level <= 4)
        return KC_WARN;
    return syslog_level <= 6 ? KC_DEBUG : KC_TRACE;
}

static void log_line(const rd_kafka_t *client, int level, const char *facility, const char *text)
{
    (void)client;
    kc_log(level_of(level), "librdkafka", "%s: %s", facility, text);
}

static kc_status set(rd_kafka_conf_t *conf, const char *key, const char *value, struct kc_error *err)
{
    char reason[256];

    if (rd_kafka_conf_set(conf, key, value, reason, sizeof(reason)) == RD_KAFKA_CONF_OK)
        return KC_OK;
    /* librdkafka's reason repeats the value, which may be a secret. */
    if (strstr(key, "password") != NULL || strstr(key, "secret") != NULL)
        return kc_fail(err, KC_ERR_CONFIG, "%s: librdkafka does not accept this value", key);
    return kc_fail(err, KC_ERR_CONFIG, "%s: %s", key, reason);
}

rd_kafka_conf_t *kc_client_conf(const struct kc_props *props, const char *const *fixed, struct kc_error *err)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();

    rd_kafka_conf_set_log_cb(conf, log_line);
    for (size_t i = 0; i < kc_props_count(props); i++) {
        if (set(conf, kc_props_key(props, i), kc_props_value(props, i), err) < 0)
            goto failed;
    }
    if (set(conf, "allow.auto.create.topics", "false", err) < 0)
        goto failed;
    for (size_t i = 0; fixed != NULL && fixed[i] != NULL; i += 2) {
        if (set(conf, fixed[i], fixed[i + 1], err) < 0)
            goto failed;
    }
    return conf;

failed:
    rd_kafka_conf_destroy(conf);
    return NULL;
}

rd_kafka_t *kc_client_new(rd_kafka_type_t type, rd_kafka_conf_t *conf, struct kc_error *err)
{
    char reason[256];
    rd_kafka_t *client = rd_kafka_new(type, conf, reason, sizeof(reason));

    if (client == NULL) {
        rd_kafka_conf_destroy(conf);
        (void)kc_fail(err, KC_ERR_CONFIG, "cannot make a Kafka client: %s", reason);
    }
    return client;
}

bool kc_client_retriable(rd_kafka_resp_err_t code)
{
    switch (code) {
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__WAIT_COORD:
    case RD_KAFKA_RESP_ERR__IN_PROGRESS:
    case RD_KAFKA_RESP_ERR__RETRY:
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION:
    case RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_COORDINATOR:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND:
    case RD_KAFKA_RESP_ERR_NOT_CONTROLLER:
    case RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR:
    case RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART: /* a topic just made is not known everywhere yet */
        return true;
    default: return false;
    }
}

kc_status kc_client_fail(struct kc_error *err, rd_kafka_error_t *error, const char *what)
{
    rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    kc_status status = KC_ERR_FATAL;

    if (!rd_kafka_error_is_fatal(error) && (rd_kafka_error_is_retriable(error) || kc_client_retriable(code)))
        status = KC_ERR_RETRY;
    else if (code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
             code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED ||
             code == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED ||
             code == RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED ||
             code == RD_KAFKA_RESP_ERR__AUTHENTICATION ||
             code == RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED)
        status = KC_ERR_CONFIG;
    status = kc_fail(err, status, "%s: %s", what, rd_kafka_error_string(error));
    if (err != NULL)
        err->vendor_code = code;
    rd_kafka_error_destroy(error);
    return status;
}
