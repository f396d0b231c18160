/* Small parts: error objects, the connector's topics, listeners, task numbers, names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config_check.h"
#include "connector_topics.h"
#include "listener.h"
#include "reply.h"
#include "task_id.h"

static void an_error_object_escapes_its_message(void **state)
{
    struct kc_reply r = {0};

    (void)state;
    kc_buf_str(&r.body, "half an answer");
    kc_reply_error(&r, KC_HTTP_BAD_REQUEST, "a \"%s\"\nb", "x\\");
    assert_string_equal(r.body.data, "{\"error_code\":400,\"message\":\"a \\\"x\\\\\\\"\\nb\"}");
    assert_int_equal(r.status, 400);
    assert_string_equal(r.media, "application/json");
    kc_reply_finish(&r);
}

static void errors_of_the_http_layer_have_kafka_connects_words(void **state)
{
    struct kc_reply r = {0};

    (void)state;
    kc_reply_http_error(&r, KC_HTTP_METHOD_NOT_ALLOWED);
    assert_string_equal(r.body.data, "{\"error_code\":405,\"message\":\"HTTP 405 Method Not Allowed\"}");
    kc_reply_finish(&r);
}

static void memory_shortage_becomes_a_500(void **state)
{
    struct kc_reply r = {0};

    (void)state;
    kc_reply_json(&r, KC_HTTP_OK);
    kc_buf_str(&r.body, "[1");
    r.body.failed = true;
    kc_reply_seal(&r);
    assert_int_equal(r.status, 500);
    assert_non_null(strstr(r.body.data, "out of memory"));
    kc_reply_finish(&r);
}

static void topics_are(const char *const *config, char *const *used, size_t n_used, size_t n,
                       const char *const *expected)
{
    struct kc_props *p = kc_props_create();
    struct kc_topic_names t;

    for (size_t i = 0; config[i] != NULL; i += 2)
        assert_int_equal(kc_props_set(p, config[i], config[i + 1]), KC_OK);
    assert_true(kc_connector_topics(p, used, n_used, &t));
    assert_int_equal(t.n, n);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(t.names[i], expected[i]);
    kc_topic_names_finish(&t);
    kc_props_destroy(p);
}

static void a_source_has_one_topic_for_each_table(void **state)
{
    static const char *const config[] = {"topic.prefix", "mysql", "table.include.list",
                                         " a, db.b_c ,,a,db.a ", NULL};
    static const char *const expected[] = {"mysql_a", "mysql_b_c"};

    (void)state;
    topics_are(config, NULL, 0, 2, expected);
}

static void others_name_their_topics(void **state)
{
    static const char *const sink[] = {"topics", "a.b,c", NULL}, *const file[] = {"topic", "lines", NULL},
                             *const none[] = {"topic.prefix", "x", NULL};
    static const char *const sinks[] = {"a.b", "c"}, *const files[] = {"lines"};

    (void)state;
    topics_are(sink, NULL, 0, 2, sinks);
    topics_are(file, NULL, 0, 1, files);
    topics_are(none, NULL, 0, 0, NULL);
}

static void what_was_written_counts_where_names_can_be_changed(void **state)
{
    static const char *const plain[] = {"topic", "lines", "transforms", " ", NULL},
                             *const routed[] = {"topic", "lines", "transforms", "route", NULL},
                             *const none[] = {"some.key", "x", NULL};
    static const char *const lines[] = {"lines"}, *const written[] = {"a", "b"};
    char a[] = "a", b[] = "b", *used[] = {a, b};

    (void)state;
    topics_are(plain, used, 2, 1, lines);
    topics_are(routed, used, 2, 2, written);
    topics_are(routed, NULL, 0, 1, lines);
    topics_are(none, used, 2, 2, written);
}

static void listeners_are_read_and_https_is_refused(void **state)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_listener_name name;

    (void)state;
    assert_int_equal(kc_listener_parse("http://127.0.0.1:8083", &name, &err), KC_OK);
    assert_string_equal(name.host, "127.0.0.1");
    assert_string_equal(name.port, "8083");
    assert_int_equal(kc_listener_parse("http://[::1]:0/", &name, &err), KC_OK);
    assert_string_equal(name.host, "::1");
    assert_int_equal(kc_listener_parse("http://:80", &name, &err), KC_OK);
    assert_string_equal(name.host, "");
    assert_int_equal(kc_listener_parse("https://127.0.0.1:8083", &name, &err), KC_ERR_CONFIG);
    assert_non_null(strstr(err.message, "TLS"));
    for (const char *const *bad =
             (const char *const[]){"", "localhost:1", "http://localhost", "http://h:", "http://h:x",
                                   "http://h:70000", "http://h:1/path", "ftp://h:1", NULL};
         *bad != NULL; bad++)
        assert_int_equal(kc_listener_parse(*bad, &name, &err), KC_ERR_CONFIG);
}

static void a_task_number_is_an_int(void **state)
{
    int32_t id = 0;

    (void)state;
    assert_true(kc_task_id_parse("7", &id));
    assert_int_equal(id, 7);
    assert_false(kc_task_id_parse("x", &id));
    assert_false(kc_task_id_parse("", &id));
    assert_false(kc_task_id_parse("7x", &id));
    assert_false(kc_task_id_parse("99999999999", &id));
}

static void names_are_trimmed(void **state)
{
    char out[8];

    (void)state;
    assert_true(kc_trim(" \ta b\n", out, sizeof(out)));
    assert_string_equal(out, "a b");
    assert_true(kc_trim("  ", out, sizeof(out)));
    assert_string_equal(out, "");
    assert_false(kc_trim("12345678", out, sizeof(out)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_object_escapes_its_message),
        cmocka_unit_test(errors_of_the_http_layer_have_kafka_connects_words),
        cmocka_unit_test(memory_shortage_becomes_a_500),
        cmocka_unit_test(a_source_has_one_topic_for_each_table),
        cmocka_unit_test(others_name_their_topics),
        cmocka_unit_test(what_was_written_counts_where_names_can_be_changed),
        cmocka_unit_test(listeners_are_read_and_https_is_refused),
        cmocka_unit_test(a_task_number_is_an_int),
        cmocka_unit_test(names_are_trimmed),
    };

    return cmocka_run_group_tests_name("parts", tests, NULL, NULL);
}
