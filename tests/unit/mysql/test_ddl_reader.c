/* What ALTER TABLE and CREATE TABLE make of a definition; the texts of types were compared with what servers print. */
#include "../cm.h"

#include <stdlib.h>

#include <string.h>

#include "ddl_reader.h"
#include "source_host.h"

static const uint32_t key[] = {0};

/* shop.orders with the primary key id, or without one. */
static struct kc_table *before(bool primary)
{
    struct kc_table *t = source_table("id int!, name varchar(20), amount int", key, primary ? 1 : 0);

    t->primary_key = primary;
    t->charset = strdup("latin1");
    free(t->columns[1].charset);
    t->columns[1].charset = strdup("latin1");
    return t;
}

/* "name type charset!" by column with a star behind the columns of the key, as one text; "?": not understood. */
static char *text_of(const struct kc_table *t)
{
    static char text[4000];
    char *p = text;

    text[0] = '\0';
    for (uint32_t i = 0; i < t->n_columns; i++) {
        const struct kc_column *c = &t->columns[i];

        p += sprintf(p, "%s%s %s", i > 0 ? ", " : "", c->name, c->type_text);
        if (c->charset != NULL)
            p += sprintf(p, " %s", c->charset);
        if (strcmp(c->type_text, "longtext") == 0 && strcmp(c->data_type, "json") == 0)
            p += sprintf(p, " json");
        p += sprintf(p, "%s%s", c->size_open ? " open" : "", c->nullable ? "" : "!");
        if (c->key_position >= 0)
            p += sprintf(p, "*%d", c->key_position);
    }
    return text;
}

/* What is known of tables while a test lasts: shop.orders, and whatever statements make. */
struct known {
    struct kc_table *tables[8];
    const char *charset; /* of the database */
};

static uint32_t place_of(const struct known *k, const char *database, const char *name)
{
    uint32_t i = 0;

    while (i < 8 && (k->tables[i] == NULL || strcmp(k->tables[i]->name, name) != 0 ||
                     strcmp(k->tables[i]->database, database) != 0))
        i++;
    return i;
}

static const struct kc_table *find(void *who, const char *database, const char *name)
{
    struct known *k = who;
    uint32_t i = place_of(k, database, name);

    return i < 8 ? k->tables[i] : NULL;
}

static kc_status put(void *who, const char *database, const char *name, struct kc_table *is,
                     struct kc_error *err)
{
    struct known *k = who;
    uint32_t i = place_of(k, database, name);

    (void)err;
    if (i == 8)
        for (i = 0; i < 7 && k->tables[i] != NULL;)
            i++;
    kc_table_destroy(k->tables[i]);
    k->tables[i] = is;
    return KC_OK;
}

static const char *charset(void *who, const char *database)
{
    const struct known *k = who;

    return strcmp(database, "shop") == 0 ? k->charset : "";
}

static void forget(struct known *k)
{
    for (uint32_t i = 0; i < 8; i++)
        kc_table_destroy(k->tables[i]);
}

static kc_status apply(enum kc_flavor flavor, struct known *k, struct kc_str sql)
{
    struct kc_ddl_tables tables = {.who = k, .find = find, .put = put, .charset = charset};
    struct kc_error err = source_error();
    kc_status status = kc_ddl_apply(flavor, sql, source_str("shop"), &tables, &err);

    assert_true(status == KC_OK || (status == KC_ERR_UNSUPPORTED && err.message[0] != '\0'));
    return status;
}

/* shop.orders behind statements that are separated by semicolons; "?": not understood, or unknown. */
static const char *applied_to(enum kc_flavor flavor, struct kc_table *was, const char *database_charset,
                              const char *sql)
{
    struct known k = {.tables = {was}, .charset = database_charset};
    const struct kc_table *is;
    const char *text = "?";
    bool good = true;

    while (good) {
        const char *end = strchr(sql, ';');

        good = apply(flavor, &k,
                     (struct kc_str){sql, (uint32_t)(end != NULL ? (size_t)(end - sql) : strlen(sql)), 0}) ==
               KC_OK;
        if (end == NULL)
            break;
        sql = end + 1;
    }
    is = find(&k, "shop", "orders");
    if (good && is != NULL)
        text = text_of(is);
    forget(&k);
    return text;
}

