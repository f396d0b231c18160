/* type_word.h - what Kafka Connect calls the types of values. */
#ifndef KC_FORMATS_TYPE_WORD_H
#define KC_FORMATS_TYPE_WORD_H

#include <stdint.h>

/* "INT32", for error messages; "UNKNOWN" for a type that there is not. */
const char *kc_type_name(uint8_t type);

/*
 * "int32", "float", "double": what JsonConverter calls a type in a schema. UINT64, which Kafka Connect does not have, is
 * "int64" there. `type` is a known one.
 */
const char *kc_type_word(uint8_t type);

/* The type of such a word, or KC_NULL where there is none of this name. */
uint8_t kc_type_of_word(const char *word, uint32_t n);

#endif
