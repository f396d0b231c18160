#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include "metrics/process_figures.h"
#include "metrics_tasks.h"
#include "resources.h"
#include "rest_meter.h"

static void expose_one(struct kc_buf *out, const char *name, const char *type, const char *help, double value)
{
    kc_expose_family(out, name, type, help);
    kc_expose(out, name, NULL, 0, value);
}

static void expose_identity(struct kc_buf *out, const struct kc_request *q)
{
    static const char build[] = "kconnect_build_info", info[] = "kconnect_worker_info";
    const struct kc_label of_build[] = {{"version", KC_VERSION}, {"librdkafka", rd_kafka_version_str()}};
    const struct kc_label of_worker[] = {
        {"worker_id", q->address},
        {"group_id", q->context->config->group_id},
        {"kafka_cluster_id", q->view != NULL && q->view->cluster_id != NULL ? q->view->cluster_id : ""}};

    kc_expose_family(out, build, "gauge", "1, with the versions of this worker and of its Kafka client.");
    kc_expose(out, build, of_build, 2, 1);
    kc_expose_family(out, info, "gauge",
                     "1, with the names of this worker, its fleet and its Kafka cluster.");
    kc_expose(out, info, of_worker, 3, 1);
}

static void expose_membership(struct kc_buf *out, const struct kc_fleet_view *v, bool leader, size_t tasks)
{
    expose_one(out, "kconnect_worker_ready", "gauge",
               "1 once the worker has read the fleet's topics and answers every call.",
               v != NULL && v->caught_up);
    expose_one(out, "kconnect_worker_group_member", "gauge",
               "1 while the worker is a member of the fleet's group; others run its tasks while it is not.",
               v != NULL && v->member);
    expose_one(out, "kconnect_worker_leader", "gauge", "1 while the worker is the fleet's leader.", leader);
    expose_one(out, "kconnect_worker_leader_known", "gauge",
               "1 while some worker leads, as far as this one knows; nothing can be changed without.",
               v != NULL && v->has_leader);
    expose_one(out, "kconnect_worker_task_count", "gauge", "Tasks that this worker has, in whatever state.",
               (double)tasks);
}

/* Prometheus's own words for a process, as every client library writes them. */
static void expose_process(struct kc_buf *out)
{
    struct kc_process_figures p;

    if (!kc_process_figures(getpid(), &p))
        return;
    expose_one(out, "process_cpu_seconds_total", "counter", "CPU time of the worker's own process.",
               p.cpu_seconds);
    expose_one(out, "process_resident_memory_bytes", "gauge", "Resident memory of the worker's own process.",
               (double)p.resident_bytes);
    expose_one(out, "process_virtual_memory_bytes", "gauge", "Virtual memory of the worker's own process.",
               (double)p.virtual_bytes);
    expose_one(out, "process_open_fds", "gauge", "Open file descriptors of the worker's own process.",
               (double)p.open_fds);
    if (p.max_fds > 0)
        expose_one(out, "process_max_fds", "gauge", "How many file descriptors it may open.",
                   (double)p.max_fds);
    expose_one(out, "process_threads", "gauge", "Threads of the worker's own process.", (double)p.threads);
    expose_one(out, "process_start_time_seconds", "gauge", "Unix time at which the worker began.",
               p.start_unix_seconds);
}

/* The whole fleet: told by its leader alone, so that a sum over all workers counts nothing twice. */
static void expose_fleet(struct kc_buf *out, const struct kc_fleet_view *v)
{
    static const char connector[] = "kconnect_fleet_connector_status", task[] = "kconnect_fleet_task_status";

    kc_expose_family(out, connector, "gauge",
                     "1 for the state that a connector of the fleet is in; only the leader shows it.");
    for (size_t i = 0; i < v->n_connectors; i++) {
        const struct kc_connector_view *c = &v->connectors[i];
        const struct kc_label labels[] = {{"connector", c->name}, {"type", c->type != NULL ? c->type : ""}};

        kc_metrics_states(out, connector, labels, 2, KC_STATE_STOPPED, c->state);
    }
    kc_expose_family(
        out, task, "gauge",
        "1 for the state that a task of the fleet is in, wherever it runs; only the leader shows it.");
    for (size_t i = 0; i < v->n_connectors; i++) {
        const struct kc_connector_view *c = &v->connectors[i];
        const char *worker = c->has_task && c->task.worker_id != NULL ? c->task.worker_id : "";
        const struct kc_label labels[] = {{"connector", c->name}, {"task", "0"}, {"worker_id", worker}};

        if (c->has_task)
            kc_metrics_states(out, task, labels, 3, KC_STATE_RESTARTING, c->task.state);
    }
}

/* GET /metrics: Prometheus's text format. What each family means is in api/README.md. */
void kc_get_metrics(struct kc_request *q, struct kc_reply *reply)
{
    struct kc_task_board *board = q->context->board;
    bool leader = q->fleet != NULL && q->view != NULL && q->view->member && kc_fleet_leads(q->fleet);
    struct kc_buf *out = &reply->body;
    size_t n = 0;
    struct kc_task_figures *figures = board != NULL ? kc_task_board_copy(board, &n) : NULL;

    expose_identity(out, q);
    expose_membership(out, q->view, leader, n);
    expose_process(out);
    kc_rest_meter_expose(q->context->rest, out);
    if (leader)
        expose_fleet(out, q->view);
    kc_metrics_tasks(out, figures, n);
    kc_task_figures_free(figures, n);
    reply->status = KC_HTTP_OK;
    reply->media = KC_EXPOSITION_MEDIA;
}
