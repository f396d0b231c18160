#include "table_map.h"

#include "binding.h"
#include "table_map_read.h"

#include <kconnect/sdk.h>
#include <stdlib.h>

enum {
    FIRST_SLOTS = 64,   /* a power of two */
    MAPS_LIMIT = 8192,  /* then the ones not announced for long are forgotten */
    MAPS_RECENT = 4096, /* more tables than one statement can touch */
};

/* A map with what it owns: descriptions, and the event's body, which names point into. */
struct entry {
    struct kc_table_map map; /* first member: a kc_table_map * is an entry * */
    uint64_t stamp;          /* number of the last announcement */
    uint8_t *body;
    size_t body_len;
};

struct kc_table_maps {
    struct entry **slots; /* open addressing by table id */
    uint32_t n_slots;
    uint32_t count;
    uint64_t announced;
};

static void unbind(struct entry *e)
{
    free(e->map.binding);
    e->map.binding = NULL;
    e->map.bound_to = NULL;
}

static void entry_destroy(struct entry *e)
{
    if (e == NULL)
        return;
    unbind(e);
    free((void *)(uintptr_t)e->map.columns);
    free(e->body);
    free(e);
}

struct kc_table_maps *kc_table_maps_create(void)
{
    struct kc_table_maps *maps = calloc(1, sizeof(*maps));

    if (maps == NULL)
        return NULL;
    maps->n_slots = FIRST_SLOTS;
    maps->slots = calloc(maps->n_slots, sizeof(struct entry *));
    if (maps->slots == NULL) {
        free(maps);
        return NULL;
    }
    return maps;
}

void kc_table_maps_destroy(struct kc_table_maps *maps)
{
    if (maps == NULL)
        return;
    kc_table_maps_clear(maps);
    free(maps->slots);
    free(maps);
}

