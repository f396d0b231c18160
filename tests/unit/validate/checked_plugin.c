/* A source whose planner does what the key "behave" says, for test_validate.c. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kconnect/plugin.h>

#include "../supervisor/plugins/parts.h"

static const struct kc_host *the_host;

/* The text of a key, in a buffer of its own. */
static void text_of(const struct kc_map *config, const char *key, char *out, size_t size)
{
    out[0] = '\0';
    for (uint32_t i = 0; i < config->len; i++) {
        const struct kc_value *v = &config->kvs[i].value;

        if (config->kvs[i].key.len == strlen(key) &&
            memcmp(config->kvs[i].key.ptr, key, config->kvs[i].key.len) == 0 && v->type == KC_STRING)
            (void)snprintf(out, size, "%.*s", (int)v->len, v->as.str);
    }
}

static void report_pid(struct kc_report *out, const struct kc_map *config, pid_t pid)
{
    char file[512], text[32];
    int fd;

    (void)snprintf(text, sizeof(text), "%d", (int)pid);
    the_host->report_error(out, "pid", text);
    text_of(config, "file", file, sizeof(file));
    fd = file[0] != '\0' ? open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
    if (fd >= 0) {
        (void)!write(fd, text, strlen(text));
        (void)close(fd);
    }
}

static int count_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int n = -1; /* the directory's own */

    while (dir != NULL && readdir(dir) != NULL)
        n++;
    if (dir != NULL)
        (void)closedir(dir);
    return n - 2; /* . and .. */
}

/* True when `secret` stands in what everybody on the machine can read of this process. */
static int shows(const char *secret)
{
    static const char *const files[] = {"/proc/self/cmdline", "/proc/self/environ"};
    static char bytes[1 << 16];
    int shown = 0;

    for (size_t i = 0; i < 2; i++) {
        int fd = open(files[i], O_RDONLY);
        ssize_t n = fd >= 0 ? read(fd, bytes, sizeof(bytes)) : -1;

        shown |= n > 0 && memmem(bytes, (size_t)n, secret, strlen(secret)) != NULL;
        if (fd >= 0)
            (void)close(fd);
    }
    return shown;
}

static void report_surroundings(struct kc_report *out, const struct kc_map *config)
{
    char secret[64], text[128];

    text_of(config, "secret", secret, sizeof(secret));
    (void)snprintf(text, sizeof(text), "%zu characters, shown: %d, descriptors: %d", strlen(secret),
                   shows(secret), count_descriptors());
    the_host->report_error(out, "secret", text);
}

static void start_a_child_that_stays(struct kc_report *out, const struct kc_map *config)
{
    pid_t pid = fork();

    if (pid == 0) {
        (void)sleep(60);
        _exit(0);
    }
    report_pid(out, config, pid);
}

/* 16 MB every 10 ms up to 2 GB, in use, so that it is resident. */
static void take_memory(void)
{
    enum { STEP = 16 << 20 };

    for (int i = 0; i < 128; i++) {
        volatile char *p = malloc(STEP);

        for (size_t at = 0; p != NULL && at < STEP; at += 4096)
            p[at] = 1;
        (void)usleep(10 * 1000);
    }
}

static kc_status validate(struct kc_ctx *ctx, const struct kc_map *config, struct kc_report *out,
                          struct kc_error *err)
{
    char behave[64];

