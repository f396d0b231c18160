/* test_cli.c - worker/cli.c */
#include <string.h>

#include "../cm.h"
#include "cli.h"

static kc_status parse(char **argv, struct kc_cli *cli, struct kc_error *err)
{
    int argc = 0;

    while (argv[argc] != NULL)
        argc++;
    return kc_cli_parse(argc, argv, cli, err);
}

static void a_worker_takes_a_file_and_overrides_in_order(void **state)
{
    char *argv[] = {"kconnect",    "worker", "--set", "a=1", "w.properties",
                    "--set=b=x=y", "--set",  "a=2",   NULL};
    struct kc_error err = KC_ERROR_INIT;
    struct kc_cli cli;

    (void)state;
    assert_int_equal(parse(argv, &cli, &err), KC_OK);
    assert_int_equal(cli.role, KC_ROLE_WORKER);
    assert_string_equal(cli.file, "w.properties");
    assert_string_equal(kc_props_get(cli.set, "a"), "2");
    assert_string_equal(kc_props_get(cli.set, "b"), "x=y");
    kc_cli_finish(&cli);
}

static void what_is_not_understood_is_named(void **state)
{
    char *bad[][5] = {
        {"kconnect", NULL},
        {"kconnect", "wroker", NULL},
        {"kconnect", "worker", NULL},
        {"kconnect", "worker", "a", "b", NULL},
        {"kconnect", "worker", "a", "--set", NULL},
        {"kconnect", "worker", "--set=x", "a", NULL},
        {"kconnect", "worker", "--sat", "a", NULL},
    };
    static const char *const words[] = {"missing",   "wroker", "properties file", "a and b", "KEY=VALUE",
                                        "KEY=VALUE", "--sat"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct kc_error err = KC_ERROR_INIT;
        struct kc_cli cli;

        assert_int_equal(parse(bad[i], &cli, &err), KC_ERR_CONFIG);
        assert_non_null(strstr(err.message, words[i]));
        kc_cli_finish(&cli);
    }
}

static void help_and_version_are_roles_of_their_own(void **state)
{
    char *help[] = {"kconnect", "--help", NULL}, *version[] = {"kconnect", "--version", NULL};
    char *of_worker[] = {"kconnect", "worker", "--help", NULL};
    struct kc_error err = KC_ERROR_INIT;
    struct kc_cli cli;

    (void)state;
    assert_int_equal(parse(help, &cli, &err), KC_OK);
    assert_int_equal(cli.role, KC_ROLE_HELP);
    kc_cli_finish(&cli);
    assert_int_equal(parse(version, &cli, &err), KC_OK);
    assert_int_equal(cli.role, KC_ROLE_VERSION);
    kc_cli_finish(&cli);
    assert_int_equal(parse(of_worker, &cli, &err), KC_OK);
    assert_int_equal(cli.role, KC_ROLE_HELP);
    kc_cli_finish(&cli);
}

static void the_roles_of_children_take_exactly_their_words(void **state)
{
    char *validate[] = {"kconnect", "validate", NULL}, *more[] = {"kconnect", "validate", "x", NULL};
    char *probe[] = {"kconnect", "probe", "a.so", NULL};
    struct kc_error err = KC_ERROR_INIT;
    struct kc_cli cli;

    (void)state;
    assert_int_equal(parse(validate, &cli, &err), KC_OK);
    assert_int_equal(cli.role, KC_ROLE_VALIDATE);
    kc_cli_finish(&cli);
    assert_int_equal(parse(probe, &cli, &err), KC_OK);
    assert_int_equal(cli.role, KC_ROLE_PROBE);
    assert_string_equal(cli.file, "a.so");
    kc_cli_finish(&cli);
    assert_int_equal(parse(more, &cli, &err), KC_ERR_CONFIG); /* nothing is given to it in argv */
    kc_cli_finish(&cli);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_worker_takes_a_file_and_overrides_in_order),
        cmocka_unit_test(what_is_not_understood_is_named),
        cmocka_unit_test(help_and_version_are_roles_of_their_own),
        cmocka_unit_test(the_roles_of_children_take_exactly_their_words),
    };

    return cmocka_run_group_tests_name("worker/cli", tests, NULL, NULL);
}
