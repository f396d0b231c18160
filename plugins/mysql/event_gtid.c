#include "event_transaction.h"

#include "packed_integer.h"

#include <kconnect/sdk.h>

/*
 * MySQL's GTID and ANONYMOUS_GTID:
 *
 *   offset size
 *        0    1  flags
 *        1   16  UUID
 *       17    8  number
 *       25    1  2: the two counters of parallel replication follow
 *       26   16  those
 *       42    7  commit time, us; bit 55: the original commit time follows   (from 8.0.1 on)
 *            [7] original commit time
 *             n  length of the transaction, packed integer                   (from 8.0.2 on)
 */
enum { GTID_NUMBER_OFFSET = 17, GTID_FIXED_BYTES = 25, GTID_TIMES_OFFSET = 42, TIME_BYTES = 7 };

#define ORIGINAL_TIME_FOLLOWS (UINT64_C(1) << 55)

static kc_status cut_short(struct kc_error *err)
{
    return kc_fail(err, KC_ERR_FATAL, "a GTID event of the binlog is cut short");
}

static kc_status read_mysql(const struct kc_event *event, struct kc_event_gtid *out, struct kc_error *err)
{
    const uint8_t *p = event->body, *end = p + event->body_len;

    if (event->body_len < GTID_FIXED_BYTES)
        return cut_short(err);
    if (event->header.type == KC_EVENT_GTID) {
        memcpy(out->gtid.uuid, p + 1, 16);
        out->gtid.number = kc_le64(p + GTID_NUMBER_OFFSET);
    }
    if (event->body_len < GTID_TIMES_OFFSET + TIME_BYTES || p[GTID_FIXED_BYTES] != 2)
        return KC_OK; /* MySQL 5.7 ends here */
    p += GTID_TIMES_OFFSET;
    out->commit_us = kc_le_n(p, TIME_BYTES);
    out->original_commit_us = out->commit_us & (ORIGINAL_TIME_FOLLOWS - 1);
    p += TIME_BYTES;
    if ((out->commit_us & ORIGINAL_TIME_FOLLOWS) != 0) {
        if (end - p < TIME_BYTES)
            return cut_short(err);
        out->commit_us &= ORIGINAL_TIME_FOLLOWS - 1;
        out->original_commit_us = kc_le_n(p, TIME_BYTES);
        p += TIME_BYTES;
    }
    if (p < end && !kc_packed_read(&p, end, &out->transaction_bytes))
        return cut_short(err);
    return KC_OK;
}

/*
 * An integer of MySQL's serialization library: the number of one bits at the low end of the first byte says how many
 * bytes follow; the bits above the zero behind them, and the bytes, are the value, little-endian. 0xff: eight bytes follow.
 */
static bool serial_read(const uint8_t **p, const uint8_t *end, uint64_t *value)
{
    const uint8_t *q = *p;
    unsigned more;

    if (q >= end)
        return false;
    more = (unsigned)__builtin_ctz(~(unsigned)*q);
    if ((size_t)(end - q) < 1 + more)
        return false;
    *value = more >= 7 ? 0 : (uint64_t)*q >> (more + 1);
    if (more == 8)
        *value = kc_le64(q + 1);
    else
        *value |= kc_le_n(q + 1, more) << (7 - more);
    *p = q + 1 + more;
    return true;
}

/* Signed ones have the sign in the lowest bit. Numbers and times of an event are never negative. */
static bool serial_read_signed(const uint8_t **p, const uint8_t *end, uint64_t *value)
{
    if (!serial_read(p, end, value) || (*value & 1) != 0)
        return false;
    *value >>= 1;
    return true;
}

/* Fields of a GTID_TAGGED event, in the order of their numbers; those behind `length` are of no interest. */
enum {
    TAGGED_FLAGS,
    TAGGED_UUID,
    TAGGED_NUMBER,
    TAGGED_TAG,
    TAGGED_LAST_COMMITTED,
    TAGGED_SEQUENCE,
    TAGGED_COMMIT_TIME,
    TAGGED_ORIGINAL_TIME,
    TAGGED_LENGTH,
};

