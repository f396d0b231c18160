/* Numbers, decimals and base64 as text. */
#include "base64.h"
#include "decimal_text.h"
#include "json_number.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static char buffer[KC_DECIMAL_TEXT_BYTES + 1];

static const char *of_int(int64_t v)
{
    *kc_put_i64((uint8_t *)buffer, v) = 0;
    return buffer;
}

static const char *of_unsigned(uint64_t v)
{
    *kc_put_u64((uint8_t *)buffer, v) = 0;
    return buffer;
}

static const char *of_double(double v)
{
    uint8_t *end = kc_put_double((uint8_t *)buffer, v);

    assert_true(end - (uint8_t *)buffer <= KC_NUMBER_BYTES);
    *end = 0;
    return buffer;
}

static const char *of_float(float v)
{
    *kc_put_float((uint8_t *)buffer, v) = 0;
    return buffer;
}

static void integers_of_every_length(void **state)
{
    char expected[24];
    uint64_t v = 0;

    (void)state;
    for (int digits = 0; digits < 20; digits++) {
        for (int64_t off = -1; off <= 1; off++) {
            uint64_t u = v + (uint64_t)off;

            (void)snprintf(expected, sizeof(expected), "%llu", (unsigned long long)u);
            assert_string_equal(of_unsigned(u), expected);
            (void)snprintf(expected, sizeof(expected), "%lld", (long long)u);
            assert_string_equal(of_int((int64_t)u), expected);
        }
        v = v == 0 ? 1 : v * 10;
    }
    assert_string_equal(of_int(INT64_MIN), "-9223372036854775808");
    assert_string_equal(of_unsigned(UINT64_MAX), "18446744073709551615");
}

static void doubles_have_a_plain_form_where_it_is_short(void **state)
{
    (void)state;
    assert_string_equal(of_double(0), "0.0");
    assert_string_equal(of_double(-0.0), "-0.0");
    assert_string_equal(of_double(1), "1.0");
    assert_string_equal(of_double(-1234567.25), "-1234567.25");
    assert_string_equal(of_double(0.1), "0.1");
    assert_string_equal(of_double(0.1 + 0.2), "0.30000000000000004");
    assert_string_equal(of_double(1e20), "100000000000000000000.0");
    assert_string_equal(of_double(1e21), "1.0e21");
    assert_string_equal(of_double(1e-6), "0.000001");
    assert_string_equal(of_double(1.5e-7), "1.5e-7");
    assert_string_equal(of_double(DBL_MAX), "1.7976931348623157e308");
    assert_string_equal(of_double(DBL_MIN), "2.2250738585072014e-308");
    assert_string_equal(of_double(5e-324), "5.0e-324");
    assert_string_equal(of_double(9007199254740993.0), "9007199254740992.0");
    assert_string_equal(of_double((double)NAN), "\"NaN\"");
    assert_string_equal(of_double((double)INFINITY), "\"Infinity\"");
}

static void floats_have_the_digits_of_a_float(void **state)
{
    (void)state;
    assert_string_equal(of_float(0.1f), "0.1");
    assert_string_equal(of_float(3.4028235e38f), "3.4028235e38");
    assert_string_equal(of_float(16777216.0f), "16777216.0");
    assert_string_equal(of_float(1.1754944e-38f), "1.1754944e-38");
    assert_string_equal(of_float(-2.5f), "-2.5");
}

/* Digits of the text that carry value. */
static int significant(const char *s)
{
    int n = 0, zeros = 0;

    for (; *s != 0 && *s != 'e'; s++) {
        if (*s < '0' || *s > '9' || (n == 0 && *s == '0'))
            continue;
        zeros = *s == '0' ? zeros + 1 : 0;
        n++;
    }
    return n - zeros;
}

static void random_reals_read_back_and_none_is_longer_than_needed(void **state)
{
    uint64_t x = 88172645463325252u;
    char shorter[40];

    (void)state;
    for (int i = 0; i < 60000; i++) {
        double d;
        float f;

        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        memcpy(&d, &x, sizeof(d));
        if (i % 3 == 0)
            d = (double)(int64_t)(x >> 20) / 10000; /* what people store */
        if (!isfinite(d) || d == 0)
            continue;
        assert_true(strtod(of_double(d), NULL) == d);
        if (significant(buffer) > 1) {
            (void)snprintf(shorter, sizeof(shorter), "%.*e", significant(buffer) - 2, d);
            assert_true(strtod(shorter, NULL) != d);
        }
        f = (float)d;
        if (!isfinite(f) || f == 0)
            continue;
        assert_true(strtof(of_float(f), NULL) == f);
        if (significant(buffer) > 1) {
            (void)snprintf(shorter, sizeof(shorter), "%.*e", significant(buffer) - 2, (double)f);
            assert_true(strtof(shorter, NULL) != f);
        }
    }
}

