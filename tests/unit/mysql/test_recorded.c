/* Events recorded from real servers decode to what SELECT showed there. Arguments: the fixture files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_host.h"
#include "fixture.h"
#include "rows_event.h"

#include <stdlib.h>

static char **files;
static int n_files;

struct reading {
    struct kc_table *table;
    struct kc_table_maps *maps;
    struct kc_arena arena;
    char *decoded; /* row lines of the events so far, which row lines of the file have not met yet */
    size_t decoded_len;
    FILE *rows;
    size_t compared;
};

static size_t from_hex(const char *text, uint8_t *out)
{
    size_t n = 0;
    unsigned byte;

    while (sscanf(text + 2 * n, "%2x", &byte) == 1)
        out[n++] = (uint8_t)byte;
    return n;
}

static void take_column(struct reading *r, char *line)
{
    char *name = strtok(line, "\t"), *type_text = strtok(NULL, "\t"), *data_type = strtok(NULL, "\t"),
         *charset = strtok(NULL, "\t"), *nullable = strtok(NULL, "\t");

    assert_non_null(nullable);
    assert_int_equal(fixture_column(r->table, name, type_text, data_type,
                                    strcmp(charset, "-") != 0 ? charset : NULL, nullable[0] == 'Y'),
                     0);
}

static void print_row(struct reading *r, const struct kc_value *values)
{
    for (uint32_t i = 0; i < r->table->n_columns; i++) {
        fputs(i == 0 ? "row " : "\t", r->rows);
        value_print(r->rows, &values[i]);
    }
    fputc('\n', r->rows);
    fflush(r->rows);
}

static void take_event(struct reading *r, char *line)
{
    struct kc_error err = {.struct_size = sizeof(err)};
    struct kc_value before[64], after[64];
    uint8_t *body = malloc(strlen(line));
    struct kc_event event = {.header.type = (uint8_t)strtoul(line, &line, 10), .body = body};
    struct kc_table_map *map;
    struct kc_rows rows;
    uint64_t id;
    bool fresh;

    event.body_len = from_hex(line + 1, body);
    if (event.header.type == KC_EVENT_TABLE_MAP) {
        assert_int_equal(kc_table_maps_put(r->maps, &event, &map, &fresh, &err), KC_OK);
        if (kc_table_map_bind(map, r->table, &err) < 0)
            fail_msg("%s", err.message);
    } else {
        assert_int_equal(kc_rows_table_id(&event, &id, &err), KC_OK);
        map = kc_table_maps_get(r->maps, id);
        assert_non_null(map);
        assert_int_equal(kc_rows_open(&rows, &event, map, &r->arena, &err), KC_OK);
        memset(body, 0xdd, event.body_len); /* values must not point into the packet */
        while (kc_rows_next(&rows, before, after, &err) == KC_OK)
            print_row(r, after);
        assert_ptr_equal(rows.next, rows.end);
    }
    free(body);
}

static void take_row(struct reading *r, const char *line)
{
    char *end = strchr(r->decoded + r->compared, '\n');

    assert_non_null(end);
    *end = '\0';
    assert_string_equal(r->decoded + r->compared, line);
    r->compared = (size_t)(end - r->decoded) + 1;
}

static void check_file(const char *path)
{
    struct reading r = {.maps = kc_table_maps_create(), .arena = fake_arena()};
    FILE *f = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;

    assert_non_null(f);
    r.rows = open_memstream(&r.decoded, &r.decoded_len);
    while (getline(&line, &room, f) > 0) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "table ", 6) == 0)
            r.table = fixture_table("test", line + 6);
        else if (strncmp(line, "column ", 7) == 0)
            take_column(&r, line + 7);
        else if (strncmp(line, "event ", 6) == 0)
            take_event(&r, line + 6);
        else
            take_row(&r, line);
    }
    assert_true(r.compared > 0);
    assert_int_equal(r.compared, r.decoded_len);
    fclose(r.rows);
    free(r.decoded);
    free(line);
    fclose(f);
    kc_table_maps_destroy(r.maps);
    fixture_table_free(r.table);
    fake_arena_reset(&r.arena);
}

static void recorded_events_decode_to_what_select_showed(void **state)
{
    (void)state;
    assert_true(n_files > 0);
    for (int i = 0; i < n_files; i++) {
        print_message("           %s\n", files[i]);
        check_file(files[i]);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(recorded_events_decode_to_what_select_showed)};

    files = argv + 1;
    n_files = argc - 1;
    return cmocka_run_group_tests_name("recorded", tests, NULL, NULL);
}
