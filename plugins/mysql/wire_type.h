/* wire_type.h - type bytes of a TABLE_MAP event (MySQL's enum_field_types, MariaDB's additions). */
#ifndef KC_MYSQL_WIRE_TYPE_H
#define KC_MYSQL_WIRE_TYPE_H

enum kc_wire_type {
    KC_WIRE_DECIMAL_OLD = 0,
    KC_WIRE_TINY = 1,
    KC_WIRE_SHORT = 2,
    KC_WIRE_LONG = 3,
    KC_WIRE_FLOAT = 4,
    KC_WIRE_DOUBLE = 5,
    KC_WIRE_TIMESTAMP_OLD = 7,
    KC_WIRE_LONGLONG = 8,
    KC_WIRE_INT24 = 9,
    KC_WIRE_DATE = 10,
    KC_WIRE_TIME_OLD = 11,
    KC_WIRE_DATETIME_OLD = 12,
    KC_WIRE_YEAR = 13,
    KC_WIRE_VARCHAR = 15,
    KC_WIRE_BIT = 16,
    KC_WIRE_TIMESTAMP = 17, /* with a fraction: "2" in MySQL's names */
    KC_WIRE_DATETIME = 18,
    KC_WIRE_TIME = 19,
    KC_WIRE_BLOB_COMPRESSED = 140, /* MariaDB */
    KC_WIRE_VARCHAR_COMPRESSED = 141,
    KC_WIRE_VECTOR = 242,
    KC_WIRE_JSON = 245,
    KC_WIRE_DECIMAL = 246,
    KC_WIRE_ENUM = 247,
    KC_WIRE_SET = 248,
    KC_WIRE_BLOB = 252, /* every BLOB and TEXT size */
    KC_WIRE_VAR_STRING = 253,
    KC_WIRE_STRING = 254, /* CHAR, BINARY; ENUM and SET hide in it */
    KC_WIRE_GEOMETRY = 255,
};

/* MariaDB's COMPRESSED columns; see compressed_value.h. */
static inline int kc_wire_is_compressed(unsigned char type)
{
    return type == KC_WIRE_BLOB_COMPRESSED || type == KC_WIRE_VARCHAR_COMPRESSED;
}

#endif
