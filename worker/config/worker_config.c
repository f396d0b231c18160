#include "config/worker_config.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/listener.h"
#include "config/private_folder.h"
#include "config/properties_file.h"
#include "config/provider_keys.h"
#include "config/worker_keys.h"
#include "kafka/client_config.h"

static const char component[] = "worker/config";

/* What stands behind the public part. */
struct loaded {
    struct kc_worker_config public;
    struct kc_props *places; /* key -> "file, line 3", for sentences; only while loading */
    const char *path;        /* only while loading */
    char **plugin_path;
    char **listeners;
    struct kc_private_folder *private_dir; /* where state.dir names no folder */
};

static kc_status add_pair(void *arg, int line, const char *key, const char *value, struct kc_error *err)
{
    struct loaded *l = arg;
    char place[PATH_MAX + 32];

    (void)snprintf(place, sizeof(place), "%s, line %d", l->path, line);
    if (kc_props_get(l->places, key) != NULL)
        kc_log(KC_WARN, component, "%s: %s was set before in %s; the last one counts", place, key,
               kc_props_get(l->places, key));
    if (kc_props_set(l->public.props, key, value) < 0 || kc_props_set(l->places, key, place) < 0)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    return KC_OK;
}

static kc_status read_all(struct loaded *l, const struct kc_props *overrides, struct kc_error *err)
{
    size_t len;
    char *text = kc_properties_read(l->path, &len, err);
    kc_status status;

    if (text == NULL)
        return err->status;
    status = kc_properties_parse(text, len, add_pair, l, err);
    free(text);
    if (status < 0)
        return kc_wrap(err, "%s", l->path);
    for (size_t i = 0; overrides != NULL && i < kc_props_count(overrides); i++)
        if (kc_props_set(l->public.props, kc_props_key(overrides, i), kc_props_value(overrides, i)) < 0 ||
            kc_props_set(l->places, kc_props_key(overrides, i), "--set") < 0)
            return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    return KC_OK;
}

/* Takes blanks away around the value of one of our keys, as Kafka Connect does before it reads one. */
static kc_status trim(struct kc_props *props, const char *key)
{
    static const char blanks[] = " \t\r\n\f";
    const char *value = kc_props_get(props, key);
    size_t before = strspn(value, blanks), end = strlen(value);
    kc_status status;
    char *copy;

    while (end > before && strchr(blanks, value[end - 1]) != NULL)
        end--;
    copy = strndup(value + before, end - before);
    if (copy == NULL)
        return KC_ERR_NOMEM;
    status = kc_props_set(props, key, copy);
    free(copy);
    return status;
}

/* Whether librdkafka takes this value; asked one by one, so that the sentence can name the place. */
static kc_status check_client_key(const char *key, const char *value, struct kc_error *err)
{
    static const char *const kinds[] = {"producer.", "consumer.", "admin."};
    struct kc_props *one = kc_props_create();
    rd_kafka_conf_t *conf = NULL;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strncmp(key, kinds[i], strlen(kinds[i])) == 0) {
            key += strlen(kinds[i]);
            break;
        }
    }
    if (one == NULL || kc_props_set(one, key, value) < 0) {
        kc_props_destroy(one);
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    }
    conf = kc_client_conf(one, NULL, err);
    kc_props_destroy(one);
    if (conf == NULL)
        return err->status;
    rd_kafka_conf_destroy(conf);
    return KC_OK;
}

