/* test_validate.c - worker/validate: real children, with a plugin that does what it is told. */
#include "../cm.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <kconnect/plugin.h>

#include "base/clock.h"
#include "validate/validate_child.h"
#include "validate/validator.h"

enum { PATIENCE_MS = 60000, SHORT_MS = 4000, MEMORY_MB = 200, CALLS = KC_VALIDATE_AT_ONCE + 4 };

static const char *helper, *plugin, *providers;

struct problems {
    char text[4096]; /* "key: sentence\n" each */
    size_t n;
};

static void collect(void *arg, const char *key, const char *sentence)
{
    struct problems *p = arg;
    size_t at = strlen(p->text);

    (void)snprintf(p->text + at, sizeof(p->text) - at, "%s: %s\n", key != NULL ? key : "-", sentence);
    p->n++;
}

static void collect_advice(void *arg, const char *key, const char *choice, bool visible)
{
    struct problems *p = arg;
    size_t at = strlen(p->text);

    (void)snprintf(p->text + at, sizeof(p->text) - at, "%s %s\n", key,
                   choice != NULL ? choice
                   : visible      ? "is shown"
                                  : "is hidden");
}

/* `more` are members of the request. */
static kc_status check_with(const char *id, const char *config, const char *more, int64_t deadline_ms,
                            const atomic_bool *stopping, struct problems *found)
{
    struct kc_component_info component = {
        .kind = KC_KIND_SOURCE, .id = id, .version = "1.0.0", .file = plugin};
    struct kc_validate_child child = {.executable = helper,
                                      .component = &component,
                                      .deadline_ms = deadline_ms,
                                      .memory_max_mb = MEMORY_MB,
                                      .stopping = stopping,
                                      .problem = collect,
                                      .advice = collect_advice,
                                      .arg = found};
    struct kc_error err = KC_ERROR_INIT;
    char request[2048];

    *found = (struct problems){.n = 0};
    (void)snprintf(request, sizeof(request),
                   "{\"kind\":\"source\",\"id\":\"%s\",\"file\":\"%s\",\"group_id\":\"g\",\"config\":{%s}%s}",
                   id, plugin, config, more);
    return kc_validate_child_run(&child, request, strlen(request), &err);
}

static kc_status check_of(const char *id, const char *config, int64_t deadline_ms,
                          const atomic_bool *stopping, struct problems *found)
{
    return check_with(id, config, "", deadline_ms, stopping, found);
}

static void check(const char *config, struct problems *found)
{
    assert_int_equal(check_of("checked-source", config, PATIENCE_MS, NULL, found), KC_OK);
}

static void wait_until_gone(pid_t pid)
{
    int64_t deadline = kc_mono_ms() + PATIENCE_MS;

    while (kill(pid, 0) == 0 || errno != ESRCH) {
        char stat[64], state = 'R';
        FILE *f;

        (void)snprintf(stat, sizeof(stat), "/proc/%d/stat", (int)pid);
        f = fopen(stat, "r");
        if (f != NULL) { /* where nobody collects orphans, a zombie is as good as gone */
            (void)!fscanf(f, "%*d (%*[^)]) %c", &state);
            (void)fclose(f);
        }
        if (state == 'Z')
            return;
        assert_true(kc_mono_ms() < deadline);
        (void)usleep(5000);
    }
}

static void problems_come_with_their_keys_and_in_their_order(void **state)
{
    struct problems found;

    (void)state;
    check("\"behave\":\"odd\"", &found);
    assert_string_equal(found.text, "behave: odd\n"
                                    "-: about \"the whole\",\nin two lines, not UTF-8: \xef\xbf\xbd\n");
    check("\"behave\":\"fail\"", &found);
    assert_string_equal(found.text, "behave: fail\n-: no way\n");
}

static void a_plugin_without_a_check_has_no_problem(void **state)
{
    struct problems found;

    (void)state;
    assert_int_equal(check_of("plain-source", "", PATIENCE_MS, NULL, &found), KC_OK);
    assert_int_equal(found.n, 0);
}

static void a_keys_own_check_is_asked_first(void **state)
{
    struct problems found;

    (void)state;
    check("\"behave\":\"crash\",\"even\":\"3\"", &found);
    assert_string_equal(found.text, "even: even: must be even\n");
}

