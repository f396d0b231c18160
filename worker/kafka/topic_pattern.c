#include "kafka/topic_pattern.h"

#include <regex.h>
#include <string.h>

static const char special[] = "\\.[](){}*+?^$|"; /* POSIX, with REG_EXTENDED */
static const char marks[] = "\\.[](){}*+?^$|/-_:,;<>=!\"'#%@~` ";

/* Says what cannot be taken. NULL. */
static const char *refuse(const char *at, size_t n, struct kc_error *err)
{
    (void)kc_fail(
        err, KC_ERR_CONFIG,
        "\"%.*s\" is of Java's regular expressions alone; use what POSIX has, too: . [] () | * + ? {} "
        "^ $ \\d \\w (?:)",
        (int)n, at);
    return NULL;
}

/* The class that a letter behind a backslash stands for, without its brackets; NULL: none. */
static const char *class_of(char letter)
{
    switch (letter) {
    case 'd':
    case 'D': return "0-9";
    case 'w':
    case 'W': return "a-zA-Z0-9_";
    default: return NULL;
    }
}

static bool is_negated(char letter)
{
    return letter == 'D' || letter == 'W';
}

/*
 * One [...]: a backslash means nothing in POSIX there, so what stands behind one is put where it is taken as
 * it is.
 */
static const char *put_bracket(const char *p, struct kc_buf *out, struct kc_error *err)
{
    const char *begin = p;
    bool hyphen = false;

    p += p[1] == '^' ? 2 : 1;
    kc_buf_add(out, begin, (size_t)(p - begin));
    if (*p == ']')
        return refuse(begin, (size_t)(p + 1 - begin), err);
    for (; *p != ']'; p++) {
        if (*p == '\0' || *p == '[' || *p == '&')
            return refuse(begin, (size_t)(p - begin) + (*p != '\0'), err);
        if (*p != '\\') {
            kc_buf_add(out, p, 1);
            continue;
        }
        p++;
        if (class_of(*p) != NULL && !is_negated(*p))
            kc_buf_str(out, class_of(*p));
        else if (*p == '-')
            hyphen = true;
        else if (*p != '\0' && strchr("^]", *p) == NULL && strchr(marks, *p) != NULL)
            kc_buf_add(out, p, 1);
        else
            return refuse(p - 1, *p == '\0' ? 1 : 2, err);
    }
    kc_buf_str(out, hyphen ? "-]" : "]");
    return p + 1;
}

static const char *put_escaped(const char *p, struct kc_buf *out, struct kc_error *err)
{
    const char *class = class_of(p[1]);

    if (class != NULL)
        kc_buf_printf(out, "[%s%s]", is_negated(p[1]) ? "^" : "", class);
    else if (p[1] != '\0' && strchr(special, p[1]) != NULL)
        kc_buf_add(out, p, 2);
    else if (p[1] != '\0' && strchr(marks, p[1]) != NULL)
        kc_buf_add(out, p + 1, 1); /* GNU's regcomp() has meanings of its own for a backslash before some */
    else
        return refuse(p, p[1] == '\0' ? 1 : 2, err);
    return p + 2;
}

/* A quantifier at p: a lazy or possessive one is refused. */
static const char *put_quantifier(const char *p, struct kc_buf *out, struct kc_error *err)
{
    const char *end = *p == '{' ? strchr(p, '}') : p;

    if (end == NULL || end[1] == '?' || end[1] == '+')
        return refuse(p, end == NULL ? 1 : (size_t)(end + 2 - p), err);
    kc_buf_add(out, p, (size_t)(end + 1 - p));
    return end + 1;
}

static const char *put_next(const char *p, struct kc_buf *out, struct kc_error *err)
{
    switch (*p) {
    case '\\': return put_escaped(p, out, err);
    case '[': return put_bracket(p, out, err);
    case '*':
    case '+':
    case '?':
    case '{': return put_quantifier(p, out, err);
    case '(':
        if (p[1] == '?' && p[2] != ':')
            return refuse(p, strnlen(p, 3), err);
        kc_buf_str(out, "(");
        return p + (p[1] == '?' ? 3 : 1);
    default: kc_buf_add(out, p, 1); return p + 1;
    }
}

kc_status kc_topic_pattern(const char *java, struct kc_buf *out, struct kc_error *err)
{
    char reason[128];
    int depth = 0, code;
    regex_t compiled;

    kc_buf_str(out, "^(");
    for (const char *p = java, *last = "("; *p != '\0';) {
        const char *here = p;

        depth += (*p == '(') - (*p == ')');
        /* POSIX leaves open what a quantifier of nothing means, and takes a lone ) as it is. */
        p = depth < 0 || (strchr("*+?{", *p) != NULL && strchr("(|^*+?}", *last) != NULL)
                ? refuse(p, 1, err)
                : put_next(p, out, err);
        if (p == NULL)
            return KC_ERR_CONFIG;
        last = *here == '\\' ? "a" : here[0] == '(' ? "(" : p - 1;
    }
    kc_buf_str(out, ")$");
    if (out->failed)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    code = regcomp(&compiled, out->data, REG_EXTENDED | REG_NOSUB);
    if (code != 0) {
        (void)regerror(code, &compiled, reason, sizeof(reason));
        return kc_fail(err, KC_ERR_CONFIG, "it is no regular expression: %s", reason);
    }
    regfree(&compiled);
    return KC_OK;
}

bool kc_topic_pattern_matches(const char *java, const char *topic)
{
    struct kc_error ignored = KC_ERROR_INIT;
    struct kc_buf pattern = {0};
    bool matches = false;
    regex_t compiled;

    if (kc_topic_pattern(java, &pattern, &ignored) == KC_OK &&
        regcomp(&compiled, pattern.data, REG_EXTENDED | REG_NOSUB) == 0) {
        matches = regexec(&compiled, topic, 0, NULL, 0) == 0;
        regfree(&compiled);
    }
    kc_buf_finish(&pattern);
    return matches;
}
