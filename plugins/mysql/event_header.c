#include "event_header.h"

#include "le.h"

bool kc_event_header_read(const uint8_t *p, size_t n, struct kc_event_header *out)
{
    if (n < KC_EVENT_HEADER_BYTES)
        return false;
    out->timestamp_s = kc_le32(p);
    out->type = p[4];
    out->server_id = kc_le32(p + 5);
    out->size = kc_le32(p + 9);
    out->next = kc_le32(p + 13);
    out->flags = kc_le16(p + 17);
    return out->size >= KC_EVENT_HEADER_BYTES;
}

bool kc_event_is_rows(uint8_t type)
{
    switch (type) {
    case KC_EVENT_WRITE_ROWS_V1:
    case KC_EVENT_UPDATE_ROWS_V1:
    case KC_EVENT_DELETE_ROWS_V1:
    case KC_EVENT_WRITE_ROWS:
    case KC_EVENT_UPDATE_ROWS:
    case KC_EVENT_DELETE_ROWS:
    case KC_EVENT_PARTIAL_UPDATE_ROWS:
    case KC_EVENT_MARIADB_WRITE_ROWS_COMPRESSED:
    case KC_EVENT_MARIADB_UPDATE_ROWS_COMPRESSED:
    case KC_EVENT_MARIADB_DELETE_ROWS_COMPRESSED: return true;
    default: return false;
    }
}