static const char *applied(enum kc_flavor flavor, bool primary, const char *sql)
{
    return applied_to(flavor, before(primary), "", sql);
}

#define MYSQL(sql, expected)   assert_string_equal(applied(KC_FLAVOR_MYSQL, true, sql), expected)
#define MARIADB(sql, expected) assert_string_equal(applied(KC_FLAVOR_MARIADB, true, sql), expected)
#define KEYLESS(sql, expected) assert_string_equal(applied(KC_FLAVOR_MYSQL, false, sql), expected)
#define SAME                   "id int!*0, name varchar(20) latin1, amount int"

static void columns_come_where_they_are_put(void **state)
{
    (void)state;
    MYSQL("ALTER TABLE orders ADD x INT", SAME ", x int");
    MYSQL("alter table `orders` add column `x y` int not null default -1.5 first", "x y int!, " SAME);
    MYSQL("ALTER TABLE shop.orders ADD (x INT, y DATE), ADD z BIT AFTER id",
          "id int!*0, z bit(1), name varchar(20) latin1, amount int, x int, y date");
    MYSQL(
        "ALTER TABLE orders ADD x VARCHAR(10), ADD y TEXT CHARACTER SET utf8 COLLATE utf8_bin COMMENT 'a, b'",
        SAME ", x varchar(10) latin1, y text utf8mb3");
    MYSQL("ALTER TABLE orders ADD x INT AS (amount * (1 + 2)) VIRTUAL, ALGORITHM=INPLACE, LOCK = NONE",
          SAME ", x int");
    MYSQL("ALTER TABLE orders ADD k ENUM('a''b', 'c,d') NOT NULL DEFAULT 'a''b' /* x */",
          SAME ", k enum('a''b','c,d') latin1!");
}

static void columns_go_and_move(void **state)
{
    (void)state;
    MYSQL("ALTER TABLE orders DROP COLUMN name", "id int!*0, amount int");
    MYSQL("ALTER TABLE orders DROP name, DROP amount", "id int!*0");
    MYSQL("ALTER TABLE orders MODIFY amount BIGINT UNSIGNED AFTER id, MODIFY name CHAR FIRST",
          "name char(1) latin1, id int!*0, amount bigint unsigned");
    MYSQL("ALTER TABLE orders CHANGE id nr BIGINT AUTO_INCREMENT",
          "nr bigint!*0, name varchar(20) latin1, amount int");
    MYSQL("ALTER TABLE orders RENAME COLUMN name TO amount, RENAME COLUMN amount TO name",
          "id int!*0, amount varchar(20) latin1, name int");
    MYSQL("ALTER TABLE orders CHANGE name amount INT, CHANGE amount name INT", "?");
    MYSQL("ALTER TABLE orders MODIFY amount INT AFTER amount", "?");
    MYSQL("ALTER TABLE orders DROP nothing", "?");
    MYSQL("ALTER TABLE orders ADD name INT", "?");
}

