/* Binary JSON to text: made by hand, and damaged. Integration tests compare it with the server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_host.h"
#include "json_binary.h"
#include "le.h"

#include <stdbool.h>
#include <stdlib.h>

static struct kc_arena arena;

static void assert_prints(const char *bytes, size_t len, const char *text)
{
    struct kc_value v = {0};

    assert_int_equal(kc_json_binary_print((const uint8_t *)bytes, (uint32_t)len, &arena, &v), KC_OK);
    if (v.type != KC_STRING || v.len != strlen(text) || memcmp(v.as.str, text, v.len) != 0)
        fail_msg("%.*s is not %s", (int)v.len, v.as.str, text);
    fake_arena_reset(&arena);
}

static void assert_refused(const char *bytes, size_t len)
{
    struct kc_value v = {0};
    uint8_t *copy = malloc(len); /* so that a sanitizer sees what is read beyond it */

    memcpy(copy, bytes, len);
    assert_int_equal(kc_json_binary_print(copy, (uint32_t)len, &arena, &v), KC_ERR_FATAL);
    free(copy);
    fake_arena_reset(&arena);
}

#define ASSERT_PRINTS(bytes, text) assert_prints(bytes, sizeof(bytes) - 1, text)
#define ASSERT_REFUSED(bytes)      assert_refused(bytes, sizeof(bytes) - 1)

static void scalars_stand_alone(void **state)
{
    (void)state;
    ASSERT_PRINTS("", "null");
    ASSERT_PRINTS("\x04\x00", "null");
    ASSERT_PRINTS("\x04\x01", "true");
    ASSERT_PRINTS("\x04\x02", "false");
    ASSERT_PRINTS("\x05\xff\xff", "-1");
    ASSERT_PRINTS("\x06\xff\xff", "65535");
    ASSERT_PRINTS("\x07\x00\x00\x00\x80", "-2147483648");
    ASSERT_PRINTS("\x08\xff\xff\xff\xff", "4294967295");
    ASSERT_PRINTS("\x09\x00\x00\x00\x00\x00\x00\x00\x80", "-9223372036854775808");
    ASSERT_PRINTS("\x0a\xff\xff\xff\xff\xff\xff\xff\xff", "18446744073709551615");
    ASSERT_PRINTS("\x0b\x00\x00\x00\x00\x00\x00\xf8\x3f", "1.5");
    ASSERT_PRINTS("\x0c\x03"
                  "a\"b",
                  "\"a\\\"b\"");
    ASSERT_PRINTS("\x0c\x06\x01\x1f\n\\\x7f/", "\"\\u0001\\u001f\\n\\\\\x7f/\"");
}

static void doubles_have_the_fewest_digits(void **state)
{
    static const struct {
        double v;
        const char *text;
    } numbers[] = {{0, "0.0"},
                   {-0.0, "-0.0"},
                   {1, "1.0"},
                   {-0.1, "-0.1"},
                   {1e14, "100000000000000.0"},
                   {1e15, "1e15"},
                   {1e-15, "0.000000000000001"},
                   {1e-16, "1e-16"},
                   {1.5e300, "1.5e300"},
                   {5e-324, "5e-324"},
                   {0x1p-44, "0.00000000000005684341886080802"},
                   {0.30000000000000004, "0.30000000000000004"},
                   {1000000000000000.1, "1000000000000000.1"},
                   {1.7976931348623157e308, "1.7976931348623157e308"}};
    char bytes[9] = {11};

    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        memcpy(bytes + 1, &numbers[i].v, 8);
        assert_prints(bytes, sizeof(bytes), numbers[i].text);
    }
    ASSERT_REFUSED("\x0b\x00\x00\x00\x00\x00\x00\xf0\x7f");
}

static void sql_values_are_text(void **state)
{
    (void)state;
    ASSERT_PRINTS("\x0f\xf6\x07\x0b\x02\x80\x00\x00\x01\x32", "1.50");
    ASSERT_PRINTS("\x0f\xf6\x03\x02\x02\x4d", "-0.50");
    ASSERT_PRINTS("\x0f\x0a\x08\x00\x00\x00\x00\x00\x1e\x95\x19", "\"2015-01-15\"");
    ASSERT_PRINTS("\x0f\xfc\x02\x01\x02", "\"base64:type252:AQI=\"");
    ASSERT_PRINTS("\x0f\x10\x00", "\"base64:type16:\"");
    ASSERT_REFUSED("\x0f\xf6\x02\x0b\x02");
    ASSERT_REFUSED("\x0f\xf6\x03\x02\x02\xff\xff");
    ASSERT_REFUSED("\x0f\xf6\x04\x02\x02\xff\x00");
    ASSERT_REFUSED("\x0f\x0a\x07\x00\x00\x00\x00\x00\x5e\x95");
    ASSERT_REFUSED("\x0f");
}

