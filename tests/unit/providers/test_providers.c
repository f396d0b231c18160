/* test_providers.c - file, directory and env, on real files and a real environment. */
#include "../cm.h"

#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <kconnect/sdk.h>

#include "providers.h"

const struct kc_host *kc_host;

static char root[] = "/tmp/kc-providers-XXXXXX";

struct kc_report {
    char text[2048]; /* "key=value;" each */
};

static void report_value(struct kc_report *r, const char *key, struct kc_str value, int64_t ttl_ms)
{
    size_t at = strlen(r->text);

    assert_int_equal(ttl_ms, -1);
    (void)snprintf(r->text + at, sizeof(r->text) - at, "%s=%.*s;", key, (int)value.len, value.ptr);
}

static const struct kc_host host = {.struct_size = sizeof(host), .report_value = report_value};

static const char *in_root(const char *path)
{
    static char paths[8][256];
    static unsigned next;
    char *out = paths[next++ % 8];

    (void)snprintf(out, sizeof(paths[0]), "%s/%s", root, path);
    return out;
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(in_root(path), "w");

    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static kc_status open_provider(const struct kc_component *c, const char *key, struct kc_value value,
                               void **self, struct kc_error *err)
{
    struct kc_kv kv = {{key, (uint32_t)strlen(key), 0}, value};
    struct kc_map config = {&kv, 1, 0};
    const struct kc_config_provider_ops *ops = c->ops;

    return ops->open(NULL, &config, self, err);
}

/* Opens a provider, asks for one key (NULL: all), and closes it. */
static kc_status get_with(const struct kc_component *c, const char *config_key, struct kc_value value,
                          const char *path, const char *key, struct kc_report *out, struct kc_error *err)
{
    const struct kc_config_provider_ops *ops = c->ops;
    kc_status status;
    void *self;

    *out = (struct kc_report){0};
    *err = (struct kc_error){.struct_size = sizeof(*err)};
    status = open_provider(c, config_key, value, &self, err);
    if (status < 0)
        return status;
    status = ops->get(self, path, &key, key == NULL ? 0 : 1, out, err);
    ops->close(self);
    return status;
}

/* `allowed` may be NULL: no such configuration. */
static kc_status get(const struct kc_component *c, const char *allowed, const char *path, const char *key,
                     struct kc_report *out, struct kc_error *err)
{
    const char *text = allowed == NULL ? "" : allowed;
    struct kc_value item = kc_string(text, (uint32_t)strlen(text));
    struct kc_value list = {.type = KC_ARRAY, .len = allowed != NULL, .as.items = &item};

    if (allowed == NULL)
        list = (struct kc_value){0};
    return get_with(c, "allowed.paths", list, path, key, out, err);
}

static void a_file_gives_the_keys_asked_for(void **state)
{
    struct kc_report out;
    struct kc_error err;

    (void)state;
    write_file("a.properties", "user=me\npassword: se\\\n  cret\nuser=you\n");
    assert_int_equal(get(&kc_file_provider, NULL, in_root("a.properties"), "password", &out, &err), KC_OK);
    assert_string_equal(out.text, "password=secret;");
    assert_int_equal(get(&kc_file_provider, NULL, in_root("a.properties"), "none", &out, &err), KC_OK);
    assert_string_equal(out.text, "");
    assert_int_equal(get(&kc_file_provider, NULL, in_root("a.properties"), NULL, &out, &err), KC_OK);
    assert_string_equal(out.text, "user=me;password=secret;user=you;");
}

static void what_is_wrong_with_a_file_is_said_without_what_is_in_it(void **state)
{
    struct kc_report out;
    struct kc_error err;

    (void)state;
    assert_int_equal(get(&kc_file_provider, NULL, in_root("missing"), "k", &out, &err), KC_ERR_CONFIG);
    assert_non_null(strstr(err.message, "missing: No such file"));
    assert_int_equal(get(&kc_file_provider, NULL, root, "k", &out, &err), KC_ERR_CONFIG);
    assert_non_null(strstr(err.message, "no regular file"));
    assert_int_equal(get(&kc_file_provider, NULL, "", "k", &out, &err), KC_ERR_CONFIG);
    assert_non_null(strstr(err.message, "needs its path"));
    write_file("bad", "secret=\\u12");
    assert_int_equal(get(&kc_file_provider, NULL, in_root("bad"), "secret", &out, &err), KC_ERR_CONFIG);
    assert_non_null(strstr(err.message, "/bad: line 1 "));
    assert_null(strstr(err.message, "secret"));
    write_file("latin", "secret=\xe9");
    assert_int_equal(get(&kc_file_provider, NULL, in_root("latin"), "secret", &out, &err), KC_ERR_CONFIG);
    assert_non_null(strstr(err.message, "UTF-8"));
    assert_int_equal(mkfifo(in_root("fifo"), 0600), 0); /* would wait for a writer for ever */
    assert_int_equal(get(&kc_file_provider, NULL, in_root("fifo"), "k", &out, &err), KC_ERR_CONFIG);
    assert_int_equal(truncate(in_root("latin"), (1 << 20) + 1), 0);
    assert_int_equal(get(&kc_file_provider, NULL, in_root("latin"), "k", &out, &err), KC_ERR_CONFIG);
    assert_non_null(strstr(err.message, "larger than 1 MiB"));
}

static void only_allowed_files_are_read_whatever_the_way(void **state)
{
    static const struct {
        const char *path;
        bool permitted;
    } cases[] = {
        {"allowed/in.properties", true},
        {"allowed/../allowed/./in.properties", true},
        {"allowed/link-in", true},
        {"elsewhere-in", true}, /* leads into it */
        {"allowed/../out.properties", false},
        {"allowed/link-out", false},
        {"allowed/folder-out/out.properties", false},
        {"out.properties", false},
        {"allowed-too/in.properties", false}, /* the same beginning, another folder */
    };
    struct kc_report out;
    struct kc_error err;

    (void)state;
    assert_int_equal(mkdir(in_root("allowed"), 0700), 0);
    assert_int_equal(mkdir(in_root("allowed-too"), 0700), 0);
    write_file("out.properties", "k=outside");
    write_file("allowed/in.properties", "k=inside");
    write_file("allowed-too/in.properties", "k=outside");
    assert_int_equal(symlink("in.properties", in_root("allowed/link-in")), 0);
    assert_int_equal(symlink("allowed/in.properties", in_root("elsewhere-in")), 0);
    assert_int_equal(symlink("../out.properties", in_root("allowed/link-out")), 0);
    assert_int_equal(symlink("..", in_root("allowed/folder-out")), 0);
    assert_int_equal(symlink("allowed", in_root("allowed-link")), 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *const allowed[] = {"allowed", "allowed/", "allowed-link"};

        for (size_t k = 0; k < 3; k++) {
            kc_status status =
                get(&kc_file_provider, in_root(allowed[k]), in_root(cases[i].path), "k", &out, &err);

            assert_int_equal(status, cases[i].permitted ? KC_OK : KC_ERR_CONFIG);
            assert_string_equal(out.text, cases[i].permitted ? "k=inside;" : "");
            if (status < 0)
                assert_non_null(strstr(err.message, "allowed.paths"));
        }
    }
    assert_int_equal(
        get(&kc_file_provider, in_root("out.properties"), in_root("out.properties"), "k", &out, &err),
        KC_OK); /* a file of its own may be named, too */
    assert_int_equal(get(&kc_file_provider, "/", in_root("out.properties"), "k", &out, &err), KC_OK);
}

static void allowed_paths_must_be_absolute_and_exist(void **state)
{
    struct kc_report out;
    struct kc_error err;

    (void)state;
    assert_int_equal(get(&kc_file_provider, "relative", root, "k", &out, &err), KC_ERR_CONFIG);
    assert_non_null(strstr(err.message, "allowed.paths: relative is not an absolute path"));
    assert_int_equal(get(&kc_directory_provider, in_root("nowhere"), root, "k", &out, &err), KC_ERR_CONFIG);
    assert_non_null(strstr(err.message, "nowhere cannot be found"));
}

static void a_folder_gives_its_files_whole(void **state)
{
    struct kc_report out;
    struct kc_error err;
    const char *folder = in_root("secrets");

    (void)state;
    assert_int_equal(mkdir(in_root("secrets"), 0700), 0);
    assert_int_equal(mkdir(in_root("secrets/..data"), 0700), 0);
    write_file("secrets/..data/password", "se=cret\n");
    write_file("outside", "no");
    assert_int_equal(symlink("..data/password", in_root("secrets/password")), 0);
    assert_int_equal(symlink("../outside", in_root("secrets/out")), 0);
    assert_int_equal(get(&kc_directory_provider, folder, folder, "password", &out, &err), KC_OK);
    assert_string_equal(out.text, "password=se=cret\n;");
    assert_int_equal(get(&kc_directory_provider, NULL, folder, "out", &out, &err), KC_OK);
    assert_string_equal(out.text, "out=no;");
    assert_int_equal(get(&kc_directory_provider, folder, folder, "out", &out, &err), KC_ERR_CONFIG);
    assert_int_equal(unlink(in_root("secrets/out")), 0);
    assert_int_equal(get(&kc_directory_provider, NULL, folder, NULL, &out, &err), KC_OK);
    assert_string_equal(out.text, "password=se=cret\n;");
}

static void a_key_is_no_way_out_of_a_folder(void **state)
{
    static const char *const keys[] = {"../outside", "..", ".", "..data", "..data/password", "", "missing"};
    struct kc_report out;
    struct kc_error err;

    (void)state;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        assert_int_equal(get(&kc_directory_provider, NULL, in_root("secrets"), keys[i], &out, &err), KC_OK);
        assert_string_equal(out.text, "");
    }
    assert_int_equal(get(&kc_directory_provider, NULL, in_root("outside"), "x", &out, &err), KC_ERR_CONFIG);
    assert_int_equal(get(&kc_directory_provider, in_root("secrets"), in_root("secrets/.."), "x", &out, &err),
                     KC_ERR_CONFIG);
    assert_non_null(strstr(err.message, "allowed.paths"));
}

