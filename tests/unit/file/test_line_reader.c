/* test_line_reader.c - where lines end, read in pieces of any size; any bytes as UTF-8. */
#include "../cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kconnect/sdk.h>

#include "line_reader.h"
#include "utf8_line.h"

const struct kc_host *kc_host;

/* Reads what is there now; "[line@next]" of each. */
static void read_on(struct kc_line_reader *r, int fd, char *out, size_t size)
{
    struct kc_error err = {.struct_size = sizeof(err)};
    struct kc_file_line line;
    size_t n;

    do {
        while (kc_line_reader_next(r, &line)) {
            size_t at = strlen(out);

            assert_int_equal(kc_line_reader_check(r, &line, &err), KC_OK);
            (void)snprintf(out + at, size - at, "[%.*s@%d]", (int)line.len, line.text, (int)line.next);
        }
        assert_int_equal(kc_line_reader_fill(r, fd, &n, &err), KC_OK);
    } while (n > 0);
}

static const struct {
    const char *bytes, *lines;
} cases[] = {
    {"", ""},
    {"a", ""},
    {"a\n", "[a@2]"},
    {"\n\n", "[@1][@2]"},
    {"a\nbb\nccc", "[a@2][bb@5]"},
    {"a\r\nb\r\n", "[a@3][b@6]"},
    {"a\rb\r", "[a@2]"}, /* a \n may follow the last \r */
    {"a\rb\r\n", "[a@2][b@5]"},
    {"a\r\rb\n", "[a@2][@3][b@5]"},
    {"a\n\rb\n", "[a@2][@3][b@5]"},
    {"a\r\n\r\nb\n", "[a@3][@5][b@7]"},
};

/* The file grows by `step` bytes at a time. The lines are the same, and from every position behind one the rest are. */
static void lines_end_where_java_ends_them_however_the_file_grows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (size_t step = 1; step <= strlen(cases[i].bytes) + 1; step++) {
            struct kc_line_reader r = {.max_line_bytes = 100};
            FILE *f = tmpfile();
            char out[256] = "";

            for (size_t at = 0; at < strlen(cases[i].bytes); at += step) {
                size_t n = strlen(cases[i].bytes) - at;

                n = n < step ? n : step;
                assert_int_equal(write(fileno(f), cases[i].bytes + at, n), n);
                read_on(&r, fileno(f), out, sizeof(out));
            }
            assert_string_equal(out, cases[i].lines);
            for (const char *p = strchr(out, '@'); p != NULL; p = strchr(p + 1, '@')) {
                struct kc_line_reader again = {.max_line_bytes = 100, .position = atoi(p + 1)};
                char rest[256] = "";

                read_on(&again, fileno(f), rest, sizeof(rest));
                assert_string_equal(rest, strchr(p, ']') + 1);
                kc_line_reader_finish(&again);
            }
            kc_line_reader_finish(&r);
            (void)fclose(f);
        }
    }
}

static void a_reset_reads_again_what_was_not_handed_out(void **state)
{
    struct kc_line_reader r = {.max_line_bytes = 100};
    struct kc_error err = {.struct_size = sizeof(err)};
    struct kc_file_line line;
    FILE *f = tmpfile();
    char out[64] = "";
    size_t n;

    (void)state;
    assert_true(fputs("a\nb\nc\n", f) >= 0 && fflush(f) == 0);
    assert_int_equal(kc_line_reader_fill(&r, fileno(f), &n, &err), KC_OK);
    assert_true(kc_line_reader_next(&r, &line));
    kc_line_reader_reset(&r);
    read_on(&r, fileno(f), out, sizeof(out));
    assert_string_equal(out, "[b@4][c@6]");
    kc_line_reader_finish(&r);
    (void)fclose(f);
}

/* Lines around the limit and around the buffer's sizes. */
static void a_line_is_as_long_as_the_limit_permits(void **state)
{
    static const size_t limits[] = {1, 10, 65534, 65536, 200000};

    (void)state;
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        for (int over = 0; over <= 3; over++) {
            size_t len = limits[i] + (over == 3 ? 100000 : (size_t)over);
            struct kc_line_reader r = {.max_line_bytes = limits[i]};
            struct kc_error err = {.struct_size = sizeof(err)};
            struct kc_file_line line;
            FILE *f = tmpfile();
            kc_status status = KC_OK;
            size_t n = 1;

            assert_true(fputs("x\n", f) >= 0);
            for (size_t k = 0; k < len; k++)
                (void)fputc('y', f);
            assert_true(fputs("\r\n", f) >= 0 && fflush(f) == 0);
            for (int lines = 0; status == KC_OK && lines < 2;) {
                if (kc_line_reader_next(&r, &line)) {
                    status = kc_line_reader_check(&r, &line, &err);
                    lines++;
                } else {
                    assert_true(n > 0);
                    status = kc_line_reader_fill(&r, fileno(f), &n, &err);
                }
            }
            if (over == 0) {
                assert_int_equal(status, KC_OK);
                assert_int_equal(line.len, len);
            } else {
                assert_int_equal(status, KC_ERR_CONFIG);
                assert_non_null(strstr(err.message, "the line at byte 2 is longer than"));
                assert_non_null(strstr(err.message, "line.max.bytes"));
            }
            assert_true(r.cap <= limits[i] + 65536);
            kc_line_reader_finish(&r);
            (void)fclose(f);
        }
    }
}

static void any_bytes_become_utf8_as_in_java(void **state)
{
    static const struct {
        const char *bytes, *text; /* '?' stands for U+FFFD */
    } lines[] = {
        {"", ""},
        {"plain", "plain"},
        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
        {"caf\xe9", "caf?"},
        {"\xe9t\xe9", "?t?"},
        {"\x80", "?"},
        {"\xc0\xaf", "??"},
        {"\xe0\x80\xaf", "???"},
        {"\xed\xa0\x80", "???"},
        {"\xf0\x9f\x98", "?"}, /* a character cut off is one piece */
        {"\xf0\x9f\x98x", "?x"},
        {"\xf4\x90\x80\x80", "????"},
        {"\xe2\x82", "?"},
        {"\xff\xfe", "??"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        size_t n = strlen(lines[i].bytes);
        char *exact = malloc(n + 1), out[64], expected[72] = "";
        size_t len;

        memcpy(exact, lines[i].bytes, n); /* so that a sanitizer sees a byte read behind it */
        len = kc_utf8_line(exact, n, out);
        for (const char *p = lines[i].text; *p != '\0'; p++) {
            bool mark = *p == '?';

            (void)snprintf(expected + strlen(expected), 8, "%.*s", mark ? 3 : 1, mark ? "\xef\xbf\xbd" : p);
        }
        assert_int_equal(len, strlen(expected));
        assert_memory_equal(out, expected, len);
        assert_int_equal(kc_utf8_line_is(exact, n), strcmp(expected, lines[i].bytes) == 0);
        free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_end_where_java_ends_them_however_the_file_grows),
        cmocka_unit_test(a_reset_reads_again_what_was_not_handed_out),
        cmocka_unit_test(a_line_is_as_long_as_the_limit_permits),
        cmocka_unit_test(any_bytes_become_utf8_as_in_java),
    };

    return cmocka_run_group_tests_name("line_reader", tests, NULL, NULL);
}
