#include "charset.h"
#include "column.h"
#include "labels.h"
#include "wire_type.h"

#include <kconnect/sdk.h>

static const struct known_type {
    const char *name; /* DATA_TYPE */
    enum kc_family family;
    uint8_t wire_type;
    uint8_t bytes;
} known_types[] = {
    {"tinyint", KC_FAMILY_INTEGER, KC_WIRE_TINY, 1},
    {"smallint", KC_FAMILY_INTEGER, KC_WIRE_SHORT, 2},
    {"mediumint", KC_FAMILY_INTEGER, KC_WIRE_INT24, 3},
    {"int", KC_FAMILY_INTEGER, KC_WIRE_LONG, 4},
    {"bigint", KC_FAMILY_INTEGER, KC_WIRE_LONGLONG, 8},
    {"decimal", KC_FAMILY_DECIMAL, KC_WIRE_DECIMAL, 0},
    {"float", KC_FAMILY_FLOAT, KC_WIRE_FLOAT, 4},
    {"double", KC_FAMILY_FLOAT, KC_WIRE_DOUBLE, 8},
    {"char", KC_FAMILY_STRING, KC_WIRE_STRING, 0},
    {"varchar", KC_FAMILY_STRING, KC_WIRE_VARCHAR, 0},
    {"tinytext", KC_FAMILY_STRING, KC_WIRE_BLOB, 0},
    {"text", KC_FAMILY_STRING, KC_WIRE_BLOB, 0},
    {"mediumtext", KC_FAMILY_STRING, KC_WIRE_BLOB, 0},
    {"longtext", KC_FAMILY_STRING, KC_WIRE_BLOB, 0},
    {"binary", KC_FAMILY_BYTES, KC_WIRE_STRING, 0},
    {"varbinary", KC_FAMILY_BYTES, KC_WIRE_VARCHAR, 0},
    {"tinyblob", KC_FAMILY_BYTES, KC_WIRE_BLOB, 0},
    {"blob", KC_FAMILY_BYTES, KC_WIRE_BLOB, 0},
    {"mediumblob", KC_FAMILY_BYTES, KC_WIRE_BLOB, 0},
    {"longblob", KC_FAMILY_BYTES, KC_WIRE_BLOB, 0},
    {"date", KC_FAMILY_DATE, KC_WIRE_DATE, 0},
    {"datetime", KC_FAMILY_DATETIME, KC_WIRE_DATETIME, 0},
    {"timestamp", KC_FAMILY_TIMESTAMP, KC_WIRE_TIMESTAMP, 0},
    {"time", KC_FAMILY_TIME, KC_WIRE_TIME, 0},
    {"year", KC_FAMILY_YEAR, KC_WIRE_YEAR, 0},
    {"bit", KC_FAMILY_BIT, KC_WIRE_BIT, 0},
    {"enum", KC_FAMILY_ENUM, KC_WIRE_ENUM, 0},
    {"set", KC_FAMILY_SET, KC_WIRE_SET, 0},
    {"json", KC_FAMILY_JSON, KC_WIRE_JSON, 0},
};

/* The numbers in the first parentheses of "decimal(10,2) unsigned"; missing ones stay 0. */
static void read_numbers(const char *text, uint32_t numbers[2])
{
    const char *p = strchr(text, '(');

    numbers[0] = numbers[1] = 0;
    for (int i = 0; p != NULL && i < 2; i++) {
        for (p++; *p >= '0' && *p <= '9' && numbers[i] < UINT32_MAX / 20; p++)
            numbers[i] = numbers[i] * 10 + (uint32_t)(*p - '0');
        if (*p != ',')
            return;
    }
}

static const struct known_type *find_type(const char *name)
{
    for (size_t i = 0; i < sizeof(known_types) / sizeof(known_types[0]); i++)
        if (strcasecmp(known_types[i].name, name) == 0)
            return &known_types[i];
    return NULL;
}

/* Text in the character set "binary" is bytes. */
static enum kc_family text_family(struct kc_column *column)
{
    column->text_charset = (uint8_t)kc_charset_by_name(column->charset);
    switch (column->text_charset) {
    case KC_CHARSET_UNKNOWN: return KC_FAMILY_UNSUPPORTED;
    case KC_CHARSET_BINARY: return KC_FAMILY_BYTES;
    default: return KC_FAMILY_STRING;
    }
}

