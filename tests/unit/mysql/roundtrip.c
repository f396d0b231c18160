/*
 * roundtrip - against a real server: every value that SELECT shows equals the one that the binlog carries.
 *
 *     mysql-roundtrip HOST PORT USER PASSWORD DATABASE [--record PREFIX]
 *
 * DATABASE has tables that were only inserted into, each with an integer key called id in front (see
 * tests/fixtures/mysql/types.sql). Reads the binlog from its beginning, or after KC_START_GTIDS, and compares each row of
 * those tables with a SELECT, field by field. KC_TLS=1 asks for TLS. With --record, what was read goes to
 * PREFIX-<table>.txt, the fixtures of tests that have no server (fixture.h). Exit status 0: nothing differs.
 */
#include "binlog_stream.h"
#include "column.h"
#include "event_transaction.h"
#include "fake_host.h"
#include "fixture.h"
#include "rows_event.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

static MYSQL *connect_to(char **argv)
{
    MYSQL *mysql = mysql_init(NULL);
    unsigned timeout = 20;

    mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &timeout);
    if (getenv("KC_TLS") != NULL)
        mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &(my_bool){1});
    mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    mysql_options(mysql, MYSQL_INIT_COMMAND, "SET time_zone = '+00:00', sql_mode = ''");
    if (mysql_real_connect(mysql, argv[1], argv[3], argv[4], NULL, (unsigned)atoi(argv[2]), NULL, 0) ==
        NULL) {
        fprintf(stderr, "connect: %s\n", mysql_error(mysql));
        exit(1);
    }
    return mysql;
}

static MYSQL_RES *query(MYSQL *mysql, const char *sql)
{
    MYSQL_RES *result;

    if (mysql_query(mysql, sql) != 0 || (result = mysql_store_result(mysql)) == NULL) {
        fprintf(stderr, "%s: %s\n", sql, mysql_error(mysql));
        exit(1);
    }
    return result;
}

static void fatal(const struct kc_error *err)
{
    fprintf(stderr, "status %d: %s\n", err->status, err->message);
    exit(1);
}

/* A table's definition with nothing but what decoding needs; its head goes to the fixture. */
static struct kc_table *read_table(MYSQL *mysql, const char *database, const char *name, FILE *fixture)
{
    struct kc_table *t = fixture_table(database, name);
    char sql[1000];
    MYSQL_RES *result;
    MYSQL_ROW row;

    snprintf(sql, sizeof(sql),
             "SELECT COLUMN_NAME, COLUMN_TYPE, DATA_TYPE, CHARACTER_SET_NAME, IS_NULLABLE FROM "
             "information_schema.COLUMNS WHERE TABLE_SCHEMA = '%s' AND TABLE_NAME = '%s' ORDER BY "
             "ORDINAL_POSITION",
             database, name);
    result = query(mysql, sql);
    if (fixture != NULL)
        fprintf(fixture, "table %s\n", name);
    while ((row = mysql_fetch_row(result)) != NULL) {
        struct kc_error err = {.struct_size = sizeof(err)};

        if (fixture_column(t, row[0], row[1], row[2], row[3], row[4][0] == 'Y') != 0) {
            kc_column_unsupported(name, &t->columns[t->n_columns - 1], &err);
            fatal(&err);
        }
        if (fixture != NULL)
            fprintf(fixture, "column %s\t%s\t%s\t%s\t%s\n", row[0], row[1], row[2],
                    row[3] != NULL ? row[3] : "-", row[4]);
    }
    mysql_free_result(result);
    return t;
}

static void show(const char *label, const struct kc_value *v)
{
    printf("  %s: ", label);
    value_print(stdout, v);
    printf("\n");
}

static bool same(const struct kc_value *a, const struct kc_value *b)
{
    if (a->type != b->type)
        return false;
    if (a->type == KC_STRING || a->type == KC_BYTES)
        return a->len == b->len && memcmp(a->as.bytes, b->as.bytes, a->len) == 0;
    return a->type == KC_NULL || a->as.u64 == b->as.u64;
}

