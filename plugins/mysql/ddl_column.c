#include "ddl_column.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <kconnect/sdk.h>

enum { CHARSET_BYTES = 64, LABELS_BYTES = 65535 * 4 };

/* How the numbers behind a type are completed. */
enum shape {
    PLAIN,    /* none */
    WIDTH,    /* of display: MariaDB prints it always, MySQL for tinyint(1) */
    LENGTH,   /* 1 when it is missing */
    REQUIRED, /* VARCHAR */
    DECIMALS, /* 10 and 0 */
    FRACTION, /* of a second; none is 0 */
    REAL,     /* FLOAT(p) is a DOUBLE beyond 24 bits */
    SIZED,    /* TEXT(n) and BLOB(n): the shortest of their kind that has room */
    LABELS,
};

static const struct type {
    const char *word;
    const char *name; /* DATA_TYPE */
    enum shape shape;
    uint8_t width, width_unsigned; /* MariaDB's */
    bool text;                     /* has a character set */
} types[] = {
    {"TINYINT", "tinyint", WIDTH, 4, 3, false},
    {"BOOL", "tinyint", WIDTH, 1, 1, false},
    {"BOOLEAN", "tinyint", WIDTH, 1, 1, false},
    {"SMALLINT", "smallint", WIDTH, 6, 5, false},
    {"MEDIUMINT", "mediumint", WIDTH, 9, 8, false},
    {"INT", "int", WIDTH, 11, 10, false},
    {"INTEGER", "int", WIDTH, 11, 10, false},
    {"BIGINT", "bigint", WIDTH, 20, 20, false},
    {"INT1", "tinyint", WIDTH, 4, 3, false},
    {"INT2", "smallint", WIDTH, 6, 5, false},
    {"INT3", "mediumint", WIDTH, 9, 8, false},
    {"MIDDLEINT", "mediumint", WIDTH, 9, 8, false},
    {"INT4", "int", WIDTH, 11, 10, false},
    {"INT8", "bigint", WIDTH, 20, 20, false},
    {"YEAR", "year", WIDTH, 4, 4, false},
    {"DECIMAL", "decimal", DECIMALS, 0, 0, false},
    {"DEC", "decimal", DECIMALS, 0, 0, false},
    {"NUMERIC", "decimal", DECIMALS, 0, 0, false},
    {"FIXED", "decimal", DECIMALS, 0, 0, false},
    {"FLOAT4", "float", REAL, 0, 0, false},
    {"FLOAT8", "double", REAL, 0, 0, false},
    {"FLOAT", "float", REAL, 0, 0, false},
    {"DOUBLE", "double", REAL, 0, 0, false},
    {"CHAR", "char", LENGTH, 0, 0, true},
    {"CHARACTER", "char", LENGTH, 0, 0, true},
    {"VARCHAR", "varchar", REQUIRED, 0, 0, true},
    {"NCHAR", "char", LENGTH, 0, 0, true},
    {"NVARCHAR", "varchar", REQUIRED, 0, 0, true},
    {"TINYTEXT", "tinytext", PLAIN, 0, 0, true},
    {"TEXT", "text", SIZED, 0, 0, true},
    {"MEDIUMTEXT", "mediumtext", PLAIN, 0, 0, true},
    {"LONGTEXT", "longtext", PLAIN, 0, 0, true},
    {"BINARY", "binary", LENGTH, 0, 0, false},
    {"VARBINARY", "varbinary", REQUIRED, 0, 0, false},
    {"TINYBLOB", "tinyblob", PLAIN, 0, 0, false},
    {"BLOB", "blob", SIZED, 0, 0, false},
    {"MEDIUMBLOB", "mediumblob", PLAIN, 0, 0, false},
    {"LONGBLOB", "longblob", PLAIN, 0, 0, false},
    {"BIT", "bit", LENGTH, 0, 0, false},
    {"DATE", "date", PLAIN, 0, 0, false},
    {"DATETIME", "datetime", FRACTION, 0, 0, false},
    {"TIMESTAMP", "timestamp", FRACTION, 0, 0, false},
    {"TIME", "time", FRACTION, 0, 0, false},
    {"ENUM", "enum", LABELS, 0, 0, true},
    {"SET", "set", LABELS, 0, 0, true},
    {"JSON", "json", PLAIN, 0, 0, false}, /* MySQL's; for MariaDB's see read_type() */
};

