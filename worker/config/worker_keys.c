#include "config/worker_keys.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kafka/client_config.h"

#define YEAR_MS INT64_C(31536000000)

#define TEXT(n, fallback, text)                                                                              \
    {                                                                                                        \
        .name = n, .type = KC_WORKER_TEXT, .default_value = fallback, .doc = text                            \
    }
#define LIST(n, fallback, text)                                                                              \
    {                                                                                                        \
        .name = n, .type = KC_WORKER_LIST, .default_value = fallback, .doc = text                            \
    }
#define TOPIC(n, fallback, text)                                                                             \
    {                                                                                                        \
        .name = n, .type = KC_WORKER_TOPIC, .default_value = fallback, .doc = text                           \
    }
#define BOOL(n, fallback, text)                                                                              \
    {                                                                                                        \
        .name = n, .type = KC_WORKER_BOOL, .default_value = fallback, .doc = text                            \
    }
#define INT(n, fallback, low, high, text)                                                                    \
    {                                                                                                        \
        .name = n, .type = KC_WORKER_INT, .default_value = fallback, .min = low, .max = high, .doc = text    \
    }
#define COUNT_OR_DEFAULT(n, high, text)                                                                      \
    {                                                                                                        \
        .name = n, .type = KC_WORKER_INT, .default_value = "-1", .min = -1, .max = high, .not_zero = true,   \
        .doc = text                                                                                          \
    }
#define WORD(n, fallback, words, text)                                                                       \
    {                                                                                                        \
        .name = n, .type = KC_WORKER_WORD, .default_value = fallback, .choices = words, .doc = text          \
    }
#define FACTOR_DOC "Copies of that topic; -1: the broker's default."

static const struct kc_worker_key own_keys[] = {
    {.name = "bootstrap.servers",
     .type = KC_WORKER_LIST,
     .required = true,
     .doc = "Kafka brokers to begin with, host:port by comma."},
    {.name = "group.id",
     .type = KC_WORKER_TEXT,
     .required = true,
     .doc = "The name of the fleet: workers with the same group.id share connectors."},
    TEXT("client.id", NULL, "How our Kafka clients' names begin; default: group.id."),
    LIST("plugin.path", KC_PLUGIN_DIR, "Folders with plugins, by comma."),
    LIST("listeners", "http://127.0.0.1:8083",
         "Where the REST interface listens, http://host:port by comma."),
    TOPIC("config.storage.topic", "kconnect-configs", "Compacted topic with the connectors' configuration."),
    TOPIC("status.storage.topic", "kconnect-status", "Compacted topic with the tasks' states."),
    TOPIC("offset.storage.topic", "kconnect-offsets", "Compacted topic with sources' positions and state."),
    TOPIC("request.storage.topic", "kconnect-requests",
          "Topic through which workers ask the leader for changes."),
    COUNT_OR_DEFAULT("config.storage.replication.factor", 100, FACTOR_DOC),
    COUNT_OR_DEFAULT("status.storage.replication.factor", 100, FACTOR_DOC),
    COUNT_OR_DEFAULT("offset.storage.replication.factor", 100, FACTOR_DOC),
    COUNT_OR_DEFAULT("request.storage.replication.factor", 100, FACTOR_DOC),
    INT("status.storage.partitions", "5", 1, 1000, "Partitions of the status topic when it is created."),
    INT("offset.storage.partitions", "25", 1, 1000, "Partitions of the offset topic when it is created."),
    TEXT("state.dir", NULL, "Folder for staged plugins; default: a private one below /tmp, removed at exit."),
    INT("session.timeout.ms", NULL, 1000, 3600000,
        "After how long without a sign of life a worker counts as dead; 6000."),
    INT("heartbeat.interval.ms", NULL, 100, 3600000, "How often a worker gives a sign of life; 1000."),
    INT("rest.request.timeout.ms", "90000", 1000, 3600000, "How long a change may wait for the leader."),
    INT("rest.request.max.bytes", "1048576", 1024, 64 << 20, "Largest body of a REST request."),
    INT("task.shutdown.graceful.timeout.ms", "5000", 0, 600000, "How long a task may take to end."),
    INT("task.memory.max.mb", "256", 64, 1 << 20,
        "Megabytes that a task's process may have, unless its connector says otherwise."),
    INT("errors.restart.delay.initial.ms", "1000", 1, YEAR_MS,
        "First pause before a failed task is tried again."),
    INT("errors.restart.delay.max.ms", "60000", 1, YEAR_MS,
        "Longest such pause; each is twice the one before."),
    INT("plugin.quarantine.crashes", "5", 0, 1000,
        "So many crashes of a plugin's file, and its task is FAILED until it is restarted by hand; 0: "
        "never."),
    INT("plugin.quarantine.window.ms", "600000", 1, YEAR_MS, "Within how long they count."),
    TEXT("key.converter", NULL, "Converter of keys for connectors that name none."),
    TEXT("value.converter", NULL, "Converter of values for connectors that name none."),
    TEXT("header.converter", NULL, "Converter of headers for connectors that name none; without it simple."),
    LIST("config.providers", "", "Names of config providers, to which connectors' configurations may refer."),
    INT("offset.flush.interval.ms", "60000", 1, YEAR_MS,
        "How often sinks commit offsets; sources commit by transaction.boundary.interval.ms."),
    BOOL("topic.creation.enable", "true", "Whether sources create the topics they write to."),
    COUNT_OR_DEFAULT("topic.creation.default.partitions", INT32_MAX,
                     "Partitions of a topic for which the source has no wish; -1: the broker's default."),
    COUNT_OR_DEFAULT("topic.creation.default.replication.factor", INT16_MAX,
                     "Copies of a topic that a source creates; -1: the broker's default."),
    INT("topic.creation.max.topics", "-1", -1, INT32_MAX,
        "Most topics that the cluster may have with the new ones; -1: no limit."),
    INT("topic.creation.max.partitions", "-1", -1, INT32_MAX,
        "Most partitions that the cluster may have with those of new topics; -1: no limit."),
    BOOL("topic.tracking.enable", "true", "Whether it is kept which topics a connector has used."),
    BOOL("topic.tracking.allow.reset", "true", "Whether that may be reset over REST."),
    WORD("log.level", "INFO", "TRACE, DEBUG, INFO, WARN, ERROR, FATAL, OFF", "What is logged."),
    WORD("log.format", "text", "text, json", "How log lines look."),
};

