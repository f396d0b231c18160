#include "supervisor/child.h"

#include <errno.h>
#include <limits.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "supervisor/control.h"

enum { READ_BYTES = 64 * 1024, STDIO_COUNT = KC_CRASH_FD + 1 };

struct kc_child {
    uv_process_t process;
    uv_pipe_t control;
    struct kc_crash_page *page;
    struct kc_child_handlers handlers;
    void *arg;
    struct kc_buf in;
    int open_handles; /* closed ones call back; the last one frees */
    bool exited, deaf, released;
    char bytes[READ_BYTES];
};

/* One message on its way; its bytes follow the request. */
struct send {
    uv_write_t request;
    struct kc_buf frame;
};

static void on_closed(uv_handle_t *handle)
{
    struct kc_child *c = handle->data;

    if (--c->open_handles > 0)
        return;
    kc_crash_page_release(c->page);
    kc_buf_finish(&c->in);
    free(c);
}

static void close_handles(struct kc_child *c)
{
    if (!uv_is_closing((uv_handle_t *)&c->control))
        uv_close((uv_handle_t *)&c->control, on_closed);
    if (!uv_is_closing((uv_handle_t *)&c->process))
        uv_close((uv_handle_t *)&c->process, on_closed);
}

/* Hands over every whole message that is there. A handler may release the child in the midst of it. */
static void take_messages(struct kc_child *c)
{
    while (!c->deaf && !c->released) {
        struct kc_error err = KC_ERROR_INIT;
        cJSON *message = NULL;
        kc_status status = kc_control_take(&c->in, &message, &err);

        if (status == KC_NOTHING)
            return;
        if (status < 0) {
            c->deaf = true;
            c->handlers.broken(c->arg, &err);
            return;
        }
        c->handlers.message(c->arg, message);
        cJSON_Delete(message);
    }
}

static void on_alloc(uv_handle_t *handle, size_t wanted, uv_buf_t *buf)
{
    struct kc_child *c = handle->data;

    (void)wanted;
    *buf = uv_buf_init(c->bytes, sizeof(c->bytes));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct kc_child *c = stream->data;

    if (n > 0 && !c->deaf) {
        kc_buf_add(&c->in, buf->base, (size_t)n);
        take_messages(c);
    } else if (n < 0) {
        (void)uv_read_stop(stream); /* its end is closed: the process is about to exit */
    }
}

/* What the process sent before it ended may still lie in the socket: read it before the end is told. */
static void drain(struct kc_child *c)
{
    uv_os_fd_t fd;

    if (uv_fileno((uv_handle_t *)&c->control, &fd) < 0)
        return;
    for (;;) {
        ssize_t n = recv(fd, c->bytes, sizeof(c->bytes), MSG_DONTWAIT);

        if (n <= 0 && !(n < 0 && errno == EINTR))
            break;
        if (n > 0 && !c->deaf)
            kc_buf_add(&c->in, c->bytes, (size_t)n);
    }
    take_messages(c);
}

static void on_exit_status(uv_process_t *process, int64_t exit_status, int term_signal)
{
    struct kc_child *c = process->data;

    c->exited = true;
    /* What a plugin started ends with its task. The group keeps its number for as long as anybody is in it. */
    (void)kill(-process->pid, SIGKILL);
    if (c->released) {
        close_handles(c);
        return;
    }
    (void)uv_read_stop((uv_stream_t *)&c->control);
    drain(c);
    if (!c->released)
        c->handlers.exited(c->arg, exit_status, term_signal);
}

static int spawn_process(struct kc_child *c, uv_loop_t *loop, const char *executable, int control_fd,
                         int page_fd)
{
    char *argv[] = {(char *)"kconnect", (char *)"task", NULL};
    uv_stdio_container_t stdio[STDIO_COUNT] = {
        {.flags = UV_IGNORE},
        {.flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO},
        {.flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO},
        [KC_CONTROL_FD] = {.flags = UV_INHERIT_FD, .data.fd = control_fd},
        [KC_CRASH_FD] = {.flags = UV_INHERIT_FD, .data.fd = page_fd},
    };
    uv_process_options_t options = {
        .flags = UV_PROCESS_DETACHED, /* a session, and so a process group, of its own */
        .exit_cb = on_exit_status,
        .file = executable,
        .args = argv,
        .stdio = stdio,
        .stdio_count = STDIO_COUNT,
    };

    /* Other libraries' descriptors must not live on in tasks: a listening socket would stay bound. */
    (void)close_range(STDERR_FILENO + 1, UINT_MAX, CLOSE_RANGE_CLOEXEC);
    return uv_spawn(loop, &c->process, &options);
}

