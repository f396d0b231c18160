#include "regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <ctype.h>
#include <stdlib.h>

#include "regex_java.h"

enum { MATCH_STEPS = 200000, MATCH_DEPTH = 10000, MATCH_HEAP_KIB = 16384 };

struct kc_regex {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *limits;
    uint32_t n_groups;
    char *shown; /* the pattern, for messages */
};

static pcre2_code *compile(struct kc_str pattern, struct kc_error *err)
{
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    char *translated = NULL;
    PCRE2_UCHAR why[160];
    pcre2_code *code;
    PCRE2_SIZE at;
    int number;

    if (context == NULL || kc_regex_from_java(pattern, &translated, err) < 0) {
        if (context == NULL)
            (void)kc_fail(err, KC_ERR_NOMEM, "out of memory for a regular expression");
        pcre2_compile_context_free(context);
        return NULL;
    }
    (void)pcre2_set_newline(context, PCRE2_NEWLINE_ANY);
    code = pcre2_compile((PCRE2_SPTR)translated, PCRE2_ZERO_TERMINATED, PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C,
                         &number, &at, context);
    if (code == NULL) {
        (void)pcre2_get_error_message(number, why, sizeof(why));
        (void)kc_fail(err, KC_ERR_CONFIG, "the regular expression %.*s is not valid: %s near index %zu",
                      (int)pattern.len, pattern.ptr, (const char *)why, (size_t)at);
    }
    pcre2_compile_context_free(context);
    free(translated);
    return code;
}

struct kc_regex *kc_regex_open(struct kc_str pattern, struct kc_error *err)
{
    struct kc_regex *re;
    pcre2_code *code;

    if (memchr(pattern.ptr, '\0', pattern.len) != NULL) {
        (void)kc_fail(err, KC_ERR_CONFIG, "a regular expression must not contain a zero byte");
        return NULL;
    }
    code = compile(pattern, err);
    if (code == NULL)
        return NULL;
    re = calloc(1, sizeof(*re));
    if (re != NULL) {
        re->code = code;
        re->data = pcre2_match_data_create_from_pattern(code, NULL);
        re->limits = pcre2_match_context_create(NULL);
        re->shown = strndup(pattern.ptr, pattern.len);
    }
    if (re == NULL || re->data == NULL || re->limits == NULL || re->shown == NULL) {
        if (re == NULL)
            pcre2_code_free(code);
        kc_regex_close(re);
        (void)kc_fail(err, KC_ERR_NOMEM, "out of memory for a regular expression");
        return NULL;
    }
    (void)pcre2_set_match_limit(re->limits, MATCH_STEPS);
    (void)pcre2_set_depth_limit(re->limits, MATCH_DEPTH);
    (void)pcre2_set_heap_limit(re->limits, MATCH_HEAP_KIB);
    (void)pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &re->n_groups);
    return re;
}

void kc_regex_close(struct kc_regex *re)
{
    if (re == NULL)
        return;
    pcre2_code_free(re->code);
    pcre2_match_data_free(re->data);
    pcre2_match_context_free(re->limits);
    free(re->shown);
    free(re);
}

/* 1: found, 0: not, negative: *err says why. */
static kc_status find(struct kc_regex *re, struct kc_str text, uint32_t options, struct kc_error *err)
{
    int n = pcre2_match(re->code, (PCRE2_SPTR)text.ptr, text.len, 0, options, re->data, re->limits);
    PCRE2_UCHAR why[160];

    if (n == PCRE2_ERROR_NOMATCH)
        return 0;
    if (n >= 0)
        return 1;
    (void)pcre2_get_error_message(n, why, sizeof(why));
    return kc_fail(err, KC_ERR_RECORD, "the regular expression %s cannot be matched against \"%.*s\": %s",
                   re->shown, (int)text.len, text.ptr, (const char *)why);
}

kc_status kc_regex_matches(struct kc_regex *re, struct kc_str text, struct kc_error *err)
{
    return find(re, text, PCRE2_ANCHORED | PCRE2_ENDANCHORED, err);
}

/* One piece of a replacement: literal bytes, or a group. */
struct piece {
    const char *text;
    uint32_t len;
    int32_t group; /* -1: literal */
};

/* ${name}: *at is behind the brace, and behind the closing one afterwards. */
static kc_status named_group(const struct kc_regex *re, struct kc_str s, uint32_t *at, struct piece *p,
                             struct kc_error *err)
{
    char name[64];
    uint32_t n = 0;

