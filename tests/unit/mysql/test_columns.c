/* Single values by hand: both directions of a family agree, edges are kept, texts that cannot be are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "calendar.h"
#include "charset.h"
#include "column.h"
#include "fake_host.h"
#include "fixture.h"
#include "zero_date.h"

#include <stdlib.h>

static struct kc_error err = {.struct_size = sizeof(err)};
static struct kc_arena arena;

static struct kc_table *one_column(const char *type_text, const char *charset)
{
    struct kc_table *t = fixture_table("test", "t");
    char data_type[40];

    snprintf(data_type, sizeof(data_type), "%.*s", (int)strcspn(type_text, "( "), type_text);
    (void)fixture_column(t, "c", type_text, data_type, charset, 1);
    return t;
}

/* The value of a text as value_print() shows it; "refused" where the text is none of the type. */
static void assert_reads(const char *type_text, const char *text, const char *expected)
{
    struct kc_table *t = one_column(type_text, strstr(type_text, "char") != NULL ? "utf8mb4" : NULL);
    struct kc_value v;
    char *shown;
    size_t len;
    FILE *out = open_memstream(&shown, &len);
    kc_status status = kc_column_from_text(&t->columns[0], text, (uint32_t)strlen(text), &arena, &v, &err);

    if (status < 0)
        fputs("refused", out);
    else
        value_print(out, &v);
    fclose(out);
    assert_string_equal(shown, expected);
    free(shown);
    fixture_table_free(t);
    fake_arena_reset(&arena);
}

static void decimals_are_as_short_as_they_can_be(void **state)
{
    (void)state;
    assert_reads("decimal(10,2)", "0.00", "bytes 00");
    assert_reads("decimal(10,2)", "-0.01", "bytes ff");
    assert_reads("decimal(10,2)", "1.27", "bytes 7f");
    assert_reads("decimal(10,2)", "1.28", "bytes 0080");
    assert_reads("decimal(10,2)", "-1.28", "bytes 80");
    assert_reads("decimal(10,2)", "-1.29", "bytes ff7f");
    assert_reads("decimal(18,0)", "999999999999999999", "bytes 0de0b6b3a763ffff");
    assert_reads("decimal(18,0)", "-999999999999999999", "bytes f21f494c589c0001");
    assert_reads("decimal(30,0)", "0", "bytes 00");
    assert_reads("decimal(30,0)", "-1", "bytes ff");
    assert_reads("decimal(30,0)", "-128", "bytes 80");
    assert_reads("decimal(30,0)", "255", "bytes 00ff");
    assert_reads("decimal(30,0)", "4294967296", "bytes 0100000000");
    assert_reads("decimal(30,0)", "-4294967296", "bytes ff00000000");
    assert_reads("decimal(10,2) unsigned zerofill", "00000012.50", "bytes 04e2");
}

static void decimal_texts_that_cannot_be_are_refused(void **state)
{
    (void)state;
    assert_reads("decimal(10,2)", "1.2", "refused");
    assert_reads("decimal(10,2)", "1", "refused");
    assert_reads("decimal(10,2)", "1.2.3", "refused");
    assert_reads("decimal(10,2)", "", "refused");
    assert_reads("decimal(10,0)", "-", "refused");
    assert_reads("decimal(10,0)", "1e5", "refused");
}

static void integers_keep_their_whole_range(void **state)
{
    (void)state;
    assert_reads("tinyint", "-128", "int16 -128");
    assert_reads("tinyint unsigned", "255", "int16 255");
    assert_reads("smallint unsigned", "65535", "int32 65535");
    assert_reads("mediumint unsigned", "16777215", "int32 16777215");
    assert_reads("int unsigned", "4294967295", "int64 4294967295");
    assert_reads("bigint", "-9223372036854775808", "int64 -9223372036854775808");
    assert_reads("bigint unsigned", "18446744073709551615", "uint64 18446744073709551615");
    assert_reads("int(10) unsigned zerofill", "0000000007", "int64 7");
    assert_reads("bigint unsigned", "18446744073709551616", "refused");
    assert_reads("int", "1.5", "refused");
    assert_reads("int", "-", "refused");
    assert_reads("int", "", "refused");
}

