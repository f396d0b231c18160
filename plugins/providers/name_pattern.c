#include "name_pattern.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>

#include <kconnect/sdk.h>

/* True when Java and POSIX read it alike. */
static bool is_common(const char *p)
{
    bool bracket = false;

    for (; *p != '\0'; p++) {
        if (p[0] == '\\') {
            if (bracket || p[1] == '\0' || isalnum((unsigned char)p[1]))
                return false;
            p++;
        } else if (bracket) {
            if (p[0] == '[' || (p[0] == '&' && p[1] == '&'))
                return false;
            bracket = p[0] != ']';
        } else if (p[0] == '[') {
            bracket = true;
            p += p[1] == '^';
            if (p[1] == ']') /* Java: an error; POSIX: the character itself */
                return false;
        } else if (strchr("*+?}(", p[0]) != NULL && (p[1] == '?' || p[1] == '+')) {
            return false;
        }
    }
    return !bracket;
}

kc_status kc_name_pattern_compile(regex_t *out, const char *pattern, struct kc_error *err)
{
    size_t room = strlen(pattern) + 8;
    char *whole = malloc(room), reason[128];
    int rc;

    if (whole == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    (void)snprintf(whole, room, "^(%s)$", pattern);
    rc = is_common(pattern) ? regcomp(out, whole, REG_EXTENDED | REG_NOSUB) : -1;
    free(whole);
    if (rc == 0)
        return KC_OK;
    if (rc < 0)
        return kc_fail(
            err, KC_ERR_CONFIG,
            "allowlist.pattern: only characters, ., [...], (...), |, *, +, ?, {n,m} and a backslash "
            "before punctuation are understood here");
    (void)regerror(rc, out, reason, sizeof(reason));
    return kc_fail(err, KC_ERR_CONFIG, "allowlist.pattern: %s", reason);
}

int32_t kc_name_pattern_matches(const regex_t *pattern, const char *name)
{
    return regexec(pattern, name, 0, NULL, 0) == 0;
}