static void types_are_printed_as_the_servers_do(void **state)
{
    (void)state;
    MYSQL(
        "ALTER TABLE orders ADD a BOOL, ADD b DEC, ADD c NUMERIC(5), ADD d FLOAT(30), ADD e DOUBLE "
        "PRECISION, "
        "ADD f INT(5) ZEROFILL, ADD g DATETIME(6), ADD h TIMESTAMP(0), ADD i INTEGER(9) UNSIGNED, ADD j JSON",
        SAME
        ", a tinyint(1), b decimal(10,0), c decimal(5,0), d double, e double, f int(5) unsigned zerofill, "
        "g datetime(6), h timestamp, i int unsigned, j json");
    MARIADB("ALTER TABLE orders ADD a BOOL, ADD b INT, ADD c BIGINT UNSIGNED, ADD d TINYINT UNSIGNED",
            SAME ", a tinyint(1), b int(11), c bigint(20) unsigned, d tinyint(3) unsigned");
    MARIADB("ALTER TABLE orders ADD j JSON", SAME ", j longtext utf8mb4 json");
    MARIADB("ALTER TABLE orders ADD j LONGTEXT CHARACTER SET utf8mb4 CHECK (json_valid(`j`)), ADD k LONGTEXT",
            SAME ", j longtext utf8mb4 json, k longtext latin1");
    MARIADB("ALTER TABLE orders ADD j JSON; ALTER TABLE orders MODIFY j LONGTEXT",
            SAME ", j longtext latin1");
    MYSQL("ALTER TABLE orders ADD x TEXT(9), ADD y BLOB(70000)", SAME ", x text latin1 open, y blob open");
    MYSQL("ALTER TABLE orders ADD x GEOMETRY", "?");
    MYSQL("ALTER TABLE orders ADD x VARCHAR", "?");
    MYSQL("ALTER TABLE orders ADD x CHARACTER VARYING(10), ADD y NATIONAL VARCHAR(3), ADD z NCHAR BINARY",
          SAME ", x varchar(10) latin1, y varchar(3) utf8mb3, z char(1) utf8mb3");
    MYSQL("ALTER TABLE orders ADD x YEAR, ADD y INT8 UNSIGNED, ADD z FIXED(4,1), ADD f FLOAT8",
          SAME ", x year, y bigint unsigned, z decimal(4,1), f double");
    MARIADB("ALTER TABLE orders ADD x YEAR", SAME ", x year(4)");
    MYSQL("ALTER TABLE orders ADD x INT CONSTRAINT c CHECK (x > 0) NOT ENFORCED NOT NULL, "
          "ADD y INT REFERENCES other.`o` (id) MATCH FULL ON DELETE SET NULL ON UPDATE NO ACTION NOT NULL, "
          "ADD z INT CONSTRAINT CHECK (z > 0)",
          SAME ", x int!, y int!, z int");
    MYSQL("ALTER TABLE orders ADD x VARCHAR(10) CHARACTER SET binary", SAME ", x varbinary(10)");
    MYSQL("ALTER TABLE orders ADD x ENUM('a') CHARACTER SET binary", "?");
}

static void the_key_is_followed_or_given_up(void **state)
{
    (void)state;
    MYSQL("ALTER TABLE orders DROP PRIMARY KEY, ADD PRIMARY KEY (amount, id DESC)",
          "id int!*1, name varchar(20) latin1, amount int!*0");
    MYSQL("ALTER TABLE orders DROP PRIMARY KEY", "?"); /* its indexes are unknown */
    MYSQL("ALTER TABLE orders DROP id", "?");
    MYSQL("ALTER TABLE orders ADD UNIQUE (name), DROP INDEX x, ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES b "
          "(c)",
          SAME);
    MYSQL("ALTER TABLE orders DROP PRIMARY KEY, ADD PRIMARY KEY (name(5))", "?");
    MYSQL("CREATE UNIQUE INDEX x ON orders (amount)", SAME);
    KEYLESS("CREATE INDEX x ON orders (amount)", "id int!, name varchar(20) latin1, amount int");
    KEYLESS("CREATE UNIQUE INDEX x ON orders (amount)", "?");
    KEYLESS("ALTER TABLE orders ADD UNIQUE (id)", "?");
    KEYLESS("ALTER TABLE orders DROP INDEX x", "?");
    KEYLESS("ALTER TABLE orders MODIFY amount INT NOT NULL", "?");
    KEYLESS("ALTER TABLE orders ADD x INT", "id int!, name varchar(20) latin1, amount int, x int");
    KEYLESS("ALTER TABLE orders ADD x INT PRIMARY KEY FIRST",
            "x int!*0, id int!, name varchar(20) latin1, amount int");
}

static void what_changes_no_column_changes_nothing(void **state)
{
    (void)state;
    MYSQL("ALTER TABLE orders ENGINE=InnoDB, COMMENT 'ADD x INT', AUTO_INCREMENT = 7", SAME);
    MYSQL("ALTER TABLE orders ALTER COLUMN amount SET DEFAULT 5", SAME);
    MYSQL("ALTER TABLE items ADD FOREIGN KEY (o) REFERENCES orders (id)", SAME);
    MYSQL("ALTER TABLE other.orders DROP amount", SAME);
    MYSQL("ALTER TABLE orders PARTITION BY HASH (id) PARTITIONS 4", SAME);
    MYSQL("ALTER TABLE orders ROW_FORMAT=DYNAMIC COMMENT 'x' ENGINE = InnoDB", SAME);
    MYSQL("ALTER TABLE orders /*!80000 ADD x INT */", "?");
    MYSQL("ALTER TABLE orders SOMETHING NEW", "?");
    MYSQL("", "?");
}

