/*
 * file_sink.h - appends each record's value as a line to a file, as Kafka Connect's FileStreamSinkConnector
 * does (org.apache.kafka.connect.file.FileStreamSinkTask).
 *
 * At least once: offsets are committed after fdatasync(), so after a crash lines may be there twice, and none
 * is missing. A line that a crash has cut gets its newline before the next one is written.
 */
#ifndef KC_FILE_SINK_H
#define KC_FILE_SINK_H

#include <kconnect/plugin.h>

extern const struct kc_component kc_file_sink;

#endif