static const char *decimal(const char *bytes, size_t n, int32_t scale)
{
    size_t len = kc_decimal_text((uint8_t *)buffer, (const uint8_t *)bytes, n, scale);

    buffer[len] = 0;
    return buffer;
}

static void decimals_of_a_few_bytes(void **state)
{
    (void)state;
    assert_string_equal(decimal("\x00", 1, 0), "0");
    assert_string_equal(decimal("\x00", 1, 2), "0.00");
    assert_string_equal(decimal("\x7f", 1, 0), "127");
    assert_string_equal(decimal("\x80", 1, 0), "-128");
    assert_string_equal(decimal("\xff\xff", 2, 3), "-0.001");
    assert_string_equal(decimal("\x30\x39", 2, 2), "123.45");
    assert_string_equal(decimal("\x30\x39", 2, 5), "0.12345");
    assert_string_equal(decimal("\x05", 1, -3), "5000");
    assert_string_equal(decimal("\x00", 1, -3), "0");
    assert_string_equal(decimal("\x80\0\0\0\0\0\0\0", 8, 0), "-9223372036854775808");
    assert_string_equal(decimal("\0\x80\0\0\0\0\0\0\0", 9, 1), "922337203685477580.8");
    assert_string_equal(decimal("\0\0\0\0\0\0\0\0\0\0", 10, 1), "0.0");
    assert_string_equal(decimal("\xff\xff\xff\xff\xff\xff\xff\xff\xff", 9, 1), "-0.1");
}

static void decimals_of_65_digits(void **state)
{
    /* 10^65 - 1, MySQL's largest, and its negative. */
    static const char nines[] =
        "\x00\xf3\x16\x27\x1c\x7f\xc3\x90\x8a\x8b\xef\x46\x4e\x39\x45\xef\x7a\x25\x36\x09\xff\xff"
        "\xff\xff\xff\xff\xff\xff";
    char negative[28];

    (void)state;
    assert_string_equal(decimal(nines, 28, 0),
                        "99999999999999999999999999999999999999999999999999999999999999999");
    assert_string_equal(decimal(nines, 28, 30),
                        "99999999999999999999999999999999999.999999999999999999999999999999");
    for (int i = 0; i < 28; i++)
        negative[i] = (char)~nines[i];
    negative[27]++;
    assert_string_equal(decimal(negative, 28, 30),
                        "-99999999999999999999999999999999999.999999999999999999999999999999");
}

static void decimals_out_of_bounds_are_refused(void **state)
{
    static const char bytes[KC_DECIMAL_MAX_BYTES + 1];

    (void)state;
    assert_string_equal(decimal("", 0, 0), "");
    assert_string_equal(decimal(bytes, sizeof(bytes), 0), "");
    assert_string_equal(decimal("\1", 1, KC_DECIMAL_MAX_SCALE + 1), "");
    assert_int_equal(kc_decimal_text((uint8_t *)buffer, (const uint8_t *)"\1", 1, KC_DECIMAL_MAX_SCALE), 102);
}

static void base64_is_padded(void **state)
{
    static const char *const expected[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};

    (void)state;
    for (size_t n = 0; n <= 6; n++) { /* the vectors of RFC 4648 section 10 */
        struct kc_bytes bytes;
        struct kc_out o;

        kc_heap_bytes_init(&bytes);
        kc_out_begin(&o, &bytes);
        assert_true(kc_base64(&o, (const uint8_t *)"foobar", n) && kc_out_put(&o, "", 1));
        assert_string_equal((const char *)bytes.data, expected[n]);
        kc_heap_bytes_free(&bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_of_every_length),
        cmocka_unit_test(doubles_have_a_plain_form_where_it_is_short),
        cmocka_unit_test(floats_have_the_digits_of_a_float),
        cmocka_unit_test(random_reals_read_back_and_none_is_longer_than_needed),
        cmocka_unit_test(decimals_of_a_few_bytes),
        cmocka_unit_test(decimals_of_65_digits),
        cmocka_unit_test(decimals_out_of_bounds_are_refused),
        cmocka_unit_test(base64_is_padded),
    };

    return cmocka_run_group_tests_name("json_number", tests, NULL, NULL);
}