    (void)ctx;
    text_of(config, "behave", behave, sizeof(behave));
    (void)printf("a line on standard output\n");
    (void)fflush(stdout);
    the_host->report_error(out, "behave", behave);
    if (strcmp(behave, "crash") == 0) {
        (void)raise(SIGSEGV);
    } else if (strcmp(behave, "exit") == 0) {
        exit(3);
    } else if (strcmp(behave, "hang") == 0) {
        report_pid(out, config, getpid());
        for (;;)
            (void)pause();
    } else if (strcmp(behave, "greed") == 0) {
        take_memory();
    } else if (strcmp(behave, "nap") == 0) {
        (void)usleep(200 * 1000);
    } else if (strcmp(behave, "fork") == 0) {
        start_a_child_that_stays(out, config);
    } else if (strcmp(behave, "flood") == 0) {
        for (int i = 0; i < 100000; i++)
            the_host->report_error(out, "behave", "again");
    } else if (strcmp(behave, "look") == 0) {
        report_surroundings(out, config);
    } else if (strcmp(behave, "tell") == 0) {
        char secret[64], text[128];

        text_of(config, "secret", secret, sizeof(secret));
        (void)snprintf(text, sizeof(text), "access denied with <%s>", secret);
        the_host->report_error(out, "secret", text);
        the_host->log(NULL, KC_LOG_ERROR, __FILE__, __LINE__,
                      (struct kc_str){text, (uint32_t)strlen(text), 0});
    } else if (strcmp(behave, "odd") == 0) {
        the_host->report_error(out, NULL, "about \"the whole\",\nin two lines, not UTF-8: \xff");
    } else if (strcmp(behave, "fail") == 0) {
        (void)snprintf(err->message, sizeof(err->message), "no way");
        err->status = KC_ERR_FATAL;
        return KC_ERR_FATAL;
    }
    return KC_OK;
}

static kc_status check_even(const char *name, const struct kc_value *value, struct kc_error *err)
{
    (void)name;
    if (value->as.i64 % 2 == 0)
        return KC_OK;
    (void)snprintf(err->message, sizeof(err->message), "must be even");
    return KC_ERR_CONFIG;
}

/* Refuses all, and says what it was asked. */
static kc_status check_offsets(struct kc_ctx *ctx, const struct kc_map *config,
                               const struct kc_offset_change *changes, uint32_t n, struct kc_error *err)
{
    (void)ctx;
    (void)config;
    err->message[0] = '\0';
    for (uint32_t i = 0; i < n; i++) {
        size_t at = strlen(err->message);
        char what[32] = "removed";

        if (changes[i].offset.len > 0)
            (void)snprintf(what, sizeof(what), "%lld", (long long)changes[i].offset.kvs[0].value.as.i64);
        (void)snprintf(err->message + at, sizeof(err->message) - at, "%.*s: %s, ",
                       (int)changes[i].partition.kvs[0].value.len, changes[i].partition.kvs[0].value.as.str,
                       what);
    }
    (void)strncat(err->message, "and that is refused", sizeof(err->message) - strlen(err->message) - 1);
    return KC_ERR_CONFIG;
}

/* Even numbers up to the one that is set, and no secret to be shown with them. */
static void recommend(const char *name, const struct kc_map *map, struct kc_report *out)
{
    char behave[64], text[24];

    text_of(map, "behave", behave, sizeof(behave));
    if (strcmp(behave, "crash in recommend") == 0)
        (void)raise(SIGSEGV);
    if (strcmp(behave, "recommend") != 0)
        return;
    for (uint32_t i = 0; i < map->len; i++) {
        if (strncmp(map->kvs[i].key.ptr, name, map->kvs[i].key.len) != 0)
            continue;
        for (int64_t n = 2; n <= map->kvs[i].value.as.i64; n += 2) {
            (void)snprintf(text, sizeof(text), "%lld", (long long)n);
            the_host->report_choice(out, name, text);
        }
    }
    the_host->report_visible(out, "secret", 0);
}

static const struct kc_config_key keys[] = {
    {.name = "behave",
     .type = KC_CFG_STRING,
     .default_value = "",
     .importance = KC_IMPORTANCE_HIGH,
     .order = 1},
    {.name = "secret",
     .type = KC_CFG_PASSWORD,
     .default_value = "",
     .importance = KC_IMPORTANCE_HIGH,
     .order = 2},
    {.name = "even",
     .type = KC_CFG_INT,
     .default_value = "2",
     .importance = KC_IMPORTANCE_LOW,
     .order = 3,
     .check = check_even,
     .recommend = recommend},
};
static const struct kc_config_def config = {PARTS_DEF(keys)};
static const struct kc_planner_ops planner = {
    .struct_size = sizeof(planner), .validate = validate, .check_offsets = check_offsets};
