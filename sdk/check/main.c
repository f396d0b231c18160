/* main.c - kc-plugin-check: runs a plugin against the rules of the ABI, each part in a child, and counts
 * what held. */
#include "check.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "settings.h"

enum { EXIT_FAILED = 1, EXIT_USAGE = 2, MAX_COMPONENTS = 1000, SPARE_STACK = 65536 };

static const char usage_text[] =
    "Usage: kc-plugin-check [options] FILE\n"
    "\n"
    "Runs the plugin FILE, without Kafka, against the rules of the kconnect "
    "ABI: what it exports and declares, the order of\n"
    "calls, stopping, continuing from resume points, who owns which memory. "
    "Each part runs in a process of its own, so\n"
    "that a crash or a hang is a finding like any other.\n"
    "\n"
    "  --config FILE     the component's configuration, key=value lines\n"
    "  --set KEY=VALUE   one key of it; as often as needed\n"
    "  --component ID    check this component only (id or alias)\n"
    "  --path PATH       what a config provider is asked for\n"
    "  --records N       length of a source's run (default 1000)\n"
    "  --restarts N      from how many of its resume points a source is restarted "
    "(default 8; all: from each)\n"
    "  --deadline S      seconds that one part may take (default 60)\n"
    "  --verbose         show what the plugin logs\n"
    "  --help, --version\n"
    "\n"
    "Each line is PASS, FAIL or SKIP (it could not be tried; the line says what "
    "is missing). Exit status: 0 nothing failed,\n"
    "1 something failed, 2 the check could not be run.\n";

static struct check_page *page; /* the child's handler of signals needs it */

static void on_crash(int signal, siginfo_t *info, void *context)
{
    const char *label = kc_kit_memory_label(info->si_addr);

    (void)context;
    if (label != NULL && (signal == SIGSEGV || signal == SIGBUS))
        memcpy(page->memory, label, strnlen(label, sizeof(page->memory) - 1));
    (void)raise(signal); /* the default action, since SA_RESETHAND was given */
}

static void catch_crashes(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
    static uint8_t stack[SPARE_STACK];
    const stack_t spare = {.ss_sp = stack, .ss_size = sizeof(stack)};
    struct sigaction action = {.sa_flags = SA_SIGINFO | SA_ONSTACK | (int)SA_RESETHAND};

    action.sa_sigaction = on_crash;
    (void)sigaltstack(&spare, NULL);
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        (void)sigaction(signals[i], &action, NULL);
}

/* Loads the file into this process; NULL with a FAIL line when that does not work. */
static const struct kc_plugin *load(struct check *c)
{
    const struct kc_plugin *plugin;
    kc_plugin_entry_fn entry;
    void *library, *symbol;

    (void)snprintf(page->call, sizeof(page->call), "dlopen");
    library = dlopen(c->options->file, RTLD_NOW | RTLD_LOCAL);
    symbol = library == NULL ? NULL : dlsym(library, KC_PLUGIN_SYMBOL);
    page->call[0] = '\0';
    if (symbol == NULL) {
        check_fail(c, "it can't be loaded: %s", dlerror());
        return NULL;
    }
    memcpy(&entry, &symbol, sizeof(entry));
    (void)snprintf(page->call, sizeof(page->call), "%s", KC_PLUGIN_SYMBOL);
    plugin = entry(kc_kit_host());
    page->call[0] = '\0';
    if (plugin == NULL)
        check_fail(c, "%s returned NULL: the plugin declines", KC_PLUGIN_SYMBOL);
    return plugin;
}

/* One part of the check: which component it is about (-1: the whole), and what it does. */
struct part {
    int component;
    void (*run)(struct check *c);
};

static _Noreturn void child(const struct check_options *o, const struct part *part)
{
    const struct rlimit no_core = {0, 0};
    struct check c = {.options = o, .page = page};

    (void)setrlimit(RLIMIT_CORE, &no_core);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    catch_crashes();
    c.plugin = load(&c);
    if (c.plugin != NULL && part->component >= 0)
        c.component = c.plugin->components[part->component];
    if (c.plugin != NULL)
        part->run(&c);
    (void)fflush(NULL);
    _exit(0); /* not exit(): a plugin's destructors have no business here */
}

static void copy_line(const struct part *part, const char *verdict, const char *text)
{
    (void)part;
    (void)printf("%s  %s%s%s\n", verdict, page->component, page->component[0] == '\0' ? "" : ": ", text);
    (void)fflush(stdout);
}

/* How a child ended that did not end by itself. */
static void tell_end(const struct part *part, int status, bool late, uint32_t deadline_s)
{
    const char *in = "in ", *where = page->call;
    char behind[160], text[512];

    if (page->call[0] == '\0') {
        in = "";
        (void)snprintf(behind, sizeof(behind), "behind %s, while what it left was looked at",
                       page->last[0] == '\0' ? "its entry function" : page->last);
        where = behind;
    }

    if (late)
        (void)snprintf(text, sizeof(text), "the plugin hangs %s%s: this part did not end within %u s", in,
                       where, deadline_s);
    else if (WIFSIGNALED(status) && page->memory[0] != '\0')
        (void)snprintf(text, sizeof(text),
                       "the plugin crashed %s%s (%s): it wrote to memory that is read-only, or used it "
                       "after it was gone: %s",
                       in, where, strsignal(WTERMSIG(status)), page->memory);
    else if (WIFSIGNALED(status))
        (void)snprintf(text, sizeof(text), "the plugin crashed %s%s: %s", in, where,
                       strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) != 0 || page->call[0] != '\0')
        (void)snprintf(text, sizeof(text), "the plugin ended the process %s%s (exit status %d)", in, where,
                       WEXITSTATUS(status));
    else
        return;
    page->failed++;
    copy_line(part, "FAIL", text);
}

