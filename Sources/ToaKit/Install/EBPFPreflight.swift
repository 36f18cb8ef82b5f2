// SPDX-License-Identifier: Apache-2.0
internal import Bpf
internal import Host

/// What must hold before `install` plans anything with eBPF.
struct EBPFPreflight: Sendable {
  /// What works without being installed.
  static let untilReboot = "until the next boot, nothing installed: toa load --backend ebpf"

  let system: System
  let facts: HostFacts

  func check(_ settings: EBPFSettings) throws(ToaError) {
    let common = CommonPreflight(system: system, facts: facts)
    try common.checkPlace(instead: [Self.untilReboot])
    if let live = LiveModule(system), live.isOurs, let backend = try Backend.live(system) {
      throw ToaError.otherBackend(backend, wanted: .ebpf)
    }
    try system.refuseOtherTOA()
    let backend = EBPFBackend(system)
    if let obstacle = backend.obstacle(settings) { throw obstacle }
    if let point = MountTable.read(from: system.files).cgroup2?.point,
      let exclusive = backend.exclusive(at: settings.bpf(at: point).cgroup)
    {
      throw ToaError.exclusive(exclusive)
    }
    try common.checkDisk(["/var/lib", "/usr/lib"])
  }
}
