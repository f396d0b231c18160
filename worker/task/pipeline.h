/*
 * pipeline.h - the transforms of a connector, each with its predicate: a chain that works on whole batches.
 *
 * Which they are, and in which order, says the connector's `transforms`; for each alias <a> in it the start
 * message has a plugin with the role "transforms.<a>", and with transforms.<a>.predicate = <p> one with the
 * role "predicates.<p>" (start.h). Keys behind "transforms.<a>." and "predicates.<p>." are theirs, but for
 * type, predicate, negate and plugin.version. As in Kafka Connect each transform that names a predicate has
 * an instance of it.
 *
 * Sources run it between poll() and the converters, sinks between the converters and put(); the chain is the
 * same:
 *
 *     struct kc_pipeline chain;
 *     status = kc_pipeline_open(&chain, task, err);       once for each session, before the connector's open()
 *     status = kc_pipeline_apply(&chain, &batch, err);    for each batch
 *     kc_pipeline_close(&chain);                          always, also when open failed
 *
 * Task thread only. A stage costs one indirect call for each batch, two with a predicate; without transforms
 * kc_pipeline_apply() is one comparison.
 */
#ifndef KC_TASK_PIPELINE_H
#define KC_TASK_PIPELINE_H

#include <kconnect/pipeline.h>

#include "task/host_table.h"
#include "task/task.h"

struct kc_stage;

struct kc_pipeline {
    struct kc_task *task;
    struct kc_stage *stages;
    uint32_t n_stages;
    uint8_t *kept; /* the records of the last batch as they came, where dead letters need them */
    uint64_t kept_cap;
};

/*
 * Loads and opens every stage. KC_ERR_CONFIG: *err names alias and key. Call kc_pipeline_close() in every
 * case. task->failures and task->retry must have been initialised.
 */
kc_status kc_pipeline_open(struct kc_pipeline *p, struct kc_task *task, struct kc_error *err);
void kc_pipeline_close(struct kc_pipeline *p);

/*
 * Runs the batch through every stage. The records stay where they are; afterwards of each record
 *   topic, partition, timestamp, key, value, schemas and headers are what the transforms made of them: memory
 *                    of the batch, of b->arena or of the stage until its next call (so use the batch before the
 *                    next apply); topics are interned, and made when they are first written to;
 *   source, offset, origin, cookie, sequence are what the connector or the consumer said;
 *   KC_REC_DROPPED   a transform filtered it: neither encoded nor put, but its offset counts as delivered;
 *   KC_REC_FAILED    a transform or predicate refused it, and errors.tolerance is all: it is in task->failures
 *                    with the stage TRANSFORMATION, the label of the component ("RegexRouter 4.0.0") and the
 *                    sentence. It is neither encoded nor put, its offset counts as delivered once its dead
 *                    letter is durable;
 *   KC_REC_SKIP      is never set.
 * The failure's `original` is the record as it was before the chain, where a dead letter or the log needs it
 * (kc_failures_need_originals()), else NULL; it is valid until the next kc_pipeline_apply().
 *
 * A stage that answers KC_ERR_RETRY is called again as errors.retry.* say (retry.h); after that every record
 * that it was to work upon has failed. Such a stage must leave the batch so that the same call can be made
 * again.
 *
 * KC_OK; or the task must fail with *err: errors.tolerance is none, or a stage is broken. Whatever was raised
 * meanwhile (kc_task_raised()) is among that. KC_ERR_STOPPED: while a stage waited for its next try the task
 * was told to stop, or task->retry.patience_until_ms passed; nothing of the batch may be delivered or
 * committed. KC_ERR_NOMEM: see kc_memory_explain().
 */
kc_status kc_pipeline_apply(struct kc_pipeline *p, struct kc_batch *b, struct kc_error *err);

#endif