static kc_status get_env(const char *pattern, const char *path, const char *key, struct kc_report *out,
                         struct kc_error *err)
{
    return get_with(&kc_env_provider, "allowlist.pattern", kc_string(pattern, (uint32_t)strlen(pattern)),
                    path, key, out, err);
}

static void the_environment_is_given_as_far_as_the_pattern_permits(void **state)
{
    struct kc_report out;
    struct kc_error err;

    (void)state;
    assert_int_equal(clearenv(), 0);
    assert_int_equal(setenv("DB_PASSWORD", "se=cret", 1), 0);
    assert_int_equal(setenv("XDB_PASSWORDX", "other", 1), 0);
    assert_int_equal(get_env(".*", "", "DB_PASSWORD", &out, &err), KC_OK);
    assert_string_equal(out.text, "DB_PASSWORD=se=cret;");
    assert_int_equal(get_env(".*", NULL, "MISSING", &out, &err), KC_OK);
    assert_string_equal(out.text, "");
    assert_int_equal(get_env("DB_.*|A", NULL, NULL, &out, &err), KC_OK);
    assert_string_equal(out.text, "DB_PASSWORD=se=cret;");
    assert_int_equal(get_env("DB_PASS", NULL, "DB_PASSWORD", &out, &err), KC_ERR_CONFIG); /* not the whole */
    assert_non_null(strstr(err.message, "DB_PASSWORD"));
    assert_null(strstr(err.message, "cret"));
    assert_int_equal(get_env("A|DB_PASSWORD", NULL, "XDB_PASSWORDX", &out, &err), KC_ERR_CONFIG);
    assert_int_equal(get_env(".*", "/path", "DB_PASSWORD", &out, &err), KC_ERR_CONFIG);
    assert_non_null(strstr(err.message, "no path"));
}