/* A definition while it is read. */
struct reading {
    enum kc_flavor flavor;
    struct kc_sql_reader *r;
    const struct type *type;
    char *labels; /* as they stand there, parentheses included */
    uint32_t numbers[2];
    uint32_t n_numbers;
    bool is_unsigned, zerofill;
    bool json; /* MariaDB's: a LONGTEXT with the constraint json_valid() */
    char charset[CHARSET_BYTES];
};

kc_status kc_ddl_unknown(const struct kc_sql_reader *r, struct kc_error *err)
{
    int len = (int)(r->end - r->from < 40 ? r->end - r->from : 40);

    return kc_fail(err, KC_ERR_UNSUPPORTED, "the statement is not understood at \"%.*s\"", len, r->from);
}

void kc_ddl_skip_parentheses(struct kc_sql_reader *r)
{
    uint32_t depth = 0;

    do {
        if (kc_sql_sign(r, '('))
            depth++;
        else if (kc_sql_sign(r, ')'))
            depth--;
        kc_sql_next(r);
    } while (depth > 0 && r->token != KC_SQL_END);
}

void kc_ddl_charset_of_collation(const char *collation, char *charset, size_t size)
{
    if (strncasecmp(collation, "uca1400_", strlen("uca1400_")) == 0) /* MariaDB: of any character set */
        return;
    (void)snprintf(charset, size, "%.*s", (int)strcspn(collation, "_"), collation);
    for (char *p = charset; *p != '\0'; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p | 0x20);
    if (strcmp(charset, "utf8") == 0)
        (void)snprintf(charset, size, "utf8mb3");
}

static bool is_number(const struct kc_sql_reader *r)
{
    return r->token == KC_SQL_WORD && r->word[0] >= '0' && r->word[0] <= '9' && strlen(r->word) < 10 &&
           strspn(r->word, "0123456789") == strlen(r->word);
}

/* "(10,2)"; the opening parenthesis is in hand. */
static kc_status read_numbers(struct reading *d, struct kc_error *err)
{
    struct kc_sql_reader *r = d->r;

    do {
        kc_sql_next(r);
        if (!is_number(r) || d->n_numbers == 2)
            return kc_ddl_unknown(r, err);
        d->numbers[d->n_numbers++] = (uint32_t)strtoul(r->word, NULL, 10);
        kc_sql_next(r);
    } while (kc_sql_sign(r, ','));
    if (!kc_sql_sign(r, ')'))
        return kc_ddl_unknown(r, err);
    kc_sql_next(r);
    return KC_OK;
}

/* The labels are written in a statement as they are in a type's text, but for blanks between them. */
static kc_status read_labels(struct reading *d, struct kc_error *err)
{
    struct kc_sql_reader *r = d->r;
    size_t room = (size_t)(r->end - r->from) + 2, n = 0;

    if (!kc_sql_sign(r, '(') || room > LABELS_BYTES)
        return kc_ddl_unknown(r, err);
    d->labels = malloc(room);
    if (d->labels == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for a statement");
    d->labels[n++] = '(';
    do {
        if (kc_sql_next(r) != KC_SQL_TEXT || r->p - r->from < 2 || r->p[-1] != '\'')
            return kc_ddl_unknown(r, err);
        memcpy(d->labels + n, r->from, (size_t)(r->p - r->from));
        n += (size_t)(r->p - r->from);
        kc_sql_next(r);
        d->labels[n++] = ',';
    } while (kc_sql_sign(r, ','));
    d->labels[n - 1] = ')';
    d->labels[n] = '\0';
    if (!kc_sql_sign(r, ')'))
        return kc_ddl_unknown(r, err);
    kc_sql_next(r);
    return KC_OK;
}

static const struct type *find_type(const char *word)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (strcasecmp(types[i].word, word) == 0)
            return &types[i];
    return NULL;
}

static kc_status read_type(struct reading *d, struct kc_error *err)
{
    struct kc_sql_reader *r = d->r;

    bool national = kc_sql_is(r, "NATIONAL");

    if (national)
        kc_sql_next(r);
    d->type = r->token == KC_SQL_WORD ? find_type(r->word) : NULL;
    if (d->type == NULL)
        return kc_ddl_unknown(r, err);
    if (national || kc_sql_is(r, "NCHAR") || kc_sql_is(r, "NVARCHAR"))
        (void)snprintf(d->charset, sizeof(d->charset), "utf8mb3");
    kc_sql_next(r);
    if (d->flavor == KC_FLAVOR_MARIADB && strcmp(d->type->name, "json") == 0) {
        d->type = find_type("LONGTEXT");
        d->json = true;
        (void)snprintf(d->charset, sizeof(d->charset), "utf8mb4");
    }
    if (strcmp(d->type->name, "double") == 0 && kc_sql_is(r, "PRECISION"))
        kc_sql_next(r);
    if (strcmp(d->type->name, "char") == 0 && kc_sql_is(r, "VARYING")) {
        d->type = find_type("VARCHAR");
        kc_sql_next(r);
    }
    if (d->type->shape == LABELS)
        return read_labels(d, err);
    return kc_sql_sign(r, '(') && d->type->shape != PLAIN ? read_numbers(d, err) : KC_OK;
}