static void containers_are_spaced_as_the_server_does(void **state)
{
    (void)state;
    ASSERT_PRINTS("\x00\x00\x00\x04\x00", "{}");
    ASSERT_PRINTS("\x02\x00\x00\x04\x00", "[]");
    ASSERT_PRINTS("\x02\x03\x00\x10\x00\x05\x01\x00\x04\x00\x00\x0c\x0d\x00\x02xy", "[1, null, \"xy\"]");
    ASSERT_PRINTS("\x00\x02\x00\x15\x00\x12\x00\x01\x00\x13\x00\x02\x00\x05\x01\x00\x04\x01\x00"
                  "abc",
                  "{\"a\": 1, \"bc\": true}");
    ASSERT_PRINTS("\x03\x01\x00\x00\x00\x0d\x00\x00\x00\x07\xff\xff\xff\xff", "[-1]");
}

static void damaged_documents_are_refused(void **state)
{
    static const char document[] =
        "\x00\x02\x00\x15\x00\x12\x00\x01\x00\x13\x00\x02\x00\x05\x01\x00\x04\x01\x00"
        "abc";

    (void)state;
    for (size_t len = 1; len < sizeof(document) - 1; len++)
        assert_refused(document, len);
    ASSERT_REFUSED("\x0d\x00");
    ASSERT_REFUSED("\x04\x03");
    ASSERT_REFUSED("\x0c\x85");
    ASSERT_REFUSED("\x0c\xff\xff\xff\xff\xff\x01");
    ASSERT_REFUSED("\x02\xff\xff\x04\x00");
    ASSERT_REFUSED("\x02\x01\x00\x07\x00\x02\x07\x00");
}

/* Arrays of two entries that both lead to the next array: 2^90 numbers in 1 KB. */
static void a_document_that_would_never_end_is_refused(void **state)
{
    enum { LEVELS = 90, ARRAY_BYTES = 10 };
    uint8_t document[1 + LEVELS * ARRAY_BYTES] = {2};

    (void)state;
    for (int i = 0; i < LEVELS; i++) {
        uint8_t *p = document + 1 + i * ARRAY_BYTES;
        bool last = i == LEVELS - 1;

        p[0] = 2;
        kc_put_le16(p + 2, (uint16_t)(ARRAY_BYTES * (LEVELS - i)));
        for (int entry = 0; entry < 2; entry++) {
            p[4 + 3 * entry] = last ? 5 : 2;
            kc_put_le16(p + 5 + 3 * entry, ARRAY_BYTES);
        }
    }
    assert_refused((const char *)document, sizeof(document));
}

/* Each array holds the next one; the server stops at 100. */
static void nesting_ends_at_the_servers_limit(void **state)
{
    enum { ARRAY_BYTES = 7, LEVELS = 101 };

    (void)state;
    for (int levels = 100; levels <= LEVELS; levels++) {
        uint8_t document[1 + LEVELS * ARRAY_BYTES] = {2};
        struct kc_value v = {0};

        for (int i = 0; i < levels; i++) {
            uint8_t *p = document + 1 + i * ARRAY_BYTES;

            p[0] = 1;
            kc_put_le16(p + 2, (uint16_t)(ARRAY_BYTES * (levels - i)));
            p[4] = i == levels - 1 ? 5 : 2;
            kc_put_le16(p + 5, ARRAY_BYTES);
        }
        assert_int_equal(kc_json_binary_print(document, (uint32_t)(1 + levels * ARRAY_BYTES), &arena, &v),
                         levels == 100 ? KC_OK : KC_ERR_FATAL);
    }
    fake_arena_reset(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars_stand_alone),
        cmocka_unit_test(doubles_have_the_fewest_digits),
        cmocka_unit_test(sql_values_are_text),
        cmocka_unit_test(containers_are_spaced_as_the_server_does),
        cmocka_unit_test(damaged_documents_are_refused),
        cmocka_unit_test(a_document_that_would_never_end_is_refused),
        cmocka_unit_test(nesting_ends_at_the_servers_limit),
    };

    arena = fake_arena();
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
