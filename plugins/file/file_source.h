/*
 * file_source.h - the lines of a file as records, and those that are added to it, as Kafka Connect's
 * FileStreamSourceConnector gives them (org.apache.kafka.connect.file.FileStreamSourceTask).
 *
 * Partition {"filename": file}, offset {"position": bytes read}; value a string, no key. Exactly once: a position stands
 * behind every line.
 */
#ifndef KC_FILE_SOURCE_H
#define KC_FILE_SOURCE_H

#include <kconnect/plugin.h>

extern const struct kc_component kc_file_source;

#endif
