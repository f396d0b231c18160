/* test_sink_config.c - worker/plugin/sink_config.c: what must hold between the keys of a sink. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../cm.h"
#include "plugin/sink_config.h"

struct seen {
    char text[2048]; /* "key: sentence\n" for each */
};

static void note(void *arg, const char *key, const char *sentence)
{
    struct seen *s = arg;
    size_t n = strlen(s->text);

    (void)snprintf(s->text + n, sizeof(s->text) - n, "%s: %s\n", key, sentence);
}

/* What is said about keys and values that end with NULL. */
static struct seen check(const char *const *pairs)
{
    struct kc_props *config = kc_props_create();
    struct seen seen = {""};

    for (size_t i = 0; pairs[i] != NULL; i += 2)
        assert_int_equal(kc_props_set(config, pairs[i], pairs[i + 1]), KC_OK);
    kc_sink_config_check(config, note, &seen);
    kc_props_destroy(config);
    return seen;
}

#define CHECK(...) check((const char *const[]){__VA_ARGS__, NULL})

static void what_kafka_connect_takes_is_taken(void **state)
{
    (void)state;
    assert_string_equal(CHECK("topics", "a").text, "");
    assert_string_equal(CHECK("topics", " a , b.c-d_E,,", "topics.regex", " ").text, "");
    assert_string_equal(
        CHECK("topics.regex", "shop\\d+\\..*", "errors.deadletterqueue.topic.name", "dead").text, "");
    assert_string_equal(CHECK("topics", "a", "errors.deadletterqueue.topic.name", "aa",
                              "consumer.override.max.poll.records", "1")
                            .text,
                        "");
}

static void one_of_topics_and_their_expression_is_needed(void **state)
{
    const char *none = "topics: Must configure one of topics or topics.regex\n"
                       "topics.regex: Must configure one of topics or topics.regex\n";
    struct seen both = CHECK("topics", "a", "topics.regex", "b");

    (void)state;
    assert_string_equal(CHECK("name", "x").text, none);
    assert_string_equal(CHECK("topics", " , ").text, none);
    assert_non_null(strstr(both.text, "topics: topics and topics.regex are mutually exclusive"));
    assert_non_null(strstr(both.text, "topics.regex: topics and topics.regex are mutually exclusive"));
}

static void a_sink_does_not_read_its_own_dead_letters(void **state)
{
    (void)state;
    assert_string_equal(
        CHECK("topics", "a, dead", "errors.deadletterqueue.topic.name", "dead").text,
        "errors.deadletterqueue.topic.name: The DLQ topic 'dead' may not be included in the list of "
        "topics ('a, dead') consumed by the connector\n");
    assert_string_equal(
        CHECK("topics.regex", "d.*", "errors.deadletterqueue.topic.name", "dead").text,
        "errors.deadletterqueue.topic.name: The DLQ topic 'dead' may not be included in the regex "
        "matched topics ('d.*') consumed by the connector\n");
}

static void what_cannot_run_is_said_with_its_key(void **state)
{
    (void)state;
    assert_non_null(strstr(CHECK("topics", "a b,c").text, "topics: Invalid value a b for"));
    assert_non_null(strstr(CHECK("topics", "..").text, "topics: Invalid value .. for"));
    assert_non_null(strstr(CHECK("topics.regex", "(?i)a").text, "topics.regex: Invalid value (?i)a for"));
    assert_non_null(
        strstr(CHECK("topics", "a", "errors.deadletterqueue.topic.name", "x y").text, "no legal topic name"));
    assert_non_null(strstr(CHECK("topics", "a", "consumer.override.max.poll.records", "0").text,
                           "consumer.override.max.poll.records: Invalid value 0 for"));
    assert_non_null(strstr(CHECK("topics", "a", "consumer.override.max.poll.records", "many").text,
                           "must be a whole number"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_kafka_connect_takes_is_taken),
        cmocka_unit_test(one_of_topics_and_their_expression_is_needed),
        cmocka_unit_test(a_sink_does_not_read_its_own_dead_letters),
        cmocka_unit_test(what_cannot_run_is_said_with_its_key),
    };

    return cmocka_run_group_tests_name("sink_config", tests, NULL, NULL);
}