static void floats_are_read_exactly(void **state)
{
    (void)state;
    assert_reads("double", "0.1", "float64 0x1.999999999999ap-4");
    assert_reads("double", "-0", "float64 -0x0p+0");
    assert_reads("float", "0.10000000149011612", "float32 0x1.99999ap-4");
    assert_reads("double", "1.7976931348623157e308", "float64 0x1.fffffffffffffp+1023");
    assert_reads("double", "x", "refused");
    assert_reads("double", "", "refused");
}

static void dates_that_do_not_exist_are_null(void **state)
{
    (void)state;
    assert_reads("date", "1970-01-01", "int32 0");
    assert_reads("date", "2021-03-03", "int32 18689");
    assert_reads("date", "0001-01-01", "int32 -719162");
    assert_reads("date", "9999-12-31", "int32 2932896");
    assert_reads("date", "0000-00-00", "null");
    assert_reads("date", "2021-00-00", "null");
    assert_reads("date", "2021-02-29", "null");
    assert_reads("date", "2024-02-29", "int32 19782");
    assert_reads("date", "1900-02-29", "null");
    assert_reads("date", "2021-3-3", "refused");
    assert_reads("date", "2021-03-03 00:00:00", "refused");
}

static void datetimes_count_milliseconds_or_microseconds(void **state)
{
    (void)state;
    assert_reads("datetime", "2021-03-03 05:21:10", "int64 1614748870000");
    assert_reads("datetime(3)", "2021-03-03 05:21:10.123", "int64 1614748870123");
    assert_reads("datetime(6)", "2021-03-03 05:21:10.123456", "int64 1614748870123456");
    assert_reads("datetime(2)", "1969-12-31 23:59:59.99", "int64 -10");
    assert_reads("datetime", "0000-00-00 00:00:00", "null");
    assert_reads("datetime", "2021-03-03", "refused");
    assert_reads("datetime(6)", "2021-03-03 05:21:10.", "refused");
}

static void timestamps_print_as_many_digits_as_they_have(void **state)
{
    (void)state;
    /* 2021-03-03T05:21:10Z */
    assert_reads("timestamp", "2021-03-03 05:21:10", "string 323032312d30332d30335430353a32313a31305a");
    /* 2021-03-03T05:21:10.12Z */
    assert_reads("timestamp(2)", "2021-03-03 05:21:10.12",
                 "string 323032312d30332d30335430353a32313a31302e31325a");
    assert_reads("timestamp", "0000-00-00 00:00:00", "null");
}

static void times_are_signed_durations(void **state)
{
    (void)state;
    assert_reads("time", "10:11:12", "int64 36672000000");
    assert_reads("time(6)", "-838:59:59.000001", "int64 -3020399000001");
    assert_reads("time(1)", "-00:00:00.1", "int64 -100000");
    assert_reads("time", "10:11", "refused");
    assert_reads("time(3)", "10:11:12.", "refused");
    assert_reads("time(3)", "10:11:12.1234567", "refused");
}

static void years_and_bits_are_read(void **state)
{
    (void)state;
    assert_reads("year", "2021", "int32 2021");
    assert_reads("year", "0000", "int32 0");
    assert_reads("year", "21", "refused");
    assert_reads("bit(1)", "\1", "boolean 1");
    assert_reads("bit(10)", "\2\1", "bytes 0102");
    assert_reads("bit(10)", "\2", "refused");
}

static void labels_are_unquoted(void **state)
{
    struct kc_table *t = one_column("enum('a','it''s','x,y','','back\\\\slash')", "utf8mb4");
    struct kc_column *c = &t->columns[0];
    const struct kc_schema *s;

    (void)state;
    assert_int_equal(c->family, KC_FAMILY_ENUM);
    assert_int_equal(c->n_labels, 5);
    assert_string_equal(c->labels[1], "it's");
    assert_string_equal(c->labels[2], "x,y");
    assert_string_equal(c->labels[3], "");
    assert_string_equal(c->labels[4], "back\\slash");
    assert_int_equal(kc_column_schema(NULL, c, &s, &err), KC_OK);
    assert_string_equal(s->name.ptr, "io.debezium.data.Enum");
    assert_int_equal(s->params.len, 2);
    fixture_table_free(t);
}

