// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CBpf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOG_SIZE = 16384 };

static char log_text[LOG_SIZE];
static size_t log_length;

// The verifier's log is one message of up to 16 MiB; what matters is at its end.
static int keep(enum libbpf_print_level level, const char *format, va_list arguments) {
  if (level == LIBBPF_DEBUG) return 0;
  char *text = NULL;
  int length = vasprintf(&text, format, arguments);
  if (length < 0) return 0;
  const char *end = text + length;
  const char *start = length > LOG_SIZE / 2 ? end - LOG_SIZE / 2 : text;
  size_t size = (size_t)(end - start);
  if (log_length + size >= LOG_SIZE) {
    size_t kept = LOG_SIZE - 1 - size;
    memmove(log_text, log_text + log_length - kept, kept);
    log_length = kept;
  }
  memcpy(log_text + log_length, start, size);
  log_length += size;
  log_text[log_length] = '\0';
  free(text);
  return 0;
}

void cbpf_log_begin(void) {
  libbpf_set_print(keep);
  log_length = 0;
  log_text[0] = '\0';
}

const char *cbpf_log_text(void) { return log_text; }

struct bpf_object *cbpf_open(const void *bytes, size_t size, const char *name) {
  LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = name);
  return bpf_object__open_mem(bytes, size, &options);
}

int cbpf_program_info(uint32_t id, struct cbpf_program *info) {
  int fd = bpf_prog_get_fd_by_id(id);
  if (fd < 0) return -errno;
  struct bpf_prog_info raw = {0};
  uint32_t size = sizeof raw;
  int error = bpf_obj_get_info_by_fd(fd, &raw, &size) ? -errno : 0;
  close(fd);
  if (error) return error;
  *info = (struct cbpf_program){
      .id = raw.id, .type = raw.type, .load_seconds = raw.load_time / 1000000000, .user_id = raw.created_by_uid};
  memcpy(info->name, raw.name, sizeof info->name);
  info->name[sizeof info->name - 1] = '\0';
  return 0;
}

int cbpf_query(int cgroup, uint32_t attach_type, bool effective, uint32_t *ids, uint32_t *count, uint32_t *flags) {
  uint32_t query = effective ? BPF_F_QUERY_EFFECTIVE : 0;
  return bpf_prog_query(cgroup, attach_type, query, flags, ids, count) ? -errno : 0;
}

int cbpf_link_info(int fd, struct cbpf_link *info) {
  struct bpf_link_info raw = {0};
  uint32_t size = sizeof raw;
  if (bpf_obj_get_info_by_fd(fd, &raw, &size)) return -errno;
  *info = (struct cbpf_link){.id = raw.id,
                             .program_id = raw.prog_id,
                             .cgroup_id = raw.cgroup.cgroup_id,
                             .attach_type = raw.cgroup.attach_type};
  return 0;
}

int cbpf_map_info(int fd, struct cbpf_map *info) {
  struct bpf_map_info raw = {0};
  uint32_t size = sizeof raw;
  if (bpf_obj_get_info_by_fd(fd, &raw, &size)) return -errno;
  *info = (struct cbpf_map){.id = raw.id,
                            .type = raw.type,
                            .key_size = raw.key_size,
                            .value_size = raw.value_size,
                            .max_entries = raw.max_entries};
  return 0;
}

int cbpf_iterate(const struct bpf_program *program, int map) {
  union bpf_iter_link_info target = {.map.map_fd = (uint32_t)map};
  LIBBPF_OPTS(bpf_iter_attach_opts, options, .link_info = &target, .link_info_len = sizeof target);
  struct bpf_link *link = bpf_program__attach_iter(program, &options);
  if (!link) return -errno;
  int fd = bpf_iter_create(bpf_link__fd(link));
  int error = -errno;
  // The iterator keeps the program; the link is not needed any more.
  bpf_link__destroy(link);
  return fd < 0 ? error : fd;
}