static void the_default_charset_holds_for_what_comes(void **state)
{
    (void)state;
    MYSQL("ALTER TABLE orders DEFAULT CHARSET = utf8mb4, ADD x VARCHAR(3)", SAME ", x varchar(3) utf8mb4");
    MYSQL("CREATE TABLE orders (a INT, b VARCHAR(9), PRIMARY KEY (a)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 "
          "COLLATE=utf8mb4_bin",
          "a int!*0, b varchar(9) utf8mb4");
    MYSQL("CREATE TABLE orders (a INT, b VARCHAR(9), PRIMARY KEY (a))", "a int!*0, b varchar(9)");
    assert_string_equal(
        applied_to(KC_FLAVOR_MYSQL, before(true), "utf8mb3", "CREATE TABLE orders (a INT KEY, b VARCHAR(9))"),
        "a int!*0, b varchar(9) utf8mb3");
    MYSQL("ALTER TABLE orders ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin; "
          "ALTER TABLE orders ADD x TEXT",
          SAME ", x text utf8mb4");
    MARIADB("ALTER TABLE orders CHARSET=utf8mb4 COLLATE uca1400_ai_ci; ALTER TABLE orders ADD x CHAR",
            "id int!*0, name varchar(20) latin1, amount int, x char(1) utf8mb4");
    MYSQL("CREATE OR REPLACE TABLE shop.orders (a INT KEY, INDEX (a), b VARBINARY(9) DEFAULT x'41') "
          "COMMENT='c'",
          "a int!*0, b varbinary(9)");
    MYSQL("CREATE TABLE IF NOT EXISTS orders (a INT)", SAME);
    MYSQL("DROP TABLE orders; CREATE TABLE IF NOT EXISTS orders (a INT)", "a int");
    MYSQL("CREATE TABLE orders (a INT) START TRANSACTION", "a int");
    MYSQL("CREATE TABLE orders LIKE other", "?");
    MYSQL("CREATE TABLE orders (a INT) AS SELECT 1 AS a", "?");
    MYSQL("DROP TABLE orders", "");
}

static void texts_are_converted(void **state)
{
    (void)state;
    MYSQL("ALTER TABLE orders CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, ADD x INT",
          "id int!*0, name varchar(20) utf8mb4 open, amount int, x int");
    MYSQL("ALTER TABLE orders ADD t TEXT, ADD b BLOB, ADD e ENUM('a'); ALTER TABLE orders CONVERT TO CHARSET "
          "utf8; "
          "ALTER TABLE orders ADD x CHAR",
          "id int!*0, name varchar(20) utf8mb3 open, amount int, t text utf8mb3 open, b blob, e enum('a') "
          "utf8mb3 open, x char(1) utf8mb3");
    MYSQL("ALTER TABLE orders CONVERT TO CHARACTER SET DEFAULT",
          "id int!*0, name varchar(20) open, amount int");
    assert_string_equal(applied_to(KC_FLAVOR_MYSQL, before(true), "utf8mb3",
                                   "ALTER TABLE orders CONVERT TO CHARACTER SET DEFAULT"),
                        "id int!*0, name varchar(20) utf8mb3 open, amount int");
    MYSQL("ALTER TABLE orders CONVERT TO CHARACTER SET binary", "?");
    MYSQL("ALTER TABLE orders CONVERT", "?");
}

