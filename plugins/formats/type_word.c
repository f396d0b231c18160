#include "type_word.h"

#include <kconnect/value.h>

#include <stddef.h>

static const char *const names[] = {
    [KC_NULL] = "NULL",     [KC_INT8] = "INT8",       [KC_INT16] = "INT16",     [KC_INT32] = "INT32",
    [KC_INT64] = "INT64",   [KC_FLOAT32] = "FLOAT32", [KC_FLOAT64] = "FLOAT64", [KC_BOOLEAN] = "BOOLEAN",
    [KC_STRING] = "STRING", [KC_BYTES] = "BYTES",     [KC_ARRAY] = "ARRAY",     [KC_MAP] = "MAP",
    [KC_STRUCT] = "STRUCT", [KC_UINT64] = "UINT64",
};

const char *kc_type_name(uint8_t type)
{
    return type < sizeof(names) / sizeof(*names) ? names[type] : "UNKNOWN";
}
