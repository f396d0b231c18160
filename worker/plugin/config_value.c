#include "plugin/config_value.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <kconnect/config.h>

const char *kc_config_type_name(uint32_t type)
{
    static const char *const names[] = {
        [KC_CFG_BOOLEAN] = "BOOLEAN", [KC_CFG_STRING] = "STRING", [KC_CFG_INT] = "INT",
        [KC_CFG_SHORT] = "SHORT",     [KC_CFG_LONG] = "LONG",     [KC_CFG_DOUBLE] = "DOUBLE",
        [KC_CFG_LIST] = "LIST",       [KC_CFG_CLASS] = "CLASS",   [KC_CFG_PASSWORD] = "PASSWORD",
    };

    return type < sizeof(names) / sizeof(names[0]) ? names[type] : NULL;
}

struct span {
    const char *text;
    size_t n;
};

static struct span trimmed(const char *text, size_t n)
{
    while (n > 0 && isspace((unsigned char)text[0]))
        text++, n--;
    while (n > 0 && isspace((unsigned char)text[n - 1]))
        n--;
    return (struct span){text, n};
}

void kc_config_list_each(const char *text, void (*each)(void *arg, const char *item, size_t n), void *arg)
{
    if (trimmed(text, strlen(text)).n == 0)
        return;
    for (;;) {
        size_t n = strcspn(text, ",");
        struct span item = trimmed(text, n);

        each(arg, item.text, item.n);
        if (text[n] == '\0')
            return;
        text += n + 1;
    }
}

static bool invalid(const struct kc_key_info *key, const char *name, const char *value, const char *why,
                    struct kc_buf *problem)
{
    kc_buf_printf(problem, "Invalid value %s for configuration %s: %s",
                  key->type == KC_CFG_PASSWORD ? "[hidden]" : value, name, why);
    return false;
}

/* What Java's parseLong takes: a sign and decimal digits. */
static bool parse_integer(const char *text, int64_t low, int64_t high, int64_t *out)
{
    struct span s = trimmed(text, strlen(text));
    size_t digits = s.n > 0 && (s.text[0] == '-' || s.text[0] == '+') ? 1 : 0;
    long long v;

    if (s.n == digits)
        return false;
    for (size_t i = digits; i < s.n; i++)
        if (!isdigit((unsigned char)s.text[i]))
            return false;
    errno = 0;
    v = strtoll(s.text, NULL, 10);
    if (errno != 0 || v < low || v > high)
        return false;
    *out = v;
    return true;
}

static bool check_integer(const struct kc_key_info *key, const char *name, const char *text,
                          struct kc_buf *problem)
{
    int64_t low = key->type == KC_CFG_SHORT ? INT16_MIN : key->type == KC_CFG_INT ? INT32_MIN : INT64_MIN;
    int64_t high = key->type == KC_CFG_SHORT ? INT16_MAX : key->type == KC_CFG_INT ? INT32_MAX : INT64_MAX;
    char why[80];
    int64_t v;

    if (!parse_integer(text, low, high, &v)) {
        (void)snprintf(why, sizeof(why), "Not a number of type %s", kc_config_type_name(key->type));
        return invalid(key, name, text, why, problem);
    }
    if ((key->flags & KC_CFG_RANGE) == 0 || (v >= key->min && v <= key->max))
        return true;
    if (v < key->min)
        (void)snprintf(why, sizeof(why), "Value must be at least %" PRId64, key->min);
    else
        (void)snprintf(why, sizeof(why), "Value must be no more than %" PRId64, key->max);
    return invalid(key, name, text, why, problem);
}

static bool check_double(const struct kc_key_info *key, const char *name, const char *text,
                         struct kc_buf *problem)
{
    struct span s = trimmed(text, strlen(text));
    char *end = NULL;

    (void)strtod(s.text, &end);
    if (s.n == 0 || end != s.text + s.n)
        return invalid(key, name, text, "Not a number of type DOUBLE", problem);
    return true;
}

static bool check_boolean(const struct kc_key_info *key, const char *name, const char *text,
                          struct kc_buf *problem)
{
    struct span s = trimmed(text, strlen(text));

    if ((s.n == 4 && strncasecmp(s.text, "true", 4) == 0) ||
        (s.n == 5 && strncasecmp(s.text, "false", 5) == 0))
        return true;
    return invalid(key, name, text, "Expected value to be either true or false", problem);
}

static bool is_choice(const struct kc_key_info *key, const char *item, size_t n)
{
    for (size_t i = 0; key->choices != NULL && key->choices[i] != NULL; i++)
        if (strlen(key->choices[i]) == n && memcmp(key->choices[i], item, n) == 0)
            return true;
    return false;
}

struct list_state {
    const struct kc_key_info *key;
    size_t n;
    bool all_choices;
};

static void visit_item(void *arg, const char *item, size_t n)
{
    struct list_state *s = arg;

    s->n++;
    if (!is_choice(s->key, item, n))
        s->all_choices = false;
}

static bool must_be_choice(const struct kc_key_info *key, const char *name, const char *text,
                           struct kc_buf *problem)
{
    struct kc_buf why = {0};

    kc_buf_str(&why, "String must be one of: ");
    for (size_t i = 0; key->choices != NULL && key->choices[i] != NULL; i++)
        kc_buf_printf(&why, "%s%s", i > 0 ? ", " : "", key->choices[i]);
    (void)invalid(key, name, text, why.failed ? "out of memory" : why.data, problem);
    kc_buf_finish(&why);
    return false;
}

static bool check_text(const struct kc_key_info *key, const char *name, const char *text,
                       struct kc_buf *problem)
{
    struct span s = trimmed(text, strlen(text));

    if ((key->flags & KC_CFG_NON_EMPTY) != 0 && s.n == 0)
        return invalid(key, name, text, "String must be non-empty", problem);
    if ((key->flags & KC_CFG_ONE_OF) != 0 && !is_choice(key, s.text, s.n))
        return must_be_choice(key, name, text, problem);
    return true;
}

static bool check_list(const struct kc_key_info *key, const char *name, const char *text,
                       struct kc_buf *problem)
{
    struct list_state s = {.key = key, .all_choices = true};

    kc_config_list_each(text, visit_item, &s);
    if ((key->flags & KC_CFG_NON_EMPTY) != 0 && s.n == 0)
        return invalid(key, name, text, "List must not be empty", problem);
    if ((key->flags & KC_CFG_ONE_OF) != 0 && !s.all_choices)
        return must_be_choice(key, name, text, problem);
    return true;
}

bool kc_config_value_check(const struct kc_key_info *key, const char *name, const char *text,
                           struct kc_buf *problem)
{
    switch (key->type) {
    case KC_CFG_BOOLEAN: return check_boolean(key, name, text, problem);
    case KC_CFG_SHORT:
    case KC_CFG_INT:
    case KC_CFG_LONG: return check_integer(key, name, text, problem);
    case KC_CFG_DOUBLE: return check_double(key, name, text, problem);
    case KC_CFG_LIST: return check_list(key, name, text, problem);
    default: return check_text(key, name, text, problem);
    }
}
