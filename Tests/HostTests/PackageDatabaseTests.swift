// SPDX-License-Identifier: Apache-2.0
import Host
import SystemPackage
import Testing

@Suite struct PackageDatabaseTests {
  private let status = """
    Package: gcc-12
    Status: install ok installed
    Architecture: amd64
    Version: 12.2.0-14+deb12u1
    Description: GNU C compiler
     Package: not a field
     .
     more

    Package: make
    Status: deinstall ok config-files
    Version: 4.3-4.1

    Package: libc6
    Status: hold ok installed
    Architecture: amd64
    Version: 2.36-9

    Package: libc6
    Status: deinstall ok config-files
    Architecture: i386
    Version: 2.35-1

    Package: broken
    Status: half
    """

  @Test func `the status file names what is installed`() {
    let database = DpkgDatabase(parsing: status)
    #expect(database["gcc-12"]?.identity.version == "12.2.0-14+deb12u1")
    #expect(database["make"] == nil)
    #expect(database.packages["make"]?.state == "config-files")
    #expect(database["libc6"]?.identity.architecture == "amd64")
    #expect(database["libc6"]?.isHeld == true)
    #expect(database["broken"] == nil)
    #expect(database.installed(prefix: "gcc") == ["gcc-12"])
  }

  @Test func `an owner is found through the file lists, under either side of a merged usr`() throws {
    let folder = try TemporaryFolder([
      "/var/lib/dpkg/status": status, "/var/lib/dpkg/info/gcc-12.list": "/.\n/usr\n/usr/bin/gcc-12\n/lib/x\n",
      "/var/lib/dpkg/info/libc6:amd64.list": "/.\n/usr/lib/y\n",
    ])
    let database = try #require(DpkgDatabase.read(from: folder.root))
    #expect(database.owner(of: "/usr/bin/gcc-12", in: folder.root)?.name == "gcc-12")
    #expect(database.owner(of: "/usr/lib/x", in: folder.root)?.name == "gcc-12")
    #expect(database.owner(of: "/lib/y", in: folder.root)?.name == "libc6")
    #expect(database.owner(of: "/usr/bin/gcc-12", in: folder.root, among: "linux-") == nil)
    #expect(database.owner(of: "/usr/bin/other", in: folder.root) == nil)
  }

  @Test func `a kernel's owner is found where only the image beside its modules is owned`() async throws {
    let image = "/usr/lib/modules/7.2.13+deb14-amd64/vmlinuz"
    let package = "linux-binary-7.2.13+deb14-amd64"
    let folder = try TemporaryFolder([
      image: "", "/boot/vmlinuz-7.2.13+deb14-amd64": "", "/var/lib/dpkg/info/\(package).list": "\(image)\n",
      "/var/lib/dpkg/status": "Package: \(package)\nStatus: install ok installed\nVersion: 7.2.13-1\n",
    ])
    try folder.link("/lib", to: "usr/lib")
    let owner = await HostFacts.owner(
      of: try #require(KernelRelease("7.2.13+deb14-amd64")), distribution: Distribution(id: "debian"), in: folder.root,
      using: scriptedRunner { _ in nil })
    #expect(owner?.name == package)
  }

  @Test func `a tree without dpkg has no database`() throws {
    #expect(DpkgDatabase.read(from: try TemporaryFolder().root) == nil)
  }

  @Test func `rpm is asked with one format, and with the root of another tree`() {
    let runner = scriptedRunner { _ in nil }
    let live = RpmDatabase(root: FileRoot(), using: runner)
    #expect(
      live.ownerCommand("/boot/vmlinuz-5").typedWithVariables
        == "LC_ALL=C rpm -qf --qf '%{NAME} %{EVR} %{ARCH}\\n' /boot/vmlinuz-5")
    let other = RpmDatabase(root: FileRoot("/mnt"), using: runner)
    #expect(other.queryCommand("kernel").arguments.prefix(2) == ["--root", "/mnt"])
  }

  @Test func `rpm's answers are lines of three words`() async {
    let answer = "kernel-core 5.14.0-362.el9 x86_64\nkernel-core 5.14.0-427.el9 x86_64\n"
    let database = RpmDatabase(root: FileRoot(), using: scriptedRunner { _ in answer })
    #expect(await database.versions(of: "kernel-core").map(\.version) == ["5.14.0-362.el9", "5.14.0-427.el9"])
    #expect(RpmDatabase.parse("file /boot/x is not owned by any package\n").isEmpty)
    let silent = RpmDatabase(root: FileRoot(), using: scriptedRunner { _ in nil })
    #expect(await silent.owner(of: "/boot/x") == nil)
  }
}