/* A literal, NULL, a function or an expression in parentheses. The token behind DEFAULT is in hand. */
static kc_status skip_default(struct kc_sql_reader *r, struct kc_error *err)
{
    enum kc_sql_token first;

    if (kc_sql_sign(r, '-') || kc_sql_sign(r, '+'))
        kc_sql_next(r);
    if (kc_sql_sign(r, '(')) {
        kc_ddl_skip_parentheses(r);
        return KC_OK;
    }
    first = r->token;
    if (first == KC_SQL_END || first == KC_SQL_SIGN)
        return kc_ddl_unknown(r, err);
    kc_sql_next(r);
    if (first == KC_SQL_WORD && kc_sql_sign(r, '(')) {
        kc_ddl_skip_parentheses(r);
        return KC_OK;
    }
    if (first == KC_SQL_WORD && r->token == KC_SQL_TEXT) { /* x'41', DATE '2020-01-01' */
        kc_sql_next(r);
        return KC_OK;
    }
    if (first == KC_SQL_WORD && r->token == KC_SQL_DOT) { /* 1.5 */
        first = KC_SQL_DOT;
        kc_sql_next(r);
    }
    if (first == KC_SQL_DOT && r->token == KC_SQL_WORD && r->word[0] >= '0' && r->word[0] <= '9')
        kc_sql_next(r);
    return KC_OK;
}

static kc_status read_name(struct kc_sql_reader *r, char out[CHARSET_BYTES], struct kc_error *err)
{
    if (kc_sql_sign(r, '='))
        kc_sql_next(r);
    if ((r->token != KC_SQL_WORD && r->token != KC_SQL_QUOTED) || strlen(r->word) >= CHARSET_BYTES)
        return kc_ddl_unknown(r, err);
    (void)snprintf(out, CHARSET_BYTES, "%s", r->word);
    kc_sql_next(r);
    return KC_OK;
}

/* "CHECK (json_valid(`column`))" behind its column; CHECK is in hand, and stays. */
static bool is_json_check(const struct kc_sql_reader *at, const struct kc_column *c)
{
    struct kc_sql_reader r = *at;

    return kc_sql_is(&r, "CHECK") && kc_sql_next(&r) == KC_SQL_SIGN && kc_sql_sign(&r, '(') &&
           kc_sql_next(&r) == KC_SQL_WORD && kc_sql_is(&r, "json_valid") && kc_sql_next(&r) == KC_SQL_SIGN &&
           kc_sql_sign(&r, '(') && kc_sql_next(&r) != KC_SQL_END && strcasecmp(r.word, c->name) == 0 &&
           kc_sql_next(&r) == KC_SQL_SIGN && kc_sql_sign(&r, ')') && kc_sql_next(&r) == KC_SQL_SIGN &&
           kc_sql_sign(&r, ')');
}

/* "CHARACTER SET x", "CHARSET x", "COLLATE y"; KC_NOTHING: none of them is in hand. */
static kc_status read_charset(struct reading *d, struct kc_error *err)
{
    struct kc_sql_reader *r = d->r;
    char name[CHARSET_BYTES];
    kc_status status;

    if (kc_sql_is(r, "CHARACTER")) {
        kc_sql_next(r);
        if (!kc_sql_is(r, "SET"))
            return kc_ddl_unknown(r, err);
    } else if (!kc_sql_is(r, "CHARSET") && !kc_sql_is(r, "COLLATE")) {
        return KC_NOTHING;
    }
    kc_sql_next(r);
    status = read_name(r, name, err);
    if (status == KC_OK)
        kc_ddl_charset_of_collation(name, d->charset, sizeof(d->charset));
    return status;
}