/* COLUMN_TYPE shows characters beyond utf8mb3 as question marks: such labels are not known. */
static void labels_that_may_be_wrong_are_not_followed(void **state)
{
    struct kc_table *wide = one_column("enum('a','?')", "utf8mb4"),
                    *narrow = one_column("set('a','?')", "latin1"), *broken = one_column("enum('a", "latin1");

    (void)state;
    assert_int_equal(wide->columns[0].family, KC_FAMILY_UNSUPPORTED);
    assert_int_equal(narrow->columns[0].family, KC_FAMILY_SET);
    assert_int_equal(broken->columns[0].family, KC_FAMILY_UNSUPPORTED);
    fixture_table_free(wide);
    fixture_table_free(narrow);
    fixture_table_free(broken);
}

static void seconds_become_dates_and_back(void **state)
{
    (void)state;
    for (uint64_t s = 1; s < (UINT64_C(1) << 32); s += 86400 * 5 + 12347) {
        struct kc_civil c = kc_civil_from_seconds(s);

        assert_true(kc_civil_has_date(&c));
        assert_int_equal(kc_civil_microseconds(&c), s * 1000000);
    }
}

static void char_loses_its_padding_and_varchar_does_not(void **state)
{
    (void)state;
    assert_reads("char(5)", "a  ", "string 61");
    assert_reads("varchar(5)", "a  ", "string 612020");
    assert_reads("binary(4)", "a", "bytes 61000000");
    assert_reads("varbinary(4)", "a", "bytes 61");
}

static void latin1_is_what_mysql_calls_it(void **state)
{
    static const uint8_t bytes[] = {'a', 0x80, 0x81, 0xe9, 0xff, 'b'};
    static const char utf8[] = "a\xe2\x82\xac\xc2\x81\xc3\xa9\xc3\xbf"
                               "b";
    struct kc_value v = {0};

    (void)state;
    assert_true(kc_charset_to_utf8(KC_CHARSET_LATIN1, bytes, sizeof(bytes), &arena, &v));
    assert_int_equal(v.len, sizeof(utf8) - 1);
    assert_memory_equal(v.as.str, utf8, v.len);
    assert_true(kc_charset_to_utf8(KC_CHARSET_ASCII, bytes, sizeof(bytes), &arena, &v));
    assert_int_equal(v.len, sizeof(bytes));
    assert_memory_equal(v.as.str, "a????b", v.len);
    assert_true(
        kc_charset_to_utf8(KC_CHARSET_LATIN1, (const uint8_t *)"plain text of ascii", 19, &arena, &v));
    assert_memory_equal(v.as.str, "plain text of ascii", 19);
    fake_arena_reset(&arena);
}

static void types_that_are_not_followed_are_named(void **state)
{
    static const char *const types[][2] = {
        {"geometry", NULL}, {"varchar(10)", "filename"}, {"uuid", NULL}, {"vector(3)", NULL}};

    (void)state;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        struct kc_table *t = one_column(types[i][0], types[i][1]);

        assert_int_equal(t->columns[0].family, KC_FAMILY_UNSUPPORTED);
        assert_int_equal(kc_column_unsupported("t", &t->columns[0], &err), KC_ERR_CONFIG);
        assert_non_null(strstr(err.message, "column t.c has type"));
        fixture_table_free(t);
    }
}

static void select_expressions_quote_names(void **state)
{
    struct kc_table *t = one_column("float", NULL);
    char text[40];

    (void)state;
    assert_int_equal(kc_column_select_expr(&t->columns[0], text, sizeof(text)), 11);
    assert_string_equal(text, "(`c` * 1e0)");
    assert_int_equal(kc_column_select_expr(&t->columns[0], text, 5), 11);
    assert_string_equal(text, "(`c`");
    free(t->columns[0].name);
    t->columns[0].name = strdup("a`b");
    t->columns[0].family = KC_FAMILY_INTEGER;
    (void)kc_column_select_expr(&t->columns[0], text, sizeof(text));
    assert_string_equal(text, "`a``b`");
    fixture_table_free(t);
}

