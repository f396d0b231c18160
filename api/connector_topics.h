/* connector_topics.h - which topics belong to a connector, as its configuration and what it has done tell. */
#ifndef KC_API_CONNECTOR_TOPICS_H
#define KC_API_CONNECTOR_TOPICS_H

#include "base/props.h"

/* Owns its names; kc_topic_names_finish() frees them. */
struct kc_topic_names {
    char **names;
    size_t n;
};

/*
 * A change data capture source writes one topic a table: `<topic.prefix>_<table>` for each name of
 * table.include.list ("table" or "database.table"). Others name their topics in `topics` (a sink) or `topic`.
 * Each name once, in the order of the configuration.
 * Where `used`, the topics that the connector has really written to, knows better, it is taken instead: with transforms,
 * which may name other topics, and where the configuration names none. n_used 0: nothing is known. False: out of memory.
 */
bool kc_connector_topics(const struct kc_props *config, char *const *used, size_t n_used,
                         struct kc_topic_names *out);
bool kc_topic_names_have(const struct kc_topic_names *t, const char *name);
void kc_topic_names_finish(struct kc_topic_names *t);

#endif