/* Nothing is started yet: only memory and the page. */
static struct kc_child *make_child(const struct kc_child_handlers *handlers, void *arg, int *page_fd,
                                   struct kc_error *err)
{
    struct kc_child *c = calloc(1, sizeof(*c));

    if (c == NULL) {
        (void)kc_fail(err, KC_ERR_NOMEM, "out of memory for a task process");
        return NULL;
    }
    *page_fd = kc_crash_page_create(&c->page, err);
    if (*page_fd < 0) {
        free(c);
        return NULL;
    }
    c->handlers = *handlers;
    c->arg = arg;
    c->process.data = c->control.data = c;
    return c;
}

struct kc_child *kc_child_spawn(uv_loop_t *loop, const char *executable, const char *start,
                                const struct kc_child_handlers *handlers, void *arg, struct kc_error *err)
{
    int ends[2] = {-1, -1}, page_fd = -1, rc;
    struct kc_child *c = make_child(handlers, arg, &page_fd, err);

    if (c == NULL)
        return NULL;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
        (void)kc_fail_errno(err, KC_ERR_RETRY, "cannot make the connection to a task process");
        (void)close(page_fd);
        kc_crash_page_release(c->page);
        free(c);
        return NULL;
    }
    (void)uv_pipe_init(loop, &c->control, 0);
    rc = spawn_process(c, loop, executable, ends[1], page_fd);
    c->open_handles = 2; /* a process handle is to be closed even when the spawn failed */
    (void)close(ends[1]);
    (void)close(page_fd);
    if (rc == 0)
        rc = uv_pipe_open(&c->control, ends[0]);
    if (rc < 0) {
        (void)close(ends[0]);
        (void)kc_fail(err, KC_ERR_RETRY, "cannot start a task process from %s: %s", executable,
                      uv_strerror(rc));
        c->exited = uv_process_get_pid(&c->process) == 0;
        kc_child_release(c);
        return NULL;
    }
    (void)uv_read_start((uv_stream_t *)&c->control, on_alloc, on_read);
    kc_child_send(c, start);
    return c;
}

static void on_sent(uv_write_t *request, int status)
{
    struct send *s = request->data;

    (void)status;
    /* Not only freed: the buffer may hold the configuration with its passwords. */
    explicit_bzero(s->frame.data, s->frame.len);
    kc_buf_finish(&s->frame);
    free(s);
}

void kc_child_send(struct kc_child *c, const char *json)
{
    struct send *s = calloc(1, sizeof(*s));
    uv_buf_t buf;

    if (s == NULL)
        return;
    if (c->exited || kc_control_frame_text(json, strlen(json), &s->frame, NULL) < 0) {
        kc_buf_finish(&s->frame);
        free(s);
        return;
    }
    s->request.data = s;
    buf = uv_buf_init(s->frame.data, (unsigned)s->frame.len);
    if (uv_write(&s->request, (uv_stream_t *)&c->control, &buf, 1, on_sent) < 0) {
        kc_buf_finish(&s->frame);
        free(s);
    }
}

void kc_child_signal(struct kc_child *c, int signal_number)
{
    if (!c->exited)
        (void)uv_process_kill(&c->process, signal_number);
}

int32_t kc_child_pid(const struct kc_child *c)
{
    return c->exited ? 0 : uv_process_get_pid(&c->process);
}

const struct kc_crash_page *kc_child_page(const struct kc_child *c)
{
    return c->page;
}

void kc_child_release(struct kc_child *c)
{
    if (c == NULL || c->released)
        return;
    c->released = true;
    if (c->exited) {
        close_handles(c);
        return;
    }
    /* The process handle stays until its end is seen, or nobody would collect it. */
    (void)uv_process_kill(&c->process, SIGKILL);
    uv_close((uv_handle_t *)&c->control, on_closed);
}
