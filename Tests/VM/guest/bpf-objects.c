// SPDX-License-Identifier: Apache-2.0
// Lists what the kernel holds of BPF, a line for each: "program ID TYPE NAME", "map ID TYPE NAME", "link ID TYPE PROGRAM".
// Types are numbers of linux/bpf.h. bpftool would need a library that the guests do not have.
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int bpf(int command, union bpf_attr *attr) { return (int)syscall(SYS_bpf, command, attr, sizeof *attr); }

static int describe(int fd, void *info, unsigned size) {
  union bpf_attr attr = {0};
  attr.info.bpf_fd = fd;
  attr.info.info_len = size;
  attr.info.info = (unsigned long)info;
  return bpf(BPF_OBJ_GET_INFO_BY_FD, &attr);
}

// An object may go while it is looked at: then it is left out.
static void show(const char *kind, int by_id, unsigned id) {
  union bpf_attr attr = {0};
  attr.prog_id = id;
  int fd = bpf(by_id, &attr);
  if (fd < 0) return;
  struct bpf_prog_info program = {0};
  struct bpf_map_info map = {0};
  struct bpf_link_info link = {0};
  if (by_id == BPF_PROG_GET_FD_BY_ID && !describe(fd, &program, sizeof program))
    printf("%s %u %u %s\n", kind, id, program.type, program.name);
  if (by_id == BPF_MAP_GET_FD_BY_ID && !describe(fd, &map, sizeof map))
    printf("%s %u %u %s\n", kind, id, map.type, map.name);
  if (by_id == BPF_LINK_GET_FD_BY_ID && !describe(fd, &link, sizeof link))
    printf("%s %u %u %u\n", kind, id, link.type, link.prog_id);
  close(fd);
}

int main(void) {
  static const struct { const char *kind; int next, by_id; } kinds[] = {
    {"program", BPF_PROG_GET_NEXT_ID, BPF_PROG_GET_FD_BY_ID},
    {"map", BPF_MAP_GET_NEXT_ID, BPF_MAP_GET_FD_BY_ID},
    {"link", BPF_LINK_GET_NEXT_ID, BPF_LINK_GET_FD_BY_ID},
  };
  for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    union bpf_attr attr = {0};
    while (!bpf(kinds[i].next, &attr)) {
      show(kinds[i].kind, kinds[i].by_id, attr.next_id);
      attr.start_id = attr.next_id;
    }
    if (errno != ENOENT) {
      perror("bpf-objects");
      return 1;
    }
  }
  return 0;
}
