/* main.c - the composition root: the one place that knows both worker/ and api/. One executable, many roles. */
#include <stdio.h>

#include "base/log.h"
#include "cli.h"
#include "config/worker_config.h"
#include "plugin/registry.h"
#include "task/task_main.h"
#include "validate/validator.h"
#include "worker_run.h"

enum { EXIT_USAGE = 2 };

static int run_worker(const struct kc_cli *cli)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_worker_config *config;
    int status;

    if (kc_worker_config_load(cli->file, cli->set, &config, &err) < 0) {
        (void)fprintf(stderr, "kconnect: %s\n", err.message);
        return EXIT_USAGE;
    }
    kc_log_set_level(config->log_level);
    kc_log_set_format(config->log_format);
    status = kc_worker_run(config);
    kc_worker_config_destroy(config);
    return status;
}

int main(int argc, char **argv)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_cli cli;
    int status = 0;

    if (kc_cli_parse(argc, argv, &cli, &err) < 0) {
        (void)fprintf(stderr, "kconnect: %s\nTry: kconnect --help\n", err.message);
        kc_cli_finish(&cli);
        return EXIT_USAGE;
    }
    switch (cli.role) {
    case KC_ROLE_HELP: kc_cli_print_help(stdout); break;
    case KC_ROLE_VERSION: kc_cli_print_version(stdout); break;
    case KC_ROLE_WORKER: status = run_worker(&cli); break;
    case KC_ROLE_TASK: status = kc_task_main(); break;
    case KC_ROLE_PROBE: status = kc_probe_main(cli.file); break;
    case KC_ROLE_VALIDATE: status = kc_validate_main(); break;
    }
    kc_cli_finish(&cli);
    return status;
}
