#include "kafka/client_end.h"

#include <pthread.h>
#include <time.h>

#include "base/log.h"

static void *destroy(void *client)
{
    rd_kafka_destroy(client);
    return NULL;
}

bool kc_client_end(rd_kafka_t *client, int timeout_ms)
{
    struct timespec until;
    pthread_t thread;

    if (pthread_create(&thread, NULL, destroy, client) != 0) {
        rd_kafka_destroy(client);
        return true;
    }
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += timeout_ms / 1000;
    until.tv_nsec += timeout_ms % 1000 * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_nsec -= 1000000000L;
        until.tv_sec++;
    }
    if (pthread_timedjoin_np(thread, NULL, &until) == 0)
        return true;
    (void)pthread_detach(thread);
    kc_log(KC_INFO, "worker/kafka", "librdkafka does not end a client; it is left to the end of the process");
    return false;
}