    while (*at < s.len && isalnum((unsigned char)s.ptr[*at]) && n < sizeof(name) - 1)
        name[n++] = s.ptr[(*at)++];
    name[n] = '\0';
    if (n == 0 || *at >= s.len || s.ptr[*at] != '}')
        return kc_fail(err, KC_ERR_CONFIG, "the replacement %.*s has a named group without its closing }",
                       (int)s.len, s.ptr);
    ++*at;
    p->group = pcre2_substring_number_from_name(re->code, (PCRE2_SPTR)name);
    if (p->group < 0)
        return kc_fail(err, KC_ERR_CONFIG, "the replacement %.*s names the group %s, which %s does not have",
                       (int)s.len, s.ptr, name, re->shown);
    return KC_OK;
}

/* As in Java: the first digit must be a group, more digits belong to it as long as there is such a group. */
static kc_status numbered_group(const struct kc_regex *re, struct kc_str s, uint32_t *at, struct piece *p,
                                struct kc_error *err)
{
    p->group = s.ptr[(*at)++] - '0';
    if ((uint32_t)p->group > re->n_groups)
        return kc_fail(err, KC_ERR_CONFIG, "the replacement %.*s names group %d, but %s has %u", (int)s.len,
                       s.ptr, (int)p->group, re->shown, (unsigned)re->n_groups);
    while (*at < s.len && isdigit((unsigned char)s.ptr[*at])) {
        int32_t longer = p->group * 10 + (s.ptr[*at] - '0');

        if ((uint32_t)longer > re->n_groups)
            break;
        p->group = longer;
        ++*at;
    }
    return KC_OK;
}

static kc_status next_piece(const struct kc_regex *re, struct kc_str s, uint32_t *at, struct piece *p,
                            struct kc_error *err)
{
    *p = (struct piece){.text = s.ptr + *at, .len = 1, .group = -1};
    if (s.ptr[*at] == '\\') {
        if (*at + 1 == s.len)
            return kc_fail(err, KC_ERR_CONFIG,
                           "the replacement %.*s ends with a backslash: write \\\\ for one", (int)s.len,
                           s.ptr);
        p->text++;
        *at += 2;
        return KC_OK;
    }
    if (s.ptr[*at] != '$') {
        ++*at;
        return KC_OK;
    }
    ++*at;
    if (*at < s.len && s.ptr[*at] == '{') {
        ++*at;
        return named_group(re, s, at, p, err);
    }
    if (*at < s.len && isdigit((unsigned char)s.ptr[*at]))
        return numbered_group(re, s, at, p, err);
    return kc_fail(err, KC_ERR_CONFIG, "the replacement %.*s has a $ without a group: write \\$ for a dollar",
                   (int)s.len, s.ptr);
}

kc_status kc_regex_check_replacement(const struct kc_regex *re, struct kc_str replacement,
                                     struct kc_error *err)
{
    struct piece p;
    uint32_t at = 0;

    while (at < replacement.len)
        if (next_piece(re, replacement, &at, &p, err) < 0)
            return KC_ERR_CONFIG;
    return KC_OK;
}

static bool append(char *out, uint32_t cap, uint32_t *len, const char *text, size_t n)
{
    if (n > cap - *len)
        return false;
    if (n > 0)
        memcpy(out + *len, text, n);
    *len += (uint32_t)n;
    return true;
}

kc_status kc_regex_replace_first(struct kc_regex *re, struct kc_str text, struct kc_str replacement,
                                 char *out, uint32_t cap, uint32_t *len, struct kc_error *err)
{
    kc_status found = find(re, text, 0, err);
    const PCRE2_SIZE *span = pcre2_get_ovector_pointer(re->data);
    uint32_t n = 0, at = 0;
    bool fits;

    if (found < 0)
        return found;
    fits = append(out, cap, &n, text.ptr, found > 0 ? span[0] : text.len);
    while (found > 0 && at < replacement.len && fits) {
        struct piece p;

        if (next_piece(re, replacement, &at, &p, err) < 0)
            return err->status;
        if (p.group >= 0 && span[2 * p.group] == PCRE2_UNSET)
            continue;
        fits = p.group < 0 ? append(out, cap, &n, p.text, p.len)
                           : append(out, cap, &n, text.ptr + span[2 * p.group],
                                    span[2 * p.group + 1] - span[2 * p.group]);
    }
    if (found > 0 && fits)
        fits = append(out, cap, &n, text.ptr + span[1], text.len - span[1]);
    if (!fits)
        return kc_fail(err, KC_ERR_RECORD, "replacing %s in \"%.*s\" gives more than %u bytes", re->shown,
                       (int)text.len, text.ptr, (unsigned)cap);
    *len = n;
    return KC_OK;
}

kc_status kc_check_regex(const char *name, const struct kc_value *v, struct kc_error *err)
{
    struct kc_regex *re;

    (void)name;
    if (v->type != KC_STRING)
        return KC_OK;
    re = kc_regex_open((struct kc_str){v->as.str, v->len, 0}, err);
    if (re == NULL)
        return KC_ERR_CONFIG;
    kc_regex_close(re);
    return KC_OK;
}