static void schemas_carry_type_and_parameters(void **state)
{
    struct kc_table *t = one_column("decimal(10,2) unsigned", NULL);
    const struct kc_schema *s;

    (void)state;
    assert_int_equal(kc_column_schema(NULL, &t->columns[0], &s, &err), KC_OK);
    assert_int_equal(s->type, KC_BYTES);
    assert_int_equal(s->optional, 1);
    assert_int_equal(s->version, 1);
    assert_string_equal(s->name.ptr, "org.apache.kafka.connect.data.Decimal");
    assert_int_equal(s->params.len, 3);
    assert_string_equal(s->params.kvs[0].key.ptr, "scale");
    assert_string_equal(s->params.kvs[1].key.ptr, "connect.decimal.precision");
    assert_string_equal(s->params.kvs[2].key.ptr, "__debezium.source.column.type");
    fixture_table_free(t);
}

/* What a text becomes in a column of table t with zero.date.mode set; "refused" with the reason where it is refused. */
static void assert_zero(const char *type_text, int mode, int32_t key_position, const char *text,
                        const char *expected)
{
    struct kc_table *t = one_column(type_text, NULL);
    struct kc_value v;
    char *shown;
    size_t len;
    FILE *out = open_memstream(&shown, &len);
    kc_status status;

    t->columns[0].table = t;
    t->columns[0].zero_date = (uint8_t)mode;
    t->columns[0].key_position = key_position;
    status = kc_column_from_text(&t->columns[0], text, (uint32_t)strlen(text), &arena, &v, &err);
    if (status < 0)
        fprintf(out, "refused %d", status == KC_ERR_CONFIG);
    else
        value_print(out, &v);
    fclose(out);
    assert_string_equal(shown, expected);
    free(shown);
    fixture_table_free(t);
    fake_arena_reset(&arena);
}

static void dates_that_do_not_exist_go_by_the_mode(void **state)
{
    static const char *const dates[] = {"0000-00-00", "2020-00-15", "2020-01-00", "2021-02-31"};

    (void)state;
    for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
        char text[40];

        snprintf(text, sizeof(text), "%s 00:00:00", dates[i]);
        assert_zero("date", KC_ZERO_DATE_NULL, -1, dates[i], "null");
        assert_zero("date", KC_ZERO_DATE_EPOCH, -1, dates[i], "int32 0");
        assert_zero("date", KC_ZERO_DATE_FAIL, -1, dates[i], "refused 1");
        assert_zero("datetime", KC_ZERO_DATE_NULL, -1, text, "null");
        assert_zero("datetime", KC_ZERO_DATE_EPOCH, -1, text, "int64 0");
        assert_zero("datetime", KC_ZERO_DATE_FAIL, -1, text, "refused 1");
        /* Of a key only the whole zero is replaced: the others would come to be one. */
        assert_zero("date", KC_ZERO_DATE_NULL, 0, dates[i], i == 0 ? "null" : "refused 1");
        assert_zero("date", KC_ZERO_DATE_EPOCH, 0, dates[i], i == 0 ? "int32 0" : "refused 1");
    }
    assert_zero("datetime", KC_ZERO_DATE_EPOCH, 0, "0000-00-00 01:00:00", "refused 1");
    assert_non_null(strstr(err.message, "column c of the key of table t"));
    assert_zero("timestamp", KC_ZERO_DATE_FAIL, -1, "0000-00-00 00:00:00", "refused 1");
    assert_non_null(strstr(err.message, "zero.date.mode is fail"));
    assert_zero("timestamp(3)", KC_ZERO_DATE_EPOCH, -1, "0000-00-00 00:00:00.000",
                "string 313937302d30312d30315430303a30303a30302e3030305a"); /* 1970-01-01T00:00:00.000Z */
    assert_zero("year", KC_ZERO_DATE_FAIL, -1, "0000", "int32 0");
}

