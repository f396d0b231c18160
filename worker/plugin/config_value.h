/* config_value.h - is a text a legal value for a declared key; the sentences are Kafka Connect's. Any thread. */
#ifndef KC_PLUGIN_CONFIG_VALUE_H
#define KC_PLUGIN_CONFIG_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "plugin/registry.h"

/*
 * True when `text` parses to key->type and is within key->min..max or key->choices where the flags ask for it. Else
 * one sentence is appended to `problem`, such as "Invalid value 0 for configuration tasks.max: Value must be at least 1";
 * `name` is what the key is called there (with the prefix of a converter), and a PASSWORD's value reads "[hidden]".
 */
bool kc_config_value_check(const struct kc_key_info *key, const char *name, const char *text,
                           struct kc_buf *problem);

/* Calls `each` for the items of a LIST: split at commas, blanks around items removed; an empty text has none. */
void kc_config_list_each(const char *text, void (*each)(void *arg, const char *item, size_t n), void *arg);

/* The word for a type in REST answers and sentences: "INT"; NULL: no such type. */
const char *kc_config_type_name(uint32_t type);

#endif
