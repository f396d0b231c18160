#include "type_word.h"

#include <kconnect/value.h>

#include <stddef.h>
#include <string.h>

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

static const char *const words[] = {
    [KC_INT8] = "int8",     [KC_INT16] = "int16",    [KC_INT32] = "int32",     [KC_INT64] = "int64",
    [KC_FLOAT32] = "float", [KC_FLOAT64] = "double", [KC_BOOLEAN] = "boolean", [KC_STRING] = "string",
    [KC_BYTES] = "bytes",   [KC_ARRAY] = "array",    [KC_MAP] = "map",         [KC_STRUCT] = "struct",
};

const char *kc_type_word(uint8_t type)
{
    return type == KC_UINT64 ? words[KC_INT64] : words[type];
}

uint8_t kc_type_of_word(const char *word, uint32_t n)
{
    for (uint8_t i = KC_INT8; i <= KC_STRUCT; i++)
        if (strlen(words[i]) == n && memcmp(words[i], word, n) == 0)
            return i;
    return KC_NULL;
}
