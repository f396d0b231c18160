#include "cli.h"

#include <cjson/cJSON.h>
#include <librdkafka/rdkafka.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include <kconnect/abi.h>

static const char help[] =
    "kconnect - moves data between other systems and Apache Kafka\n"
    "\n"
    "Usage:\n"
    "  kconnect worker FILE [--set KEY=VALUE]...   run a worker until SIGTERM or Ctrl-C\n"
    "  kconnect --help | --version\n"
    "\n"
    "FILE is a Java properties file with Kafka Connect's keys. The least it needs:\n"
    "  bootstrap.servers=127.0.0.1:9092   brokers of the cluster that holds everything\n"
    "  group.id=kconnect                  name of the fleet: workers with one name share the work\n"
    "  plugin.path=/usr/lib/kconnect/plugins\n"
    "\n"
    "Often set as well:\n"
    "  listeners=http://127.0.0.1:8083    where the REST API listens (default: loopback only)\n"
    "  config.storage.topic, status.storage.topic, offset.storage.topic, request.storage.topic\n"
    "                                     internal topics, made when they are missing\n"
    "  *.storage.replication.factor       their replication factors (-1: the broker's default)\n"
    "  topic.creation.max.topics, topic.creation.max.partitions\n"
    "                                     refuse to make topics beyond these totals\n"
    "  task.memory.max.mb=256             a task's process that has more is ended and started again\n"
    "  security.protocol, sasl.*, ssl.*   librdkafka's names, for every client; with the prefixes\n"
    "                                     producer. consumer. admin. for that kind of client in tasks\n"
    "  log.level=INFO, log.format=text|json\n"
    "\n"
    "  --set KEY=VALUE   overrides one key of FILE; may be repeated\n"
    "\n"
    "Every key is explained in worker/config/README.md.\n"
    "\n"
    "Exit status: 0 stopped by a signal, 1 could not run, 2 the command line or FILE is wrong.\n";

void kc_cli_print_help(FILE *out)
{
    (void)fputs(help, out);
}

void kc_cli_print_version(FILE *out)
{
    (void)fprintf(out,
                  "kconnect %s (plugin ABI %d.%d)\n"
                  "librdkafka %s, libuv %s, libmicrohttpd %s, cJSON %s\n",
                  KC_VERSION, KC_ABI_MAJOR, KC_ABI_MINOR, rd_kafka_version_str(), uv_version_string(),
                  MHD_get_version(), cJSON_Version());
}

static kc_status add_override(struct kc_cli *out, const char *pair, struct kc_error *err)
{
    const char *equals = pair != NULL ? strchr(pair, '=') : NULL;
    kc_status status;
    char *key;

    if (equals == NULL || equals == pair)
        return kc_fail(err, KC_ERR_CONFIG, "--set needs KEY=VALUE behind it");
    key = strndup(pair, (size_t)(equals - pair));
    status = key != NULL ? kc_props_set(out->set, key, equals + 1) : KC_ERR_NOMEM;
    free(key);
    return status < 0 ? kc_fail(err, status, "out of memory") : KC_OK;
}

static kc_status parse_worker(int argc, char **argv, struct kc_cli *out, struct kc_error *err)
{
    kc_status status = KC_OK;

    for (int i = 2; i < argc && status == KC_OK; i++) {
        if (strcmp(argv[i], "--set") == 0)
            status = add_override(out, i + 1 < argc ? argv[++i] : NULL, err);
        else if (strncmp(argv[i], "--set=", 6) == 0)
            status = add_override(out, argv[i] + 6, err);
        else if (strcmp(argv[i], "--help") == 0)
            out->role = KC_ROLE_HELP;
        else if (argv[i][0] == '-' && argv[i][1] != '\0')
            status = kc_fail(err, KC_ERR_CONFIG, "unknown option %s", argv[i]);
        else if (out->file != NULL)
            status =
                kc_fail(err, KC_ERR_CONFIG, "one properties file is enough: %s and %s", out->file, argv[i]);
        else
            out->file = argv[i];
    }
    if (status == KC_OK && out->role == KC_ROLE_WORKER && out->file == NULL)
        return kc_fail(err, KC_ERR_CONFIG, "kconnect worker needs a properties file");
    return status;
}

kc_status kc_cli_parse(int argc, char **argv, struct kc_cli *out, struct kc_error *err)
{
    const char *word = argc > 1 ? argv[1] : "";

    *out = (struct kc_cli){.set = kc_props_create()};
    if (out->set == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
        out->role = KC_ROLE_HELP;
    } else if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
        out->role = KC_ROLE_VERSION;
    } else if (strcmp(word, "worker") == 0) {
        out->role = KC_ROLE_WORKER;
        return parse_worker(argc, argv, out, err);
    } else if (strcmp(word, "task") == 0 && argc == 2) {
        out->role = KC_ROLE_TASK;
    } else if (strcmp(word, "probe") == 0 && argc == 3) {
        out->role = KC_ROLE_PROBE;
        out->file = argv[2];
    } else if (strcmp(word, "validate") == 0 && argc == 2) {
        out->role = KC_ROLE_VALIDATE;
    } else if (word[0] == '\0') {
        return kc_fail(err, KC_ERR_CONFIG, "a command is missing");
    } else {
        return kc_fail(err, KC_ERR_CONFIG, "unknown command %s", word);
    }
    return KC_OK;
}

void kc_cli_finish(struct kc_cli *cli)
{
    kc_props_destroy(cli->set);
    cli->set = NULL;
}
