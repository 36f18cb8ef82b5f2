// SPDX-License-Identifier: Apache-2.0
import Glibc
import Host
import SystemPackage
import Testing

/// A file tree as a value: kind, mode and content of every path, without times and owners.
struct TreeSnapshot: Sendable, Equatable {
  enum Node: Sendable, Equatable {
    case folder(mode: UInt32)
    case file(mode: UInt32, bytes: [UInt8])
    case link(String)
  }

  var nodes: [String: Node] = [:]

  init(of root: FileRoot) { add("", root.location.string) }

  /// The live file root does not look for links in paths, which the names below cannot be.
  private static let machine = FileRoot()

  private mutating func add(_ folder: String, _ place: String) {
    for name in Self.machine.list(place + folder) {
      let path = folder + "/" + name
      var status = stat()
      guard lstat(place + path, &status) == 0 else { continue }
      let mode = status.st_mode & 0o7777
      switch status.st_mode & S_IFMT {
      case S_IFLNK: nodes[path] = .link(Self.machine.linkTarget(place + path) ?? "unreadable")
      case S_IFDIR:
        nodes[path] = .folder(mode: mode)
        add(path, place)
      default:
        let bytes = (try? Self.machine.bytes(place + path)) ?? Array("unreadable".utf8)
        nodes[path] = .file(mode: mode, bytes: bytes)
      }
    }
  }

  /// Without some paths and what lies below them.
  func without(_ paths: [String]) -> TreeSnapshot {
    var rest = self
    rest.nodes = nodes.filter { node in !paths.contains { node.key == $0 || node.key.hasPrefix($0 + "/") } }
    return rest
  }

  /// The text of a file.
  func text(_ path: String) -> String? {
    if case .file(_, let bytes) = nodes[path] { String(decoding: bytes, as: UTF8.self) } else { nil }
  }

  /// The target of a link as `TestTree` writes it: "-> target".
  func link(_ path: String) -> String? {
    if case .link(let target) = nodes[path] { "-> \(target)" } else { nil }
  }

  /// Makes the tree again below an empty root.
  func write(to tree: TestTree) throws {
    let place = tree.root.location.string
    for (path, node) in nodes.sorted(by: { $0.key < $1.key }) {
      switch node {
      case .folder(let mode): try #require(mkdir(place + path, mode) == 0, "\(path)")
      case .link(let target): try #require(symlink(target, place + path) == 0, "\(path)")
      case .file(let mode, let bytes):
        let descriptor = open(place + path, O_WRONLY | O_CREAT | O_EXCL, mode)
        defer { close(descriptor) }
        try #require(descriptor >= 0 && Glibc.write(descriptor, bytes, bytes.count) == bytes.count, "\(path)")
      }
    }
  }

  /// What is more ("+"), less ("-") or other ("~") here than in `old`, a line each.
  func changes(since old: TreeSnapshot) -> [String] {
    Set(nodes.keys).union(old.nodes.keys).sorted().compactMap { path in
      switch (nodes[path], old.nodes[path]) {
      case (let new, let before) where new == before: nil
      case (_, nil): "+ \(path)"
      case (nil, _): "- \(path)"
      default: "~ \(path)"
      }
    }
  }
}
