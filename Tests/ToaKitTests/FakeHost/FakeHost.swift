// SPDX-License-Identifier: Apache-2.0
import Bpf
import Glibc
import Host
import Kmod
import SelfTest
import Synchronization
import SystemPackage
import Testing

@testable import ToaKit

/// A Debian 12 host on which `toa install` can run: a real file tree, and programs and a kernel that change it as real ones do.
///
/// All of its state is in the tree, the loaded module too, so that a copy of the tree is a copy of the machine.
final class FakeHost: Sendable {
  static let kernel = "6.1.0-56-cloud-amd64"
  static let modulePath = "/lib/modules/\(kernel)/updates/toa.ko"

  /// What goes wrong with the change that has a number: instead of it, or after it was made in full.
  struct Fault: Sendable {
    var change: Int
    var afterwards = false
    var output = "E: this went wrong"
    var status: Int32 = 100
    var errno: Int32 = ENOEXEC
  }

  /// What the test decides.
  struct Settings: Sendable {
    /// Stands for the carried source: the hash of it and the module's srcversion follow.
    var source = "a"
    /// Whether the module that make builds has the parameter `profile`; earlier ones have not.
    var knowsProfiles = true
    var identity = Identity(kernelRelease: FakeHost.kernel, machine: "x86_64", hostName: "test")
    var moduleLoading = EBADF
    var selfTestPasses = true
    var fault: Fault?
    /// Whether depmod lists what it finds.
    var depmodWorks = true
    /// Vermagic of what make builds.
    var builtFor = FakeHost.kernel
    var loadError: KmodError?
    var removeError: KmodError?
    /// Why the kernel refuses each eBPF program; nil takes them.
    var bpfErrno: Int32?
    var bpfLoadError: BpfError?
    /// Programs on the hooks that eBPF uses.
    var attachments: [BpfAttachment] = []
    /// What a simulated balancer has done.
    var simulated = BpfSimulation.Totals(connections: 1)
    /// Answers instead of a program, by the typed command's beginning.
    var answers: [String: CommandResult] = [:]
    /// Whether a program could not write: one that is run on a full disk fails with it.
    var lackedSpace = false
    /// Called whenever something may have changed: before and after each change, at each line that toa says.
    var watch: (@Sendable (_ place: String) -> Void)?
  }

  let tree: TestTree
  let transcript = Transcript()
  private let settings = Mutex(Settings())
  private let log = Mutex<[String]>([])
  private let started = Mutex<[String]>([])

  var files: FileRoot { tree.root }
  /// The machine now.
  var snapshot: TreeSnapshot { TreeSnapshot(of: tree.root) }
  /// The changes made so far, as typed commands.
  var changes: [String] { log.withLock { $0 } }
  /// The programs started so far, those that only answer too, as typed commands.
  var programs: [String] { started.withLock { $0 } }
  /// What a test may set.
  subscript<Value: Sendable>(_ path: any WritableKeyPath<Settings, Value> & Sendable) -> Value {
    get { settings.withLock { $0[keyPath: path] } }
    set { settings.withLock { $0[keyPath: path] = newValue } }
  }

  /// The machine that a snapshot is of, in a tree of its own or in an empty one.
  init(_ world: TreeSnapshot, in tree: TestTree? = nil) throws {
    self.tree = try tree ?? TestTree()
    try world.write(to: self.tree)
  }

  /// A fresh Debian 12 with package lists and a kernel, without headers and compiler.
  convenience init() throws { try self.init(Self.fresh) }

  static let fresh: TreeSnapshot = {
    var world = TreeSnapshot(of: FileRoot(FixtureFolder.path.appending("hosts").appending("debian-12")))
    for folder in [
      "/run", "/run/systemd", "/run/systemd/system", "/var/log", "/var/lib/apt", "/var/lib/apt/lists", "/proc/net",
      "/proc/self", "/var/lib/dpkg/updates", "/sys/fs", "/sys/fs/bpf", "/sys/fs/cgroup", "/sys/fs/cgroup/system.slice",
    ] { world.nodes[folder] = .folder(mode: 0o755) }
    for name in [
      "apt-get", "dpkg", "dpkg-deb", "dpkg-query", "sha256sum", "chmod", "mount", "umount", "depmod", "strip",
      "apt-mark",
    ] {
      world.nodes["/usr/bin/" + name] = .file(mode: 0o755, bytes: [])
    }
    world.nodes["/proc/self/cgroup"] = .file(mode: 0o644, bytes: Array("0::/system.slice/ssh.service\n".utf8))
    world.nodes["/proc/self/exe"] = .file(mode: 0o755, bytes: Array("toa".utf8))
    world.nodes[MountTable.path] = .file(mode: 0o644, bytes: Array(FakeHost.mounts.utf8))
    world.nodes[FakeApt.states] = .file(mode: 0o644, bytes: [])
    world.nodes["/var/lib/apt/lists/mirror_dists_bookworm_main_binary-amd64_Packages"] = .file(mode: 0o644, bytes: [10])
    // A stanza with settings left over would be purged with the package; this host never had make.
    let status = world.text("/var/lib/dpkg/status") ?? ""
    let kept = FakeDpkg.stanzas(status).filter { !$0.hasPrefix("Package: make\n") }
    world.nodes["/var/lib/dpkg/status"] = .file(mode: 0o644, bytes: Array(FakeDpkg.text(kept).utf8))
    return world
  }()

  /// The same without systemd, which would have mounted the BPF file system.
  static let withoutSystemd: TreeSnapshot = {
    var world = fresh
    world.nodes["/run/systemd"] = nil
    world.nodes["/run/systemd/system"] = nil
    let mounts = FakeHost.mounts.split(separator: "\n").dropLast().map { $0 + "\n" }.joined()
    world.nodes[MountTable.path] = .file(mode: 0o644, bytes: Array(mounts.utf8))
    return world
  }()

  /// What systemd has mounted.
  static let mounts = """
    25 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
    31 25 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:8 - cgroup2 cgroup2 rw
    34 25 0:29 / /sys/fs/bpf rw,nosuid,nodev,noexec,relatime shared:11 - bpf bpf rw,mode=700

    """

  /// The same machine after something happened to it outside of toa.
  var system: System {
    var system = System.untouched().with(files: files).with(self[\.identity])
    system.terminal = Terminal(
      out: { self.transcript.add(out: $0) },
      err: {
        self.transcript.add(err: $0)
        self.pause("said \($0)")
      },
      ask: { question in
        self.transcript.add(err: question + "\n")
        return nil
      })
    system.run = runner
    system.modules = modules
    system.bpf = bpf
    system.now = { 1_795_219_200 }
    system.moduleLoading = { self[\.moduleLoading] }
    system.selfTest = { _ throws(SelfTestError) in self.selfTest() }
    return system
  }

  var console: Console { Console(system.terminal) }

  func starts(_ command: String) { started.withLock { $0.append(command) } }

  func pause(_ place: String) { self[\.watch]?(place) }

  /// Counts a change and says what goes wrong with it.
  func fault(of change: String) -> Fault? {
    let number = log.withLock {
      $0.append(change)
      return $0.count - 1
    }
    return self[\.fault].flatMap { $0.change == number ? $0 : nil }
  }
}

/// Where Tests/Fixtures lies.
enum FixtureFolder {
  static let path = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
    .appending("Fixtures")
}
