/*
 * java_text.h - values as Java's toString() writes them, which is what Kafka Connect's StringConverter puts into a message.
 *
 * Numbers and booleans are what one expects (a double as Double.toString, a Decimal as BigDecimal.toString); a list is
 * [a, b], a map {k=v, l=w}, a struct Struct{field=value,other=value} without the fields that are null. Where Java's text
 * tells nothing (the address of an array of bytes) or depends on the machine (a Date in the time zone of the JVM), bytes
 * are base64 and dates ISO 8601 in UTC.
 */
#ifndef KC_FORMATS_JAVA_TEXT_H
#define KC_FORMATS_JAVA_TEXT_H

#include "out.h"

/* How deep values may be nested; a deeper one is refused. */
enum { KC_MAX_DEPTH = 1000 };

/* Appends the text of one value. KC_ERR_RECORD: nested too deeply, or a value that is not what its schema says. */
kc_status kc_java_text(struct kc_out *o, const struct kc_schema *schema, const struct kc_value *v,
                       struct kc_error *err);

/*
 * Appends a number, boolean, Decimal, Date, Time or Timestamp: the part that is the same in all text forms.
 * KC_ERR_UNSUPPORTED: none of them. KC_ERR_RECORD: a Decimal without scale or with more digits than we can write.
 */
kc_status kc_scalar_text(struct kc_out *o, const struct kc_schema *schema, const struct kc_value *v,
                         struct kc_error *err);

#endif
