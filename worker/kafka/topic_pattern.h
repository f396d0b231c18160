/*
 * topic_pattern.h - topics.regex, a Java regular expression, as librdkafka's subscription takes it.
 *
 * Java matches the whole name of a topic; librdkafka takes POSIX extended expressions (regcomp(3)) that begin
 * with ^. What both write the same is taken as it is: literals, ., [...], (...), |, *, +, ?, {n,m}, ^, $ and
 * \ before a punctuation mark. Rewritten are (?:...), \d, \D, \w and \W, the first and third inside of [...],
 * too. Everything else of Java's, such as lookahead, (?i), lazy and possessive quantifiers, \b, \s, \p{...},
 * \Q...\E and back references, is refused: in a POSIX expression it would mean something else.
 */
#ifndef KC_KAFKA_TOPIC_PATTERN_H
#define KC_KAFKA_TOPIC_PATTERN_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"

/* Appends "^(...)$" to `out`. KC_ERR_CONFIG: *err says what of it cannot be taken. KC_ERR_NOMEM. */
kc_status kc_topic_pattern(const char *java, struct kc_buf *out, struct kc_error *err);

/* Whether Java's expression matches a topic's name; false also for one that cannot be taken. */
bool kc_topic_pattern_matches(const char *java, const char *topic);

#endif