/* Families of keys that the parts which use them check. */
static const char *const accepted_prefixes[] = {
    "topic.creation.default.", "key.converter.",  "value.converter.", "header.converter.", "config.storage.",
    "status.storage.",         "offset.storage.", "request.storage.", "config.providers.",
};

struct hint {
    const char *name; /* a dot at the end: every key that begins so */
    const char *text;
};

#define NO_JAVA    "workers here have no Java classes to load"
#define NO_FORWARD "workers here never talk to each other"

/* Kafka Connect 4's worker keys that mean nothing here. */
static const struct hint meaningless[] = {
    {"access.control.", "the REST interface sends no cross-origin headers"},
    {"admin.listeners", "there is no separate admin interface"},
    {"auto.include.jmx.reporter", NO_JAVA},
    {"connect.protocol", "there is one way of rebalancing"},
    {"connector.client.config.override.policy", "connectors may override what is not fixed by the worker"},
    {"exactly.once.source.support", "sources are exactly-once unless a connector says otherwise"},
    {"inter.worker.", NO_FORWARD},
    {"internal.", "internal topics have one format"},
    {"metric.reporters", NO_JAVA},
    {"metrics.", NO_JAVA},
    {"offset.flush.timeout.ms", "a commit that takes longer than 5 s is made again later"},
    {"plugin.discovery", "there is one way of finding plugins"},
    {"rebalance.timeout.ms", "a rebalance here waits for nothing"},
    {"response.http.headers.config", "set headers in the proxy in front"},
    {"rest.advertised.", NO_FORWARD},
    {"rest.extension.classes", NO_JAVA},
    {"scheduled.rebalance.max.delay.ms", "tasks of a lost worker are placed anew at once"},
    {"task.profile.", NO_JAVA},
    {"telemetry.", NO_JAVA},
    {"worker.sync.timeout.ms", "workers here follow the configuration topic all the time"},
    {"worker.unsync.backoff.ms", "workers here follow the configuration topic all the time"},
    /* Settings of Java clients that tune what librdkafka tunes itself. */
    {"client.dns.lookup", "librdkafka tries all addresses of a name"},
    {"default.api.timeout.ms", "librdkafka has no such setting"},
    {"metadata.max.age.ms", "librdkafka refreshes metadata by topic.metadata.refresh.interval.ms"},
    {"metadata.recovery.", "librdkafka has no such setting"},
    {"receive.buffer.bytes", "librdkafka calls it socket.receive.buffer.bytes"},
    {"send.buffer.bytes", "librdkafka calls it socket.send.buffer.bytes"},
    {"retry.backoff.max.ms", "this librdkafka has no such setting"},
    {"socket.connection.setup.timeout.max.ms", "librdkafka has no such setting"},
    {"buffer.memory", "librdkafka calls it queue.buffering.max.kbytes"},
    {"max.block.ms", "librdkafka has no such setting"},
    {"max.poll.records", "it is a key of sinks: consumer.override.max.poll.records"},
};

