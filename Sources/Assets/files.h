// SPDX-License-Identifier: Apache-2.0
// Written by Tools/assets.sh; run it after adding, renaming or removing a file of module-src/ or templates/.

static const uint8_t file0[] = {
#embed "../../module-src/Kbuild"
};

static const uint8_t file1[] = {
#embed "../../module-src/README.md"
};

static const uint8_t file2[] = {
#embed "../../module-src/address.c"
};

static const uint8_t file3[] = {
#embed "../../module-src/address.h"
};

static const uint8_t file4[] = {
#embed "../../module-src/compat.h"
};

static const uint8_t file5[] = {
#embed "../../module-src/handshake.c"
};

static const uint8_t file6[] = {
#embed "../../module-src/handshake.h"
};

static const uint8_t file7[] = {
#embed "../../module-src/hooks.c"
};

static const uint8_t file8[] = {
#embed "../../module-src/hooks.h"
};

static const uint8_t file9[] = {
#embed "../../module-src/kretprobe.c"
};

static const uint8_t file10[] = {
#embed "../../module-src/log.c"
};

static const uint8_t file11[] = {
#embed "../../module-src/log.h"
};

static const uint8_t file12[] = {
#embed "../../module-src/main.c"
};

static const uint8_t file13[] = {
#embed "../../module-src/name.c"
};

static const uint8_t file14[] = {
#embed "../../module-src/name.h"
};

static const uint8_t file15[] = {
#embed "../../module-src/older.h"
};

static const uint8_t file16[] = {
#embed "../../module-src/options.c"
};

static const uint8_t file17[] = {
#embed "../../module-src/options.h"
};

static const uint8_t file18[] = {
#embed "../../module-src/probes/probe.sh"
};

static const uint8_t file19[] = {
#embed "../../module-src/probes/probes.c"
};

static const uint8_t file20[] = {
#embed "../../module-src/proc.c"
};

static const uint8_t file21[] = {
#embed "../../module-src/proc.h"
};

static const uint8_t file22[] = {
#embed "../../module-src/profile.c"
};

static const uint8_t file23[] = {
#embed "../../module-src/profile.h"
};

static const uint8_t file24[] = {
#embed "../../module-src/redirect.c"
};

static const uint8_t file25[] = {
#embed "../../module-src/settings.c"
};

static const uint8_t file26[] = {
#embed "../../module-src/settings.h"
};

static const uint8_t file27[] = {
#embed "../../module-src/sockopt.c"
};

static const uint8_t file28[] = {
#embed "../../module-src/sockopt.h"
};

static const uint8_t file29[] = {
#embed "../../module-src/stats.c"
};

static const uint8_t file30[] = {
#embed "../../module-src/stats.h"
};

static const uint8_t file31[] = {
#embed "../../module-src/store.c"
};

static const uint8_t file32[] = {
#embed "../../module-src/store.h"
};

static const uint8_t file33[] = {
#embed "../../module-src/table.c"
};

static const uint8_t file34[] = {
#embed "../../module-src/table.h"
};

static const uint8_t file35[] = {
#embed "../../module-src/toa.c"
};

static const uint8_t file36[] = {
#embed "../../module-src/trust.c"
};

static const uint8_t file37[] = {
#embed "../../module-src/trust.h"
};

static const uint8_t file38[] = {
#embed "../../module-src/uapi/toa.h"
};

static const uint8_t file39[] = {
#embed "../../module-src/waiting.c"
};

static const uint8_t file40[] = {
#embed "../../module-src/waiting.h"
};

static const uint8_t file41[] = {
#embed "../../templates/deb/copyright"
};

static const uint8_t file42[] = {
#embed "../../templates/deb/dkms.postinst"
};

static const uint8_t file43[] = {
#embed "../../templates/deb/dkms.prerm"
};

static const uint8_t file44[] = {
#embed "../../templates/deb/modules.postinst"
};

static const uint8_t file45[] = {
#embed "../../templates/deb/modules.postrm"
};

static const uint8_t file46[] = {
#embed "../../templates/deb/unit.postinst"
};

static const uint8_t file47[] = {
#embed "../../templates/deb/unit.postrm"
};

static const uint8_t file48[] = {
#embed "../../templates/deb/unit.prerm"
};

static const uint8_t file49[] = {
#embed "../../templates/dkms/dkms.conf"
};

static const uint8_t file50[] = {
#embed "../../templates/hooks/kernel-added"
};

static const uint8_t file51[] = {
#embed "../../templates/hooks/kernel-removed"
};

static const uint8_t file52[] = {
#embed "../../templates/hooks/prerm"
};

static const uint8_t file53[] = {
#embed "../../templates/hooks/toa.install"
};

static const uint8_t file54[] = {
#embed "../../templates/rpm/dkms.post"
};

static const uint8_t file55[] = {
#embed "../../templates/rpm/dkms.preun"
};

static const uint8_t file56[] = {
#embed "../../templates/rpm/hooks.preun"
};

static const uint8_t file57[] = {
#embed "../../templates/rpm/hooks.transfiletriggerin"
};

static const uint8_t file58[] = {
#embed "../../templates/rpm/modules.post"
};

static const uint8_t file59[] = {
#embed "../../templates/rpm/modules.posttrans"
};

static const uint8_t file60[] = {
#embed "../../templates/rpm/modules.postun"
};

static const uint8_t file61[] = {
#embed "../../templates/rpm/package.spec"
};

