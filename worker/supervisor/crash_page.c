#include "supervisor/crash_page.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "supervisor/crash_handler.h"
#include "supervisor/signal_text.h"

enum { PAGE_BYTES = 4096 };
_Static_assert(sizeof(struct kc_crash_page) <= PAGE_BYTES, "the crash page is one page");

static struct kc_crash_page *map_page(int fd, struct kc_error *err)
{
    void *p = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    if (p == MAP_FAILED) {
        (void)kc_fail_errno(err, KC_ERR_FATAL, "cannot map the page shared by worker and task");
        return NULL;
    }
    return p;
}

int kc_crash_page_create(struct kc_crash_page **page, struct kc_error *err)
{
    struct kc_crash_page *made = NULL;
    int fd = memfd_create("kconnect-crash-page", MFD_CLOEXEC);

    if (fd < 0) {
        (void)kc_fail_errno(err, KC_ERR_RETRY, "cannot make the page shared by worker and task");
        return -1;
    }
    if (ftruncate(fd, PAGE_BYTES) < 0)
        (void)kc_fail_errno(err, KC_ERR_RETRY, "cannot make the page shared by worker and task");
    else
        made = map_page(fd, err);
    if (made == NULL) {
        (void)close(fd);
        return -1;
    }
    *page = made;
    return fd;
}

struct kc_crash_page *kc_crash_page_attach(int fd, struct kc_error *err)
{
    struct kc_crash_page *page;
    struct stat st;

    if (fstat(fd, &st) < 0 || st.st_size < PAGE_BYTES) {
        (void)kc_fail(err, KC_ERR_FATAL, "descriptor %d is not the page shared by worker and task", fd);
        return NULL;
    }
    page = map_page(fd, err);
    if (page == NULL)
        return NULL;
    if (madvise(page, PAGE_BYTES, MADV_DONTFORK) < 0) {
        (void)kc_fail_errno(err, KC_ERR_FATAL,
                            "cannot keep the page shared with the worker for this process");
        kc_crash_page_release(page);
        return NULL;
    }
    if (kc_crash_handler_install(page, err) < 0) {
        kc_crash_page_release(page);
        return NULL;
    }
    return page;
}

void kc_crash_page_release(struct kc_crash_page *page)
{
    if (page == NULL)
        return;
    kc_crash_handler_forget(page);
    (void)munmap(page, PAGE_BYTES);
}

void kc_crash_page_enter(struct kc_crash_page *page, const char *component, const char *call)
{
    if (call == NULL) {
        page->since_ms = 0;
        return;
    }
    /* The reader takes a text only when since_ms is set and the sequence is the same before and after. */
    page->since_ms = 0;
    if (strncmp(page->component, component, sizeof(page->component) - 1) != 0)
        kc_signal_copy(page->component, sizeof(page->component), component);
    kc_signal_copy(page->call, sizeof(page->call), call);
    page->sequence++;
    page->since_ms = kc_mono_ms();
}

void kc_crash_page_alive(struct kc_crash_page *page)
{
    int64_t since = page->since_ms;

    /* Not a plain store: the call may have ended meanwhile on its own thread. */
    if (since != 0)
        (void)atomic_compare_exchange_strong(&page->since_ms, &since, kc_mono_ms());
}

/* The page comes from a process that crashed, perhaps by writing wildly: nothing in it is taken on trust. */
static void take_text(char *to, size_t size, const char *from)
{
    size_t n = strnlen(from, size - 1);

    for (size_t i = 0; i < n; i++)
        to[i] = from[i] >= ' ' && from[i] < 0x7f ? from[i] : '?';
    to[n] = '\0';
}

/* Abort and sanitizers crash inside the C library, wild jumps outside of everything: their first caller says more. */
static bool in_runtime(const char *frame)
{
    static const char *const runtime[] = {"libc.so",    "libasan.so", "libubsan.so",
                                          "libtsan.so", "[vdso]",     "0x"};

    for (size_t i = 0; i < sizeof(runtime) / sizeof(runtime[0]); i++)
        if (strncmp(frame, runtime[i], strlen(runtime[i])) == 0)
            return true;
    return false;
}

static void describe_place(const struct kc_crash_page *page, uint32_t n, struct kc_buf *out)
{
    char text[KC_CRASH_FRAME_BYTES];
    uint32_t best = 0;

    for (uint32_t i = 0; i < n; i++) {
        take_text(text, sizeof(text), page->frames[i]);
        if (!in_runtime(text)) {
            best = i;
            break;
        }
    }
    if (n > 0) {
        take_text(text, sizeof(text), page->frames[best]);
        kc_buf_printf(out, " at %s", text);
    }
    for (uint32_t i = 0; i < n; i++) {
        take_text(text, sizeof(text), page->frames[i]);
        kc_buf_printf(out, "\n    at %s", text);
    }
}

void kc_crash_page_call(const struct kc_crash_page *page, struct kc_buf *out)
{
    char component[KC_CRASH_TEXT_BYTES], call[KC_CRASH_TEXT_BYTES];

    if (page->since_ms == 0)
        return;
    take_text(component, sizeof(component), page->component);
    take_text(call, sizeof(call), page->call);
    kc_buf_printf(out, " in %s of %s", call, component);
}

void kc_crash_page_describe(const struct kc_crash_page *page, struct kc_buf *out)
{
    uint32_t n = page->n_frames < KC_CRASH_FRAMES ? page->n_frames : KC_CRASH_FRAMES;
    const char *name = sigabbrev_np(page->signal);

    if (name != NULL)
        kc_buf_printf(out, "SIG%s", name);
    else
        kc_buf_printf(out, "signal %d", (int)page->signal);
    if (page->since_ms != 0)
        kc_crash_page_call(page, out);
    else
        kc_buf_str(out, " in the task process, outside of a plugin's call,");
    describe_place(page, n, out);
}
