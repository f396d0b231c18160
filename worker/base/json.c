#include "base/json.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 100 };

/* 2^53: from here on different integers read as the same double. */
static const double max_exact = 9007199254740992.0;

struct scan {
    const char *text;
    size_t len;
    size_t at;
    int depth;
};

static kc_status refuse(const struct scan *s, struct kc_error *err, const char *why)
{
    return kc_fail(err, KC_ERR_CONFIG, "the JSON text is not acceptable at byte %zu: %s", s->at, why);
}

static kc_status scan_string(struct scan *s, struct kc_error *err)
{
    for (s->at++; s->at < s->len && s->text[s->at] != '"'; s->at++) {
        if (s->text[s->at] != '\\')
            continue;
        if (s->len - s->at >= 6 && memcmp(s->text + s->at, "\\u0000", 6) == 0)
            return refuse(s, err, "\\u0000 inside a string");
        s->at++;
    }
    s->at++;
    return KC_OK;
}

/* A number that a double would change is refused; how it is written otherwise is cJSON's to judge. */
static kc_status scan_number(struct scan *s, struct kc_error *err)
{
    size_t start = s->at;
    bool whole = true;
    char digits[400];
    size_t n;

    while (s->at < s->len &&
           (isdigit((unsigned char)s->text[s->at]) || strchr("+-.eE", s->text[s->at]) != NULL)) {
        if (strchr(".eE", s->text[s->at]) != NULL)
            whole = false;
        s->at++;
    }
    n = s->at - start;
    if (n >= sizeof(digits))
        return refuse(s, err, "a number of more than 400 digits; send it as a string");
    memcpy(digits, s->text + start, n);
    digits[n] = '\0';
    if (whole && fabs(strtod(digits, NULL)) >= max_exact)
        return refuse(s, err, "an integer of 2^53 or more; send it as a string");
    return KC_OK;
}

/* Looks for what cJSON would alter silently. Grammar errors are left to cJSON itself. */
static kc_status scan_all(struct scan *s, struct kc_error *err)
{
    kc_status status = KC_OK;

    while (status == KC_OK && s->at < s->len) {
        unsigned char c = (unsigned char)s->text[s->at];

        if (c == '\0')
            return refuse(s, err, "a NUL byte");
        if (c == '"') {
            status = scan_string(s, err);
        } else if (c == '-' || isdigit(c)) {
            status = scan_number(s, err);
        } else {
            if ((c == '{' || c == '[') && ++s->depth > MAX_DEPTH)
                return refuse(s, err, "nested more than 100 levels deep");
            if (c == '}' || c == ']')
                s->depth--;
            s->at++;
        }
    }
    return status;
}

/* Of members with one name only the last stays, at every level. */
static void drop_duplicates(cJSON *value)
{
    cJSON *child = value->child;

    while (child != NULL) {
        cJSON *next = child->next;

        drop_duplicates(child);
        if (cJSON_IsObject(value)) {
            for (const cJSON *later = next; later != NULL; later = later->next) {
                if (strcmp(later->string, child->string) == 0) {
                    cJSON_Delete(cJSON_DetachItemViaPointer(value, child));
                    break;
                }
            }
        }
        child = next;
    }
}

/* The one place that knows what cJSON reports about a failure: how far it came. */
static void refuse_grammar(const char *text, size_t len, const char *end, struct kc_error *err)
{
    size_t at = end != NULL && end >= text && end <= text + len ? (size_t)(end - text) : 0;

    if (len == 0)
        (void)kc_fail(err, KC_ERR_CONFIG, "the body is empty; a JSON value is needed");
    else
        (void)kc_fail(err, KC_ERR_CONFIG, "the JSON text is malformed at byte %zu", at);
}

cJSON *kc_json_parse(const char *text, size_t len, struct kc_error *err)
{
    struct scan s = {.text = text, .len = len};
    const char *end = NULL;
    cJSON *value;

    if (scan_all(&s, err) < 0)
        return NULL;
    value = cJSON_ParseWithLengthOpts(text, len, &end, 0);
    if (value == NULL) {
        refuse_grammar(text, len, end, err);
        return NULL;
    }
    while (end < text + len && isspace((unsigned char)*end))
        end++;
    if (end < text + len) {
        cJSON_Delete(value);
        (void)kc_fail(err, KC_ERR_CONFIG, "the JSON text goes on after its end at byte %zu",
                      (size_t)(end - text));
        return NULL;
    }
    drop_duplicates(value);
    return value;
}

const cJSON *kc_json_member(const cJSON *obj, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(obj, name);
}

const char *kc_json_text(const cJSON *obj, const char *name)
{
    return cJSON_GetStringValue(kc_json_member(obj, name));
}

int64_t kc_json_int(const cJSON *obj, const char *name, int64_t fallback)
{
    const cJSON *member = kc_json_member(obj, name);

    return cJSON_IsNumber(member) && fabs(member->valuedouble) <= max_exact ? (int64_t)member->valuedouble
                                                                            : fallback;
}

bool kc_json_bool(const cJSON *obj, const char *name, bool fallback)
{
    const cJSON *member = kc_json_member(obj, name);

    return cJSON_IsBool(member) ? cJSON_IsTrue(member) : fallback;
}

static kc_status add_member(struct kc_props *p, const cJSON *member, struct kc_props *nulls,
                            struct kc_error *err)
{
    kc_status status;
    char *number;

    if (cJSON_IsString(member))
        return kc_props_set(p, member->string, member->valuestring);
    if (cJSON_IsBool(member))
        return kc_props_set(p, member->string, cJSON_IsTrue(member) ? "true" : "false");
    if (cJSON_IsNull(member) && nulls != NULL)
        return kc_props_set(nulls, member->string, "");
    if (!cJSON_IsNumber(member))
        return kc_fail(err, KC_ERR_CONFIG,
                       "the value of \"%s\" must be a string, a number or a boolean, not %s", member->string,
                       cJSON_IsNull(member)    ? "null"
                       : cJSON_IsArray(member) ? "an array"
                                               : "an object");
    number = cJSON_PrintUnformatted(member);
    if (number == NULL)
        return KC_ERR_NOMEM;
    status = kc_props_set(p, member->string, number);
    cJSON_free(number);
    return status;
}

struct kc_props *kc_json_to_props(const cJSON *obj, struct kc_props *nulls, struct kc_error *err)
{
    struct kc_props *p;
    const cJSON *member;

    if (!cJSON_IsObject(obj)) {
        (void)kc_fail(err, KC_ERR_CONFIG, "a configuration must be a JSON object of key and value");
        return NULL;
    }
    p = kc_props_create();
    if (p == NULL) {
        (void)kc_fail(err, KC_ERR_NOMEM, "out of memory");
        return NULL;
    }
    cJSON_ArrayForEach(member, obj)
    {
        kc_status status = add_member(p, member, nulls, err);

        if (status < 0) {
            if (status == KC_ERR_NOMEM)
                (void)kc_fail(err, KC_ERR_NOMEM, "out of memory");
            kc_props_destroy(p);
            return NULL;
        }
    }
    return p;
}

cJSON *kc_json_from_props(const struct kc_props *p)
{
    cJSON *obj = cJSON_CreateObject();

    for (size_t i = 0; obj != NULL && i < kc_props_count(p); i++) {
        if (cJSON_AddStringToObject(obj, kc_props_key(p, i), kc_props_value(p, i)) == NULL) {
            cJSON_Delete(obj);
            obj = NULL;
        }
    }
    return obj;
}
