#include "mariadb_unzip.h"

#include "packed_integer.h"

#include <kconnect/sdk.h>
#include <stdlib.h>
#include <zlib.h>

#define UNZIPPED_LIMIT_BYTES ((uint64_t)1 << 30) /* max_allowed_packet is never more */

static const struct plain_type {
    uint8_t compressed;
    uint8_t plain;
} plain_types[] = {
    {KC_EVENT_MARIADB_QUERY_COMPRESSED, KC_EVENT_QUERY},
    {KC_EVENT_MARIADB_WRITE_ROWS_COMPRESSED, KC_EVENT_WRITE_ROWS_V1},
    {KC_EVENT_MARIADB_UPDATE_ROWS_COMPRESSED, KC_EVENT_UPDATE_ROWS_V1},
    {KC_EVENT_MARIADB_DELETE_ROWS_COMPRESSED, KC_EVENT_DELETE_ROWS_V1},
};

bool kc_event_is_compressed(uint8_t type)
{
    return type >= KC_EVENT_MARIADB_QUERY_COMPRESSED && type <= KC_EVENT_MARIADB_DELETE_ROWS_COMPRESSED;
}

/* Length of the part that is not compressed; 0: cut short. */
static size_t plain_length(const struct kc_event *event)
{
    enum { QUERY_FIXED_BYTES = 13, ROWS_FIXED_BYTES = 8 };
    const uint8_t *p = event->body, *end = p + event->body_len;
    uint64_t columns;
    size_t bitmaps;

    if (event->header.type == KC_EVENT_MARIADB_QUERY_COMPRESSED) {
        if (event->body_len < QUERY_FIXED_BYTES)
            return 0;
        return (size_t)QUERY_FIXED_BYTES + kc_le16(p + 11) + p[8] + 1;
    }
    if (event->body_len < ROWS_FIXED_BYTES)
        return 0;
    p += ROWS_FIXED_BYTES;
    if (!kc_packed_read(&p, end, &columns) || columns > UINT16_MAX)
        return 0;
    bitmaps = (size_t)(columns + 7) / 8;
    if (event->header.type == KC_EVENT_MARIADB_UPDATE_ROWS_COMPRESSED)
        bitmaps *= 2;
    return (size_t)(p - event->body) + bitmaps;
}

static kc_status make_room(struct kc_unzip_buffer *buffer, size_t size, struct kc_error *err)
{
    uint8_t *grown;

    if (size <= buffer->capacity)
        return KC_OK;
    grown = realloc(buffer->bytes, size);
    if (grown == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory while unpacking an event of %zu bytes", size);
    buffer->bytes = grown;
    buffer->capacity = size;
    return KC_OK;
}

kc_status kc_event_unzip(struct kc_event *event, struct kc_unzip_buffer *buffer, struct kc_error *err)
{
    size_t plain = plain_length(event);
    const uint8_t *p = event->body + plain, *end = event->body + event->body_len;
    unsigned length_bytes;
    uint64_t size;
    uLongf unzipped;
    kc_status status;

    if (plain == 0 || plain >= event->body_len)
        return kc_fail(err, KC_ERR_FATAL, "a compressed event of the binlog is cut short");
    length_bytes = *p & 7;
    if ((*p & 0xf8) != 0x80 || length_bytes < 1 || length_bytes > 4 || (size_t)(end - p) <= length_bytes)
        return kc_fail(err, KC_ERR_UNSUPPORTED,
                       "the binlog has events compressed in an unknown way: SET GLOBAL "
                       "log_bin_compress = OFF");
    size = kc_be_n(p + 1, length_bytes);
    if (size > UNZIPPED_LIMIT_BYTES)
        return kc_fail(err, KC_ERR_FATAL, "a compressed event of the binlog claims an impossible size");
    status = make_room(buffer, plain + size, err);
    if (status < 0)
        return status;
    p += 1 + length_bytes;
    unzipped = (uLongf)size;
    if (uncompress(buffer->bytes + plain, &unzipped, p, (uLong)(end - p)) != Z_OK || unzipped != size)
        return kc_fail(err, KC_ERR_FATAL, "a compressed event of the binlog is damaged");
    memcpy(buffer->bytes, event->body, plain);
    event->body = buffer->bytes;
    event->body_len = plain + size;
    for (size_t i = 0; i < sizeof(plain_types) / sizeof(plain_types[0]); i++)
        if (plain_types[i].compressed == event->header.type) {
            event->header.type = plain_types[i].plain;
            break;
        }
    return KC_OK;
}
