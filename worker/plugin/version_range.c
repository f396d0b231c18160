#include "plugin/version_range.h"

#include <ctype.h>
#include <string.h>

#include "plugin/version_order.h"

enum { MAX_VERSION_BYTES = 129, MAX_RANGE_BYTES = 1024 };

/* One interval; an empty bound is none. */
struct interval {
    char low[MAX_VERSION_BYTES], high[MAX_VERSION_BYTES];
    bool with_low, with_high;
};

static const char *skip_spaces(const char *p)
{
    while (isspace((unsigned char)*p))
        p++;
    return p;
}

/* Copies what is between two places, less the spaces around it. False: too long. */
static bool copy_bound(const char *from, const char *end, char *out)
{
    from = skip_spaces(from);
    while (end > from && isspace((unsigned char)end[-1]))
        end--;
    if (end < from)
        end = from;
    if (end - from >= MAX_VERSION_BYTES)
        return false;
    memcpy(out, from, (size_t)(end - from));
    out[end - from] = '\0';
    return true;
}

static const char *bounds_problem(const struct interval *in, bool has_comma)
{
    int order;

    if (!has_comma)
        return in->low[0] != '\0' && in->with_low && in->with_high
                   ? NULL
                   : "a single version is written with brackets, as in [1.2.3]";
    if (in->low[0] == '\0' || in->high[0] == '\0')
        return NULL;
    order = kc_version_compare(in->low, in->high);
    if (order > 0)
        return "its lower end is above its upper end";
    return order == 0 && !(in->with_low && in->with_high) ? "nothing lies between its ends" : NULL;
}

/* The interval at *p, which is moved behind it and its comma. What is wrong with it; NULL: nothing. */
static const char *read_interval(const char **p, struct interval *out)
{
    const char *begin = *p + 1, *end = begin + strcspn(begin, ")]"), *comma = begin + strcspn(begin, ",)]");
    const char *problem, *next;
    bool has_comma = *comma == ',';

    if (*end == '\0')
        return "a bracket is not closed";
    if (has_comma && memchr(comma + 1, ',', (size_t)(end - comma - 1)) != NULL)
        return "it has more than two ends";
    if (!copy_bound(begin, comma, out->low) || !copy_bound(has_comma ? comma + 1 : begin, end, out->high))
        return "a version in it is too long";
    if (strpbrk(out->low, "[(") != NULL || strpbrk(out->high, "[(") != NULL)
        return "a bracket is not closed";
    out->with_low = **p == '[';
    out->with_high = *end == ']';
    problem = bounds_problem(out, has_comma);
    next = skip_spaces(end + 1);
    if (*next == ',')
        next = skip_spaces(next + 1);
    else if (problem == NULL && *next != '\0')
        problem = "between two ranges there is no comma";
    if (problem == NULL && *next != '\0' && *next != '[' && *next != '(')
        problem = "a version without brackets can not be combined with a range";
    *p = next;
    return problem;
}

static bool is_inside(const struct interval *in, const char *version)
{
    int order;

    if (in->low[0] != '\0') {
        order = kc_version_compare(version, in->low);
        if (order < 0 || (order == 0 && !in->with_low))
            return false;
    }
    if (in->high[0] != '\0') {
        order = kc_version_compare(version, in->high);
        if (order > 0 || (order == 0 && !in->with_high))
            return false;
    }
    return true;
}

/* Reads all of it; *inside tells whether `version` (may be NULL) lies in one of its intervals. */
static const char *read_range(const char *range, const char *version, bool *inside)
{
    const char *p = skip_spaces(range == NULL ? "" : range), *problem = NULL;
    struct interval in;

    *inside = *p == '\0' || strcmp(p, "latest") == 0;
    if (*inside)
        return NULL;
    if (strlen(p) > MAX_RANGE_BYTES)
        return "it is too long";
    if (*p != '[' && *p != '(') {
        if (strpbrk(p, "[](),") != NULL || !copy_bound(p, p + strlen(p), in.low))
            return "it is neither a version nor a range such as [1.0,2.0)";
        *inside = version != NULL && kc_version_compare(version, in.low) == 0;
        return NULL;
    }
    while (*p != '\0' && problem == NULL) {
        problem = read_interval(&p, &in);
        if (problem == NULL && version != NULL && is_inside(&in, version))
            *inside = true;
    }
    return problem;
}

kc_status kc_version_range_check(const char *range, struct kc_error *err)
{
    bool inside;
    const char *problem = read_range(range, NULL, &inside);

    return problem == NULL
               ? KC_OK
               : kc_fail(err, KC_ERR_CONFIG, "%.100s is no range of versions: %s", range, problem);
}

bool kc_version_in_range(const char *version, const char *range)
{
    bool inside;

    return read_range(range, version, &inside) == NULL && inside;
}
