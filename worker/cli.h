/* cli.h - the command line: which role, with what. */
#ifndef KC_CLI_H
#define KC_CLI_H

#include <stdio.h>

#include "base/props.h"

enum kc_role { KC_ROLE_HELP, KC_ROLE_VERSION, KC_ROLE_WORKER, KC_ROLE_TASK, KC_ROLE_PROBE, KC_ROLE_VALIDATE };

struct kc_cli {
    enum kc_role role;
    const char *file;     /* worker: the properties file; probe: the plugin; borrowed from argv */
    struct kc_props *set; /* worker: the --set pairs in order; finish with kc_cli_finish() */
};

/* Reads argv. KC_ERR_CONFIG: *err says what was not understood. */
kc_status kc_cli_parse(int argc, char **argv, struct kc_cli *out, struct kc_error *err);
void kc_cli_finish(struct kc_cli *cli);

void kc_cli_print_help(FILE *out);
void kc_cli_print_version(FILE *out);

#endif
