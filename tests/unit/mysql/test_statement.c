/* What a logged statement does to which table. */
#include "../cm.h"

#include <stdlib.h>

#include <string.h>

#include "source_host.h"
#include "statement.h"

static bool names(const char *sql, const char *current)
{
    return kc_statement_names(source_str(sql), source_str(current), "shop", "orders");
}

static enum kc_statement_kind kind(const char *sql)
{
    return kc_statement_kind(source_str(sql));
}

static void the_first_word_tells_the_kind(void **state)
{
    (void)state;
    assert_int_equal(kind("ALTER TABLE a ADD b INT"), KC_STATEMENT_TABLES);
    assert_int_equal(kind("rename table a to b"), KC_STATEMENT_TABLES);
    assert_int_equal(kind("/* who */ drop /* what */ table a"), KC_STATEMENT_TABLES);
    assert_int_equal(kind("-- a remark\ncreate table a (b int)"), KC_STATEMENT_TABLES);
    assert_int_equal(kind("# a remark\n/*!40101 CREATE */ TABLE a (b int)"), KC_STATEMENT_TABLES);
    assert_int_equal(kind("TRUNCATE a"), KC_STATEMENT_TRUNCATE);
    assert_int_equal(kind("drop database if exists shop"), KC_STATEMENT_DATABASE);
    assert_int_equal(kind("INSERT INTO a VALUES (1)"), KC_STATEMENT_ROWS);
    assert_int_equal(kind("GRANT ALL ON *.* TO b"), KC_STATEMENT_OTHER);
    assert_int_equal(kind(""), KC_STATEMENT_OTHER);
    assert_int_equal(kind("/*"), KC_STATEMENT_OTHER);
}

static void a_table_is_found_however_it_is_quoted(void **state)
{
    (void)state;
    assert_true(names("ALTER TABLE orders ADD b INT", "shop"));
    assert_true(names("alter table `orders` add b int", "shop"));
    assert_true(names("ALTER TABLE \"orders\" ADD b INT", "shop"));
    assert_true(names("ALTER TABLE shop.orders ADD b INT", "other"));
    assert_true(names("ALTER TABLE `shop` . `orders` ADD b INT", ""));
    assert_true(names("ALTER/**/TABLE/**/orders ADD b INT", "shop"));
    assert_true(names("RENAME TABLE a TO b, Orders TO c", "shop"));
    assert_true(names("/*!50000 ALTER TABLE orders */ ADD b INT", "shop"));
    assert_true(names("DROP TABLE `a``b`, orders", "shop"));
}

static void a_table_of_another_database_is_another_table(void **state)
{
    (void)state;
    assert_false(names("ALTER TABLE orders ADD b INT", "other"));
    assert_false(names("ALTER TABLE other.orders ADD b INT", "shop"));
    assert_false(names("ALTER TABLE orders2 ADD b INT", "shop"));
    assert_false(names("ALTER TABLE a COMMENT 'orders'", "shop"));
    assert_false(names("ALTER TABLE a /* orders */ ADD b INT", "shop"));
    assert_false(names("ALTER TABLE a ADD b INT -- orders", "shop"));
}

static void a_database_is_found_by_its_name(void **state)
{
    (void)state;
    assert_true(names("DROP DATABASE `shop`", ""));
    assert_false(names("DROP DATABASE other", "shop"));
}

static void only_the_target_of_a_change_of_rows_counts(void **state)
{
    (void)state;
    assert_true(names("INSERT INTO orders VALUES (1)", "shop"));
    assert_true(names("UPDATE orders SET a = 1", "shop"));
    assert_true(names("DELETE FROM orders WHERE a = 1", "shop"));
    assert_false(names("INSERT INTO a SELECT * FROM orders", "shop"));
    assert_false(names("DELETE FROM a WHERE b IN (SELECT c FROM orders)", "shop"));
}

/* Whatever stands there, reading ends inside the text: the last byte has nothing behind it. */
static void any_text_cut_anywhere_is_read_to_its_end_and_no_further(void **state)
{
    static const char sql[] =
        "ALTER /*!50000 x */ TABLE `a``b`.\"c\\\"d\" # y\nADD 'e\\'f' -- g\n/* h */ orders";

    (void)state;
    for (size_t n = 0; n < sizeof(sql); n++) {
        char *copy = strndup(sql, n);
        struct kc_str text = {copy, (uint32_t)n, 0};

        (void)kc_statement_names(text, source_str("shop"), "shop", "orders");
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_word_tells_the_kind),
        cmocka_unit_test(a_table_is_found_however_it_is_quoted),
        cmocka_unit_test(a_table_of_another_database_is_another_table),
        cmocka_unit_test(a_database_is_found_by_its_name),
        cmocka_unit_test(only_the_target_of_a_change_of_rows_counts),
        cmocka_unit_test(any_text_cut_anywhere_is_read_to_its_end_and_no_further),
    };

    return cmocka_run_group_tests_name("mysql statement", tests, NULL, NULL);
}