static void a_pattern_that_java_reads_otherwise_is_refused(void **state)
{
    static const char *const refused[] = {"\\d+",  "\\w",         "(?i)x",  "a*?",   "a++", "a?+",
                                          "a{2}+", "[[:alpha:]]", "[a&&b]", "[\\w]", "[",   "a\\",
                                          "(",     "[]a]",        "a{3,1}", "x(?:y)"};
    static const char *const taken[] = {"",       "A[A-Z_0-9]*", "A\\.B",     "(A|B)+",
                                        "A{1,3}", "[^a]?",       "DB_(X|Y).*"};
    struct kc_report out;
    struct kc_error err;

    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        assert_int_equal(get_env(refused[i], NULL, NULL, &out, &err), KC_ERR_CONFIG);
        assert_non_null(strstr(err.message, "allowlist.pattern"));
    }
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
        assert_int_equal(get_env(taken[i], NULL, NULL, &out, &err), KC_OK);
}

static int make_root(void **state)
{
    (void)state;
    kc_host = &host;
    return mkdtemp(root) == NULL;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
    (void)info;
    (void)type;
    (void)ftw;
    return remove(path);
}

static int remove_root(void **state)
{
    (void)state;
    return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_gives_the_keys_asked_for),
        cmocka_unit_test(what_is_wrong_with_a_file_is_said_without_what_is_in_it),
        cmocka_unit_test(only_allowed_files_are_read_whatever_the_way),
        cmocka_unit_test(allowed_paths_must_be_absolute_and_exist),
        cmocka_unit_test(a_folder_gives_its_files_whole),
        cmocka_unit_test(a_key_is_no_way_out_of_a_folder),
        cmocka_unit_test(the_environment_is_given_as_far_as_the_pattern_permits),
        cmocka_unit_test(a_pattern_that_java_reads_otherwise_is_refused),
    };

    return cmocka_run_group_tests_name("providers", tests, make_root, remove_root);
}
