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
        p += sprintf(p, "%s", c->nullable ? "" : "!");
        if (c->key_position >= 0)
            p += sprintf(p, "*%d", c->key_position);
    }
    return text;
}

static const char *applied(enum kc_flavor flavor, bool primary, const char *sql)
{
    struct kc_table *was = before(primary), *is = NULL;
    struct kc_error err = source_error();
    kc_status status = kc_ddl_apply(flavor, source_str(sql), source_str("shop"), was, &is, &err);
    const char *text = "?";

    if (status == KC_OK)
        text = text_of(is);
    else
        assert_true(status == KC_ERR_UNSUPPORTED && err.message[0] != '\0');
    kc_table_destroy(is);
    kc_table_destroy(was);
    return text;
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
    MARIADB("ALTER TABLE orders ADD j JSON", "?");
    MYSQL("ALTER TABLE orders ADD x GEOMETRY", "?");
    MYSQL("ALTER TABLE orders ADD x VARCHAR", "?");
    MYSQL("ALTER TABLE orders ADD x CHARACTER VARYING(10)", "?");
    MYSQL("ALTER TABLE orders ADD x VARCHAR(10) CHARACTER SET binary", "?");
}

static void the_key_is_followed_or_given_up(void **state)
{
    (void)state;
    MYSQL("ALTER TABLE orders DROP PRIMARY KEY, ADD PRIMARY KEY (amount, id DESC)",
          "id int!*1, name varchar(20) latin1, amount int!*0");
    MYSQL("ALTER TABLE orders DROP PRIMARY KEY", "?");
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
    MYSQL("ALTER TABLE _orders_new RENAME TO orders", "?");
    MYSQL("RENAME TABLE orders TO _old, _new TO orders", "?");
    MYSQL("ALTER TABLE orders RENAME TO x", "?");
    MYSQL("ALTER TABLE orders CONVERT TO CHARACTER SET utf8mb4", "?");
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
    MYSQL("CREATE TABLE orders (a INT, b VARCHAR(9), PRIMARY KEY (a))", "?");
    MYSQL("CREATE OR REPLACE TABLE shop.orders (a INT KEY, INDEX (a), b VARBINARY(9) DEFAULT x'41') "
          "COMMENT='c'",
          "a int!*0, b varbinary(9)");
    MYSQL("CREATE TABLE IF NOT EXISTS orders (a INT)", "?");
    MYSQL("CREATE TABLE orders LIKE other", "?");
    MYSQL("CREATE TABLE orders (a INT) AS SELECT 1 AS a", "?");
    MYSQL("DROP TABLE orders", "");
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
        cmocka_unit_test(any_statement_cut_anywhere_is_read_to_its_end_and_no_further),
    };

    return cmocka_run_group_tests_name("mysql ddl reader", tests, NULL, NULL);
}
