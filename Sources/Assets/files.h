// SPDX-License-Identifier: Apache-2.0
// Written by Tools/assets.sh; run it after adding, renaming or removing a file of module-src/ or templates/.

static const uint8_t file0[] = {
#embed "../../module-src/Kbuild"
};

static const uint8_t file1[] = {
#embed "../../module-src/README.md"
};

static const uint8_t file2[] = {
#embed "../../module-src/client.c"
};

static const uint8_t file3[] = {
#embed "../../module-src/client.h"
};

static const uint8_t file4[] = {
#embed "../../module-src/compat.h"
};

static const uint8_t file5[] = {
#embed "../../module-src/hooks.c"
};

static const uint8_t file6[] = {
#embed "../../module-src/hooks.h"
};

static const uint8_t file7[] = {
#embed "../../module-src/kretprobe.c"
};

static const uint8_t file8[] = {
#embed "../../module-src/main.c"
};

static const uint8_t file9[] = {
#embed "../../module-src/options.c"
};

static const uint8_t file10[] = {
#embed "../../module-src/options.h"
};

static const uint8_t file11[] = {
#embed "../../module-src/probes/probe.sh"
};

static const uint8_t file12[] = {
#embed "../../module-src/probes/probes.c"
};

static const uint8_t file13[] = {
#embed "../../module-src/proc.c"
};

static const uint8_t file14[] = {
#embed "../../module-src/proc.h"
};

static const uint8_t file15[] = {
#embed "../../module-src/redirect.c"
};

static const uint8_t file16[] = {
#embed "../../module-src/stats.c"
};

static const uint8_t file17[] = {
#embed "../../module-src/stats.h"
};

static const uint8_t file18[] = {
#embed "../../module-src/store.c"
};

static const uint8_t file19[] = {
#embed "../../module-src/store.h"
};

static const uint8_t file20[] = {
#embed "../../module-src/table.c"
};

static const uint8_t file21[] = {
#embed "../../module-src/table.h"
};

static const uint8_t file22[] = {
#embed "../../module-src/trust.c"
};

static const uint8_t file23[] = {
#embed "../../module-src/trust.h"
};

static const uint8_t file24[] = {
#embed "../../module-src/uapi/toa.h"
};

static const uint8_t file25[] = {
#embed "../../templates/deb/copyright"
};

static const uint8_t file26[] = {
#embed "../../templates/deb/ebpf.postinst"
};

static const uint8_t file27[] = {
#embed "../../templates/deb/ebpf.postrm"
};

static const uint8_t file28[] = {
#embed "../../templates/deb/ebpf.prerm"
};

static const uint8_t file29[] = {
#embed "../../templates/deb/modules.postinst"
};

static const uint8_t file30[] = {
#embed "../../templates/deb/modules.postrm"
};

static const uint8_t file31[] = {
#embed "../../templates/systemd/toa-ebpf.service"
};

static const uint8_t file32[] = {
#embed "../../.bpf/table.bpf.o"
};

static const uint8_t file33[] = {
#embed "../../.bpf/toa.bpf.o"
};

static const struct carried_file files[] = {
  {"module-src/Kbuild", file0, sizeof file0},
  {"module-src/README.md", file1, sizeof file1},
  {"module-src/client.c", file2, sizeof file2},
  {"module-src/client.h", file3, sizeof file3},
  {"module-src/compat.h", file4, sizeof file4},
  {"module-src/hooks.c", file5, sizeof file5},
  {"module-src/hooks.h", file6, sizeof file6},
  {"module-src/kretprobe.c", file7, sizeof file7},
  {"module-src/main.c", file8, sizeof file8},
  {"module-src/options.c", file9, sizeof file9},
  {"module-src/options.h", file10, sizeof file10},
  {"module-src/probes/probe.sh", file11, sizeof file11},
  {"module-src/probes/probes.c", file12, sizeof file12},
  {"module-src/proc.c", file13, sizeof file13},
  {"module-src/proc.h", file14, sizeof file14},
  {"module-src/redirect.c", file15, sizeof file15},
  {"module-src/stats.c", file16, sizeof file16},
  {"module-src/stats.h", file17, sizeof file17},
  {"module-src/store.c", file18, sizeof file18},
  {"module-src/store.h", file19, sizeof file19},
  {"module-src/table.c", file20, sizeof file20},
  {"module-src/table.h", file21, sizeof file21},
  {"module-src/trust.c", file22, sizeof file22},
  {"module-src/trust.h", file23, sizeof file23},
  {"module-src/uapi/toa.h", file24, sizeof file24},
  {"templates/deb/copyright", file25, sizeof file25},
  {"templates/deb/ebpf.postinst", file26, sizeof file26},
  {"templates/deb/ebpf.postrm", file27, sizeof file27},
  {"templates/deb/ebpf.prerm", file28, sizeof file28},
  {"templates/deb/modules.postinst", file29, sizeof file29},
  {"templates/deb/modules.postrm", file30, sizeof file30},
  {"templates/systemd/toa-ebpf.service", file31, sizeof file31},
  {"bpf/table.bpf.o", file32, sizeof file32},
  {"bpf/toa.bpf.o", file33, sizeof file33},
};
