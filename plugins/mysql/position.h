/*
 * position.h - where a task goes on: the offset map of the source, with Debezium's keys.
 *
 * {"server_uuid", "file", "pos", "gtids", "event", "row", "ts_sec", "sequence"}; `gtids` is absent without GTID.
 * file and pos are those of the first event of the transaction to go on with, gtids all transactions before
 * it; event counts its events already passed and row the rows passed of the event after those.
 */
#ifndef KC_MYSQL_POSITION_H
#define KC_MYSQL_POSITION_H

#include <kconnect/error.h>
#include <kconnect/record.h>
#include <stdbool.h>

enum { KC_BINLOG_FILE_BYTES = 512 };

/* Strings are borrowed. */
struct kc_position {
    struct kc_str server_uuid; /* identity of the server, len 0: unknown */
    struct kc_str file;
    uint64_t pos;
    struct kc_str gtids; /* ptr NULL: no GTID */
    uint64_t event;
    uint64_t row;
    int64_t ts_sec;    /* time of the event, s since 1970 */
    uint64_t sequence; /* of the last record */
};

enum { KC_POSITION_KEYS = 8 };

/* Writes the map's entries, borrowing the position's strings and constant keys; returns how many. */
uint32_t kc_position_to_map(const struct kc_position *position, struct kc_kv kvs[KC_POSITION_KEYS]);

/*
 * Reads a map; unknown keys are the caller's. KC_ERR_CONFIG: "its member pos is missing", or of the wrong type; whose
 * member, and what to do, the caller adds.
 */
kc_status kc_position_from_map(const struct kc_map *map, struct kc_position *out, struct kc_error *err);

/*
 * Order of two places of one server: below, equal to or above zero. Binlog files are ordered by the number behind the
 * last dot, which grows past six digits.
 */
int kc_binlog_place_compare(const char *file_a, uint64_t pos_a, const char *file_b, uint64_t pos_b);

#endif