static bool read_tag(const uint8_t **p, const uint8_t *end, char tag[KC_GTID_TAG_BYTES])
{
    uint64_t len;

    if (!serial_read(p, end, &len) || len >= KC_GTID_TAG_BYTES || len > (uint64_t)(end - *p))
        return false;
    memcpy(tag, *p, len);
    *p += len;
    return true;
}

static bool read_tagged_field(uint64_t field, const uint8_t **p, const uint8_t *end,
                              struct kc_event_gtid *out)
{
    uint64_t v;

    switch (field) {
    case TAGGED_UUID:
        for (int i = 0; i < 16; i++) { /* each byte is an integer of its own */
            if (!serial_read(p, end, &v) || v > UINT8_MAX)
                return false;
            out->gtid.uuid[i] = (uint8_t)v;
        }
        return true;
    case TAGGED_NUMBER: return serial_read_signed(p, end, &out->gtid.number);
    case TAGGED_TAG: return read_tag(p, end, out->gtid.tag);
    case TAGGED_COMMIT_TIME: return serial_read(p, end, &out->commit_us);
    case TAGGED_ORIGINAL_TIME: return serial_read(p, end, &out->original_commit_us);
    case TAGGED_LENGTH: return serial_read(p, end, &out->transaction_bytes);
    default: return serial_read(p, end, &v);
    }
}

/* GTID_TAGGED (MySQL 8.3): version, size, last field that must be known, then pairs of field number and value. */
static kc_status read_tagged(const struct kc_event *event, struct kc_event_gtid *out, struct kc_error *err)
{
    const uint8_t *p = event->body, *end = p + event->body_len;
    uint64_t version, size, last_field, field;

    if (!serial_read(&p, end, &version) || !serial_read(&p, end, &size) || !serial_read(&p, end, &last_field))
        return cut_short(err);
    while (p < end) {
        if (!serial_read(&p, end, &field))
            return cut_short(err);
        if (field > TAGGED_LENGTH)
            break;
        if (!read_tagged_field(field, &p, end, out))
            return cut_short(err);
    }
    if (out->original_commit_us == 0)
        out->original_commit_us = out->commit_us;
    return KC_OK;
}

/* MariaDB: number (8), domain (4), flags (1); bit 0 of the flags: standalone. The server is the header's. */
static kc_status read_mariadb(const struct kc_event *event, struct kc_event_gtid *out, struct kc_error *err)
{
    enum { FIXED_BYTES = 13, FLAG_STANDALONE = 1 };

    if (event->body_len < FIXED_BYTES)
        return cut_short(err);
    out->gtid.flavor = KC_FLAVOR_MARIADB;
    out->gtid.number = kc_le64(event->body);
    out->gtid.domain = kc_le32(event->body + 8);
    out->gtid.server = event->header.server_id;
    out->standalone = (event->body[12] & FLAG_STANDALONE) != 0;
    return KC_OK;
}

kc_status kc_event_gtid_read(const struct kc_event *event, struct kc_event_gtid *out, struct kc_error *err)
{
    memset(out, 0, sizeof(*out));
    switch (event->header.type) {
    case KC_EVENT_GTID:
    case KC_EVENT_ANONYMOUS_GTID: return read_mysql(event, out, err);
    case KC_EVENT_GTID_TAGGED: return read_tagged(event, out, err);
    default: return read_mariadb(event, out, err);
    }
}

kc_status kc_event_gtid_list_read(const struct kc_event *event, struct kc_gtid_set *set, struct kc_error *err)
{
    enum { ENTRY_BYTES = 16 };
    const uint8_t *p = event->body;
    uint32_t n;

    if (event->body_len < 4)
        return cut_short(err);
    n = kc_le32(p) & 0x0fffffff; /* the upper bits are flags */
    if (event->body_len - 4 < (size_t)n * ENTRY_BYTES)
        return cut_short(err);
    p += 4;
    for (uint32_t i = 0; i < n; i++, p += ENTRY_BYTES) {
        struct kc_gtid gtid = {.flavor = KC_FLAVOR_MARIADB,
                               .domain = kc_le32(p),
                               .server = kc_le32(p + 4),
                               .number = kc_le64(p + 8)};

        if (kc_gtid_set_add(set, &gtid) < 0)
            return kc_fail(err, KC_ERR_NOMEM, "out of memory while reading a list of GTIDs");
    }
    return KC_OK;
}
