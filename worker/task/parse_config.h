/*
 * parse_config.h - from a configuration of texts to the typed map that open() is given.
 *
 * Text is read as Kafka Connect's ConfigDef.parseType reads it: blanks around a value do not count except in STRING and PASSWORD,
 * BOOLEAN is true or false in any case, LIST is split at commas with the blanks around them, "" is the empty list.
 */
#ifndef KC_TASK_PARSE_CONFIG_H
#define KC_TASK_PARSE_CONFIG_H

#include <kconnect/config.h>

#include "base/error.h"
#include "base/props.h"

/* Owns its map and everything that the map points at. */
struct kc_parsed;

/*
 * Every declared key with its value, parsed; the default where there is none; KC_NULL without default. Then the keys
 * that are not declared, as STRING. `def` may be NULL: nothing is declared. NULL: KC_ERR_CONFIG with the key's name.
 */
struct kc_parsed *kc_config_parse(const struct kc_config_def *def, const struct kc_props *props,
                                  struct kc_error *err);
void kc_parsed_destroy(struct kc_parsed *p);
/* Borrowed until kc_parsed_destroy(). */
const struct kc_map *kc_parsed_map(const struct kc_parsed *p);

/* The keys of `props` that begin with `prefix`, without it. NULL: out of memory. */
struct kc_props *kc_config_under(const struct kc_props *props, const char *prefix);
/* True when `def` has a key of this name. */
bool kc_config_declares(const struct kc_config_def *def, const char *name);

#endif
