#include "labels.h"

#include <stdlib.h>
#include <string.h>

static void forget(struct kc_column *column)
{
    for (uint32_t i = 0; i < column->n_labels; i++)
        free(column->labels[i]);
    free(column->labels);
    column->labels = NULL;
    column->n_labels = 0;
}

static char unescaped(char c)
{
    switch (c) {
    case '0': return '\0';
    case 'n': return '\n';
    case 'r': return '\r';
    default: return c;
    }
}

/* Reads one quoted label behind *p; a quote inside is doubled, a few characters are escaped. NULL: other text. */
static char *read_label(const char **p, bool *out_of_memory)
{
    const char *from = *p;
    char *label, *to;

    if (*from++ != '\'')
        return NULL;
    label = to = malloc(strlen(from) + 1);
    *out_of_memory = label == NULL;
    if (label == NULL)
        return NULL;
    for (; *from != '\0'; from++) {
        if (from[0] == '\'' && from[1] != '\'')
            break;
        if (from[0] == '\'')
            from++;
        else if (from[0] == '\\' && from[1] != '\0') {
            *to++ = unescaped(*++from);
            continue;
        }
        *to++ = *from;
    }
    *to = '\0';
    if (*from != '\'') {
        free(label);
        return NULL;
    }
    *p = from + 1;
    return label;
}

static kc_status add(struct kc_column *column, char *label)
{
    char **grown = realloc(column->labels, (column->n_labels + 1) * sizeof(*grown));

    if (grown == NULL) {
        free(label);
        return KC_ERR_NOMEM;
    }
    column->labels = grown;
    column->labels[column->n_labels++] = label;
    return KC_OK;
}

kc_status kc_labels_read(struct kc_column *column, bool *lossy)
{
    const char *p = strchr(column->type_text, '(');
    bool out_of_memory = false;

    forget(column);
    *lossy = false;
    if (p == NULL)
        return KC_ERR_UNSUPPORTED;
    do {
        char *label;

        p++;
        label = read_label(&p, &out_of_memory);
        if (label == NULL || add(column, label) < 0) {
            out_of_memory = out_of_memory || label != NULL;
            forget(column);
            return out_of_memory ? KC_ERR_NOMEM : KC_ERR_UNSUPPORTED;
        }
        *lossy = *lossy || strchr(label, '?') != NULL;
    } while (*p == ',');
    return *p == ')' ? KC_OK : KC_ERR_UNSUPPORTED;
}

char *kc_labels_allowed(const struct kc_column *column)
{
    size_t size = 1;
    char *text, *to;

    for (uint32_t i = 0; i < column->n_labels; i++)
        size += 2 * strlen(column->labels[i]) + 1;
    text = to = malloc(size);
    for (uint32_t i = 0; text != NULL && i < column->n_labels; i++) {
        if (i > 0)
            *to++ = ',';
        for (const char *p = column->labels[i]; *p != '\0'; p++) {
            if (*p == ',' || *p == '\\')
                *to++ = '\\';
            *to++ = *p;
        }
    }
    if (text != NULL)
        *to = '\0';
    return text;
}