static kc_status check_pair(struct loaded *l, const char *key, struct kc_error *err)
{
    const struct kc_worker_key *own = kc_worker_key_find(key);
    const char *hint;

    if (own != NULL) {
        if (trim(l->public.props, key) < 0)
            return kc_fail(err, KC_ERR_NOMEM, "out of memory");
        return kc_worker_key_check(own, kc_props_get(l->public.props, key), err);
    }
    switch (kc_worker_key_classify(key, &hint)) {
    case KC_WORKER_KEY_ACCEPTED: return KC_OK;
    case KC_WORKER_KEY_CLIENT: return check_client_key(key, kc_props_get(l->public.props, key), err);
    case KC_WORKER_KEY_MEANINGLESS:
        kc_log(KC_WARN, component, "%s: %s has no effect: %s", kc_props_get(l->places, key), key, hint);
        return KC_OK;
    case KC_WORKER_KEY_JAVA_ONLY: return kc_fail(err, KC_ERR_CONFIG, "%s is not supported: %s", key, hint);
    case KC_WORKER_KEY_UNKNOWN: break;
    }
    if (hint != NULL)
        return kc_fail(err, KC_ERR_CONFIG, "there is no key '%s'; did you mean %s?", key, hint);
    return kc_fail(
        err, KC_ERR_CONFIG,
        "there is no key '%s': it is neither one of the worker's nor one of librdkafka's, bare or with "
        "producer., consumer. or admin. before it",
        key);
}

static kc_status check_all(struct loaded *l, struct kc_error *err)
{
    const struct kc_worker_key *keys;
    size_t n;

    for (size_t i = 0; i < kc_props_count(l->public.props); i++) {
        const char *key = kc_props_key(l->public.props, i);

        if (check_pair(l, key, err) < 0)
            return kc_wrap(err, "%s", kc_props_get(l->places, key));
    }
    keys = kc_worker_keys(&n);
    for (size_t i = 0; i < n; i++) {
        if (kc_props_get(l->public.props, keys[i].name) != NULL)
            continue;
        if (keys[i].required)
            return kc_fail(err, KC_ERR_CONFIG, "%s: %s is missing; %s", l->path, keys[i].name, keys[i].doc);
        if (keys[i].default_value != NULL &&
            kc_props_set(l->public.props, keys[i].name, keys[i].default_value) < 0)
            return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    }
    return KC_OK;
}

/* The parts of "a, b,c" without blanks and empty ones; ends with NULL. NULL: out of memory. */
static char **split_list(const char *text)
{
    size_t n = 2, made = 0;
    char **parts;

    for (const char *p = text; *p != '\0'; p++)
        n += *p == ',';
    parts = calloc(n, sizeof(*parts));
    while (parts != NULL && *text != '\0') {
        size_t len = strcspn(text, ","), skip = strspn(text, " \t"), end = len;

        while (end > skip && (text[end - 1] == ' ' || text[end - 1] == '\t'))
            end--;
        if (end > skip) {
            parts[made] = strndup(text + skip, end - skip);
            if (parts[made] == NULL) {
                for (size_t i = 0; i < made; i++)
                    free(parts[i]);
                free(parts);
                return NULL;
            }
            made++;
        }
        text += len + (text[len] == ',');
    }
    return parts;
}

static void free_list(char **parts)
{
    for (size_t i = 0; parts != NULL && parts[i] != NULL; i++)
        free(parts[i]);
    free(parts);
}

static int64_t number(const struct loaded *l, const char *key)
{
    return strtoll(kc_props_get(l->public.props, key), NULL, 10); /* checked before */
}

static void take_topics(struct loaded *l)
{
    struct kc_worker_config *c = &l->public;

    c->config_storage_topic = kc_props_get(c->props, "config.storage.topic");
    c->status_storage_topic = kc_props_get(c->props, "status.storage.topic");
    c->offset_storage_topic = kc_props_get(c->props, "offset.storage.topic");
    c->request_storage_topic = kc_props_get(c->props, "request.storage.topic");
    c->config_storage_replication = (int16_t)number(l, "config.storage.replication.factor");
    c->status_storage_replication = (int16_t)number(l, "status.storage.replication.factor");
    c->offset_storage_replication = (int16_t)number(l, "offset.storage.replication.factor");
    c->request_storage_replication = (int16_t)number(l, "request.storage.replication.factor");
    c->status_storage_partitions = (int32_t)number(l, "status.storage.partitions");
    c->offset_storage_partitions = (int32_t)number(l, "offset.storage.partitions");
}

