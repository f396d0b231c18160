#include "event_transaction.h"

#include "le.h"

#include <kconnect/sdk.h>

/* Codes of the status variables in front of the text; a reader stops at one that it does not know. */
enum {
    VAR_FLAGS2 = 0,
    VAR_SQL_MODE = 1,
    VAR_CATALOG = 2,
    VAR_AUTO_INCREMENT = 3,
    VAR_CHARSET = 4,
    VAR_TIME_ZONE = 5,
    VAR_CATALOG_NZ = 6,
    VAR_LC_TIME_NAMES = 7,
    VAR_CHARSET_DATABASE = 8,
    VAR_TABLE_MAP_FOR_UPDATE = 9,
    VAR_MASTER_DATA_WRITTEN = 10,
    VAR_INVOKER = 11,
    VAR_UPDATED_DATABASES = 12,
    VAR_MICROSECONDS = 13,
    VAR_MARIADB_MICROSECONDS = 128,
};

/* Bytes behind a length byte, both included; 0: cut short. */
static size_t counted(const uint8_t *p, size_t left, size_t extra)
{
    return left < 1 || left < 1 + p[0] + extra ? 0 : 1 + p[0] + extra;
}

static size_t updated_databases(const uint8_t *p, size_t left)
{
    enum { TOO_MANY = 254 };
    size_t n = 1;

    if (left < 1)
        return 0;
    for (unsigned i = 0; p[0] != TOO_MANY && i < p[0]; i++) {
        const uint8_t *nul = n < left ? memchr(p + n, 0, left - n) : NULL;

        if (nul == NULL)
            return 0;
        n = (size_t)(nul - p) + 1;
    }
    return n;
}

/* Size of one variable's value; 0: unknown or cut short. */
static size_t value_size(uint8_t code, const uint8_t *p, size_t left)
{
    size_t first;

    switch (code) {
    case VAR_FLAGS2:
    case VAR_AUTO_INCREMENT:
    case VAR_MASTER_DATA_WRITTEN: return 4;
    case VAR_SQL_MODE:
    case VAR_TABLE_MAP_FOR_UPDATE: return 8;
    case VAR_CATALOG: return counted(p, left, 1);
    case VAR_CHARSET: return 6;
    case VAR_TIME_ZONE:
    case VAR_CATALOG_NZ: return counted(p, left, 0);
    case VAR_LC_TIME_NAMES:
    case VAR_CHARSET_DATABASE: return 2;
    case VAR_INVOKER:
        first = counted(p, left, 0);
        if (first == 0 || counted(p + first, left - first, 0) == 0)
            return 0;
        return first + counted(p + first, left - first, 0);
    case VAR_UPDATED_DATABASES: return updated_databases(p, left);
    case VAR_MICROSECONDS:
    case VAR_MARIADB_MICROSECONDS: return 3;
    default: return 0;
    }
}

static void read_variables(const uint8_t *p, size_t left, struct kc_event_query *out)
{
    while (left > 1) {
        uint8_t code = *p++;
        size_t size = value_size(code, p, --left);

        if (size == 0 || size > left)
            return;
        if (code == VAR_CHARSET)
            out->charset = kc_le16(p);
        else if (code == VAR_MICROSECONDS || code == VAR_MARIADB_MICROSECONDS)
            out->microseconds = kc_le24(p);
        p += size;
        left -= size;
    }
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* True when the text begins with the words, any case, any blanks between; *rest is what follows. */
static bool begins_with(struct kc_str text, const char *words, struct kc_str *rest)
{
    const char *p = text.ptr, *end = p + text.len;

    while (p < end && is_blank(*p))
        p++;
    for (; *words != '\0'; words++) {
        if (*words == ' ') {
            if (p == end || !is_blank(*p))
                return false;
            while (p < end && is_blank(*p))
                p++;
        } else if (p == end || (*p & ~0x20) != *words) {
            return false;
        } else {
            p++;
        }
    }
    if (p < end && !is_blank(*p) && *p != ';')
        return false;
    while (p < end && (is_blank(*p) || *p == ';'))
        p++;
    *rest = (struct kc_str){p, (uint32_t)(end - p), 0};
    return true;
}

/* The server writes these statements itself, so they come without comments. */
static enum kc_query_kind kind_of(struct kc_str sql)
{
    static const struct {
        const char *words;
        enum kc_query_kind kind;
        bool alone; /* nothing may follow */
    } kinds[] = {
        {"BEGIN", KC_QUERY_BEGIN, true},
        {"COMMIT", KC_QUERY_COMMIT, true},
        {"ROLLBACK TO", KC_QUERY_SAVEPOINT, false},
        {"ROLLBACK", KC_QUERY_ROLLBACK, true},
        {"SAVEPOINT", KC_QUERY_SAVEPOINT, false},
        {"XA START", KC_QUERY_XA_START, false},
        {"XA BEGIN", KC_QUERY_XA_START, false},
        {"XA END", KC_QUERY_XA_END, false},
        {"XA COMMIT", KC_QUERY_XA_COMMIT, false},
        {"XA ROLLBACK", KC_QUERY_XA_ROLLBACK, false},
    };
    struct kc_str rest;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (begins_with(sql, kinds[i].words, &rest) && (!kinds[i].alone || rest.len == 0))
            return kinds[i].kind;
    return KC_QUERY_OTHER;
}

/*
 *   offset size
 *        0    4  thread id
 *        4    4  seconds the statement took
 *        8    1  length of the database's name
 *        9    2  error code
 *       11    2  length of the status variables
 *       13    n  status variables, database, NUL, text to the end
 */
kc_status kc_event_query_read(const struct kc_event *event, struct kc_event_query *out, struct kc_error *err)
{
    enum { FIXED_BYTES = 13 };
    const uint8_t *p = event->body;
    size_t variables, database, text;

    memset(out, 0, sizeof(*out));
    if (event->body_len < FIXED_BYTES)
        return kc_fail(err, KC_ERR_FATAL, "a QUERY event of the binlog is cut short");
    database = p[8];
    variables = kc_le16(p + 11);
    text = FIXED_BYTES + variables + database + 1;
    if (text > event->body_len || event->body_len > UINT32_MAX || p[text - 1] != 0)
        return kc_fail(err, KC_ERR_FATAL, "a QUERY event of the binlog is cut short");
    out->thread_id = kc_le32(p);
    out->error_code = kc_le16(p + 9);
    read_variables(p + FIXED_BYTES, variables, out);
    out->database = (struct kc_str){(const char *)p + FIXED_BYTES + variables, (uint32_t)database, 0};
    out->sql = (struct kc_str){(const char *)p + text, (uint32_t)(event->body_len - text), 0};
    out->kind = kind_of(out->sql);
    return KC_OK;
}

kc_status kc_event_xid_read(const struct kc_event *event, uint64_t *xid, struct kc_error *err)
{
    if (event->body_len < 8)
        return kc_fail(err, KC_ERR_FATAL, "an XID event of the binlog is cut short");
    *xid = kc_le64(event->body);
    return KC_OK;
}

/* MySQL puts a length byte in front, which is wrong for long texts and therefore ignored. */
kc_status kc_event_rows_query_read(const struct kc_event *event, struct kc_str *sql, struct kc_error *err)
{
    size_t skip = event->header.type == KC_EVENT_ROWS_QUERY ? 1 : 0;

    if (event->body_len < skip || event->body_len > UINT32_MAX)
        return kc_fail(err, KC_ERR_FATAL, "an event with a statement's text is cut short");
    *sql = (struct kc_str){(const char *)event->body + skip, (uint32_t)(event->body_len - skip), 0};
    return KC_OK;
}