static void a_table_takes_the_name_of_another(void **state)
{
    static const char *const swaps[] = {
        "RENAME TABLE orders TO _old, _new TO orders",
        "rename /* gh-ost */ table `shop`.`orders` to `shop`.`_del`, `shop`.`_new` to `shop`.`orders`",
        "RENAME TABLE orders TO _old; ALTER TABLE _new RENAME TO orders",
        "ALTER TABLE orders RENAME _old; ALTER TABLE _new RENAME AS shop.orders",
        "DROP TABLE IF EXISTS orders; RENAME TABLE _new TO other.x; RENAME TABLE other.x TO orders",
        "RENAME TABLE IF EXISTS orders WAIT 5 TO _old, _new NOWAIT TO orders",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(swaps) / sizeof(swaps[0]); i++) {
        char sql[400];

        (void)snprintf(
            sql, sizeof(sql),
            "create table `shop`.`_new` like `shop`.`orders`; ALTER TABLE _new ADD x INT FIRST; %s",
            swaps[i]);
        MYSQL(sql, "x int, " SAME);
    }
    MYSQL("CREATE TABLE _new (LIKE orders); ALTER TABLE _new DROP name, RENAME TO _ready; DROP TABLE orders; "
          "RENAME TABLE _ready TO orders",
          "id int!*0, amount int");
    MYSQL("CREATE TABLE `shop`.`_new` (\n  `id` int NOT NULL,\n  PRIMARY KEY (`id`)\n) ENGINE=InnoDB DEFAULT "
          "CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci; ALTER TABLE `shop`.`_new` ADD t TEXT; "
          "RENAME TABLE `shop`.`orders` TO `shop`.`_old`, `shop`.`_new` TO `shop`.`orders`",
          "id int!*0, t text utf8mb4");
    /* There and back. */
    MYSQL("RENAME TABLE orders TO a; ALTER TABLE a ADD x INT; RENAME TABLE a TO orders", SAME ", x int");
    /* What the other is, nobody has said. */
    MYSQL("RENAME TABLE orders TO _old, _new TO orders", "?");
    MYSQL("ALTER TABLE _new ADD x INT, RENAME TO orders", "?");
    MYSQL("ALTER TABLE _new ADD x INT, RENAME COLUMN x TO orders", SAME);
    MYSQL("RENAME TABLE orders TO _old", "");
    MYSQL("ALTER TABLE orders RENAME TO x", "");
    MYSQL("RENAME TABLE a TO b", SAME);
    MYSQL("RENAME TABLE orders TO", "?");
    MYSQL("RENAME TABLE orders TO a b", "?");
}

/* A table without a primary key, all of whose indexes are known. */
static const char *without_primary(const char *sql)
{
    struct kc_table *t = before(false);

    t->indexes_known = true;
    return applied_to(KC_FLAVOR_MYSQL, t, "", sql);
}

static void a_unique_index_is_the_key_without_a_primary_one(void **state)
{
    (void)state;
    assert_string_equal(without_primary("ALTER TABLE orders ADD UNIQUE (id)"),
                        "id int!*0, name varchar(20) latin1, amount int");
    assert_string_equal(without_primary("ALTER TABLE orders ADD UNIQUE (amount)"),
                        "id int!, name varchar(20) latin1, amount int");
    assert_string_equal(
        without_primary(
            "ALTER TABLE orders ADD UNIQUE (amount); ALTER TABLE orders MODIFY amount INT NOT NULL"),
        "id int!, name varchar(20) latin1, amount int!*0");
    assert_string_equal(
        without_primary("CREATE UNIQUE INDEX z ON orders (id); ALTER TABLE orders ADD y INT NOT NULL UNIQUE"),
        "id int!, name varchar(20) latin1, amount int, y int!*0");
    assert_string_equal(
        without_primary("CREATE UNIQUE INDEX z ON orders (id); ALTER TABLE orders ADD y INT NOT NULL UNIQUE; "
                        "DROP INDEX y ON orders"),
        "id int!*0, name varchar(20) latin1, amount int, y int!");
    assert_string_equal(
        without_primary("ALTER TABLE orders ADD y INT NOT NULL, ADD UNIQUE KEY b (y, id), ADD UNIQUE a (id); "
                        "ALTER TABLE orders RENAME INDEX a TO c"),
        "id int!*1, name varchar(20) latin1, amount int, y int!*0");
    assert_string_equal(
        without_primary("ALTER TABLE orders ADD UNIQUE a (id); ALTER TABLE orders CHANGE id nr INT NOT NULL"),
        "nr int!*0, name varchar(20) latin1, amount int");
    assert_string_equal(
        without_primary(
            "ALTER TABLE orders ADD y INT NOT NULL, ADD UNIQUE a (id, y); ALTER TABLE orders DROP id"),
        "name varchar(20) latin1, amount int, y int!*0");
    assert_string_equal(
        without_primary(
            "ALTER TABLE orders ADD UNIQUE ((id + 1)), ADD UNIQUE b (id DESC), ADD FULLTEXT KEY (name)"),
        "id int!*0, name varchar(20) latin1, amount int");
    assert_string_equal(
        without_primary("ALTER TABLE orders MODIFY name CHAR(9) NOT NULL, ADD UNIQUE (name(3))"),
        "id int!, name char(9) latin1!, amount int");
    assert_string_equal(
        without_primary(
            "ALTER TABLE orders ADD CONSTRAINT a UNIQUE (id); ALTER TABLE orders DROP CONSTRAINT a"),
        "id int!, name varchar(20) latin1, amount int");
    assert_string_equal(
        without_primary(
            "ALTER TABLE orders ADD UNIQUE a (id); ALTER TABLE orders ADD UNIQUE a (amount), DROP INDEX a"),
        "?");
    assert_string_equal(
        without_primary(
            "ALTER TABLE orders ADD PRIMARY KEY (amount), ADD UNIQUE (id); ALTER TABLE orders DROP "
            "PRIMARY KEY"),
        "id int!*0, name varchar(20) latin1, amount int!");
    MYSQL(
        "CREATE TABLE orders (a INT NOT NULL UNIQUE, b INT NOT NULL, UNIQUE (b)); ALTER TABLE orders DROP a",
        "b int!*0");
}