static kc_status take_fields(struct loaded *l, struct kc_error *err)
{
    struct kc_worker_config *c = &l->public;

    c->bootstrap_servers = kc_props_get(c->props, "bootstrap.servers");
    c->group_id = kc_props_get(c->props, "group.id");
    c->client_id_prefix = kc_props_or(c->props, "client.id", c->group_id);
    l->plugin_path = split_list(kc_props_get(c->props, "plugin.path"));
    l->listeners = split_list(kc_props_get(c->props, "listeners"));
    if (l->plugin_path == NULL || l->listeners == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    c->plugin_path = (const char *const *)l->plugin_path;
    c->listeners = (const char *const *)l->listeners;
    take_topics(l);
    c->request_timeout_ms = number(l, "rest.request.timeout.ms");
    c->graceful_shutdown_ms = number(l, "task.shutdown.graceful.timeout.ms");
    c->task_memory_max_mb = number(l, "task.memory.max.mb");
    c->offset_flush_interval_ms = number(l, "offset.flush.interval.ms");
    c->restart_first_ms = number(l, "errors.restart.delay.initial.ms");
    c->restart_max_ms = number(l, "errors.restart.delay.max.ms");
    c->quarantine_crashes = (int32_t)number(l, "plugin.quarantine.crashes");
    c->quarantine_window_ms = number(l, "plugin.quarantine.window.ms");
    c->max_request_bytes = number(l, "rest.request.max.bytes");
    c->topic_tracking = strcasecmp(kc_props_get(c->props, "topic.tracking.enable"), "true") == 0;
    c->topic_tracking_reset = strcasecmp(kc_props_get(c->props, "topic.tracking.allow.reset"), "true") == 0;
    (void)kc_log_level_parse(kc_props_get(c->props, "log.level"), &c->log_level);
    c->log_format = strcasecmp(kc_props_get(c->props, "log.format"), "json") == 0 ? KC_LOG_JSON : KC_LOG_TEXT;
    return KC_OK;
}

static kc_status check_topics_differ(const struct kc_worker_config *c, struct kc_error *err)
{
    const char *const topics[] = {c->config_storage_topic, c->status_storage_topic, c->offset_storage_topic,
                                  c->request_storage_topic};
    static const char *const keys[] = {"config.storage.topic", "status.storage.topic", "offset.storage.topic",
                                       "request.storage.topic"};

    for (size_t i = 0; i < 4; i++)
        for (size_t j = i + 1; j < 4; j++)
            if (strcmp(topics[i], topics[j]) == 0)
                return kc_fail(err, KC_ERR_CONFIG, "%s and %s are both '%s'; each needs a topic of its own",
                               keys[i], keys[j], topics[i]);
    return KC_OK;
}

/* librdkafka takes any word behind the colon for port 0 and tries that for ever. */
static kc_status check_broker(const char *entry, struct kc_error *err)
{
    const char *colon = strrchr(entry, ':'), *bracket = strrchr(entry, ']');
    char *end;
    long port;

    if (colon == NULL || (bracket != NULL && bracket > colon))
        return KC_OK; /* without a port it is 9092 */
    port = strtol(colon + 1, &end, 10);
    if (isdigit((unsigned char)colon[1]) && *end == '\0' && port > 0 && port < 65536)
        return KC_OK;
    return kc_fail(err, KC_ERR_CONFIG,
                   "bootstrap.servers: '%s' must have the form host:port, with a port from 1 to 65535",
                   entry);
}

static kc_status check_brokers(const struct kc_worker_config *c, struct kc_error *err)
{
    char **entries = split_list(c->bootstrap_servers);
    kc_status status = KC_OK;

    if (entries == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    if (entries[0] == NULL)
        status = kc_fail(err, KC_ERR_CONFIG, "bootstrap.servers must name at least one broker, host:port");
    for (size_t i = 0; entries[i] != NULL && status >= 0; i++)
        status = check_broker(entries[i], err);
    free_list(entries);
    return status;
}

/* What no single key shows. */
static kc_status check_together(const struct loaded *l, struct kc_error *err)
{
    const struct kc_worker_config *c = &l->public;
    struct stat info;

    if (strlen(c->client_id_prefix) > 64)
        return kc_fail(
            err, KC_ERR_CONFIG,
            "client.id (default: group.id) must have at most 64 characters, as Kafka limits clients' names");
    if (check_brokers(c, err) < 0)
        return err->status;
    if (c->listeners[0] == NULL)
        return kc_fail(err, KC_ERR_CONFIG,
                       "listeners must name at least one address, such as http://127.0.0.1:8083");
    for (size_t i = 0; c->listeners[i] != NULL; i++)
        if (kc_listener_check(c->listeners[i], err) < 0)
            return err->status;
    for (size_t i = 0; kc_props_get(l->places, "plugin.path") != NULL && c->plugin_path[i] != NULL; i++)
        if (stat(c->plugin_path[i], &info) != 0 || !S_ISDIR(info.st_mode))
            return kc_fail(err, KC_ERR_CONFIG, "plugin.path: there is no folder %s", c->plugin_path[i]);
    if (number(l, "errors.restart.delay.initial.ms") > number(l, "errors.restart.delay.max.ms"))
        return kc_fail(err, KC_ERR_CONFIG,
                       "errors.restart.delay.initial.ms must not be more than errors.restart.delay.max.ms");
    if (kc_provider_keys_check(c->props, err) < 0)
        return err->status;
    return check_topics_differ(c, err);
}

static kc_status make_state_dir(struct loaded *l, struct kc_error *err)
{
    const char *given = kc_props_get(l->public.props, "state.dir");

    if (given != NULL && given[0] != '\0') {
        if (mkdir(given, 0700) != 0 && errno != EEXIST)
            return kc_fail_errno(err, KC_ERR_CONFIG, "state.dir: cannot make the folder %s", given);
        if (access(given, R_OK | W_OK | X_OK) != 0)
            return kc_fail_errno(err, KC_ERR_CONFIG, "state.dir: cannot write into %s", given);
        l->public.state_dir = given;
        return KC_OK;
    }
    l->private_dir = kc_private_folder_make("/tmp", err);
    if (l->private_dir == NULL)
        return err->status;
    l->public.state_dir = kc_private_folder_path(l->private_dir);
    return KC_OK;
}

kc_status kc_worker_config_load(const char *path, const struct kc_props *overrides,
                                struct kc_worker_config **out, struct kc_error *err)
{
    struct kc_error local = KC_ERROR_INIT;
    struct loaded *l = calloc(1, sizeof(*l));
    kc_status status;

    if (err == NULL)
        err = &local;
    if (l == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    l->path = path;
    l->places = kc_props_create();
    l->public.props = kc_props_create();
    if (l->places == NULL || l->public.props == NULL)
        status = kc_fail(err, KC_ERR_NOMEM, "out of memory");
    else
        status = read_all(l, overrides, err);
    if (status >= 0)
        status = check_all(l, err);
    if (status >= 0)
        status = take_fields(l, err);
    if (status >= 0) {
        status = check_together(l, err);
        if (status < 0)
            status = kc_wrap(err, "%s", path);
    }
    if (status >= 0)
        status = make_state_dir(l, err);
    kc_props_destroy(l->places);
    l->places = NULL;
    l->path = NULL;
    if (status < 0) {
        kc_worker_config_destroy(&l->public);
        return status;
    }
    *out = &l->public;
    return KC_OK;
}

void kc_worker_config_destroy(struct kc_worker_config *c)
{
    struct loaded *l = (struct loaded *)c; /* the public part comes first */

    if (c == NULL)
        return;
    kc_private_folder_remove(l->private_dir);
    free_list(l->plugin_path);
    free_list(l->listeners);
    kc_props_destroy(c->props);
    free(l);
}
