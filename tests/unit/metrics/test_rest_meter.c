/* Requests by route: exact numbers, and no series that a client can invent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "rest_meter.h"

static size_t lines_with(const char *text, const char *what)
{
    size_t n = 0;

    for (const char *p = text; (p = strstr(p, what)) != NULL; p += strlen(what))
        n++;
    return n;
}

static void requests_are_counted_by_route_and_answer(void **state)
{
    struct kc_rest_meter *m = kc_rest_meter_create();
    struct kc_buf out = {0};

    (void)state;
    kc_rest_meter_note(m, "GET", "/connectors", 200, 3);
    kc_rest_meter_note(m, "GET", "/connectors", 200, 700);
    kc_rest_meter_note(m, "GET", "/connectors", 503, 1);
    kc_rest_meter_note(m, "BREW", NULL, 404, 0);
    kc_rest_meter_note(m, "STEEP", NULL, 404, 0);
    kc_rest_meter_expose(m, &out);
    assert_non_null(strstr(out.data, "{method=\"GET\",path=\"/connectors\",code=\"200\"} 2\n"));
    assert_non_null(strstr(out.data, "{method=\"GET\",path=\"/connectors\",code=\"503\"} 1\n"));
    assert_non_null(strstr(out.data, "{method=\"other\",path=\"none\",code=\"404\"} 2\n"));
    assert_non_null(strstr(out.data, "_sum{method=\"GET\",path=\"/connectors\"} 0.704\n"));
    assert_non_null(strstr(out.data, "_bucket{method=\"GET\",path=\"/connectors\",le=\"0.5\"} 2\n"));
    assert_null(strstr(out.data, "BREW"));
    kc_buf_finish(&out);
    kc_rest_meter_destroy(m);
}

static void its_size_has_a_limit(void **state)
{
    static char patterns[400][8];
    struct kc_rest_meter *m = kc_rest_meter_create();
    struct kc_buf out = {0};

    (void)state;
    for (int i = 0; i < 400; i++) {
        (void)snprintf(patterns[i], sizeof(patterns[i]), "/p%d", i);
        kc_rest_meter_note(m, "GET", patterns[i], 200, 1);
    }
    for (unsigned status = 300; status < 400; status++)
        kc_rest_meter_note(m, "GET", patterns[0], status, 1);
    kc_rest_meter_expose(m, &out);
    assert_int_equal(lines_with(out.data, "kconnect_rest_requests_total{"), 256 + 15);
    kc_buf_finish(&out);
    kc_rest_meter_destroy(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_counted_by_route_and_answer),
        cmocka_unit_test(its_size_has_a_limit),
    };

    return cmocka_run_group_tests_name("rest_meter", tests, NULL, NULL);
}
