/*
 * worker_keys.h - the tables of keys that a worker's properties file may have: ours with type, range and default;
 * Kafka Connect's without meaning here; and those that only Java clients know, with librdkafka's equivalent.
 */
#ifndef KC_CONFIG_WORKER_KEYS_H
#define KC_CONFIG_WORKER_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum kc_worker_key_type {
    KC_WORKER_TEXT,
    KC_WORKER_INT,   /* a whole number in min..max */
    KC_WORKER_BOOL,  /* true or false */
    KC_WORKER_LIST,  /* parts by comma */
    KC_WORKER_WORD,  /* one of `choices`, any case */
    KC_WORKER_TOPIC, /* a legal topic name */
};

struct kc_worker_key {
    const char *name;
    enum kc_worker_key_type type;
    const char *default_value; /* NULL: none */
    bool required;
    int64_t min, max;
    bool not_zero;       /* an INT of min..-1 or 1..max */
    const char *choices; /* "text, json" */
    const char *doc;
};

/* The key, or NULL. Any thread. */
const struct kc_worker_key *kc_worker_key_find(const char *name);
/* All of them, in the order to document them. */
const struct kc_worker_key *kc_worker_keys(size_t *n);

/* What a key that is not one of ours is. */
enum kc_worker_key_kind {
    KC_WORKER_KEY_ACCEPTED,    /* a family that somebody else checks: topic.creation.*, key.converter.* ... */
    KC_WORKER_KEY_CLIENT,      /* librdkafka's, bare or with producer., consumer. or admin. */
    KC_WORKER_KEY_MEANINGLESS, /* Kafka Connect's; *hint says why it has no effect here */
    KC_WORKER_KEY_JAVA_ONLY,   /* refused; *hint says what to use instead */
    KC_WORKER_KEY_UNKNOWN,     /* *hint: the nearest known key, or NULL */
};
enum kc_worker_key_kind kc_worker_key_classify(const char *name, const char **hint);

/* Checks the value of one of our keys; KC_ERR_CONFIG with the key's name in the sentence. */
kc_status kc_worker_key_check(const struct kc_worker_key *key, const char *value, struct kc_error *err);

#endif
