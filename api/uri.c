#include "uri.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "json_syntax.h"

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Decodes in place; false: a bad escape, a NUL, or no UTF-8. */
static bool decode(char *text, bool form)
{
    char *out = text;

    for (const char *in = text; *in != 0; in++) {
        char c = *in;

        if (c == '%') {
            int high = hex(in[1]), low = high < 0 ? -1 : hex(in[2]);

            if (low < 0 || high * 16 + low == 0)
                return false;
            c = (char)(high * 16 + low);
            in += 2;
        } else if (c == '+' && form) {
            c = ' ';
        }
        *out++ = c;
    }
    *out = 0;
    return kc_utf8_valid(text, (size_t)(out - text));
}

static bool add_segment(struct kc_uri *u, char *segment)
{
    char *parameter = strchr(segment, ';');

    if (parameter != NULL)
        *parameter = 0;
    if (!decode(segment, false))
        return false;
    if (u->n_segments == KC_URI_SEGMENTS || *segment == 0)
        u->too_deep = true;
    else
        u->segments[u->n_segments++] = segment;
    return true;
}

/* A target may be a whole URI (RFC 9112, 3.2.2): whatever host it names, it has reached us. */
static char *behind_authority(char *target)
{
    char *host = strstr(target, "://");

    if (*target == '/' || host == NULL)
        return target;
    host += 3;
    return host + strcspn(host, "/");
}

static bool parse_path(struct kc_uri *u, char *path)
{
    if (*path == '/')
        path++;
    while (*path != 0) {
        char *slash = strchr(path, '/');

        if (slash != NULL)
            *slash = 0;
        if (!add_segment(u, path))
            return false;
        if (slash == NULL)
            break;
        path = slash + 1;
    }
    return true;
}

static bool parse_query(struct kc_uri *u, char *query)
{
    while (query != NULL && u->n_parameters < KC_URI_PARAMETERS) {
        char *next = strchr(query, '&'), *value;

        if (next != NULL)
            *next++ = 0;
        value = strchr(query, '=');
        if (value != NULL)
            *value++ = 0;
        else
            value = query + strlen(query);
        if (!decode(query, true) || !decode(value, true))
            return false;
        if (*query != 0)
            u->parameters[u->n_parameters++] = (struct kc_uri_parameter){query, value};
        query = next;
    }
    return true;
}

enum kc_uri_result kc_uri_parse(struct kc_uri *u, const char *target)
{
    char *query;

    memset(u, 0, sizeof(*u));
    u->text = strdup(target);
    if (u->text == NULL)
        return KC_URI_NO_MEMORY;
    u->text[strcspn(u->text, "#")] = 0;
    query = strchr(u->text, '?');
    if (query != NULL)
        *query++ = 0;
    if (!parse_path(u, behind_authority(u->text)) || !parse_query(u, query))
        return KC_URI_MALFORMED;
    return KC_URI_OK;
}

void kc_uri_finish(struct kc_uri *u)
{
    free(u->text);
    memset(u, 0, sizeof(*u));
}

const char *kc_uri_parameter(const struct kc_uri *u, const char *name)
{
    for (size_t i = 0; i < u->n_parameters; i++)
        if (strcmp(u->parameters[i].name, name) == 0)
            return u->parameters[i].value;
    return NULL;
}

bool kc_uri_has(const struct kc_uri *u, const char *name, const char *value)
{
    for (size_t i = 0; i < u->n_parameters; i++)
        if (strcmp(u->parameters[i].name, name) == 0 && strcmp(u->parameters[i].value, value) == 0)
            return true;
    return false;
}