#define PKCS12                                                                                               \
    "use ssl.keystore.location with a PKCS#12 file, or ssl.certificate.location and ssl.key.location (PEM)"
#define LOGIN "use sasl.mechanism, sasl.username and sasl.password"
#define OAUTH                                                                                                \
    "use sasl.oauthbearer.method=oidc with sasl.oauthbearer.client.id, .client.secret and "                  \
    ".token.endpoint.url"
#define NO_TLS "remove it: OpenSSL negotiates this itself; ssl.cipher.suites can restrict it"

/* Security settings that only Java clients know: ignoring one could weaken what somebody meant to be safe. */
static const struct hint java_only[] = {
    {"ssl.truststore.location", "use ssl.ca.location with a PEM file"},
    {"ssl.truststore.password", "remove it and use ssl.ca.location with a PEM file"},
    {"ssl.truststore.type", "remove it and use ssl.ca.location with a PEM file"},
    {"ssl.truststore.certificates", "use ssl.ca.pem"},
    {"ssl.keystore.type", PKCS12},
    {"ssl.keystore.certificate.chain", "use ssl.certificate.pem"},
    {"ssl.keystore.key", "use ssl.key.pem"},
    {"ssl.protocol", NO_TLS},
    {"ssl.enabled.protocols", NO_TLS},
    {"ssl.provider", NO_TLS},
    {"ssl.keymanager.algorithm", NO_TLS},
    {"ssl.trustmanager.algorithm", NO_TLS},
    {"ssl.secure.random.implementation", NO_TLS},
    {"ssl.engine.factory.class", NO_TLS},
    {"ssl.client.auth", "the REST interface is plain HTTP: put a proxy with TLS in front of it"},
    {"listeners.https.", "the REST interface is plain HTTP: put a proxy with TLS in front of it"},
    {"security.providers", "remove it: there are no Java classes to load"},
    {"sasl.jaas.config", LOGIN},
    {"sasl.client.callback.handler.class", LOGIN},
    {"sasl.login.", LOGIN},
    {"sasl.oauthbearer.jwks.", OAUTH},
    {"sasl.oauthbearer.expected.", OAUTH},
    {"sasl.oauthbearer.clock.skew.seconds", OAUTH},
    {"sasl.oauthbearer.jwt.", OAUTH},
    {"sasl.oauthbearer.header.urlencode", OAUTH},
    {"sasl.kerberos.ticket.renew.", "use sasl.kerberos.min.time.before.relogin"},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const struct kc_worker_key *kc_worker_keys(size_t *n)
{
    *n = COUNT(own_keys);
    return own_keys;
}

const struct kc_worker_key *kc_worker_key_find(const char *name)
{
    for (size_t i = 0; i < COUNT(own_keys); i++)
        if (strcmp(own_keys[i].name, name) == 0)
            return &own_keys[i];
    return NULL;
}

static bool has_prefix(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static const char *find_hint(const struct hint *hints, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        const char *known = hints[i].name;
        bool family = known[strlen(known) - 1] == '.';

        if (family ? has_prefix(name, known) : strcmp(name, known) == 0)
            return hints[i].text;
    }
    return NULL;
}

/* How many characters must be added, removed or replaced to make one of the other; both shorter than 64. */
static size_t distance(const char *a, const char *b)
{
    size_t row[65], n = strlen(b);

    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);

            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[n];
}