static void dates_as_text_are_what_select_shows(void **state)
{
    static const char *const texts[][2] = {
        {"date", "0000-00-00"},
        {"date", "2021-02-31"},
        {"date", "9999-12-31"},
        {"datetime", "2020-00-15 23:59:59"},
        {"datetime(6)", "2020-01-00 01:02:03.000456"},
        {"timestamp", "0000-00-00 00:00:00"},
        {"timestamp(1)", "2038-01-19 03:14:07.9"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        char expected[80] = "string ";

        for (const char *p = texts[i][1]; *p != '\0'; p++)
            snprintf(expected + strlen(expected), 3, "%02x", (unsigned char)*p);
        assert_zero(texts[i][0], KC_ZERO_DATE_STRING, -1, texts[i][1], expected);
        assert_zero(texts[i][0], KC_ZERO_DATE_STRING, 0, texts[i][1], expected);
    }
}

static void fields_that_zero_dates_make_null_are_optional(void **state)
{
    static const char *const types[] = {"date", "datetime(6)", "timestamp", "time", "int"};

    (void)state;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        for (int mode = KC_ZERO_DATE_NULL; mode <= KC_ZERO_DATE_FAIL; mode++) {
            struct kc_table *t = one_column(types[i], NULL);
            const struct kc_schema *s;

            t->columns[0].nullable = false;
            t->columns[0].zero_date = (uint8_t)mode;
            assert_int_equal(kc_column_schema(NULL, &t->columns[0], &s, &err), KC_OK);
            assert_int_equal(s->optional, mode == KC_ZERO_DATE_NULL && i < 3);
            if (i < 3 && mode == KC_ZERO_DATE_STRING) {
                assert_int_equal(s->type, KC_STRING);
                assert_int_equal(s->name.len, 0);
            }
            fixture_table_free(t);
        }
}

static void the_json_of_mariadb_is_a_text_of_that_name(void **state)
{
    struct kc_table *t = fixture_table("test", "t");
    const struct kc_schema *s;

    (void)state;
    assert_int_equal(fixture_column(t, "c", "longtext", "json", "utf8mb4", 1), 0);
    assert_int_equal(t->columns[0].family, KC_FAMILY_STRING);
    assert_int_equal(kc_column_schema(NULL, &t->columns[0], &s, &err), KC_OK);
    assert_int_equal(s->type, KC_STRING);
    assert_string_equal(s->name.ptr, "io.debezium.data.Json");
    fixture_table_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_json_of_mariadb_is_a_text_of_that_name),
        cmocka_unit_test(dates_that_do_not_exist_go_by_the_mode),
        cmocka_unit_test(dates_as_text_are_what_select_shows),
        cmocka_unit_test(fields_that_zero_dates_make_null_are_optional),
        cmocka_unit_test(decimals_are_as_short_as_they_can_be),
        cmocka_unit_test(decimal_texts_that_cannot_be_are_refused),
        cmocka_unit_test(integers_keep_their_whole_range),
        cmocka_unit_test(floats_are_read_exactly),
        cmocka_unit_test(dates_that_do_not_exist_are_null),
        cmocka_unit_test(datetimes_count_milliseconds_or_microseconds),
        cmocka_unit_test(timestamps_print_as_many_digits_as_they_have),
        cmocka_unit_test(times_are_signed_durations),
        cmocka_unit_test(years_and_bits_are_read),
        cmocka_unit_test(labels_are_unquoted),
        cmocka_unit_test(labels_that_may_be_wrong_are_not_followed),
        cmocka_unit_test(seconds_become_dates_and_back),
        cmocka_unit_test(char_loses_its_padding_and_varchar_does_not),
        cmocka_unit_test(latin1_is_what_mysql_calls_it),
        cmocka_unit_test(types_that_are_not_followed_are_named),
        cmocka_unit_test(select_expressions_quote_names),
        cmocka_unit_test(schemas_carry_type_and_parameters),
    };

    arena = fake_arena();
    return cmocka_run_group_tests_name("columns", tests, NULL, NULL);
}
