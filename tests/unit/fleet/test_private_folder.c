/* test_private_folder.c - folders of killed processes are removed, those of living ones are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka needs the four above first */
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "config/private_folder.h"

enum { PATH_BYTES = 4096, LONG_AGO_S = 3600 };

static char base[] = "/tmp/kc-test-XXXXXX";

static int make_base(void **state)
{
    (void)state;
    return mkdtemp(base) == NULL;
}

static int remove_base(void **state)
{
    (void)state;
    return rmdir(base); /* which fails unless all is gone */
}

static bool exists(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0;
}

static void make_old(const char *path)
{
    struct timespec times[2] = {{.tv_sec = time(NULL) - LONG_AGO_S}, {.tv_sec = time(NULL) - LONG_AGO_S}};

    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void put_file(const char *folder)
{
    char path[PATH_BYTES + 16];
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/inner", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof(path), "%s/inner/file", folder);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
}

/* A process that makes a folder and is killed; its path in `path`. */
static void leave_one(char path[PATH_BYTES])
{
    struct kc_error err = KC_ERROR_INIT;
    int ends[2], ended;
    ssize_t n;
    pid_t child;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    if (child == 0) {
        struct kc_private_folder *f = kc_private_folder_make(base, &err);

        put_file(kc_private_folder_path(f));
        (void)!write(ends[1], kc_private_folder_path(f), strlen(kc_private_folder_path(f)));
        (void)pause();
        _exit(0);
    }
    n = read(ends[0], path, PATH_BYTES - 1);
    assert_true(n > 0);
    path[n] = '\0';
    (void)kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &ended, 0), child);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void what_a_killed_process_left_is_removed_by_the_next_one(void **state)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_private_folder *f;
    char path[PATH_BYTES];

    (void)state;
    leave_one(path);
    make_old(path);
    f = kc_private_folder_make(base, &err);
    assert_non_null(f);
    assert_false(exists(path));
    kc_private_folder_remove(f);
}

static void folders_of_the_living_and_young_ones_stay(void **state)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_private_folder *alive = kc_private_folder_make(base, &err), *next;
    char young[PATH_BYTES];

    (void)state;
    assert_non_null(alive);
    make_old(kc_private_folder_path(alive));
    leave_one(young);
    next = kc_private_folder_make(base, &err);
    assert_non_null(next);
    assert_true(exists(kc_private_folder_path(alive)));
    assert_true(exists(young));
    kc_private_folder_remove(alive);
    make_old(young);
    kc_private_folder_remove(next);
    kc_private_folder_remove(kc_private_folder_make(base, &err));
    assert_false(exists(young));
}

static void a_folder_that_others_may_read_is_not_ours_to_remove(void **state)
{
    struct kc_error err = KC_ERROR_INIT;
    char path[PATH_BYTES];

    (void)state;
    (void)snprintf(path, sizeof(path), "%s/kconnect-abcdef", base);
    assert_int_equal(mkdir(path, 0755), 0);
    make_old(path);
    kc_private_folder_remove(kc_private_folder_make(base, &err));
    assert_true(exists(path));
    assert_int_equal(rmdir(path), 0);
}

static void no_place_is_a_clear_error(void **state)
{
    struct kc_error err = KC_ERROR_INIT;

    (void)state;
    assert_null(kc_private_folder_make("/nowhere", &err));
    assert_int_equal(err.status, KC_ERR_CONFIG);
    assert_non_null(strstr(err.message, "state.dir"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_killed_process_left_is_removed_by_the_next_one),
        cmocka_unit_test(folders_of_the_living_and_young_ones_stay),
        cmocka_unit_test(a_folder_that_others_may_read_is_not_ours_to_remove),
        cmocka_unit_test(no_place_is_a_clear_error),
    };

    return cmocka_run_group_tests(tests, make_base, remove_base);
}
