/* probe.c - the child that loads a plugin once and tells what is in it, so that the worker never runs plugin code. */
#include <dlfcn.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <kconnect/plugin.h>

#include "plugin/probe_check.h"
#include "plugin/probe_host.h"
#include "plugin/probe_json.h"
#include "plugin/registry.h"
#include "supervisor/control.h"
#include "supervisor/crash_page.h"

/* The plugin may print while it is loaded: its standard output becomes our standard error, the answer goes elsewhere. */
static int take_standard_output(void)
{
    int answer = dup(STDOUT_FILENO);

    if (answer >= 0)
        (void)dup2(STDERR_FILENO, STDOUT_FILENO);
    return answer;
}

static void prepare_process(void)
{
    const struct rlimit no_core = {0, 0};

    /* A bad plugin is an expected thing here: no core file, and no life without the worker. */
    (void)setrlimit(RLIMIT_CORE, &no_core);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* dlsym gives an object pointer; POSIX guarantees that it converts, ISO C has no cast for it. */
static kc_plugin_entry_fn find_entry(void *library)
{
    void *symbol = dlsym(library, KC_PLUGIN_SYMBOL);
    kc_plugin_entry_fn entry = NULL;

    if (symbol != NULL)
        memcpy(&entry, &symbol, sizeof(entry));
    return entry;
}

/* What is being done, for the worker, should the plugin's code never come back from it. NULL: back. */
static void enter(struct kc_crash_page *page, const char *file, const char *call)
{
    const char *slash = strrchr(file, '/');

    if (page != NULL)
        kc_crash_page_enter(page, slash != NULL ? slash + 1 : file, call);
}

/* Its description: constant data, but of whatever a faulty plugin points to. */
static void describe(const struct kc_plugin *plugin, struct kc_buf *out)
{
    struct kc_buf detail = {0};
    const char *reason = kc_probe_check(plugin, &detail);

    if (reason != NULL)
        kc_probe_json_refusal(reason, detail.failed ? "out of memory" : detail.data, out);
    else
        kc_probe_json_plugin(plugin, out);
    kc_buf_finish(&detail);
}

/* A name without a folder is looked for where libraries are; people mean the file that lies here. */
static const char *path_of(const char *file, char here[PATH_MAX])
{
    size_t n = strlen(file);

    if (strchr(file, '/') != NULL || n + sizeof("./") > PATH_MAX)
        return file;
    (void)memcpy(here, "./", 2);
    (void)memcpy(here + 2, file, n + 1);
    return here;
}

static void probe_file(const char *file, struct kc_crash_page *page, struct kc_buf *out)
{
    const struct kc_plugin *plugin;
    kc_plugin_entry_fn entry;
    char here[PATH_MAX];
    void *library;

    file = path_of(file, here);
    enter(page, file, "dlopen");
    library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        kc_probe_json_refusal("UNLOADABLE", dlerror(), out);
        return;
    }
    entry = find_entry(library);
    if (entry == NULL) {
        kc_probe_json_refusal("WRONG_FILE", "it is no kconnect plugin: it does not export " KC_PLUGIN_SYMBOL,
                              out);
        return;
    }
    enter(page, file, KC_PLUGIN_SYMBOL);
    plugin = entry(kc_probe_host());
    if (plugin == NULL) {
        const char *said = kc_probe_host_reason();

        kc_probe_json_refusal("DECLINED", said[0] != '\0' ? said : "the plugin declined and logged no reason",
                              out);
        return;
    }
    enter(page, file, "reading the description");
    describe(plugin, out);
    enter(page, file, NULL);
}

static bool write_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, bytes, n);

        if (done < 0)
            return false;
        bytes += done;
        n -= (size_t)done;
    }
    return true;
}

int kc_probe_main(const char *file)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_crash_page *page;
    struct kc_buf out = {0};
    bool written;
    int answer;

    prepare_process();
    page = kc_crash_page_attach(KC_CRASH_FD, &err); /* NULL: started by hand, nobody reads it */
    answer = take_standard_output();
    if (answer < 0) {
        (void)fprintf(stderr, "kconnect probe: standard output is closed\n");
        return 1;
    }
    probe_file(file, page, &out);
    written = !out.failed && write_all(answer, out.data, out.len);
    (void)close(answer);
    kc_buf_finish(&out);
    /* Not exit(): a plugin's destructors and atexit functions have no business here. */
    (void)fflush(NULL);
    _exit(written ? 0 : 1);
}