static const char *nearest(const char *name)
{
    const char *found = NULL;
    size_t best = 4; /* more than three slips is another word */

    if (strlen(name) > 63)
        return NULL;
    for (size_t i = 0; i < COUNT(own_keys); i++) {
        size_t d = distance(name, own_keys[i].name);

        if (d < best) {
            best = d;
            found = own_keys[i].name;
        }
    }
    return found;
}

enum kc_worker_key_kind kc_worker_key_classify(const char *name, const char **hint)
{
    static const char *const kinds[] = {"producer.", "consumer.", "admin."};
    const char *bare = name;

    for (size_t i = 0; i < COUNT(kinds); i++)
        if (has_prefix(name, kinds[i]))
            bare = name + strlen(kinds[i]);
    *hint = find_hint(java_only, COUNT(java_only), name);
    if (*hint == NULL)
        *hint = find_hint(java_only, COUNT(java_only), bare);
    if (*hint != NULL)
        return KC_WORKER_KEY_JAVA_ONLY;
    *hint = find_hint(meaningless, COUNT(meaningless), name);
    if (*hint != NULL)
        return KC_WORKER_KEY_MEANINGLESS;
    for (size_t i = 0; i < COUNT(accepted_prefixes); i++)
        if (has_prefix(name, accepted_prefixes[i]) && name[strlen(accepted_prefixes[i])] != '\0')
            return KC_WORKER_KEY_ACCEPTED;
    if (kc_client_key_known(bare))
        return KC_WORKER_KEY_CLIENT;
    *hint = find_hint(meaningless, COUNT(meaningless), bare);
    if (*hint != NULL)
        return KC_WORKER_KEY_MEANINGLESS;
    *hint = nearest(name);
    return KC_WORKER_KEY_UNKNOWN;
}

static kc_status check_int(const struct kc_worker_key *key, const char *value, struct kc_error *err)
{
    char *end;
    long long number;

    errno = 0;
    number = strtoll(value, &end, 10);
    if (end == value || *end != '\0' || errno != 0)
        return kc_fail(err, KC_ERR_CONFIG, "%s must be a whole number, not '%s'", key->name, value);
    if (number < key->min || number > key->max)
        return kc_fail(err, KC_ERR_CONFIG, "%s must be between %" PRId64 " and %" PRId64 ", not %lld",
                       key->name, key->min, key->max, number);
    if (number == 0 && key->not_zero)
        return kc_fail(err, KC_ERR_CONFIG, "%s must be at least 1, or -1 for the broker's default, not 0",
                       key->name);
    return KC_OK;
}

/* True when `value` is one of the words of "a, b, c", in any case. */
static bool is_choice(const char *choices, const char *value)
{
    size_t n = strlen(value);

    for (const char *word = choices; word != NULL; word = strstr(word, ", ")) {
        if (word != choices)
            word += 2;
        if (strncasecmp(word, value, n) == 0 && (word[n] == ',' || word[n] == '\0'))
            return true;
    }
    return false;
}

/* Kafka's rule (org.apache.kafka.common.internals.Topic): 1-249 of letters, digits, '.', '_', '-'; not "." or "..". */
static bool is_topic_name(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    return n >= 1 && n <= 249 && name[n] == '\0' && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

kc_status kc_worker_key_check(const struct kc_worker_key *key, const char *value, struct kc_error *err)
{
    if (key->required && value[0] == '\0')
        return kc_fail(err, KC_ERR_CONFIG, "%s must not be empty", key->name);
    switch (key->type) {
    case KC_WORKER_INT: return check_int(key, value, err);
    case KC_WORKER_BOOL:
        if (!is_choice("true, false", value))
            return kc_fail(err, KC_ERR_CONFIG, "%s must be true or false, not '%s'", key->name, value);
        return KC_OK;
    case KC_WORKER_WORD:
        if (value[0] == '\0' || !is_choice(key->choices, value))
            return kc_fail(err, KC_ERR_CONFIG, "%s must be one of %s, not '%s'", key->name, key->choices,
                           value);
        return KC_OK;
    case KC_WORKER_TOPIC:
        if (!is_topic_name(value))
            return kc_fail(err, KC_ERR_CONFIG,
                           "%s must be a topic name (1 to 249 letters, digits, '.', '_' and '-'), not '%s'",
                           key->name, value);
        return KC_OK;
    case KC_WORKER_TEXT:
    case KC_WORKER_LIST: return KC_OK;
    }
    return KC_OK;
}