/* "GENERATED ALWAYS AS (...)", "CHECK (...)", "REFERENCES t (c) ON DELETE CASCADE"; KC_NOTHING: none of them. */
static kc_status pass_expression(struct reading *d, const struct kc_column *c, struct kc_error *err)
{
    static const char *const words[] = {"GENERATED", "AS", "CHECK", "REFERENCES", NULL};
    static const char *const actions[] = {"MATCH", "ON", NULL};
    struct kc_sql_reader *r = d->r;
    bool reference = kc_sql_is(r, "REFERENCES");

    if (!kc_sql_one_of(r, words))
        return KC_NOTHING;
    if (strcmp(d->type->name, "longtext") == 0 && d->flavor == KC_FLAVOR_MARIADB)
        d->json = d->json || is_json_check(r, c);
    while (r->token == KC_SQL_WORD || (reference && (r->token == KC_SQL_QUOTED || r->token == KC_SQL_DOT)))
        kc_sql_next(r);
    if (!kc_sql_sign(r, '('))
        return kc_ddl_unknown(r, err);
    kc_ddl_skip_parentheses(r);
    while (reference && kc_sql_one_of(r, actions)) { /* MATCH FULL, ON DELETE CASCADE, ON UPDATE SET NULL */
        bool on = kc_sql_is(r, "ON");

        kc_sql_next(r);
        if (on)
            kc_sql_next(r);
        if (kc_sql_is(r, "SET") || kc_sql_is(r, "NO"))
            kc_sql_next(r);
        kc_sql_next(r);
    }
    return KC_OK;
}

/* DEFAULT and ON UPDATE; KC_NOTHING: none of them. */
static kc_status pass_default(struct kc_sql_reader *r, struct kc_error *err)
{
    if (kc_sql_is(r, "ON")) {
        kc_sql_next(r);
        if (!kc_sql_is(r, "UPDATE"))
            return kc_ddl_unknown(r, err);
    } else if (!kc_sql_is(r, "DEFAULT")) {
        return KC_NOTHING;
    }
    kc_sql_next(r);
    return skip_default(r, err);
}

/* "NOT NULL" and, of a CHECK, "NOT ENFORCED"; NOT is in hand, and then the last word is. */
static kc_status read_not(struct kc_sql_reader *r, struct kc_column *c, struct kc_ddl_extras *x,
                          struct kc_error *err)
{
    kc_sql_next(r);
    if (kc_sql_is(r, "ENFORCED"))
        return KC_OK;
    if (!kc_sql_is(r, "NULL"))
        return kc_ddl_unknown(r, err);
    c->nullable = false;
    x->said_null = true;
    return KC_OK;
}

/* One attribute of one word, or of a word and another. */
static kc_status read_word(struct reading *d, struct kc_column *c, struct kc_ddl_extras *x,
                           struct kc_error *err)
{
    static const char *const alone[] = {"AUTO_INCREMENT", "VISIBLE", "INVISIBLE", "VIRTUAL",  "STORED",
                                        "PERSISTENT",     "SIGNED",  "BINARY",    "ENFORCED", NULL};
    static const char *const with_word[] = {"COLUMN_FORMAT", "STORAGE", "COMMENT", NULL};
    struct kc_sql_reader *r = d->r;

    if (kc_sql_is(r, "UNSIGNED")) {
        d->is_unsigned = true;
    } else if (kc_sql_is(r, "ZEROFILL")) {
        d->is_unsigned = d->zerofill = true;
    } else if (kc_sql_is(r, "PRIMARY")) {
        x->primary = true;
    } else if (kc_sql_is(r, "NULL")) {
        c->nullable = x->said_null = true;
    } else if (kc_sql_is(r, "NOT")) {
        if (read_not(r, c, x, err) < 0)
            return err->status;
    } else if (kc_sql_is(r, "UNIQUE")) {
        x->unique = true;
    } else if (kc_sql_is(r, "KEY")) {
        x->primary = x->primary || !x->unique;
    } else if (kc_sql_one_of(r, with_word)) {
        kc_sql_next(r);
        if (r->token == KC_SQL_END || r->token == KC_SQL_SIGN)
            return kc_ddl_unknown(r, err);
    } else if (kc_sql_is(r, "CONSTRAINT")) { /* of a CHECK or REFERENCES that follows */
        struct kc_sql_reader at = *r;

        kc_sql_next(r);
        if (kc_sql_is(r, "CHECK") || kc_sql_is(r, "REFERENCES"))
            *r = at;
    } else if (!kc_sql_one_of(r, alone)) {
        return kc_ddl_unknown(r, err);
    } else if (kc_sql_is(r, "INVISIBLE")) {
        r->conditional = r->was_conditional; /* it decides nothing, in SHOW CREATE TABLE's comment or not */
    }
    kc_sql_next(r);
    return KC_OK;
}

/* One attribute; its first word is in hand. */
static kc_status read_attribute(struct reading *d, struct kc_column *c, struct kc_ddl_extras *x,
                                struct kc_error *err)
{
    kc_status status = read_charset(d, err);

