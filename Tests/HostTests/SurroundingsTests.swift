// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@Suite struct SurroundingsTests {
  @Test(arguments: [
    (["/.dockerenv": ""], "docker"), (["/run/.containerenv": ""], "podman"),
    (["/run/systemd/container": "lxc\n"], "lxc"),
    (["/proc/1/environ": "PATH=/bin\0container=systemd-nspawn\0"], "systemd-nspawn"),
    (["/run/secrets/kubernetes.io/token": ""], "kubernetes"), (["/proc/vz/x": ""], "openvz"),
    (["/proc/1/cgroup": "0::/kubepods/burstable/x\n"], "kubernetes"),
  ])
  func `a container is known by its marks`(files: [String: String], engine: String) throws {
    let folder = try TemporaryFolder(files)
    #expect(Container.detect(in: folder.root)?.engine == engine)
  }

  @Test func `a machine whose disk was made from a container's image is a host by its namespaces`() throws {
    var first = ["cgroup": 4_026_531_835, "ipc": 4_026_531_839, "pid": 4_026_531_836]
    first["user"] = 4_026_531_837
    first["uts"] = 4_026_531_838
    func engine(_ namespaces: [String: Int], init mount: Int? = nil) throws -> String? {
      let folder = try TemporaryFolder(["/.dockerenv": ""])
      for (name, number) in namespaces { try folder.link("/proc/self/ns/\(name)", to: "\(name):[\(number)]") }
      if let mount { try folder.link("/proc/1/ns/mnt", to: "mnt:[\(mount)]") }
      return withExtendedLifetime(folder) { Container.detect(in: folder.root)?.engine }
    }
    #expect(try engine(first) == nil)
    #expect(try engine([:]) == "docker")
    for name in first.keys {
      var other = first
      other[name] = 4_026_532_333
      #expect(try engine(other) == "docker", "\(name)")
    }
    first["mnt"] = 4_026_531_841
    #expect(try engine(first, init: 4_026_531_841) == nil)
    first["mnt"] = 4_026_532_333
    #expect(try engine(first, init: 4_026_531_841) == "docker")
  }

  @Test func `a host is no container`() throws {
    let folder = try TemporaryFolder([
      "/proc/1/environ": "PATH=/bin\0TERM=linux\0", "/proc/1/cgroup": "0::/init.scope\n",
    ])
    #expect(Container.detect(in: folder.root) == nil)
  }

  @Test func `a user namespace is known by its map`() throws {
    let host = try TemporaryFolder(["/proc/self/uid_map": "         0          0 4294967295\n"])
    #expect(!Container.isInUserNamespace(in: host.root))
    let guest = try TemporaryFolder(["/proc/self/uid_map": "         0     100000      65536\n"])
    #expect(Container.isInUserNamespace(in: guest.root))
  }

  @Test func `kernels of sandboxes are told`() throws {
    let wsl = try TemporaryFolder(["/proc/sys/kernel/osrelease": "6.6.87.2-microsoft-standard-WSL2\n"])
    #expect(SandboxKernel.detect(in: wsl.root)?.kind == .wsl)
    let gVisor = try TemporaryFolder(["/proc/version": "Linux version 4.4.0 #1 SMP Sun Jan 10 15:06:54 PST 2016\n"])
    #expect(SandboxKernel.detect(in: gVisor.root)?.kind == .gVisor)
    let ubuntu = try TemporaryFolder([
      "/proc/sys/kernel/osrelease": "4.4.0-210-generic\n",
      "/proc/version": "Linux version 4.4.0-210-generic (a@b) #1\n",
    ])
    #expect(SandboxKernel.detect(in: ubuntu.root) == nil)
  }

  @Test func `systems that replace usr as a whole are told`() throws {
    let plain = Distribution(id: "debian")
    let mounted = try TemporaryFolder([
      "/proc/self/mounts": "/dev/a / ext4 rw,relatime 0 0\n/dev/b /usr squashfs ro,nodev 0 0\n"
    ])
    #expect(ImmutableSystem.detect(in: mounted.root, distribution: plain)?.mechanism == "read-only /usr")
    let nothing = try TemporaryFolder()
    #expect(ImmutableSystem.detect(in: nothing.root, distribution: plain) == nil)
    #expect(ImmutableSystem.detect(in: nothing.root, distribution: Distribution(id: "flatcar"))?.mechanism == "flatcar")
  }
}