/* MariaDB logs these two in a form of their own; no other type can be COMPRESSED. */
static uint8_t compressed_form(uint8_t wire_type)
{
    switch (wire_type) {
    case KC_WIRE_VARCHAR: return KC_WIRE_VARCHAR_COMPRESSED;
    case KC_WIRE_BLOB: return KC_WIRE_BLOB_COMPRESSED;
    default: return wire_type;
    }
}

static bool numbers_are_possible(const struct kc_column *column)
{
    enum { DIGITS_LIMIT = 65, SCALE_LIMIT = 38, FRACTION_LIMIT = 6, BITS_LIMIT = 64 };

    switch (column->family) {
    case KC_FAMILY_DECIMAL:
        return column->precision >= 1 && column->precision <= DIGITS_LIMIT && column->scale <= SCALE_LIMIT &&
               column->scale <= column->precision;
    case KC_FAMILY_BIT: return column->length >= 1 && column->length <= BITS_LIMIT;
    case KC_FAMILY_YEAR: return column->length != 2; /* MariaDB's YEAR(2) */
    default: return column->fsp <= FRACTION_LIMIT;
    }
}

/* Labels with characters beyond utf8mb3, which these character sets have, cannot be learned from the definition. */
static kc_status read_labels(struct kc_column *column, struct kc_error *err)
{
    static const char *const wide[] = {"utf8mb4", "utf16", "utf16le", "utf32", "gb18030"};
    bool may_lose = column->charset == NULL;
    bool lossy;
    kc_status status = kc_labels_read(column, &lossy);

    if (status == KC_ERR_NOMEM)
        return kc_fail(err, status, "out of memory for the labels of column %s", column->name);
    for (size_t i = 0; !may_lose && i < sizeof(wide) / sizeof(wide[0]); i++)
        may_lose = strcmp(column->charset, wide[i]) == 0;
    if (status < 0 || (lossy && may_lose))
        column->family = KC_FAMILY_UNSUPPORTED;
    return KC_OK;
}

/* MariaDB's JSON is a LONGTEXT with a constraint, which table_reader.c knows; its values are texts on both ways. */
static const struct known_type *type_of(const struct kc_column *column)
{
    bool text = strncasecmp(column->type_text, "longtext", strlen("longtext")) == 0;

    return find_type(text ? "longtext" : column->data_type);
}

kc_status kc_column_classify(struct kc_column *column, struct kc_error *err)
{
    const struct known_type *type = type_of(column);
    uint32_t numbers[2];

    column->family = KC_FAMILY_UNSUPPORTED;
    column->wire_type = column->bytes = column->fsp = column->precision = column->scale = 0;
    column->length = column->text_charset = 0;
    column->is_unsigned = strstr(column->type_text, " unsigned") != NULL;
    if (type == NULL)
        return KC_OK;
    read_numbers(column->type_text, numbers);
    column->family = type->family == KC_FAMILY_STRING ? text_family(column) : type->family;
    column->wire_type =
        strstr(column->type_text, " COMPRESSED") != NULL ? compressed_form(type->wire_type) : type->wire_type;
    column->bytes = type->bytes;
    switch (column->family) {
    case KC_FAMILY_DECIMAL:
        column->precision = (uint8_t)(numbers[0] <= UINT8_MAX ? numbers[0] : 0);
        column->scale = (uint8_t)(numbers[1] <= UINT8_MAX ? numbers[1] : UINT8_MAX);
        break;
    case KC_FAMILY_STRING:
    case KC_FAMILY_BYTES:
    case KC_FAMILY_BIT:
    case KC_FAMILY_YEAR: column->length = numbers[0]; break;
    case KC_FAMILY_ENUM:
    case KC_FAMILY_SET: return read_labels(column, err);
    case KC_FAMILY_DATETIME:
    case KC_FAMILY_TIME:
    case KC_FAMILY_TIMESTAMP:
        column->fsp = (uint8_t)(numbers[0] <= UINT8_MAX ? numbers[0] : UINT8_MAX);
        break;
    default: break;
    }
    if (!numbers_are_possible(column))
        column->family = KC_FAMILY_UNSUPPORTED;
    return KC_OK;
}
