#include "fleet/clients.h"

#include <time.h>

#include "base/clock.h"
#include "kafka/client_config.h"

enum { QUIET_MS = 30000, SLICE_MS = 20 };

void kc_noise_init(struct kc_noise *n)
{
    (void)pthread_mutex_init(&n->lock, NULL);
    n->last_code = 0;
    n->quiet_until_ms = 0;
}

void kc_noise_finish(struct kc_noise *n)
{
    (void)pthread_mutex_destroy(&n->lock);
}

/* The errors that come in turns while brokers are away count as one. */
static int kind_of(int code)
{
    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || code == RD_KAFKA_RESP_ERR__RESOLVE ||
        code == RD_KAFKA_RESP_ERR__TIMED_OUT || code == RD_KAFKA_RESP_ERR__WAIT_COORD ||
        code == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT)
        return RD_KAFKA_RESP_ERR__TRANSPORT;
    return code;
}

void kc_noise_tell(struct kc_noise *n, const char *role, int code, const char *reason)
{
    int64_t now = kc_mono_ms();
    bool news;

    (void)pthread_mutex_lock(&n->lock);
    news = kind_of(code) != n->last_code || now >= n->quiet_until_ms;
    if (news) {
        n->last_code = kind_of(code);
        n->quiet_until_ms = now + QUIET_MS;
    }
    (void)pthread_mutex_unlock(&n->lock);
    kc_log(news ? KC_WARN : KC_DEBUG, "worker/fleet", "Kafka, %s: %s", role, reason);
}

void kc_noise_clear(struct kc_noise *n)
{
    (void)pthread_mutex_lock(&n->lock);
    n->last_code = 0;
    (void)pthread_mutex_unlock(&n->lock);
}

/* What librdkafka says about connections and retries the fleet says itself, once and in its own words. */
static void log_line(const rd_kafka_t *client, int level, const char *facility, const char *text)
{
    enum { SYSLOG_CRITICAL = 2 };

    (void)client;
    kc_log(level <= SYSLOG_CRITICAL ? KC_ERROR : KC_DEBUG, "librdkafka", "%s: %s", facility, text);
}

rd_kafka_t *kc_fleet_client_new(const struct kc_worker_config *config, const struct kc_fleet_client *how,
                                struct kc_error *err)
{
    struct kc_props *props = kc_client_props(config->props, NULL, NULL);
    const char *fixed[64] = {"client.id", how->client_id};
    rd_kafka_conf_t *conf;
    size_t n = 2;

    if (props == NULL) {
        (void)kc_fail(err, KC_ERR_NOMEM, "out of memory");
        return NULL;
    }
    for (size_t i = 0; how->fixed[i] != NULL && n < sizeof(fixed) / sizeof(fixed[0]) - 1; i++)
        fixed[n++] = how->fixed[i];
    conf = kc_client_conf(props, fixed, err);
    kc_props_destroy(props);
    if (conf == NULL)
        return NULL;
    rd_kafka_conf_set_log_cb(conf, log_line);
    rd_kafka_conf_set_opaque(conf, how->opaque);
    rd_kafka_conf_set_error_cb(conf, how->on_error);
    if (how->on_delivery != NULL)
        rd_kafka_conf_set_dr_msg_cb(conf, how->on_delivery);
    if (how->on_rebalance != NULL)
        rd_kafka_conf_set_rebalance_cb(conf, how->on_rebalance);
    return kc_client_new(how->type, conf, err);
}

bool kc_fleet_pause(const atomic_bool *stop, int64_t ms)
{
    int64_t until = kc_mono_ms() + ms;

    while (!atomic_load(stop) && kc_mono_ms() < until) {
        struct timespec slice = {.tv_nsec = SLICE_MS * 1000000L};

        (void)nanosleep(&slice, NULL);
    }
    return !atomic_load(stop);
}
