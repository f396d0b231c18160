/* The framing of control messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "supervisor/control.h"

static void two_messages_come_out_as_they_went_in_however_they_are_cut(void **state)
{
    const char *first = "{\"type\":\"pause\"}", *second = "{\"type\":\"failed\",\"message\":\"caf\xc3\xa9\"}";
    struct kc_error err = KC_ERROR_INIT;
    struct kc_buf wire = {0}, in = {0};
    int taken = 0;

    (void)state;
    assert_int_equal(kc_control_frame_text(first, strlen(first), &wire, &err), KC_OK);
    assert_int_equal(kc_control_frame_text(second, strlen(second), &wire, &err), KC_OK);
    for (size_t i = 0; i < wire.len; i++) {
        cJSON *message = NULL;

        kc_buf_add(&in, wire.data + i, 1);
        if (kc_control_take(&in, &message, &err) == KC_NOTHING)
            continue;
        assert_non_null(message);
        if (taken++ == 0)
            assert_string_equal(kc_json_text(message, "type"), "pause");
        else
            assert_string_equal(kc_json_text(message, "message"), "caf\xc3\xa9");
        cJSON_Delete(message);
    }
    assert_int_equal(taken, 2);
    assert_int_equal(in.len, 0);
    kc_buf_finish(&wire);
    kc_buf_finish(&in);
}

static void what_is_no_message_is_refused(void **state)
{
    static const struct {
        const char *bytes;
        size_t n;
    } bad[] = {
        {"\xff\xff\xff\x7f", 4},        /* 2 GiB announced */
        {"\x02\0\0\0{x", 6},            /* no JSON */
        {"\x02\0\0\0[]", 6},            /* no object */
        {"\x0a\0\0\0{\"type\":1}", 14}, /* type is no text */
        {"\x02\0\0\0{}", 6},            /* no type */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct kc_error err = KC_ERROR_INIT;
        struct kc_buf in = {0};
        cJSON *message = NULL;

        kc_buf_add(&in, bad[i].bytes, bad[i].n);
        assert_int_equal(kc_control_take(&in, &message, &err), KC_ERR_FATAL);
        assert_null(message);
        assert_true(strlen(err.message) > 0);
        kc_buf_finish(&in);
    }
}

static void a_message_beyond_the_limit_is_not_sent(void **state)
{
    size_t n = (size_t)KC_CONTROL_MAX_BYTES + 1;
    struct kc_error err = KC_ERROR_INIT;
    struct kc_buf out = {0};
    char *text = malloc(n);

    (void)state;
    assert_non_null(text);
    memset(text, ' ', n);
    assert_int_equal(kc_control_frame_text(text, n, &out, &err), KC_ERR_FATAL);
    assert_int_equal(out.len, 0);
    free(text);
    kc_buf_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_messages_come_out_as_they_went_in_however_they_are_cut),
        cmocka_unit_test(what_is_no_message_is_refused),
        cmocka_unit_test(a_message_beyond_the_limit_is_not_sent),
    };

    return cmocka_run_group_tests_name("control", tests, NULL, NULL);
}
