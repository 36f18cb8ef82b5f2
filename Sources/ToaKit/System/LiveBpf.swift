// SPDX-License-Identifier: Apache-2.0
internal import Bpf
internal import Packaging

extension BpfControl {
  /// The running kernel, through libbpf, with the programs that toa carries.
  static func live() -> BpfControl {
    BpfControl(
      live: { () throws(BpfError) in try library.live() },
      load: { settings throws(BpfError) in try library.load(settings) },
      remove: { () throws(BpfError) in try library.remove() },
      hasPins: { library.hasPins },
      counters: { () throws(BpfError) in try library.counters() },
      connections: { () throws(BpfError) in try library.connections() },
      probe: { library.probe() },
      attachments: { cgroup throws(BpfError) in try library.attachments(cgroup) },
      simulate: { option, inSyn, cgroup throws(BpfError) in try library.simulate(option, inSyn: inSyn, cgroup) },
      objectHash: hash)
  }

  // Made when first asked for: most commands never are about eBPF.
  private static let object = CarriedFile.named("bpf/toa.bpf.o")?.bytes ?? []
  private static let hash = MD5.hex(object)
  private static let library = BpfLibrary(
    object: object, table: CarriedFile.named("bpf/table.bpf.o")?.bytes ?? [],
    simulation: CarriedFile.named("bpf/simulate.bpf.o")?.bytes ?? [], version: toaVersion, objectHash: hash)
}