/* Compares one row of the binlog with the SELECT of its key. Returns the number of fields that differ. */
static int compare_row(MYSQL *mysql, const struct kc_table *t, const struct kc_value *values,
                       struct kc_arena *arena, FILE *fixture)
{
    struct kc_error err = {.struct_size = sizeof(err)};
    char sql[8000];
    int n = snprintf(sql, sizeof(sql), "SELECT "), differ = 0;
    MYSQL_RES *result;
    MYSQL_ROW row;
    unsigned long *lengths;

    for (uint32_t i = 0; i < t->n_columns; i++) {
        n += snprintf(sql + n, sizeof(sql) - (size_t)n, "%s", i != 0 ? ", " : "");
        n += (int)kc_column_select_expr(&t->columns[i], sql + n, sizeof(sql) - (size_t)n);
    }
    snprintf(sql + n, sizeof(sql) - (size_t)n, " FROM `%s`.`%s` WHERE id = %" PRId64, t->database, t->name,
             values[0].as.i64);
    result = query(mysql, sql);
    row = mysql_fetch_row(result);
    lengths = mysql_fetch_lengths(result);
    for (uint32_t i = 0; row != NULL && i < t->n_columns; i++) {
        struct kc_value text;

        if (kc_column_from_text(&t->columns[i], row[i], (uint32_t)lengths[i], arena, &text, &err) < 0)
            fatal(&err);
        if (fixture != NULL) {
            fputs(i == 0 ? "row " : "\t", fixture);
            value_print(fixture, &text);
        }
        if (!same(&text, &values[i])) {
            printf("%s.%s %s, id %" PRId64 " differs (SELECT text: %s)\n", t->name, t->columns[i].name,
                   t->columns[i].type_text, values[0].as.i64, row[i] != NULL ? row[i] : "NULL");
            show("select", &text);
            show("binlog", &values[i]);
            differ++;
        }
    }
    if (fixture != NULL && row != NULL)
        fputc('\n', fixture);
    mysql_free_result(result);
    return differ;
}

static void record(FILE *fixture, const struct kc_event *e)
{
    if (fixture == NULL)
        return;
    fprintf(fixture, "event %u ", e->header.type);
    for (size_t i = 0; i < e->body_len; i++)
        fprintf(fixture, "%02x", e->body[i]);
    fputc('\n', fixture);
}

/* What a table map's `user` points at. */
struct followed {
    struct followed *next;
    struct kc_table *table;
    FILE *fixture; /* NULL: nothing is recorded */
};

static struct followed *all_followed;

static struct followed *follow(MYSQL *reader, const char *database, const char *name, const char *folder)
{
    struct followed *f;
    char path[500];

    for (f = all_followed; f != NULL; f = f->next)
        if (strcmp(f->table->name, name) == 0)
            return f;
    f = calloc(1, sizeof(*f));
    snprintf(path, sizeof(path), "%s-%s.txt", folder != NULL ? folder : "", name);
    f->fixture = folder != NULL ? fopen(path, "w") : NULL;
    f->table = read_table(reader, database, name, f->fixture);
    f->next = all_followed;
    all_followed = f;
    return f;
}

static void forget_all(void)
{
    while (all_followed != NULL) {
        struct followed *f = all_followed;

        all_followed = f->next;
        fixture_table_free(f->table);
        if (f->fixture != NULL)
            fclose(f->fixture);
        free(f);
    }
}

struct totals {
    int rows;
    int differ;
    int events;
    int gtids;
};