/* The slot of an id: its entry's, or the empty one where it belongs. */
static uint32_t slot_of(struct entry *const *slots, uint32_t n_slots, uint64_t table_id)
{
    uint32_t i = (uint32_t)(table_id * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (n_slots - 1);

    while (slots[i] != NULL && slots[i]->map.table_id != table_id)
        i = (i + 1) & (n_slots - 1);
    return i;
}

/* Moves the entries into a table of n_slots; those with a stamp below `oldest` are destroyed. */
static kc_status rebuild(struct kc_table_maps *maps, uint32_t n_slots, uint64_t oldest)
{
    struct entry **slots = calloc(n_slots, sizeof(struct entry *));

    if (slots == NULL)
        return KC_ERR_NOMEM;
    for (uint32_t i = 0; i < maps->n_slots; i++) {
        struct entry *e = maps->slots[i];

        if (e == NULL)
            continue;
        if (e->stamp >= oldest) {
            slots[slot_of(slots, n_slots, e->map.table_id)] = e;
        } else {
            entry_destroy(e);
            maps->count--;
        }
    }
    free(maps->slots);
    maps->slots = slots;
    maps->n_slots = n_slots;
    return KC_OK;
}

static kc_status make_room(struct kc_table_maps *maps)
{
    if (maps->count >= MAPS_LIMIT)
        return rebuild(maps, maps->n_slots, maps->announced - MAPS_RECENT);
    if (maps->count * 2 >= maps->n_slots)
        return rebuild(maps, maps->n_slots * 2, 0);
    return KC_OK;
}

static kc_status damaged(struct kc_error *err)
{
    return kc_fail(err, KC_ERR_FATAL, "a TABLE_MAP event of the binlog is damaged");
}

static kc_status entry_create(const struct kc_event *event, struct entry **out, struct kc_error *err)
{
    struct entry *e = calloc(1, sizeof(*e));
    struct kc_table_map_parts parts;
    struct kc_map_column *columns;
    bool good;

    if (e != NULL)
        e->body = malloc(event->body_len + 1);
    if (e == NULL || e->body == NULL) {
        entry_destroy(e);
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for the layout of a table");
    }
    memcpy(e->body, event->body, event->body_len);
    e->body_len = event->body_len;
    good = kc_table_map_split(e->body, e->body_len, &parts);
    columns = good ? calloc(parts.n_columns + 1, sizeof(*columns)) : NULL;
    e->map.columns = columns;
    if (columns == NULL || !kc_table_map_columns(&parts, columns, &e->map.has_names)) {
        entry_destroy(e);
        return good && columns == NULL ? kc_fail(err, KC_ERR_NOMEM, "out of memory for the layout of a table")
                                       : damaged(err);
    }
    e->map.table_id = parts.table_id;
    e->map.database = parts.database;
    e->map.name = parts.name;
    e->map.n_columns = parts.n_columns;
    *out = e;
    return KC_OK;
}

kc_status kc_table_maps_put(struct kc_table_maps *maps, const struct kc_event *event,
                            struct kc_table_map **map, bool *fresh, struct kc_error *err)
{
    struct kc_table_map_parts parts;
    struct entry *e;
    uint32_t slot;
    kc_status status;

    if (!kc_table_map_split(event->body, event->body_len, &parts))
        return damaged(err);
    slot = slot_of(maps->slots, maps->n_slots, parts.table_id);
    e = maps->slots[slot];
    *fresh = e == NULL || e->body_len != event->body_len || memcmp(e->body, event->body, e->body_len) != 0;
    if (*fresh) {
        if (e == NULL && make_room(maps) < 0)
            return kc_fail(err, KC_ERR_NOMEM, "out of memory for the layout of a table");
        status = entry_create(event, &e, err);
        if (status < 0)
            return status;
        slot = slot_of(maps->slots, maps->n_slots, parts.table_id);
        maps->count += maps->slots[slot] == NULL;
        entry_destroy(maps->slots[slot]);
        maps->slots[slot] = e;
    }
    e->stamp = ++maps->announced;
    *map = &e->map;
    return KC_OK;
}

struct kc_table_map *kc_table_maps_get(const struct kc_table_maps *maps, uint64_t table_id)
{
    struct entry *e = maps->slots[slot_of(maps->slots, maps->n_slots, table_id)];

    return e != NULL ? &e->map : NULL;
}

void kc_table_maps_clear(struct kc_table_maps *maps)
{
    for (uint32_t i = 0; i < maps->n_slots; i++) {
        entry_destroy(maps->slots[i]);
        maps->slots[i] = NULL;
    }
    maps->count = 0;
}

void kc_table_maps_unbind(struct kc_table_maps *maps, const struct kc_table *table)
{
    for (uint32_t i = 0; i < maps->n_slots; i++)
        if (maps->slots[i] != NULL && (table == NULL || maps->slots[i]->map.bound_to == table))
            unbind(maps->slots[i]);
}

/* Checks one column; the message of a mismatch names it. */
static kc_status bind_column(const struct kc_table *table, uint32_t i, const struct kc_map_column *wire,
                             bool has_names, struct kc_bound_column *out, struct kc_error *err)
{
    const struct kc_column *column = &table->columns[i];
    struct kc_error why = {.struct_size = sizeof(why)};

    if (has_names &&
        (strlen(column->name) != wire->name.len || memcmp(column->name, wire->name.ptr, wire->name.len)))
        return kc_fail(
            err, KC_ERR_UNSUPPORTED,
            "column %u of table %s.%s is called %.*s in the binlog and %s in the definition at hand", i + 1,
            table->database, table->name, (int)wire->name.len, wire->name.ptr, column->name);
    if (wire->nullable && !column->nullable)
        return kc_fail(
            err, KC_ERR_UNSUPPORTED,
            "column %s of table %s.%s may be NULL in the binlog, but not in the definition at hand",
            column->name, table->database, table->name);
    out->column = column;
    out->wire = wire;
    if (kc_column_from_binlog(column, wire, &out->decode, &why) < 0)
        return kc_fail(err, KC_ERR_UNSUPPORTED, "column %s of table %s.%s: %.300s", column->name,
                       table->database, table->name, why.message);
    return KC_OK;
}

kc_status kc_table_map_bind(struct kc_table_map *map, const struct kc_table *table, struct kc_error *err)
{
    struct kc_binding *binding;

    if (map->binding != NULL && map->bound_to == table)
        return KC_OK;
    if (map->n_columns != table->n_columns)
        return kc_fail(err, KC_ERR_UNSUPPORTED,
                       "table %s.%s has %u columns in the binlog, but %u in the definition at hand",
                       table->database, table->name, map->n_columns, table->n_columns);
    binding = malloc(sizeof(*binding) + map->n_columns * sizeof(binding->columns[0]));
    if (binding == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for the layout of table %s.%s", table->database,
                       table->name);
    binding->n_columns = map->n_columns;
    for (uint32_t i = 0; i < map->n_columns; i++) {
        kc_status status = bind_column(table, i, &map->columns[i], map->has_names, &binding->columns[i], err);

        if (status < 0) {
            free(binding);
            return status;
        }
    }
    free(map->binding);
    map->binding = binding;
    map->bound_to = table;
    return KC_OK;
}
