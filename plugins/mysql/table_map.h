/*
 * table_map.h - TABLE_MAP events: how the rows events that follow are laid out, and their binding to a definition.
 *
 * A table id is the server's short name for one version of one table; it is announced again in every transaction. A
 * kc_table_maps keeps what was announced; an unchanged announcement costs one memcmp and gives the same pointer, so
 * the binding to a kc_table, which checks everything once, is kept too. Single thread.
 */
#ifndef KC_MYSQL_TABLE_MAP_H
#define KC_MYSQL_TABLE_MAP_H

#include "event_header.h"
#include "table.h"

#include <kconnect/error.h>

/* What is known of one column from the event alone. */
struct kc_map_column {
    uint8_t type;         /* the wire's type byte, ENUM and SET unwrapped */
    uint8_t length_bytes; /* BLOB, TEXT, JSON: of the length prefix; VARCHAR, CHAR: 1 or 2 */
    bool nullable;
    bool has_sign; /* the event says signed or not (optional metadata) */
    bool is_unsigned;
    uint16_t meta;        /* as the type defines it: VARCHAR bytes, DECIMAL precision << 8 | scale, fsp ... */
    uint16_t collation;   /* 0: the event does not say */
    struct kc_str name;   /* len 0: the event does not say (binlog_row_metadata is not FULL) */
    struct kc_str labels; /* ENUM, SET: n_labels texts of packed length, in the column's character set */
    uint32_t n_labels;    /* 0: the event does not say */
    uint32_t key_place;   /* in the primary key, from 1; 0: not in it, or the event does not say */
};

struct kc_binding; /* one decoder per column, made by kc_table_map_bind() */

struct kc_table_map {
    uint64_t table_id;
    struct kc_str database; /* NUL-terminated too */
    struct kc_str name;
    uint32_t n_columns;
    const struct kc_map_column *columns;
    bool has_names;             /* every column's name is known */
    struct kc_binding *binding; /* NULL: not bound, or of no interest */
    const struct kc_table *bound_to;
    void *user; /* the caller's own, NULL at first; never touched here */
};

struct kc_table_maps;

/* An empty collection; NULL: out of memory. */
struct kc_table_maps *kc_table_maps_create(void);
void kc_table_maps_destroy(struct kc_table_maps *maps);

/*
 * Takes a TABLE_MAP event. *map is owned by the collection and valid until another definition takes the id,
 * kc_table_maps_clear() or destroy; beyond 8,192 tables those not announced for long are forgotten, so `user` must not
 * own memory. *fresh: true when it is not the one that the last call for this id gave, so
 * `user` and the binding are empty. KC_ERR_FATAL: bytes that cannot be right.
 */
kc_status kc_table_maps_put(struct kc_table_maps *maps, const struct kc_event *event,
                            struct kc_table_map **map, bool *fresh, struct kc_error *err);

/* The map of a table id (kc_rows_table_id()), or NULL. */
struct kc_table_map *kc_table_maps_get(const struct kc_table_maps *maps, uint64_t table_id);

/* Forgets every map: call it at FORMAT_DESCRIPTION of a real file (ids start again when a server restarts). */
void kc_table_maps_clear(struct kc_table_maps *maps);

/* Forgets bindings to `table` (NULL: all bindings), before the table is freed. */
void kc_table_maps_unbind(struct kc_table_maps *maps, const struct kc_table *table);

/*
 * Binds the map to a definition: column count, types, sign, lengths and, where the event has them, names and charsets must agree.
 * KC_ERR_UNSUPPORTED: they do not, the message names table and column: the definition is of another time. Binding
 * again to the same table costs nothing. The table must outlive the binding.
 */
kc_status kc_table_map_bind(struct kc_table_map *map, const struct kc_table *table, struct kc_error *err);

#endif