/* A transform of the same file, in two roles, and one that is not there any more. */
static void check_stages(const char *config, struct problems *found)
{
    char more[1024];

    (void)snprintf(more, sizeof(more),
                   ",\"stages\":[{\"role\":\"transforms.a\",\"kind\":3,\"id\":\"checked-stage\","
                   "\"version\":\"1.0.0\",\"file\":\"%s\"},{\"role\":\"transforms.b\",\"kind\":3,"
                   "\"id\":\"checked-stage\",\"version\":\"1.0.0\",\"file\":\"%s\"}]",
                   plugin, plugin);
    assert_int_equal(check_with("checked-source", config, more, PATIENCE_MS, NULL, found), KC_OK);
}

static void the_keys_of_transforms_are_checked_too_under_their_full_names(void **state)
{
    struct problems found;

    (void)state;
    check_stages("\"transforms.a.value\":\"bad\",\"transforms.a.type\":\"x\",\"transforms.b.value\":\"good\"",
                 &found);
    assert_non_null(strstr(found.text, "transforms.a.value: transforms.a.value: must not be bad\n"));
    assert_null(strstr(found.text, "transforms.b"));
    check_stages("\"transforms.b.value\":\"crash\"", &found);
    assert_non_null(strstr(found.text, "SIGSEGV in check of checked-stage 1.0.0"));
}

static void what_a_key_recommends_depends_on_the_values(void **state)
{
    struct problems found;

    (void)state;
    check("\"behave\":\"recommend\",\"even\":\"6\"", &found);
    assert_string_equal(found.text, "even 2\neven 4\neven 6\nsecret is hidden\nbehave: recommend\n");
    assert_int_equal(found.n, 1);
    check("\"behave\":\"crash in recommend\"", &found);
    assert_non_null(strstr(found.text, "SIGSEGV in recommend"));
}

static void a_crash_is_one_more_problem(void **state)
{
    struct problems found;

    (void)state;
    check("\"behave\":\"crash\"", &found);
    assert_int_equal(found.n, 2);
    assert_non_null(strstr(found.text, "behave: crash\n"));
    assert_non_null(strstr(found.text, "-: checked-source 1.0.0 crashed"));
    assert_non_null(strstr(found.text, "SIGSEGV in validate"));
    check("\"behave\":\"exit\"", &found);
    assert_non_null(strstr(found.text, "-: checked-source 1.0.0 ended its process with status 3"));
}

static void a_hang_ends_at_the_deadline(void **state)
{
    struct problems found;
    int64_t began = kc_mono_ms();
    const char *pid;

    (void)state;
    assert_int_equal(check_of("checked-source", "\"behave\":\"hang\"", SHORT_MS, NULL, &found), KC_OK);
    assert_true(kc_mono_ms() - began >= SHORT_MS);
    assert_non_null(strstr(found.text, "-: checked-source 1.0.0 did not end its check"));
    assert_non_null(strstr(found.text, "it was in validate of checked-source 1.0.0"));
    pid = strstr(found.text, "pid: ");
    assert_non_null(pid);
    wait_until_gone(atoi(pid + 5));
}

static void too_much_memory_ends_the_check(void **state)
{
    struct problems found;

    (void)state;
    check("\"behave\":\"greed\"", &found);
    assert_non_null(strstr(found.text, "-: checked-source 1.0.0 took more than 200 MB of memory "
                                       "(task.memory.max.mb) while it checked this configuration"));
}

static void what_a_plugin_starts_ends_with_the_check(void **state)
{
    struct problems found;
    int64_t began = kc_mono_ms();

    (void)state;
    /* Its child has a copy of the socket: the answer must not wait for that. */
    assert_int_equal(check_of("checked-source", "\"behave\":\"fork\"", PATIENCE_MS, NULL, &found), KC_OK);
    assert_true(kc_mono_ms() - began < PATIENCE_MS);
    assert_int_equal(found.n, 2);
    wait_until_gone(atoi(strstr(found.text, "pid: ") + 5));
}

static void a_flood_of_problems_is_bounded(void **state)
{
    struct problems found;

    (void)state;
    check("\"behave\":\"flood\"", &found);
    assert_int_equal(found.n, 1000);
}

static void secrets_and_descriptors_stay_where_they_belong(void **state)
{
    struct problems found;
    int leaked = dup(STDERR_FILENO); /* without close-on-exec */

    (void)state;
    check("\"behave\":\"look\",\"secret\":\"sesame-sesame\"", &found);
    (void)close(leaked);
    assert_non_null(strstr(found.text, "secret: 13 characters, shown: 0, descriptors: 5\n"));
}

