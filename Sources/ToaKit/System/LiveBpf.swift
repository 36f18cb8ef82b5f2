// SPDX-License-Identifier: Apache-2.0
internal import Bpf
internal import Packaging

extension BpfControl {
  /// The running kernel, through libbpf, with the programs that toa carries.
  static func live() -> BpfControl {
    let object = CarriedFile.named("bpf/toa.bpf.o")?.bytes ?? []
    let table = CarriedFile.named("bpf/table.bpf.o")?.bytes ?? []
    let library = BpfLibrary(object: object, table: table, version: toaVersion, objectHash: MD5.hex(object))
    return BpfControl(
      live: { () throws(BpfError) in try library.live() },
      load: { settings throws(BpfError) in try library.load(settings) },
      remove: { () throws(BpfError) in try library.remove() },
      hasPins: { library.hasPins },
      counters: { () throws(BpfError) in try library.counters() },
      connections: { () throws(BpfError) in try library.connections() },
      probe: { library.probe() },
      attachments: { cgroup throws(BpfError) in try library.attachments(cgroup) },
      objectHash: MD5.hex(object))
  }
}
