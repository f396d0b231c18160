/*
 * mariadb_unzip.h - MariaDB's compressed events (log_bin_compress): QUERY_COMPRESSED and the three rows events.
 *
 * The first part of the body is plain; the query's text, or the row images, follow as a head byte (0x80 | algorithm << 4 |
 * number of length bytes), the unpacked length, big-endian, and a zlib stream.
 */
#ifndef KC_MYSQL_MARIADB_UNZIP_H
#define KC_MYSQL_MARIADB_UNZIP_H

#include "event_header.h"

#include <kconnect/error.h>

struct kc_unzip_buffer {
    uint8_t *bytes; /* free() it at the end */
    size_t capacity;
};

bool kc_event_is_compressed(uint8_t type);

/*
 * Replaces a compressed event by the plain one of the same meaning: body in `buffer`, valid until its next use, type in the header.
 * KC_ERR_FATAL: damaged. KC_ERR_NOMEM.
 */
kc_status kc_event_unzip(struct kc_event *event, struct kc_unzip_buffer *buffer, struct kc_error *err);

#endif
