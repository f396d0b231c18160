/*
 * properties.h - Java's .properties text, as java.util.Properties.load(Reader) reads it.
 *
 * A natural line ends with \n, \r or \r\n. Blanks (space, tab, form feed) at its beginning do not count; one that is empty then, or
 * begins with # or !, is skipped. An odd number of backslashes at its end joins it to the next line, whose leading blanks
 * are dropped. The key ends at the first unescaped =, : or blank; blanks and one = or : between key and value belong to neither.
 * Escapes: \t \n \r \f, \uXXXX (a pair of them makes one character beyond U+FFFF), and a backslash before any other
 * character is that character. Trailing blanks belong to the value.
 */
#ifndef KC_PROVIDERS_PROPERTIES_H
#define KC_PROVIDERS_PROPERTIES_H

#include <kconnect/error.h>
#include <kconnect/value.h>

/* Gets each pair in the order of the text; the same key may come again, and then the last one counts. Borrowed for the call. */
typedef void kc_properties_fn(void *arg, struct kc_str key, struct kc_str value);

/*
 * Reads `len` bytes of UTF-8. KC_ERR_CONFIG: *err names the line, never what is in it; pairs before it were given already.
 * KC_ERR_NOMEM.
 */
kc_status kc_properties_each(const char *text, size_t len, kc_properties_fn *fn, void *arg,
                             struct kc_error *err);

#endif
