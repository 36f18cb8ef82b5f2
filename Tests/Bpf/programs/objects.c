// SPDX-License-Identifier: Apache-2.0
/*
 * objects on CGROUP...     one line for each link on the cgroups: the hook, then link:ID prog:ID map:ID...
 * objects alive TYPE:ID... prints those that exist
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static const char *hook_named(unsigned type) {
  static char number[16];
  switch (type) {
    case BPF_CGROUP_SOCK_OPS: return "sockops";
    case BPF_CGROUP_INET4_GETPEERNAME: return "getpeername4";
    case BPF_CGROUP_INET6_GETPEERNAME: return "getpeername6";
    case BPF_CGROUP_GETSOCKOPT: return "getsockopt";
  }
  snprintf(number, sizeof number, "%u", type);
  return number;
}

static void print_link(unsigned id, unsigned type, unsigned program) {
  unsigned maps[64];
  struct bpf_prog_info info = {.nr_map_ids = 64, .map_ids = (unsigned long)maps};
  unsigned size = sizeof info;
  int file = bpf_prog_get_fd_by_id(program);
  if (file < 0 || bpf_obj_get_info_by_fd(file, &info, &size)) return;
  close(file);
  printf("%s link:%u prog:%u", hook_named(type), id, program);
  for (unsigned i = 0; i < info.nr_map_ids && i < 64; i++) printf(" map:%u", maps[i]);
  printf("\n");
}

static int print_links_on(int count, char **cgroups) {
  unsigned long long wanted[16];
  if (count > 16) return 64;
  for (int i = 0; i < count; i++) {
    struct stat status;
    if (stat(cgroups[i], &status)) fail(cgroups[i]);
    wanted[i] = status.st_ino;
  }
  for (unsigned id = 0; !bpf_link_get_next_id(id, &id);) {
    struct bpf_link_info info = {0};
    unsigned size = sizeof info;
    int file = bpf_link_get_fd_by_id(id);
    if (file < 0) continue;
    int known = !bpf_obj_get_info_by_fd(file, &info, &size);
    close(file);
    if (!known || info.type != BPF_LINK_TYPE_CGROUP) continue;
    for (int i = 0; i < count; i++)
      if (info.cgroup.cgroup_id == wanted[i]) print_link(id, info.cgroup.attach_type, info.prog_id);
  }
  return 0;
}

static int print_alive(int count, char **names) {
  for (int i = 0; i < count; i++) {
    char type[8];
    unsigned id;
    int file = -1;
    if (sscanf(names[i], "%7[a-z]:%u", type, &id) != 2) return 64;
    if (!strcmp(type, "link")) file = bpf_link_get_fd_by_id(id);
    else if (!strcmp(type, "prog")) file = bpf_prog_get_fd_by_id(id);
    else if (!strcmp(type, "map")) file = bpf_map_get_fd_by_id(id);
    else return 64;
    if (file >= 0) {
      puts(names[i]);
      close(file);
    } else if (errno != ENOENT) {
      fail(names[i]);
    }
  }
  return 0;
}

int main(int count, char **words) {
  if (count >= 3 && !strcmp(words[1], "on")) return print_links_on(count - 2, words + 2);
  if (count >= 2 && !strcmp(words[1], "alive")) return print_alive(count - 2, words + 2);
  fprintf(stderr, "usage: objects on CGROUP... | objects alive TYPE:ID...\n");
  return 64;
}
