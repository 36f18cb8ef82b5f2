// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@Suite struct ModuleTests {
  @Test func `modules are found by name, whatever their compression`() {
    let index = ModuleIndex(
      dep: "kernel/net/toa/toa.ko.xz: kernel/net/x.ko\nupdates/ip-vs.ko.zst:\nextra/toa.ko:\nbad line\n",
      builtin: "kernel/net/ipv6/ipv6.ko\n", folder: "/lib/modules/6.1.0")
    #expect(
      index.all("toa").map(\.path) == [
        "/lib/modules/6.1.0/kernel/net/toa/toa.ko.xz", "/lib/modules/6.1.0/extra/toa.ko",
      ])
    #expect(index.inTree("toa")?.path == "/lib/modules/6.1.0/kernel/net/toa/toa.ko.xz")
    #expect(index.inTree("ipv6")?.isBuiltIn == true)
    #expect(index.inTree("ip_vs") == nil)
    #expect(index.all("ip-vs").count == 1)
  }

  @Test func `a module that someone added is not in tree`() {
    let index = ModuleIndex(
      dep: "updates/dkms/toa.ko:\nweak-updates/toa.ko:\n", builtin: "", folder: "/lib/modules/6.1.0")
    #expect(index.inTree("toa") == nil)
    #expect(index.all("toa").count == 2)
  }

  @Test func `loaded modules are read with their users`() {
    let live = LiveModules(
      parsing:
        "nf_conntrack 172032 2 ip_vs,nf_nat, Live 0x0\ntoa 16384 0 - Live 0x0 (OE)\nx 1 0 [permanent], Live 0x0\nbad\n")
    #expect(live["nf_conntrack"]?.users == ["ip_vs", "nf_nat"])
    #expect(live["toa"]?.references == 0)
    #expect(live["x"]?.users == [])
    #expect(live.modules.count == 3)
  }

  @Test func `a kernel without modules has no list of them`() throws {
    #expect(!LiveModules.read(from: try TemporaryFolder().root).isSupported)
  }

  @Test func `other makers' modules are known by name`() throws {
    let folder = try TemporaryFolder([
      "/proc/modules": "uoa 16384 1 - Live 0x0\ntoast 1 0 - Live 0x0\n", "/sys/module/ttm/initstate": "live\n",
    ])
    #expect(OtherTOA.detect(in: folder.root).traces.map(\.name) == ["uoa", "ttm"])
  }

  @Test func `counters without a module tell of one that is built in`() throws {
    let folder = try TemporaryFolder(["/proc/modules": "", "/proc/net/toa_stats": "x\n"])
    #expect(OtherTOA.detect(in: folder.root).traces.map(\.name) == ["built in"])
    try folder.write("/sys/module/toa/initstate", "live\n")
    #expect(OtherTOA.detect(in: folder.root).traces.map(\.name) == ["toa"])
  }

  @Test func `symbols are found with the module that owns them`() throws {
    let folder = try TemporaryFolder([
      "/proc/kallsyms": "0000 T tcp_v4_syn_recv_sock\n0000 t other\n0000 t inet_getname_toa\t[toa]\n",
      "/boot/System.map-6.2.0": "ffffffff81000000 D inet_stream_ops\n",
    ])
    let names: Set = ["tcp_v4_syn_recv_sock", "inet_getname_toa", "inet_stream_ops"]
    #expect(
      KernelSymbols.find(names, release: "6.1.0", running: "6.1.0", in: folder.root)
        == ["tcp_v4_syn_recv_sock": "", "inet_getname_toa": "toa"])
    #expect(KernelSymbols.find(names, release: "6.2.0", running: "6.1.0", in: folder.root) == ["inet_stream_ops": ""])
    #expect(KernelSymbols.find(names, release: "6.3.0", running: "6.1.0", in: folder.root) == nil)
  }
}
