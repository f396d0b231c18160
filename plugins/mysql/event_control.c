#include "event_control.h"

#include "packed_integer.h"

#include <kconnect/sdk.h>
#include <zlib.h>

/*
 * FORMAT_DESCRIPTION body:
 *
 *   offset size
 *        0    2  binlog version, 4
 *        2   50  server version, NUL-padded
 *       52    4  created
 *       56    1  header length, 19
 *       57    n  length of the fixed part of each event type
 *    57 + n    1  checksum algorithm
 *    58 + n    4  checksum
 */
enum { FORMAT_FIXED_BYTES = 57 };

kc_status kc_event_format_read(const uint8_t *body, size_t len, struct kc_event_format *out,
                               struct kc_error *err)
{
    uint8_t algorithm;

    if (len < FORMAT_FIXED_BYTES + KC_EVENT_HEARTBEAT + 1 + KC_CHECKSUM_BYTES)
        return kc_fail(err, KC_ERR_UNSUPPORTED,
                       "the server's binlog is of a version before MySQL 5.6 or MariaDB 10");
    if (kc_le16(body) != 4 || body[56] != KC_EVENT_HEADER_BYTES)
        return kc_fail(err, KC_ERR_UNSUPPORTED, "the server's binlog has version %u, only 4 is known",
                       kc_le16(body));
    algorithm = body[len - KC_CHECKSUM_BYTES - 1];
    if (algorithm != KC_CHECKSUM_NONE && algorithm != KC_CHECKSUM_CRC32)
        return kc_fail(
            err, KC_ERR_UNSUPPORTED,
            "the server's binlog has checksums of unknown kind %u: SET GLOBAL binlog_checksum = CRC32",
            algorithm);
    memcpy(out->server_version, body + 2, KC_SERVER_VERSION_BYTES - 1);
    out->server_version[KC_SERVER_VERSION_BYTES - 1] = '\0';
    out->created_s = kc_le32(body + 52);
    out->checksum = (enum kc_checksum)algorithm;
    return KC_OK;
}

kc_status kc_event_rotate_read(const struct kc_event *event, struct kc_str *file, uint64_t *pos,
                               struct kc_error *err)
{
    if (event->body_len < 9)
        return kc_fail(err, KC_ERR_FATAL, "a ROTATE event of the binlog is cut short");
    *pos = kc_le64(event->body);
    *file = (struct kc_str){(const char *)event->body + 8, (uint32_t)(event->body_len - 8), 0};
    return KC_OK;
}

/* HEARTBEAT_V2 is a list of fields: type, length, value; type 0 ends it, 1 is the file, 2 the position. */
static bool heartbeat_fields(const struct kc_event *event, struct kc_str *file, uint64_t *pos, bool *wide)
{
    const uint8_t *p = event->body, *end = p + event->body_len;

    while (p < end) {
        uint64_t type;
        const char *value;
        uint32_t len;

        if (!kc_packed_read(&p, end, &type))
            return false;
        if (type == 0)
            return true;
        if (!kc_packed_read_text(&p, end, &value, &len))
            return false;
        if (type == 1) {
            *file = (struct kc_str){value, len, 0};
        } else if (type == 2) {
            const uint8_t *number = (const uint8_t *)value;

            if (!kc_packed_read(&number, number + len, pos))
                return false;
            *wide = true;
        }
    }
    return true;
}

kc_status kc_event_heartbeat_read(const struct kc_event *event, struct kc_str *file, uint64_t *pos,
                                  bool *wide, struct kc_error *err)
{
    *pos = event->header.next;
    *wide = false;
    *file = (struct kc_str){(const char *)event->body, (uint32_t)event->body_len, 0};
    if (event->header.type == KC_EVENT_HEARTBEAT_V2) {
        file->len = 0;
        if (!heartbeat_fields(event, file, pos, wide))
            return kc_fail(err, KC_ERR_FATAL, "a HEARTBEAT event of the binlog is cut short");
    }
    return KC_OK;
}

/* The flag "in use" of FORMAT_DESCRIPTION changes when a file is closed, so the checksum leaves it out. */
uint32_t kc_event_crc32(const uint8_t *bytes, size_t len, uint8_t type)
{
    enum { FLAGS_OFFSET = 17, FLAG_IN_USE = 1 };
    uint8_t flags;

    if (type != KC_EVENT_FORMAT_DESCRIPTION)
        return (uint32_t)crc32_z(0, bytes, len);
    flags = (uint8_t)(bytes[FLAGS_OFFSET] & ~FLAG_IN_USE);
    return (uint32_t)crc32_z(crc32_z(crc32_z(0, bytes, FLAGS_OFFSET), &flags, 1), bytes + FLAGS_OFFSET + 1,
                             len - FLAGS_OFFSET - 1);
}
