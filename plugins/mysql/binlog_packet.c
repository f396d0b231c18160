#include "binlog_packet.h"

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <time.h>

#include <ma_pvio.h>

#include <kconnect/sdk.h>

/* What pvio->ctls points at (ma_tls.h). */
struct tls_layer {
    void *data;
    void *pvio;
    void *session; /* SSL * or gnutls_session_t */
};

typedef int (*ssl_pending_fn)(const void *ssl);
typedef size_t (*gnutls_pending_fn)(void *session);

kc_status kc_packet_send(MYSQL *mysql, int command, const uint8_t *bytes, size_t len, struct kc_error *err)
{
    if (mysql->methods->db_command(mysql, (enum enum_server_command)command, (const char *)bytes, len, 1,
                                   NULL) != 0)
        return kc_packet_explain(mysql, err);
    return KC_OK;
}

bool kc_packet_command(MYSQL *mysql, int command, const uint8_t *bytes, size_t len)
{
    return mysql->methods->db_command(mysql, (enum enum_server_command)command, (const char *)bytes, len, 0,
                                      NULL) == 0;
}

/*
 * Bytes of a TLS record that is decrypted but not yet read. The TLS library is whichever libmariadb was built with, so
 * the question is looked up through libmariadb instead of being linked. An unknown library counts as having bytes: reading
 * then blocks until the server's next event or heartbeat, which is slow to stop but never sleeps on data.
 */
static bool tls_pending(const struct tls_layer *tls)
{
    static ssl_pending_fn openssl;
    static gnutls_pending_fn gnutls;
    static bool looked_up;

    if (!looked_up) {
        void *library = dlopen("libmariadb.so.3", RTLD_NOLOAD | RTLD_LAZY);

        if (library != NULL) {
            *(void **)(&openssl) = dlsym(library, "SSL_pending");
            *(void **)(&gnutls) = dlsym(library, "gnutls_record_check_pending");
            dlclose(library); /* the plugin itself keeps it loaded */
        }
        looked_up = true;
    }
    if (openssl != NULL)
        return openssl(tls->session) > 0;
    if (gnutls != NULL)
        return gnutls(tls->session) > 0;
    return true;
}

bool kc_packet_buffered(const MYSQL *mysql)
{
    const MARIADB_PVIO *pvio = mysql->net.pvio;

    if (pvio == NULL)
        return true; /* broken: reading says so */
    if (pvio->cache != NULL && pvio->cache + pvio->cache_size > pvio->cache_pos)
        return true;
    return pvio->ctls != NULL && tls_pending((const struct tls_layer *)(const void *)pvio->ctls);
}

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

kc_status kc_packet_wait(const MYSQL *mysql, int stop_fd, int timeout_ms, struct kc_error *err)
{
    struct pollfd fds[2] = {{.fd = stop_fd, .events = POLLIN}, {.fd = -1, .events = POLLIN}};
    int64_t deadline = now_ms() + timeout_ms;
    int n;

    if (kc_packet_buffered(mysql))
        return KC_OK;
    fds[1].fd = (int)mysql_get_socket((MYSQL *)(uintptr_t)mysql);
    do {
        int64_t left = deadline - now_ms();

        n = poll(fds, 2, left > 0 ? (int)left : 0);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return kc_fail(err, KC_ERR_RETRY, "waiting for the binlog stream failed: %s", strerror(errno));
    if (fds[0].revents != 0)
        return kc_fail(err, KC_ERR_STOPPED, "the task was asked to stop");
    return n == 0 ? KC_NOTHING : KC_OK;
}

kc_status kc_packet_read(MYSQL *mysql, const uint8_t **bytes, size_t *len, struct kc_error *err)
{
    unsigned long n = mysql_net_read_packet(mysql);

    if (n == packet_error)
        return kc_packet_explain(mysql, err);
    if (n < 9 && n > 0 && mysql->net.read_pos[0] == 0xfe)
        return kc_fail(err, KC_ERR_RETRY, "the server ended the binlog stream");
    if (n == 0 || mysql->net.read_pos[0] != 0)
        return kc_fail(err, KC_ERR_FATAL, "the server sent a packet that is no binlog event");
    *bytes = mysql->net.read_pos + 1;
    *len = n - 1;
    return KC_OK;
}
