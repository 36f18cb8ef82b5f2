// SPDX-License-Identifier: Apache-2.0
internal import Bpf
internal import Host

/// The counters of a backend: those of /proc/net/toa_stats, a line of CPU names, then `name: value…` with one value for each CPU;
/// or those of the eBPF programs, which have the same names and order.
public struct Counters: Sendable, Equatable, Codable {
  /// One counter.
  public struct Counter: Sendable, Equatable, Codable {
    /// Name as in the kernel: "syn_recv_sock_toa".
    public let name: String
    /// Value on each CPU, in the order of `cpus`.
    public let perCPU: [UInt64]

    /// Sum over the CPUs, wrapping as the kernel's own counters do.
    public var total: UInt64 { perCPU.reduce(0, &+) }

    /// Kind and length of the option whose clients it counts: "254/8" of "option_254/8"; nil for all other counters.
    public var option: String? { name.hasPrefix("option_") ? String(name.dropFirst("option_".count)) : nil }
  }

  /// Where the kernel shows them.
  public static let path = "/proc/net/toa_stats"
  /// CPU names: "CPU0".
  public let cpus: [String]
  /// The counters in the kernel's order.
  public let counters: [Counter]

  /// Reads the text; nil when it has another shape.
  public init?(parsing text: String) {
    var lines = text.split(separator: "\n")[...]
    guard let heading = lines.popFirst() else { return nil }
    cpus = heading.split(separator: " ").map(String.init)
    guard !cpus.isEmpty, cpus.allSatisfy({ $0.hasPrefix("CPU") }) else { return nil }
    var counters: [Counter] = []
    for line in lines {
      guard let colon = line.firstIndex(of: ":") else { return nil }
      let name = line[..<colon].split(separator: " ").joined(separator: " ")
      let values = line[line.index(after: colon)...].split(separator: " ").compactMap { UInt64($0) }
      guard !name.isEmpty, values.count == cpus.count else { return nil }
      counters.append(Counter(name: name, perCPU: values))
    }
    self.counters = counters
  }

  /// The counters of the eBPF programs.
  init(bpf counters: [BpfCounter]) {
    cpus = (0..<(counters.map(\.perCPU.count).max() ?? 0)).map { "CPU\($0)" }
    self.counters = counters.map { Counter(name: $0.name, perCPU: $0.perCPU) }
  }

  /// The counters that a module shows; nil when none does.
  public static func read(_ system: System) -> Counters? {
    (try? system.files.text(path)).flatMap(Counters.init(parsing:))
  }

  /// Sum of each counter.
  public var totals: [String: UInt64] { Dictionary(counters.map { ($0.name, $0.total) }, uniquingKeysWith: &+) }

  /// Sum of the counter called `name`; nil when there is none.
  public subscript(name: String) -> UInt64? { counters.first { $0.name == name }?.total }
}
