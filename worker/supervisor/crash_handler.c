#include "supervisor/crash_handler.h"

#include <execinfo.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>

#include "supervisor/crash_symbol.h"

enum {
    STACK_BYTES = 256 * 1024, /* the unwinder and the sanitizers need room */
    MAX_DEPTH = KC_CRASH_FRAMES + 16,
    HANDLER_LIMIT_S = 5, /* the unwinder may wait for a lock that the crashed thread holds */
};

static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

/* Signal handlers have no argument of ours, so this one is global. */
static struct kc_crash_page *volatile crash_page;

#if defined(__x86_64__)
static uintptr_t crash_pc(const ucontext_t *context)
{
    return (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
}

/* After a call through a wild pointer the return address is on top of the stack, which may be no memory either. */
static uintptr_t crash_caller(const ucontext_t *context)
{
    uintptr_t caller = 0;
    struct iovec to = {&caller, sizeof(caller)};
    struct iovec from = {(void *)(uintptr_t)context->uc_mcontext.gregs[REG_RSP], sizeof(caller)};

    return process_vm_readv(getpid(), &to, 1, &from, 1, 0) == (ssize_t)sizeof(caller) ? caller : 0;
}
#elif defined(__aarch64__)
static uintptr_t crash_pc(const ucontext_t *context)
{
    return (uintptr_t)context->uc_mcontext.pc;
}

static uintptr_t crash_caller(const ucontext_t *context)
{
    return (uintptr_t)context->uc_mcontext.regs[30];
}
#else
static uintptr_t crash_pc(const ucontext_t *context)
{
    (void)context;
    return 0;
}

static uintptr_t crash_caller(const ucontext_t *context)
{
    (void)context;
    return 0;
}
#endif

/* The callers of the function at `pc`, without our handler's own frames. Return addresses point behind the call. */
static size_t collect_callers(uintptr_t pc, uintptr_t *out, size_t max)
{
    static void *stack[MAX_DEPTH];
    int depth = backtrace(stack, MAX_DEPTH), at = 0;
    size_t n = 0;

    while (at < depth && (uintptr_t)stack[at] != pc)
        at++;
    for (at++; at < depth && n < max; at++)
        out[n++] = (uintptr_t)stack[at] - 1;
    return n;
}

/* The place itself is written first: the unwinder reads the stack, and a second crash there ends the process. */
static void write_frames(struct kc_crash_page *page, const ucontext_t *context)
{
    static uintptr_t callers[KC_CRASH_FRAMES];
    uintptr_t pc = crash_pc(context);
    size_t n;

    kc_crash_places(&pc, 1, page->frames[0], sizeof(page->frames[0]));
    page->n_frames = 1;
    if (page->frames[0][0] == '0') { /* in no module: the unwinder would read code that is not there */
        callers[0] = crash_caller(context);
        n = callers[0] != 0 ? 1 : 0;
    } else {
        n = collect_callers(pc, callers, KC_CRASH_FRAMES - 1);
    }
    kc_crash_places(callers, n, page->frames[1], sizeof(page->frames[1]));
    page->n_frames = (uint32_t)(1 + n);
}

static void on_fatal_signal(int sig, siginfo_t *info, void *context)
{
    struct kc_crash_page *page = crash_page;

    /* First: whatever happens below, the next signal of this kind ends the process. */
    (void)signal(sig, SIG_DFL);
    if (page != NULL && __sync_bool_compare_and_swap(&page->signal, 0, sig)) {
        sigset_t alarm_only;

        (void)sigemptyset(&alarm_only);
        (void)sigaddset(&alarm_only, SIGALRM);
        (void)signal(SIGALRM, SIG_DFL);
        (void)sigprocmask(SIG_UNBLOCK, &alarm_only, NULL);
        (void)alarm(HANDLER_LIMIT_S);
        page->address = (uint64_t)(uintptr_t)info->si_addr;
        write_frames(page, context);
    }
    /* Blocked while we are here, delivered with its default action when we return: the parent sees this very signal. */
    (void)raise(sig);
}

kc_status kc_crash_handler_install(struct kc_crash_page *page, struct kc_error *err)
{
    struct sigaction action = {.sa_sigaction = on_fatal_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    stack_t stack = {.ss_size = STACK_BYTES};
    void *prime[4];

    /* The first backtrace() loads libgcc, which a handler must not do. */
    (void)backtrace(prime, 4);
    /* Mapped, not allocated: sanitizers unmap a thread's alternate stack when it ends. */
    stack.ss_sp =
        mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack.ss_sp == MAP_FAILED)
        return kc_fail_errno(err, KC_ERR_NOMEM, "cannot make a stack for signal handlers");
    if (sigaltstack(&stack, NULL) < 0)
        return kc_fail_errno(err, KC_ERR_FATAL, "cannot set the stack of signal handlers");
    (void)sigemptyset(&action.sa_mask);
    crash_page = page;
    for (size_t i = 0; i < sizeof(fatal_signals) / sizeof(fatal_signals[0]); i++)
        if (sigaction(fatal_signals[i], &action, NULL) < 0)
            return kc_fail_errno(err, KC_ERR_FATAL, "cannot watch for SIG%s", sigabbrev_np(fatal_signals[i]));
    return KC_OK;
}

void kc_crash_handler_forget(const struct kc_crash_page *page)
{
    if (crash_page == page)
        crash_page = NULL;
}
