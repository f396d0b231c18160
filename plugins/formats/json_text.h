/*
 * json_text.h - text as a JSON string, RFC 8259 section 7.
 *
 * Escaped: the quotation mark, the backslash and the controls below U+0020 (\b \t \n \f \r, else \u00xx). All other
 * characters are copied as UTF-8. Bytes that are no UTF-8 (overlong, surrogates, above U+10FFFF, cut short) become
 * U+FFFD, one for each maximal part as Unicode 3.9 advises, so that the output is always valid.
 */
#ifndef KC_FORMATS_JSON_TEXT_H
#define KC_FORMATS_JSON_TEXT_H

#include "out.h"

/* Appends the text between quotation marks; false: out of memory. Never reads past text + n. */
bool kc_json_text(struct kc_out *o, const char *text, size_t n);

/*
 * The same to the byte as Kafka Connect's JsonConverter: characters above U+FFFF are two escapes, \uD83D\uDE00. A topic that
 * Connect has written to goes on with the same keys, in the same partitions.
 */
bool kc_json_java_text(struct kc_out *o, const char *text, size_t n);

#endif
