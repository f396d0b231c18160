/* plugin.path while it changes: real folders, real plugins, and the thread that watches them. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <kconnect/plugin.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "plugin/watch.h"
#include "scratch.h"

enum { DEADLINE_MS = 20000 };

static const char *helper, *plugins;

struct place {
    char *root, *path, *state;
    const char *paths[2];
    struct kc_registry *registry;
    struct kc_installer *installer;
    atomic_int changes;
};

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof(*p));
    struct kc_error err = KC_ERROR_INIT;

    assert_non_null(p);
    p->root = scratch_make();
    p->path = scratch_folder(p->root, "plugins");
    p->state = scratch_path(p->root, "state");
    p->paths[0] = p->path;
    p->registry = kc_registry_create();
    assert_non_null(p->registry);
    p->installer = kc_installer_create(p->registry, p->paths, p->state, helper, &err);
    assert_non_null(p->installer);
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;

    kc_installer_destroy(p->installer);
    kc_registry_destroy(p->registry);
    free(p->path);
    free(p->state);
    scratch_remove(p->root);
    free(p);
    return 0;
}

/* Copies a test plugin to `as` in plugin.path; an empty name writes what is no plugin. */
static void put(const struct place *p, const char *name, const char *as)
{
    char *from = scratch_path(plugins, name), *to = scratch_path(p->path, as);

    if (name[0] == '\0')
        scratch_write(to, "this is no plugin\n");
    else
        scratch_copy(from, to, -1);
    free(from);
    free(to);
}

static void take_away(const struct place *p, const char *name)
{
    char *file = scratch_path(p->path, name);

    assert_int_equal(unlink(file), 0);
    free(file);
}

static bool scan(struct place *p, int64_t settle_ms, int64_t *again_ms)
{
    struct kc_error err = KC_ERROR_INIT;
    bool changed;

    if (kc_installer_scan(p->installer, settle_ms, NULL, again_ms, &changed, &err) < 0)
        fail_msg("%s", err.message);
    return changed;
}

/* Looks once, at files as they are. Has anything changed? */
static bool look(struct place *p)
{
    int64_t again_ms;

    return scan(p, 0, &again_ms);
}

static const struct kc_component_info *source(const struct place *p, const char *range)
{
    struct kc_error err = KC_ERROR_INIT;

    return kc_registry_select(p->registry, 0, "good-source", range, &err);
}

static void write_refused(void *arg, const struct kc_refused_info *f)
{
    const char *slash = strrchr(f->file, '/');

    kc_buf_printf(arg, "%s %s %s\n", slash + 1, f->reason, f->detail);
}

/* "FILE REASON DETAIL", a line each. */
static const char *refused(const struct place *p)
{
    static char text[2048];
    struct kc_buf b = {0};

    kc_registry_each_refused(p->registry, write_refused, &b);
    (void)snprintf(text, sizeof(text), "%s", b.data != NULL ? b.data : "");
    kc_buf_finish(&b);
    return text;
}

static void a_file_that_appears_is_listed_and_one_that_goes_is_not(void **state)
{
    struct place *p = *state;
    const struct kc_component_info *held;
    char *copy;

    assert_false(look(p));
    put(p, "good.so", "good.so");
    assert_true(look(p));
    held = source(p, NULL);
    assert_string_equal(held->version, "1.0.0");
    assert_false(look(p)); /* nothing was touched */
    copy = strdup(held->file);
    take_away(p, "good.so");
    assert_true(look(p));
    assert_null(source(p, NULL));
    assert_null(kc_registry_find(p->registry, 0, "good-source"));
    /* Whoever held it still does, and its copy is there for the tasks that run it. */
    assert_string_equal(held->id, "good-source");
    assert_int_equal(access(copy, R_OK), 0);
    assert_ptr_equal(kc_registry_find_ever(p->registry, 0, "org.example.GoodSource"), held);
    put(p, "good.so", "good.so");
    assert_true(look(p));
    assert_ptr_equal(source(p, NULL), held); /* the same content is no new one */
    free(copy);
}