static void references_are_replaced_before_the_plugin_looks(void **state)
{
    struct problems found;
    char more[1024];

    (void)state;
    (void)setenv("KC_T_SECRET", "sesame-sesame-open", 1);
    (void)setenv("KC_T_EVEN", "4", 1);
    (void)setenv("KC_T_ODD", "5", 1);
    (void)snprintf(more, sizeof(more),
                   ",\"providers\":[{\"name\":\"env\",\"id\":\"env\",\"file\":\"%s\",\"config\":{}}]",
                   providers);
    (void)check_with("checked-source",
                     "\"behave\":\"look\",\"secret\":\"<${env:KC_T_SECRET}>\",\"even\":\"${env:KC_T_EVEN}\"",
                     more, PATIENCE_MS, NULL, &found);
    assert_non_null(strstr(found.text, "secret: 20 characters"));
    /* A plugin that tells everybody. */
    (void)check_with("checked-source", "\"behave\":\"tell\",\"secret\":\"${env:KC_T_SECRET}\"", more,
                     PATIENCE_MS, NULL, &found);
    assert_string_equal(found.text, "behave: tell\nsecret: access denied with <${env:KC_T_SECRET}>\n");
    (void)check_with("checked-source", "\"even\":\"${env:KC_T_ODD}\"", more, PATIENCE_MS, NULL, &found);
    assert_string_equal(found.text, "even: even: must be even\n"); /* checked as a value of its type */
    (void)check_with("checked-source", "\"secret\":\"${env:KC_T_NONE}\"", more, PATIENCE_MS, NULL, &found);
    assert_string_equal(found.text, "secret: secret: the config provider env has no key \"KC_T_NONE\"\n");
}

static void a_config_provider_that_misbehaves_is_told_by_its_name(void **state)
{
    static const char *const cases[][2] = {
        {"crash", "-: checked-source 1.0.0 crashed while it checked this configuration: SIGSEGV in get of "
                  "checked-provider 1.0.0"},
        {"hang", "-: checked-source 1.0.0 did not end its check of this configuration"},
        {"fail", "secret: secret: config provider c: it failed and gave no reason"},
        {"zero", "secret: secret: config provider c: a value has a zero byte in it"},
        {"none", "secret: secret: the config provider c has no key \"none\""},
    };
    struct problems found;
    char config[128], more[1024];

    (void)state;
    (void)snprintf(
        more, sizeof(more),
        ",\"providers\":[{\"name\":\"c\",\"id\":\"checked-provider\",\"file\":\"%s\",\"config\":{}}]",
        plugin);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        (void)snprintf(config, sizeof(config), "\"secret\":\"${c:%s}\"", cases[i][0]);
        (void)check_with("checked-source", config, more, i == 1 ? SHORT_MS : PATIENCE_MS, NULL, &found);
        assert_int_equal(found.n, 1);
        if (strncmp(found.text, cases[i][1], strlen(cases[i][1])) != 0)
            fail_msg("'%s' does not begin '%s'", found.text, cases[i][1]);
    }
}

static void offsets_are_checked_by_the_plugin(void **state)
{
    static const char *const changes =
        "{\\\"offsets\\\":[{\\\"partition\\\":{\\\"p\\\":\\\"a\\\"},\\\"offset\\\":%s},"
        "{\\\"partition\\\":{\\\"p\\\":\\\"b\\\"},\\\"offset\\\":null}]}";
    struct problems found;
    char text[512], more[1024];

    (void)state;
    (void)snprintf(text, sizeof(text), changes, "{\\\"at\\\":9007199254740993}");
    (void)snprintf(more, sizeof(more), ",\"changes\":\"%s\"", text);
    (void)check_with("checked-source", "", more, PATIENCE_MS, NULL, &found);
    assert_string_equal(found.text, "-: a: 9007199254740993, b: removed, and that is refused\n");
    (void)check_with("plain-source", "", more, PATIENCE_MS, NULL, &found);
    assert_int_equal(found.n, 0);
    /* A configuration that cannot be read tells nothing about offsets. */
    (void)check_with("checked-source", "\"even\":\"3\"", more, PATIENCE_MS, NULL, &found);
    assert_int_equal(found.n, 0);
}

static void a_worker_that_stops_does_not_wait(void **state)
{
    atomic_bool stopping = true;
    struct problems found;

    (void)state;
    assert_int_equal(check_of("checked-source", "\"behave\":\"hang\"", PATIENCE_MS, &stopping, &found),
                     KC_ERR_RETRY);
}

