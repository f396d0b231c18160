#include "payload_reader.h"

#include "packed_integer.h"

#include <kconnect/sdk.h>
#include <stdlib.h>
#include <zstd.h>

/* Fields before the payload: type, length, value; see MySQL's Transaction_payload_event. */
enum { FIELD_END = 0, FIELD_PAYLOAD_SIZE = 1, FIELD_COMPRESSION = 2 };
enum { COMPRESSION_ZSTD = 0, COMPRESSION_NONE = 255 };

/* Larger than any event a server can write (max_allowed_packet is at most 1 GiB), so a damaged size cannot ask for more. */
#define EVENT_LIMIT_BYTES ((size_t)1 << 30)

struct kc_payload_reader {
    ZSTD_DCtx *zstd;
    ZSTD_inBuffer in;
    bool compressed;
    bool ended;      /* the last zstd frame is complete */
    uint8_t *buffer; /* unpacked bytes that are not given out yet: start to filled */
    size_t start;
    size_t filled;
    size_t capacity;
};

struct kc_payload_reader *kc_payload_reader_create(void)
{
    struct kc_payload_reader *r = calloc(1, sizeof(*r));

    if (r == NULL)
        return NULL;
    r->zstd = ZSTD_createDCtx();
    if (r->zstd == NULL) {
        kc_payload_reader_destroy(r);
        return NULL;
    }
    return r;
}

void kc_payload_reader_destroy(struct kc_payload_reader *r)
{
    if (r == NULL)
        return;
    ZSTD_freeDCtx(r->zstd);
    free(r->buffer);
    free(r);
}

static kc_status damaged(struct kc_error *err, const char *what)
{
    return kc_fail(err, KC_ERR_FATAL, "a compressed transaction of the binlog is damaged: %s", what);
}

kc_status kc_payload_reader_open(struct kc_payload_reader *r, const uint8_t *body, size_t len,
                                 struct kc_error *err)
{
    const uint8_t *p = body, *end = body + len;
    uint64_t size = 0, compression = COMPRESSION_NONE;

    for (;;) {
        uint64_t type, value_len;
        const uint8_t *value;

        if (!kc_packed_read(&p, end, &type))
            return damaged(err, "its header is cut short");
        if (type == FIELD_END)
            break;
        if (!kc_packed_read(&p, end, &value_len) || value_len > (uint64_t)(end - p))
            return damaged(err, "its header is cut short");
        value = p;
        p += value_len;
        if ((type == FIELD_PAYLOAD_SIZE && !kc_packed_read(&value, p, &size)) ||
            (type == FIELD_COMPRESSION && !kc_packed_read(&value, p, &compression)))
            return damaged(err, "a field of its header is cut short");
    }
    if (size != (uint64_t)(end - p))
        return damaged(err, "its size is not what its header says");
    if (compression != COMPRESSION_ZSTD && compression != COMPRESSION_NONE)
        return kc_fail(err, KC_ERR_UNSUPPORTED,
                       "the binlog has transactions compressed in an unknown way (%llu): SET GLOBAL "
                       "binlog_transaction_compression = OFF",
                       (unsigned long long)compression);
    r->compressed = compression == COMPRESSION_ZSTD;
    r->in = (ZSTD_inBuffer){p, (size_t)size, 0};
    r->start = r->filled = 0;
    r->ended = true; /* nothing begun */
    ZSTD_DCtx_reset(r->zstd, ZSTD_reset_session_only);
    return KC_OK;
}

/* Makes room for `size` bytes from `start` on; bytes move only when the end of the buffer is near. */
static kc_status make_room(struct kc_payload_reader *r, size_t size, struct kc_error *err)
{
    size_t capacity = r->capacity != 0 ? r->capacity : 65536;
    uint8_t *grown;

    if (r->capacity - r->start >= size)
        return KC_OK;
    if (r->filled > r->start)
        memmove(r->buffer, r->buffer + r->start, r->filled - r->start);
    r->filled -= r->start;
    r->start = 0;
    if (r->capacity >= size)
        return KC_OK;
    while (capacity < size)
        capacity *= 2;
    grown = realloc(r->buffer, capacity);
    if (grown == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory while unpacking an event of %zu bytes", size);
    r->buffer = grown;
    r->capacity = capacity;
    return KC_OK;
}

/* Unpacks until `size` bytes are in the buffer or the input ends. */
static kc_status fill(struct kc_payload_reader *r, size_t size, struct kc_error *err)
{
    if (r->filled - r->start >= size)
        return KC_OK;
    if (make_room(r, size, err) < 0)
        return KC_ERR_NOMEM;
    while (r->filled - r->start < size) {
        ZSTD_outBuffer out = {r->buffer, r->capacity, r->filled};
        size_t in_before = r->in.pos, left;

        if (r->in.pos == r->in.size && r->ended)
            break;
        left = ZSTD_decompressStream(r->zstd, &out, &r->in);
        if (ZSTD_isError(left))
            return damaged(err, ZSTD_getErrorName(left));
        if (r->in.pos == in_before && out.pos == r->filled)
            return damaged(err, "its last part is missing");
        r->ended = left == 0;
        r->filled = out.pos;
    }
    return KC_OK;
}

static kc_status next_plain(struct kc_payload_reader *r, const uint8_t **bytes, size_t *len,
                            struct kc_error *err)
{
    const uint8_t *p = (const uint8_t *)r->in.src + r->in.pos;
    size_t left = r->in.size - r->in.pos;
    struct kc_event_header header;

    if (left == 0)
        return KC_NOTHING;
    if (!kc_event_header_read(p, left, &header) || header.size > left)
        return damaged(err, "an event inside is cut short");
    r->in.pos += header.size;
    *bytes = p;
    *len = header.size;
    return KC_OK;
}

kc_status kc_payload_reader_next(struct kc_payload_reader *r, const uint8_t **bytes, size_t *len,
                                 struct kc_error *err)
{
    struct kc_event_header header;
    kc_status status;

    if (!r->compressed)
        return next_plain(r, bytes, len, err);
    if (r->start == r->filled)
        r->start = r->filled = 0;
    status = fill(r, KC_EVENT_HEADER_BYTES, err);
    if (status < 0)
        return status;
    if (r->filled == r->start)
        return KC_NOTHING;
    if (!kc_event_header_read(r->buffer + r->start, r->filled - r->start, &header) ||
        header.size > EVENT_LIMIT_BYTES)
        return damaged(err, "an event inside has an impossible header");
    status = fill(r, header.size, err);
    if (status < 0)
        return status;
    if (r->filled - r->start < header.size)
        return damaged(err, "an event inside is cut short");
    *bytes = r->buffer + r->start;
    *len = header.size;
    r->start += header.size;
    return KC_OK;
}