static void versions_live_side_by_side_and_a_new_one_in_place_is_another_copy(void **state)
{
    struct place *p = *state;
    const struct kc_component_info *old;

    put(p, "good.so", "a.so");
    assert_true(look(p));
    old = source(p, NULL);
    put(p, "newer.so", "b.so");
    assert_true(look(p));
    assert_string_equal(source(p, NULL)->version, "1.0.10");
    assert_ptr_equal(source(p, "[1.0,1.0.5)"), old);
    take_away(p, "b.so");
    put(p, "newer.so", "a.so"); /* overwritten in place */
    assert_true(look(p));
    assert_string_equal(source(p, NULL)->version, "1.0.10");
    assert_null(source(p, "1.0.0"));
    assert_string_not_equal(source(p, NULL)->file, old->file);
    assert_int_equal(access(old->file, R_OK), 0);
    assert_string_equal(refused(p), "");
}

static void a_file_that_still_changes_is_left_alone_and_what_it_was_stays_listed(void **state)
{
    struct place *p = *state;
    int64_t again_ms;

    put(p, "good.so", "a.so");
    assert_true(look(p));
    put(p, "newer.so", "a.so");
    assert_false(scan(p, 60000, &again_ms));
    assert_true(again_ms > 0 && again_ms <= 60000);
    assert_string_equal(source(p, NULL)->version, "1.0.0");
    put(p, "good.so", "new.so");
    assert_false(scan(p, 60000, &again_ms));
    assert_true(look(p));
    assert_string_equal(source(p, NULL)->version, "1.0.10");
    assert_string_equal(source(p, "1.0.0")->origin + strlen(p->path), "/new.so");
    assert_false(scan(p, 60000, &again_ms));
    assert_true(again_ms == INT64_MAX);
}

static void a_bad_file_is_refused_until_it_is_mended(void **state)
{
    struct place *p = *state;

    put(p, "", "a.so");
    put(p, "crash_in_constructor.so", "b.so");
    put(p, "good.so", "c.so");
    assert_true(look(p));
    assert_non_null(strstr(refused(p), "a.so WRONG_FILE"));
    assert_non_null(strstr(refused(p), "b.so CRASHED"));
    assert_non_null(source(p, NULL));
    assert_false(look(p));
    put(p, "newer.so", "a.so");
    take_away(p, "b.so");
    put(p, "", "c.so"); /* a good one that becomes bad is listed no longer */
    assert_true(look(p));
    assert_string_equal(source(p, NULL)->version, "1.0.10");
    assert_non_null(strstr(refused(p), "c.so WRONG_FILE"));
    assert_null(strstr(refused(p), "a.so"));
    assert_null(strstr(refused(p), "b.so"));
}

static void a_link_that_leads_to_nothing_is_refused_until_it_leads_to_a_plugin(void **state)
{
    struct place *p = *state;
    char *link = scratch_path(p->path, "link.so"), *fifo = scratch_path(p->path, "fifo.so");

    assert_int_equal(symlink(".target", link), 0);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_true(look(p));
    assert_non_null(strstr(refused(p), "link.so WRONG_FILE it cannot be read"));
    assert_non_null(strstr(refused(p), "fifo.so WRONG_FILE it is empty or no regular file"));
    assert_false(look(p));
    put(p, "good.so", ".target");
    take_away(p, "fifo.so");
    assert_true(look(p));
    assert_non_null(source(p, NULL));
    assert_string_equal(refused(p), "");
    free(link);
    free(fifo);
}

static void a_file_is_looked_at_again_when_its_permissions_change(void **state)
{
    struct place *p = *state;
    char *file = scratch_path(p->path, "a.so");
    int64_t again_ms = INT64_MAX, end = kc_mono_ms() + DEADLINE_MS;

    put(p, "good.so", "a.so");
    assert_true(look(p));
    /* Times have the kernel's ticks: what is changed within one looks the same. */
    for (mode_t mode = 0500; again_ms == INT64_MAX && kc_mono_ms() < end; mode ^= 0100) {
        assert_int_equal(chmod(file, mode), 0);
        assert_false(scan(p, 60000, &again_ms));
    }
    assert_true(again_ms <= 60000);
    free(file);
}

static void of_two_files_with_one_version_the_listed_one_stays_and_the_other_waits(void **state)
{
    struct place *p = *state;

    put(p, "good.so", "b.so");
    assert_true(look(p));
    put(p, "good.so", "a.so");
    assert_true(look(p));
    assert_string_equal(source(p, NULL)->origin + strlen(p->path), "/b.so");
    assert_non_null(strstr(refused(p), "a.so DUPLICATE"));
    assert_non_null(strstr(refused(p), "/b.so already"));
    take_away(p, "b.so");
    assert_true(look(p));
    assert_string_equal(source(p, NULL)->origin + strlen(p->path), "/a.so");
    assert_string_equal(refused(p), "");
}