static void take_event(MYSQL *reader, const char *database, const char *folder, struct kc_table_maps *maps,
                       const struct kc_event *e, struct kc_arena *arena, struct totals *totals)
{
    struct kc_error err = {.struct_size = sizeof(err)};
    struct kc_value before[200], after[200];
    struct kc_table_map *map;
    struct followed *f;
    struct kc_rows rows;
    uint64_t id;
    bool fresh;
    kc_status status;

    totals->events++;
    if (e->header.type == KC_EVENT_GTID || e->header.type == KC_EVENT_GTID_TAGGED ||
        e->header.type == KC_EVENT_MARIADB_GTID) {
        struct kc_event_gtid gtid;
        char text[KC_GTID_TEXT_BYTES];

        if (kc_event_gtid_read(e, &gtid, &err) < 0)
            fatal(&err);
        kc_gtid_print(&gtid.gtid, text);
        if (e->header.type == KC_EVENT_GTID_TAGGED && totals->gtids < 1000000)
            printf("tagged %s commit %" PRIu64 " original %" PRIu64 " length %" PRIu64 "\n", text,
                   gtid.commit_us, gtid.original_commit_us, gtid.transaction_bytes);
        totals->gtids++;
    } else if (e->header.type == KC_EVENT_TABLE_MAP) {
        if (kc_table_maps_put(maps, e, &map, &fresh, &err) < 0)
            fatal(&err);
        if (strcmp(map->database.ptr, database) != 0)
            return;
        if (map->user == NULL)
            map->user = follow(reader, database, map->name.ptr, folder);
        f = map->user;
        if (kc_table_map_bind(map, f->table, &err) < 0)
            fatal(&err);
        record(f->fixture, e);
    } else if (kc_event_is_rows(e->header.type)) {
        if (kc_rows_table_id(e, &id, &err) < 0)
            fatal(&err);
        map = kc_table_maps_get(maps, id);
        if (map == NULL || map->user == NULL)
            return;
        f = map->user;
        record(f->fixture, e);
        if (kc_rows_open(&rows, e, map, arena, &err) < 0)
            fatal(&err);
        while ((status = kc_rows_next(&rows, before, after, &err)) == KC_OK) {
            totals->rows++;
            if (rows.kind == KC_ROWS_INSERT)
                totals->differ += compare_row(reader, f->table, after, arena, f->fixture);
        }
        if (status < 0)
            fatal(&err);
        fake_arena_reset(arena);
    }
}

int main(int argc, char **argv)
{
    struct kc_error err = {.struct_size = sizeof(err)};
    struct kc_arena arena = fake_arena();
    struct totals totals = {0};
    struct kc_table_maps *maps = kc_table_maps_create();
    struct kc_binlog_start start = {.server_id = (uint32_t)getpid(), .heartbeat_ms = 1000};
    const struct kc_event *event;
    struct kc_binlog *binlog;
    MYSQL *reader, *stream;
    MYSQL_RES *result;
    kc_status status;

    if (argc < 6)
        return 2;
    reader = connect_to(argv);
    stream = connect_to(argv);
    start.flavor = strstr(mysql_get_server_info(reader), "MariaDB") ? KC_FLAVOR_MARIADB : KC_FLAVOR_MYSQL;
    result = query(reader, "SHOW BINARY LOGS");
    start.file = strdup(mysql_fetch_row(result)[0]);
    mysql_free_result(result);
    if (getenv("KC_START_GTIDS") != NULL) {
        struct kc_gtid_set *set;

        if (kc_gtid_set_parse(start.flavor, getenv("KC_START_GTIDS"), strlen(getenv("KC_START_GTIDS")), &set,
                              &err) < 0)
            fatal(&err);
        start.gtids = set;
    }
    if (kc_binlog_open(stream, &start, -1, &binlog, &err) < 0)
        fatal(&err);
    while ((status = kc_binlog_next(binlog, 700, &event, &err)) == KC_OK) {
        take_event(reader, argv[5], argc > 7 ? argv[7] : NULL, maps, event, &arena, &totals);
    }
    if (status < 0)
        fatal(&err);
    printf("%d events, %d transactions, %d rows, %d fields differ, place %s:%" PRIu64 "\n", totals.events,
           totals.gtids, totals.rows, totals.differ, kc_binlog_place(binlog).file,
           kc_binlog_place(binlog).pos);
    kc_binlog_close(binlog);
    kc_table_maps_destroy(maps);
    kc_gtid_set_destroy((struct kc_gtid_set *)(uintptr_t)start.gtids);
    free((char *)(uintptr_t)start.file);
    forget_all();
    mysql_close(stream);
    mysql_close(reader);
    return totals.differ != 0;
}
