/* What statements made of tables: kept, bounded, stored, completed; and offsets that were set back. */
#include "../cm.h"

#include <stdlib.h>
#include <string.h>

#include "drafts.h"
#include "last_change.h"
#include "source_host.h"
#include "table_complete.h"
#include "table_index.h"
#include "wire_type.h"

static struct kc_table *table(const char *name)
{
    static const uint32_t key[] = {0};
    struct kc_table *t = source_table("id int!, name varchar(20)", key, 1);
    struct kc_error err = source_error();

    assert_int_equal(kc_table_rename(t, "shop", name, &err), KC_OK);
    return t;
}

static struct kc_table *none(const char *name)
{
    return kc_table_create("shop", name, 0);
}

static void a_table_is_found_by_its_name(void **state)
{
    struct kc_drafts *d = calloc(1, sizeof(*d));

    (void)state;
    kc_drafts_put(d, table("a"), false);
    assert_string_equal(kc_drafts_find(d, "shop", "a")->name, "a");
    assert_null(kc_drafts_find(d, "shop", "A"));
    assert_null(kc_drafts_find(d, "other", "a"));
    d->any_case = true;
    assert_non_null(kc_drafts_find(d, "SHOP", "A"));
    kc_drafts_put(d, none("a"), false); /* others are gone when they are dropped, */
    assert_null(kc_drafts_find(d, "shop", "a"));
    kc_drafts_put(d, none("b"), true); /* of captured ones it matters that they are */
    assert_int_equal(kc_drafts_find(d, "shop", "b")->n_columns, 0);
    kc_drafts_put(d, table("b"), true);
    assert_int_equal(kc_drafts_find(d, "shop", "b")->n_columns, 2);
    kc_drafts_forget(d, "shop", "b");
    assert_null(kc_drafts_find(d, "shop", "b"));
    kc_drafts_finish(d);
    free(d);
}

static void others_make_room_for_each_other_and_for_captured_tables(void **state)
{
    struct kc_drafts *d = calloc(1, sizeof(*d));
    char name[20];

    (void)state;
    for (int i = 0; i < KC_DRAFT_OTHERS + 2; i++) {
        (void)snprintf(name, sizeof(name), "other%d", i);
        kc_drafts_put(d, table(name), false);
        if (i == 2)
            kc_drafts_put(d, table("other0"), false); /* named again */
    }
    assert_non_null(kc_drafts_find(d, "shop", "other0"));
    assert_null(kc_drafts_find(d, "shop", "other1"));
    assert_null(kc_drafts_find(d, "shop", "other2"));
    assert_non_null(kc_drafts_find(d, "shop", "other3"));
    for (int i = 0; i < KC_DRAFTS + 1; i++) {
        (void)snprintf(name, sizeof(name), "captured%d", i);
        kc_drafts_put(d, table(name), true);
    }
    assert_null(kc_drafts_find(d, "shop", "other3"));
    assert_non_null(kc_drafts_find(d, "shop", "captured0"));
    assert_null(kc_drafts_find(d, "shop", name)); /* one more than there is room for */
    kc_drafts_finish(d);
    free(d);
}

static void the_next_run_knows_them(void **state)
{
    struct kc_drafts *d = calloc(1, sizeof(*d)), *next = calloc(1, sizeof(*next));
    struct kc_error err = source_error();
    struct kc_table *open = table("open");
    struct kc_index *index;

    (void)state;
    free(open->columns[1].charset);
    open->columns[1].charset = NULL; /* no statement has said it */
    open->columns[1].size_open = true;
    open->indexes_known = true;
    index = kc_table_add_index(open, "by_name", true);
    index->whole = false;
    assert_int_equal(kc_index_add_column(index, "name", &err), KC_OK);
    kc_drafts_set_charset(d, "no \"name");
    assert_string_equal(d->charset, "");
    kc_drafts_set_charset(d, "latin1");
    kc_drafts_put(d, open, false);
    kc_drafts_put(d, none("gone"), true);
    kc_drafts_put(d, table("brief"), false);
    assert_true(d->unsaved);
    assert_int_equal(kc_drafts_store(d, NULL, &err), KC_OK);
    kc_drafts_forget(d, "shop", "brief");
    assert_int_equal(kc_drafts_store(d, NULL, &err), KC_OK);
    assert_false(d->unsaved);

    assert_int_equal(kc_drafts_load(next, NULL, &err), KC_OK);
    assert_string_equal(next->charset, "latin1");
    assert_null(kc_drafts_find(next, "shop", "brief"));
    assert_int_equal(kc_drafts_find(next, "shop", "gone")->n_columns, 0);
    assert_true(kc_drafts_find(next, "shop", "open")->columns[1].size_open);
    assert_null(kc_drafts_find(next, "shop", "open")->columns[1].charset);
    index = &kc_drafts_find(next, "shop", "open")->indexes[0];
    assert_true(index->unique && !index->whole && strcmp(index->columns[0], "name") == 0);

    kc_drafts_discard(next, NULL);
    assert_int_equal(kc_drafts_store(next, NULL, &err), KC_OK);
    kc_drafts_finish(d);
    memset(d, 0, sizeof(*d));
    assert_int_equal(kc_drafts_load(d, NULL, &err), KC_OK);
    assert_null(kc_drafts_find(d, "shop", "open"));
    kc_drafts_finish(d);
    kc_drafts_finish(next);
    free(d);
    free(next);
}

/* ---- completing ---- */

