/* What a configuration becomes. */
#include "../cm.h"

#include <string.h>

#include "config.h"
#include "source_host.h"
#include "validate.h"

#define TEN_A     "aaaaaaaaaa"
#define FIFTY_A   TEN_A TEN_A TEN_A TEN_A TEN_A
#define LONG_NAME FIFTY_A FIFTY_A FIFTY_A FIFTY_A FIFTY_A

enum { MAX_KEYS = 16, MAX_TABLES = 8 };

struct given {
    struct kc_kv kvs[MAX_KEYS];
    struct kc_value tables[MAX_TABLES];
    struct kc_map map;
};

/* The value of a key, in place of what it had. */
static void give(struct given *g, const char *key, struct kc_value value)
{
    for (uint32_t i = 0; i < g->map.len; i++)
        if (strcmp(g->kvs[i].key.ptr, key) == 0) {
            g->kvs[i].value = value;
            return;
        }
    g->kvs[g->map.len++] = (struct kc_kv){kc_str(key), value};
    g->map.kvs = g->kvs;
}

static void give_text(struct given *g, const char *key, const char *text)
{
    give(g, key, kc_string(text, (uint32_t)strlen(text)));
}

static void give_tables(struct given *g, const char *const *names, uint32_t n)
{
    struct kc_value list = {KC_ARRAY, 0, 0, n, {.items = g->tables}};

    for (uint32_t i = 0; i < n; i++)
        g->tables[i] = kc_string(names[i], (uint32_t)strlen(names[i]));
    give(g, "table.include.list", list);
}

static void give_all(struct given *g, const char *const *names, uint32_t n)
{
    memset(g, 0, sizeof(*g));
    give_text(g, "name", "orders");
    give_text(g, "database.hostname", "db");
    give_text(g, "database.user", "u");
    give_text(g, "database.password", "secret");
    give_text(g, "database.name", "shop");
    give_text(g, "topic.prefix", "p");
    give_tables(g, names, n);
}

static void tables_are_named_with_and_without_their_database(void **state)
{
    static const char *const names[] = {"a", "shop.b", "shop.a", "a"};
    struct kc_error err = source_error();
    struct kc_mysql_config c;
    struct given g;

    (void)state;
    give_all(&g, names, 4);
    assert_int_equal(kc_mysql_config_read(&g.map, &c, &err), KC_OK);
    assert_int_equal(c.n_tables, 2);
    assert_string_equal(c.tables[0].name, "a");
    assert_string_equal(c.tables[1].name, "b");
    assert_string_equal(c.tables[1].database, "shop");
    assert_int_equal(c.snapshot_mode, KC_SNAPSHOT_INITIAL);
    assert_int_equal(c.ssl_mode, KC_SSL_PREFERRED);
    kc_mysql_config_finish(&c);
}

static void check_refused(const char *key, const char *value, const char *table, const char *word)
{
    struct kc_error err = source_error();
    struct kc_mysql_config c;
    struct given g;

    give_all(&g, &table, 1);
    if (key != NULL)
        give_text(&g, key, value);
    assert_int_equal(kc_mysql_config_read(&g.map, &c, &err), KC_ERR_CONFIG);
    assert_non_null(strstr(err.message, word));
    assert_null(strstr(err.message, "secret"));
}

static void what_cannot_be_is_refused_with_the_name_of_the_key(void **state)
{
    (void)state;
    check_refused(NULL, NULL, "other.t", "table.include.list");
    check_refused(NULL, NULL, "shop.", "table.include.list");
    check_refused("database.connectionTimeZone", "no zone; x", "t", "database.connectionTimeZone");
    check_refused("topic.prefix", "a b/c", "t", "topic.prefix: table t would get the topic a b/c_t");
    check_refused("topic.prefix", LONG_NAME, "t", "at most 249");
    check_refused(NULL, NULL, "a$b", "table.include.list: table a$b would get the topic p_a$b");
    check_refused("database.ssl.mode", "verify_ca", "t", "database.ssl.ca");
}

static uint32_t server_id(const char *name, const char *group)
{
    static const char *const table = "t";
    struct kc_error err = source_error();
    struct kc_mysql_config c;
    struct given g;
    uint32_t id;

    give_all(&g, &table, 1);
    g.kvs[0].value = kc_string(name, (uint32_t)strlen(name));
    give_text(&g, "kconnect.group.id", group);
    assert_int_equal(kc_mysql_config_read(&g.map, &c, &err), KC_OK);
    id = c.server_id;
    kc_mysql_config_finish(&c);
    return id;
}

static void the_server_id_follows_from_fleet_and_name(void **state)
{
    (void)state;
    assert_int_equal(server_id("a", "fleet"), server_id("a", "fleet"));
    assert_int_not_equal(server_id("a", "fleet"), server_id("b", "fleet"));
    assert_int_not_equal(server_id("a", "fleet"), server_id("a", "fleet2"));
    assert_true(server_id("a", "fleet") >= UINT32_C(0x80000000));
}

/* What check_offsets says of one offset. */
static void check_offset(struct kc_kv *kvs, uint32_t n, kc_status expected, const char *word)
{
    const struct kc_map offset = {kvs, n, 0};
    const struct kc_offset_change changes[] = {{.offset = {.len = 0}}, {.offset = offset}};
    struct kc_error err = source_error();

    assert_int_equal(kc_mysql_planner_ops.check_offsets(NULL, NULL, changes, 2, &err), expected);
    if (word != NULL)
        assert_non_null(strstr(err.message, word));
}

static void an_offset_that_no_task_could_read_is_refused(void **state)
{
    struct kc_kv kvs[] = {{kc_str("file"), kc_string("binlog.000001", 13)}, {kc_str("pos"), kc_int64(4)}};

    (void)state;
    check_offset(kvs, 2, KC_OK, NULL);
    check_offset(kvs, 1, KC_ERR_CONFIG, "the offset cannot be used: its member pos is missing");
    check_offset(kvs + 1, 1, KC_ERR_CONFIG, "file");
    kvs[1].value = kc_string("x", 1);
    check_offset(kvs, 2, KC_ERR_CONFIG, "pos");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_named_with_and_without_their_database),
        cmocka_unit_test(what_cannot_be_is_refused_with_the_name_of_the_key),
        cmocka_unit_test(the_server_id_follows_from_fleet_and_name),
        cmocka_unit_test(an_offset_that_no_task_could_read_is_refused),
    };

    return cmocka_run_group_tests_name("mysql source_config", tests, NULL, NULL);
}
