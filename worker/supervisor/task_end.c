#include "supervisor/task_end.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* In a plugin's call it is the plugin that left, by whatever number. */
static bool is_fenced(const struct kc_crash_page *page, int64_t exit_status, int term_signal)
{
    return term_signal == 0 && exit_status == KC_EXIT_FENCED && page->since_ms == 0;
}

enum kc_child_event kc_task_end_event(const struct kc_task_end *end, const struct kc_crash_page *page,
                                      int64_t exit_status, int term_signal)
{
    if (is_fenced(page, exit_status, term_signal))
        return KC_EVENT_EXIT_FENCED;
    /* A task that says why it ends knows better than its exit status, or a crash while it closed the plugin. */
    if (end->failed && end->status != KC_ERR_RETRY && end->status != KC_ERR_STOPPED)
        return KC_EVENT_EXIT_FATAL;
    return KC_EVENT_EXIT_RETRY;
}

static void describe_signal(int term_signal, const struct kc_crash_page *page, struct kc_buf *out)
{
    const char *name = sigabbrev_np(term_signal);

    kc_buf_printf(out, "the task process was ended by SIG%s", name != NULL ? name : "?");
    kc_crash_page_call(page, out);
    if (term_signal == SIGKILL)
        kc_buf_str(out, ", which was not sent by kconnect; the kernel sends it when memory runs out");
}

char *kc_task_end_trace(const struct kc_task_end *end, const struct kc_crash_page *page, int64_t exit_status,
                        int term_signal)
{
    struct kc_buf out = {0};

    if (end->hang != NULL)
        kc_buf_str(&out, end->hang);
    else if (end->failed)
        kc_buf_str(&out, end->message != NULL ? end->message : "the task failed and gave no reason");
    if (page->signal != 0) {
        kc_buf_str(&out, out.len > 0 ? "\n" : "");
        kc_crash_page_describe(page, &out);
    } else if (out.len == 0 && term_signal != 0) {
        describe_signal(term_signal, page, &out);
    } else if (out.len == 0 && is_fenced(page, exit_status, term_signal)) {
        kc_buf_str(&out, "another instance of this task has taken over");
    } else if (out.len == 0) {
        kc_buf_str(&out, "the task process ended");
        kc_crash_page_call(page, &out);
        kc_buf_printf(&out,
                      " with exit status %" PRId64 " and gave no reason; its last log lines may tell it",
                      exit_status);
    }
    return kc_buf_take(&out);
}

void kc_task_end_clear(struct kc_task_end *end)
{
    free(end->message);
    free(end->hang);
    *end = (struct kc_task_end){0};
}

bool kc_task_end_is_crash(const struct kc_task_end *end, const struct kc_crash_page *page,
                          int64_t exit_status, int term_signal)
{
    if (end->hang != NULL)
        return true;
    return !end->failed &&
           (page->signal != 0 || (term_signal == 0 && !is_fenced(page, exit_status, term_signal)));
}
