#include "binlog_stream.h"

#include "binlog_dump.h"
#include "binlog_packet.h"
#include "event_control.h"
#include "le.h"
#include "mariadb_unzip.h"
#include "payload_reader.h"
#include "position.h"

#include <kconnect/sdk.h>
#include <stdlib.h>

struct kc_binlog {
    MYSQL *mysql;
    int stop_fd;
    bool has_format; /* a FORMAT_DESCRIPTION came: `format` tells of checksums */
    struct kc_event_format format;
    char file[KC_BINLOG_FILE_BYTES];
    uint64_t pos;
    struct kc_event event;
    struct kc_event payload; /* the TRANSACTION_PAYLOAD event that is being read */
    bool in_payload;
    struct kc_payload_reader *reader;
    struct kc_unzip_buffer unzip;
};

kc_status kc_binlog_open(MYSQL *mysql, const struct kc_binlog_start *start, int stop_fd,
                         struct kc_binlog **out, struct kc_error *err)
{
    struct kc_binlog *b;
    kc_status status = kc_binlog_dump(mysql, start, err);

    if (status < 0)
        return status;
    b = calloc(1, sizeof(*b));
    if (b != NULL)
        b->reader = kc_payload_reader_create();
    if (b == NULL || b->reader == NULL) {
        kc_binlog_close(b);
        return kc_fail(err, KC_ERR_NOMEM, "out of memory while opening the binlog stream");
    }
    b->mysql = mysql;
    b->stop_fd = stop_fd;
    *out = b;
    return KC_OK;
}

void kc_binlog_close(struct kc_binlog *b)
{
    if (b == NULL)
        return;
    kc_payload_reader_destroy(b->reader);
    free(b->unzip.bytes);
    free(b);
}

bool kc_binlog_has_buffered(const struct kc_binlog *b)
{
    return b->in_payload || kc_packet_buffered(b->mysql);
}

struct kc_binlog_place kc_binlog_place(const struct kc_binlog *b)
{
    return (struct kc_binlog_place){b->file, b->pos};
}

const char *kc_binlog_server_version(const struct kc_binlog *b)
{
    return b->has_format ? b->format.server_version : "";
}

/*
 * Verifies and removes the checksum. What the server makes up (the first ROTATE, before any FORMAT_DESCRIPTION) may or
 * may not have one: there, four last bytes that are the checksum of the rest are taken as that.
 */
static kc_status check_sum(const struct kc_binlog *b, const uint8_t *p, size_t *len,
                           const struct kc_event_header *h, struct kc_error *err)
{
    bool made_up = (h->flags & KC_EVENT_FLAG_ARTIFICIAL) != 0 || h->next == 0;
    bool guess = !b->has_format || (h->type == KC_EVENT_ROTATE && made_up);
    size_t covered = *len - KC_CHECKSUM_BYTES;

    if (!guess && b->format.checksum == KC_CHECKSUM_NONE)
        return KC_OK;
    if (*len < KC_EVENT_HEADER_BYTES + KC_CHECKSUM_BYTES)
        return guess ? KC_OK
                     : kc_fail(err, KC_ERR_FATAL, "a binlog event at %s:%llu is cut short", b->file,
                               (unsigned long long)b->pos);
    if (kc_event_crc32(p, covered, h->type) == kc_le32(p + covered))
        *len = covered;
    else if (!guess)
        return kc_fail(
            err, KC_ERR_FATAL,
            "the checksum of the binlog event of type %u at %s:%llu does not match: bytes were damaged on "
            "the way or on the server's disk",
            h->type, b->file, (unsigned long long)b->pos);
    return KC_OK;
}

/* FORMAT_DESCRIPTION always has room for a checksum and says itself whether it is filled. */
static kc_status take_format(struct kc_binlog *b, const uint8_t *p, size_t len, struct kc_error *err)
{
    struct kc_event_format format;
    size_t covered = len - KC_CHECKSUM_BYTES;
    kc_status status =
        kc_event_format_read(p + KC_EVENT_HEADER_BYTES, len - KC_EVENT_HEADER_BYTES, &format, err);

    if (status < 0)
        return status;
    if (format.checksum == KC_CHECKSUM_CRC32 &&
        kc_event_crc32(p, covered, KC_EVENT_FORMAT_DESCRIPTION) != kc_le32(p + covered))
        return kc_fail(err, KC_ERR_FATAL, "the checksum of a FORMAT_DESCRIPTION event in %s does not match",
                       b->file);
    b->format = format;
    b->has_format = true;
    return KC_OK;
}

/* The header has 32 bits of a position; files larger than 4 GiB exist, and positions of a stream only grow. */
static uint64_t widen(uint64_t now, uint32_t next)
{
    uint64_t wide = (now & ~(uint64_t)UINT32_MAX) | next;

    if (wide >= now)
        return wide;
    return now - wide > (uint64_t)1 << 31 ? wide + ((uint64_t)1 << 32) : now;
}