static void check_database(const char *sql, enum kc_ddl_database expected, const char *expected_charset)
{
    char name[KC_CHARSET_NAME_BYTES];

    assert_int_equal(kc_ddl_read_database(source_str(sql), source_str("shop"), "shop", name), expected);
    assert_string_equal(name, expected_charset);
}

static void a_database_has_a_default_charset(void **state)
{
    (void)state;
    check_database("ALTER DATABASE shop CHARACTER SET = latin1", KC_DDL_DATABASE_ALTERED, "latin1");
    check_database("ALTER DATABASE DEFAULT COLLATE utf8mb4_bin", KC_DDL_DATABASE_ALTERED, "utf8mb4");
    check_database("CREATE SCHEMA IF NOT EXISTS `shop`", KC_DDL_DATABASE_ALTERED, "");
    check_database("DROP DATABASE IF EXISTS shop", KC_DDL_DATABASE_DROPPED, "");
    check_database("DROP DATABASE other", KC_DDL_DATABASE_KEPT, "");
    check_database("ALTER DATABASE other CHARACTER SET latin1", KC_DDL_DATABASE_KEPT, "");
    check_database("ALTER", KC_DDL_DATABASE_KEPT, "");
}

static void any_statement_cut_anywhere_is_read_to_its_end_and_no_further(void **state)
{
    static const char *const all[] = {
        ("ALTER TABLE `orders` ADD COLUMN IF NOT EXISTS (x ENUM('a','b''c') NOT NULL DEFAULT 'a', y "
         "DECIMAL(10,2)), "
         "CHANGE name n CHAR(3) COLLATE latin1_bin AFTER id, DROP PRIMARY KEY, ADD PRIMARY KEY (amount), "
         "COMMENT 'c'"),
        ("CREATE TABLE orders (a INT PRIMARY KEY, b VARCHAR(9) AS (CONCAT(a, 'x')) STORED, KEY (b)) CHARSET "
         "utf8mb4"),
        "ALTER TABLE orders RENAME COLUMN name TO x, RENAME COLUMN amount TO y",
        "ALTER TABLE orders CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, ADD UNIQUE KEY a USING "
        "BTREE (id, "
        "name(3) DESC), RENAME INDEX a TO `b`, RENAME TO shop.x",
        "RENAME TABLE shop.orders TO _old, shop._new TO shop.orders",
        "CREATE UNIQUE INDEX a ON orders (id)",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        for (size_t n = 0; n <= strlen(all[i]); n++) {
            char *copy = strndup(all[i], n);

            (void)applied(KC_FLAVOR_MYSQL, true, copy);
            free(copy);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_come_where_they_are_put),
        cmocka_unit_test(columns_go_and_move),
        cmocka_unit_test(types_are_printed_as_the_servers_do),
        cmocka_unit_test(the_key_is_followed_or_given_up),
        cmocka_unit_test(what_changes_no_column_changes_nothing),
        cmocka_unit_test(the_default_charset_holds_for_what_comes),
        cmocka_unit_test(texts_are_converted),
        cmocka_unit_test(a_table_takes_the_name_of_another),
        cmocka_unit_test(a_unique_index_is_the_key_without_a_primary_one),
        cmocka_unit_test(a_database_has_a_default_charset),
        cmocka_unit_test(any_statement_cut_anywhere_is_read_to_its_end_and_no_further),
    };

    return cmocka_run_group_tests_name("mysql ddl reader", tests, NULL, NULL);
}
