/* event_control.h - events about the log itself: FORMAT_DESCRIPTION, ROTATE, HEARTBEAT. Readers borrow from the body. */
#ifndef KC_MYSQL_EVENT_CONTROL_H
#define KC_MYSQL_EVENT_CONTROL_H

#include "event_header.h"

#include <kconnect/error.h>
#include <kconnect/value.h>

enum kc_checksum { KC_CHECKSUM_NONE = 0, KC_CHECKSUM_CRC32 = 1 };

enum { KC_CHECKSUM_BYTES = 4, KC_SERVER_VERSION_BYTES = 51 };

struct kc_event_format {
    char server_version[KC_SERVER_VERSION_BYTES];
    uint32_t created_s;        /* 0: made up for a stream that begins inside a file */
    enum kc_checksum checksum; /* of this and all following events of the file */
};

/* `body` as it came, with the four bytes of checksum that this event always has. KC_ERR_UNSUPPORTED: older than MySQL 5.6. */
kc_status kc_event_format_read(const uint8_t *body, size_t len, struct kc_event_format *out,
                               struct kc_error *err);

/* The file that follows and the position of its first event. */
kc_status kc_event_rotate_read(const struct kc_event *event, struct kc_str *file, uint64_t *pos,
                               struct kc_error *err);

/* HEARTBEAT and HEARTBEAT_V2: *pos is 64 bits wide where *wide says so, else the header's low 32 bits. */
kc_status kc_event_heartbeat_read(const struct kc_event *event, struct kc_str *file, uint64_t *pos,
                                  bool *wide, struct kc_error *err);

/* CRC32 of a whole event, header included and its own checksum not. `type` as in the header. */
uint32_t kc_event_crc32(const uint8_t *bytes, size_t len, uint8_t type);

#endif