static kc_status take_file(struct kc_binlog *b, struct kc_str file, uint64_t pos, struct kc_error *err)
{
    if (file.len >= sizeof(b->file) || memchr(file.ptr, '\0', file.len) != NULL)
        return kc_fail(err, KC_ERR_FATAL, "a ROTATE event of the binlog names an impossible file");
    memcpy(b->file, file.ptr, file.len);
    b->file[file.len] = '\0';
    b->pos = pos;
    return KC_OK;
}

static kc_status take_heartbeat(struct kc_binlog *b, struct kc_error *err)
{
    struct kc_str file;
    uint64_t pos;
    bool wide;
    kc_status status = kc_event_heartbeat_read(&b->event, &file, &pos, &wide, err);

    if (status == KC_OK && pos != 0 && file.len == strlen(b->file) &&
        memcmp(file.ptr, b->file, file.len) == 0)
        b->pos = wide ? (pos > b->pos ? pos : b->pos) : widen(b->pos, (uint32_t)pos);
    return status;
}

/* Follows file and position; the event is complete in b->event. */
static kc_status follow(struct kc_binlog *b, struct kc_error *err)
{
    struct kc_event *e = &b->event;
    bool real = e->header.next != 0 && (e->header.flags & KC_EVENT_FLAG_ARTIFICIAL) == 0;
    struct kc_str file;
    uint64_t pos;

    e->start = e->end = b->pos;
    if (e->header.type == KC_EVENT_HEARTBEAT || e->header.type == KC_EVENT_HEARTBEAT_V2)
        return take_heartbeat(b, err);
    if (real) {
        e->end = widen(b->pos, e->header.next);
        e->start = e->end >= e->header.size ? e->end - e->header.size : 0;
        b->pos = e->end;
    }
    if (e->header.type != KC_EVENT_ROTATE)
        return KC_OK;
    if (kc_event_rotate_read(e, &file, &pos, err) < 0)
        return KC_ERR_FATAL;
    return take_file(b, file, pos, err);
}

static kc_status read_event(struct kc_binlog *b, struct kc_error *err)
{
    struct kc_event *e = &b->event;
    const uint8_t *p;
    size_t len;
    kc_status status = kc_packet_read(b->mysql, &p, &len, err);

    if (status < 0)
        return status;
    if (!kc_event_header_read(p, len, &e->header) || e->header.size != len)
        return kc_fail(err, KC_ERR_FATAL, "a binlog event after %s:%llu has an impossible header", b->file,
                       (unsigned long long)b->pos);
    if (e->header.type == KC_EVENT_FORMAT_DESCRIPTION)
        status = take_format(b, p, len, err);
    else
        status = check_sum(b, p, &len, &e->header, err);
    if (status < 0)
        return status;
    e->body = p + KC_EVENT_HEADER_BYTES;
    e->body_len = len - KC_EVENT_HEADER_BYTES;
    e->in_payload = 0;
    status = follow(b, err);
    if (status == KC_OK && kc_event_is_compressed(e->header.type))
        status = kc_event_unzip(e, &b->unzip, err);
    return status;
}

/* KC_NOTHING: the payload is through. */
static kc_status read_from_payload(struct kc_binlog *b, struct kc_error *err)
{
    struct kc_event *e = &b->event;
    const uint8_t *p;
    size_t len;
    kc_status status = kc_payload_reader_next(b->reader, &p, &len, err);

    if (status != KC_OK)
        return status;
    if (!kc_event_header_read(p, len, &e->header))
        return kc_fail(err, KC_ERR_FATAL, "an event of a compressed transaction has an impossible header");
    e->body = p + KC_EVENT_HEADER_BYTES;
    e->body_len = len - KC_EVENT_HEADER_BYTES;
    e->start = b->payload.start;
    e->end = b->payload.end;
    e->in_payload = ++b->payload.in_payload;
    return KC_OK;
}

kc_status kc_binlog_next(struct kc_binlog *b, int timeout_ms, const struct kc_event **event,
                         struct kc_error *err)
{
    kc_status status;

    for (;;) {
        if (b->in_payload) {
            status = read_from_payload(b, err);
            if (status != KC_NOTHING)
                break;
            b->in_payload = false;
        }
        status = kc_packet_wait(b->mysql, b->stop_fd, timeout_ms, err);
        if (status != KC_OK)
            return status;
        status = read_event(b, err);
        if (status < 0 || b->event.header.type != KC_EVENT_TRANSACTION_PAYLOAD)
            break;
        status = kc_payload_reader_open(b->reader, b->event.body, b->event.body_len, err);
        if (status < 0)
            break;
        b->payload = b->event;
        b->in_payload = true;
    }
    if (status == KC_OK)
        *event = &b->event;
    return status;
}
