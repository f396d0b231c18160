/* type_word.h - what Kafka Connect calls the types of values. */
#ifndef KC_FORMATS_TYPE_WORD_H
#define KC_FORMATS_TYPE_WORD_H

#include <stdint.h>

/* "INT32", for error messages; "UNKNOWN" for a type that there is not. */
const char *kc_type_name(uint8_t type);

#endif