static void a_folder_is_taken_anew_when_its_private_library_changes(void **state)
{
    struct place *p = *state;
    char *folder = scratch_folder(p->path, "needy");
    const char *first;

    put(p, "missing_library.so", "needy/missing_library.so");
    assert_true(look(p));
    assert_non_null(strstr(refused(p), "missing_library.so UNLOADABLE"));
    put(p, "no_symbol.so", "needy/no_symbol.so"); /* it comes later: the plugin itself is untouched */
    assert_true(look(p));
    assert_string_equal(refused(p), "");
    first = kc_registry_find(p->registry, 0, "test-source")->file;
    put(p, "", "needy/licence.txt");
    assert_true(look(p));
    assert_string_not_equal(kc_registry_find(p->registry, 0, "test-source")->file, first);
    free(folder);
}

static void staged_copies_that_somebody_deleted_are_made_anew(void **state)
{
    struct place *p = *state;
    char *folder = scratch_folder(p->path, "needy"), *library;
    const char *good, *needy;

    put(p, "missing_library.so", "needy/missing_library.so");
    put(p, "no_symbol.so", "needy/no_symbol.so");
    put(p, "good.so", "good.so");
    assert_true(look(p));
    good = source(p, NULL)->file;
    needy = kc_registry_find(p->registry, 0, "test-source")->file;
    assert_true(asprintf(&library, "%.*sno_symbol.so", (int)(strrchr(needy, '/') + 1 - needy), needy) > 0);
    assert_int_equal(unlink(good), 0);
    assert_int_equal(unlink(library), 0);
    kc_registry_restage(p->registry);
    assert_int_equal(access(good, X_OK), 0);
    assert_int_equal(access(needy, X_OK), 0);
    assert_int_equal(access(library, X_OK), 0);
    free(library);
    assert_true(asprintf(&library, "rm -r %s/plugins", p->state) > 0);
    assert_int_equal(system(library), 0);
    kc_registry_restage(p->registry);
    assert_int_equal(access(good, X_OK), 0);
    assert_int_equal(access(needy, X_OK), 0);
    free(library);
    free(folder);
}

static void a_quarantined_file_is_shown_by_its_place_in_plugin_path(void **state)
{
    struct place *p = *state;

    put(p, "good.so", "good.so");
    assert_true(look(p));
    kc_registry_quarantine(p->registry, source(p, NULL)->file, "quarantined after 5 crashes");
    kc_registry_quarantine(p->registry, source(p, NULL)->file, "quarantined after 6 crashes");
    assert_string_equal(refused(p), "good.so QUARANTINED quarantined after 6 crashes\n");
    assert_non_null(source(p, NULL)); /* it may be started by hand */
    kc_registry_quarantine(p->registry, source(p, NULL)->file, NULL);
    assert_string_equal(refused(p), "");
}

/* ---- the thread ---- */

static void count_change(void *arg)
{
    struct place *p = arg;

    (void)atomic_fetch_add(&p->changes, 1);
}

static struct kc_plugin_watch *start_watch(struct place *p)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_plugin_watch *w =
        kc_plugin_watch_start(p->installer, p->registry, p->paths, 100, count_change, p, &err);

    assert_non_null(w);
    return w;
}

/* Waits until the highest version of the source is this one, NULL: there is none. */
static void wait_for_version(const struct place *p, const char *version)
{
    const struct timespec pause = {.tv_nsec = 5 * 1000 * 1000};
    int64_t end = kc_mono_ms() + DEADLINE_MS;

    for (;;) {
        const struct kc_component_info *c = source(p, NULL);

        if ((c == NULL) == (version == NULL) && (c == NULL || strcmp(c->version, version) == 0))
            return;
        if (kc_mono_ms() > end)
            fail_msg("version %s was not seen in time", version != NULL ? version : "none");
        (void)nanosleep(&pause, NULL);
    }
}

