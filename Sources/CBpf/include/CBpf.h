// SPDX-License-Identifier: Apache-2.0
// libbpf as Swift can call it: functions whose C form needs macros, variadic callbacks or bit fields. Every function returns
// >= 0 or -errno unless said otherwise.
#ifndef CBPF_H
#define CBPF_H

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../../bpf-src/layout.h"
#include "../../../bpf-src/simulate.h"

/// Keeps what libbpf says from now on instead of printing it; forgets what it said before. One thread at a time.
void cbpf_log_begin(void);

/// What libbpf said since the call before, NUL-terminated and valid until then; the last 16 KiB of it.
const char *cbpf_log_text(void);

/// Opens an object in memory under a name; NULL with errno set when it is none.
struct bpf_object *cbpf_open(const void *bytes, size_t size, const char *name);

/// The kernel's description of a program.
struct cbpf_program {
  uint32_t id;
  uint32_t type;
  /// Seconds since boot at which it was loaded.
  uint64_t load_seconds;
  uint32_t user_id;
  char name[16];
};

/// Describes the program with an id.
int cbpf_program_info(uint32_t id, struct cbpf_program *info);

/// Programs that are attached to the cgroup itself, or effective in it, for an attach type: fills `ids` with at most `*count`
/// of them, sets `*count` to their number and `*flags` to how they are attached (0 exclusive, BPF_F_ALLOW_OVERRIDE, BPF_F_ALLOW_MULTI).
int cbpf_query(int cgroup, uint32_t attach_type, bool effective, uint32_t *ids, uint32_t *count, uint32_t *flags);

/// The kernel's description of a link to a cgroup; `cgroup_id` is 0 when the cgroup is gone.
struct cbpf_link {
  uint32_t id;
  uint32_t program_id;
  uint64_t cgroup_id;
  uint32_t attach_type;
};

/// Describes the link behind a descriptor.
int cbpf_link_info(int fd, struct cbpf_link *info);

/// The kernel's description of a map.
struct cbpf_map {
  uint32_t id;
  uint32_t type;
  uint32_t key_size;
  uint32_t value_size;
  uint32_t max_entries;
};

/// Describes the map behind a descriptor.
int cbpf_map_info(int fd, struct cbpf_map *info);

/// An open iterator over the elements of a map, from a program of an `iter/bpf_sk_storage_map` section: a descriptor to read.
int cbpf_iterate(const struct bpf_program *program, int map);

#endif
