#include "metrics/exposition.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

enum { NUMBER_BYTES = 40, NAME_BYTES = 200 };

/* A label's value has three escapes, the text of HELP two. */
static void add_escaped(struct kc_buf *out, const char *text, bool label)
{
    for (size_t n = strlen(text), used; n > 0; text += used, n -= used) {
        used = kc_utf8_length(text, n);
        if (used == 0) {
            used = 1;
            kc_buf_str(out, "\xef\xbf\xbd");
        } else if (*text == '\\') {
            kc_buf_str(out, "\\\\");
        } else if (*text == '\n') {
            kc_buf_str(out, "\\n");
        } else if (*text == '"' && label) {
            kc_buf_str(out, "\\\"");
        } else {
            kc_buf_add(out, text, used);
        }
    }
}

/* The shortest of the two forms that reads back as the same number. */
static const char *number(char text[NUMBER_BYTES], double value)
{
    if (isnan(value))
        return "NaN";
    if (isinf(value))
        return value > 0 ? "+Inf" : "-Inf";
    (void)snprintf(text, NUMBER_BYTES, "%.15g", value);
    if (strtod(text, NULL) != value)
        (void)snprintf(text, NUMBER_BYTES, "%.17g", value);
    return text;
}

void kc_expose_family(struct kc_buf *out, const char *name, const char *type, const char *help)
{
    kc_buf_printf(out, "# HELP %s ", name);
    add_escaped(out, help, false);
    kc_buf_printf(out, "\n# TYPE %s %s\n", name, type);
}

/* `bound` is a histogram's "le"; NULL: none. */
static void add_sample(struct kc_buf *out, const char *name, const struct kc_label *labels, size_t n,
                       const char *bound, double value)
{
    char text[NUMBER_BYTES];
    const char *mark = "{";

    kc_buf_str(out, name);
    for (size_t i = 0; i < n; i++) {
        kc_buf_printf(out, "%s%s=\"", mark, labels[i].name);
        add_escaped(out, labels[i].value, true);
        kc_buf_str(out, "\"");
        mark = ",";
    }
    if (bound != NULL) {
        kc_buf_printf(out, "%sle=\"%s\"", mark, bound);
        mark = ",";
    }
    if (*mark == ',')
        kc_buf_str(out, "}");
    kc_buf_printf(out, " %s\n", number(text, value));
}

void kc_expose(struct kc_buf *out, const char *name, const struct kc_label *labels, size_t n, double value)
{
    add_sample(out, name, labels, n, NULL, value);
}

void kc_expose_histogram(struct kc_buf *out, const char *name, const struct kc_label *labels, size_t n,
                         const struct kc_histogram *histogram, const struct kc_bounds *bounds)
{
    char full[NAME_BYTES], bound[NUMBER_BYTES];
    uint64_t below = 0;

    (void)snprintf(full, sizeof(full), "%s_bucket", name);
    for (size_t i = 0; i < bounds->n; i++) {
        below += histogram->counts[i];
        add_sample(out, full, labels, n, number(bound, bounds->upper[i]), (double)below);
    }
    below += histogram->counts[bounds->n];
    add_sample(out, full, labels, n, "+Inf", (double)below);
    (void)snprintf(full, sizeof(full), "%s_sum", name);
    add_sample(out, full, labels, n, NULL, histogram->sum);
    (void)snprintf(full, sizeof(full), "%s_count", name);
    add_sample(out, full, labels, n, NULL, (double)below);
}

bool kc_expose_name_ok(const char *name)
{
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
    return strspn(name, LETTERS) > 0 && name[strspn(name, LETTERS "0123456789")] == '\0';
#undef LETTERS
}