static const uint8_t file62[] = {
#embed "../../templates/rpm/unit.post"
};

static const uint8_t file63[] = {
#embed "../../templates/rpm/unit.postun"
};

static const uint8_t file64[] = {
#embed "../../templates/rpm/unit.preun"
};

static const uint8_t file65[] = {
#embed "../../templates/systemd/toa-ebpf.service"
};

static const uint8_t file66[] = {
#embed "../../templates/systemd/toa-tproxy-reload.service"
};

static const uint8_t file67[] = {
#embed "../../templates/systemd/toa-tproxy.service"
};

static const uint8_t file68[] = {
#embed "../../.bpf/simulate.bpf.o"
};

static const uint8_t file69[] = {
#embed "../../.bpf/table.bpf.o"
};

static const uint8_t file70[] = {
#embed "../../.bpf/toa.bpf.o"
};

static const struct carried_file files[] = {
  {"module-src/Kbuild", file0, sizeof file0},
  {"module-src/README.md", file1, sizeof file1},
  {"module-src/address.c", file2, sizeof file2},
  {"module-src/address.h", file3, sizeof file3},
  {"module-src/compat.h", file4, sizeof file4},
  {"module-src/handshake.c", file5, sizeof file5},
  {"module-src/handshake.h", file6, sizeof file6},
  {"module-src/hooks.c", file7, sizeof file7},
  {"module-src/hooks.h", file8, sizeof file8},
  {"module-src/kretprobe.c", file9, sizeof file9},
  {"module-src/log.c", file10, sizeof file10},
  {"module-src/log.h", file11, sizeof file11},
  {"module-src/main.c", file12, sizeof file12},
  {"module-src/name.c", file13, sizeof file13},
  {"module-src/name.h", file14, sizeof file14},
  {"module-src/older.h", file15, sizeof file15},
  {"module-src/options.c", file16, sizeof file16},
  {"module-src/options.h", file17, sizeof file17},
  {"module-src/probes/probe.sh", file18, sizeof file18},
  {"module-src/probes/probes.c", file19, sizeof file19},
  {"module-src/proc.c", file20, sizeof file20},
  {"module-src/proc.h", file21, sizeof file21},
  {"module-src/profile.c", file22, sizeof file22},
  {"module-src/profile.h", file23, sizeof file23},
  {"module-src/redirect.c", file24, sizeof file24},
  {"module-src/settings.c", file25, sizeof file25},
  {"module-src/settings.h", file26, sizeof file26},
  {"module-src/sockopt.c", file27, sizeof file27},
  {"module-src/sockopt.h", file28, sizeof file28},
  {"module-src/stats.c", file29, sizeof file29},
  {"module-src/stats.h", file30, sizeof file30},
  {"module-src/store.c", file31, sizeof file31},
  {"module-src/store.h", file32, sizeof file32},
  {"module-src/table.c", file33, sizeof file33},
  {"module-src/table.h", file34, sizeof file34},
  {"module-src/toa.c", file35, sizeof file35},
  {"module-src/trust.c", file36, sizeof file36},
  {"module-src/trust.h", file37, sizeof file37},
  {"module-src/uapi/toa.h", file38, sizeof file38},
  {"module-src/waiting.c", file39, sizeof file39},
  {"module-src/waiting.h", file40, sizeof file40},
  {"templates/deb/copyright", file41, sizeof file41},
  {"templates/deb/dkms.postinst", file42, sizeof file42},
  {"templates/deb/dkms.prerm", file43, sizeof file43},
  {"templates/deb/modules.postinst", file44, sizeof file44},
  {"templates/deb/modules.postrm", file45, sizeof file45},
  {"templates/deb/unit.postinst", file46, sizeof file46},
  {"templates/deb/unit.postrm", file47, sizeof file47},
  {"templates/deb/unit.prerm", file48, sizeof file48},
  {"templates/dkms/dkms.conf", file49, sizeof file49},
  {"templates/hooks/kernel-added", file50, sizeof file50},
  {"templates/hooks/kernel-removed", file51, sizeof file51},
  {"templates/hooks/prerm", file52, sizeof file52},
  {"templates/hooks/toa.install", file53, sizeof file53},
  {"templates/rpm/dkms.post", file54, sizeof file54},
  {"templates/rpm/dkms.preun", file55, sizeof file55},
  {"templates/rpm/hooks.preun", file56, sizeof file56},
  {"templates/rpm/hooks.transfiletriggerin", file57, sizeof file57},
  {"templates/rpm/modules.post", file58, sizeof file58},
  {"templates/rpm/modules.posttrans", file59, sizeof file59},
  {"templates/rpm/modules.postun", file60, sizeof file60},
  {"templates/rpm/package.spec", file61, sizeof file61},
  {"templates/rpm/unit.post", file62, sizeof file62},
  {"templates/rpm/unit.postun", file63, sizeof file63},
  {"templates/rpm/unit.preun", file64, sizeof file64},
  {"templates/systemd/toa-ebpf.service", file65, sizeof file65},
  {"templates/systemd/toa-tproxy-reload.service", file66, sizeof file66},
  {"templates/systemd/toa-tproxy.service", file67, sizeof file67},
  {"bpf/simulate.bpf.o", file68, sizeof file68},
  {"bpf/table.bpf.o", file69, sizeof file69},
  {"bpf/toa.bpf.o", file70, sizeof file70},
};
