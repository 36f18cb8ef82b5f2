// SPDX-License-Identifier: Apache-2.0
internal import Glibc
internal import Host
internal import Kmod
internal import SystemPackage

extension System {
  /// The same for a file tree that is not this machine's: what is asked of programs and of the kernel comes from the tree, and
  /// what only the machine itself could tell is not known.
  func reading(tree: FileRoot) -> System {
    var system = self
    system.files = tree
    system.run = run.reading(tree)
    system.modules = .reading(tree)
    // What this kernel has is nothing of another tree.
    system.bpf.hasPins = { false }
    let hasModules = !tree.exists("/proc/version") || tree.exists("/proc/modules")
    system.moduleLoading = { hasModules ? EBADF : ENOSYS }
    return system
  }
}

extension System {
  /// This machine and its programs at work on the files of another tree, as they prepare a host from outside.
  public func working(on root: String) -> System {
    guard root != "/" else { return self }
    var system = self
    system.files = FileRoot(FilePath(root))
    return system
  }
}

extension CommandRunner {
  /// Programs of this machine that answer about a tree or about what they are given.
  private static let own: Set<String> = ["rpm", "dpkg-query", "dpkg", "sha256sum", "zcat", "openssl"]
  private static let folders = ["/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]

  /// Programs are looked for in the tree; of those in it only compilers and the like run, which are called by their path. What a
  /// package manager would say of the tree cannot be asked from outside.
  func reading(_ tree: FileRoot) -> CommandRunner {
    let live = self
    @Sendable func placed(_ command: Command) throws(CommandError) -> Command {
      if Self.own.contains(command.program) { return command }
      guard command.program.hasPrefix("/"), let place = tree.locate(command.program), tree.isFile(command.program)
      else {
        throw CommandError(command: command, reason: "it answers for this machine and not for \(tree.location)")
      }
      var command = command
      command.program = place
      return command
    }
    return CommandRunner(
      run: { command async throws(CommandError) in try await live.run(try placed(command)) },
      stream: { command, onLine async throws(CommandError) in try await live.stream(try placed(command), onLine) },
      find: { name in
        if name.hasPrefix("/") { return tree.isFile(name) ? name : nil }
        return Self.folders.lazy.map { "\($0)/\(name)" }.first { tree.isFile($0) }
      })
  }
}

extension ModuleControl {
  /// What the files of a tree say of modules; nothing can be loaded there.
  static func reading(_ tree: FileRoot) -> ModuleControl {
    let library = KmodLibrary()
    return ModuleControl(
      state: { LiveModules.read(from: tree)[$0] == nil ? .absent : .live },
      load: { name, _ throws(KmodError) in throw KmodError(operation: "load", subject: name, errno: EPERM) },
      insert: { path, _ throws(KmodError) in throw KmodError(operation: "load", subject: path, errno: EPERM) },
      remove: { name throws(KmodError) in throw KmodError(operation: "unload", subject: name, errno: EPERM) },
      file: { name, release in
        let entries = ModuleIndex.read(for: release, in: tree).all(name).filter { !$0.isBuiltIn }
        // As depmod prefers them.
        let entry = entries.first { !$0.isInTree } ?? entries.first
        return entry?.path
      },
      information: { path throws(KmodError) in try library.information(at: tree.locate(path) ?? path) },
      symbols: { path throws(KmodError) in try library.neededSymbols(at: tree.locate(path) ?? path) })
  }
}