static void run_part(const struct check_options *o, const struct part *part, const char *component)
{
    int64_t end = check_now_ms() + (int64_t)o->deadline_s * 1000;
    int status = 0;
    bool late = false;
    pid_t pid;

    (void)snprintf(page->component, sizeof(page->component), "%s", component);
    memset(page->call, 0, sizeof(page->call));
    memset(page->last, 0, sizeof(page->last));
    memset(page->memory, 0, sizeof(page->memory));
    (void)fflush(NULL);
    pid = fork();
    if (pid == 0)
        child(o, part);
    if (pid < 0) {
        (void)fprintf(stderr, "kc-plugin-check: no process could be made: %s\n", strerror(errno));
        exit(EXIT_USAGE);
    }
    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (!late && check_now_ms() > end) {
            late = true;
            (void)kill(pid, SIGKILL);
        }
        (void)usleep(2000);
    }
    tell_end(part, status, late, o->deadline_s);
}

/* The list of components comes from a child, too: the parent never runs the plugin's code. */
struct listed {
    uint32_t n;
    struct {
        char id[128];
        uint32_t kind;
        int32_t wanted;
    } list[MAX_COMPONENTS];
};

static struct listed *listed;

static void list_components(struct check *c)
{
    uint32_t failed = page->failed;

    check_description(c);
    if (page->failed > failed)
        return;
    for (uint32_t i = 0; i < c->plugin->n_components && i < MAX_COMPONENTS; i++) {
        const struct kc_component *one = c->plugin->components[i];

        (void)snprintf(listed->list[i].id, sizeof(listed->list[i].id), "%s", one->id);
        listed->list[i].kind = one->kind;
        listed->list[i].wanted =
            c->options->component == NULL || kc_kit_component(c->plugin, c->options->component) == one;
        listed->n = i + 1;
    }
}

static void check_component(const struct check_options *o, int i)
{
    static void (*const parts[][4])(struct check *) = {
        [KC_KIND_SOURCE] = {check_planner, check_source, check_source_stop, check_source_resume},
        [KC_KIND_SINK] = {check_planner, check_sink},
        [KC_KIND_TRANSFORM] = {check_stage},
        [KC_KIND_PREDICATE] = {check_stage},
        [KC_KIND_CONVERTER] = {check_converter},
        [KC_KIND_HEADER_CONVERTER] = {check_header_converter},
        [KC_KIND_CONFIG_PROVIDER] = {check_provider},
    };
    uint32_t skipped = page->skipped, failed = page->failed;
    const struct part first = {i, check_complete};

    run_part(o, &first, listed->list[i].id);
    if (page->skipped > skipped || page->failed > failed)
        return;
    for (size_t p = 0; p < 4 && parts[listed->list[i].kind][p] != NULL; p++) {
        const struct part part = {i, parts[listed->list[i].kind][p]};

        run_part(o, &part, listed->list[i].id);
    }
}

static void check_all(const struct check_options *o)
{
    const struct part description = {-1, list_components};
    struct check c = {.options = o, .page = page};

    if (!check_file(&c))
        return;
    run_part(o, &description, "");
    for (uint32_t i = 0; i < listed->n; i++)
        if (listed->list[i].wanted)
            check_component(o, (int)i);
}

static void *shared(size_t n)
{
    void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (p != MAP_FAILED)
        return p;
    (void)fprintf(stderr, "kc-plugin-check: out of memory\n");
    exit(EXIT_USAGE);
}

int main(int argc, char **argv)
{
    struct check_options o = {.records = CHECK_RECORDS, .restarts = CHECK_RESUME_POINTS, .deadline_s = 60};
    struct check_settings settings = {0};
    bool wanted = false;
    char *file;

    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        (void)fputs(usage_text, stdout);
        return 0;
    }
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        (void)printf("kc-plugin-check %s, ABI %d.%d\n", KC_VERSION, KC_ABI_MAJOR, KC_ABI_MINOR);
        return 0;
    }
    if (!check_options_read(argc, argv, &o, &settings)) {
        (void)fputs(usage_text, stderr);
        return EXIT_USAGE;
    }
    if ((file = realpath(o.file, NULL)) != NULL) /* dlopen() searches for a bare name elsewhere */
        o.file = file;
    page = shared(sizeof(*page));
    listed = shared(sizeof(*listed));
    check_all(&o);
    for (uint32_t i = 0; i < listed->n; i++)
        wanted = wanted || listed->list[i].wanted;
    if (listed->n > 0 && !wanted) {
        (void)fprintf(stderr, "kc-plugin-check: there is no component %s in %s\n", o.component, o.file);
        check_settings_finish(&settings);
        return EXIT_USAGE;
    }
    (void)printf("%u passed, %u failed, %u skipped\n", page->passed, page->failed, page->skipped);
    check_settings_finish(&settings);
    free(file);
    return page->failed > 0 ? EXIT_FAILED : 0;
}
