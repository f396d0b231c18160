/*
 * properties_file.h - reading the text of a Java properties file.
 *
 * Syntax (java.util.Properties.load): "key=value", "key: value" or "key value", a line each; # and ! begin a comment
 * line; a backslash at the end of a line continues it, blanks at the start of the next one do not count; \t \n \r \f
 * and \uXXXX are escapes, any other \x is x. Unlike Java's, the text is UTF-8.
 */
#ifndef KC_CONFIG_PROPERTIES_FILE_H
#define KC_CONFIG_PROPERTIES_FILE_H

#include <stddef.h>

#include "base/error.h"

/* Gets each pair in the order of the file; `line` is the one the key stands in, from 1. The texts live for the call. */
typedef kc_status kc_property_fn(void *arg, int line, const char *key, const char *value,
                                 struct kc_error *err);

/* Hands each pair of `text` to `fn` and stops at the first that it refuses. KC_ERR_CONFIG names the line. Any thread. */
kc_status kc_properties_parse(const char *text, size_t len, kc_property_fn *fn, void *arg,
                              struct kc_error *err);

/* The whole file in memory, NUL-terminated; free() it. NULL: *err names the file. At most 1 MiB. */
char *kc_properties_read(const char *path, size_t *len, struct kc_error *err);

#endif