static const struct kc_source_ops ops = {PARTS_OPS, .planner = &planner};
static const struct kc_component checked = {PARTS("checked-source", &ops, &config)};
/* One that leaves everything to the declarations. */
static const struct kc_component plain = {PARTS("plain-source", &parts_ops, &config)};

/* A config provider that does what the key it is asked for says. */
static kc_status provider_open(struct kc_ctx *ctx, const struct kc_map *map, void **self,
                               struct kc_error *err)
{
    (void)ctx;
    (void)map;
    (void)err;
    *self = NULL;
    return KC_OK;
}

static kc_status provider_get(void *self, const char *path, const char *const *names, uint32_t n_names,
                              struct kc_report *out, struct kc_error *err)
{
    (void)self;
    (void)path;
    (void)err;
    for (uint32_t i = 0; i < n_names; i++) {
        if (strcmp(names[i], "crash") == 0)
            (void)raise(SIGSEGV);
        else if (strcmp(names[i], "hang") == 0)
            (void)sleep(60);
        else if (strcmp(names[i], "fail") == 0)
            return KC_ERR_RETRY; /* without a word */
        else if (strcmp(names[i], "zero") == 0)
            the_host->report_value(out, names[i], (struct kc_str){"a\0b", 3, 0}, -1);
        else
            the_host->report_error(out, names[i], "no such thing"); /* which is not the place for it */
    }
    return KC_OK;
}

static void provider_close(void *self)
{
    (void)self;
}

static const struct kc_config_provider_ops provider_ops = {
    .struct_size = sizeof(provider_ops), .open = provider_open, .get = provider_get, .close = provider_close};
static const struct kc_component provider = {.struct_size = sizeof(provider),
                                             .kind = KC_KIND_CONFIG_PROVIDER,
                                             .id = "checked-provider",
                                             .version = "1.0.0",
                                             .title = "Misbehaves",
                                             .ops = &provider_ops};

/* A transform that is never opened here. */
static kc_status stage_open(struct kc_ctx *ctx, const struct kc_map *map, void **self, struct kc_error *err)
{
    (void)ctx;
    (void)map;
    (void)self;
    (void)err;
    abort();
}

static kc_status stage_apply(void *self, struct kc_batch *b, struct kc_error *err)
{
    (void)self;
    (void)b;
    (void)err;
    abort();
}

static kc_status check_stage(const char *name, const struct kc_value *value, struct kc_error *err)
{
    (void)name;
    if (strcmp(value->as.str, "crash") == 0)
        (void)raise(SIGSEGV);
    if (strcmp(value->as.str, "bad") != 0)
        return KC_OK;
    (void)snprintf(err->message, sizeof(err->message), "must not be bad");
    return KC_ERR_CONFIG;
}

static const struct kc_config_key stage_keys[] = {{.name = "value",
                                                   .type = KC_CFG_STRING,
                                                   .default_value = "",
                                                   .importance = KC_IMPORTANCE_LOW,
                                                   .order = 1,
                                                   .check = check_stage}};
static const struct kc_config_def stage_config = {PARTS_DEF(stage_keys)};
static const struct kc_transform_ops stage_ops = {
    .struct_size = sizeof(stage_ops), .open = stage_open, .apply = stage_apply, .close = provider_close};
static const struct kc_component stage = {.struct_size = sizeof(stage),
                                          .kind = KC_KIND_TRANSFORM,
                                          .id = "checked-stage",
                                          .version = "1.0.0",
                                          .title = "Checks its value",
                                          .config = &stage_config,
                                          .ops = &stage_ops};
static const struct kc_component *const components[] = {&checked, &plain, &provider, &stage};
static const struct kc_plugin plugin = {KC_PLUGIN_HEADER(components, 4), .name = "checked",
                                        .version = "1.0.0"};

const struct kc_plugin *kc_plugin_v0(const struct kc_host *host)
{
    the_host = host;
    return &plugin;
}