static void a_check_ends_with_its_worker(void **state)
{
    char file[] = "/tmp/kc-validate-XXXXXX", config[128], text[32] = "";
    int fd = mkstemp(file);
    int64_t deadline = kc_mono_ms() + PATIENCE_MS;
    struct problems found;
    pid_t worker;

    (void)state;
    assert_true(fd >= 0);
    (void)snprintf(config, sizeof(config), "\"behave\":\"hang\",\"file\":\"%s\"", file);
    worker = fork();
    if (worker == 0) {
        (void)check_of("checked-source", config, PATIENCE_MS, NULL, &found);
        _exit(0);
    }
    while (pread(fd, text, sizeof(text) - 1, 0) <= 0) {
        assert_true(kc_mono_ms() < deadline);
        (void)usleep(5000);
    }
    (void)kill(worker, SIGKILL);
    (void)waitpid(worker, NULL, 0);
    wait_until_gone(atoi(text));
    (void)close(fd);
    (void)unlink(file);
}

struct call {
    struct kc_validator *validator;
    pthread_t thread;
    kc_status status;
    struct problems found;
};

static void *run_call(void *arg)
{
    struct call *c = arg;
    struct kc_component_info component = {
        .kind = KC_KIND_SOURCE, .id = "checked-source", .version = "1.0.0", .file = plugin};
    struct kc_props *config = kc_props_create();
    struct kc_error err = KC_ERROR_INIT;

    (void)kc_props_set(config, "behave", "nap");
    c->status = kc_validator_enter(c->validator, NULL, &err);
    if (c->status == KC_OK) {
        c->status = kc_validator_run(
            c->validator,
            &(struct kc_validation){
                .component = &component, .config = config, .problem = collect, .arg = &c->found},
            &err);
        kc_validator_leave(c->validator);
    }
    kc_props_destroy(config);
    return NULL;
}

static void a_worker_that_stops_gives_no_place(void **state)
{
    struct kc_worker_config config = {.group_id = "g"};
    struct kc_validator *v = kc_validator_create(helper, &config);
    struct kc_error err = KC_ERROR_INIT;
    atomic_bool stopping = false;

    (void)state;
    for (int i = 0; i < KC_VALIDATE_AT_ONCE; i++)
        assert_int_equal(kc_validator_enter(v, &stopping, &err), KC_OK);
    atomic_store(&stopping, true);
    assert_int_equal(kc_validator_enter(v, &stopping, &err), KC_ERR_RETRY);
    kc_validator_leave(v);
    assert_int_equal(kc_validator_enter(v, &stopping, &err), KC_OK);
    kc_validator_destroy(v);
}

static void more_checks_than_places_wait_for_one(void **state)
{
    struct kc_worker_config config = {.group_id = "g"};
    struct kc_validator *v = kc_validator_create(helper, &config);
    static struct call calls[CALLS];
    int64_t began = kc_mono_ms();

    (void)state;
    for (int i = 0; i < CALLS; i++) {
        calls[i] = (struct call){.validator = v};
        assert_int_equal(pthread_create(&calls[i].thread, NULL, run_call, &calls[i]), 0);
    }
    for (int i = 0; i < CALLS; i++) {
        (void)pthread_join(calls[i].thread, NULL);
        assert_int_equal(calls[i].status, KC_OK);
        assert_string_equal(calls[i].found.text, "behave: nap\n");
    }
    assert_true(kc_mono_ms() - began >= 400); /* two rounds of naps */
    kc_validator_destroy(v);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(problems_come_with_their_keys_and_in_their_order),
        cmocka_unit_test(a_plugin_without_a_check_has_no_problem),
        cmocka_unit_test(a_keys_own_check_is_asked_first),
        cmocka_unit_test(the_keys_of_transforms_are_checked_too_under_their_full_names),
        cmocka_unit_test(what_a_key_recommends_depends_on_the_values),
        cmocka_unit_test(a_crash_is_one_more_problem),
        cmocka_unit_test(a_hang_ends_at_the_deadline),
        cmocka_unit_test(too_much_memory_ends_the_check),
        cmocka_unit_test(what_a_plugin_starts_ends_with_the_check),
        cmocka_unit_test(a_flood_of_problems_is_bounded),
        cmocka_unit_test(secrets_and_descriptors_stay_where_they_belong),
        cmocka_unit_test(references_are_replaced_before_the_plugin_looks),
        cmocka_unit_test(a_config_provider_that_misbehaves_is_told_by_its_name),
        cmocka_unit_test(offsets_are_checked_by_the_plugin),
        cmocka_unit_test(a_worker_that_stops_does_not_wait),
        cmocka_unit_test(a_check_ends_with_its_worker),
        cmocka_unit_test(a_worker_that_stops_gives_no_place),
        cmocka_unit_test(more_checks_than_places_wait_for_one),
    };

    assert_int_equal(argc, 4);
    helper = argv[1];
    plugin = argv[2];
    providers = argv[3];
    return cmocka_run_group_tests_name("validate", tests, NULL, NULL);
}
