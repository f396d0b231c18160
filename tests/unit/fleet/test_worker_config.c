/* test_worker_config.c - which worker configurations are taken, and what is said about the others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
/* cmocka needs the first three */
#include <cmocka.h>

#include "config/worker_config.h"
#include "config/worker_keys.h"

static const char minimal[] = "bootstrap.servers=127.0.0.1:9092\ngroup.id=fleet\n";

static char path[] = "/tmp/kc-test-config-XXXXXX";

static void write_file(const char *more)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    assert_true(fputs(minimal, f) >= 0 && fputs(more, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static struct kc_worker_config *load(const char *more)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_worker_config *c = NULL;

    write_file(more);
    if (kc_worker_config_load(path, NULL, &c, &err) < 0)
        fail_msg("%s", err.message);
    return c;
}

static void assert_refused(const char *more, const char *with)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_worker_config *c = NULL;

    write_file(more);
    assert_int_equal(kc_worker_config_load(path, NULL, &c, &err), KC_ERR_CONFIG);
    if (strstr(err.message, with) == NULL)
        fail_msg("'%s' does not say '%s'", err.message, with);
}

static void two_lines_are_enough(void **state)
{
    struct kc_worker_config *c = load("");
    char dir[256];

    (void)state;
    assert_string_equal(c->bootstrap_servers, "127.0.0.1:9092");
    assert_string_equal(c->group_id, "fleet");
    assert_string_equal(c->client_id_prefix, "fleet");
    assert_string_equal(c->listeners[0], "http://127.0.0.1:8083");
    assert_null(c->listeners[1]);
    assert_string_equal(c->config_storage_topic, "kconnect-configs");
    assert_string_equal(c->request_storage_topic, "kconnect-requests");
    assert_int_equal(c->config_storage_replication, -1);
    assert_int_equal(c->status_storage_partitions, 5);
    assert_int_equal(c->offset_storage_partitions, 25);
    assert_int_equal(c->request_timeout_ms, 90000);
    assert_int_equal(c->graceful_shutdown_ms, 5000);
    assert_int_equal(c->max_request_bytes, 1048576);
    assert_int_equal(c->log_level, KC_INFO);
    assert_int_equal(c->log_format, KC_LOG_TEXT);
    (void)snprintf(dir, sizeof(dir), "%s", c->state_dir);
    assert_int_equal(access(dir, W_OK), 0);
    kc_worker_config_destroy(c);
    assert_int_not_equal(access(dir, F_OK), 0);
}

static void everything_can_be_set(void **state)
{
    struct kc_worker_config *c =
        load("listeners = http://0.0.0.0:1 , http://[::1]:2\nlog.level=debug\n"
             "log.format=JSON\nplugin.path=/tmp,/\nstatus.storage.partitions= 7 \n"
             "config.storage.replication.factor=3\nconfig.storage.min.insync.replicas=2\n"
             "topic.creation.default.partitions=3\nkey.converter.schemas.enable=false\n"
             "security.protocol=SASL_SSL\nsasl.mechanism=PLAIN\nsasl.username=u\n"
             "sasl.password=p\nssl.ca.location=/etc/ssl/cert.pem\n"
             "producer.compression.type=zstd\nconsumer.fetch.min.bytes=1\n"
             "admin.socket.timeout.ms=5000\n");

    (void)state;
    assert_string_equal(c->listeners[0], "http://0.0.0.0:1");
    assert_string_equal(c->listeners[1], "http://[::1]:2");
    assert_null(c->listeners[2]);
    assert_string_equal(c->plugin_path[0], "/tmp");
    assert_int_equal(c->status_storage_partitions, 7);
    assert_int_equal(c->config_storage_replication, 3);
    assert_int_equal(c->log_level, KC_DEBUG);
    assert_int_equal(c->log_format, KC_LOG_JSON);
    assert_string_equal(kc_props_get(c->props, "producer.compression.type"), "zstd");
    kc_worker_config_destroy(c);
}

static void overrides_win(void **state)
{
    struct kc_props *set = kc_props_create();
    struct kc_error err = KC_ERROR_INIT;
    struct kc_worker_config *c = NULL;

    (void)state;
    write_file("log.level=WARN\n");
    assert_int_equal(kc_props_set(set, "log.level", "ERROR"), KC_OK);
    assert_int_equal(kc_worker_config_load(path, set, &c, &err), KC_OK);
    assert_int_equal(c->log_level, KC_ERROR);
    kc_worker_config_destroy(c);
    assert_int_equal(kc_props_set(set, "log.level", "LOUD"), KC_OK);
    assert_int_equal(kc_worker_config_load(path, set, &c, &err), KC_ERR_CONFIG);
    assert_non_null(strstr(err.message, "--set: log.level must be one of TRACE"));
    kc_props_destroy(set);
}

