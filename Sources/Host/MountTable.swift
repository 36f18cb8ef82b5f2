// SPDX-License-Identifier: Apache-2.0

/// What is mounted where, as /proc/self/mountinfo tells it.
public struct MountTable: Sendable, Equatable {
  /// One mount.
  public struct Mount: Sendable, Equatable {
    /// The kernel's number of the mount.
    public let id: Int
    /// Number of the mount on which it was mounted.
    public let parent: Int
    /// Folder of the mounted file system that is seen at `point`; "/" is all of it.
    public let root: String
    /// Where it is mounted.
    public let point: String
    /// "cgroup2", "bpf", "ext4".
    public let type: String

    fileprivate func holds(_ path: String) -> Bool {
      path == point || path.hasPrefix(point == "/" ? "/" : point + "/")
    }
  }

  /// Where the text comes from.
  public static let path = "/proc/self/mountinfo"
  /// Every mount, those too that a later one hides.
  public let mounts: [Mount]

  /// Reads the text; lines of another shape are passed over.
  public init(parsing text: String) {
    mounts = text.lines.compactMap { line in
      // "41 31 0:38 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw": optional fields end with the dash.
      let words = line.words
      guard words.count >= 8, let id = Int(words[0]), let parent = Int(words[1]),
        let dash = words.dropFirst(6).firstIndex(of: "-"), dash + 1 < words.count
      else { return nil }
      return Mount(
        id: id, parent: parent, root: Self.unescaped(words[3]), point: Self.unescaped(words[4]),
        type: String(words[dash + 1]))
    }
  }

  /// Reads the table of this process; an empty one when it cannot be read.
  public static func read(from root: FileRoot) -> MountTable {
    MountTable(parsing: (try? root.text(path)) ?? "")
  }

  /// The mount on which a path without links lies.
  public func mount(holding path: String) -> Mount? {
    mounts.filter { $0.holds(path) && isVisible($0) }.max { $0.point.utf8.count < $1.point.utf8.count }
  }

  /// What is mounted at a point.
  public func mount(at point: String) -> Mount? { mounts.first { $0.point == point && isVisible($0) } }

  /// Where the whole cgroup2 hierarchy is seen: at the place where systemd has it, else wherever it is; nil when it is nowhere.
  public var cgroup2: Mount? {
    let all = mounts.filter { $0.type == "cgroup2" && $0.root == "/" && isVisible($0) }
    return all.first { $0.point == "/sys/fs/cgroup" } ?? all.first { $0.point == "/sys/fs/cgroup/unified" } ?? all.first
  }

  /// Whether a path leads to a mount. The order of the lines does not tell: mounts move, the root too.
  private func isVisible(_ mount: Mount) -> Bool { !isCovered(mount) && isReachable(mount, hops: 0) }

  /// Whether another one is mounted on it.
  private func isCovered(_ mount: Mount) -> Bool {
    mounts.contains { $0.parent == mount.id && $0.id != mount.id && $0.point == mount.point }
  }

  private func isReachable(_ mount: Mount, hops: Int) -> Bool {
    // Had a mount above it on the same parent been there before, that would be its parent.
    let isHidden = mounts.contains {
      $0.parent == mount.parent && $0.id != mount.id && $0.point != mount.point && $0.holds(mount.point)
        && $0.id != mount.parent
    }
    guard !isHidden, hops < 100 else { return false }
    guard let parent = mounts.first(where: { $0.id == mount.parent && $0.id != mount.id }) else { return true }
    return (parent.point == mount.point || !isCovered(parent)) && isReachable(parent, hops: hops + 1)
  }

  /// A path with the kernel's \040 for a blank, and its like, undone.
  private static func unescaped(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\\"), rest.count >= 3,
        let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
      {
        bytes.append(code)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// The cgroup of this process in the cgroup2 hierarchy.
public enum ProcessCgroup {
  /// Where the kernel tells it.
  public static let path = "/proc/self/cgroup"

  /// The path below the hierarchy's root, "/" for the root itself: the line "0::/system.slice/x.service". Nil without cgroup2.
  public static func parse(_ text: String) -> String? {
    text.lines.first { $0.hasPrefix("0::/") }.map { String($0.dropFirst(3)) }
  }
}
