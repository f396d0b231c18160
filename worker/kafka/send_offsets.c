#include "kafka/send_offsets.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#else
static void __lsan_disable(void)
{
}
static void __lsan_enable(void)
{
}
#endif

rd_kafka_error_t *kc_send_offsets(rd_kafka_t *producer, const rd_kafka_topic_partition_list_t *offsets,
                                  const rd_kafka_consumer_group_metadata_t *group, int timeout_ms)
{
    rd_kafka_error_t *error;

    __lsan_disable(); /* for this thread alone; the request is allocated by it */
    error = rd_kafka_send_offsets_to_transaction(producer, offsets, group, timeout_ms);
    __lsan_enable();
    return error;
}
