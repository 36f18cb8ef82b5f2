// SPDX-License-Identifier: Apache-2.0
import Bpf
import Glibc
import Host
import Wire

@testable import ToaKit

extension FakeHost {
  static let pins = "/sys/fs/bpf/toa"

  /// The kernel's eBPF: what is loaded is what lies below /sys/fs/bpf of the tree, built and switched over to as the real one is.
  var bpf: BpfControl {
    BpfControl(
      live: { () throws(BpfError) in self.liveBpf },
      load: { settings throws(BpfError) in try self.load(settings) },
      remove: { () throws(BpfError) in try self.removeBpf() },
      hasPins: { self.files.exists(Self.pins) },
      counters: { () throws(BpfError) in
        self.liveBpf.map { _ in
          [
            BpfCounter(name: "syn_recv_sock_toa", perCPU: [40, 2]),
            BpfCounter(name: "syn_recv_sock_no_toa", perCPU: [7, 0]), BpfCounter(name: "late_option", perCPU: [1, 0]),
          ]
        }
      },
      connections: { () throws(BpfError) in [] },
      probe: {
        (BpfHook.allCases.map(\.rawValue) + ["table"]).map { BpfProbe(program: $0, errno: self[\.bpfErrno]) }
      },
      attachments: { _ throws(BpfError) in self[\.attachments] },
      simulate: { _, _, cgroup throws(BpfError) in
        guard self.files.isDirectory(cgroup) else { throw BpfError(operation: "open", subject: cgroup, errno: ENOENT) }
        if let error = self[\.bpfLoadError] { throw error }
        let totals = self[\.simulated]
        return BpfSimulation { () throws(BpfError) in totals }
      },
      objectHash: self[\.source])
  }

  private var isBpfMounted: Bool { MountTable.read(from: files).mount(at: "/sys/fs/bpf")?.type == "bpf" }

  private var liveBpf: BpfLive? {
    guard let number = files.line(Self.pins + "/control").flatMap({ UInt32($0) }), number > 0,
      let text = try? files.text(Self.pins + "/\(number)/about")
    else { return nil }
    let lines = text.split(separator: "\n").map(String.init)
    guard lines.count == 6, let trusted = try? TrustList(parsing: lines[2]),
      let profile = try? Profile(parsing: lines[5])
    else { return nil }
    let settings = BpfSettings(
      trusted: trusted, profile: profile, cgroup: lines[3], getsockopt: lines[4] == "true")
    let hooks = BpfHook.allCases.filter { $0 != .getsockopt || settings.getsockopt }
    return BpfLive(
      generation: number, version: lines[0], object: lines[1], settings: settings,
      attached: files.isDirectory(settings.cgroup) ? hooks : [],
      remains: files.list(Self.pins).compactMap { UInt32($0) }.filter { $0 != number })
  }

  private func load(_ settings: BpfSettings) throws(BpfError) -> BpfLive {
    let fault = fault(of: "bpf load")
    if let fault, !fault.afterwards { throw BpfError(operation: "load", subject: "toa", errno: fault.errno) }
    if let error = self[\.bpfLoadError] { throw error }
    guard isBpfMounted else { throw BpfError(operation: "make", subject: Self.pins, errno: EPERM) }
    guard files.isDirectory(settings.cgroup) else {
      throw BpfError(operation: "open", subject: settings.cgroup, errno: ENOENT)
    }
    pause("before bpf load")
    let number = (files.list(Self.pins).compactMap { UInt32($0) }.max() ?? 0) + 1
    if !files.exists(Self.pins + "/control") { write(Self.pins + "/control", "0") }
    pause("bpf load has made the control map")
    write(
      Self.pins + "/\(number)/about",
      "\(toaVersion)\n\(self[\.source])\n\(settings.trusted)\n\(settings.cgroup)\n\(settings.getsockopt)\n"
        + "\(settings.profile)\n")
    pause("bpf load has pinned a generation")
    write(Self.pins + "/control", "\(number)")
    pause("bpf load has switched over")
    for name in files.list(Self.pins) where UInt32(name).map({ $0 != number }) ?? false {
      remove(Self.pins + "/" + name)
    }
    pause("after bpf load")
    if let fault { throw BpfError(operation: "load", subject: "toa", errno: fault.errno) }
    guard let live = liveBpf else { throw BpfError(operation: "read", subject: "toa", errno: EIO) }
    return live
  }

  private func removeBpf() throws(BpfError) {
    guard files.exists(Self.pins) else { return }
    if let fault = fault(of: "bpf remove") {
      throw BpfError(operation: "remove", subject: Self.pins, errno: fault.errno)
    }
    write(Self.pins + "/control", "0")
    pause("bpf remove has switched off")
    for name in files.list(Self.pins) where name != "control" { remove(Self.pins + "/" + name) }
    pause("bpf remove has removed the generations")
    remove(Self.pins)
    pause("after bpf remove")
  }

  /// mount(8) and umount(8), for what toa mounts.
  func mount(_ words: [String]) -> CommandResult {
    guard words.count == 4, words[0] == "-t", ["bpf", "cgroup2"].contains(words[1]), files.isDirectory(words[3]) else {
      return CommandResult(status: 32, errorOutput: "mount: \(words): bad usage\n")
    }
    let text = (try? files.text(MountTable.path)) ?? ""
    let number = (MountTable(parsing: text).mounts.map(\.id).max() ?? 0) + 1
    write(MountTable.path, text + "\(number) 25 0:\(number) / \(words[3]) rw,relatime - \(words[1]) \(words[2]) rw\n")
    return CommandResult(status: 0)
  }

  func unmount(_ words: [String]) -> CommandResult {
    let text = (try? files.text(MountTable.path)) ?? ""
    let lines = text.split(separator: "\n").filter { !$0.contains(" / \(words[0]) rw") }
    write(MountTable.path, lines.map { $0 + "\n" }.joined())
    return CommandResult(status: 0)
  }
}
