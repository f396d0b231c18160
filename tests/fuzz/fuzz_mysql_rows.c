/* Any bytes as a rows event of a table with every followed type: errors or values inside the arena, never a crash. */
#include "fake_host.h"
#include "fixture.h"
#include "rows_event.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A TABLE_MAP event of this table, made by hand: types, then their metadata. */
static const struct column {
    const char *type_text;
    const char *data_type;
    const char *charset;
    uint8_t wire_type;
    uint8_t metadata_size;
    uint8_t metadata[2];
} columns[] = {
    {"tinyint", "tinyint", NULL, 1, 0, {0}},
    {"smallint unsigned", "smallint", NULL, 2, 0, {0}},
    {"mediumint", "mediumint", NULL, 9, 0, {0}},
    {"int", "int", NULL, 3, 0, {0}},
    {"bigint unsigned", "bigint", NULL, 8, 0, {0}},
    {"decimal(10,2)", "decimal", NULL, 246, 2, {10, 2}},
    {"decimal(65,30)", "decimal", NULL, 246, 2, {65, 30}},
    {"float", "float", NULL, 4, 1, {4}},
    {"double", "double", NULL, 5, 1, {8}},
    {"char(10)", "char", "utf8mb4", 254, 2, {254, 40}},
    {"varchar(300)", "varchar", "latin1", 15, 2, {0x2c, 1}},
    {"text", "text", "ascii", 252, 1, {2}},
    {"varchar(200)", "varchar", "gb18030", 15, 2, {200, 0}},
    {"varchar(200)", "varchar", "eucjpms", 15, 2, {200, 0}},
    {"varchar(200)", "varchar", "sjis", 15, 2, {200, 0}},
    {"varchar(200)", "varchar", "utf16", 15, 2, {200, 0}},
    {"varchar(200)", "varchar", "big5", 15, 2, {200, 0}},
    {"varchar(200)", "varchar", "swe7", 15, 2, {200, 0}},
    {"binary(8)", "binary", NULL, 254, 2, {254, 8}},
    {"longblob", "longblob", NULL, 252, 1, {4}},
    {"date", "date", NULL, 10, 0, {0}},
    {"datetime", "datetime", NULL, 18, 1, {0}},
    {"datetime(6)", "datetime", NULL, 18, 1, {6}},
    {"datetime", "datetime", NULL, 12, 0, {0}},
    {"timestamp(3)", "timestamp", NULL, 17, 1, {3}},
    {"timestamp", "timestamp", NULL, 7, 0, {0}},
    {"time(3)", "time", NULL, 19, 1, {3}},
    {"time", "time", NULL, 11, 0, {0}},
    {"year", "year", NULL, 13, 0, {0}},
    {"bit(10)", "bit", NULL, 16, 2, {2, 1}},
    {"enum('a','b')", "enum", NULL, 254, 2, {247, 1}},
    {"set('a','b','c')", "set", NULL, 254, 2, {248, 1}},
    {"json", "json", NULL, 245, 1, {4}},
    {"varchar(1000) /*M!100301 COMPRESSED*/", "varchar", "latin1", 141, 2, {0xe9, 3}},
    {"blob /*M!100301 COMPRESSED*/", "blob", NULL, 140, 1, {2}},
};

enum { N_COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static struct kc_table *table;
static struct kc_table_maps *maps;
static struct kc_table_map *map;

static void make_table(void)
{
    struct kc_error err = {.struct_size = sizeof(err)};
    uint8_t body[400] = {7, 0, 0, 0, 0, 0, 1, 0, 1, 'd', 0, 1, 't', 0, N_COLUMNS}, *p = body + 15, *metadata;
    struct kc_event event = {.header.type = KC_EVENT_TABLE_MAP, .body = body};
    char name[12];
    bool fresh;

    table = fixture_table("d", "t");
    maps = kc_table_maps_create();
    metadata = p + N_COLUMNS + 1;
    for (size_t i = 0; i < N_COLUMNS; i++) {
        snprintf(name, sizeof(name), "c%zu", i);
        if (fixture_column(table, name, columns[i].type_text, columns[i].data_type, columns[i].charset, 1) !=
            0)
            abort();
        *p++ = columns[i].wire_type;
        memcpy(metadata, columns[i].metadata, columns[i].metadata_size);
        metadata += columns[i].metadata_size;
    }
    *p = (uint8_t)(metadata - p - 1);
    memset(metadata, 0xff, (N_COLUMNS + 7) / 8);
    event.body_len = (size_t)(metadata - body) + (N_COLUMNS + 7) / 8;
    if (kc_table_maps_put(maps, &event, &map, &fresh, &err) < 0 || kc_table_map_bind(map, table, &err) < 0)
        abort();
}

static volatile uint8_t sink;

/* Touches every byte that a value points at, so that the sanitizer sees a wrong one. */
static void touch(const struct kc_value *values)
{
    for (uint32_t c = 0; c < N_COLUMNS; c++)
        if (values[c].type == KC_STRING || values[c].type == KC_BYTES)
            for (uint32_t i = 0; i < values[c].len; i++)
                sink ^= values[c].as.bytes[i];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kc_value before[N_COLUMNS] = {0}, after[N_COLUMNS] = {0};
    struct kc_error err = {.struct_size = sizeof(err)};
    struct kc_event event = {.body = data + 1, .body_len = size - 1};
    struct kc_arena arena = fake_arena();
    struct kc_rows rows;

    if (size == 0)
        return 0;
    if (table == NULL)
        make_table();
    event.header.type = (uint8_t)(KC_EVENT_WRITE_ROWS + data[0] % 3);
    if (kc_rows_open(&rows, &event, map, &arena, &err) == KC_OK)
        while (kc_rows_next(&rows, before, after, &err) == KC_OK) {
            touch(before);
            touch(after);
        }
    fake_arena_reset(&arena);
    return 0;
}
