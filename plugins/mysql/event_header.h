/* event_header.h - what every binlog event begins with, and the numbers of the event types. */
#ifndef KC_MYSQL_EVENT_HEADER_H
#define KC_MYSQL_EVENT_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KC_EVENT_HEADER_BYTES = 19 };

/* Types that a ROW stream can contain; others pass as they are. */
enum kc_event_type {
    KC_EVENT_QUERY = 2,
    KC_EVENT_STOP = 3,
    KC_EVENT_ROTATE = 4,
    KC_EVENT_INTVAR = 5,
    KC_EVENT_RAND = 13,
    KC_EVENT_USER_VAR = 14,
    KC_EVENT_FORMAT_DESCRIPTION = 15,
    KC_EVENT_XID = 16,
    KC_EVENT_TABLE_MAP = 19,
    KC_EVENT_WRITE_ROWS_V1 = 23,
    KC_EVENT_UPDATE_ROWS_V1 = 24,
    KC_EVENT_DELETE_ROWS_V1 = 25,
    KC_EVENT_INCIDENT = 26,
    KC_EVENT_HEARTBEAT = 27,
    KC_EVENT_IGNORABLE = 28,
    KC_EVENT_ROWS_QUERY = 29,
    KC_EVENT_WRITE_ROWS = 30,
    KC_EVENT_UPDATE_ROWS = 31,
    KC_EVENT_DELETE_ROWS = 32,
    KC_EVENT_GTID = 33,
    KC_EVENT_ANONYMOUS_GTID = 34,
    KC_EVENT_PREVIOUS_GTIDS = 35,
    KC_EVENT_XA_PREPARE = 38,
    KC_EVENT_PARTIAL_UPDATE_ROWS = 39,
    KC_EVENT_TRANSACTION_PAYLOAD = 40,
    KC_EVENT_HEARTBEAT_V2 = 41,
    KC_EVENT_GTID_TAGGED = 42,
    KC_EVENT_MARIADB_ANNOTATE_ROWS = 160,
    KC_EVENT_MARIADB_CHECKPOINT = 161,
    KC_EVENT_MARIADB_GTID = 162,
    KC_EVENT_MARIADB_GTID_LIST = 163,
    KC_EVENT_MARIADB_START_ENCRYPTION = 164,
    KC_EVENT_MARIADB_QUERY_COMPRESSED = 165,
    KC_EVENT_MARIADB_WRITE_ROWS_COMPRESSED = 166,
    KC_EVENT_MARIADB_UPDATE_ROWS_COMPRESSED = 167,
    KC_EVENT_MARIADB_DELETE_ROWS_COMPRESSED = 168,
};

enum {
    KC_EVENT_FLAG_ARTIFICIAL = 0x0020, /* made up by the dump thread, not in the file */
    KC_EVENT_FLAG_IGNORABLE = 0x0080,  /* a reader that does not know the type may skip it */
};

/*
 * Binlog event header, version 4. Integers are little-endian.
 *
 *   offset size
 *        0    4  timestamp    seconds since 1970, when the statement began
 *        4    1  type         enum kc_event_type
 *        5    4  server id    of the server that wrote it first
 *        9    4  event size   header, body and checksum
 *       13    4  next         position after this event, low 32 bits; 0 in events made up by the server
 *       17    2  flags        KC_EVENT_FLAG_*
 */
struct kc_event_header {
    uint32_t timestamp_s;
    uint32_t server_id;
    uint32_t size;
    uint32_t next;
    uint16_t flags;
    uint8_t type;
};

/* Reads a header; false when fewer than KC_EVENT_HEADER_BYTES are there or the size is smaller than that. */
bool kc_event_header_read(const uint8_t *p, size_t n, struct kc_event_header *out);

/* One event, checksum removed and verified. `body` is borrowed from the stream. */
struct kc_event {
    struct kc_event_header header;
    const uint8_t *body; /* after the header */
    size_t body_len;
    uint64_t
        start; /* position of its first byte in the file; of the transaction payload's for unpacked events */
    uint64_t end;        /* position after it, all 64 bits; payload: of the whole payload event */
    uint32_t in_payload; /* 0: plain; else 1-based number of the event inside the compressed transaction */
};

/* True for every WRITE, UPDATE and DELETE rows type of both dialects, PARTIAL_UPDATE_ROWS too. */
bool kc_event_is_rows(uint8_t type);

#endif
