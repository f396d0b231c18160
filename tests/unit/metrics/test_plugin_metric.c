/* What a plugin may call its metrics. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "metrics/plugin_metric.h"

#define LONG "0123456789012345678901234567890123456789012345678901234567890123" /* 64 bytes */

static void labels_come_apart(void **state)
{
    struct kc_plugin_labels l;

    (void)state;
    assert_null(kc_plugin_labels_parse("table=a=b,op=,x=" LONG, &l));
    assert_int_equal(l.n, 3);
    assert_string_equal(l.names[0], "table");
    assert_string_equal(l.values[0], "a=b");
    assert_string_equal(l.names[1], "op");
    assert_string_equal(l.values[1], "");
    assert_string_equal(l.values[2], LONG);
    assert_null(kc_plugin_labels_parse("", &l));
    assert_int_equal(l.n, 0);
    assert_null(kc_plugin_labels_parse(NULL, &l));
    assert_int_equal(l.n, 0);
}

static void what_breaks_the_rules_is_named(void **state)
{
    static const struct {
        const char *name, *labels, *fault;
    } cases[] = {
        {"rows", "table", "key=value"},
        {"rows", "a=1,", "key=value"},
        {"rows", "=1", "label's name"},
        {"rows", "a-b=1", "label's name"},
        {"rows", "a=" LONG "x", "64 bytes"},
        {"rows", "a=\xff", "UTF-8"},
        {"rows", "connector=x", "worker's own"},
        {"rows", "task=1", "worker's own"},
        {"rows", "le=1", "worker's own"},
        {"rows", "__x=1", "worker's own"},
        {"rows", "a=1,a=2", "twice"},
        {"rows", "a=1,b=2,c=3,d=4,e=5", "more than 4"},
        {"", NULL, "name"},
        {"no-dash", NULL, "name"},
        {LONG "x", NULL, "64 bytes"},
        {NULL, NULL, "name"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *fault = kc_plugin_metric_fault(cases[i].name, cases[i].labels);

        if (fault == NULL || strstr(fault, cases[i].fault) == NULL)
            fail_msg("case %zu: %s", i, fault != NULL ? fault : "no fault");
    }
    assert_null(kc_plugin_metric_fault("rows_seen", "table=orders,op=c"));
}

static void a_family_is_named_after_its_plugin(void **state)
{
    char family[KC_PLUGIN_FAMILY_BYTES];

    (void)state;
    kc_plugin_family("mysql-source", "events", true, family);
    assert_string_equal(family, "kconnect_plugin_mysql_source_events_total");
    kc_plugin_family("x.y", "events_total", true, family);
    assert_string_equal(family, "kconnect_plugin_x_y_events_total");
    kc_plugin_family("x", "size_bytes", false, family);
    assert_string_equal(family, "kconnect_plugin_x_size_bytes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_come_apart),
        cmocka_unit_test(what_breaks_the_rules_is_named),
        cmocka_unit_test(a_family_is_named_after_its_plugin),
    };

    return cmocka_run_group_tests_name("plugin_metric", tests, NULL, NULL);
}