static void the_watch_sees_files_folders_and_what_becomes_of_them(void **state)
{
    struct place *p = *state;
    struct kc_plugin_watch *w = start_watch(p);
    char *folder = scratch_folder(p->path, "own"), *from, *to;

    put(p, "good.so", "own/good.so.part"); /* under a name that is none yet */
    from = scratch_path(p->path, "own/good.so.part");
    to = scratch_path(p->path, "own/good.so");
    assert_int_equal(rename(from, to), 0);
    wait_for_version(p, "1.0.0");
    put(p, "newer.so", "newer.so");
    wait_for_version(p, "1.0.10");
    take_away(p, "newer.so");
    wait_for_version(p, "1.0.0");
    put(p, "newer.so", "own/good.so");
    wait_for_version(p, "1.0.10");
    take_away(p, "own/good.so");
    wait_for_version(p, NULL);
    assert_true(atomic_load(&p->changes) >= 4);
    kc_plugin_watch_stop(w);
    free(from);
    free(to);
    free(folder);
}

static void a_watch_stops_while_a_probe_hangs(void **state)
{
    struct place *p = *state;
    struct kc_plugin_watch *w = start_watch(p);
    const struct timespec pause = {.tv_nsec = 300 * 1000 * 1000};
    int64_t begun;

    put(p, "hang_in_entry.so", "a.so");
    (void)nanosleep(&pause, NULL); /* most likely it hangs by now; the test holds either way */
    begun = kc_mono_ms();
    kc_plugin_watch_stop(w);
    assert_true(kc_mono_ms() - begun < 8000);
}

#define AT_PLACE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

/* How many copies lie in the folder for staged plugins, whole or not. */
static int copies(const struct place *p)
{
    char *folder = scratch_path(p->state, "plugins");
    DIR *dir = opendir(folder);
    const struct dirent *e;
    int n = 0;

    assert_non_null(dir);
    while ((e = readdir(dir)) != NULL)
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 && strcmp(e->d_name, ".lock") != 0;
    (void)closedir(dir);
    free(folder);
    return n;
}

static void copies_of_earlier_workers_are_removed_by_the_first_of_the_next_ones(void **state)
{
    struct kc_registry *other = kc_registry_create();
    struct kc_error err = KC_ERROR_INIT;
    struct kc_installer *second;
    struct place *p = *state;
    char *unfinished = scratch_path(p->state, "plugins/.new-killed");

    put(p, "good.so", "good.so");
    assert_true(look(p));
    assert_int_equal(mkdir(unfinished, 0700), 0);
    second = kc_installer_create(other, p->paths, p->state, helper, &err); /* beside the first */
    assert_non_null(second);
    assert_int_equal(copies(p), 2);
    kc_installer_destroy(second);
    kc_installer_destroy(p->installer);
    p->installer = kc_installer_create(p->registry, p->paths, p->state, helper, &err);
    assert_non_null(p->installer);
    assert_int_equal(copies(p), 0);
    assert_true(look(p));
    assert_int_equal(copies(p), 1);
    kc_registry_destroy(other);
    free(unfinished);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        AT_PLACE(a_file_that_appears_is_listed_and_one_that_goes_is_not),
        AT_PLACE(versions_live_side_by_side_and_a_new_one_in_place_is_another_copy),
        AT_PLACE(a_file_that_still_changes_is_left_alone_and_what_it_was_stays_listed),
        AT_PLACE(a_bad_file_is_refused_until_it_is_mended),
        AT_PLACE(a_link_that_leads_to_nothing_is_refused_until_it_leads_to_a_plugin),
        AT_PLACE(a_file_is_looked_at_again_when_its_permissions_change),
        AT_PLACE(of_two_files_with_one_version_the_listed_one_stays_and_the_other_waits),
        AT_PLACE(a_folder_is_taken_anew_when_its_private_library_changes),
        AT_PLACE(staged_copies_that_somebody_deleted_are_made_anew),
        AT_PLACE(copies_of_earlier_workers_are_removed_by_the_first_of_the_next_ones),
        AT_PLACE(a_quarantined_file_is_shown_by_its_place_in_plugin_path),
        AT_PLACE(the_watch_sees_files_folders_and_what_becomes_of_them),
        AT_PLACE(a_watch_stops_while_a_probe_hangs),
    };

    if (argc != 3) {
        (void)fprintf(stderr, "usage: %s PROBE-EXECUTABLE PLUGIN-FOLDER\n", argv[0]);
        return 2;
    }
    helper = argv[1];
    plugins = argv[2];
    (void)unsetenv(
        "LD_LIBRARY_PATH"); /* meson's, with which a library is found that a test wants to be missing */
    kc_log_set_level(KC_LOG_OFF);
    return cmocka_run_group_tests_name("install", tests, NULL, NULL);
}
