#include "media.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char BLANKS[] = " \t";

/*
 * True when the media range at `p`, up to `n` characters, is `name` (white space around it does not count).
 */
static bool is(const char *p, size_t n, const char *name)
{
    size_t skip = strspn(p, BLANKS);

    if (skip > n)
        return false;
    p += skip;
    n -= skip;
    while (n > 0 && strchr(BLANKS, p[n - 1]) != NULL)
        n--;
    return n == strlen(name) && strncasecmp(p, name, n) == 0;
}

bool kc_media_is_json(const char *content_type)
{
    return content_type != NULL && is(content_type, strcspn(content_type, ";"), "application/json");
}

/*
 * The weight of a media range, 1 without one; `p` stands at its first ';', `end` behind its last character.
 */
static double weight(const char *p, const char *end)
{
    while (p < end && *p == ';') {
        p++;
        p += strspn(p, BLANKS);
        if (p + 1 < end && (*p == 'q' || *p == 'Q') && p[1] == '=')
            return strtod(p + 2, NULL);
        p += strcspn(p, ";,");
    }
    return 1;
}

bool kc_media_accepts_json(const char *accept)
{
    static const char *const ranges[] = {"*/*", "application/*",
                                         "application/json"}; /* the later the closer */
    int closest = -1;
    bool accepted = false, any = false;

    if (accept == NULL)
        return true;
    for (const char *p = accept; *p != 0;) {
        size_t n = strcspn(p, ";,"), all = strcspn(p, ",");

        any = any || strspn(p, BLANKS) < all;
        for (int i = 0; i < 3; i++) {
            if (i < closest || !is(p, n, ranges[i]))
                continue;
            accepted = weight(p + n, p + all) > 0 || (i == closest && accepted);
            closest = i;
        }
        p += all;
        p += *p == ',';
    }
    return accepted || !any;
}