static void a_wrong_value_names_file_line_and_key(void **state)
{
    (void)state;
    assert_refused("\nlog.level=LOUD\n", ", line 4: log.level must be one of TRACE, DEBUG");
    assert_refused("log.format=xml\n", "log.format must be one of text, json, not 'xml'");
    assert_refused("status.storage.partitions=five\n", "status.storage.partitions must be a whole number");
    assert_refused("status.storage.partitions=0\n", "between 1 and 1000");
    assert_refused("status.storage.partitions=99999999999999999999\n", "must be a whole number");
    assert_refused("status.storage.topic=a b\n", "status.storage.topic must be a topic name");
    assert_refused("status.storage.topic=kconnect-configs\n", "are both 'kconnect-configs'");
    assert_refused("topic.creation.enable=yes\n", "must be true or false");
    assert_refused("plugin.path=/nowhere/at/all\n", "there is no folder /nowhere/at/all");
    assert_refused("group.id=\n", "group.id must not be empty");
    assert_refused("errors.restart.delay.initial.ms=90000\n", "must not be more than");
    assert_refused("producer.acks=most\n", "acks");
    assert_refused("config.storage.replication.factor=0\n", "at least 1, or -1 for the broker's default");
    assert_refused("topic.creation.max.topics=many\n", "topic.creation.max.topics must be a whole number");
    assert_refused("topic.creation.max.partitions=-2\n", "between -1 and");
    assert_refused("topic.creation.default.partitions=0\n", "at least 1");
}

static void a_broker_has_a_port_or_none(void **state)
{
    (void)state;
    kc_worker_config_destroy(load("bootstrap.servers=a, b:1, [::1]:9092,[::1], SSL://c:65535\n"));
    assert_refused("bootstrap.servers=a:9092, b:port\n",
                   "bootstrap.servers: 'b:port' must have the form host:port");
    assert_refused("bootstrap.servers=a:0\n", "from 1 to 65535");
    assert_refused("bootstrap.servers=a:\n", "from 1 to 65535");
    assert_refused("bootstrap.servers=a:65536\n", "from 1 to 65535");
    assert_refused("bootstrap.servers=,\n", "at least one broker");
}

/* argv[1] of this program: where the keys are explained to people. */
static const char *page;

static void every_key_is_on_the_page_with_its_default(void **state)
{
    static char text[65536];
    FILE *f = fopen(page, "r");
    size_t n;
    const struct kc_worker_key *keys = kc_worker_keys(&n);

    (void)state;
    assert_non_null(f);
    text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
    (void)fclose(f);
    for (size_t i = 0; i < n; i++) {
        const char *value = keys[i].default_value != NULL ? keys[i].default_value : "";
        char row[256];

        if (strcmp(keys[i].name, "plugin.path") == 0)
            value = "the installed plugins"; /* as the build was told */
        (void)snprintf(row, sizeof(row), "\n| `%s` | %s%s%s| ", keys[i].name, value,
                       value[0] != '\0' ? " " : "", keys[i].required ? "required " : "");
        if (strstr(text, row) == NULL)
            fail_msg("%s has no row '%s'", page, row + 1);
    }
}

static void a_wrong_listener_is_explained(void **state)
{
    (void)state;
    assert_refused("listeners=https://127.0.0.1:8083\n", "put a proxy with TLS");
    assert_refused("listeners=127.0.0.1:8083\n", "must have the form http://host:port");
    assert_refused("listeners=http://127.0.0.1\n", "must end with a colon and a port");
    assert_refused("listeners=http://::1:80\n", "brackets");
    assert_refused("listeners=http://127.0.0.1:65536\n", "a number from 0 to 65535");
    assert_refused("listeners=http://127.0.0.1:\n", "a number from 0 to 65535");
    assert_refused("listeners=,\n", "at least one address");
}

static void an_unknown_key_is_refused_with_a_guess(void **state)
{
    (void)state;
    assert_refused("bootstrap.server=x:1\n", "did you mean bootstrap.servers?");
    assert_refused("pluginpath=/tmp\n", "did you mean plugin.path?");
    assert_refused("topic.creation.max.topic=1\n", "did you mean topic.creation.max.topics?");
    assert_refused("errors.restart.delay.ms=1\n", "there is no key 'errors.restart.delay.ms'");
    assert_refused("something.else=1\n", "there is no key 'something.else'");
    assert_refused("producer.something=1\n", "there is no key 'producer.something'");
}