/* The layout of "id int!, name varchar(20)" with another second column. */
static kc_status complete(const struct kc_table *told, struct kc_map_column name, struct kc_table **is,
                          struct kc_error *err)
{
    struct kc_map_column columns[] = {{.type = KC_WIRE_LONG}, name};
    struct kc_table_map map = {.n_columns = 2, .columns = columns};

    return kc_table_complete(told, &map, is, err);
}

static void the_layout_says_what_statements_left_open(void **state)
{
    static const uint16_t utf8mb4_bin = 46;
    struct kc_table *told = table("t"), *is;
    struct kc_map_column text = {.type = KC_WIRE_BLOB, .length_bytes = 3, .nullable = true},
                         varchar = {.type = KC_WIRE_VARCHAR, .nullable = true, .collation = utf8mb4_bin};
    struct kc_error err = source_error();

    (void)state;
    /* All was said: nothing of the layout is needed, and nothing of it taken. */
    assert_int_equal(complete(told, text, &is, &err), KC_OK);
    assert_string_equal(is->columns[1].type_text, "varchar(20)");
    kc_table_destroy(is);
    told->columns[1].size_open = true;
    assert_int_equal(complete(told, text, &is, &err), KC_OK);
    assert_string_equal(is->columns[1].type_text, "mediumtext");
    assert_int_equal(is->columns[1].wire_type, KC_WIRE_BLOB);
    kc_table_destroy(is);
    free(told->columns[1].charset);
    told->columns[1].charset = NULL;
    assert_int_equal(complete(told, varchar, &is, &err), KC_OK);
    assert_string_equal(is->columns[1].charset, "utf8mb4");
    assert_int_equal(is->columns[1].family, KC_FAMILY_STRING);
    kc_table_destroy(is);
    varchar.collation = 0; /* binlog_row_metadata=NO_LOG */
    assert_int_equal(complete(told, varchar, &is, &err), KC_ERR_UNSUPPORTED);
    assert_non_null(strstr(err.message, "character set of column name"));
    varchar.collation = utf8mb4_bin;
    varchar.nullable = false;
    assert_int_equal(complete(told, varchar, &is, &err), KC_ERR_UNSUPPORTED);
    kc_table_destroy(told);

    /* A TIMESTAMP of which nothing is said may be NULL or not, by explicit_defaults_for_timestamp. */
    told = source_table("id int!, at timestamp", NULL, 0);
    assert_int_equal(complete(told, (struct kc_map_column){.type = KC_WIRE_TIMESTAMP}, &is, &err), KC_OK);
    assert_false(is->columns[1].nullable);
    kc_table_destroy(is);
    kc_table_destroy(told);
}

/* ---- offsets ---- */

static bool is_behind(const struct kc_last_change *l, const char *file, uint64_t pos, uint64_t row,
                      const char *gtids)
{
    struct kc_position p = {
        .server_uuid = source_str("s1"), .file = source_str(file), .pos = pos, .row = row};

    if (gtids != NULL)
        p.gtids = source_str(gtids);
    return kc_last_change_is_behind(l, KC_FLAVOR_MARIADB, &p, "0-1-50");
}

static void an_offset_before_the_last_change_is_noticed(void **state)
{
    struct kc_last_change l = {.server = "s1", .file = "log.000009", .pos = 501}, back = {.pos = 0};
    struct kc_error err = source_error();

    (void)state;
    assert_false(is_behind(&back, "log.000001", 4, 0, NULL)); /* nothing was changed yet */
    assert_false(is_behind(&l, "log.000009", 600, 0, NULL));
    assert_false(is_behind(&l, "log.000010", 4, 0, NULL));
    assert_true(is_behind(&l, "log.000009", 500, 0, NULL));
    assert_false(is_behind(&l, "log.000009", 500, 1, NULL)); /* in the rows of CREATE TABLE ... SELECT */
    assert_true(is_behind(&l, "log.000008", 9000, 1, NULL));
    (void)snprintf(l.server, sizeof(l.server), "s2");
    assert_false(is_behind(&l, "log.000001", 4, 0, NULL)); /* of another server nothing is known */
    (void)snprintf(l.gtid, sizeof(l.gtid), "0-1-50");
    assert_true(is_behind(&l, "log.000010", 4, 0, "0-2-49,1-1-70"));
    assert_false(is_behind(&l, "log.000001", 4, 0, "0-2-51,1-1-70"));
    assert_false(is_behind(&l, "log.000001", 4, 7, "0-1-49"));

    assert_int_equal(kc_last_change_load(&back, NULL, &err), KC_OK);
    assert_string_equal(back.file, "");
    assert_int_equal(kc_last_change_store(&l, NULL, &err), KC_OK);
    assert_int_equal(kc_last_change_load(&back, NULL, &err), KC_OK);
    assert_string_equal(back.server, "s2");
    assert_string_equal(back.gtid, "0-1-50");
    assert_string_equal(back.file, "log.000009");
    assert_int_equal(back.pos, 501);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_found_by_its_name),
        cmocka_unit_test(others_make_room_for_each_other_and_for_captured_tables),
        cmocka_unit_test(the_next_run_knows_them),
        cmocka_unit_test(the_layout_says_what_statements_left_open),
        cmocka_unit_test(an_offset_before_the_last_change_is_noticed),
    };
    int failed = cmocka_run_group_tests_name("mysql drafts", tests, NULL, NULL);

    source_forget();
    return failed;
}
