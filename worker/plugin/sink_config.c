#include "plugin/sink_config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kafka/topic_pattern.h"

enum { MAX_TOPIC_CHARS = 249, SENTENCE_BYTES = 1024 };

static const char blanks[] = " \t\r\n";
static const char dead_letters[] = "errors.deadletterqueue.topic.name";

struct check {
    kc_config_problem_fn *problem;
    void *arg;
};

__attribute__((format(printf, 3, 4))) static void report(const struct check *c, const char *key,
                                                         const char *fmt, ...)
{
    char sentence[SENTENCE_BYTES];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(sentence, sizeof(sentence), fmt, ap);
    va_end(ap);
    c->problem(c->arg, key, sentence);
}

/*
 * The next item of a list by comma, without blanks around it; false: there is none. Empty ones are left out.
 */
static bool next_item(const char **list, const char **item, size_t *len)
{
    while (**list != '\0') {
        size_t all = strcspn(*list, ","), skip = strspn(*list, blanks), end = all;

        while (end > skip && strchr(blanks, (*list)[end - 1]) != NULL)
            end--;
        *item = *list + skip;
        *len = end > skip ? end - skip : 0;
        *list += all + ((*list)[all] == ',');
        if (*len > 0)
            return true;
    }
    return false;
}

/* Kafka's rule (org.apache.kafka.common.internals.Topic). */
static bool is_legal(const char *name, size_t n)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

    return n >= 1 && n <= MAX_TOPIC_CHARS && strspn(name, letters) >= n && !(n == 1 && name[0] == '.') &&
           !(n == 2 && strncmp(name, "..", 2) == 0);
}

static void check_list(const struct check *c, const char *topics, const char *dead)
{
    const char *rest = topics, *item;
    size_t n;

    while (next_item(&rest, &item, &n)) {
        if (!is_legal(item, n))
            report(
                c, "topics",
                "Invalid value %.*s for configuration topics: a topic's name has 1 to %d of letters, digits, "
                "'.', '_' and '-'; for a regular expression there is topics.regex",
                (int)n, item, MAX_TOPIC_CHARS);
        if (dead[0] != '\0' && strlen(dead) == n && strncmp(dead, item, n) == 0)
            report(c, dead_letters,
                   "The DLQ topic '%s' may not be included in the list of topics ('%s') consumed by the "
                   "connector",
                   dead, topics);
    }
}

static void check_regex(const struct check *c, const char *regex, const char *dead)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_buf pattern = {0};

    if (kc_topic_pattern(regex, &pattern, &err) < 0)
        report(c, "topics.regex", "Invalid value %s for configuration topics.regex: %s", regex, err.message);
    else if (dead[0] != '\0' && kc_topic_pattern_matches(regex, dead))
        report(c, dead_letters,
               "The DLQ topic '%s' may not be included in the regex matched topics ('%s') consumed by the "
               "connector",
               dead, regex);
    kc_buf_finish(&pattern);
}

static void check_max_poll_records(const struct check *c, const char *value)
{
    char *rest = NULL;
    long long number;

    if (value == NULL)
        return;
    errno = 0;
    number = strtoll(value, &rest, 10);
    if (rest == value || *rest != '\0' || errno != 0 || number < 1 || number > INT32_MAX)
        report(c, KC_MAX_POLL_RECORDS,
               "Invalid value %s for configuration " KC_MAX_POLL_RECORDS
               ": it must be a whole number above 0",
               value);
}

void kc_sink_config_check(const struct kc_props *config, kc_config_problem_fn *problem, void *arg)
{
    const struct check c = {problem, arg};
    const char *topics = kc_props_or(config, "topics", ""), *regex = kc_props_or(config, "topics.regex", "");
    const char *dead = kc_props_or(config, dead_letters, ""), *rest = topics, *item;
    bool list = false, pattern = regex[strspn(regex, blanks)] != '\0';
    const char *what;
    size_t n;

    list = next_item(&rest, &item, &n);
    check_max_poll_records(&c, kc_props_get(config, KC_MAX_POLL_RECORDS));
    if (dead[0] != '\0' && !is_legal(dead, strlen(dead)))
        report(&c, dead_letters, "Invalid value %s for configuration %s: it is no legal topic name", dead,
               dead_letters);
    if (list && !pattern)
        check_list(&c, topics, dead);
    else if (pattern && !list)
        check_regex(&c, regex, dead);
    if (list != pattern)
        return;
    what = list ? "topics and topics.regex are mutually exclusive options, but both are set."
                : "Must configure one of topics or topics.regex";
    report(&c, "topics", "%s", what);
    report(&c, "topics.regex", "%s", what);
}