static void java_only_security_is_refused_with_the_equivalent(void **state)
{
    (void)state;
    assert_refused("ssl.truststore.location=/x.jks\n", "use ssl.ca.location");
    assert_refused("producer.ssl.truststore.location=/x.jks\n", "use ssl.ca.location");
    assert_refused("sasl.jaas.config=org.apache.X required password=\"hush\";\n", "sasl.username");
    assert_refused("ssl.keystore.type=JKS\n", "ssl.certificate.location");
}

static void a_secret_never_shows_in_an_error(void **state)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_worker_config *c = NULL;

    (void)state;
    write_file("sasl.jaas.config=org.apache.X required password=\"hush\";\n");
    assert_int_equal(kc_worker_config_load(path, NULL, &c, &err), KC_ERR_CONFIG);
    assert_null(strstr(err.message, "hush"));
}

static void keys_of_kafka_connect_without_meaning_are_let_pass(void **state)
{
    struct kc_worker_config *c =
        load("offset.flush.interval.ms=10000\nrest.advertised.host.name=x\n"
             "scheduled.rebalance.max.delay.ms=1\nexactly.once.source.support=enabled\n"
             "producer.buffer.memory=1\nmetrics.num.samples=1\n");

    (void)state;
    kc_worker_config_destroy(c);
}

static void a_missing_key_is_named(void **state)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_worker_config *c = NULL;
    FILE *f = fopen(path, "w");

    (void)state;
    assert_non_null(f);
    assert_true(fputs("group.id=x\n", f) >= 0);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(kc_worker_config_load(path, NULL, &c, &err), KC_ERR_CONFIG);
    assert_non_null(strstr(err.message, "bootstrap.servers is missing"));
    assert_int_equal(kc_worker_config_load("/nowhere/worker.properties", NULL, &c, &err), KC_ERR_CONFIG);
    assert_non_null(strstr(err.message, "/nowhere/worker.properties"));
}

static void every_default_is_itself_acceptable(void **state)
{
    size_t n;
    const struct kc_worker_key *keys = kc_worker_keys(&n);

    (void)state;
    for (size_t i = 0; i < n; i++) {
        struct kc_error err = KC_ERROR_INIT;

        assert_non_null(keys[i].doc);
        if (keys[i].default_value != NULL)
            assert_int_equal(kc_worker_key_check(&keys[i], keys[i].default_value, &err), KC_OK);
    }
}

static int make_file(void **state)
{
    int fd = mkstemp(path);

    (void)state;
    return fd < 0 || close(fd) != 0;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static void config_providers_have_names_and_classes(void **state)
{
    static const char env[] = "config.providers= env , , file\nconfig.providers.env.class=env\n"
                              "config.providers.file.class=FileConfigProvider\n";
    struct kc_worker_config *c = load(env);
    char text[512];

    (void)state;
    kc_worker_config_destroy(c);
    (void)snprintf(text, sizeof(text),
                   "%sconfig.providers.file.param.allowed.paths=/x\nclient.id=${other:X}\n", env);
    c = load(text); /* a text that refers to nothing that is listed */
    kc_worker_config_destroy(c);
    assert_refused("config.providers=env\n", "config.providers.env.class is missing");
    assert_refused("config.providers=a b\nconfig.providers.a b.class=x\n", "a b is none");
    assert_refused("config.providers.env.class=env\n", "config.providers does not list this provider");
    (void)snprintf(text, sizeof(text), "%sconfig.providers.env.allowlist.pattern=x\n", env);
    assert_refused(text, "there is no key 'config.providers.env.allowlist.pattern'");
    (void)snprintf(text, sizeof(text), "%ssasl.password=${env:PASSWORD}\n", env);
    assert_refused(text,
                   "sasl.password refers to a config provider, which only connectors' configurations may");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_lines_are_enough),
        cmocka_unit_test(everything_can_be_set),
        cmocka_unit_test(overrides_win),
        cmocka_unit_test(a_wrong_value_names_file_line_and_key),
        cmocka_unit_test(a_broker_has_a_port_or_none),
        cmocka_unit_test(every_key_is_on_the_page_with_its_default),
        cmocka_unit_test(a_wrong_listener_is_explained),
        cmocka_unit_test(an_unknown_key_is_refused_with_a_guess),
        cmocka_unit_test(java_only_security_is_refused_with_the_equivalent),
        cmocka_unit_test(a_secret_never_shows_in_an_error),
        cmocka_unit_test(keys_of_kafka_connect_without_meaning_are_let_pass),
        cmocka_unit_test(a_missing_key_is_named),
        cmocka_unit_test(every_default_is_itself_acceptable),
        cmocka_unit_test(config_providers_have_names_and_classes),
    };

    if (argc != 2)
        return 2;
    page = argv[1];
    kc_log_set_level(KC_LOG_OFF);
    return cmocka_run_group_tests_name("worker_config", tests, make_file, remove_file);
}
