// SPDX-License-Identifier: Apache-2.0

/// Signs that this process runs in a container, where a kernel module cannot be installed for the host.
public struct Container: Sendable, Equatable, Codable {
  /// The engine as it names itself: "docker", "podman", "kubernetes", "lxc", "systemd-nspawn", "openvz".
  public let engine: String
  /// The file that tells.
  public let evidence: String

  /// Creates a finding.
  public init(engine: String, evidence: String) {
    self.engine = engine
    self.evidence = evidence
  }

  /// Looks for the signs; nil when there are none. Ask the live root: another tree's marks speak of how it was made. So do those of
  /// a machine whose disk was made from a container's image, which its namespaces tell.
  public static func detect(in root: FileRoot) -> Container? {
    if isInFirstNamespaces(in: root) { return nil }
    if let name = root.line("/run/systemd/container"), !name.isEmpty {
      return Container(engine: name, evidence: "/run/systemd/container")
    }
    if root.exists("/run/.containerenv") { return Container(engine: "podman", evidence: "/run/.containerenv") }
    if root.isDirectory("/var/run/secrets/kubernetes.io") || root.isDirectory("/run/secrets/kubernetes.io") {
      return Container(engine: "kubernetes", evidence: "/run/secrets/kubernetes.io")
    }
    if root.exists("/.dockerenv") { return Container(engine: "docker", evidence: "/.dockerenv") }
    if let environment = try? root.bytes("/proc/1/environ") {
      let prefix = Array("container=".utf8)
      if let entry = environment.split(separator: 0).first(where: { $0.starts(with: prefix) }) {
        let name = String(decoding: entry.dropFirst(prefix.count), as: UTF8.self)
        return Container(engine: name.isEmpty ? "unknown" : name, evidence: "/proc/1/environ")
      }
    }
    if root.isDirectory("/proc/vz") && !root.isDirectory("/proc/bc") {
      return Container(engine: "openvz", evidence: "/proc/vz without /proc/bc")
    }
    let groups = root.line("/proc/1/cgroup") ?? ""
    for (mark, engine) in [("kubepods", "kubernetes"), ("/docker", "docker"), ("libpod", "podman"), ("/lxc", "lxc")]
    where groups.has(mark) {
      return Container(engine: engine, evidence: "/proc/1/cgroup")
    }
    return nil
  }

  /// Numbers of the namespaces that a kernel starts with, by the links in /proc/self/ns (include/linux/proc_ns.h).
  private static let firstNamespaces = [
    "cgroup": "4026531835", "pid": "4026531836", "user": "4026531837", "uts": "4026531838", "ipc": "4026531839",
  ]

  /// Whether the process is where the kernel's own first process is, and sees its mounts.
  private static func isInFirstNamespaces(in root: FileRoot) -> Bool {
    let isFirst = firstNamespaces.allSatisfy { name, number in
      root.linkTarget("/proc/self/ns/\(name)") == "\(name):[\(number)]"
    }
    // The number of the first mount namespace is not fixed; without CAP_SYS_PTRACE it cannot be read.
    guard isFirst, let first = root.linkTarget("/proc/1/ns/mnt") else { return isFirst }
    return root.linkTarget("/proc/self/ns/mnt") == first
  }

  /// Whether the process lives in a user namespace of its own, where its rights do not reach the kernel.
  public static func isInUserNamespace(in root: FileRoot) -> Bool {
    guard let map = root.line("/proc/self/uid_map") else { return false }
    let words = map.lines.first?.words ?? []
    return !words.elementsEqual(["0", "0", "4294967295"])
  }
}
