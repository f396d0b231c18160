/* settings.h - the command line, and configurations in files. */
#ifndef KC_CHECK_SETTINGS_H
#define KC_CHECK_SETTINGS_H

#include "check.h"

/* key, value, ..., NULL; all of it allocated. */
struct check_settings {
    char **list;
    uint32_t n; /* of texts */
};

/* Reads the command line; false, with a sentence on standard error, when it is wrong. */
bool check_options_read(int argc, char **argv, struct check_options *o, struct check_settings *settings);
void check_settings_finish(struct check_settings *s);

#endif
