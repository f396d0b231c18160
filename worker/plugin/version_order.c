#include "plugin/version_order.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* The next part between dots; empty at the end. */
static size_t part_length(const char *p, const char *end)
{
    size_t n = 0;

    while (p + n < end && p[n] != '.')
        n++;
    return n;
}

static bool is_number(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isdigit((unsigned char)p[i]))
            return false;
    return n > 0;
}

static int compare_numbers(const char *a, size_t an, const char *b, size_t bn)
{
    while (an > 0 && *a == '0')
        a++, an--;
    while (bn > 0 && *b == '0')
        b++, bn--;
    if (an != bn)
        return an < bn ? -1 : 1;
    return memcmp(a, b, an);
}

static int compare_parts(const char *a, size_t an, const char *b, size_t bn)
{
    bool a_number = is_number(a, an), b_number = is_number(b, bn);
    int order;

    if (a_number && b_number)
        return compare_numbers(a, an, b, bn);
    if (a_number != b_number)
        return a_number ? -1 : 1;
    order = memcmp(a, b, an < bn ? an : bn);
    return order != 0 ? order : (an > bn) - (an < bn);
}

/* Numbers of a release: a part that is not there is a 0. */
static int compare_releases(const char *a, const char *a_end, const char *b, const char *b_end)
{
    while (a < a_end || b < b_end) {
        size_t an = part_length(a, a_end), bn = part_length(b, b_end);
        int order = compare_parts(an > 0 ? a : "0", an > 0 ? an : 1, bn > 0 ? b : "0", bn > 0 ? bn : 1);

        if (order != 0)
            return order;
        a += an + (a + an < a_end);
        b += bn + (b + bn < b_end);
    }
    return 0;
}

/* Dotted lists; the shorter one comes first when it is the beginning of the other. */
static int compare_lists(const char *a, const char *a_end, const char *b, const char *b_end)
{
    while (a < a_end && b < b_end) {
        size_t an = part_length(a, a_end), bn = part_length(b, b_end);
        int order = compare_parts(a, an, b, bn);

        if (order != 0)
            return order;
        a += an + (a + an < a_end);
        b += bn + (b + bn < b_end);
    }
    return (a < a_end) - (b < b_end);
}

int kc_version_compare(const char *a, const char *b)
{
    const char *a_end = a + strcspn(a, "+"), *b_end = b + strcspn(b, "+");
    size_t an = strcspn(a, "-+"), bn = strcspn(b, "-+");
    int order = compare_releases(a, a + an, b, b + bn);

    if (order != 0)
        return order;
    if ((a + an < a_end) != (b + bn < b_end))
        return a + an < a_end ? -1 : 1;
    return compare_lists(a + an, a_end, b + bn, b_end);
}