    if (status == KC_NOTHING)
        status = pass_expression(d, c, err);
    if (status == KC_NOTHING)
        status = pass_default(d->r, err);
    return status == KC_NOTHING ? read_word(d, c, x, err) : status;
}

/* The type's numbers as the server prints them. */
static bool print_numbers(const struct reading *d, char *out, size_t size)
{
    const struct type *t = d->type;
    uint32_t a = d->numbers[0], b = d->numbers[1], width = d->is_unsigned ? t->width_unsigned : t->width;

    out[0] = '\0';
    switch (t->shape) {
    case PLAIN: return true;
    case SIZED: return d->n_numbers < 2; /* the number is not part of the type */
    case LABELS: return false;
    case WIDTH:
        if (d->n_numbers > 0)
            width = a;
        if (d->flavor == KC_FLAVOR_MARIADB || d->zerofill ||
            (width == 1 && strcmp(t->name, "tinyint") == 0 && !d->is_unsigned))
            (void)snprintf(out, size, "(%u)", width);
        return d->n_numbers < 2;
    case LENGTH: (void)snprintf(out, size, "(%u)", d->n_numbers > 0 ? a : 1); return d->n_numbers < 2;
    case REQUIRED: (void)snprintf(out, size, "(%u)", a); return d->n_numbers == 1;
    case DECIMALS: (void)snprintf(out, size, "(%u,%u)", d->n_numbers > 0 && a > 0 ? a : 10, b); return true;
    case FRACTION:
        if (a > 0)
            (void)snprintf(out, size, "(%u)", a);
        return d->n_numbers < 2;
    case REAL:
        if (d->n_numbers == 2)
            (void)snprintf(out, size, "(%u,%u)", a, b);
        return true;
    }
    return false;
}

/* Texts in the character set "binary" are bytes. */
static const char *bytes_instead(const char *text)
{
    static const char *const pairs[][2] = {{"char", "binary"},           {"varchar", "varbinary"},
                                           {"tinytext", "tinyblob"},     {"text", "blob"},
                                           {"mediumtext", "mediumblob"}, {"longtext", "longblob"}};

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        if (strcmp(pairs[i][0], text) == 0)
            return pairs[i][1];
    return NULL;
}

static kc_status finish(const struct reading *d, struct kc_column *c, struct kc_error *err)
{
    bool text = d->type->text;
    const char *name = d->type->name;
    char numbers[32];
    int n;

    if (d->type->shape == REAL && d->n_numbers == 1)
        name = d->numbers[0] > 24 ? "double" : "float";
    if (d->labels == NULL && !print_numbers(d, numbers, sizeof(numbers)))
        return kc_fail(err, KC_ERR_UNSUPPORTED, "a %s has impossible numbers", name);
    if (text && strcmp(d->charset, "binary") == 0) {
        name = bytes_instead(name);
        text = false;
        if (name == NULL)
            return kc_fail(err, KC_ERR_UNSUPPORTED, "a %s of bytes is not understood", d->type->name);
    }
    c->size_open = d->type->shape == SIZED && d->n_numbers > 0;
    n = asprintf(&c->type_text, "%s%s%s%s", name, d->labels != NULL ? d->labels : numbers,
                 d->is_unsigned ? " unsigned" : "", d->zerofill ? " zerofill" : "");
    if (n < 0)
        c->type_text = NULL;
    c->data_type = strdup(d->json ? "json" : name);
    c->charset = text && d->charset[0] != '\0' ? strdup(d->charset) : NULL;
    if (c->type_text == NULL || c->data_type == NULL || (text && d->charset[0] != '\0' && c->charset == NULL))
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for a statement");
    return KC_OK;
}

kc_status kc_ddl_column(enum kc_flavor flavor, struct kc_sql_reader *r, const char *charset,
                        struct kc_column *column, struct kc_ddl_extras *extras, struct kc_error *err)
{
    static const char *const ends[] = {"FIRST", "AFTER", NULL};
    struct reading d = {.flavor = flavor, .r = r};
    kc_status status;

    (void)snprintf(d.charset, sizeof(d.charset), "%s", charset);
    memset(extras, 0, sizeof(*extras));
    column->nullable = true;
    status = read_type(&d, err);
    while (status == KC_OK && r->token != KC_SQL_END && !kc_sql_sign(r, ',') && !kc_sql_sign(r, ')') &&
           !kc_sql_sign(r, ';') && !kc_sql_one_of(r, ends))
        status = read_attribute(&d, column, extras, err);
    if (status == KC_OK)
        status = finish(&d, column, err);
    free(d.labels);
    return status;
}
