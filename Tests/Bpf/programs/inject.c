// SPDX-License-Identifier: Apache-2.0
/*
 * inject attach OBJECT CGROUP FOLDER    attach the injector to the cgroup; FOLDER is in a bpffs and keeps it
 * inject set FOLDER none
 * inject set FOLDER SEGMENTS KIND/LENGTH ADDRESS PORT
 *
 * SEGMENTS: one or more of syn,first,bare,data with commas between. KIND/LENGTH: 254/8 and other lengths of 8 hold
 * port and IPv4 address; lengths of 20 hold port and IPv6 address. Another length is that of a wrong option.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inject.h"

static void fail(const char *what) {
  fprintf(stderr, "inject: %s: %s\n", what, strerror(errno));
  exit(1);
}

static const char *below(const char *folder, const char *name) {
  static char path[512];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static int attach(const char *file, const char *cgroup, const char *folder) {
  int group = open(cgroup, O_RDONLY | O_DIRECTORY);
  if (group < 0) fail(cgroup);
  struct bpf_object *object = bpf_object__open_file(file, NULL);
  if (!object || bpf_object__load(object)) fail(file);
  struct bpf_link *link = bpf_program__attach_cgroup(bpf_object__find_program_by_name(object, "inject"), group);
  if (!link) fail("attach");
  if (bpf_link__pin(link, below(folder, "link"))) fail("pin the link");
  if (bpf_map__pin(bpf_object__find_map_by_name(object, "injection"), below(folder, "injection"))) fail("pin the map");
  return 0;
}

static unsigned segments_named(char *names) {
  unsigned all = 0;
  for (char *name = strtok(names, ","); name; name = strtok(NULL, ",")) {
    if (!strcmp(name, "syn")) all |= INJECT_SYN;
    else if (!strcmp(name, "first")) all |= INJECT_FIRST;
    else if (!strcmp(name, "bare")) all |= INJECT_BARE;
    else if (!strcmp(name, "data")) all |= INJECT_DATA;
    else errno = EINVAL, fail(name);
  }
  return all;
}

static struct inject parsed(char **words) {
  struct inject now = {.segments = segments_named(words[0]), .port_offset = 2};
  unsigned kind = 0, length = 0;
  if (sscanf(words[1], "%u/%u", &kind, &length) != 2 || kind > 255 || length < 4 || length > 20) errno = EINVAL, fail(words[1]);
  memset(now.option, 1, sizeof now.option);
  now.option[0] = kind;
  now.option[1] = length;
  unsigned port = htons(atoi(words[3]));
  memcpy(now.option + 2, &port, 2);
  int is6 = strchr(words[2], ':') != NULL;
  if (inet_pton(is6 ? AF_INET6 : AF_INET, words[2], now.option + 4) != 1) errno = EINVAL, fail(words[2]);
  /* What the length leaves out is overwritten with NOPs. */
  if (length < (is6 ? 20 : 8)) memset(now.option + length, 1, sizeof now.option - length);
  now.length = length > 8 ? 20 : 8;
  return now;
}

static int set(const char *folder, int count, char **words) {
  struct inject now = {0};
  if (count == 4) now = parsed(words);
  else if (count != 1 || strcmp(words[0], "none")) errno = EINVAL, fail("set");
  int map = bpf_obj_get(below(folder, "injection"));
  if (map < 0) fail(folder);
  unsigned key = 0;
  if (bpf_map_update_elem(map, &key, &now, BPF_ANY)) fail("set");
  return 0;
}

int main(int count, char **words) {
  if (count == 5 && !strcmp(words[1], "attach")) return attach(words[2], words[3], words[4]);
  if (count >= 4 && !strcmp(words[1], "set")) return set(words[2], count - 3, words + 3);
  fprintf(stderr, "usage: inject attach OBJECT CGROUP FOLDER | inject set FOLDER none|SEGMENTS KIND/LENGTH ADDRESS PORT\n");
  return 64;
}
